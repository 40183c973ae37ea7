"""`python -m tools.lock_files [--upgrade]`: make the lock files anew, with the hash of every file.

Needs uv on the path. Versions stay as they are where pyproject still allows them; `--upgrade` takes
the newest. The files hold hashes for every system and Python, and no address.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = {
    "requirements.lock.txt": ("--group", "bootstrap"),
    "requirements-dev.lock.txt": ("--group", "bootstrap", "--group", "dev"),
    "requirements-oldest.lock.txt": (
        *("--resolution", "lowest-direct"),
        *("--group", "bootstrap", "--group", "test"),
    ),
}
_PIN = re.compile(r"^[a-z0-9-]+==.*?(?= \\$|$)", re.MULTILINE)
_ALWAYS = ("--universal", "--python-version", "3.11", "--no-annotate", "--no-header")


def make_lock(name: str, options: tuple[str, ...], *, upgrade: bool) -> str:
    """Return the text of a lock file: its opening comment, then every package with its hashes."""
    path = ROOT / name
    text = path.read_text("utf-8")
    comment = [line for line in text.splitlines() if line.startswith("#")]
    pins = [] if upgrade else _PIN.findall(text)
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.txt"
        known.write_text("\n".join(pins) + "\n", "utf-8")
        asked = ("uv", "pip", "compile", *_ALWAYS, "--generate-hashes", *options)
        made = subprocess.run(  # noqa: S603 - our own words
            [*asked, "--constraint", str(known), "pyproject.toml"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    return "\n".join(comment) + "\n" + made


def main(arguments: list[str]) -> int:
    """Write the three files."""
    for name, options in FILES.items():
        text = make_lock(name, options, upgrade="--upgrade" in arguments)
        (ROOT / name).write_text(text, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
