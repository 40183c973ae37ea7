"""I12: a frozen publication reproduces exactly, for invented worlds, on both databases.

Some files of a world arrive, an edition is published, the rest arrives in whatever order.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fpsheet_sync.statistics.stat_table import Period
from tests.support.editions import bytes_of, inside, issue, write
from tests.support.submissions import sync
from tests.support.worlds import worlds

if TYPE_CHECKING:
    from fpsheet_sync.merge.submission import Submission
    from tests.support.stores import Stores


YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
MOST = settings.default.max_examples if settings.default else 100
# An example publishes twice and writes four times; shrinking would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.slow
@settings(max_examples=max(2, MOST // 50), phases=PHASES)
@given(files=worlds(), data=st.data())
def test_a_publication_stays_what_it_was(
    stores: Stores, tmp_path: Path, files: list[Submission], data: st.DataObject
) -> None:
    """Its files are the same to the byte, and counted again as of its commit they are too."""
    store = stores.new()
    sync(store, files[0])
    wanted = {"period": YEAR, "kommuner": (files[0].kommune_kode,)}
    folder = tmp_path / files[0].sha256[:8] / str(len(list(tmp_path.iterdir())))
    issue(store, folder / "first", **wanted)
    write(store, folder / "internal", internal=True, **wanted)
    sync(store, *data.draw(st.permutations(files[1:]), label="rest"))
    issue(store, folder / "second", **wanted)
    for name, more in (("first", {}), ("internal", {"internal": True})):
        write(store, folder / f"{name} again", edition=1, **wanted, **more)
        place = inside if "internal" in more else Path
        assert bytes_of(place(folder / name)) == bytes_of(place(folder / f"{name} again"))
        assert bytes_of(place(folder / name))
    stores.close()
