"""The files of an edition as they were handed out, kept beside what they printed."""

from collections.abc import Mapping

from fpsheet.statistics.audit_book import write_audit
from fpsheet.statistics.number_names import name_numbers
from fpsheet.statistics.page_layout import Publisher
from fpsheet.statistics.render_files import render_release
from fpsheet_sync.database.log_end import LogEnd
from fpsheet_sync.statistics.publication.publication import Draft, Publication
from fpsheet_sync.statistics.stat_table import Release
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
