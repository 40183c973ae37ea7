"""Decisions as they are typed: headings and values as the list of conflicts shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fpsheet.returned.record_words import Plain, read_told
from fpsheet_sync.database.errors import store_failure
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet_sync.ledger.receipt import ShownConflict


@dataclass(frozen=True, slots=True)
class TypedDecision:
    """What a person decided about a conflict.

    Attributes:
        conflict: Number of the conflict.
        typed: Heading or identifier of a field → value as it is shown (`01-03-2025`); a hyphen
            or nothing for a blank cell.
        reason: Why.
        language: Language of the headings and of the labels of codes.
    """

    conflict: str
    typed: Mapping[str, str]
    reason: str
    language: str


def read_decision(
    conflict: "ShownConflict", typed: Mapping[str, str], spoken: SpokenForm
) -> dict[str, Plain]:
    """Read the values that a person typed for a conflict.

    Args:
        conflict: The conflict.
        typed: Heading or identifier of a field → value, as `TypedDecision` has them.
        spoken: The form in the language of the headings and of the labels of codes.

    Returns:
        Field → value.

    Raises:
        StoreError: There is no such heading in the conflict, or the field cannot hold the value.
    """
    sheet, values = spoken.form.sheet(conflict.sheet), dict[str, Plain]()
    names = {
        name.casefold(): field_id
        for field_id in conflict.agreed
        for name in (field_id, spoken.label(conflict.sheet, field_id))
    }
    for heading, text in typed.items():
        field_id = names.get(heading.strip().casefold(), "")
        if not field_id:
            labels = (spoken.label(conflict.sheet, one) for one in conflict.agreed)
            told = {"nummer": conflict.id, "felt": heading, "felter": ", ".join(labels)}
            raise store_failure("choice_field", told)
        is_read, value = read_told(spoken, sheet[field_id], text.strip() or "-")
        if not is_read:
            raise store_failure("choice", {"nummer": conflict.id, "felt": heading})
        values[field_id] = value
    return values
