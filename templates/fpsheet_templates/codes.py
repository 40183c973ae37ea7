"""Code lists: what a cell of type code may hold, and how it is shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

APPLICATION = "ansoegning"
"""The type of a row of Forløb that is a new application: a day, which a decision answers."""

_COLUMNS = {"code", "jurisdiction", "valid_from", "valid_to", "source"}
_LANGUAGE = re.compile("[a-z]{2}")
_OWN_LABEL = re.compile("[a-z]{2}_[A-Z]{2}")
"""Columns of labels that one country has instead: `da_DK`."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list.

    Attributes:
        id: The identifier that the database and the exchange formats hold.
        labels: Language tag → the label a person picks.
        jurisdictions: Where the code may be used: "GL", "DK" or both.
        valid_from: First day the code holds, ISO, inclusive; empty for always.
        valid_to: First day the code no longer holds, ISO, exclusive; empty for still valid.
        source: Law, guide or request that the code comes from.
        extra: Further columns of the list (for instance the arbejdsevne of a niveau).
        own_labels: Language and country ("da_DK") → the label that a person picks there instead;
            in a country's own words "da_both" → what both countries would say.
    """

    id: str
    labels: Mapping[str, str]
    jurisdictions: frozenset[str]
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    own_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_replaced(self) -> bool:
        """Return whether other codes took its place: it is still read, and offered nowhere."""
        return bool(self.extra.get("afloest"))

    def label(self, language: str, jurisdiction: str = "") -> str:
        """Return the label in a language, in one country's words if given.

        What both countries say holds where a country has no word of its own, and Danish where the
        language lacks the label.
        """
        own = self.own_labels.get(f"{language}_{jurisdiction}")
        return own or self.labels.get(language) or self.labels["da"]

    def in_country(self, jurisdiction: str) -> "Code":
        """Return the code with a country's words as its labels; what others say is still read."""
        own = {tag: self.label(tag, jurisdiction) for tag in self.labels}
        if own == self.labels:
            return self
        others = {f"{tag}_both": label for tag, label in self.labels.items()}
        return replace(self, labels=own, own_labels={**self.own_labels, **others})

    def earlier_label(self, language: str) -> str:
        """Return the label of an earlier version of the form: still read; empty without one."""
        return self.extra.get(f"foer_{language}", "")

    def other_labels(self, language: str) -> tuple[str, ...]:
        """Return what else a person may enter: an earlier version's label, another country's."""
        told = (label for tag, label in self.own_labels.items() if tag.startswith(f"{language}_"))
        known = dict.fromkeys((self.earlier_label(language), *told))
        return tuple(label for label in known if label not in {"", self.label(language)})


@dataclass(frozen=True, slots=True)
class CodeList:
    """A named list of codes, in the order a person should see them."""

    id: str
    codes: tuple[Code, ...]

    def __contains__(self, code: str) -> bool:
        """Return whether the list has the code (identifier)."""
        return any(entry.id == code for entry in self.codes)

    def __getitem__(self, code: str) -> Code:
        """Return one code by its identifier; KeyError when the list lacks it."""
        for entry in self.codes:
            if entry.id == code:
                return entry
        raise KeyError(code)

    def ids(self) -> tuple[str, ...]:
        """Return the identifiers in list order."""
        return tuple(entry.id for entry in self.codes)

    def for_jurisdiction(self, jurisdiction: str) -> tuple[Code, ...]:
        """Return the codes that may be used in a jurisdiction ("GL" or "DK"), in list order."""
        return tuple(entry for entry in self.codes if jurisdiction in entry.jurisdictions)

    def in_country(self, jurisdiction: str) -> "CodeList":
        """Return the list with the words of a country; every code stays."""
        return replace(self, codes=tuple(code.in_country(jurisdiction) for code in self.codes))

    def by_entry(self, language: str) -> dict[str, str]:
        """Map what a person may enter to the code: label or code, case folded → identifier.

        Accepted is the label in the workbook's language, that of either country and of an earlier
        version, and the identifier itself, in any letter case, as a worksheet's own comparison
        has it.
        """
        entries = {
            label.casefold(): entry.id
            for entry in self.codes
            for label in entry.other_labels(language)
        }
        entries.update({entry.id.casefold(): entry.id for entry in self.codes})
        entries.update({entry.label(language).casefold(): entry.id for entry in self.codes})
        return entries


def read_code(row: Mapping[str, str]) -> Code:
    """Read one line of a list's file: column → what stands there."""
    languages = {key for key in row if _LANGUAGE.fullmatch(key)}
    own = {key for key in row if _OWN_LABEL.fullmatch(key)}
    return Code(
        id=row["code"],
        labels={language: row[language] for language in languages if row[language]},
        jurisdictions=frozenset((row.get("jurisdiction") or "GL DK").split()),
        valid_from=row.get("valid_from", ""),
        valid_to=row.get("valid_to", ""),
        source=row.get("source", ""),
        extra={k: v for k, v in row.items() if k not in _COLUMNS | languages | own},
        own_labels={key: row[key] for key in sorted(own) if row[key]},
    )
