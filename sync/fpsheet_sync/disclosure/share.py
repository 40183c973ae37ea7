"""What shares give away besides what they rest on: the rest of the whole."""

from dataclasses import replace

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation, Release


def add_rests(release: Release) -> tuple[Release, frozenset[CellId]]:
    """Add, for every share, the rest of its whole as a cell of its own.

    A rest is a count like any other, small or not, though no table prints it. Where an equation
    already splits the whole into the part and one other cell, that cell is the rest.

    Returns:
        The release to protect, and the names of the cells added.
    """
    cells = {cell.id: cell for cell in release.cells}
    split = {
        (part, equation.total)
        for equation in release.equations
        if len(equation.parts) == 2  # noqa: PLR2004  a part and the rest
        for part in equation.parts
    }
    rests: dict[CellId, Cell] = {}
    equations: list[Equation] = []
    for figure in sorted(release.derived, key=lambda figure: figure.id):
        if figure.share_of is None or figure.share_of in split:
            continue
        part, whole = figure.share_of
        split.add(figure.share_of)
        id_ = CellId(f"{figure.id} (rest)")
        owner = cells[part].owner if cells[part].owner == cells[whole].owner else None
        value = cells[whole].value - cells[part].value
        rests[id_] = Cell(id_, value, is_count=cells[part].is_count, owner=owner)
        equations.append(Equation(id_, whole, (part, id_)))
    added = replace(
        release,
        cells=(*release.cells, *rests.values()),
        equations=(*release.equations, *equations),
    )
    return added, frozenset(rests)


def hidden_figures(release: Release, hidden: frozenset[CellId]) -> frozenset[str]:
    """Give the figures that rest on a hidden cell."""
    return frozenset(
        figure.id
        for figure in release.derived
        if not hidden.isdisjoint((*figure.rests_on, *(figure.share_of or ())))
    )
