"""Tables in markdown, as the other tests write them."""

from __future__ import annotations

import pytest

from tests.support.tables import read_table, read_tables


def test_reads_rows_under_their_header_with_blanks_as_none() -> None:
    """A blank cell is None, quotes keep spaces, the line of dashes is no row."""
    table = read_table(
        r"""
        | cpr        | tekst      | timer |
        | ---------- | ---------- | ----: |
        | 7107760001 | a \| b     | 12,5  |
        |            | "  x "     | ""    |
        """
    )
    assert table.columns == ("cpr", "tekst", "timer")
    assert table.rows == (("7107760001", "a | b", "12,5"), (None, "  x ", ""))
    assert table.records()[0] == {"cpr": "7107760001", "tekst": "a | b", "timer": "12,5"}


def test_several_tables_take_their_titles_from_the_headings() -> None:
    """A heading names the table after it and only that one."""
    text = """
    # Forløb
    | a |
    | 1 |

    | b |
    | 2 |
    """
    assert [(table.title, table.columns) for table in read_tables(text)] == [
        ("Forløb", ("a",)),
        ("", ("b",)),
    ]


@pytest.mark.parametrize(
    "text",
    ["| a | b |\n| 1 |", "| a |\n| 1", "no table"],
    ids=["too few cells", "no bar at the end", "no table"],
)
def test_a_slip_in_a_table_is_an_error(text: str) -> None:
    """A test never goes on with a table it did not mean."""
    with pytest.raises(ValueError, match=r"cells|end with a bar|expected one table"):
        read_table(text)
