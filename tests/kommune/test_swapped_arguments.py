"""Arguments of `receive` in the wrong order are told as what they are."""

from pathlib import Path

import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run


@pytest.mark.parametrize("ending", ["kvittering", "json"])
def test_swapped_arguments_are_told(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence says the order, with an example, and neither file is touched."""
    book, receipt = tmp_path / "956-2026.xlsx", tmp_path / f"956-2026-000001.{ending}"
    book.write_bytes(b"PK\x03\x04 book")
    receipt.write_bytes(b"receipt")
    code = run(["receive", str(book), str(receipt)], environment={"FPSHEET_CONFIG": "none"})
    said = capsys.readouterr().err
    assert code == ExitCode.USAGE
    assert "kvitteringen skrives først" in said
    assert "fpsheet receive 956-2026-000012.kvittering 956-2026.xlsx" in said
    assert (book.read_bytes(), receipt.read_bytes()) == (b"PK\x03\x04 book", b"receipt")
