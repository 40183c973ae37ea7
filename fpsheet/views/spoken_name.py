"""A file's name as it may be shown where it travels or is logged: without a citizen's number."""

import re

_CPR = re.compile(r"(?<!\d)\d{6}[ _.\u2013-]?\d{4}(?!\d)")
_MASK = "xxxxxx-xxxx"


def spoken_name(name: str) -> str:
    """Give a file name with every CPR number in it masked.

    >>> spoken_name("Sag 630276-9417.xlsx"), spoken_name("956-2026-000001.json")
    ('Sag xxxxxx-xxxx.xlsx', '956-2026-000001.json')
    """
    return _CPR.sub(_MASK, name)
