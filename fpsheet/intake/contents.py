"""What a package may hold: which parts belong in a workbook, and which are refused.

The user's own pictures, charts, comments, pivot tables and extra sheets belong. What runs, what
reaches out of the file and what nobody can look into does not.
"""

import re
from collections.abc import Iterator, Mapping

from fpsheet.intake.fault import Fault
from fpsheet.intake.prolog import Prolog
from fpsheet.intake.relation import Relation

_KNOWN = re.compile(
    r"""
      \[content_types\]\.xml
    | _rels/\.rels
    | docprops/ .* \.(?:xml|rels|jpe?g|png|wmf|emf)
    | docmetadata/ .* \.(?:xml|rels)
    | customxml/ .* \.(?:xml|rels)
    | _xmlsignatures/ .* \.(?:xml|rels|sigs)
    | \[trash\]/ .* \.dat                     # what Excel itself leaves behind
    | xl/ .* \.(?:xml|rels|vml)
    | xl/media/ .* \.(?:png|jpe?g|gif|bmp|dib|tiff?|emf|wmf|svg|wdp|webp|ico)
    | xl/printersettings/ .* \.bin
    | xl/customproperty\d*\.bin
    """,
    re.VERBOSE | re.DOTALL,
)

# Code of the finding → part names (in lower case), relationship types, content types.
_REFUSED: Mapping[str, tuple[re.Pattern[str], frozenset[str], re.Pattern[str]]] = {
    "STR-027": (
        re.compile(r".*vbaproject[^/]*|xl/(?:intl)?macrosheets/.*|.*/vbadata\.xml"),
        frozenset({"vbaproject", "xlmacrosheet", "xlintlmacrosheet", "wordvbadata"}),
        re.compile(r".*(?:vbaproject|macrosheet|intlmacrosheet).*", re.IGNORECASE),
    ),
    "STR-028": (
        re.compile(r"xl/externallinks/.*"),
        frozenset({"externallink", "externallinkpath", "xlexternallinkpath"}),
        re.compile(r".*externallink.*", re.IGNORECASE),
    ),
    "STR-029": (
        re.compile(r"(?:.*/)?(?:embeddings|oleobjects?)/.*"),
        frozenset({"oleobject", "package", "attachedtoolbars"}),
        re.compile(r".*oleobject.*", re.IGNORECASE),
    ),
    "STR-030": (
        re.compile(r"xl/(?:connections\.xml|querytables/.*|model/.*|queries/.*)"),
        frozenset({"connections", "querytable", "powerpivotdata"}),
        re.compile(r".*(?:connections\+xml|querytable).*", re.IGNORECASE),
    ),
    "STR-031": (
        re.compile(r"(?:.*/)?activex/.*"),
        frozenset({"control", "activexcontrolbinary"}),
        re.compile(r".*activex.*", re.IGNORECASE),
    ),
}
_DATA_MASHUP = "http://schemas.microsoft.com/DataMashup "
_UNKNOWN_PART = "STR-032"
_OUTSIDE_LINK = "STR-028"


def find_refused(
    prologs: Mapping[str, Prolog],
    names: frozenset[str],
    content_types: frozenset[str],
    relations: tuple[Relation, ...],
) -> tuple[Fault, ...]:
    """List every reason to refuse the package, one fault per kind, in code order.

    Args:
        prologs: Part name → beginning of each XML part.
        names: Every part name.
        content_types: Every content type the package declares.
        relations: Every relationship of every part.

    Findings: STR-027 to STR-032.
    """
    codes = set(_codes_of_relations(relations)) | set(_codes_of_types(content_types))
    for name in map(str.lower, names):
        own = [code for code, (parts, _, _) in _REFUSED.items() if parts.fullmatch(name)]
        codes.update(own)
        if not own and not _KNOWN.fullmatch(name):
            codes.add(_UNKNOWN_PART)
    if any(prolog.root.startswith(_DATA_MASHUP) for prolog in prologs.values()):
        codes.add("STR-030")
    return tuple(Fault(code) for code in sorted(codes))


def _codes_of_relations(relations: tuple[Relation, ...]) -> Iterator[str]:
    for relation in relations:
        for code, (_, types, _) in _REFUSED.items():
            if relation.type in types:
                yield code
        # A link to a page or a mail address waits for a click; anything else is fetched.
        if relation.is_external and relation.type != "hyperlink":
            yield _OUTSIDE_LINK


def _codes_of_types(content_types: frozenset[str]) -> Iterator[str]:
    for content_type in content_types:
        for code, (_, _, pattern) in _REFUSED.items():
            if pattern.fullmatch(content_type):
                yield code
