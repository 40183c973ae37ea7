"""`python -m tools.make_migration NAME SENTENCE`: write the migration that a changed form needs.

SENTENCE says what the migration brings ("A job names its mentor.") and opens the new file; NAME
(`job_mentor`) ends the file's name. A database is made in memory by the migrations there are and
compared with the tables that the form gives; the difference becomes the next file in
`sync/fpsheet_sync/migrations/versions`, and `HEAD` in `database/migrate.py` follows. Read the file
before it is committed: a renamed field is written as one column dropped and another added.
"""

import re
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import UpgradeOps
from sqlalchemy import Connection, create_engine

from fpsheet_sync.database.migrate import HEAD, upgrade
from fpsheet_sync.database.schema import make_schema
from fpsheet_templates.load import load_form

ROOT = Path(__file__).parents[1]
VERSIONS = "sync/fpsheet_sync/migrations/versions"
HEAD_FILE = "sync/fpsheet_sync/database/migrate.py"

_FILE = '''"""{sentence}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    {body}
'''


def main(arguments: list[str]) -> int:
    """Write the migration and return the exit code: 2 for a wrong call."""
    if len(arguments) != len(("name", "sentence")) or not re.fullmatch("[a-z0-9_]+", arguments[0]):
        print(__doc__)
        return 2
    body = render_difference()
    if not body:
        print("The migrations give the tables of the form already; nothing is written.")
        return 0
    name, sentence = arguments
    for path in write_migration(ROOT, name, sentence, body):
        print(f"written: {path.relative_to(ROOT).as_posix()}")
    return 0


def render_difference() -> str:
    """Return the statements that make the form's tables of those of the newest migration."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        steps = _find_steps(connection)
    engine.dispose()
    lines = "" if steps.is_empty() else render_python_code(steps)
    # Without Alembic's own remarks, and quoted as the formatter does.
    kept = [line for line in lines.splitlines() if "# ###" not in line]
    return "\n".join(kept).replace("'", '"').strip()


def write_migration(root: Path, name: str, sentence: str, body: str) -> tuple[Path, Path]:
    """Write the next version and move `HEAD` to it; return both files.

    Args:
        root: Top folder of the checkout.
        name: End of the file's name.
        sentence: What the migration brings.
        body: Its statements.
    """
    revision = f"{int(HEAD) + 1:04}"
    version = root / VERSIONS / f"v{revision}_{name}.py"
    told = sentence if sentence.endswith(".") else f"{sentence}."
    text = _FILE.format(sentence=told, revision=revision, before=HEAD, body=body)
    version.write_text(text, encoding="utf-8", newline="\n")
    head = root / HEAD_FILE
    moved = head.read_text("utf-8").replace(f'HEAD = "{HEAD}"', f'HEAD = "{revision}"')
    head.write_text(moved, encoding="utf-8", newline="\n")
    return version, head


def _find_steps(connection: Connection) -> UpgradeOps:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    steps = produce_migrations(context, make_schema(load_form()).metadata()).upgrade_ops
    return steps if steps is not None else UpgradeOps([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
