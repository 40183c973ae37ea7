"""Excel's green triangles: a CPR number typed without its hyphen is a text, and meant to be one.

In a column of numbers the triangle stays: a number stored as text is worth a look.

openpyxl has no word for the element, so it is put into the sheet as written.
"""

_BEFORE = b"<tableParts"
"""The next of the elements of a sheet that ours have."""


def ignore_numbers_as_text(xml: bytes, area: str) -> bytes:
    """Give a sheet in which Excel does not point at digits stored as text.

    Args:
        xml: The sheet, with a table.
        area: The cells where that is meant (`C4:C1703 I4:I1703`).
    """
    error = f'<ignoredError sqref="{area}" numberStoredAsText="1"/>'
    element = f"<ignoredErrors>{error}</ignoredErrors>".encode()
    return xml.replace(_BEFORE, element + _BEFORE, 1)
