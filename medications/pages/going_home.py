"""Her own copy of going home: plain words, her medicine as her prescriber wrote it, nobody else's data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from carecoord import clock
from carecoord.sites.definitions import Source
from medications.checklist import Checklist
from medications.leaving import place_in_words
from medications.models import LeavingEntry
from medications.pages.leaving import AsWritten, as_written, hours_in_words
from medications.rules.closed_days import Day, Kind
from medications.rules.leaving import NOT_DONE

_DAY_NAMES = {"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"}
_COVER = {
    "prior_day_supply": "you get it on the day before",
    "alt_pharmacy": "you get it at another pharmacy",
    "ward_supply": "the ward gives it to you before you leave",
}


@dataclass(frozen=True)
class Number:
    """Somebody to ring: who, the number, when they are there, and who else when they are not."""

    name: str
    phone: str
    hours: str
    on_bank_holidays: bool
    out_of_hours: str


@dataclass(frozen=True)
class HerCopy:
    """What she takes home. Blank where nobody has said; the page then says whom to ask."""

    name: str
    medicine: AsWritten | None
    next_day: str
    next_place: str
    days: Sequence[tuple[str, str]]
    has_naloxone: bool
    naloxone_until: str
    numbers: Sequence[Number]
    today: date


def copy_of(checklist: Checklist, *, names_it: bool) -> HerCopy:
    """Her copy. ``names_it``: whether it says which medicine; she decides whether that is safe to take home."""
    entries, woman = checklist.entries, checklist.journey.woman
    next_dose, naloxone = entries.get("next_dose"), entries.get("naloxone")
    has_naloxone = naloxone is not None and naloxone.answer in ("supplied", "has_in_date")
    until = naloxone.expires_on if naloxone and has_naloxone else None
    return HerCopy(
        name=woman.preferred_name or woman.first_name,
        medicine=as_written(checklist) if names_it else None,
        next_day=clock.day_in_words(next_dose.day) if next_dose and next_dose.day else "",
        next_place=place_in_words(checklist),
        days=[(clock.day_in_words(day.on), _day_words(checklist, day)) for day in checklist.days],
        has_naloxone=has_naloxone and names_it,
        naloxone_until=clock.day_in_words(until, weekday=False) if until else "",
        numbers=[_number(source) for source in (checklist.pharmacy, checklist.prescriber) if source],
        today=clock.today(checklist.now),
    )


def _day_words(checklist: Checklist, day: Day) -> str:
    pharmacy = checklist.pharmacy.name if checklist.pharmacy else "your pharmacy"
    entry = checklist.cover.get(day.on)
    if entry and entry.answer != NOT_DONE:
        return f"{pharmacy} is closed: {_cover(checklist, entry)}"
    match day.kind:
        case Kind.WARD:
            return "on the ward, before you leave"
        case Kind.NEXT:
            return f"{place_in_words(checklist) or pharmacy}, open {hours_in_words(day)}"
        case Kind.FREE:
            return "nothing to take"
    return "not arranged yet: ask the ward before you leave"


def _cover(checklist: Checklist, entry: LeavingEntry) -> str:
    source = checklist.journey.site.definition.source(entry.source) if entry.source else None
    where = ", ".join(filter(None, (source.name if source else "", entry.words)))
    return f"{_COVER[entry.answer]} ({where})" if where else _COVER[entry.answer]


def _number(source: Source) -> Number:
    return Number(
        source.name, source.phone, hours_of(source.hours_text), source.hours.on_bank_holidays, source.out_of_hours
    )


def hours_of(table: Mapping[str, str]) -> str:
    """``Mon to Fri 09:00 to 17:30, Sat 09:00 to 13:00``."""
    return ", ".join(f"{_days(days)} {hours.replace('-', ' to ')}" for days, hours in table.items())


def _days(days: str) -> str:
    return " to ".join(_DAY_NAMES[day] for day in days.split("-"))
