"""Matching: the record of every row of a file, by the rules of `merge/record_identity.py`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import FILE_ID, ROW, Frames
from fpsheet_sync.merge.one_row_each import (
    is_link,
    is_one_each,
    is_same_citizen,
    known_numbers,
    numbers_unsaid,
    valid_rows,
)
from fpsheet_sync.merge.record_identity import (
    COPY,
    ID,
    ID_PATTERN,
    REFUSING,
    ROW_ID,
    NaturalKey,
    Placed,
    Row,
    Sender,
    block_cases,
    derive_id,
    is_derived,
    join_records,
    natural_text,
    nothing_placed,
    row_number,
)
from fpsheet_sync.merge.state import State
from fpsheet_templates.form import Form
from fpsheet_validation.finding import Finding, make_finding


def place(rows: Frames, base: Frames, state: State, sender: Sender) -> Placed:
    """Find the record of every row, and block the cases whose rows cannot be told apart.

    Args:
        rows: Rows of the file (see `fpsheet_sync.merge.content.Prepared`).
        base: What the workbook's line of descent said before (see `fpsheet_sync.merge.lineage`).
        state: The records of the kommune.
        sender: Whose file it is.

    Findings: HIS-003, HIS-004, HIS-005, HIS-006, HIS-007, HIS-010.
    """
    placed: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = []
    moved: dict[str, Mapping[str, str]] = {}
    numbers: dict[str, Mapping[int, Row]] = {}
    for name, layout in state.layouts.items():
        placer = _Placer(state.layouts.form, layout, base[name], sender)
        placed[name] = placer.place(rows[name], state.rows[name])
        findings += placer.findings
        if placer.moved:
            moved[name] = placer.moved
        if placer.numbers:
            numbers[name] = placer.numbers
    blocked_rows = {(f.sheet, f.row) for f in findings if f.code in REFUSING}
    if blocked_rows:
        placed = block_cases(placed, blocked_rows)
    return Placed(placed, tuple(findings), moved, numbers)


@dataclass(slots=True)
class _Placer:
    """Places the rows of one sheet; lives for one call."""

    form: Form
    layout: Layout
    base: pl.DataFrame
    sender: Sender
    findings: list[Finding] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    ids: dict[int, str] = field(default_factory=dict)
    copies: set[int] = field(default_factory=set)
    lost_id: set[int] = field(default_factory=set)
    """Rows whose id in the file names another record."""
    citizens: Mapping[str, Row] = field(default_factory=dict)
    """Number → the record that another line of descent has of its citizen, if there is one each."""
    gone: frozenset[str] = frozenset()
    """Records of the line of descent in whose place another record of the citizen is in force."""
    moved: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, Row] = field(default_factory=dict)

    def place(self, rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
        if rows.is_empty():
            return nothing_placed(self.layout)
        if self.base.is_empty() and held.is_empty() and self._is_plain(rows):
            return rows.with_columns(pl.col(FILE_ID).alias(ROW_ID), pl.lit(value=False).alias(COPY))
        joined = join_records(self.layout.key, rows, self.base, held)
        if is_one_each(self.layout):
            others = valid_rows(held).join(self.base, on=ROW_ID, how="anti")
            self.citizens = known_numbers(self.layout, others)
            self.gone = frozenset(self.base[ROW_ID].to_list()).difference(held[ROW_ID].to_list())
        record = pl.coalesce(pl.col(f"b:{ROW_ID}"), pl.col(FILE_ID))
        is_special = self._special() | self._is_cut(joined) | self._is_known()
        if self.base[FILE_ID].ne_missing(self.base[ROW_ID]).any():
            # A row that was cut before stands under another id: its record may be named twice.
            is_special |= record.is_duplicated()
        ordinary = joined.filter(~is_special)
        if ordinary.height == joined.height:
            placed = joined.with_columns(record.alias(ROW_ID), pl.lit(value=False).alias(COPY))
            return placed.select(*rows.columns, ROW_ID, COPY)
        self.taken = set(ordinary.select(record).to_series().to_list())
        self._decide(joined.filter(is_special).to_dicts())
        return self._apply(joined, record).select(*rows.columns, ROW_ID, COPY)

    def _is_plain(self, rows: pl.DataFrame) -> bool:
        """Return whether every row has an id of its own workbook and sheet, and no two the same."""
        ids = rows[FILE_ID]
        if ids.null_count() or ids.n_unique() < rows.height:
            return False
        own = f"{self.sender.workbook_id}-{self.layout.letter}-"
        return bool((ids.str.starts_with(own) & ids.str.contains(ID_PATTERN)).all())

    def _special(self) -> pl.Expr:
        """Return the condition that a row needs a decision; few rows do."""
        file_id = pl.col(FILE_ID)
        own = f"{self.sender.workbook_id}-{self.layout.letter}-"
        in_base, in_store = pl.col(f"b:{ROW_ID}").is_not_null(), pl.col(f"m:{ROW_ID}").is_not_null()
        other_citizen = (pl.col(BORGER) != pl.col(f"b:{BORGER}")).fill_null(value=False)
        key = self.layout.key
        other_key = pl.any_horizontal(pl.col(k).ne_missing(pl.col(f"m:{k}")) for k in key)
        return (
            file_id.is_null()
            | file_id.is_duplicated()
            | ~file_id.str.contains(ID_PATTERN)
            | (~file_id.str.starts_with(own) & ~in_base)
            | (in_base & other_citizen)
            | (~in_base & in_store & other_key)
        )

    def _is_cut(self, joined: pl.DataFrame) -> pl.Expr:
        """Return the condition that a row in a fresh pre-made row is one whose id is gone."""
        if self.base.is_empty():
            return pl.lit(value=False)
        gone = self.base.join(joined, on=FILE_ID, how="anti")
        if gone.is_empty():
            return pl.lit(value=False)
        fresh = joined.filter(
            pl.col(FILE_ID).is_not_null()
            & pl.col(f"b:{ROW_ID}").is_null()
            & pl.col(f"m:{ROW_ID}").is_null()
        )
        cut = fresh.join(gone, on=list(self.layout.key), how="semi", nulls_equal=True)
        if is_one_each(self.layout):
            renamed = pl.any_horizontal(
                pl.col(column).is_in(gone[BORGER].implode()) for column in self.layout.secrets
            )
            cut = pl.concat([cut, fresh.filter(renamed)])
        return pl.col(ROW).is_in(cut[ROW].implode())

    def _is_known(self) -> pl.Expr:
        """Return the condition that a row with no record in force is about one of `citizens`."""
        if not self.citizens:
            return pl.lit(value=False)
        names = (BORGER, *self.layout.secrets)
        is_known = pl.any_horizontal(pl.col(name).is_in(sorted(self.citizens)) for name in names)
        is_fresh = pl.col(f"b:{ROW_ID}").is_null() & pl.col(f"m:{ROW_ID}").is_null()
        is_gone = pl.col(f"b:{ROW_ID}").is_in(sorted(self.gone)).fill_null(value=False)
        return ((is_fresh | is_gone) & is_known).fill_null(value=False)

    def _decide(self, special: list[Row]) -> None:
        """Decide each special row: refuse it, keep its id, or make it a new record."""
        shared: dict[str, list[Row]] = defaultdict(list)
        blank: list[Row] = []
        cut: list[Row] = []
        for row in special:
            match = ID.fullmatch(str(row[FILE_ID] or ""))
            if match is None or match["letter"] != self.layout.letter:
                blank.append(row)
            elif self._is_foreign(row, match["workbook"]):
                self._find("HIS-006", row)
                blank.append(row)
            else:
                shared[str(row[FILE_ID])].append(row)
        # Rows of the line of descent first: what is left of their ids is no longer theirs.
        for rows in sorted(shared.values(), key=lambda rows: rows[0][f"b:{ROW_ID}"] is None):
            if len(rows) > 1:
                blank += self._share(rows)
            elif self._is_fresh(rows[0]) or rows[0][f"b:{ROW_ID}"] in self.gone:
                cut.append(rows[0])
            else:
                blank += self._keep_or_part(rows[0])
        self._name_blank(blank, cut)

    def _is_fresh(self, row: Row) -> bool:
        """Return whether the id of a row was never used before."""
        return row[f"b:{ROW_ID}"] is None and row[f"m:{ROW_ID}"] is None

    def _is_foreign(self, row: Row, workbook: str) -> bool:
        own = workbook == self.sender.workbook_id or workbook in self.sender.known
        return not own and row[f"b:{ROW_ID}"] is None

    def _keep_or_part(self, row: Row) -> list[Row]:
        """Keep the id where the row is still the same record; else return it as new."""
        if row[f"b:{ROW_ID}"] is not None:
            if not self._is_reused(row):
                if row[BORGER] != row[f"b:{BORGER}"]:
                    self._find("HIS-010", row)
                self._keep(row)
                return []
            self._find("HIS-003", row)
            return [row]
        is_free = str(row[FILE_ID]) not in self.taken
        if is_free and self._differs(row, "m:") <= self._tolerance():
            self._keep(row)
            return []
        self._find("HIS-007", row)
        return [row]

    def _is_reused(self, row: Row) -> bool:
        """Return whether a row was emptied and used for another citizen, not merely corrected."""
        if row[BORGER] is None or row[BORGER] == row[f"b:{BORGER}"]:
            return False
        if len(self.layout.key) == 1:
            if any(row[column] == row[f"b:{BORGER}"] for column in self.layout.secrets):
                # The row names the number that stood here as the citizen's former one.
                return False
            return self.sender.mentions(row[f"b:{BORGER}"])
        return self._differs(row, "b:") > 1

    def _tolerance(self) -> int:
        """Return how many key fields may differ between two versions of one record."""
        return 0 if len(self.layout.key) == 1 else 1

    def _differs(self, row: Row, mark: str) -> int:
        return sum(row[column] != row[f"{mark}{column}"] for column in self.layout.key)

    def _share(self, rows: list[Row]) -> list[Row]:
        """Let one of several rows keep their common id; return those that are new."""
        mark = "b:" if rows[0][f"b:{ROW_ID}"] is not None else "m:"
        if rows[0][f"{mark}{ROW_ID}"] is not None:
            best = min(self._differs(row, mark) for row in rows)
            alike = best <= self._tolerance()
            keepers = [r for r in rows if alike and self._differs(r, mark) == best]
        else:
            first = min(natural_text(self._key(row)) for row in rows)
            keepers = [row for row in rows if natural_text(self._key(row)) == first]
        others = [row for row in rows if row not in keepers]
        if len({natural_text(self._values(row)) for row in keepers}) > 1:
            numbers = ", ".join(str(row[ROW]) for row in keepers)
            for row in keepers:
                self._find("HIS-005", row, {"raekker": numbers})
            return rows
        self.lost_id.update(row_number(row) for row in others)
        for row in others:
            self._find(
                "HIS-004", row, {"anden": rows[0][ROW] if row is not rows[0] else rows[1][ROW]}
            )
        if keepers:
            self._keep(keepers[0])
        for copy in keepers[1:]:
            self._keep(copy)
            self.copies.add(row_number(copy))
            self.lost_id.add(row_number(copy))
        return others

    def _keep(self, row: Row) -> None:
        self._take(row, str(row[f"b:{ROW_ID}"] or row[FILE_ID]))

    def _name_blank(self, blank: Iterable[Row], cut: Iterable[Row]) -> None:
        """Find rows again among those of the line of descent, or name them.

        Args:
            blank: Rows without an id of their own.
            cut: Rows in a fresh pre-made row, which keep that id where they are found nowhere.
        """
        free = self.base.filter(~pl.col(ROW_ID).is_in([*self.taken, *self.gone])).to_dicts()
        moved, free = self._match(self._in_order(cut), free, tolerance=0)
        moved, free = self._match_citizens(moved, free)
        for row in moved:
            self._keep(row)
        ordered, free = self._match(self._in_order(blank), free, tolerance=0)
        ordered, free = self._match_citizens(ordered, free)
        derived = [old for old in free if is_derived(str(old[ROW_ID]))]
        ordered, _ = self._match(ordered, derived, tolerance=self._tolerance())
        for row in ordered:
            ordinal = 0
            while (record := self._derive(row, ordinal)) in self.taken:
                ordinal += 1
            self._take(row, record)

    def _in_order(self, rows: Iterable[Row]) -> list[Row]:
        return sorted(
            rows, key=lambda r: (natural_text(self._key(r)), natural_text(self._values(r)), r[ROW])
        )

    def _derive(self, row: Row, ordinal: int) -> str:
        return derive_id(self.sender.workbook_id, self.layout.letter, self._key(row), ordinal)

    def _match(
        self, rows: list[Row], free: list[Row], *, tolerance: int
    ) -> tuple[list[Row], list[Row]]:
        """Pair rows with free records of the same citizen; return what is left of both.

        With a tolerance, a pair must be the only one possible on both sides.
        """
        by_citizen: dict[object, list[Row]] = defaultdict(list)
        for old in free:
            by_citizen[old[BORGER]].append(old)

        def near(row: Row) -> list[Row]:
            key = self._key(row)
            found = []
            for old in by_citizen.get(row[BORGER], []):
                differing = sum(a != b for a, b in zip(key, self._key(old), strict=True))
                if differing <= tolerance and str(old[ROW_ID]) not in self.taken:
                    found.append(old)
            return found

        candidates = {row_number(row): near(row) for row in rows}
        wanted: dict[str, int] = defaultdict(int)
        for olds in candidates.values():
            for old in olds:
                wanted[str(old[ROW_ID])] += 1
        left: list[Row] = []
        for row in rows:
            olds = [o for o in candidates[row_number(row)] if str(o[ROW_ID]) not in self.taken]
            certain = len(olds) == 1 and wanted[str(olds[0][ROW_ID])] == 1
            if olds and (tolerance == 0 or certain):
                self._take(row, min(str(old[ROW_ID]) for old in olds))
            else:
                left.append(row)
        return left, [old for old in free if str(old[ROW_ID]) not in self.taken]

    def _match_citizens(self, rows: list[Row], free: list[Row]) -> tuple[list[Row], list[Row]]:
        """Pair rows with the one record of their citizen: under a former number, or elsewhere."""
        if not is_one_each(self.layout):
            return rows, free
        records = {str(old[BORGER]): old for old in sorted(free, key=lambda old: str(old[ROW_ID]))}
        left: list[Row] = []
        for row in rows:
            numbers = [str(row[name]) for name in (BORGER, *self.layout.secrets) if row[name]]
            found = [each.get(n) for each in (records, self.citizens) for n in numbers]
            known = next((one for one in found if one and self._is_free(row, one)), None)
            if known is None or row[ANNULLER] is not None:
                left.append(row)
                continue
            if numbers[0] not in {known[BORGER], *(known[name] for name in self.layout.secrets)}:
                self._find("HIS-010", row)
            if known not in records.values():
                said = numbers_unsaid(self.layout, row, known)
                if BORGER in said:
                    self._find("HIS-026", row)
                if said:
                    self.numbers[row_number(row)] = said
            self._take(row, str(known[ROW_ID]))
            if row[f"b:{ROW_ID}"] in self.gone:
                self.moved[str(row[f"b:{ROW_ID}"])] = str(known[ROW_ID])
        return left, [old for old in free if str(old[ROW_ID]) not in self.taken]

    def _is_free(self, row: Row, known: Row) -> bool:
        """Tell whether a row may be a record: one that links a still older number stays itself."""
        is_same = is_same_citizen(self.layout, row, known)
        return is_same and known[ROW_ID] not in self.taken and not is_link(self.layout, row, known)

    def _take(self, row: Row, record: str) -> None:
        self.ids[row_number(row)] = record
        self.taken.add(record)

    def _apply(self, joined: pl.DataFrame, record: pl.Expr) -> pl.DataFrame:
        """Write the decisions into the frame."""
        decided = pl.DataFrame(
            {ROW: list(self.ids), "decided": list(self.ids.values())},
            schema={ROW: pl.Int32(), "decided": pl.String()},
        )
        placed = joined.join(decided, on=ROW, how="left", maintain_order="left")
        named = pl.coalesce(pl.col("decided"), record)
        return placed.with_columns(
            named.alias(ROW_ID),
            pl.col(ROW).is_in(sorted(self.copies)).alias(COPY),
            pl.when(~pl.col(ROW).is_in(sorted(self.lost_id))).then(pl.col(FILE_ID)).alias(FILE_ID),
        )

    def _key(self, row: Row) -> NaturalKey:
        return tuple(row[column] for column in self.layout.key)

    def _values(self, row: Row) -> NaturalKey:
        return tuple(row[column] for column in self.layout.values)

    def _find(self, code: str, row: Row, details: Mapping[str, object] | None = None) -> None:
        found = make_finding(
            self.form,
            code,
            sheet=self.layout.sheet,
            row=row_number(row),
            field="cpr",
            details=details,
        )
        self.findings.append(found)
