"""What every printed table must say, told a second time: headings and labels as a reader sees them.

Nothing of the tables' declarations is read, nor of the counting: a heading is spelled out here with
what it counts, of the facts that `tests.support.naive_statistics` gives. Only the words for codes
come from the code lists of the form.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.support.naive_statistics import quartile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fpsheet_templates.form import Form
    from tests.support.naive_statistics import Fact

Printed = int | float | str
NO_SENSE, MISSING = "[z]", "[x]"

LISTED = {
    # Heading of a column of labels → the code list its labels are from.
    "Forløbstype": "forloeb_type",
    "Revalideringstiltag": "revalideringstiltag",
    "Jobtype": "job_type",
    "Branche (10 grupper)": "branche10",
    "Branche": "branche19",
    "Motivation": "motivation",
    "Indkomst ved siden af pensionen": "indkomst_kilde",
    "Årsag til tilbagevisning": "tilbagevisningsaarsag",
    "Årsag til afslag": "afslagsaarsag",
    "Indstilling": "indstilling",
}
WORDS = {
    "Industri": (
        "industri",
        {
            "Fiskefabrikker": "fisk",
            "Anden industri": "anden",
            "Industri uden nærmere angivelse": "industri",
            "Andre brancher end industri": "ikke",
        },
    ),
    "Køn": ("koen", {"Mænd": "M", "Kvinder": "K"}),
    "Alder": (
        "aldersgruppe",
        {
            "0-17 år": "0-17",
            "18-29 år": "18-29",
            "30-39 år": "30-39",
            "40-49 år": "40-49",
            "50-59 år": "50-59",
            "60-66 år": "60-66",
            "67 år og derover": "67-",
        },
    ),
    "Arbejdsevne": (
        "arbejdsevne",
        {
            "0-25 pct.": "0-25",
            "26-50 pct.": "26-50",
            "51-75 pct.": "51-75",
            "76-100 pct.": "76-100",
        },
    ),
    "Timer pr. uge": (
        "timer",
        {
            "0 timer": "0",
            "0,1-9,9 timer": "0,1-9,9",
            "10-19,9 timer": "10-19,9",
            "20-29,9 timer": "20-29,9",
            "30 timer og derover": "30-",
        },
    ),
    "Niveau før": (
        "fra_niveau",
        {
            "Højeste": "hoejeste",
            "Mellemste": "mellemste",
            "Laveste": "laveste",
            "Ikke revurderet (før reformen)": "foer_reform",
        },
    ),
    "Afgørelse": ("sagsafgoerelse", {"Tilkendelse": "tilkendelse", "Afslag": "afslag"}),
    "Førtidspensionist": ("pensionist", {"Ja": "ja", "Nej": "nej"}),
    "Foreliggende grundlag": ("foreliggende_grundlag", {"Ja": "ja", "Nej": "nej"}),
    "Instans": (
        "instans",
        {
            "Kommunalbestyrelsen": "kommunalbestyrelse",
            "Sagsbehandler efter delegation": "sagsbehandler",
            "Udvalg eller formandsbeslutning": "udvalg",
            "Pensionsnævnet": "pensionsnaevn",
        },
    ),
    "Klageinstans": (
        "klageinstans",
        {
            "Førtidspensionsklagenævnet": "klagenaevn",
            "Det Sociale Ankenævn": "socialt_ankenaevn",
            "Ankestyrelsen": "ankestyrelse",
            "Domstolene": "domstol",
        },
    ),
}
TOTALS = {
    *("Hele landet", "I alt", "Alle niveauer", "Alle med anden indkomst"),
    *("Alle tilbageviste sager", "Alle brancher"),
}
_LEVELS = {"Højeste": "hoejeste", "Mellemste": "mellemste", "Laveste": "laveste"}
_STOCK_LEVELS = {**_LEVELS, "Ikke revurderet (før reformen)": "foer_reform"}
_YES_NO = {"Ja": "ja", "Nej": "nej"}
_OUTCOMES = {
    "Tilkendt senere": "tilkendelse",
    "Afslag senere": "afslag",
    "Tilbagevist igen": "tilbagevist",
    "Ingen afgørelse endnu": "afventer",
}
_UNSTATED = {"Uoplyst": "uoplyst"}
_DENMARK = {
    "bortfald_aarsag": {"Overgang til folkepension": "alderspension"},
    "job_type": {"Selvstændig": "selvstaendig"},
    "resultat": {"Sat i bero": "udsat"},
}
"""Code list → words that Denmark has instead."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One column, or all that begin with the same words.

    Attributes:
        fact: What it counts.
        how: `rows`, `units`, `quartile 1` to `quartile 3`, `mean`, or the name of a figure.
        where: Codes the facts must have.
        by: Dimension that the words after the colon are of; empty for a single column.
        words: Those words → codes; a code list where it is a string.
    """

    fact: str
    how: str = "rows"
    where: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    words: Mapping[str, str] | str = ""


def _levels(fact: str, how: str = "rows") -> dict[str, Heading]:
    return {"Niveau": Heading(fact, how, by="bestand_niveau", words=_STOCK_LEVELS)}


_REVURDERING = {"forloeb_type": "revurdering"}
_REVALIDERING = {"forloeb_type": "revalidering"}
_BEGUN, _ENDED = "forloeb.paabegyndt", "forloeb.afsluttet"
_ACTIVE, _STOCK = "forloeb.igangvaerende", "bestand.bestand"
_GRANTED, _REFUSED = "afgoerelse.tilkendelse", "afgoerelse.afslag"
_RETURNED = "tilbagevisning.tilbagevist"
_BOTH = "afgoerelse.tilkendelse+afgoerelse.afslag"
_RESULTS = Heading(_ENDED, by="resultat", words="resultat")
_LOCAL = {
    "Førtidspensionister": Heading("lokalt.bestand"),
    "Tilkendelser": Heading("lokalt.tilkendelse"),
    "Afslag": Heading("lokalt.afslag"),
}
_JOBS = {
    "Job i alt": Heading("job.i_perioden"),
    "Job": Heading("job.i_perioden", by="job_type", words="job_type"),
}
_DECIDED = {
    "Tilkendelser og afslag": Heading(_BOTH),
    "Tilkendelser": Heading(_GRANTED),
    "Afslag": Heading(_REFUSED),
}
_APPEALS = {
    "Afgjorte klager": Heading("klage.stadfaestet+klage.aendret+klage.hjemvist+klage.afvist"),
    "Stadfæstet": Heading("klage.stadfaestet"),
    "Ændret": Heading("klage.aendret"),
    "Hjemvist": Heading("klage.hjemvist"),
    "Afvist": Heading("klage.afvist"),
}
_QUARTILES = ("Nedre kvartil", "Median", "Øvre kvartil")

TABLES: Mapping[str, Mapping[str, Heading]] = {
    "T01": {
        "Påbegyndte forløb": Heading(_BEGUN),
        "Afsluttede forløb": Heading(_ENDED),
        "Igangværende forløb": Heading(_ACTIVE),
        "Borgere med igangværende forløb": Heading(_ACTIVE, "units"),
    },
    "T01b": {"Påbegyndte forløb": Heading(_BEGUN), "Afsluttede forløb": Heading(_ENDED)},
    "T02": {
        "Afsluttede forløb": Heading(_ENDED),
        **{name: Heading(_ENDED, f"quartile {n}") for n, name in enumerate(_QUARTILES, start=1)},
    },
    "T03": {
        "Påbegyndte revurderinger": Heading(_BEGUN, where=_REVURDERING),
        **dict.fromkeys(
            ("Uden for cyklus", "Ikke planlagt"),
            Heading(_BEGUN, where=_REVURDERING, by="uden_for_cyklus", words=_YES_NO | _UNSTATED),
        ),
        "Afsluttede revurderinger": Heading(_ENDED, where=_REVURDERING),
        "Varighed, median": Heading(_ENDED, "quartile 2", where=_REVURDERING),
        "Førtidspensionister under 60 år": Heading("frist.under_60"),
        "Revurdering hvert femte år": Heading(
            "frist.under_60",
            by="frist",
            words={"Inden for fristen": "inden", "Fristen er overskredet": "overskredet"},
        ),
    },
    "T04": {
        "Afsluttede revurderinger": Heading("afklaring.afsluttet"),
        "Med antal afklaringsforløb": Heading(
            "afklaring.afsluttet",
            by="antal_afklaring",
            words={"Ingen": "0", "1": "1", "2": "2", "3 eller flere": "3-"},
        ),
        "Afklaringsforløb i gennemsnit": Heading("afklaring.afsluttet", "mean"),
    },
    "T05": {
        "Påbegyndte revalideringer": Heading(_BEGUN, where=_REVALIDERING),
        "Afsluttede revalideringer": Heading(_ENDED, where=_REVALIDERING),
    },
    "T05b": {
        "Afsluttede revalideringer": Heading(_ENDED, where=_REVALIDERING),
        "Resultat": Heading(_ENDED, where=_REVALIDERING, by="resultat", words="resultat"),
    },
    "T05c": {
        "Påbegyndte revalideringer": Heading(_BEGUN, where=_REVALIDERING),
        "Afsluttede revalideringer": Heading(_ENDED, where=_REVALIDERING),
    },
    "T06": {"Førtidspensionister": Heading(_STOCK)},
    "T06b": {"Førtidspensionister": Heading(_STOCK), **_levels(_STOCK)},
    "T07": {"Førtidspensionister": Heading(_STOCK)},
    "T07b": {"Førtidspensionister": Heading(_STOCK), **_levels(_STOCK)},
    "T08": {
        "Borgere med job i perioden": Heading("job.i_perioden", "units"),
        "Job i perioden": Heading("job.i_perioden"),
        "Borgere med job sidste dag": Heading("job.sidste_dag", "units"),
        "Job sidste dag": Heading("job.sidste_dag"),
    },
    "T08b": {
        "Job i perioden": Heading("job.i_perioden"),
        "Job sidste dag": Heading("job.sidste_dag"),
    },
    "T09": {
        "Førtidspensionister": Heading(_STOCK),
        "Ordinært job": Heading(_STOCK, by="ordinaer", words={**_YES_NO, "Ikke oplyst": "uoplyst"}),
        "Timer i ordinært job": Heading(
            _STOCK,
            where={"ordinaer": "ja"},
            by="ordinaer_timer",
            words={**WORDS["Timer pr. uge"][1], **_UNSTATED},
        ),
        "Timer i gennemsnit": Heading(_STOCK, "mean", where={"ordinaer": "ja"}),
    },
    "T09b": {
        "Førtidspensionister": Heading(_STOCK),
        "Arbejde i perioden": Heading(
            _STOCK,
            by="ordinaer_perioden",
            words={
                "Også sidste dag": "sidste_dag",
                "Kun tidligere, nu nej": "tidligere_nej",
                "Kun tidligere, nu ikke oplyst": "tidligere",
                "Nej": "nej",
                "Ikke oplyst": "uoplyst",
            },
        ),
    },
    "T10": _JOBS,
    "T10b": _JOBS,
    "T10d": _JOBS,
    "T10c": {"Job i alt": Heading("job.i_perioden")},
    "T11": {
        "Tilkendelser og afslag": Heading(_BOTH),
        "Tilkendelser i alt": Heading(_GRANTED),
        "Tilkendelser": Heading(_GRANTED, by="niveau", words=_LEVELS | _UNSTATED),
        "Afslag": Heading(_REFUSED),
        "Udsættelser": Heading("afgoerelse.udsaettelse"),
        "Tilbagevisninger": Heading("afgoerelse.tilbagevist"),
    },
    "T11b": {
        "Tilkendelser og afslag": Heading(_BOTH),
        "Tilkendelser i alt": Heading(_GRANTED),
        "Afslag": Heading(_REFUSED),
        "Udsættelser": Heading("afgoerelse.udsaettelse"),
        "Tilbagevisninger": Heading("afgoerelse.tilbagevist"),
    },
    "T11c": {
        "Tilkendelser og afslag": Heading(_BOTH),
        "Tilkendelser i alt": Heading(_GRANTED),
        "Afslag": Heading(_REFUSED),
    },
    "T11d": {
        **_DECIDED,
        "Udsættelser": Heading("afgoerelse.udsaettelse"),
        "Tilbagevisninger": Heading("afgoerelse.tilbagevist"),
    },
    "T11e": {**_DECIDED, "Andel afslag": Heading("", "share")},
    "T11f": {"Afslag": Heading(_REFUSED)},
    "T12": {
        "Tilkendelser": Heading(_GRANTED),
        "Afslag": Heading(_REFUSED),
        "Tilkendelser og afslag": Heading(_BOTH),
        "Andel afslag": Heading("", "share"),
        "Forventede afslag, landets andel": Heading("", "expected"),
        "Forventede afslag, de indberettende kommuners andel": Heading("", "expected"),
        "Afslag, nedre grænse": Heading("", "lower"),
        "Afslag, øvre grænse": Heading("", "upper"),
        "Afslag i forhold til forventet": Heading("", "index"),
    },
    "T12b": {
        "Tilkendelser og afslag": Heading(_BOTH),
        "Tilkendelser": Heading(_GRANTED),
        "Afslag": Heading(_REFUSED),
        "Forventede afslag, standardiseret": Heading("", "standardised"),
        "Afslag i forhold til standardiseret": Heading("", "standardised index"),
    },
    "T25": _LOCAL,
    "T25b": {**_LOCAL, "Tilbagevisninger": Heading("lokalt.tilbagevist")},
    "T15c": {
        "Første gang i alt": Heading("foerstegang.foerste_gang"),
        "Første gang": Heading(
            "foerstegang.foerste_gang", by="niveau", words={**_LEVELS, **_UNSTATED}
        ),
        "Tilgang": Heading("bevaegelse.tilgang"),
    },
    "T13": {
        "Tilbagevisninger": Heading("afgoerelse.tilbagevist"),
        "Kommunens mål": Heading("", "missing"),
        "Over målet": Heading("", "missing"),
        "Udfald": Heading(_RETURNED, "units", by="udfald", words=_OUTCOMES),
    },
    "T13b": {
        "Tilbagevisninger": Heading(_RETURNED, "units"),
        "Udfald": Heading(_RETURNED, "units", by="udfald", words=_OUTCOMES),
    },
    "T13c": {
        "Tilbagevisninger": Heading("afgoerelse.tilbagevist"),
        "Afgjort igen": Heading("ny_afgoerelse.afgjort_igen"),
        **{
            name: Heading("ny_afgoerelse.afgjort_igen", f"quartile {n}")
            for n, name in enumerate(_QUARTILES, start=1)
        },
    },
    "T14": {"Førtidspensionister": Heading(_STOCK), **_levels(_STOCK)},
    "T14b": {"Førtidspensionister": Heading(_STOCK), **_levels(_STOCK)},
    "T14c": {
        "Førtidspensionister": Heading(_STOCK),
        "Indbyggere på 18-66 år": Heading("", "missing"),
        "Hyppighed": Heading("", "missing"),
    },
    "T15": {
        "Ved periodens begyndelse": Heading("bestand.primo"),
        "Hele perioden i samme kommune": Heading("bevaegelse.blivende"),
        "Tilgang": Heading("bevaegelse.tilgang"),
        "Tilflyttet fra anden kommune": Heading("bevaegelse.tilflyttet"),
        "Afgang i alt": Heading("bevaegelse.afgang"),
        "Fraflyttet til anden kommune": Heading("bevaegelse.fraflyttet"),
        "Ved periodens slutning": Heading(_STOCK),
    },
    "T15b": {
        "Afgang i alt": Heading("bevaegelse.afgang"),
        "Afgang": Heading("bevaegelse.afgang", by="bortfald_aarsag", words="bortfald_aarsag"),
    },
    "T16": {
        "Revurderinger afgjort": Heading("overgang.afgjort"),
        "Til": Heading(
            "overgang.afgjort",
            by="til_niveau",
            words={**_LEVELS, "Frakendt": "frakendt", **_UNSTATED},
        ),
    },
    "T17": {"Afsluttede forløb": Heading(_ENDED), "Resultat": _RESULTS},
    "T18": {"Borgere": Heading("indkomst.borgere", "units")},
    "T18b": {
        "Borgere": Heading("indkomst.borgere", "units"),
        **_levels("indkomst.borgere", "units"),
    },
    "T19": {
        "Afgjorte ansøgninger": Heading("sagstid.afgjort"),
        **{
            name: Heading("sagstid.afgjort", f"quartile {n}")
            for n, name in enumerate(_QUARTILES, start=1)
        },
        "Uden oplyst ansøgningsdato": Heading("sagstid.uden_ansoegning"),
    },
    "T20": {
        "Udsættelser": Heading("afgoerelse.udsaettelse"),
        "Frister i perioden": Heading("udsaettelse.frister"),
        "Frist": Heading(
            "udsaettelse.frister",
            by="udsaettelse_frist",
            words={
                "Vurderet inden fristen": "inden",
                "Vurderet efter fristen": "efter",
                "Ikke vurderet": "ikke_vurderet",
            },
        ),
    },
    "T23": {
        **_APPEALS,
        "Ændret eller hjemvist": Heading("klage.aendret+klage.hjemvist"),
        "Prøvede klager": Heading("klage.stadfaestet+klage.aendret+klage.hjemvist"),
        "Andel ændret eller hjemvist": Heading("", "share of appeals"),
    },
    "T23b": _APPEALS,
    "T24": {
        "Indstillinger": Heading("indstilling.indstillet"),
        "Udfald": Heading(
            "indstilling.indstillet",
            by="teamudfald",
            words={
                "Tilkendt": "tilkendelse",
                "Afslag": "afslag",
                "Tilbagevist": "tilbagevist",
                "Ingen afgørelse endnu": "afventer",
            },
        ),
    },
}
"""T21 is of files and T22 of editions: neither is counted from records."""

STRATA = ("koen", "aldersgruppe")


@dataclass(frozen=True, slots=True)
class NaiveBook:
    """Everything a country's printed tables say.

    Attributes:
        form: For the words of codes.
        facts: The facts of the country, by what they count.
    """

    form: Form
    facts: Mapping[str, Sequence[Fact]]

    @classmethod
    def of(cls, form: Form, facts: Iterable[Fact]) -> NaiveBook:
        """Return the book of a country's facts."""
        by_name: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            by_name[fact.name].append(fact)
        return cls(form, by_name)

    def cell(self, table: str, heads: Sequence[str], row: Sequence[str], head: str) -> Printed:
        """Return what a table must print.

        Args:
            table: Its name.
            heads: Headings of its columns of labels.
            row: The labels of the row.
            head: Heading of the column, with unit and notes.
        """
        heading, code = self._find(table, head)
        codes = {**heading.where, **self.codes(heads, row)}
        if heading.by:
            codes[heading.by] = code
        if heading.how in {"rows", "units"}:
            own = list(self._matching(heading.fact, codes))
            return len(own) if heading.how == "rows" else len({fact.unit for fact in own})
        if heading.how == "mean" or heading.how.startswith("quartile"):
            values = [f.value for f in self._matching(heading.fact, codes) if f.value is not None]
            return _of_values(heading.how, values)
        return self._figure(heading.how, codes)

    def codes(self, heads: Sequence[str], row: Sequence[str]) -> dict[str, str]:
        """Return dimension → code of a row, totals left out."""
        found = {}
        for head, label in zip(heads, row, strict=True):
            if label not in TOTALS and not re.fullmatch(r"\d+ af \d+ kommuner", str(label)):
                dimension, code = self._code(head, label)
                found[dimension] = code
        return found

    def _code(self, head: str, label: str) -> tuple[str, str]:
        if head == "Kommune":
            return "kommune", {k.name: k.code for k in self.form.kommuner.values()}[label]
        if head == "Kvartal":
            year, quarter = re.findall(r"(\d{4}), (\d)\. kvartal", label)[0]
            return "kvartal", f"{year}K{quarter}"
        if head in {"Lokalitet", "Afdeling"}:
            known = {"Andre lokaliteter": "andre", "Andre afdelinger": "andre", **_UNSTATED}
            return head.casefold(), known.get(label, label)
        dimension, words = WORDS.get(head) or (LISTED[head], self._words(LISTED[head]))
        return dimension, "uoplyst" if label == "Uoplyst" else words[label]

    def _words(self, codes: str) -> dict[str, str]:
        listed = {code.label("da"): code.id for code in self.form.code_lists[codes].codes}
        return {**listed, **_DENMARK.get(codes, {}), **_UNSTATED}

    def _find(self, table: str, head: str) -> tuple[Heading, str]:
        name = re.sub(r"( \([^()]*\))( \[note \d+\](\[note \d+\])*)?$", "", head)
        whole = TABLES[table].get(name)
        if whole is not None and not whole.by:
            return whole, ""
        first, _, word = name.partition(": ")
        heading = TABLES[table][first]
        words = self._words(heading.words) if isinstance(heading.words, str) else heading.words
        return heading, words[word]

    def _matching(self, name: str, codes: Mapping[str, str]) -> Iterator[Fact]:
        for part in name.split("+"):
            for fact in self.facts.get(part, ()):
                own = {**fact.codes, "kommune": fact.kommune}
                if all(own.get(dimension) == code for dimension, code in codes.items()):
                    yield fact

    def _count(self, name: str, codes: Mapping[str, str]) -> int:
        return sum(1 for _ in self._matching(name, codes))

    def _figure(self, how: str, codes: Mapping[str, str]) -> Printed:
        if how == "missing":
            return MISSING
        if how == "share of appeals":
            changed = self._count("klage.aendret+klage.hjemvist", codes)
            tried = changed + self._count("klage.stadfaestet", codes)
            return tenth(Fraction(100 * changed, tried)) if tried else NO_SENSE
        refused, decided = self._count(_REFUSED, codes), self._count(_BOTH, codes)
        if not decided:
            return NO_SENSE
        if how in {"lower", "upper"}:
            return tenth(decided * clopper_pearson(refused, decided)[how == "upper"])
        if how == "share":
            return tenth(Fraction(100 * refused, decided))
        if how in {"expected", "index"}:
            expected = decided * Fraction(self._count(_REFUSED, {}), self._count(_BOTH, {}))
        else:
            expected = self._standardised(codes)
        if how in {"expected", "standardised"}:
            return tenth(expected)
        return tenth(100 * refused / expected) if expected else NO_SENSE

    def _standardised(self, codes: Mapping[str, str]) -> Fraction:
        strata: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
        own = {(fact.unit, fact.name, id(fact)) for fact in self._matching(_BOTH, codes)}
        for fact in self._matching(_BOTH, {}):
            counts = strata[tuple(fact.codes[name] for name in STRATA)]
            counts[0] += 1
            counts[1] += fact.name == _REFUSED
            counts[2] += (fact.unit, fact.name, id(fact)) in own
        return sum(
            (Fraction(mine * refused, every) for every, refused, mine in strata.values()),
            Fraction(),
        )


def _of_values(how: str, values: list[Fraction]) -> Printed:
    if not values:
        return NO_SENSE
    if how == "mean":
        return tenth(sum(values, Fraction()) / len(values))
    return tenth(quartile(values, int(how[-1])))


def tenth(number: Fraction | float) -> float:
    """Round to one decimal, halves away from zero."""
    exact = Fraction(number)
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(decimal.quantize(Decimal("0.1"), ROUND_HALF_UP))


def clopper_pearson(count: int, number: int) -> tuple[float, float]:
    """Return the exact 95 per cent interval of a share, by stepping through the shares."""

    def at_most(few: int, share: float) -> float:
        ways = (
            math.comb(number, k) * share**k * (1 - share) ** (number - k) for k in range(few + 1)
        )
        return sum(ways)

    def search(few: int, wanted: float) -> float:
        step, share = 0.5, 0.0
        while step > 1e-12:
            if share + step < 1 and at_most(few, share + step) > wanted:
                share += step
            else:
                step /= 2
        return share

    lower = search(count - 1, 0.975) if count else 0.0
    return lower, search(count, 0.025) if count < number else 1.0
