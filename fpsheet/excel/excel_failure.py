"""What goes wrong with Excel, each as one sentence with a remedy."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fpsheet_templates.errors import FpsheetError
from fpsheet_templates.load import load_texts

_BUSY = {-2147418111, -2147417846, -2146777998}
"""A cell is being edited or a dialog is open: RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER,
VBA_E_IGNORE."""

_GONE = {-2147417848, -2147418094, -2147023174, -2147023170, -2147221080}
"""Workbook or Excel was closed: RPC_E_DISCONNECTED, RPC_E_SERVER_DIED_DNE, the server is not
available, the call failed, the object is not there any more."""

_INNER = 5
"""Where `excepinfo` holds the code of the program that was asked."""


class ExcelError(FpsheetError):
    """Excel cannot be used as it stands; a person can put it right."""

    def __init__(self, kind: str, language: str, **values: object) -> None:
        """Say what happened.

        Args:
            kind: Key of the sentence and of its remedy in `excel.toml`.
            language: Language of both.
            values: What the sentence names; never a cell's value.
        """
        texts = load_texts("excel.toml")
        sentence = texts.fill(f"excel.error.{kind}", language, values)
        super().__init__(sentence, remedy=texts.fill(f"excel.remedy.{kind}", language, values))


@contextmanager
def said_plainly(language: str) -> Iterator[None]:
    """Turn what Excel raises inside the block into an ExcelError.

    The text of what it raised is dropped: it may repeat what stands in a cell.
    """
    try:
        yield
    except excel_failures() as error:
        raise ExcelError(_kind(error), language) from None


def excel_failures() -> tuple[type[Exception], ...]:
    """Return the classes of what xlwings and Windows raise; those there are on this machine."""
    places = (
        ("xlwings", "XlwingsError"),
        ("pywintypes", "com_error"),
        ("xlwings._xlwindows", "ExcelBusyError"),
    )
    found = (getattr(sys.modules.get(module), name, None) for module, name in places)
    return tuple(kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception))


def _kind(error: Exception) -> str:
    codes = {getattr(error, "hresult", None)}
    info = getattr(error, "excepinfo", None)
    if isinstance(info, tuple) and len(info) > _INNER:
        codes.add(info[_INNER])
    if codes & _BUSY or type(error).__name__ == "ExcelBusyError":
        return "busy"
    return "closed" if codes & _GONE else "refused"
