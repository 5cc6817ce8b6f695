"""The banner that says whom a page is about: on every page about her, and in print. Reads only what it is given."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from carecoord import clock
from pathways.engine import Stage
from pathways.models import Journey, Woman
from pathways.words import STAGE_NAMES


class Fact(NamedTuple):
    """A label, the words that matter, and what is said after them."""

    label: str
    words: str
    more: str = ""


class Banner(NamedTuple):
    """See templates/components/banner.html; ``core`` stays on screen."""

    name: str
    about: str
    core: list[Fact]
    rest: list[Fact]


def banner(journey: Journey, at: datetime) -> Banner:
    """Who she is and where she is now. One query, for her numbers."""
    woman, today = journey.woman, clock.today(at)
    return Banner(woman.full_name, _about(woman), _core(woman, today), _rest(journey, today))


def _about(woman: Woman) -> str:
    legal = f"legal first name {woman.first_name}" if woman.preferred_name not in ("", woman.first_name) else ""
    return " · ".join(filter(None, (woman.pronouns, legal)))


def _core(woman: Woman, today: date) -> list[Fact]:
    born = clock.day_in_words(woman.date_of_birth, weekday=False)
    numbers = [Fact(number.get_kind_display(), number.in_groups) for number in woman.numbers]
    return [
        Fact("Born", f"{born} ({woman.age_on(today)})"),
        *(numbers or [Fact("NHS number", "none recorded")]),
        Fact("Allergies", woman.allergies or "not asked yet"),
    ]


def _rest(journey: Journey, today: date) -> list[Fact]:
    woman = journey.woman
    midwife = str(journey.named_midwife) if journey.named_midwife else "nobody yet"
    return [
        Fact("Interpreter", woman.interpreter or "not asked yet"),
        Fact("Named midwife", midwife, f"(buddy {journey.buddy})" if journey.buddy else ""),
        Fact("Now", now_in_words(journey, today)),
        Fact("Site", journey.site.name),
        _safe_contact(woman, today),
    ]


def now_in_words(journey: Journey, today: date) -> str:
    """``Separated since Tue 10 Nov · day 12 after birth``."""
    if not journey.stage or journey.stage_since is None:
        words = "Nothing recorded yet"
    else:
        words = f"{STAGE_NAMES[Stage(journey.stage)]} since {_day(clock.today(journey.stage_since), today)}"
    point = journey.point_on(today)
    if journey.born_at and not journey.is_closed:
        point = f"{point} after birth"
    return words if point == "–" or journey.is_closed else f"{words} · {point}"


def _safe_contact(woman: Woman, today: date) -> Fact:
    if not woman.safe_contact:
        return Fact("Safe contact", "not agreed yet", "(ask her before you call, write or visit)")
    confirmed = woman.safe_contact_confirmed_on
    return Fact("Safe contact", woman.safe_contact, f"(she confirmed {_day(confirmed, today)})" if confirmed else "")


def _day(day: date, today: date) -> str:
    return clock.day_in_words(day, year=day.year != today.year)
