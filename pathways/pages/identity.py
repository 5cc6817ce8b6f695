"""The banner that says whom a page is about: on every page about her, and in print."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from carecoord import clock
from pathways.engine import Stage
from pathways.models import Journey, SafeContact, Woman
from pathways.models.contact import newest_contact
from pathways.pages.openings import Opened, opened
from pathways.wording.contact import confirmation_in_words, contact_in_words
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
    contact: SafeContact | None
    opened: Opened | None = None

    @property
    def how_reached(self) -> Fact:
        """How she is reached safely: the last of ``rest``."""
        return self.rest[-1]


def banner(journey: Journey, at: datetime) -> Banner:
    """Who she is, where she is now, how she can safely be reached. Two queries: her numbers, her safe contact."""
    woman, today = journey.woman, clock.today(at)
    contact = newest_contact(woman.pk)
    rest = [
        *_rest(journey, today),
        Fact("Safe contact", contact_in_words(contact), confirmation_in_words(contact, today)),
    ]
    return Banner(woman.full_name, _about(woman), _core(woman, today), rest, contact, opened(journey, at))


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
    ]


def now_in_words(journey: Journey, today: date) -> str:
    """``Mother, separated since Tue 10 Nov · day 12 after birth``: she is one, wherever her baby is."""
    if not journey.stage or journey.stage_since is None:
        words = "Nothing recorded yet"
    elif journey.stage == Stage.POSTNATAL_INPATIENT and not journey.in_hospital:
        words = "Discharged, her baby in hospital"
    else:
        stage = STAGE_NAMES[Stage(journey.stage)]
        if journey.stage == Stage.SEPARATED:
            stage = f"Mother, {stage.lower()}"
        words = f"{stage} since {_day(clock.today(journey.stage_since), today)}"
    point = journey.point_on(today)
    if point == "–" or journey.is_closed:
        return words
    return f"{words} · {point}{' after birth' if journey.born_at else ''}"


def _day(day: date, today: date) -> str:
    return clock.day_in_words(day, year=day.year != today.year)
