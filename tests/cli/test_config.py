"""The settings file: a wrong setting is said in a sentence that names the file and the setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fpsheet.config import read_settings
from fpsheet_sync.disclosure.settings import LOWEST_THRESHOLD
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("threshold = 2", "threshold er for lav til at beskytte nogen; den skal være 3 eller mere"),
        ("keep_years = 4", "keep_years er for kort; den skal være 0 \\(gem alt\\) eller 5 og mere"),
        ('threshold = "5"', "threshold har ikke den rigtige slags værdi"),
        ('zeros = "usual"', "zeros .* har ingen virkning mere"),
        ("afrunding = 2", "afrunding .* siger ikke, hvad tal afrundes til"),
        ("afrunding = 4", "afrunding .* siger ikke, hvad tal afrundes til"),
        ('afrunding = "5"', "afrunding har ikke den rigtige slags værdi"),
        ("graense = 5", "en indstilling, der ikke kendes: graense"),
        ("threshold = ", "kan ikke læses: linje 1"),
        ("unsigned_folders = true", "unsigned_folders har ikke den rigtige slags værdi"),
        ("unsigned_folders = [1]", "unsigned_folders er en liste"),
        ('unsigned_folders = ["K:/ind"]', "unsigned_folders er en liste"),
        ("unsigned_folders = {ind = 957}", "unsigned_folders har ikke den rigtige slags værdi"),
        ("unsigned_folders = {ind = [957]}", "unsigned_folders har ikke den rigtige slags værdi"),
        ('unsigned_folders = {"K:\\noegler" = "957"}', "unsigned_folders har et tegn"),
        ('unsigned_despite_key = "957"', "unsigned_despite_key har ikke den rigtige slags værdi"),
    ],
)
def test_a_wrong_setting_is_refused(tmp_path: Path, line: str, told: str) -> None:
    """Nothing is guessed: the file, the setting and what it must be are named."""
    file = tmp_path / "fpsheet.toml"
    file.write_text(f"{line}\n", "utf-8")
    with pytest.raises(UsageError, match=told) as refused:
        read_settings({"FPSHEET_CONFIG": str(file)})
    assert str(file) in str(refused.value)


def test_the_lowest_threshold_is_that_of_the_disclosure_control(tmp_path: Path) -> None:
    """Settings take the lowest that it takes, and it is the one the sentence names."""
    file = tmp_path / "fpsheet.toml"
    file.write_text(f"threshold = {LOWEST_THRESHOLD}\n", "utf-8")
    assert read_settings({"FPSHEET_CONFIG": str(file)}).threshold == LOWEST_THRESHOLD == 3


def test_a_file_from_notepad_is_read(tmp_path: Path) -> None:
    """Notepad begins a file with a byte order mark and ends its lines with two signs."""
    file = tmp_path / "fpsheet.toml"
    file.write_bytes(b'\xef\xbb\xbfkommune = "956"\r\nunsigned_folders = {"K:/ind" = "957"}\r\n')
    settings = read_settings({"FPSHEET_CONFIG": str(file)})
    assert (settings.kommune, settings.unsigned_folders) == ("956", {"K:/ind": ("957",)})


def test_a_folder_is_for_one_kommune_or_several(tmp_path: Path) -> None:
    """As the remedy of the list says it; an empty list, as it was, is no folder."""
    file = tmp_path / "fpsheet.toml"
    file.write_text("unsigned_folders = ['ind']\n", "utf-8")
    with pytest.raises(UsageError) as refused:
        read_settings({"FPSHEET_CONFIG": str(file)})
    assert '"K:/indbakke/957" = "957"' in refused.value.remedy
    lines = [
        "threshold = 6",
        "[unsigned_folders]",
        '"K:/indbakke/957" = "957"',
        'b = ["956", "960"]',
    ]
    file.write_text("\n".join(lines), "utf-8")
    folders = {"K:/indbakke/957": ("957",), "b": ("956", "960")}
    assert read_settings({"FPSHEET_CONFIG": str(file)}).unsigned_folders == folders
    file.write_text("unsigned_folders = []\n", "utf-8")
    assert read_settings({"FPSHEET_CONFIG": str(file)}).unsigned_folders == {}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (r"K:\xoegler", "linje 2"),  # no such escape
        (r"K:\noegler", "keys har et tegn"),  # a line break
    ],
)
def test_a_windows_path_between_quotes_names_its_place_and_how_to_write_it(
    tmp_path: Path, path: str, told: str
) -> None:
    """The line or the setting is named, and the two ways of writing a path."""
    file = tmp_path / "fpsheet.toml"
    file.write_text(f'kommune = "956"\nkeys = "{path}"\n', "utf-8")
    with pytest.raises(UsageError, match=told) as refused:
        read_settings({"FPSHEET_CONFIG": str(file)})
    assert "'K:\\noegler'" in refused.value.remedy
    file.write_text(f"kommune = \"956\"\nkeys = '{path}'\n", "utf-8")
    assert read_settings({"FPSHEET_CONFIG": str(file)}).keys == path
