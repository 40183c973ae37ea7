"""Texts of users: one thing with one word, headings that exist, marks of the language.

What a machine can keep of the readings by people; the words themselves are chosen there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import fpsheet_templates
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = load_form()
GUIDES = Path(fpsheet_templates.__file__).parent / "data/guide"
TEXTS = FORM.texts

EXCELS_OWN_ROWS: Final = (
    "command.upgrade.moved_heading",
    "page.row",
    "rule.STR-055.",
    "rule.STR-058.",
    "rule.STR-067.",
    "statistics.dimension.raekke",
)
"""Texts about rows of Excel that nobody types a case in: hidden ones, and those above a table."""

BANNED: Final = {
    "da": {
        r"\brække(?:n|r|rne)?\b(?! \{|-id)": "linje, for what the caseworker writes",
        r"\bløft": "opgradere",
        r"\bindsendelse": "indberetning",
        r"\bfrigiv": "slippe igennem",
        r"\bom ugen\b": "pr. uge",
        r"\b[iI] arket\b": "på arket",
        r"supporten": "departementet or driften",
        r"\b[Dd]er er intet at gøre": "Du behøver ikke gøre noget",
        r"\bskal ikke gøre (?:noget|mere)": "behøver ikke gøre noget",
        r"[Hh]vad gør (?:du|I)\b|Gør sådan": "Det gør du, Det gør I",
        r"det samme, men|siger noget andet|fandtes ikke på": "what is the case, with its date",
        r"\b[Rr]evision(?:en|s)?\b": "kontrol, kontrolfil: a figure is revideret",
        r"[“”]": "»…«",
    },
    "en": {
        r"\bfaults?\b": "error",
        r"\bmend(?:ed|s)?\b": "correct",
        r"(?<![{-])\bkommune(?:r|s|rs)?\b": "municipality",
        r"(?<!keys )\bdepartement\b": "ministry",
        r"\blift(?:s|ed)?\b": "upgrade",
        r"\bshall\b": "should",
        r"[«»]": "“…”",
        r"\bThere is nothing to do\b": "You need not do anything",
    },
}
"""Language → what no text has → what stands there instead."""

NUMBERED: Final = r"\{(?:antal|anden)\} (?:linjer|rækker|celler|kolonner)\b"
"""A number before a plural: 1 linjer."""


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Yield key and text, but those of the tests of the form itself."""
    yield from TEXTS.by_language[language].items()


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_text_has_a_banned_word(language: str) -> None:
    """Each thing has one word; the banned ones stand in BANNED with what to write instead."""
    found = [
        (key, instead, text)
        for key, text in texts(language)
        for pattern, instead in BANNED[language].items()
        if re.search(pattern, text)
        and not (pattern.startswith(r"\brække") and key.startswith(EXCELS_OWN_ROWS))
    ]
    assert found == []


def test_a_banned_word_is_found() -> None:
    """The patterns find what a person wrote: a row, a lifting, a Danish mark in English."""
    wrong = {
        "da": ("Ret rækken.", "Løftet: løft filen.", "i arket Job", "Se revisionen."),
        "en": ("Mend it: mend.",),
    }
    for language, sentences in wrong.items():
        for sentence in sentences:
            assert any(re.search(pattern, sentence) for pattern in BANNED[language]), sentence
    assert not any(re.search(pattern, "række {raekke}, række-id") for pattern in BANNED["da"])


def test_no_number_stands_before_a_plural_in_a_rule() -> None:
    """A rule never says “1 linjer”: the number stands by itself, or the word fits it."""
    keys = (key for key in TEXTS.by_language["da"] if key.startswith("rule.STR-"))
    sentences = {key: TEXTS.get(key) for key in keys}
    sentences |= {
        key: text for key, text in texts("da") if key.startswith(("rule.ARB", "rule.HIS-0"))
    }
    assert [
        key for key, text in sentences.items() if re.search(NUMBERED + r"(?! \{af\})", text)
    ] == []


COUNTED: Final = {
    "da": r"(?<!af )\{\w+\} (?:linjer|rækker|celler|kolonner|filer|borgere|kommuner|indkomster"
    r"|kommentarer|CPR-numre|dage|steder|projektmapper|afgørelser|sekunder|(?:andre )?ark"
    r"|advarsler|konflikter|sager|nye|tegn)\b",
    "en": r"(?<![Oo]f )\{\w+\} (?:(?:filled|other|hidden) )?(?:rows|lines|cells|columns|files"
    r"|citizens|municipalities|incomes|comments|CPR numbers|days|places|workbooks|decisions"
    r"|seconds|sheets|warnings|errors|conflicts|cases|others|numbers|characters)\b",
}
"""Language → a number before a plural, wrong of 1; of a whole it is right (1 af 3 linjer)."""
ALWAYS_SEVERAL: Final = (
    "command.demo.title",
    "command.keys.new.too_short",
    "command.submit.waiting_many",
    "program.report.places",
    "rule.FLT-014.remedy",
    "rule.STR-035.message",
    "rule.STR-060.message",
    "statistics.audit.",
    "statistics.benchmark.national",
    "statistics.book.figure_from",
    "statistics.coverage.",
    "statistics.edition.revises",
    "statistics.method.",
    "workbook.guide.form_text",
    "workbook.refuse.text",
)
"""Texts whose number is a limit above 1, is said of several alone, or is of an edition."""


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_number_stands_before_a_plural(language: str) -> None:
    """No command, receipt or rule says “1 filer”: the number stands by itself, or of a whole."""
    found = [
        (key, text)
        for key, text in texts(language)
        if re.search(COUNTED[language], text) and not key.startswith(ALWAYS_SEVERAL)
    ]
    assert found == []


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_remedy_names_sheets_and_headings_that_exist(language: str) -> None:
    """“på arket X” and “under X” name a sheet or a heading of the form or of our own lists."""
    sheets = {FORM.sheet_title(sheet.id, language) for sheet in FORM.sheets}
    sheets |= {TEXTS.get(key, language) for key in ("returned.sheet", "conflicts.sheet")}
    labels = {
        FORM.field_label(sheet.id, field.id, language)
        for sheet in FORM.sheets
        for field in sheet.fields
    }
    on = {"da": r"på arket ([A-ZÆØÅ][a-zæøå]+)", "en": r"on the sheet ([A-Z][a-z]+)"}[language]
    under = {
        "da": r"(?:[Vv]ælg|gamle) (?:\w+ )?(?:Ja )?[uU]nder ([A-ZÆØÅ][^.,;]+?)(?= i | på |[.,;]|$)",
        "en": r"(?:hoose|one) (?:Yes |\w+ )?under ([A-Z][^.,;]+?)(?= in | on | only | if |[.,;]|$)",
    }[language]
    missing = []
    for key, text in texts(language):
        if not key.endswith(("remedy", ".message")):
            continue
        missing += [(key, name) for name in re.findall(on, text) if name not in sheets]
        named = (name.strip() for name in re.findall(under, text))
        missing += [
            (key, name)
            for name in named
            if not any(name.startswith(label) or label.startswith(name) for label in labels)
        ]
    assert missing == []


def test_a_remedy_says_what_to_do_and_where() -> None:
    """“Kontrollér” alone leaves a warning standing: what then comes with it; why has its place."""
    bare, nowhere = [], []
    for rule in FORM.rules:
        remedy = TEXTS.get(f"rule.{rule.code}.remedy")
        if re.fullmatch(r"Kontrollér [^.,]*\.", remedy):
            bare.append(rule.code)
        if re.search(r"[Ss]kriv en kort forklaring|forklar kort", remedy):
            nowhere.append(rule.code)
    assert (bare, nowhere) == ([], [])


def test_no_remedy_asks_for_a_file_with_citizens() -> None:
    """A workbook is sent as a package only; where the program fails, nothing is sent."""
    asked = [
        key
        for key, text in texts("da")
        if re.search(r"send (?:den|filen|projektmappen) til (?!udbakken)", text)
    ]
    assert asked == []


def test_a_status_does_not_read_as_its_opposite() -> None:
    """The gravest three: a level where none may be, a file that can be sent, a failed file."""
    assert TEXTS.get("rule.AFG-003.status") == "Niveau uden pension"
    assert TEXTS.get("rule.AFG-002.status") == "Niveau ved afslag"
    assert TEXTS.get("page.waits").startswith("⚠ Kan sendes.")
    assert "Send den ikke" in TEXTS.get("command.sync.failed")


def test_a_warning_that_stays_has_the_coordinator_to_explain_it() -> None:
    """Where a remedy speaks of why, it says that the coordinator writes it in the list."""
    said = {
        rule.code: TEXTS.get(f"rule.{rule.code}.remedy")
        for rule in FORM.rules
        if rule.severity is Severity.ADVARSEL
    }
    assert [
        code
        for code, text in said.items()
        if "hvorfor" in text and "fejllisten" not in text and "Konflikter" not in text
    ] == []


def test_receipt_guide_and_status_say_the_same_of_one_file() -> None:
    """The guide's table has the receipt's headlines, and what the departement's status says."""
    guide = (GUIDES / "koordinator.md").read_text("utf-8")
    table = guide.partition("| Kvitteringen siger |")[2]
    headlines = ("flettet", "svar", "karantaene", "konflikt", "tilbageholdt")
    for key in headlines:
        told = TEXTS.get(f"receipt.status.{key}").partition(" ")[2].partition(":")[0]
        assert told.partition(",")[0] in table, key
    for state in ("i_orden", "venter_paa_svar", "karantaene"):
        assert f"»{TEXTS.get(f'program.delivery.{state}')}«" in table
    assert TEXTS.get("receipt.next_unexplained").partition(",")[0] in (
        "Skriv en forklaring ved advarslerne i fejllisten"
    )


@pytest.mark.parametrize(("language", "pair"), [("da", "»«"), ("en", "“”")])
def test_marks_of_quotation_stand_in_pairs(language: str, pair: str) -> None:
    """Each text opens a mark before it closes it, in its own language's marks."""
    wrong = {
        key: text
        for key, text in texts(language)
        if (marks := "".join(sign for sign in text if sign in pair)) != pair * (len(marks) // 2)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_straight_mark_is_of_what_is_typed(language: str) -> None:
    """Only a setting or a command has straight marks, since there they are typed as they stand."""
    typed = re.compile(r'= "|pip install|"K:/|"…"')
    wrong = {key: text for key, text in texts(language) if '"' in text and not typed.search(text)}
    assert wrong == {}


def test_what_a_country_has_of_its_own_is_said_in_both_languages() -> None:
    """A text of one country that English lacks would be Danish there."""
    own = re.compile(r"_(DK|GL)$")
    danish, english = ({key for key, _ in texts(one) if own.search(key)} for one in ("da", "en"))
    assert danish == english
    assert "statistics.note.bestand_DK" in danish
