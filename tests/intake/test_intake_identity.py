"""Whose workbook, which sheet, which column: STR-040 to STR-055, STR-068, by identity alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fpsheet_templates.load import load_form
from tests.support.xlsx_parts import (
    MAIN,
    META,
    OFFICE,
    WORKBOOK,
    Package,
    codes,
    column_of,
    entry_row,
    head_rows,
    headings,
    identities,
    letters,
    make_package,
    make_workbook,
    part_of,
    row,
    sheet_of,
    sheet_xml,
    take_in,
    text_cell,
    text_row,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

CPR = "710776-0001"
FORLOEB = part_of("forloeb")
SHEETS = [sheet.id for sheet in load_form().entry_sheets()]


def table_sheet(names: Sequence[str], texts: Sequence[str], *, at: int = 2) -> str:
    """A sheet with an identity row, headings below it and one row of entries."""
    return sheet_xml(
        text_row(at, names)
        + text_row(at + 1, [name.partition(".")[2] for name in names])
        + text_row(at + 2, texts)
    )


def with_forloeb(xml: str, **options: object) -> Package:
    """A workbook whose sheet Forløb is the given one."""
    return make_workbook(**options).with_part(FORLOEB, xml)  # type: ignore[arg-type]


def column_names(*, single: bool) -> dict[str, str]:
    """The defined names of Forløb: a column's cells as issued, or its heading alone."""
    end = "" if single else "$99"
    return {
        f"c_forloeb_{name.partition('.')[2]}": f"Forløb!${letters(at)}${3 if single else 4}"
        + (f":${letters(at)}{end}" if end else "")
        for at, name in enumerate(identities("forloeb"), start=1)
    }


def test_moved_and_inserted_columns() -> None:
    """Columns in any order, with others between, are found by their identity."""
    names = identities("forloeb")
    texts = [f"t-{name.partition('.')[2]}" for name in names]
    order = [*range(len(names) - 1, 4, -1), 2, 0, 4, 1, 3]
    shuffled = [names[at] for at in order]
    shuffled.insert(3, "Egne noter")
    entries = [texts[at] for at in order]
    entries.insert(3, "min note")
    sheet = sheet_of(with_forloeb(table_sheet(shuffled, entries)))
    (found,) = sheet.frame.to_dicts()
    assert found == {"raekke": 4} | {
        name.partition(".")[2]: text
        for name, text in zip(names, texts, strict=True)
        if name != "forloeb.status"
    }
    assert sheet.columns["cpr"] == letters(shuffled.index("forloeb.cpr") + 1)
    assert sheet.missing == ()


@pytest.mark.parametrize("at", [1, 2, 10, 20])
def test_identity_row_anywhere_at_the_top(at: int) -> None:
    """Rows inserted above move the identity row, as far as row 20; true rows move with it."""
    texts = [CPR] * len(identities("forloeb"))
    sheet = sheet_of(with_forloeb(table_sheet(identities("forloeb"), texts, at=at)))
    assert sheet.frame["raekke"].to_list() == [at + 2]


def test_identity_row_too_far_down() -> None:
    """Below row 20 it is not looked for; the sheet is not recognised."""
    texts = [CPR] * len(identities("forloeb"))
    package = with_forloeb(table_sheet(identities("forloeb"), texts, at=21))
    assert codes(package) == ["STR-067"]


def test_leading_empty_columns() -> None:
    """Columns inserted at the left move everything; letters stay true."""
    names = identities("forloeb")
    cells = [
        row(
            at, *(text_cell(f"{letters(step + 3)}{at}", text) for step, text in enumerate(texts, 1))
        )
        for at, texts in ((2, names), (3, headings("forloeb")), (4, [CPR] * len(names)))
    ]
    sheet = sheet_of(with_forloeb(sheet_xml("".join(cells))))
    assert sheet.frame["cpr"].to_list() == [CPR]
    assert sheet.columns["cpr"] == letters(names.index("forloeb.cpr") + 4)


def test_hidden_columns_are_read() -> None:
    """A hidden column reads like any other."""
    package = make_workbook({"forloeb": entry_row("forloeb", 4, cpr=CPR)})
    hidden = '<cols><col min="1" max="20" hidden="1"/></cols><sheetData>'
    assert sheet_of(package.replace(FORLOEB, "<sheetData>", hidden)).frame.height == 1


def test_row_inserted_above_the_headings() -> None:
    """A blank row between identities and headings does not make an entry of the headings."""
    names = identities("forloeb")
    xml = sheet_xml(
        text_row(2, names) + text_row(4, headings("forloeb")) + text_row(5, [CPR] * len(names))
    )
    assert sheet_of(with_forloeb(xml)).frame["raekke"].to_list() == [5]


def test_headings_deleted() -> None:
    """With the headings gone the first entry is told by its row id, and is not lost."""
    xml = sheet_xml(text_row(2, identities("forloeb")) + entry_row("forloeb", 3, cpr=CPR))
    assert sheet_of(with_forloeb(xml)).frame["raekke"].to_list() == [3]


def test_headings_with_star_and_line_breaks() -> None:
    """The star of a required column and a line break do not hide the headings."""
    names = identities("forloeb")
    heads = [text.replace(" ", "\n") + " *" for text in headings("forloeb", "en")]
    xml = sheet_xml(text_row(2, names) + text_row(4, heads) + text_row(5, [CPR] * len(names)))
    assert sheet_of(with_forloeb(xml)).frame["raekke"].to_list() == [5]


def test_table_says_where_the_headings_are() -> None:
    """Renamed headings below an inserted row: the table's own range tells."""
    names = identities("forloeb")
    xml = sheet_xml(
        text_row(2, names)
        + text_row(4, [f"Overskrift {at}" for at, _ in enumerate(names)])
        + text_row(5, [CPR] * len(names))
    )
    table = f'<table xmlns="{MAIN}" ref="A4:{letters(len(names))}9"/>'
    package = with_forloeb(xml).with_part("xl/tables/table1.xml", table)
    package = package.with_relation(FORLOEB, f"{OFFICE}/table", "../tables/table1.xml")
    assert sheet_of(package).frame["raekke"].to_list() == [5]


def test_table_left_behind_by_the_cells() -> None:
    """The hidden row deleted by a program that moves cells alone: no entry becomes a heading."""
    xml = sheet_xml(
        text_row(1, [None, "Forløb"])
        + text_row(2, headings("forloeb"))
        + text_row(3, [CPR] * len(identities("forloeb")))
        + text_row(4, [CPR] * len(identities("forloeb")))
    )
    table = f'<table xmlns="{MAIN}" ref="A3:{letters(len(identities("forloeb")))}9"/>'
    package = with_forloeb(xml, names=column_names(single=False))
    package = package.with_part("xl/tables/table1.xml", table)
    package = package.with_relation(FORLOEB, f"{OFFICE}/table", "../tables/table1.xml")
    assert sheet_of(package).frame["raekke"].to_list() == [3, 4]


def test_renamed_sheet_is_read() -> None:
    """A sheet is known by its identities; a new name on its tab is only mentioned."""
    package = make_workbook({"forloeb": entry_row("forloeb", 4, cpr=CPR)})
    package = package.replace(WORKBOOK, 'name="Forløb"', 'name="Sager 2026"')
    raw, faults = take_in(package)
    assert raw is not None
    assert raw.sheets["forloeb"].title == "Sager 2026"
    assert raw.sheets["forloeb"].frame.height == 1
    assert [(f.code, f.sheet, f.title) for f in faults] == [("STR-051", "forloeb", "Sager 2026")]


def test_renamed_headings_are_read() -> None:
    """A column is known by its identity; new headings are only mentioned, once for the sheet."""
    newest = META | {"form_version": "2"}
    package = make_workbook({"forloeb": entry_row("forloeb", 4, cpr=CPR)}, meta=newest)
    for old, new in (("Startdato", "Begynder"), ("Slutdato", "Slutter")):
        package = package.replace(FORLOEB, old, new)
    raw, faults = take_in(package)
    assert raw is not None
    assert raw.sheets["forloeb"].frame["cpr"].to_list() == [CPR]
    assert [(f.code, f.sheet, f.details) for f in faults] == [
        ("STR-068", "forloeb", (("kolonner", "E, F"),))
    ]


def test_english_titles_are_no_new_names() -> None:
    """The titles of every language of the form are its own."""
    title = load_form().sheet_title("forloeb", "en")
    package = make_workbook().replace(WORKBOOK, 'name="Forløb"', f'name="{title}"')
    assert codes(package) == []


@pytest.mark.parametrize(("name", "code"), [("Slettet", "STR-050"), ("Forløb", "STR-067")])
def test_missing_sheet(name: str, code: str) -> None:
    """A sheet that is gone is told from one without anything to know it by; others are read."""
    package = make_workbook({"job": entry_row("job", 4, cpr=CPR)})
    package = package.with_part(FORLOEB, sheet_xml(text_row(2, headings("forloeb"))))
    raw, faults = take_in(
        package.edit(WORKBOOK, lambda xml: xml.replace('name="Forløb"', f'name="{name}" '))
    )
    assert raw is not None
    assert [(fault.code, fault.sheet) for fault in faults] == [(code, "forloeb")]
    assert raw.missing == ("forloeb",)
    assert raw.sheets["job"].frame.height == 1


def without_hidden_columns(package: Package, sheets: Sequence[str]) -> Package:
    """A workbook as the document inspector leaves it: row ids and other countries' fields gone."""
    for sheet in sheets:
        for name in {f"{sheet}.raekke_id", f"{sheet}.indstilling"}.intersection(identities(sheet)):
            cell = text_cell(f"{column_of(sheet, name.partition('.')[2])}2", name)
            package = package.replace(part_of(sheet), cell, "")
    return package


def test_hidden_columns_that_are_gone_are_told_once() -> None:
    """Where every sheet lost them it is one warning, and rows are read without their ids."""
    package = make_workbook({"forloeb": row(4, text_cell("C4", CPR))})
    raw, faults = take_in(without_hidden_columns(package, SHEETS))
    assert raw is not None
    assert [(f.code, f.details) for f in faults] == [("STR-069", (("antal", str(len(SHEETS))),))]
    assert raw.sheets["forloeb"].frame["cpr"].to_list() == [CPR]
    assert set(raw.sheets["forloeb"].missing) == {"raekke_id", "indstilling"}


def with_table(package: Package, sheet: str, *, reference: str, name: str) -> Package:
    """Add a table to a sheet."""
    table = f'<table xmlns="{MAIN}" id="1" displayName="{name}" ref="{reference}"/>'
    package = package.with_part("xl/tables/table1.xml", table)
    return package.with_relation(part_of(sheet), f"{OFFICE}/table", "../tables/table1.xml")


@pytest.mark.parametrize(
    ("reference", "name", "fields", "code"),
    [
        ("B2:O9", "tForloeb", slice(2, None), "STR-069"),
        ("B3:O9", "tForloeb", slice(2, None), "STR-067"),
        ("B2:O9", "Tabel1", slice(2, None), "STR-067"),
        ("B2:O9", "tForloeb", slice(2, -2), "STR-067"),
    ],
)
def test_a_sheet_known_by_its_table_alone(
    reference: str, name: str, fields: slice, code: str
) -> None:
    """Without hidden row and names the table of our name with all our headings tells the sheet."""
    texts = ["Status", *headings("forloeb")[fields]]
    own = [None, *texts]
    rows = text_row(2, own) + text_row(3, [None, None, CPR, "Revurdering"])
    package = with_table(with_forloeb(sheet_xml(rows)), "forloeb", reference=reference, name=name)
    others = [sheet for sheet in SHEETS if sheet != "forloeb"]
    raw, faults = take_in(without_hidden_columns(package, others))
    assert raw is not None
    assert code in {fault.code for fault in faults}
    assert ("forloeb" in raw.sheets) is (code == "STR-069")
    if code == "STR-069":
        assert [fault.code for fault in faults] == [code]
        assert raw.sheets["forloeb"].frame["cpr"].to_list() == [CPR]


def test_row_ids_that_are_gone_from_one_sheet_are_a_missing_column() -> None:
    """One column that somebody deleted is named as such."""
    _, faults = take_in(without_hidden_columns(make_workbook(), ["job"]))
    assert [(f.code, f.sheet, f.field) for f in faults] == [("STR-053", "job", "raekke_id")]


def test_missing_column() -> None:
    """A deleted column is named; the rest of its sheet is read."""
    names = [name for name in identities("forloeb") if name != "forloeb.start_dato"]
    raw, faults = take_in(with_forloeb(table_sheet(names, [CPR] * len(names))))
    assert raw is not None
    assert [(f.code, f.sheet, f.field) for f in faults] == [("STR-053", "forloeb", "start_dato")]
    assert raw.sheets["forloeb"].missing == ("start_dato",)
    assert raw.sheets["forloeb"].frame["cpr"].to_list() == [CPR]


def test_status_column_may_go() -> None:
    """The status is calculated; without it nothing is lost."""
    names = [name for name in identities("forloeb") if name != "forloeb.status"]
    assert codes(with_forloeb(table_sheet(names, [CPR] * len(names)))) == []


@pytest.mark.parametrize("named", [False, True])
def test_column_that_stands_twice(*, named: bool) -> None:
    """Of a copied column the first is read, or the one the defined name stayed with."""
    names = [*identities("forloeb"), "forloeb.cpr"]
    copy = letters(len(names))
    texts = [*(["først"] * (len(names) - 1)), "kopi"]
    refers = {"c_forloeb_cpr": f"Forløb!${copy}$4:${copy}$9"} if named else None
    raw, faults = take_in(with_forloeb(table_sheet(names, texts), names=refers))
    assert raw is not None
    column = copy if named else column_of("forloeb", "cpr")
    assert [(f.code, f.field, f.column) for f in faults][:1] == [("STR-054", "cpr", column)]
    assert raw.sheets["forloeb"].frame["cpr"].to_list() == ["kopi" if named else "først"]


@pytest.mark.parametrize("single", [False, True], ids=["column", "heading"])
def test_identity_row_gone_but_names_there(*, single: bool) -> None:
    """With the identity row deleted, the defined names stand in; that is mentioned."""
    count = len(identities("forloeb"))
    xml = sheet_xml(
        text_row(1, [None, "Forløb"])
        + text_row(3, headings("forloeb"))
        + text_row(4, [*([CPR] * count), "hjælper"])
    )
    package = with_forloeb(xml, names=column_names(single=single))
    raw, faults = take_in(package)
    assert raw is not None
    assert raw.sheets["forloeb"].frame["cpr"].to_list() == [CPR]
    assert [(f.code, f.details) for f in faults] == [("STR-055", (("antal", str(count - 1)),))]


def test_part_of_the_identity_row_gone() -> None:
    """A cleared cell of the identity row is made good by its column's name."""
    names = ["" if name == "forloeb.cpr" else name for name in identities("forloeb")]
    heads = headings("forloeb")
    xml = sheet_xml(text_row(2, names) + text_row(3, heads) + text_row(4, [CPR] * len(names)))
    raw, faults = take_in(with_forloeb(xml, names=column_names(single=False)))
    assert raw is not None
    assert raw.sheets["forloeb"].frame["cpr"].to_list() == [CPR]
    assert [fault.code for fault in faults] == ["STR-055"]


@pytest.mark.parametrize("first", [True, False], ids=["copy first", "copy last"])
def test_copied_sheet(*, first: bool) -> None:
    """Of two sheets with one identity the one with the title is read, and the copy is named."""
    package = make_workbook({"forloeb": entry_row("forloeb", 4, cpr=CPR)})
    copy = package.with_part(
        "xl/worksheets/sheet99.xml",
        sheet_xml(head_rows("forloeb") + entry_row("forloeb", 4, cpr="010203-0009")),
    ).with_relation(WORKBOOK, f"{OFFICE}/worksheet", "worksheets/sheet99.xml")
    entry = '<sheet name="Forløb (2)" sheetId="99" r:id="rIdX"/>'
    old, new = ("<sheets>", f"<sheets>{entry}") if first else ("</sheets>", f"{entry}</sheets>")
    raw, faults = take_in(copy.replace(WORKBOOK, old, new))
    assert raw is not None
    assert raw.sheets["forloeb"].frame["cpr"].to_list() == [CPR]
    assert [(f.code, f.title) for f in faults] == [("STR-052", "Forløb (2)")]


def test_chart_sheets_and_her_own_sheets_are_no_matter() -> None:
    """Sheets the caseworker added, whatever they hold, are neither read nor mentioned."""
    package = make_workbook().with_part("xl/worksheets/sheet99.xml", "<not><closed>")
    package = package.with_relation(WORKBOOK, f"{OFFICE}/worksheet", "worksheets/sheet99.xml")
    entry = '<sheet name="Mine noter" sheetId="99" r:id="rIdX"/></sheets>'
    assert codes(package.replace(WORKBOOK, "</sheets>", entry)) == []


def test_meta_gone() -> None:
    """Without the hidden sheet nobody knows whose workbook it is; rows are read all the same."""
    raw, faults = take_in(make_workbook({"job": entry_row("job", 4, cpr=CPR)}, meta={}))
    assert raw is not None
    assert [fault.code for fault in faults] == ["STR-041"]
    assert raw.sheets["job"].frame.height == 1
    assert raw.meta == {}


@pytest.mark.parametrize("version", ["3", "0", "", "1.0", "9999999999", "1; DROP"])
def test_unknown_version(version: str) -> None:
    """A form version there is not (yet) cannot be judged; the finding does not repeat it."""
    _, faults = take_in(make_workbook(meta=META | {"form_version": version}))
    assert [(f.code, f.details) for f in faults] == [("STR-042", (("nyeste", "2"),))]


def test_other_kommune() -> None:
    """Another kommune's workbook is told by both codes."""
    assert codes(make_workbook(), expected_kommune="956") == []
    _, faults = take_in(make_workbook(), expected_kommune="957")
    assert [(f.code, dict(f.details)) for f in faults] == [
        ("STR-043", {"fundet": "956", "ventet": "957"})
    ]


def test_unknown_kommune() -> None:
    """A kommune that does not exist; the finding does not repeat what stands there."""
    _, faults = take_in(make_workbook(meta=META | {"kommune_kode": "710776"}))
    assert [(f.code, f.details) for f in faults] == [("STR-044", ())]


def test_every_sheet_of_the_form_is_read() -> None:
    """One row on each sheet comes back from each sheet, under its own row id."""
    raw, faults = take_in(make_workbook({sheet: entry_row(sheet, 4, cpr=CPR) for sheet in SHEETS}))
    assert raw is not None
    assert faults == ()
    assert list(raw.sheets) == SHEETS
    assert raw.missing == ()
    for sheet in SHEETS:
        letter = load_form().sheet(sheet).letter
        assert raw.sheets[sheet].frame["raekke_id"].to_list() == [f"K7Q2M9XA-{letter}-0004"]


def test_cover_value_follows_its_name() -> None:
    """A cover cell that was moved is found by its defined name."""
    cover = sheet_xml(
        text_row(8, ["forside.kontaktperson", "Kontaktperson", None, None, "Bo Test"])
    )
    package = make_workbook(names={"c_forside_kontaktperson": "Forside!$E$8"})
    raw, _ = take_in(package.with_part("xl/worksheets/sheet1.xml", cover))
    assert raw is not None
    assert raw.cover["kontaktperson"] == ("Bo Test", "E8")


def test_blank_cover_value() -> None:
    """A cover field nobody filled is None, with its address."""
    cover = sheet_xml(text_row(8, ["forside.e_mail", "E-mail"]))
    raw, _ = take_in(make_workbook().with_part("xl/worksheets/sheet1.xml", cover))
    assert raw is not None
    assert raw.cover == {"e_mail": (None, "C8")}


def test_shared_texts_in_the_identity_row() -> None:
    """Excel keeps texts in a part of their own; identities are looked up there."""
    names = identities("forloeb")
    shared = [f"<t>{text}</t>" for text in [*names, CPR]]
    head = row(
        2, *(f'<c r="{letters(at)}2" t="s"><v>{at - 1}</v></c>' for at, _ in enumerate(names, 1))
    )
    entry = row(
        4,
        *(f'<c r="{letters(at)}4" t="s"><v>{len(names)}</v></c>' for at, _ in enumerate(names, 1)),
    )
    sheets = {
        "Forløb": sheet_xml(head + entry),
        "_fpsheet": sheet_xml(
            "".join(text_row(at, pair) for at, pair in enumerate(META.items(), 1))
        ),
    }
    assert sheet_of(make_package(sheets, shared=shared)).frame["cpr"].to_list() == [CPR]


@pytest.mark.parametrize("items", [10, 5000])
@pytest.mark.parametrize("odd", [False, True])
def test_identities_far_down_in_the_shared_texts(items: int, *, odd: bool) -> None:
    """Identities may stand anywhere among the shared texts, and these may be oddly spelled."""
    names = identities("forloeb")
    shared = [f"<t>fyld {at}</t>" for at in range(items)] + [f"<t>{name}</t>" for name in names]
    head = row(
        2,
        *(
            f'<c r="{letters(at)}2" t="s"><v>{items + at - 1}</v></c>'
            for at, _ in enumerate(names, 1)
        ),
    )
    sheets = {"Forløb": sheet_xml(head + text_row(4, [CPR] * len(names)))}
    package = make_package(sheets, shared=shared)
    if odd:
        package = package.replace(
            "xl/sharedStrings.xml", "<si><t>fyld 1</t></si>", '<si x="1"><t>fyld 1</t></si>'
        )
    assert sheet_of(package).frame["cpr"].to_list() == [CPR]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("workbook_id", "K7Q2M9X"),
        ("workbook_id", "SKAT0956"),
        ("workbook_id", ""),
        ("aar", "-1"),
        ("aar", "1983"),
        ("aar", "2100"),
        ("aar", "x/../../957/2026"),
        ("aar", ""),
        ("sprog", "xx"),
        ("parent", "../" * 22),
        ("parent", "AB" * 32),
        ("issued_at", "i går"),
        ("signature", "x"),
    ],
)
def test_a_hidden_value_that_the_program_never_wrote(key: str, value: str) -> None:
    """STR-045 names the key and does not repeat the value."""
    _, faults = take_in(make_workbook(meta=META | {key: value}))
    assert [(f.code, f.details) for f in faults] == [("STR-045", (("noegler", key),))]


@pytest.mark.parametrize(
    ("key", "value"),
    [("aar", "1984"), ("aar", "2099"), ("parent", "ab" * 32), ("issued_at", ""), ("sprog", "en")],
)
def test_a_hidden_value_that_the_program_writes(key: str, value: str) -> None:
    """The ends of what is allowed."""
    assert codes(make_workbook(meta=META | {key: value})) == []
