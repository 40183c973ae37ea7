"""Hold the schemas of ISO/IEC 29500 against the workbooks of a folder.

    fpsheet demo --seed 1 --out FOLDER
    FPSHEET_ISO_SCHEMAS=SCHEMAS python -m tools.validate_schema FOLDER

prints the workbooks that do not follow them, with the first sentences. Where the schemas come from
says `tests/support/iso_schema.py`. The last result stands in `validate_schema.md`.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.support.iso_schema import FOLDER, has_schemas, validate

_EXAMPLES = 3


def main(arguments: Sequence[str]) -> int:
    """Print what was found; 1 where a workbook does not follow the schemas, 2 without any."""
    if not has_schemas() or not arguments:
        print(f"name the folder of the schemas in {FOLDER}, and a folder with workbooks")
        return 2
    files = sorted(file for folder in arguments for file in Path(folder).rglob("*.xlsx"))
    faulty = 0
    for file in files:
        told = Counter(validate(file.read_bytes()))
        faulty += bool(told)
        for sentence, count in told.most_common(_EXAMPLES):
            print(f"{file.name}: {count} x {sentence}".encode("ascii", "replace").decode())
    print(f"{len(files)} workbooks, {faulty} with a part that is not valid")
    return int(faulty > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
