"""The files of an edition as they were handed out, kept beside its numbers in words."""

from collections.abc import Iterable, Mapping

from fpsheet.statistics.audit_book import write_audit
from fpsheet.statistics.page_layout import Publisher
from fpsheet.statistics.render_files import render_release
from fpsheet_sync.database.log_end import LogEnd
from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.publication.publication import Draft, Publication
from fpsheet_sync.statistics.stat_table import Column, ColumnKind, Release, StatTable
from fpsheet_sync.statistics.tables.number_name import figure_id, number_of
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.form import Form

_AUDIT = "revision"


def render_kept(draft: Draft, form: Form, language: str, end: LogEnd) -> dict[str, bytes]:
    """Return the files of an edition in the language it is handed out in, by the name they keep.

    The audit is among them, which lies beside the national edition, for the departement alone. It
    tells where the access log ended when the edition was made.
    """
    publisher = publisher_of(draft.publication)
    releases = [release for release in draft.releases if release.language == language]
    files: dict[str, bytes] = {}
    for release in releases:
        made = render_release(release, form, publisher=publisher)
        files |= {_kept_name(release, name): data for name, data in made.items()}
        if draft.audit and release.area == draft.publication.area:
            words = Wording(form, language)
            workbook = next(iter(made)).removesuffix(".xlsx")
            name = f"{workbook}-{words.text('audit.file')}-{words.text('book.file_internal')}.xlsx"
            data = write_audit(draft, words, name_numbers(releases), end)
            files[f"{_AUDIT}/{_kept_name(release, name)}"] = data
    return files


def kept_files(files: Mapping[str, bytes], release: Release) -> dict[str, bytes]:
    """Return the kept files of one area and language; none where nobody was handed any."""
    return _beginning(files, _kept_name(release))


def kept_audit(files: Mapping[str, bytes], release: Release) -> dict[str, bytes]:
    """Return the kept audit of a national edition; none of a kommune's."""
    return _beginning(files, f"{_AUDIT}/{_kept_name(release)}")


def publisher_of(publication: Publication) -> Publisher:
    """Return who published an edition, as it printed it."""
    said = publication.settings["udgiver"]
    return Publisher(said["navn"], said["kontakt"])


def _beginning(files: Mapping[str, bytes], prefix: str) -> dict[str, bytes]:
    return {
        name.removeprefix(prefix): data for name, data in files.items() if name.startswith(prefix)
    }


def _kept_name(release: Release, name: str = "") -> str:
    return f"{release.language}/{release.area}/{name}"


def name_numbers(releases: Iterable[Release]) -> Mapping[CellId, str]:
    """Return every number that an edition has a cell for, hidden or not, with its first place.

    Args:
        releases: Editions of one language, the national one first.
    """
    names: dict[CellId, str] = {}
    for release in releases:
        for table in release.tables:
            for key, row in zip(table.keys, table.rows, strict=True):
                labels = [str(label) for label in row[: len(table.dimensions)]]
                for column in table.columns:
                    id_ = _name(release, table, column, key)
                    if id_:
                        where = ", ".join([*labels, column.name])
                        names.setdefault(id_, f"{table.id}: {where}")
    return names


def _name(
    release: Release, table: StatTable, column: Column, key: tuple[str, ...]
) -> CellId | None:
    if column.of and column.kind is ColumnKind.COUNT:
        return number_of(release, table, column, key).id
    if column.kind is ColumnKind.DECIMAL and column.share_of:
        # What a share leaves of its whole, which no table prints.
        return CellId(f"{figure_id(release, table, column, key)} (rest)")
    return None
