"""`openxml-audit`: what a validator that knows the schemas of the Open XML SDK says of a workbook.

It shares nothing with the program or with `package_lint`. Its warnings are left out: they foretell
what Excel would write otherwise at the next save, not what it refuses.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_COMMAND = (sys.executable, "-m", "openxml_audit", "--max-errors", "0", "--output", "json")


def audit(content: bytes, folder: Path) -> Counter[str]:
    """Return each error of a workbook as `part: sentence` with how often it stands.

    Args:
        content: The workbook.
        folder: Where it may be written.
    """
    file = folder / "audited.xlsx"
    file.write_bytes(content)
    done = subprocess.run(
        [*_COMMAND, str(file)], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    (told,) = json.loads(done.stdout)
    found = [error for error in told["errors"] if error["severity"] == "error"]
    return Counter(f"{error['part_uri']}: {error['description']}" for error in found)
