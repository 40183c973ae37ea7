"""Functions of a worksheet that read ranges, or that do not read all they are given."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from fpsheet.workbook.calculation.cell_value import (
    NO_CELL,
    NO_NUMBER,
    NO_VALUE,
    Area,
    At,
    Cells,
    ErrorValue,
    Evaluate,
    Result,
    UnknownResultError,
    Value,
    compare,
    fold,
    is_number,
    is_several,
    to_number,
    to_truth,
)
from fpsheet.workbook.calculation.plain_functions import wildcard

_WITH_COLUMN = 3
_MATCH_ARGUMENTS = 3

_Arguments = tuple[Evaluate, ...]


def _if_error(book: Cells, at: At, arguments: _Arguments) -> Result:
    result = arguments[0](at)
    if is_several(result):
        raise UnknownResultError
    value = book.value(result)
    return arguments[1](at) if isinstance(value, ErrorValue) else result


def _truths(book: Cells, at: At, arguments: _Arguments) -> list[bool] | ErrorValue:
    found = list[bool]()
    for argument in arguments:
        result = argument(at)
        if result is True or result is False:
            found.append(result)
            continue
        several = is_several(result)
        for value in book.values(result) if several else [book.value(result)]:
            if value is None:
                continue
            truth = to_truth(value)
            if isinstance(truth, ErrorValue):
                return truth
            found.append(truth)
    return found or NO_VALUE


def _and(book: Cells, at: At, arguments: _Arguments) -> Value:
    found = _truths(book, at, arguments)
    return found if isinstance(found, ErrorValue) else all(found)


def _or(book: Cells, at: At, arguments: _Arguments) -> Value:
    found = _truths(book, at, arguments)
    return found if isinstance(found, ErrorValue) else any(found)


def _not(book: Cells, at: At, arguments: _Arguments) -> Value:
    truth = to_truth(book.value(arguments[0](at)))
    return truth if isinstance(truth, ErrorValue) else not truth


def _index(book: Cells, at: At, arguments: _Arguments) -> Result:
    place = to_number(book.value(arguments[1](at)))
    if isinstance(place, ErrorValue):
        return place
    area = arguments[0](at)
    number = int(place)
    if (
        not isinstance(area, Area)
        or len(arguments) >= _WITH_COLUMN
        or area.left != area.right
        or number < 1
    ):
        raise UnknownResultError
    row = area.top + number - 1
    if row > area.bottom:
        return NO_CELL
    return Area(area.sheet, row, row, area.left, area.left)


def _match(book: Cells, at: At, arguments: _Arguments) -> Value:
    if len(arguments) != _MATCH_ARGUMENTS or book.value(arguments[2](at)) != 0:
        raise UnknownResultError
    wanted, area = book.value(arguments[0](at)), arguments[1](at)
    return area if isinstance(area, ErrorValue) else book.place(wanted, area)


def _choose(book: Cells, at: At, arguments: _Arguments) -> Result:
    number = to_number(book.value(arguments[0](at)))
    if isinstance(number, ErrorValue):
        return number
    if not 1 <= int(number) < len(arguments):
        return NO_VALUE
    return arguments[int(number)](at)


def _small(book: Cells, at: At, arguments: _Arguments) -> Value:
    numbers = book.numbers(arguments[0](at))
    place = to_number(book.value(arguments[1](at)))
    if isinstance(numbers, ErrorValue) or isinstance(place, ErrorValue):
        return numbers if isinstance(numbers, ErrorValue) else place
    return numbers[int(place) - 1] if 1 <= int(place) <= len(numbers) else NO_NUMBER


def _cells(book: Cells, at: At, arguments: _Arguments) -> Iterable[Value]:
    for argument in arguments:
        yield from book.values(argument(at))


def _count(book: Cells, at: At, arguments: _Arguments) -> Value:
    return sum(map(is_number, _cells(book, at, arguments)))


def _count_filled(book: Cells, at: At, arguments: _Arguments) -> Value:
    return sum(value is not None for value in _cells(book, at, arguments))


def _count_if(book: Cells, at: At, arguments: _Arguments) -> Value:
    area, wanted = arguments[0](at), book.value(arguments[1](at))
    if not isinstance(wanted, str):
        raise UnknownResultError
    values = book.values(area)
    for sign in ("<", ">"):
        if wanted.startswith(sign):
            limit = to_number(wanted[1:])
            if isinstance(limit, ErrorValue):
                raise UnknownResultError
            return sum(is_number(v) and compare(sign, v, limit) is True for v in values)
    if wanted[:1] in {"=", ""}:
        raise UnknownResultError
    pattern = wildcard(wanted)
    return sum(isinstance(v, str) and bool(pattern.fullmatch(fold(v))) for v in values)


def _sum(book: Cells, at: At, arguments: _Arguments) -> Value:
    total: float = 0
    for value in _cells(book, at, arguments):
        if isinstance(value, ErrorValue):
            return value
        total += value if is_number(value) else 0  # type: ignore[operator]
    return total


def _extreme(
    choose: Callable[[list[float]], float],
) -> Callable[[Cells, At, _Arguments], Value]:
    def find(book: Cells, at: At, arguments: _Arguments) -> Value:
        values = list(_cells(book, at, arguments))
        for value in values:
            if isinstance(value, ErrorValue):
                return value
        numbers = [value for value in values if is_number(value)]
        return choose(numbers) if numbers else 0  # type: ignore[arg-type]

    return find


def _rows(_: Cells, at: At, arguments: _Arguments) -> Value:
    area = arguments[0](at)
    if not isinstance(area, Area):
        raise UnknownResultError
    return area.bottom - area.top + 1


def _row(_: Cells, at: At, arguments: _Arguments) -> Value:
    if not arguments:
        return at[1]
    area = arguments[0](at)
    if not isinstance(area, Area) or area.top != area.bottom:
        raise UnknownResultError
    return area.top


def _link(book: Cells, at: At, arguments: _Arguments) -> Value:
    return book.value(arguments[-1](at))


def _format(book: Cells, at: At, arguments: _Arguments) -> Value:
    """`CELL("format",…)`: only whether it is per cent is told apart."""
    area = arguments[1](at)
    if not isinstance(area, Area) or book.value(arguments[0](at)) != "format":
        raise UnknownResultError
    is_percent = book.is_percent((area.sheet, area.top, area.left))
    if is_percent is None:
        raise UnknownResultError
    return "P0" if is_percent else "G"


def _today(book: Cells, _: At, arguments: Sequence[Evaluate]) -> Value:
    if arguments:
        raise UnknownResultError
    return book.today


REFERENCE_FUNCTIONS: Mapping[str, Callable[[Cells, At, _Arguments], Result]] = {
    "IFERROR": _if_error,
    "INDEX": _index,
    "CHOOSE": _choose,
}
"""Functions that can give a cell in place of its value."""

VALUE_FUNCTIONS: Mapping[str, Callable[[Cells, At, _Arguments], Value]] = {
    "AND": _and,
    "OR": _or,
    "NOT": _not,
    "MATCH": _match,
    "SMALL": _small,
    "COUNT": _count,
    "COUNTA": _count_filled,
    "COUNTIF": _count_if,
    "SUM": _sum,
    "SUMPRODUCT": _sum,
    "MAX": _extreme(max),
    "MIN": _extreme(min),
    "ROWS": _rows,
    "ROW": _row,
    "HYPERLINK": _link,
    "CELL": _format,
    "TODAY": _today,
}

TAKE_RANGES = frozenset({"INDEX", "ROWS", "ROW", "CELL"})
"""Functions that ask where a cell is; the others take its value as well. None gives several."""
