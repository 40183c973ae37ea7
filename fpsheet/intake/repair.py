"""Safe repairs of text: what cannot be seen and means nothing goes, and it is said.

Non-breaking and other odd spaces become plain spaces, zero-width characters and control
characters go, letters written as letter plus accent become one letter (NFC), non-breaking
hyphens become hyphens, line ends become one kind. Nothing that a person can see is changed.
Plain spaces around a text are left to the parsing of its field.
"""

import re
import unicodedata

SUSPECT = (
    r"^\s*$|[\u0000-\u0008\u000B-\u001F\u007F\u00A0\u00AD\u0300-\u036F\u1680"
    r"\u2000-\u2011\u2028-\u202F\u205F-\u206F\u3000\uFEFF]"
)
"""A text in which this is found may need repair (spelling of both Rust and Python)."""

_SPACES = re.compile(r"[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]")
_HYPHENS = re.compile(r"[\u2010\u2011]")
_LINE_ENDS = re.compile(r"\r\n?|[\u000B\u000C\u2028\u2029]")
_NOTHING = re.compile(
    r"[\u0000-\u0008\u000E-\u001F\u007F\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]"
)


def repair_text(text: str) -> str:
    r"""Return a text as a person sees it.

    >>> repair_text("\u200b Forl\u00f8b\u00a0og tal ")
    ' Forløb og tal '
    >>> repair_text("a\u030a")
    'å'
    """
    text = _SPACES.sub(" ", text)
    text = _HYPHENS.sub("-", text)
    text = _LINE_ENDS.sub("\n", text)
    text = _NOTHING.sub("", text)
    return unicodedata.normalize("NFC", text)
