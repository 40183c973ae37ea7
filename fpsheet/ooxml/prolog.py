"""What stands before the root element of an XML part: encoding, document type, root.

A workbook never has a document type declaration, and every trick with entities needs one. So a
part that has one is refused before any parser that follows entities sees it. expat reads the
prolog, because it is the judge of encodings: a declaration in UTF-16 is found like any other.
"""

import codecs
import re
from dataclasses import dataclass
from xml.parsers import expat

_CHUNK = 1 << 16
_PLAIN_ENCODINGS = {"utf-8", "ascii"}
_SEPARATOR = " "
_OTHER_STARTS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
_DECLARED_OTHER = re.compile(
    rb"<\?xml[^>]*\sencoding\s*=\s*[\"'](?!(?i:utf-?8|us-ascii|ascii)[\"'])"
)


@dataclass(frozen=True, slots=True)
class Prolog:
    """The beginning of an XML part.

    Attributes:
        root: Name of the root element as `namespace name`; empty when it could not be reached.
        encoding: Codec to read the part with (`utf-8` when nothing is declared).
        has_doctype: It declares a document type.
    """

    root: str
    encoding: str
    has_doctype: bool

    @property
    def is_plain(self) -> bool:
        """Return whether the bytes are UTF-8 as they stand."""
        return self.encoding in _PLAIN_ENCODINGS


class _ReachedError(Exception):
    """The prolog is over; parsing stops."""


def read_prolog(data: bytes) -> Prolog:
    """Read the beginning of an XML part, up to its root element or document type."""
    declared: list[str | None] = []
    found: list[str] = []
    doctype: list[str] = []

    def on_root(name: str, _: object) -> None:
        found.append(name)
        raise _ReachedError

    def on_doctype(name: str, *_: object) -> None:
        doctype.append(name)
        raise _ReachedError

    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.XmlDeclHandler = lambda _version, encoding, _alone: declared.append(encoding)
    parser.StartElementHandler = on_root
    parser.StartDoctypeDeclHandler = on_doctype
    try:
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK])
    except _ReachedError:
        pass
    except (expat.ExpatError, LookupError, ValueError):
        found.clear()
    return Prolog(
        root=found[0] if found else "",
        encoding=_encoding(data, declared[0] if declared else None),
        has_doctype=bool(doctype),
    )


def to_utf8(data: bytes, prolog: Prolog) -> bytes | None:
    """Return the part as UTF-8 without byte order mark or declaration; None when it cannot be read.

    A plain part keeps its declaration and is not copied.
    """
    if prolog.is_plain:
        return data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode(prolog.encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    text = text.removeprefix("\ufeff").lstrip()
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    return text.encode("utf-8", "replace")


def as_utf8(data: bytes) -> bytes:
    """Return an XML part as UTF-8; as it is where it is UTF-8, no XML, or cannot be read."""
    if not (data.startswith(_OTHER_STARTS) or _DECLARED_OTHER.match(data)):
        return data
    prolog = read_prolog(data)
    read = to_utf8(data, prolog) if prolog.root else None
    return data if read is None else read


def _encoding(data: bytes, declared: str | None) -> str:
    if data.startswith(_OTHER_STARTS[:2]):
        return "utf-16"
    if data[:2] == b"<\0":
        return "utf-16-le"
    if data[:2] == b"\0<":
        return "utf-16-be"
    try:
        return codecs.lookup(declared or "utf-8").name
    except LookupError:
        return "unknown"
