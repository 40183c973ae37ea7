"""Generated documents say what the form says today."""

import re
from pathlib import Path

import pytest

from fpsheet.documents import pictures
from fpsheet.documents.__main__ import DOCUMENTS, main, stale_documents
from fpsheet_templates.load import load_form

LARGEST_PICTURE = 150_000
"""Bytes; a coordinator with a bad line reads the guides, too."""

ROOT = Path(__file__).parents[2]


def test_generated_documents_are_up_to_date() -> None:
    """Each generated document in the repository equals what the generator gives now."""
    stale = stale_documents(ROOT, load_form())
    assert not stale, f"run python -m fpsheet.documents: {' and '.join(stale)} is of an older form"


def test_check_tells_a_changed_document_and_writing_mends_it(tmp_path: Path) -> None:
    """`--check` exits 1 and writes nothing; without it every document is written."""
    assert main([str(tmp_path), "--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
    for path in DOCUMENTS:
        assert b"\r\n" not in (tmp_path / path).read_bytes()


def test_every_picture_of_the_guides_is_made_small_and_shown() -> None:
    """What the guides show is what the maker makes, and each file is a PNG of fair size."""
    guides = [(ROOT / path).read_text(encoding="utf-8") for path in DOCUMENTS if "vejl" in path]
    shown = set(re.findall(r"!\[[^]]{20,}\]\(billeder/([\w-]+)\.png\)", "".join(guides)))
    assert shown == {picture.name for picture in pictures.pictures(load_form())}
    assert "".join(guides).count("](billeder/") >= len(shown)
    for name in shown:
        content = (ROOT / pictures.FOLDER / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < LARGEST_PICTURE


def test_links_of_the_guides_lead_somewhere() -> None:
    """Each file that a guide or the first page links to is there."""
    for path in [*(path for path in DOCUMENTS if "vejl" in path), "README.md", "CONTRIBUTING.md"]:
        text = (ROOT / path).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / path).parent / target).exists(), (path, target)


def test_without_the_programs_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written, and no traceback is shown."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    monkeypatch.setattr("os.defpath", str(tmp_path))
    assert pictures.main([str(tmp_path / "repo")]) == 1
    assert "Install LibreOffice" in capsys.readouterr().err
    assert not (tmp_path / "repo").exists()
