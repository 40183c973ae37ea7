"""What a package may hold, judged by what runs or is fetched and not by the names of parts.

The user's own pictures, charts, comments, pivot tables and extra sheets belong, and so does what
other programs lay beside them (Google Sheets, .NET writers, a Mac's zip): nothing runs it. What
runs is refused. What reaches out of the file is refused where something uses it, and told where
nothing does. Nothing is ever followed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.outside_formulas import (
    fetches,
    find_formulas,
    find_suspects,
    may_have_formulas,
)
from fpsheet.ooxml.prolog import Prolog
from fpsheet.ooxml.relation import PackageRelation


@dataclass(frozen=True, slots=True)
class _Sign:
    """By what one thing that runs or is embedded is known.

    Attributes:
        code: Code of the finding.
        word: What it is called: key of the text `part.<word>.name`.
        parts: Names of its parts, in lower case.
        relations: Types of the relationships to it.
        types: Content types of its parts.
    """

    code: str
    word: str
    parts: re.Pattern[str]
    relations: frozenset[str] = frozenset()
    types: re.Pattern[str] = re.compile(r"(?!)")


def _embedded(word: str, endings: str) -> _Sign:
    return _Sign("STR-029", word, re.compile(rf"(?:.*/)?embeddings/.*\.(?:{endings})"))


_SIGNS = (
    _Sign(
        "STR-027",
        "makroer",
        re.compile(r".*vbaproject[^/]*|.*/vbadata\.xml"),
        frozenset({"vbaproject", "wordvbadata"}),
        re.compile(r".*vbaproject.*"),
    ),
    _Sign(
        "STR-027",
        "makroark",
        re.compile(r"xl/(?:intl)?macrosheets/.*"),
        frozenset({"xlmacrosheet", "xlintlmacrosheet"}),
        re.compile(r".*macrosheet.*"),
    ),
    _embedded("word", "docx?|docm|dotx?|rtf|odt"),
    _embedded("praesentation", "pptx?|pptm|ppsx?|sldx|odp"),
    _embedded("regneark", "xlsx?|xlsm|xlsb|ods"),
    _embedded("pdf", "pdf"),
    _embedded("mail", "msg|eml"),
    _Sign(
        "STR-029",
        "objekt",
        re.compile(r"(?:.*/)?(?:embeddings|oleobjects?)/.*"),
        frozenset({"oleobject", "package", "attachedtoolbars"}),
        re.compile(r".*oleobject.*"),
    ),
    _Sign(
        "STR-031",
        "activex",
        re.compile(r"(?:.*/)?activex/.*"),
        frozenset({"control", "activexcontrolbinary"}),
        re.compile(r".*activex.*"),
    ),
    _Sign(
        "STR-032",
        "tilfoejelse",
        re.compile(r"(?:.*/)?webextensions?/.*"),
        frozenset({"webextension", "webextensiontaskpanes"}),
        re.compile(r".*webextension.*"),
    ),
    _Sign(
        "STR-032",
        "program",
        re.compile(r".*\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|js|jar|msi)"),
    ),
)
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")

_DATA_MASHUP = "http://schemas.microsoft.com/DataMashup "
_QUERIES = {
    "datamodel": re.compile(r"xl/model/.*"),
    "forespoergsel": re.compile(r"xl/(?:querytables|queries)/.*"),
}
_CONNECTIONS = "xl/connections.xml"
_CONNECTION = re.compile(rb"<(?:\w+:)?(?:connection|queryTable)[\s/>]")
_LINK = re.compile(r"xl/externallinks/[^/]*")
_LINK_TYPES = frozenset({"externallink", "externallinkpath", "xlexternallinkpath"})
_DDE = re.compile(rb"<(?:\w+:)?ddeLink\b")
_NAME = re.compile(rb"<(?:\w+:)?definedName\b[^>]*?\bname=[\"']([^\"']+)[\"'][^>]*>([^<]+)")
_LINK_IN_FORMULA = re.compile(r"\[\d+\][^\[\]]*!")
_LINKING = {"celle": "formel", "minidiagram": "minidiagram_kaedet"}
_IN_NAME = "navn"
"""A name that points outside counts where a formula has it."""
_WAITS_FOR_A_CLICK = "hyperlink"
_PICTURE = "image"
_DRAWINGS = "xl/drawings/"
_WEB_PICTURES = re.compile(r"xl/richdata/[^/]*webimage[^/]*\.xml")
"""Where the addresses stand of pictures that the function IMAGE shows."""
_SIGNATURE = "origin"
"""Last word of the relationship to the digital signatures of a package."""
_ADDRESS = re.compile("[A-Z]{1,3}[1-9][0-9]{0,6}")
_LINKED_OBJECTS = frozenset({"oleobject", "package"})


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
        number_tabs: Gives part name of each sheet → number of its tab from the left, 0 where it is
            hidden.
    """

    names: frozenset[str]
    prologs: Mapping[str, Prolog]
    types: Mapping[str, str]
    relations: Mapping[str, tuple[PackageRelation, ...]]
    read: Callable[[str], bytes | None]
    heads: Mapping[str, bytes]
    number_tabs: Callable[[], Mapping[str, int]]


Found = tuple[str, str, str]
"""Code of a finding, what was found (`part.<word>.name`), and the part that has it."""


def find_running(contents: Contents) -> tuple[IntakeFinding, ...]:
    """List what runs or is embedded, one fault per code, in code order.

    Findings: STR-027, STR-029, STR-031, STR-032.
    """
    return _faults(contents, _running(contents))


def find_reaching(contents: Contents) -> tuple[IntakeFinding, ...]:
    """List what reaches out of the file and is used, one fault per code, in code order.

    Findings: STR-028, STR-030.
    """
    return _faults(contents, (*_links(contents), *_fetched(contents), *_queries(contents)))


def _running(contents: Contents) -> Iterator[Found]:
    owners = _owners(contents)
    for name in sorted(contents.names):
        kind = contents.types.get(name, "")
        sign = next((one for one in _SIGNS if _is_sign(one, name.lower(), kind)), None)
        if sign:
            yield sign.code, sign.word, owners.get(name.lower(), "")
    if any(head.startswith(_PROGRAM_STARTS) for head in contents.heads.values()):
        yield "STR-032", "program", ""
    told = {name.lower() for name in contents.names if _is_running(name.lower())}
    for owner, relation in _every(contents):
        if relation.target.lower() in told or _is_linked_object(relation):
            continue
        signs = (sign for sign in _SIGNS if relation.kind in sign.relations)
        yield from ((sign.code, sign.word, owner) for sign in signs)


def _is_sign(sign: _Sign, name: str, kind: str) -> bool:
    return bool(sign.parts.fullmatch(name) or sign.types.fullmatch(kind))


def _is_running(name: str) -> bool:
    return any(sign.parts.fullmatch(name) for sign in _SIGNS)


def _is_linked_object(relation: PackageRelation) -> bool:
    """Return whether an object stands in another file, and only its address in this one."""
    return relation.is_external and relation.kind in _LINKED_OBJECTS


def _faults(contents: Contents, found: Iterable[Found]) -> tuple[IntakeFinding, ...]:
    """Return one fault per code of what was found: what it is, and where the first is."""
    everything = list(found)
    if not everything:
        return ()
    tabs = contents.number_tabs()
    words: dict[str, dict[str, None]] = {}
    places: dict[str, int] = {}
    for code, word, part in everything:
        words.setdefault(code, {})[word] = None
        if part in tabs:
            places.setdefault(code, tabs[part])
    return tuple(
        IntakeFinding(
            code, details=(("del", ",".join(words[code])), ("fane", str(places.get(code, ""))))
        )
        for code in sorted(words)
    )


def find_left_over(contents: Contents) -> tuple[IntakeFinding, ...]:
    """List what reaches out of the file and that nothing uses, a mere picture, and a signature.

    Findings: STR-070 to STR-073, STR-079.
    """
    parts = _faults(
        contents, (*_unused_links(contents), *_query_rests(contents), *_pictures(contents))
    )
    is_signed = any(one.kind == _SIGNATURE for _, one in _every(contents))
    signed = (IntakeFinding("STR-079"),) if is_signed else ()
    return tuple(sorted((*parts, *signed, *_find_formulas(contents)), key=lambda one: one.code))


def _unused_links(contents: Contents) -> Iterator[Found]:
    """List where Excel shows a link that nothing uses: among its links, or its names too."""
    if not _has_links(contents):
        return
    yield "STR-070", "kaede_rest", ""
    texts = (contents.read(name) or b"" for name in contents.prologs)
    if any(_LINK_IN_FORMULA.search(target) for text in texts for _, target in _names(text)):
        yield "STR-070", "kaede_navn", ""


def _query_rests(contents: Contents) -> Iterator[Found]:
    """List where Excel shows what is left of a query: among its queries or its connections."""
    if any(one.root.startswith(_DATA_MASHUP) for one in contents.prologs.values()):
        yield "STR-072", "forespoergsel_rest", ""
    if _find(contents, _CONNECTIONS):
        yield "STR-072", "forbindelse_rest", ""


def _pictures(contents: Contents) -> Iterator[Found]:
    """List the pictures that are fetched from an address, each with the sheet that shows it."""
    owners = _owners(contents)
    for owner, relation in _every(contents):
        if relation.is_external and _is_picture(owner, relation):
            is_drawing = owner.lower().startswith(_DRAWINGS)
            yield "STR-071", "billede", owners.get(owner.lower(), "") if is_drawing else owner


def _find_formulas(contents: Contents) -> Iterator[IntakeFinding]:
    """Say where formulas fetch from outside by themselves, once per part and kind."""
    roots = {name: prolog.root for name, prolog in sorted(contents.prologs.items())}
    names = (name for name, root in roots.items() if may_have_formulas(root))
    suspects = find_suspects((name, contents.read(name) or b"") for name in names)
    tabs: Mapping[str, int] | None = None
    for name in sorted(suspects):
        cells: dict[str, str] = {}
        for word, cell in find_formulas(contents.read(name) or b"", roots[name], fetches):
            cells.setdefault(f"udefra_{word}", cell)
        tabs = contents.number_tabs() if cells and tabs is None else tabs
        for word, cell in cells.items():
            place = str(tabs[name]) if tabs and name in tabs else ""
            details = (("celle", cell if _ADDRESS.fullmatch(cell) else ""), ("del", word))
            yield IntakeFinding("STR-073", details=(*details, ("fane", place)))


def _is_picture(owner: str, relation: PackageRelation) -> bool:
    """Return whether a relationship is to a picture, one of the function IMAGE among them."""
    return relation.kind == _PICTURE or bool(_WEB_PICTURES.fullmatch(owner.lower()))


def _every(contents: Contents) -> Iterator[tuple[str, PackageRelation]]:
    """List the relationships, each with the part that has it."""
    for owner, own in contents.relations.items():
        yield from ((owner, relation) for relation in own)


def _owners(contents: Contents) -> dict[str, str]:
    """Return part in lower case → the part that has it."""
    return {one.target.lower(): owner for owner, one in _every(contents) if not one.is_external}


def _has_links(contents: Contents) -> bool:
    return any(_LINK.fullmatch(name.lower()) for name in contents.names) or any(
        relation.kind in _LINK_TYPES for _, relation in _every(contents)
    )


def _fetched(contents: Contents) -> Iterator[Found]:
    """List what a program fetches by itself: neither a link to click, a picture nor a link."""
    spared = {_WAITS_FOR_A_CLICK, _PICTURE, *_LINK_TYPES}
    for owner, relation in _every(contents):
        is_in_link = bool(_LINK.fullmatch(owner.lower()))
        if relation.is_external and relation.kind not in spared and not is_in_link:
            yield "STR-028", "kaedet" if _is_linked_object(relation) else "hentet", owner


def _links(contents: Contents) -> Iterator[Found]:
    """List the formulas that point into another file, by themselves or by a name that does.

    A name that points there and that no formula has is what a copied sheet leaves behind.
    """
    if not _has_links(contents):
        return
    texts = {
        name: contents.read(name) or b""
        for name in sorted(contents.prologs)
        if name.lower().startswith("xl/") and not _LINK.fullmatch(name.lower())
    }
    used = _used_pattern(texts.values())
    has_dde = any(_DDE.search(contents.read(name) or b"") for name in _link_parts(contents))
    for name, text in texts.items():
        root = contents.prologs[name].root
        for place, _ in find_formulas(text, root, lambda formula: bool(used.search(formula))):
            word = "diagram" if "/charts/" in name.lower() else _LINKING.get(place, place)
            if place != _IN_NAME:
                yield "STR-028", "dde" if has_dde else word, name


def _link_parts(contents: Contents) -> Iterator[str]:
    return (name for name in contents.prologs if _LINK.fullmatch(name.lower()))


def _used_pattern(texts: Iterable[bytes]) -> re.Pattern[str]:
    """Return what a formula has that points outside: a link, or a name that stands for one."""
    outside = [
        re.escape(name)
        for text in texts
        for name, target in _names(text)
        if _LINK_IN_FORMULA.search(target)
    ]
    pattern = _LINK_IN_FORMULA.pattern
    if outside:
        pattern += r"|(?<![\w.])(?:" + "|".join(outside) + r")(?![\w.])"
    return re.compile(pattern, re.IGNORECASE)


def _names(text: bytes) -> Iterator[tuple[str, str]]:
    """List the defined names of a workbook part, each with what it stands for."""
    for name, target in _NAME.findall(text):
        yield unescape(name.decode("utf-8", "replace")), unescape(target.decode("utf-8", "replace"))


def _queries(contents: Contents) -> Iterator[Found]:
    """List queries and connections, and not the part where one has been."""
    owners = {one.target: owner for owner, one in _every(contents)}
    for name in sorted(contents.names):
        for word, parts in _QUERIES.items():
            if parts.fullmatch(name.lower()):
                yield "STR-030", word, owners.get(name, "")
    connections = _find(contents, _CONNECTIONS)
    if connections and _CONNECTION.search(contents.read(connections) or b""):
        yield "STR-030", "forbindelse", ""


def _find(contents: Contents, wanted: str) -> str:
    return next((name for name in contents.names if name.lower() == wanted), "")
