"""The header of an age file, looked at before any cryptography: each stanza of it costs a key."""

AGE_MAGIC = b"age-encryption.org/v1"
"""Begins whatever is sealed: packages, and receipts closed for a kommune."""

_END = b"\n--- "
_STANZA = b"\n-> "
_MOST_BYTES, _MOST_STANZAS = 4096, 8
"""A header of ours has one stanza for each of two keys, one of noise, and under 1 KB."""


def has_small_header(data: bytes) -> bool:
    r"""Return whether bytes begin with an age header of no more than what ours have.

    >>> has_small_header(b"age-encryption.org/v1\n-> X25519 x\ny\n--- mac\n")
    True
    >>> has_small_header(b"age-encryption.org/v1" + b"\n-> X25519 x\ny" * 9 + b"\n--- mac\n")
    False
    """
    header, end, _ = data[:_MOST_BYTES].partition(_END)
    is_age = header.startswith(AGE_MAGIC + b"\n") and bool(end)
    return is_age and header.count(_STANZA) <= _MOST_STANZAS
