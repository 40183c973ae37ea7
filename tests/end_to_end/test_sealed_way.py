"""The sealed way through the real command line: keys, submit, sync, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet_templates.load import load_form
from tests.support.desk import make_database, make_workbook
from tests.support.exchange import TODAY, digits, keys_of

CPR = "6101801234"
NAME = "Fiktiv Mærket"
ROWS = {
    "borger": [
        {"cpr": CPR, "navn": NAME, "sagsbehandler": "ABC", "pensionist_foer_reform": "nej"},
    ],
}


@pytest.fixture
def enrolled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, Path]:
    """Return the folders of a kommune and a departement that have exchanged keys by phone."""
    kommune, departement = tmp_path / "kommune", tmp_path / "departement"
    make_database(tmp_path / "central.db")
    assert run(["keys", "departement"], environment=keys_of(departement)) == 0
    theirs = digits(capsys.readouterr().out)
    recipient = departement / "noegler" / "modtager.txt"
    trust = ["keys", "trust", str(recipient), "--kommune", "956", "--heard", theirs]
    assert run(trust, environment=keys_of(kommune)) == 0
    assert run(["keys", "new", "--kommune", "956"], environment=keys_of(kommune)) == 0
    ours = digits(capsys.readouterr().out)
    public = kommune / "noegler" / "underskrift-956.json"
    enrol = ["keys", "enrol", str(public), "--kommune", "956", "--heard", ours]
    assert run(enrol, environment=keys_of(departement)) == 0
    capsys.readouterr()
    return kommune, departement


def send(tmp_path: Path, kommune: Path) -> Path:
    """Fill a workbook and send it; return the package."""
    file = tmp_path / "956.xlsx"
    file.write_bytes(make_workbook(load_form(), ROWS))
    post = tmp_path / "post"
    command = ["submit", str(file), "--to", str(post), "--today", "22-11-2026"]
    assert run(command, environment=keys_of(kommune)) in {0, 1}
    (package,) = post.iterdir()
    return package


def sync(tmp_path: Path, departement: Path) -> list[str]:
    """Return the command that merges the post."""
    del departement
    database = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    return ["sync", str(tmp_path / "post"), "--db", database, "--today", "22-11-2026", "--json"]


def age_out(package: Path) -> None:
    """Let the file look a minute old, so that it is not taken for half copied."""
    import os

    moment = package.stat().st_mtime - 60
    os.utime(package, (moment, moment))


@pytest.mark.slow
def test_a_sealed_package_is_merged_and_shows_nothing(
    tmp_path: Path, enrolled: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The package holds no readable word; the departement merges it; no name is in its database."""
    kommune, departement = enrolled
    package = send(tmp_path, kommune)
    content = package.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert CPR.encode() not in content
    age_out(package)
    capsys.readouterr()
    assert run(sync(tmp_path, departement), environment=keys_of(departement)) in {0, 1}
    answer = json.loads(capsys.readouterr().out)
    assert answer["state"] == "flettet"
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("central.db*"))
    assert NAME.encode() not in stored
    assert CPR.encode() not in stored


def test_a_revoked_key_and_an_unsigned_file_are_refused(
    tmp_path: Path, enrolled: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """After the revocation PAK-003; where unsigned files are not trusted, PAK-010."""
    kommune, departement = enrolled
    package = send(tmp_path, kommune)
    age_out(package)
    public = json.loads((departement / "noegler" / "noeglering.json").read_text("utf-8"))
    assert len(public) == 1
    capsys.readouterr()
    run(["keys", "list", "--json"], environment=keys_of(departement))
    (entry,) = json.loads(capsys.readouterr().out)
    revoke = ["keys", "revoke", "--digits", entry["digits"], "--reason", "Mistet"]
    ring = (departement / "noegler" / "noeglering.json").read_bytes()
    with_number = [*revoke[:-1], "Mistet hos 630276-9417"]
    assert run(with_number, environment=keys_of(departement)) == ExitCode.USAGE
    assert (departement / "noegler" / "noeglering.json").read_bytes() == ring
    assert run(revoke, environment=keys_of(departement)) == 0
    plain = tmp_path / "post" / "usigneret.xlsx"
    plain.write_bytes(make_workbook(load_form(), ROWS))
    age_out(plain)
    capsys.readouterr()
    assert run(sync(tmp_path, departement), environment=keys_of(departement)) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    codes = {found["code"] for line in lines for found in line["check"]["findings"]}
    assert codes == {"PAK-003", "PAK-010"}


@pytest.mark.slow
def test_an_unsigned_file_is_taken_where_the_folder_is_named(
    tmp_path: Path, enrolled: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two unsigned files alike but for their folder, that of the named folder is taken."""
    _, departement = enrolled
    for folder in ("tillid", "andre"):
        file = tmp_path / "post" / folder / f"{folder}.xlsx"
        file.parent.mkdir(parents=True)
        file.write_bytes(make_workbook(load_form(), ROWS, premade=5 + len(folder)))
        age_out(file)
    trusted = (tmp_path / "post" / "tillid").as_posix()
    settings = f"unsigned_despite_key = ['956']\nunsigned_folders = {{'{trusted}' = '956'}}\n"
    (departement / "fpsheet.toml").write_text(settings, "utf-8")
    capsys.readouterr()
    run(sync(tmp_path, departement), environment=keys_of(departement))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    states = {line["file"]: line["state"] for line in lines}
    assert states["andre.xlsx"] == "refused"
    assert states["tillid.xlsx"] != "refused"


@pytest.mark.slow
def test_a_trial_without_keys_takes_unsigned_files_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No key at all: the kommune is told that the file is open, the departement that it was."""
    book = tmp_path / "956.xlsx"
    book.write_bytes(make_workbook(load_form(), ROWS))
    nobody = keys_of(tmp_path / "ingen")
    post = str(tmp_path / "post")
    run(["submit", str(book), "--to", post, *TODAY], environment=nobody)
    assert "UDEN underskrift og forsegling" in capsys.readouterr().out
    run(["submit", str(book), "--to", post, *TODAY, "--json"], environment=nobody)
    assert json.loads(capsys.readouterr().out)["sealed"] is False
    database = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    make_database(tmp_path / "central.db")
    run(["sync", post, "--db", database, *TODAY], environment=nobody)
    assert "Filer uden underskrift er taget imod" in capsys.readouterr().out


def test_nothing_is_sent_with_half_the_keys_or_those_of_another(
    tmp_path: Path, enrolled: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each refusal has exit code 2 and names the command that helps; the folder stays empty."""
    kommune, _ = enrolled
    book, post = tmp_path / "bog.xlsx", tmp_path / "tom"
    book.write_bytes(make_workbook(load_form(), ROWS))
    send_it = ["submit", str(book), "--to", str(post), *TODAY]
    own = kommune / "noegler"

    def refused(folder: Path, remedy: str) -> None:
        capsys.readouterr()
        assert run(send_it, environment=keys_of(folder)) == 2
        assert remedy in capsys.readouterr().err
        assert not post.exists()

    only_trust, only_key, other = (tmp_path / name for name in ("tillid", "noegle", "anden"))
    for folder in (only_trust, other):
        (folder / "noegler").mkdir(parents=True)
        shutil.copy(own / "modtager.txt", folder / "noegler")
    (only_key / "noegler").mkdir(parents=True)
    shutil.copy(own / "underskrift.json", only_key / "noegler")
    assert run(["keys", "new", "--kommune", "957"], environment=keys_of(other)) == 0
    refused(only_trust, "fpsheet keys new")
    refused(only_key, "fpsheet keys trust")
    refused(other, "PAK-007")


def test_wrong_digits_are_refused(
    tmp_path: Path, enrolled: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A key whose digits were heard differently is not taken, and the command says so."""
    _, departement = enrolled
    other = tmp_path / "anden"
    assert run(["keys", "new", "--kommune", "957"], environment=keys_of(other)) == 0
    public = other / "noegler" / "underskrift-957.json"
    wrong = ["keys", "enrol", str(public), "--kommune", "957", "--heard", "12345 " * 5]
    capsys.readouterr()
    assert run(wrong, environment=keys_of(departement)) != 0
    said = capsys.readouterr()
    assert "passer ikke" in said.out + said.err


def test_a_keyring_without_keys_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing enrolled yet is no failure of the program."""
    assert run(["keys", "list"], environment=keys_of(tmp_path)) == 0
    assert "Der er ingen registrerede nøgler." in capsys.readouterr().out


def test_a_password_of_a_few_letters_makes_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence says how long it has to be; no file is written."""
    environment = {**keys_of(tmp_path), "FPSHEET_KEY_PASSWORD": "elleve tegn"}
    assert run(["keys", "new", "--kommune", "956"], environment=environment) == ExitCode.USAGE
    assert "mindst 12 tegn" in capsys.readouterr().err
    assert not (tmp_path / "noegler").exists()
