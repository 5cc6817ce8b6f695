"""Tells text that anybody who works with her may read from text that says where she is. Pure Python."""

from __future__ import annotations

import re

_PHONE = re.compile(r"(?:\d[\s().\-/]*){7,}")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
_STREET = re.compile(
    r"\b(?:flat|room|unit|no\.?)\s*\d|\b\d+[a-z]?,?\s+(?:[\w’'.-]+\s+){0,3}"
    r"(?:st|street|rd|road|lane|ln|ave|avenue|close|cl|court|ct|crescent|cres|drive|dr|gardens|grove|house|hill|mews|"
    r"park|place|row|square|terrace|view|walk|way|wynd|brae|gate)\b",
    re.IGNORECASE,
)


def gives_away(text: str) -> bool:
    """Whether ``text`` seems to hold a phone number, an e-mail address or an address; when in doubt, it does."""
    return "@" in text or any(pattern.search(text) for pattern in (_PHONE, _POSTCODE, _STREET))
