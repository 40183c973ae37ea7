r"""Characters that XML cannot hold, in texts of a sheet: as `_xHHHH_`, as Excel writes them.

And whether a part has markup in which such texts may hide.
"""

import re
from html import escape

_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""A carriage return is among them: a parser makes a line feed of one that stands as it is."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATES = range(0xD800, 0xE000)


def escape_text(text: str) -> str:
    r"""Return a text as Excel would write it, so that reading it gives the same again.

    >>> escape_text("a\rb _x0041_")
    'a_x000D_b _x005F_x0041_'
    """
    return _TO_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def escape_content(text: str) -> str:
    """Return a text as it stands between the tags of a sheet: so escaped, and its markup too.

    >>> escape_content("a < b")
    'a &lt; b'
    """
    return escape(escape_text(text), quote=False)


def unescape_text(text: str) -> str:
    r"""Replace `_xHHHH_` by the character it stands for; half a character stays as it is spelled.

    >>> unescape_text("a_x000D_b _x005F_x0041_"), unescape_text("_xD800_")
    ('a\rb _x0041_', '_xD800_')
    """
    return _ESCAPED.sub(_unescape, text)


def has_markup(content: bytes, sign: bytes, start: int = 0, end: int | None = None) -> bool:
    """Return whether a part has `<` before a sign, as comments (`!`) and instructions (`?`) have.

    Tags are so many that looking for both characters at once takes ten times as long.

    >>> has_markup(b"<a>!<!-- --></a>", b"!"), has_markup(b"<a>!</a>", b"!")
    (True, False)
    """
    at = content.find(sign, start, end)
    while at >= 0:
        if content[at - 1 : at] == b"<":
            return True
        at = content.find(sign, at + 1, end)
    return False


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)
