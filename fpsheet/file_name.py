"""Text of others as it may be shown: without a citizen's number or what moves a reader."""

import re

_CPR = re.compile(r"(?<!\d)\d{6}[ _.\u2013-]?\d{4}(?!\d)")
_REPLACED = "\ufffd"
_CONTROL = re.compile(
    r"\x1b(?!\[(?:0|1|31|33|34)m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]"
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters but the colours of a severity, and marks that turn right to left.

A carriage return is one of them: it writes a line over.
"""

_MASK = "xxxxxx-xxxx"


def spoken_name(name: str) -> str:
    """Return a file name with every CPR number in it masked.

    >>> spoken_name("Sag 630276-9417.xlsx"), spoken_name("956-2026-000001.json")
    ('Sag xxxxxx-xxxx.xlsx', '956-2026-000001.json')
    """
    return _CPR.sub(_MASK, without_controls(name))


def without_controls(text: str) -> str:
    r"""Return a text without what moves a cursor or turns the order of letters.

    Line ends and tabs stay, and the colours that the program itself gives to a terminal.

    >>> without_controls("a\u202exlsx.exe"), without_controls("\x1b[2Jb"), without_controls("c\nd")
    ('a\ufffdxlsx.exe', '\ufffd[2Jb', 'c\nd')
    """
    return _CONTROL.sub(_REPLACED, text)


def with_controls_named(text: str) -> str:
    r"""Return JSON in which what moves a reader stands as an escape: it says the same.

    >>> with_controls_named('"a\u202eb"')
    '"a\\u202eb"'
    """
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
