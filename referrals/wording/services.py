"""What the directory says in words: places, waiting time, whether it is open now, when it was last confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from carecoord import clock
from carecoord.sites.hours import opening_hours
from pathways.wording.entries import time_in_words
from referrals.models import Access, Service

STALE_AFTER = timedelta(days=90)
_DAYS = {"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"}


def places_in_words(service: Service) -> str:
    """``2 of 12 places free``; "" where nothing is known of it."""
    capacity, free = service.capacity, service.free_places
    if free == 0:
        return f"None of {capacity} places free" if capacity else "No place now"
    if free is None:
        return f"{capacity} places; how many are free is not known" if capacity else ""
    return f"{free} of {capacity} places free" if capacity else f"{free} {'place' if free == 1 else 'places'} free"


def waiting_in_words(days: int | None) -> str:
    """How long until a first appointment: ``about 3 weeks``; "" where nobody knows."""
    if days is None:
        return ""
    if days == 0:
        return "no waiting"
    if days < 14:
        return f"about {days} {'day' if days == 1 else 'days'}"
    return f"about {round(days / 7)} weeks"


def open_in_words(service: Service, now: datetime) -> tuple[bool | None, str]:
    """Whether it is open at ``now`` (aware) and until when, or when it opens; None where its hours are not known."""
    if not service.hours:
        return None, ""
    hours = opening_hours(service.site.nation, service.hours)
    closes = next((until for since, until in hours.ranges_on(clock.today(now)) if since <= now < until), None)
    if closes:
        return True, f"Open now, until {closes.astimezone(clock.LONDON):%H:%M}"
    opens = hours.next_opening(now)
    return False, f"Closed now, opens {time_in_words(opens, year=False)}" if opens else "Closed"


def hours_in_lines(hours: Mapping[str, Any]) -> list[tuple[str, str]]:
    """``("Mon to Fri", "09:00-17:00")`` a line, as they were written, and what holds on bank holidays."""
    week = [(_days_in_words(name), text) for name, text in hours.items() if name[:3] in _DAYS and isinstance(text, str)]
    closed = [clock.day_in_words(date.fromisoformat(day)) for day in hours.get("closed_on", [])]
    holidays = {"closed": "closed", "open": "as on other days"}.get(hours.get("bank_holidays", ""), "")
    more = [("Bank holidays", holidays)] if holidays else []
    return [*week, *more, *(("Closed on", day) for day in closed)]


def _days_in_words(name: str) -> str:
    return " to ".join(_DAYS.get(day, day) for day in name.split("-"))


def access_in_words(keys: Sequence[str]) -> str:
    """``no steps, near a bus stop``."""
    words = [str(Access(key).label) for key in keys]
    return ", ".join(each[:1].lower() + each[1:] for each in words)


def confirmed_in_words(service: Service, today: date) -> tuple[str, bool]:
    """When somebody last said that it is right, and whether that is too long ago to rely on."""
    if service.confirmed_on is None:
        return "Nobody has confirmed this yet. Ring before you rely on it.", True
    ago = today - service.confirmed_on
    who = f" by {service.confirmed_by}" if service.confirmed_by else ""
    words = f"Last confirmed {clock.day_in_words(service.confirmed_on, weekday=False)}{who}"
    if ago > STALE_AFTER:
        return f"{words}, {ago.days} days ago. Ring before you rely on it.", True
    return f"{words}.", False
