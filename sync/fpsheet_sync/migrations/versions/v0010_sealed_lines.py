"""Every line of the access log has a seal; on PostgreSQL the server itself adds lines."""

import hmac

import sqlalchemy as sa
from alembic import op

from fpsheet_sync.database.errors import store_failure

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ADD = """
CREATE FUNCTION fpsheet_log(said text, expected text, seal text, seal_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
  line json := said::json;
  last_id integer;
  last_link text;
  own_link text;
BEGIN
  PERFORM pg_advisory_xact_lock({space}, hashtext('adgangslog'));
  SELECT id, kaede INTO last_id, last_link FROM adgangslog ORDER BY id DESC LIMIT 1;
  last_id := coalesce(last_id, 0);
  last_link := coalesce(last_link, repeat('0', 64));
  own_link := encode(
    sha256(convert_to(last_link || E'\\n' || session_user || E'\\n' || said, 'UTF8')), 'hex');
  IF (line->>0)::integer <> last_id + 1 OR own_link <> expected THEN
    RAISE EXCEPTION 'the line does not follow the last one';
  END IF;
  INSERT INTO adgangslog
    (id, tid, bruger, server_bruger, handling, kommune_kode, borger, detaljer,
     forrige, kaede, segl, segl_noegle)
  VALUES (last_id + 1, (line->>1)::timestamptz AT TIME ZONE 'UTC', line->>2, session_user,
     line->>3, nullif(line->>4, ''), nullif(line->>5, ''), line->6,
     last_link, own_link, seal, seal_key);
  UPDATE loghoved SET antal = last_id + 1, kaede = own_link
  WHERE antal = last_id AND kaede = last_link;
END
$$
"""
_LOCK_SPACE = 0x66707368
_SIGNATURE = "fpsheet_log(text, text, text, text)"


def upgrade() -> None:
    """Seal the lines that are there, if the seal of the head fits; needs the database's key."""
    session = "the database server's session_user"
    seal, key = "over number and link, see log_seal", "name of the key of the seal"
    op.add_column("adgangslog", sa.Column("server_bruger", sa.String(80), comment=session))
    op.add_column("adgangslog", sa.Column("segl", sa.String(128), comment=seal))
    op.add_column("adgangslog", sa.Column("segl_noegle", sa.String(64), comment=key))
    connection = op.get_bind()
    _seal_lines(connection)
    op.drop_column("loghoved", "seglet_antal")
    op.drop_column("loghoved", "segl")
    if connection.dialect.name == "postgresql":
        schema = connection.execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
        connection.exec_driver_sql(_ADD.format(schema=schema, space=_LOCK_SPACE))
        connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC")


def _seal_lines(connection: sa.Connection) -> None:
    names = ("id", "kaede", "segl", "segl_noegle")
    log = sa.table("adgangslog", *map(sa.column, names))
    head = sa.table("loghoved", *map(sa.column, ("seglet_antal", "segl")))
    rows = connection.execute(sa.select(log.c.id, log.c.kaede)).all()
    if not rows:
        return
    keys = connection.get_execution_options().get("fpsheet_keys")
    if keys is None:
        raise store_failure("no_keys")
    setting = sa.table("opsaetning", sa.column("navn"), sa.column("vaerdi"))
    noted = sa.select(setting.c.vaerdi).where(setting.c.navn == "noegle_id")
    if connection.execute(noted).scalar() not in {None, keys.id}:
        raise store_failure("wrong_keys")
    links = {row.id: row.kaede for row in rows}
    old = connection.execute(sa.select(head)).first()
    if old is not None and old.segl is not None:
        expected = keys.seal_log(old.seglet_antal, links.get(old.seglet_antal, ""))
        if not hmac.compare_digest(expected, old.segl):
            return  # a forged log stays without seals, and `db log` says so
    for number, link in links.items():
        seal = {"segl": keys.seal_log(number, link), "segl_noegle": keys.id}
        connection.execute(log.update().where(log.c.id == number).values(seal))
