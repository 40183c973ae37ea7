"""Alembic's scripts: static, named, forward only."""
