"""Typed reading of JSON that somebody else wrote: every value is of its kind, or it is refused.

What a package, a key or a receipt says goes on to rules and a database that trust their types, so
nothing is converted here: a number where a text belongs is damage, not a text. What each file
holds is said by the types of a dataclass; pydantic holds the file against them (ADR 0014).
"""

from functools import cache
from json import detect_encoding
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

T = TypeVar("T")

MOST_ROWS = 1 << 20
"""Rows of a sheet in Excel."""

_LONGEST = 1 << 15
"""Characters of a cell in Excel, and one more."""


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("not a text that every database can hold")
    return text


Text = Annotated[str, StringConstraints(max_length=_LONGEST), AfterValidator(_without_nul)]
"""A text that every database can hold."""

Count = Annotated[int, Field(ge=0, le=MOST_ROWS)]

Value = (
    Text
    | Annotated[int, Field(ge=-MOST_ROWS, le=MOST_ROWS)]
    | Annotated[float, Field(ge=-MOST_ROWS, le=MOST_ROWS)]
    | None
)
"""What a field holds: a text, a number, or nothing."""


def read_json(data: bytes, kind: type[T], *, extra: Literal["forbid", "ignore"] = "forbid") -> T:
    """Return what JSON says as a value of a type.

    Args:
        data: The JSON, in UTF-8 or as an editor saved it.
        kind: The type; its fields are of the types above, of enums and moments.
        extra: What becomes of names that the type does not have.

    Raises:
        ValueError: It is no JSON, or not of the type. The cause is not chained: it holds values.
    """
    try:
        encoding = detect_encoding(data)
        text = data if encoding == "utf-8" else data.decode(encoding)
        adapter: TypeAdapter[T] = _adapter(kind)  # type: ignore[arg-type]
        return adapter.validate_json(text, strict=True, extra=extra)
    except (ValidationError, UnicodeError):
        raise ValueError("not of its type") from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a type, also `list[Entry]`
    return TypeAdapter(kind)
