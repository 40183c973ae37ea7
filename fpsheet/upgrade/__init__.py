"""Upgrading: a kommune's own file lifted to the newest form, part by part (ADR 0016)."""
