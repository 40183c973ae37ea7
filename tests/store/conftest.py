"""Fixtures of the store tests: an empty database on SQLite and, where there is one, PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.stores import careless, pg_stores, sqlite_template, store, stores

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["careless", "pg_stores", "sqlite_template", "store", "store_url", "stores"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database that does not exist yet (SQLite) or is empty (PostgreSQL)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    url: str = request.getfixturevalue("pg_database")
    return url
