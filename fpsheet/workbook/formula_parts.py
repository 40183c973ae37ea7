"""The pieces that formulas of a worksheet are nested from, each as its text.

A part is a text of a formula or a whole number; what a builder gives is a part again, so a formula
reads as its nesting: `if_(blank(day), EMPTY, if_(and_(known, later), day, 0))`.
"""

Part = str | int

EMPTY = '""'
"""The text that is nothing; a cell that shows it looks blank."""

TRUE, FALSE = "TRUE", "FALSE"


def if_(condition: Part, then: Part, otherwise: Part) -> str:
    """Return a choice between two parts.

    >>> if_(blank("A1"), EMPTY, 7)
    'IF(A1="","",7)'
    """
    return f"IF({condition},{then},{otherwise})"


def and_(*conditions: Part) -> str:
    """Return a condition that all of some hold."""
    return f"AND({_listed(conditions)})"


def or_(*conditions: Part) -> str:
    """Return a condition that one of some holds."""
    return f"OR({_listed(conditions)})"


def not_(condition: Part) -> str:
    """Return a condition that another does not hold."""
    return f"NOT({condition})"


def if_error(part: Part, otherwise: Part) -> str:
    """Return a part, or another where it is an error value."""
    return f"IFERROR({part},{otherwise})"


def is_number(part: Part) -> str:
    """Return a condition that a part is a number, and so also no error."""
    return f"ISNUMBER({part})"


def blank(part: Part) -> str:
    """Return a condition that a part shows nothing."""
    return f"{part}={EMPTY}"


def filled(part: Part) -> str:
    """Return a condition that a part shows something.

    >>> and_(filled("A1"), is_number("B1"))
    'AND(A1<>"",ISNUMBER(B1))'
    """
    return f"{part}<>{EMPTY}"


def is_text(part: Part, text: str) -> str:
    """Return a condition that a part is a text, which holds no quotation mark.

    >>> not_(is_text("A1", "fleksjob"))
    'NOT(A1="fleksjob")'
    """
    return f'{part}="{text}"'


def _listed(parts: tuple[Part, ...]) -> str:
    return ",".join(map(str, parts))
