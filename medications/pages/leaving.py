"""What the pages and the board ask of going home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carecoord import clock
from medications.checklist import Checklist, checklists_of
from medications.leaving import acknowledged_in_words, dose_in_words, place_in_words
from medications.models import Item, LeavingEntry, Plan, Source, Statement
from medications.rules.closed_days import Day, Kind
from medications.rules.leaving import NOT_DONE, in_words
from pathways.models import Journey

SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Point:
    """One point of the checklist as the page shows it. ``mark`` is tick, cross or half; ``words`` what is written."""

    item: str
    title: str
    mark: str
    words: str
    by: str = ""
    can_be_written: bool = True


@dataclass(frozen=True)
class DayLine:
    """One day on her way home. ``state``: ward, open, covered, reasoned, uncovered or free."""

    on: date
    state: str
    words: str
    cover: str = ""
    by: str = ""

    @property
    def day(self) -> str:
        return clock.day_in_words(self.on)


@dataclass(frozen=True)
class LeavingLine:
    """A woman on a board. ``words`` reads alone; ``state`` is a handoff's."""

    words: str
    state: str
    at: datetime | None
    missing: int
    uncovered: Sequence[date]
    owed: str = ""


def leaving_lines(journeys: Sequence[Journey], now: datetime) -> dict[int, LeavingLine]:
    """Who is going home, or has gone with something owed, by journey; four queries for however many.

    The journeys bring their site. Warned 48 hours ahead where a day without a dose lies after leaving.
    """
    found = {}
    for pk, checklist in checklists_of(journeys, now).items():
        if line := line_of(checklist):
            found[pk] = line
    return found


def line_of(checklist: Checklist) -> LeavingLine | None:
    """What a board says of one woman; nothing where she is not going home and owes nothing."""
    facts, missing = checklist.facts, len(checklist.missing)
    at = facts.left_at or facts.planned_for
    if at is None or not checklist.in_treatment or (facts.left_at and not missing):
        return None
    owed = f"{missing} {'point' if missing == 1 else 'points'} missing" if missing else "nothing missing"
    if checklist.uncovered:
        days = ", ".join(clock.day_in_words(day, year=False) for day in checklist.uncovered)
        owed = f"no dose arranged for {days}"
    state = "on_track"
    if missing and (facts.left_at or at <= checklist.now):
        state = "overdue"
    elif missing and (checklist.warns or at - checklist.now <= SOON):
        state = "due_soon"
    words = f"{'left' if facts.left_at else 'home'} {clock.due_in_words(at)}: {owed}"
    return LeavingLine(words, state, at, missing, checklist.uncovered, owed)


def points_of(checklist: Checklist) -> list[Point]:
    """Every point that is asked of her, in order."""
    return [_point(checklist, item) for item in checklist.items]


def _point(checklist: Checklist, item: str) -> Point:
    entry = checklist.entries.get(item)
    words, by = _words(checklist, item, entry), _by(entry)
    mark = "tick" if checklist.is_answered(item) else "half" if entry else "cross"
    if entry and entry.answer == NOT_DONE:
        mark = "half"
    # Days are covered one by one, above; a dose that is recorded is changed where it was recorded.
    of_others = item == Item.COVER or (item == Item.LAST_DOSE and checklist.last_dose is not None)
    return Point(item, Item(item).label, mark, words, by, not of_others)


def _words(checklist: Checklist, item: str, entry: LeavingEntry | None) -> str:
    if entry and entry.answer == NOT_DONE:
        return f"Not done: {entry.words}"
    match item:
        case "last_dose":
            return dose_in_words(checklist.last_dose) if checklist.last_dose else ""
        case "next_dose":
            return f"{clock.day_in_words(entry.day)}, {place_in_words(checklist)}" if entry and entry.day else ""
        case "cover":
            return _cover_words(checklist)
        case "pharmacy" | "prescriber":
            return _told_words(checklist, item, entry)
    return _said(entry) if entry else ""


def _cover_words(checklist: Checklist) -> str:
    if not checklist.days:
        return "Write down her next dose first"
    if left := checklist.uncovered:
        return f"{len(left)} {'day has' if len(left) == 1 else 'days have'} no dose arranged"
    return "Every day has its dose" if checklist.cover else "Not needed: no dose falls on a closed day"


def _told_words(checklist: Checklist, item: str, entry: LeavingEntry | None) -> str:
    if words := acknowledged_in_words(checklist, item):
        return f"{words}: they have it"
    if entry and entry.at:
        return f"{entry.who} was told, {clock.due_in_words(entry.at)}. Not acknowledged yet"
    return ""


def _said(entry: LeavingEntry) -> str:
    expires = f"in date until {clock.day_in_words(entry.expires_on, weekday=False)}" if entry.expires_on else ""
    return ", ".join(filter(None, (in_words(entry.item, entry.answer), entry.who, expires, entry.words)))


def _by(entry: LeavingEntry | None) -> str:
    return f"{entry.recorded_by}, {clock.due_in_words(entry.recorded_at)}" if entry else ""


# -- the days ------------------------------------------------------------------------------------


def days_of(checklist: Checklist) -> list[DayLine]:
    """Each day from leaving to the next dose, and who gives it."""
    return [_day_line(checklist, day) for day in checklist.days]


def _day_line(checklist: Checklist, day: Day) -> DayLine:
    pharmacy = checklist.pharmacy.name if checklist.pharmacy else "the pharmacy"
    hours = hours_in_words(day)
    if entry := checklist.cover.get(day.on):
        state = "reasoned" if entry.answer == NOT_DONE else "covered"
        return DayLine(day.on, state, _day_words(day, pharmacy, hours), cover_in_words(checklist, entry), _by(entry))
    if day.kind is Kind.WARD:
        return DayLine(day.on, "ward", _ward_words(checklist, day.on))
    state = "uncovered" if day.needs_cover else "open" if day.kind is Kind.NEXT else "free"
    return DayLine(day.on, state, _day_words(day, pharmacy, hours))


def _day_words(day: Day, pharmacy: str, hours: str) -> str:
    match day.kind:
        case Kind.NEXT:
            return f"Next dose. {pharmacy} is open {hours}"
        case Kind.NEXT_CLOSED:
            return f"Next dose, but {pharmacy} does not open: {day.because}"
        case Kind.SKIPPED:
            return f"{pharmacy} is open {hours}, and no dose is arranged"
        case Kind.FREE:
            return "No dose falls on this day"
    return f"{pharmacy}: {day.because}"


def _ward_words(checklist: Checklist, on: date) -> str:
    dose = checklist.last_dose
    if dose and clock.today(dose.given_at) == on:
        return f"On the ward, {dose.given_at.astimezone(clock.LONDON):%H:%M}"
    return "On the ward, before she leaves: not recorded yet"


def hours_in_words(day: Day) -> str:
    """``09:00 to 13:00 and 14:00 to 17:30``; blank where it is closed."""
    local = [[at.astimezone(clock.LONDON).strftime("%H:%M") for at in spell] for spell in day.hours]
    return " and ".join(f"{opens} to {closes if closes != '00:00' else '24:00'}" for opens, closes in local)


def cover_in_words(checklist: Checklist, entry: LeavingEntry) -> str:
    """How one closed day is covered."""
    if entry.answer == NOT_DONE:
        return f"Not arranged: {entry.words}"
    source = checklist.journey.site.definition.source(entry.source) if entry.source else None
    return ", ".join(filter(None, (in_words(Item.COVER, entry.answer), source.name if source else "", entry.words)))


# -- her medicine, word for word -------------------------------------------------------------------


@dataclass(frozen=True)
class AsWritten:
    """Her medicine in the words of whoever prescribed it last."""

    words: str
    by: str
    at: datetime


def as_written(checklist: Checklist) -> AsWritten | None:
    """What the prescriber wrote last in this admission: the ward's plan, else the community's prescriber. Two queries.

    Nothing of an earlier admission: it would pass for what holds today.
    """
    journey, admitted_at = checklist.journey, checklist.facts.admitted_at
    if admitted_at is None:
        return None
    plans = Plan.objects.filter(journey=journey, signed_at__gte=admitted_at).select_related("prescriber")
    statements = Statement.objects.filter(journey=journey, source=Source.PRESCRIBER, struck_at=None)
    plan = plans.order_by("-signed_at", "-pk").first()
    said = statements.filter(admission=checklist.facts.admission).order_by("-said_at", "-pk").first()
    if plan and (said is None or plan.signed_at >= said.said_at):
        return AsWritten(plan.words, str(plan.prescriber), plan.signed_at)
    return AsWritten(said.words, said.prescriber or said.said_by, said.said_at) if said else None
