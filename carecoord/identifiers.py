"""NHS and CHI numbers: how they are written, checked and shown.

Numbers are text (leading zeros count). Sources: the NHS Data Dictionary for the NHS number's
Modulus 11 check; Public Health Scotland for the CHI number, whose check digit may from 2026 be
Modulus 11 or Modulus 10. Neither is required of any woman.
"""

from __future__ import annotations

import re

_SPACES = re.compile(r"[\s\-\u00a0]+")
_TEN_DIGITS = re.compile(r"\d{10}", re.ASCII)


class InvalidNumber(ValueError):
    """The number cannot be right; the message says why in words for the person who typed it."""


def _mod_11_digit(first_nine: str) -> int | None:
    """The Modulus 11 check digit of nine digits, or None where none exists."""
    remainder = sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True)) % 11
    check = 11 - remainder
    return {11: 0, 10: None}.get(check, check)


def _mod_10_digit(first_nine: str) -> int:
    """The Modulus 10 (Luhn) check digit of nine digits."""
    total = 0
    for place, digit in enumerate(map(int, first_nine)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10


def _ten_digits(text: str, name: str) -> str:
    number = _SPACES.sub("", text)
    if not _TEN_DIGITS.fullmatch(number):
        raise InvalidNumber(f"{name} number: 10 digits are needed")
    return number


def clean_nhs_number(text: str) -> str:
    """The ten digits of an NHS number, spaces dropped. Raises InvalidNumber."""
    number = _ten_digits(text, "NHS")
    if _mod_11_digit(number[:9]) != int(number[9]):
        raise InvalidNumber("NHS number: the check digit does not fit; look for a mistyped or swapped digit")
    return number


def clean_chi_number(text: str) -> str:
    """The ten digits of a CHI number, spaces dropped; Modulus 11 or Modulus 10. Raises InvalidNumber."""
    number = _ten_digits(text, "CHI")
    if int(number[9]) not in (_mod_11_digit(number[:9]), _mod_10_digit(number[:9])):
        raise InvalidNumber("CHI number: the check digit does not fit; look for a mistyped or swapped digit")
    return number


def nhs_in_groups(number: str) -> str:
    """``999 000 0018``, as it is read aloud."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def chi_in_groups(number: str) -> str:
    """``310298 0007``: the date part, then the rest."""
    return f"{number[:6]} {number[6:]}"
