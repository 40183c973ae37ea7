"""The form: complete, consistent with itself, and what the requirements asked for."""

import re
from datetime import date

import pytest

from fpsheet_templates.errors import SpecError
from fpsheet_templates.expression import fields_of
from fpsheet_templates.form import FieldType, Form, SheetKind
from fpsheet_templates.load import load_form, read_rules, rule_lines
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.term import load_terms
from fpsheet_templates.text import Texts

_TOLD = ("message", "remedy")


@pytest.fixture(scope="module")
def form() -> Form:
    """Return the newest form."""
    return load_form()


def test_sheets_are_those_of_the_design_in_order(form: Form) -> None:
    """The workbook has the sheets of design section 3, in that order."""
    expected = (
        "forside borger forloeb vurdering job afgoerelse indkomst overdragelse"
        " overblik huskeliste vejledning koder meta"
    )
    assert [sheet.id for sheet in form.sheets] == expected.split()


def test_every_field_of_the_design_is_there(form: Form) -> None:
    """Each entry sheet has at least the fields that design section 3 names."""
    wanted = {
        "borger": "cpr navn lokalitet ansoegning_dato pensionist_foer_reform sagsbehandler"
        " journal_nr bemaerkning",
        "forloeb": "cpr forloeb_type start_dato slut_dato revalideringstiltag timer_pr_uge"
        " resultat indstilling motivation uden_for_cyklus journal_nr tekst",
        "vurdering": "cpr vurdering_dato arbejdsevne_pct maks_timer_pr_uge tekst",
        "job": "cpr job_type start_dato slut_dato timer_pr_uge branche tekst",
        "afgoerelse": "cpr afgoerelse_dato afgoerelse niveau virkning_dato instans"
        " foreliggende_grundlag tilbagevisningsaarsag_1 tilbagevisningsaarsag_2"
        " tilbagevisningsaarsag_3 automatisk_hoejeste side900_dato journal_nr",
        "indkomst": "cpr indkomst_kilde fra_dato til_dato oplyst_af",
        "overdragelse": "cpr til_kommune dato",
    }
    for sheet_id, names in wanted.items():
        have = {field.id for field in form.sheet(sheet_id).entry_fields()}
        assert set(names.split()) | {"annuller"} <= have, sheet_id


def test_code_fields_name_a_code_list(form: Form) -> None:
    """A field is of type code exactly when it names a list, and the list exists."""
    for sheet in form.sheets:
        for field in sheet.fields:
            assert bool(field.codes) == (field.type is FieldType.CODE), field.id
            assert not field.codes or field.codes in form.code_lists, field.id


def test_labels_of_a_code_list_are_unique_in_each_language(form: Form) -> None:
    """No two codes of a list can be entered with the same word, letter case aside."""
    for codes in form.code_lists.values():
        for language in form.texts.languages():
            labels = [code.label(language).casefold() for code in codes.codes]
            assert len(labels) == len(set(labels)), codes.id
            for code in codes.codes:
                entry = codes.by_entry(language)
                assert entry[code.label(language).casefold()] == code.id, (codes.id, code.id)
                assert entry[code.id.casefold()] == code.id, (codes.id, code.id)


def test_the_label_of_an_earlier_version_is_still_read(form: Form) -> None:
    """§ 44 knows no revurdering: the word is Frakendt now, and version 1 had another."""
    causes = form.code_lists["bortfald_aarsag"]
    for language, labels in (
        ("da", ("Frakendt", "Frakendt ved revurdering")),
        ("en", ("Withdrawn", "Withdrawn at reassessment")),
    ):
        read = causes.by_entry(language)
        assert {read[label.casefold()] for label in labels} == {"frakendt"}
        assert "" not in read


def test_every_code_has_its_label_in_every_language(form: Form) -> None:
    """A code without a label would be shown in Danish to a reader of English."""
    for codes in form.code_lists.values():
        for code in codes.codes:
            for language in form.texts.languages():
                told = f"{code.id} of codes/{codes.id}.csv has no label in the column {language}"
                assert code.labels.get(language), told


def test_every_text_exists_in_every_language(form: Form) -> None:
    """Danish and English have the same keys, and each column has a label and a help."""
    danish = set(form.texts.by_language["da"])
    for language in form.texts.languages():
        missing = sorted(danish ^ set(form.texts.by_language[language]))[:5]
        assert not missing, f"not both in da and {language}: the text {' and '.join(missing)}"
    for sheet in form.sheets:
        assert form.sheet_title(sheet.id, "da")
        for field in sheet.fields:
            assert form.field_label(sheet.id, field.id, "en")
            assert form.field_help(sheet.id, field.id, "da")


def test_placeholders_are_the_same_in_every_language(form: Form) -> None:
    """A sentence in English fills the same placeholders as the Danish one, or fewer."""
    holes = re.compile(r"(?<!\{)\{(\w+)")
    for key in form.texts.by_language["da"]:
        danish = set(holes.findall(form.texts.get(key, "da")))
        english = set(holes.findall(form.texts.get(key, "en")))
        assert english <= danish, key


def test_no_text_shows_a_number_that_may_be_somebodys(form: Form) -> None:
    """A CPR number of an example is not one that was ever given out."""
    number = re.compile(r"(?<!\d)[0-3]\d[01]\d{3}-?\d{4}(?!\d)")
    for language in form.texts.languages():
        for key, text in form.texts.by_language[language].items():
            assert not number.search(text), key


def test_headings_are_unique_per_sheet_and_language(form: Form) -> None:
    """An Excel table needs different headings in its columns."""
    for sheet in form.entry_sheets():
        for language in form.texts.languages():
            labels = [form.field_label(sheet.id, field.id, language) for field in sheet.fields]
            assert len({label.casefold() for label in labels}) == len(labels), sheet.id


def test_sheet_titles_and_table_names_are_legal(form: Form) -> None:
    """Tab names fit Excel; a table name is never an address such as TBL1."""
    for language in form.texts.languages():
        titles = [form.sheet_title(sheet.id, language) for sheet in form.sheets]
        assert len({title.casefold() for title in titles}) == len(titles)
        assert all(len(title) <= 31 and not re.search(r"[\[\]:*?/\\]", title) for title in titles)
    for sheet in form.entry_sheets():
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", sheet.table)
        assert len(sheet.letter) == 1


def test_row_rules_name_fields_of_their_sheet(form: Form) -> None:
    """An expression reads only fields of the sheet its rule looks at, and known constants."""
    for rule in form.rules:
        if rule.fails_when is not None:
            sheet = form.sheet(rule.sheet)
            for name in (*rule.fields, *fields_of(rule.fails_when)):
                assert sheet[name].id == name
        if rule.level is RuleLevel.ROW:
            assert rule.fails_when is not None, rule.code
    for sheet in form.sheets:
        for field in sheet.fields:
            for required in (field.required, *field.required_in.values()):
                for name in fields_of(required) if required else ():
                    assert sheet[name].id == name


def test_every_rule_has_its_sentences_in_every_language(form: Form) -> None:
    """A code without a sentence or a remedy is a bug of the catalogue."""
    for rule in form.rules:
        parts = ("message", "remedy", "status") if rule.level is RuleLevel.ROW else _TOLD
        for part in parts:
            for language in form.texts.languages():
                key = f"rule.{rule.code}.{part}"
                assert form.texts.by_language[language].get(key), f"the text {key} is missing"


def test_kommuner_of_greenland_with_their_history(form: Form) -> None:
    """Five kommuner today; 958 became 959 and 960 on 1 January 2018 (cpr.dk)."""
    today = [k.code for k in form.kommuner.values() if k.jurisdiction == "GL"]
    assert {"955", "956", "957", "959", "960"} <= set(today)
    old = form.kommuner["958"]
    assert old.is_in_force(date(2017, 12, 31))
    assert not old.is_in_force(date(2018, 1, 1))
    assert old.successors == ("959", "960")
    assert form.kommuner["959"].is_in_force(date(2018, 1, 1))
    assert not form.kommuner["960"].is_in_force(date(2017, 12, 31))


def test_denmark_has_98_kommuner(form: Form) -> None:
    """The kommunalreform of 2007 left 98 kommuner; Norddjurs is 707."""
    danish = [kommune for kommune in form.kommuner.values() if kommune.jurisdiction == "DK"]
    assert len(danish) == 98
    assert form.kommuner["707"].name == "Norddjurs Kommune"


def test_levels_cover_0_to_75_percent_without_gap(form: Form) -> None:
    """0-25 højeste, 26-50 mellemste, 51-75 laveste (sullissivik.gl), and the constants agree."""
    levels = form.code_lists["niveau"].codes
    spans = [(code.id, int(code.extra["pct_fra"]), int(code.extra["pct_til"])) for code in levels]
    assert spans == [("hoejeste", 0, 25), ("mellemste", 26, 50), ("laveste", 51, 75)]
    names = ("HOEJESTE_TIL_PCT", "MELLEMSTE_TIL_PCT", "LAVESTE_TIL_PCT")
    assert [form.constants[name] for name in names] == [25, 50, 75]


def test_the_reasons_for_tilbagevisning_are_the_three_of_norddjurs(form: Form) -> None:
    """The second requirement document names three reasons."""
    reasons = form.code_lists["tilbagevisningsaarsag"]
    assert reasons.ids() == ("dokumentation", "arbejdsproevning", "ressourcer")


def test_branches_map_to_the_ten_groups(form: Form) -> None:
    """Every branche of the list belongs to a group of DB07's 10-grouping (11 is unknown)."""
    groups = set(form.code_lists["branche10"].ids())
    assert {code.extra["gruppe10"] for code in form.code_lists["branche"].codes} == groups


def test_local_fields_are_names_free_text_and_the_journal(form: Form) -> None:
    """What never leaves the kommune: names, contact details, free text, where its journal is."""
    local = {f.id for sheet in form.sheets for f in sheet.fields if f.local}
    names = {"kontaktperson", "e_mail", "navn"}
    assert local == {*names, "journal_adresse", "bemaerkning", "tekst"}


def test_constants_have_a_source(form: Form) -> None:
    """A number of the law says where it was read."""
    assert all(form.constant_sources[name] for name in form.constants)
    assert form.constants["REFORM_IKRAFT"] == date(2016, 7, 1)


def test_terms_are_unique() -> None:
    """One word, one definition."""
    terms = load_terms()
    assert len({term.id for term in terms}) == len(terms)
    assert all(term.definition_da and term.definition_en and term.source for term in terms)


def test_an_unknown_version_is_refused() -> None:
    """Asking for a version that was never made is our fault, said in a sentence."""
    with pytest.raises(SpecError, match="999"):
        load_form(999)


def test_versions_start_at_one(form: Form) -> None:
    """Versions are whole numbers from 1; the newest is loaded by default."""
    assert form.versions[0] == 1
    assert form.version == form.versions[-1]


def test_a_missing_text_or_value_raises() -> None:
    """A message that lacks its argument is a bug and says so."""
    texts = Texts({"da": {"a": "Hej {navn}"}})
    with pytest.raises(SpecError, match="lacks the value"):
        texts.fill("a", "da", {})
    with pytest.raises(SpecError, match="missing"):
        texts.get("b")
    assert texts.get("a", "kl") == "Hej {navn}"


def test_entry_sheets_start_with_id_and_status_and_end_with_annuller(form: Form) -> None:
    """Column A is the row id, column B the status, the last column the withdrawal."""
    for sheet in form.entry_sheets():
        assert [field.id for field in sheet.fields[:3]] == ["raekke_id", "status", "cpr"]
        assert sheet.fields[-1].id == "annuller"
        assert sheet.kind is SheetKind.ENTRY
        assert sheet.key_fields()


RULE = {"code": "NYE-001", "level": "row", "severity": "ADVARSEL"}
LINES = "".join(f'{name} = "{value}"\n' for name, value in RULE.items())
INLINE = ", ".join(f'{name} = "{value}"' for name, value in RULE.items())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"[[rule]]\n{LINES}", [1]),
        (f"\n  [[ rule ]]\n{LINES}", [2]),
        (f"rule = [{{ {INLINE} }}]", [0]),
        (f"[[rule]]\n{LINES}source = '''\n[[rule]]\n'''\n", [0]),
    ],
)
def test_a_rule_is_read_however_toml_spells_it(text: str, lines: list[int]) -> None:
    """Where it begins is told where that is plain, and is no condition for reading it."""
    assert [rule.code for rule in read_rules(text)] == ["NYE-001"]
    assert rule_lines(text, 1) == lines
