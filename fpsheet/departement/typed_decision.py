"""Decisions as they are typed: headings and values as the list of conflicts shows them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fpsheet.returned.record_words import Plain, read_told
from fpsheet_sync.database.errors import store_failure
from fpsheet_templates.form import Form
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet_sync.ledger.receipt import ShownConflict


def read_decision(
    conflict: "ShownConflict", typed: Mapping[str, str], form: Form, language: str
) -> dict[str, Plain]:
    """Read the values that a person typed for a conflict.

    Args:
        conflict: The conflict.
        typed: Heading or identifier of a field → value as it is shown (`01-03-2025`); a hyphen
            or nothing for a blank cell.
        form: The form.
        language: Language of the headings and of the labels of codes.

    Returns:
        Field → value.

    Raises:
        StoreError: There is no such heading in the conflict, or the field cannot hold the value.
    """
    sheet, values = form.sheet(conflict.sheet), dict[str, Plain]()
    names = {
        name.casefold(): field_id
        for field_id in conflict.agreed
        for name in (field_id, form.field_label(conflict.sheet, field_id, language))
    }
    for heading, text in typed.items():
        field_id = names.get(heading.strip().casefold(), "")
        if not field_id:
            labels = (form.field_label(conflict.sheet, one, language) for one in conflict.agreed)
            told = {"nummer": conflict.id, "felt": heading, "felter": ", ".join(labels)}
            raise store_failure("choice_field", told)
        is_read, value = read_told(SpokenForm(form, language), sheet[field_id], text.strip() or "-")
        if not is_read:
            raise store_failure("choice", {"nummer": conflict.id, "felt": heading})
        values[field_id] = value
    return values
