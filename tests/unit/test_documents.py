"""Generated documents say what the form says today."""

from pathlib import Path

from fpsheet.documents.__main__ import DOCUMENTS, main, stale_documents
from fpsheet_templates.load import load_form

ROOT = Path(__file__).parents[2]


def test_generated_documents_are_up_to_date() -> None:
    """Each generated document in the repository equals what the generator gives now."""
    assert stale_documents(ROOT, load_form()) == ()


def test_check_tells_a_changed_document_and_writing_mends_it(tmp_path: Path) -> None:
    """`--check` exits 1 and writes nothing; without it every document is written."""
    assert main([str(tmp_path), "--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
    for path in DOCUMENTS:
        assert b"\r\n" not in (tmp_path / path).read_bytes()
