"""The users that a PostgreSQL server has beside its owner, as a script of rights gives them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterator


def guide_script() -> str:
    """Return the script of the guide of operations."""
    guide = (Path(__file__).parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```sql\n(.+?)^```", guide, flags=re.MULTILINE | re.DOTALL)
    return str(script)


@contextmanager
def roles_of(script: str, database: str) -> Iterator[dict[str, str]]:
    """Make the roles of a script; URL of the database as each, by the role's name in the script.

    Their names on the server end on the database's; they are dropped at the end.
    """
    url = make_url(database)
    roles = re.findall(r"\bCREATE ROLE (\w+)", script)
    names = {role: f"{role}_{url.database}" for role in roles}
    for role, name in names.items():
        script = re.sub(rf"\b(ROLE|TO|FROM) {role}\b", rf"\1 {name}", script)
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text(script))
    yield {
        role: url.set(username=name).render_as_string(hide_password=False)
        for role, name in names.items()
    }
    with engine.begin() as connection:
        for name in names.values():
            connection.execute(text(f"DROP OWNED BY {name}; DROP ROLE {name}"))
    engine.dispose()


def refuse(url: str, statement: str, said: str = "permission denied") -> None:
    """Expect that the server refuses a statement for want of a right."""
    engine = create_engine(url)
    with engine.begin() as connection, pytest.raises(ProgrammingError, match=said):
        connection.execute(text(statement))
    engine.dispose()
