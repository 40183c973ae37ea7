"""The files of an edition as they were handed out, kept beside what they printed."""

from collections.abc import Mapping

from fpsheet.statistics.layout import Publisher
from fpsheet.statistics.publish import render_release
from fpsheet_sync.stat_table import Release
from fpsheet_sync.statistics.publication import Draft, Publication
from fpsheet_templates.form import Form


def render_kept(draft: Draft, form: Form, language: str) -> dict[str, bytes]:
    """Give the files of an edition in the language it is handed out in, by the name they keep."""
    publisher = publisher_of(draft.publication)
    return {
        _kept_name(release, name): data
        for release in draft.releases
        if release.language == language
        for name, data in render_release(release, form, publisher=publisher).items()
    }


def kept_files(files: Mapping[str, bytes], release: Release) -> dict[str, bytes]:
    """Give the kept files of one area and language; none where nobody was handed any."""
    prefix = _kept_name(release)
    return {
        name.removeprefix(prefix): data for name, data in files.items() if name.startswith(prefix)
    }


def publisher_of(publication: Publication) -> Publisher:
    """Give who published an edition, as it printed it."""
    said = publication.settings["udgiver"]
    return Publisher(said["navn"], said["kontakt"])


def _kept_name(release: Release, name: str = "") -> str:
    return f"{release.language}/{release.area}/{name}"
