"""What her days allow, in lines: beside a plan, and beside a visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from pathways.forms.contact import WEEKDAYS
from referrals.planning import HerSide

Fact = tuple[str, str]


def day_facts(hers: HerSide) -> list[Fact]:
    """What she said and what is known, as (label, words); nothing where nobody asked."""
    return list(_facts(hers))


def _facts(hers: HerSide) -> Iterator[Fact]:
    if day := hers.day:
        if day.travel_minutes:
            yield f"From home{f' by {day.travel_by}' if day.travel_by else ''}", f"{day.travel_minutes} min"
        if day.leaves_after:
            yield "Leaves home from", f"{day.leaves_after:%H:%M}"
        if day.dose_from and day.dose_until:
            yield "At her pharmacy", f"{day.dose_from:%H:%M} to {day.dose_until:%H:%M}"
        if day.home_by:
            yield "Back by", f"{day.home_by:%H:%M}"
        if day.not_on:
            yield "Not on", ", ".join(name for number, name in WEEKDAYS if number in day.not_on)
        if day.children:
            yield "Comes with", f"{day.children} {'child' if day.children == 1 else 'children'}"
    if hours := safe_hours(hers):
        yield "Her safe hours", hours
    if hers.needs_interpreter:
        yield "Interpreter", hers.journey.woman.interpreter


def safe_hours(hers: HerSide) -> str:
    """``Mondays, Tuesdays, 10:00 to 14:00``; blank where she named none."""
    contact = hers.contact
    if contact is None:
        return ""
    days = ", ".join(name for number, name in WEEKDAYS if number in contact.days)
    return ", ".join(filter(None, (days, _between(contact.safe_from, contact.safe_until))))


def _between(since: time | None, until: time | None) -> str:
    if since and until:
        return f"{since:%H:%M} to {until:%H:%M}"
    if since:
        return f"from {since:%H:%M}"
    return f"until {until:%H:%M}" if until else ""
