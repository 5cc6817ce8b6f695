"""The stories of the demonstration women, as data relative to today.

Each site's TOML file lists women and, of each, her journeys. A journey says where she is ``now``
(``31+4``, or ``day 12`` after a ``birth`` at ``39+2``) and tells its story in lines of

    when  time  event  details  | note

``when`` is a gestation (``11+3``), a day since the birth (``d4``) or days from today (``-16``); the time
is London time; details are ``k=v`` as in an import, ``by=ward`` says who recorded it. Dates among the
details are written like ``when``, ``d4@14:00`` with a time; ``edd=due`` is the date that ``now`` implies.
Nothing in a story happens today or between 01:00 and 02:00, so that it can be told at any hour of any day
of the year. What a story does not say, but what good care does, is added by routine.py: contacts, and
handoffs done in time. ``leave`` names those that are still open, ``late`` those done a day after their due
time, ``instead`` those that ended in another way (the kind of answer, and the reason); ``last_contact`` and
``silent`` are the days without contact, ``shows`` what the caseload says of her today (``on_track`` by default).

Beside her journeys a woman can have a ``contact`` (how she is reached, what is kept apart of it, ``confirmed`` in days
from today), ``addresses`` and a ``background`` by label, with the category and her own words of her ethnicity.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from carecoord import clock
from carecoord.access.labels import Label
from pathways.contact import Agreed, Place
from pathways.engine import ANSWER_KINDS, DAYS_TO_EDD, FACT_KINDS, AboutBaby, date_at_gestation
from pathways.models import ContactDetail

FOLDER = Path(__file__).parent

_GESTATION = re.compile(r"(\d{1,2})\+([0-6])")
_SINCE_BIRTH = re.compile(r"d(\d{1,3})")
_FROM_TODAY = re.compile(r"([+-]\d{1,3})")
_DATES = {"edd", "next_dose_on", "mental_health_referred_on"}
_INSTANTS = {"planned_for"}


class UnreadableStory(ValueError):
    """A story's file is wrong; the message names the woman, the line and what is wrong with it."""


@dataclass(frozen=True)
class Told:
    """One line of a story, placed in time. ``by`` is the name of a post; blank is whoever usually records it."""

    kind: str
    occurred_at: datetime
    baby: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class JourneyStory:
    """One pregnancy, as its file tells it."""

    now: str
    story: str
    number: int = 1
    birth: str = ""
    team: str = ""
    midwife: str = "midwife"
    buddy: str = ""
    shows: str = "on_track"
    leave: frozenset[str] = frozenset()
    last_contact: int | None = None
    silent: tuple[int, int] | None = None
    instead: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    late: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ContactStory:
    """How she is reached: what everybody reads, what is kept apart, and how many days ago she confirmed it."""

    agreed: Agreed
    details: Mapping[str, str]
    confirmed: int


@dataclass(frozen=True)
class WomanStory:
    """One woman, as her file tells it. ``matters_on`` and ``confirmed`` are days from today."""

    ref: str
    first: str
    last: str
    born: date
    journeys: tuple[JourneyStory, ...]
    called: str = ""
    pronouns: str = "she/her"
    nhs: str = ""
    chi: str = ""
    allergies: str = "none known"
    interpreter: str = "not needed"
    matters: str = ""
    matters_on: int = -11
    contact: ContactStory | None = None
    addresses: tuple[Place, ...] = ()
    background: Mapping[Label, str] = field(default_factory=dict)
    ethnicity: str = ""


@cache
def stories_of(site_code: str) -> tuple[WomanStory, ...]:
    """The women of one site, in the order of their file. Raises UnreadableStory."""
    path = FOLDER / f"{site_code.lower()}.toml"
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_woman(woman) for woman in raw["women"])
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as problem:
        raise UnreadableStory(f"{path.name}: {problem}") from problem


def _woman(raw: dict[str, Any]) -> WomanStory:
    background = dict(raw.pop("background", {}))
    ethnicity, in_her_words = background.pop("ethnicity", ""), background.pop("in_her_words", "")
    known = {Label(name): text for name, text in background.items()} | (
        {Label.ETHNICITY: in_her_words} if ethnicity else {}
    )
    contact = _contact(raw.pop("contact")) if "contact" in raw else None
    addresses = tuple(_place(place) for place in raw.pop("addresses", ()))
    journeys = tuple(_journey(journey) for journey in raw.pop("journeys"))
    return WomanStory(
        **raw, journeys=journeys, contact=contact, addresses=addresses, background=known, ethnicity=ethnicity
    )


def _contact(raw: dict[str, Any]) -> ContactStory:
    details = {kind.value: raw.pop(kind.value) for kind in ContactDetail.Kind if kind != "note" and kind.value in raw}
    confirmed = raw.pop("confirmed", -9)
    hours = {f"safe_{end}": _wall(raw.pop(end)) for end in ("from", "until") if end in raw}
    return ContactStory(Agreed(**{**raw, **hours, "days": tuple(raw.get("days", ()))}), details, confirmed)


def _place(raw: dict[str, Any]) -> Place:
    safe = {f"safe_to_{what}": raw.pop(what, False) for what in ("visit", "write")}
    return Place(**raw, **safe)


def _journey(raw: dict[str, Any]) -> JourneyStory:
    as_declared: dict[str, Any] = {"leave": frozenset, "late": frozenset, "silent": tuple}
    return JourneyStory(**{name: as_declared.get(name, lambda value: value)(value) for name, value in raw.items()})


@dataclass(frozen=True)
class Calendar:
    """Where one pregnancy lies in time: its EDD, and the day of the birth where there was one."""

    today: date
    edd: date
    birth: date | None

    @classmethod
    def of(cls, story: JourneyStory, today: date) -> Calendar:
        """The calendar that ``now`` and ``birth`` imply. Raises UnreadableStory."""
        birth = None
        if story.now.startswith("day "):
            birth = today - timedelta(days=int(story.now.removeprefix("day ")))
        gestation = _GESTATION.fullmatch(story.birth if birth else story.now)
        if gestation is None:
            raise UnreadableStory("now is a gestation, or a day with birth = its gestation")
        days = 7 * int(gestation[1]) + int(gestation[2])
        return cls(today, (birth or today) + timedelta(days=DAYS_TO_EDD - days), birth)

    def day(self, text: str) -> date:
        """The date of a ``when``. Raises UnreadableStory."""
        if text == "due":
            return self.edd
        if match := _GESTATION.fullmatch(text):
            return date_at_gestation(self.edd, 7 * int(match[1]) + int(match[2]))
        if (match := _SINCE_BIRTH.fullmatch(text)) and self.birth:
            return self.birth + timedelta(days=int(match[1]))
        if match := _FROM_TODAY.fullmatch(text):
            return self.today + timedelta(days=int(match[1]))
        raise UnreadableStory(f"{text!r} is no day: write 11+3, d4 after a birth, or -16")

    def instant(self, day: str, wall: str) -> datetime:
        """The instant of a ``when`` and a London time. Raises UnreadableStory."""
        return clock.from_local(datetime.combine(self.day(day), _wall(wall)))


def told(story: JourneyStory, today: date) -> list[Told]:
    """The lines of a story in the order of time. Raises UnreadableStory."""
    calendar = Calendar.of(story, today)
    lines = [_told(line, calendar) for line in story.story.strip().splitlines()]
    return sorted(lines, key=lambda line: line.occurred_at)


def _told(line: str, calendar: Calendar) -> Told:
    facts, _, note = line.partition("|")
    try:
        when, wall, kind, *pairs = shlex.split(facts)
        details = dict(pair.split("=", 1) for pair in pairs)
        occurred_at = calendar.instant(when, wall)
        if clock.today(occurred_at) >= calendar.today:
            raise UnreadableStory("it has not happened before today")
        by, baby = details.pop("by", ""), details.pop("baby", _usual_baby(kind))
        dated = {name: _dated(name, value, calendar) for name, value in details.items()}
        return Told(kind, occurred_at, int(baby) if baby else None, dated, by, note.strip())
    except ValueError as problem:
        raise UnreadableStory(f"{line.strip()!r}: {problem}") from problem


def _usual_baby(kind: str) -> str:
    """Baby 1, for an event that is about one baby and names none."""
    about = FACT_KINDS[kind].about_baby if kind in FACT_KINDS and kind not in ANSWER_KINDS else AboutBaby.NO
    return "1" if about is AboutBaby.ONE else ""


def _dated(name: str, value: str, calendar: Calendar) -> str:
    if name in _DATES:
        return calendar.day(value).isoformat()
    if name in _INSTANTS:
        day, _, wall = value.partition("@")
        return calendar.instant(day, wall).astimezone(clock.LONDON).isoformat()
    return value


def _wall(text: str) -> time:
    hours, minutes = text.split(":")
    wall = time(int(hours), int(minutes))
    if wall.hour == 1:
        raise UnreadableStory("01:00 to 02:00 does not exist on every day of the year")
    return wall
