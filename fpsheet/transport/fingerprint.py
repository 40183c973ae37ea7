"""The fingerprint of a key: 25 digits that two people can read to each other on the phone."""

import hashlib

_GROUPS, _DIGITS = 5, 5


def spoken_fingerprint(public_key: bytes) -> str:
    """Return the fingerprint of bytes, such as a public key with its owner.

    It is five groups of five digits (83 bits of SHA-256).

    >>> spoken_fingerprint(bytes(32))
    '19918 10382 90276 65309 30981'
    """
    number = int.from_bytes(hashlib.sha256(public_key).digest()) % 10 ** (_GROUPS * _DIGITS)
    digits = f"{number:0{_GROUPS * _DIGITS}d}"
    return " ".join(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS))


def is_heard(heard: str, fingerprint: str) -> bool:
    """Return whether digits that were read aloud are those of a fingerprint.

    It does not matter how they were grouped or separated when they were typed.

    >>> is_heard("19918-10382 9027665309 30981", spoken_fingerprint(bytes(32)))
    True
    """
    return _digits_of(heard) == _digits_of(fingerprint)


def _digits_of(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
