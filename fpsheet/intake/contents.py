"""What a package may hold, judged by what runs or is fetched and not by the names of parts.

The user's own pictures, charts, comments, pivot tables and extra sheets belong, and so does what
other programs lay beside them (Google Sheets, .NET writers, a Mac's zip): nothing runs it. What
runs is refused. What reaches out of the file is refused where something uses it, and told where
nothing does. Nothing is ever followed.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fpsheet.intake.fault import Fault
from fpsheet.intake.prolog import Prolog
from fpsheet.ooxml.relation import Relation

# Code of the finding → part names (in lower case), relationship types, content types.
_RUNS: Mapping[str, tuple[re.Pattern[str], frozenset[str], re.Pattern[str]]] = {
    "STR-027": (
        re.compile(r".*vbaproject[^/]*|xl/(?:intl)?macrosheets/.*|.*/vbadata\.xml"),
        frozenset({"vbaproject", "xlmacrosheet", "xlintlmacrosheet", "wordvbadata"}),
        re.compile(r".*(?:vbaproject|macrosheet|intlmacrosheet).*"),
    ),
    "STR-029": (
        re.compile(r"(?:.*/)?(?:embeddings|oleobjects?)/.*"),
        frozenset({"oleobject", "package", "attachedtoolbars"}),
        re.compile(r".*oleobject.*"),
    ),
    "STR-031": (
        re.compile(r"(?:.*/)?activex/.*"),
        frozenset({"control", "activexcontrolbinary"}),
        re.compile(r".*activex.*"),
    ),
    "STR-032": (
        re.compile(r"(?:.*/)?webextensions?/.*|.*\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|js|jar|msi)"),
        frozenset({"webextension", "webextensiontaskpanes"}),
        re.compile(r".*webextension.*"),
    ),
}
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")

_DATA_MASHUP = "http://schemas.microsoft.com/DataMashup "
_QUERY = re.compile(r"xl/(?:querytables|model|queries)/.*")
_CONNECTIONS = "xl/connections.xml"
_CONNECTION = re.compile(rb"<(?:\w+:)?(?:connection|queryTable)[\s/>]")
_LINK = re.compile(r"xl/externallinks/[^/]*")
_LINK_TYPES = frozenset({"externallink", "externallinkpath", "xlexternallinkpath"})
_FORMULA = re.compile(rb"<(?:\w+:)?(?:f|formula\d?)\b[^>]*>([^<]+)")
_NAME = re.compile(rb"<(?:\w+:)?definedName\b[^>]*?\bname=[\"']([^\"']+)[\"'][^>]*>([^<]+)")
_LINK_IN_FORMULA = re.compile(rb"\[\d+\][^\[\]]*!")
_WAITS_FOR_A_CLICK = "hyperlink"
_PICTURE = "image"


@dataclass(frozen=True, slots=True)
class Contents:
    """What is known of the parts of a package.

    Attributes:
        names: Every part.
        prologs: Part name → beginning of each XML part.
        types: Part name → its content type in lower case, of the parts that are there.
        relations: Part name → its relationships.
        read: Gives an XML part as UTF-8; None where it cannot be read.
        heads: Part name → first bytes, of the parts that are no XML.
    """

    names: frozenset[str]
    prologs: Mapping[str, Prolog]
    types: Mapping[str, str]
    relations: Mapping[str, tuple[Relation, ...]]
    read: Callable[[str], bytes | None]
    heads: Mapping[str, bytes]


def find_running(contents: Contents) -> tuple[Fault, ...]:
    """List what runs or is embedded, one fault per kind, in code order.

    Findings: STR-027, STR-029, STR-031, STR-032.
    """
    codes: set[str] = set()
    for name in contents.names:
        kind = contents.types.get(name, "")
        for code, (parts, _, types) in _RUNS.items():
            if parts.fullmatch(name.lower()) or types.fullmatch(kind):
                codes.add(code)
    if any(head.startswith(_PROGRAM_STARTS) for head in contents.heads.values()):
        codes.add("STR-032")
    for relation in _every(contents):
        codes.update(code for code, (_, types, _) in _RUNS.items() if relation.type in types)
    return tuple(Fault(code) for code in sorted(codes))


def find_reaching(contents: Contents) -> tuple[Fault, ...]:
    """List what reaches out of the file and is used, one fault per kind, in code order.

    Findings: STR-028, STR-030.
    """
    codes: set[str] = set()
    is_used = _has_links(contents) and _uses_link(contents)
    if is_used or any(map(_is_fetched, _every(contents))):
        codes.add("STR-028")
    if _has_queries(contents):
        codes.add("STR-030")
    return tuple(Fault(code) for code in sorted(codes))


def find_left_over(contents: Contents) -> tuple[Fault, ...]:
    """List what reaches out of the file and that nothing uses, or that is a mere picture.

    Findings: STR-070 to STR-072.
    """
    codes: set[str] = set()
    if _has_links(contents):
        codes.add("STR-070")
    if any(one.is_external and one.type == _PICTURE for one in _every(contents)):
        codes.add("STR-071")
    has_mashup = any(one.root.startswith(_DATA_MASHUP) for one in contents.prologs.values())
    if has_mashup or _find(contents, _CONNECTIONS):
        codes.add("STR-072")
    return tuple(Fault(code) for code in sorted(codes))


def _every(contents: Contents) -> Iterator[Relation]:
    return (relation for own in contents.relations.values() for relation in own)


def _has_links(contents: Contents) -> bool:
    return any(_LINK.fullmatch(name.lower()) for name in contents.names) or any(
        relation.type in _LINK_TYPES for relation in _every(contents)
    )


def _is_fetched(relation: Relation) -> bool:
    """Tell whether a program fetches a target: neither a link to click, a picture nor a link."""
    spared = {_WAITS_FOR_A_CLICK, _PICTURE, *_LINK_TYPES}
    return relation.is_external and relation.type not in spared


def _uses_link(contents: Contents) -> bool:
    """Tell whether a formula points into another file, by itself or by a name that does.

    A name that points there and that no formula has is what a copied sheet leaves behind.
    """
    texts = [
        contents.read(name) or b""
        for name in contents.prologs
        if name.lower().startswith("xl/") and not _LINK.fullmatch(name.lower())
    ]
    outside = [
        re.escape(name)
        for text in texts
        for name, target in _NAME.findall(text)
        if _LINK_IN_FORMULA.search(target)
    ]
    pattern = _LINK_IN_FORMULA.pattern
    if outside:
        pattern += rb"|(?<![\w.])(?:" + b"|".join(outside) + rb")(?![\w.])"
    used = re.compile(pattern, re.IGNORECASE)
    return any(used.search(formula) for text in texts for formula in _FORMULA.findall(text))


def _has_queries(contents: Contents) -> bool:
    """Tell whether there is a query or connection, and not only the part where one has been."""
    if any(_QUERY.fullmatch(name.lower()) for name in contents.names):
        return True
    connections = _find(contents, _CONNECTIONS)
    return bool(connections and _CONNECTION.search(contents.read(connections) or b""))


def _find(contents: Contents, wanted: str) -> str:
    return next((name for name in contents.names if name.lower() == wanted), "")
