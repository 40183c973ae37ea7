"""The rooms stay as large as a newcomer can take in, and a name stands for one thing."""

from tools.house_figures import (
    large_rooms,
    list_modules,
    long_modules,
    repeated_classes,
    repeated_names,
)

SAME_THING = {"steps", "commit", "identity"}
"""Names that two rooms share because they hold the same thing: the steps of a kommune and of a
departement, and what is merged beside the table that keeps it."""


def test_a_room_holds_what_can_be_taken_in() -> None:
    """No folder has more than 25 modules, and no module more than 400 lines."""
    modules = list_modules()
    assert len({path.parent for path in modules}) > 20
    assert large_rooms(modules) == {}
    assert long_modules(modules) == {}


def test_a_name_stands_for_one_thing() -> None:
    """No module name twice in a package, but for the same thing; no public class name twice."""
    modules = list_modules()
    assert {name for _, name in repeated_names(modules)} <= SAME_THING
    assert repeated_classes(modules) == {}
