"""Numbers one slip away from a citizen's."""

from __future__ import annotations

import pytest

from fpsheet_validation.rules.doubt import guess_citizens

CITIZEN = "6302760001"


@pytest.mark.parametrize(
    "typed",
    [
        "302760001",  # the leading digit lost
        "630276-001",  # a digit too few
        "630276-00011",  # a digit too many
        "6302760002",  # a digit wrong
        "6302670001",  # two neighbours swapped
        "63O2760001",  # a letter for a digit
    ],
)
def test_one_slip_leads_to_the_citizen(typed: str) -> None:
    """A digit too few, too many, wrong or swapped is one slip."""
    assert guess_citizens([typed], [CITIZEN]) == {typed: {CITIZEN}}


@pytest.mark.parametrize("typed", ["", "63", "6302769999", "0002760001", CITIZEN])
def test_two_slips_or_none_lead_nowhere(typed: str) -> None:
    """Nothing is guessed from afar, and a number is no slip of itself."""
    assert guess_citizens([typed], [CITIZEN]) == {}
