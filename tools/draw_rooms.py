"""`python -m tools.draw_rooms`: draw `docs/billeder/rooms.svg` from the layers in `pyproject.toml`.

One column for each floor and one box for each room, in the order of the import contracts: what
stands higher may import what stands lower. Rooms written with `|` between them stand side by side.
"""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[1]
PICTURE = "docs/billeder/rooms.svg"
FLOORS = ("fpsheet", "fpsheet_sync", "fpsheet_validation", "fpsheet_templates")
_TITLE = "The rooms of the four floors; each imports what stands below it or to the right"
_WIDTH, _STEP, _BOX, _TOP = 210, 28, 22, 64
_COLOURS = ("#1F3A5F", "#1F6F78", "#3B7A57", "#6B3B7A")


def read_layers(root: Path) -> dict[str, list[str]]:
    """Return the layers of each floor, the highest first, as the contracts have them."""
    data = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    found = {
        str(container): [str(layer) for layer in contract["layers"]]
        for contract in data["tool"]["importlinter"]["contracts"]
        for container in contract.get("containers", ())
    }
    return {floor: found.get(floor, ["data"]) for floor in FLOORS}


def draw_rooms(layers: dict[str, list[str]]) -> str:
    """Return the picture: floors left to right, the highest first."""
    width, height = _WIDTH * len(layers), _TOP + _STEP * max(map(len, layers.values()))
    name, font = "http://www.w3.org/2000/svg", 'font-family="sans-serif" font-size="12"'
    lines = [
        f'<svg xmlns="{name}" viewBox="0 0 {width} {height}" {font}>',
        f"<title>{_TITLE}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for place, (floor, rooms) in enumerate(layers.items()):
        lines += _draw_floor(_WIDTH * place + 10, floor, rooms, _COLOURS[place])
    return "\n".join([*lines, "</svg>", ""])


def _draw_floor(left: int, floor: str, rooms: Sequence[str], colour: str) -> Iterator[str]:
    wide = _WIDTH - 20
    arrow = "" if floor == FLOORS[-1] else "  →"
    yield f'<text x="{left}" y="28" font-size="15" fill="{colour}">{floor}{arrow}</text>'
    for row, layer in enumerate(rooms):
        top = _TOP - 20 + _STEP * row
        yield f'<rect x="{left}" y="{top}" width="{wide}" height="{_BOX}" rx="3" fill="{colour}"/>'
        yield f'<text x="{left + 8}" y="{top + 15}" fill="#ffffff">{escape(layer)}</text>'


if __name__ == "__main__":
    (ROOT / PICTURE).write_text(draw_rooms(read_layers(ROOT)), encoding="utf-8", newline="\n")
