"""The usual script: pandas.read_excel with openpyxl, a pandera schema, to_sql.

What one would otherwise write: no merge, no key, no history, no provenance, and every rule of a
row only. Needs pandas, so it runs in an environment of its own (`measure.py` makes it).
Run `python benchmarks/usual.py SPEC DATABASE FILE…`; prints seconds and rows as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import sqlalchemy as sa

_DAY = "%Y-%m-%d"


def make_schema(
    sheet: dict[str, Any], codes: dict[str, list[dict[str, str]]]
) -> pa.DataFrameSchema:
    """Return a schema of the columns that `fpsheet spec --json` lists: types, limits, codes."""
    columns: dict[str, pa.Column] = {}
    for column in sheet["columns"]:
        if column["role"] in {"row_id", "status"}:
            continue
        checks = []
        if column["type"] == "cpr":
            checks.append(pa.Check.str_matches(r"^\d{6}-?\d{4}$"))
        if column["type"] == "code":
            labels = [code["label"] for code in codes[column["code_list"]]]
            checks.append(pa.Check.isin(labels))
        if column["type"] in {"integer", "decimal"}:
            checks.append(pa.Check.in_range(0, 100))
        columns[column["header"]] = pa.Column(checks=checks, nullable=True, required=False)
    checks = []
    headers = {column["identifier"]: column["header"] for column in sheet["columns"]}
    if "slut_dato" in headers:
        start, end = headers["start_dato"], headers["slut_dato"]
        checks.append(pa.Check(lambda df: df[end].isna() | (df[end] >= df[start])))
    return pa.DataFrameSchema(columns, checks=checks)


def load(spec: dict[str, Any], database: str, paths: list[str]) -> int:
    """Load all files, one after the other; return the number of rows."""
    engine = sa.create_engine(f"sqlite:///{database}")
    schemas = {sheet["title"]: make_schema(sheet, spec["code_lists"]) for sheet in spec["sheets"]}
    count = 0
    for path in paths:
        frames = pd.read_excel(
            path, engine="openpyxl", sheet_name=list(schemas), header=2, dtype={"CPR-nummer *": str}
        )
        for title, frame in frames.items():
            rows = frame[frame["CPR-nummer *"].notna()]
            for name in rows.columns:
                if name.rstrip(" *").endswith("dato"):
                    rows = rows.assign(**{name: pd.to_datetime(rows[name])})
            try:
                schemas[title].validate(rows, lazy=True)
            except pa.errors.SchemaErrors as error:
                print(f"{Path(path).name}: {len(error.failure_cases)} faults", file=sys.stderr)
            rows.to_sql(title, engine, if_exists="append", index=False)
            count += len(rows)
    return count


if __name__ == "__main__":
    form = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    begun = time.perf_counter()
    loaded = load(form, sys.argv[2], sys.argv[3:])
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": loaded}))
