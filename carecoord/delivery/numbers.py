"""Mobile numbers of the United Kingdom, as people write them. Pure Python."""

from __future__ import annotations

import re

_MOBILE = re.compile(r"(?:\+44|0044|0)(7[1-9]\d{8})", re.ASCII)
_PERSONAL_OR_PAGER = ("70", "76")  # begin like a mobile's, receive no text; 07624 is the Isle of Man's mobiles


def uk_mobile(text: str) -> str:
    """``+447700900123``, however it was written. Raises ValueError for what is no mobile number of the UK."""
    plain = re.sub(r"[\s().-]", "", text.replace("(0)", ""))
    found = _MOBILE.fullmatch(plain)
    if not found or (found[1][:2] in _PERSONAL_OR_PAGER and not found[1].startswith("7624")):
        raise ValueError("not a mobile number of the UK")
    return f"+44{found[1]}"


def spaced(number: str) -> str:
    """``07700 900123``: how a kept number is shown."""
    return f"0{number[3:7]} {number[7:]}" if number.startswith("+44") else number
