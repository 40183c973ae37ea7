"""On PostgreSQL statistics can be published by a role that reads no birth date."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_VIEW = """
CREATE VIEW person_alder WITH (security_barrier) AS
WITH samme AS (
  SELECT borger, borger AS anden FROM person
  UNION SELECT borger, samlet FROM identitet
  UNION SELECT samlet, borger FROM identitet
  UNION SELECT en.borger, anden.borger
    FROM identitet AS en JOIN identitet AS anden ON anden.samlet = en.samlet
), dage AS (
  SELECT samme.borger,
    extract(month FROM afgoerelse.afgoerelse_dato)::integer AS maaned,
    extract(day FROM afgoerelse.afgoerelse_dato)::integer AS dag
  FROM samme JOIN afgoerelse ON afgoerelse.borger = samme.anden
  WHERE afgoerelse.afgoerelse_dato IS NOT NULL
  UNION SELECT borger, 2, 28 FROM person
)
SELECT person.borger, person.koen,
  make_date(
    extract(year FROM person.foedselsdato)::integer,
    extract(month FROM person.foedselsdato)::integer,
    coalesce(max(dage.dag), 0) + 1
  ) AS foedselsdato
FROM person LEFT JOIN dage ON dage.borger = person.borger
  AND dage.maaned = extract(month FROM person.foedselsdato)
  AND dage.dag < extract(day FROM person.foedselsdato)
GROUP BY person.borger, person.koen, person.foedselsdato
"""
"""A day in the month of birth on which the age is the same: on the day of each of the citizen's
decisions and on the last day of every month. It is the first of the month, or the day after the
last decision of the citizen's that was made in that month, of whatever year, before the birthday;
28 February counts as a decision, since it ends the month for who was born on the 29th."""


def upgrade() -> None:
    """Make the view; a database without roles has no use of it."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(_VIEW))
