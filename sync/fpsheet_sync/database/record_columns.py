"""Records: which fields of a row the database keeps; needs no SQLAlchemy."""

from fpsheet_templates.form import Field, Sheet

BORGER = "borger"
ANNULLER = "annuller"


def record_fields(sheet: Sheet) -> tuple[Field, ...]:
    """Return the fields of a sheet that the database holds: not CPR itself, nothing local."""
    return tuple(field for field in sheet.entry_fields() if not field.local and field.id != "cpr")
