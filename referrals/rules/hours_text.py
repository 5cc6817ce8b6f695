"""Opening hours as people type them, a line for some days, and as a service keeps them. No Django.

``mon-fri 09:00-17:00``, ``sat 09:00-13:00``, ``closed 2026-12-24``. Whether the hours make sense is asked later
(carecoord.sites.hours); here a line is only taken apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLOSED = "closed"
HOLIDAYS = "bank_holidays"


def hours_from_text(text: str, *, on_bank_holidays: bool) -> dict[str, Any]:
    """The hours in ``text``; empty where it is blank. Raises ValueError for a line that is not days and times."""
    lines = [line.split(None, 1) for line in text.lower().splitlines() if line.strip()]
    short = next((parts for parts in lines if len(parts) < 2), None)
    if short:
        raise ValueError(f"“{short[0]}” says no time. Write days and times, such as mon-fri 09:00-17:00")
    named = [days for days, _ in lines if days != CLOSED]
    twice = next((days for days in named if named.count(days) > 1), None)
    if twice:
        raise ValueError(f"{twice} stands twice. Write all of its times on one line, with a comma between them")
    if not lines:
        return {}
    week = {days: times.strip() for days, times in lines if days != CLOSED}
    closed_on = sorted(times.strip() for days, times in lines if days == CLOSED)
    more = {"closed_on": closed_on} if closed_on else {}
    return dict(sorted({**week, HOLIDAYS: "open" if on_bank_holidays else CLOSED, **more}.items()))


def hours_as_text(hours: Mapping[str, Any]) -> str:
    """The lines that somebody would type for these hours."""
    week = [f"{days} {times}" for days, times in hours.items() if days not in (HOLIDAYS, "closed_on")]
    order = {day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
    week.sort(key=lambda line: order.get(line[:3], len(order)))
    return "\n".join([*week, *(f"{CLOSED} {day}" for day in hours.get("closed_on", []))])
