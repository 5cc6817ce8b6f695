"""What the pages of an ending show: for each reason what is there and what is missing, with where to write it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.engine import OPEN_STATES
from pathways.guided import Standing
from pathways.models import Journey, OutsideTry
from pathways.moves.at_the_end import GP, REVIEW, known_of, tries_of
from pathways.rules.ending import ENOUGH_TRIES, Known, Missing, Need, Reason, can_be_settled, missing_in_record
from pathways.wording.ending import REASONS, ReasonInWords

RECENT = timedelta(days=28)


@dataclass(frozen=True)
class Point:
    """One thing that is missing, and the page on which it is written down; without one where only time helps."""

    sentence: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Way:
    """One way in which the journey can end. ``blocked``: something is missing that no word can take the place of."""

    reason: Reason
    words: ReasonInWords
    missing: Sequence[Point]
    blocked: bool
    url: str


def ways_to_end(journey: Journey, standing: Standing, reader: User, at: datetime) -> list[Way]:
    """Every way, with what the record lacks for it. Three queries each."""
    return [way_to_end(journey, standing, reason, reader, at) for reason in Reason]


def way_to_end(journey: Journey, standing: Standing, reason: Reason, reader: User, at: datetime) -> Way:
    """One way, with what the record lacks for it."""
    known = known_of(journey, standing, reason, at)
    missing = missing_in_record(reason, known)
    return Way(
        reason,
        REASONS[reason],
        missing=[_point(each, journey, known, reader) for each in missing],
        blocked=not all(can_be_settled(reason, each) for each in missing),
        url=reverse("close", args=[journey.pk, reason.value]),
    )


def tries_in_words(journey: Journey, standing: Standing, reason: Reason) -> list[OutsideTry]:
    """What was tried outside for it, the latest first."""
    return tries_of(journey, reason, standing.facts)[::-1]


def _point(missing: Missing, journey: Journey, known: Known, reader: User) -> Point:
    page = _PAGES.get(missing.need) if missing.need else None
    url, link = page(journey, known, reader) if page else ("", "")
    return Point(missing.sentence, url, link if url else "")


def _answer(journey: Journey, moment: str) -> str:
    owed = journey.handoffs.filter(moment=moment, state__in=OPEN_STATES).order_by("due_at").first()
    return reverse("answer", args=[owed.pk, "done"]) if owed else ""


def _review(journey: Journey, _: Known, reader: User) -> tuple[str, str]:
    may = Ability.ANSWER_HANDOFF in reader.abilities
    return (_answer(journey, REVIEW) if may else ""), "Record the review"


def _gp(journey: Journey, _: Known, reader: User) -> tuple[str, str]:
    may = Ability.ANSWER_HANDOFF in reader.abilities
    return (_answer(journey, GP) if may else ""), "Record the consultation"


def _her_handoffs(journey: Journey, _: Known, __: User) -> tuple[str, str]:
    return reverse("journey", args=[journey.pk]) + "#handoffs", "See what is open"


def _her_entries(journey: Journey, _: Known, __: User) -> tuple[str, str]:
    return reverse("journey", args=[journey.pk]) + "?show=entries#handoffs", "See all entries"


def _outside(journey: Journey, known: Known, reader: User) -> tuple[str, str]:
    if known.tries >= ENOUGH_TRIES and Ability.SIGN_OFF in reader.abilities:
        return reverse("sign_off", args=[journey.pk]), "Read what was tried, and sign it off"
    may = Ability.OPEN_ADDRESS in reader.abilities
    return (reverse("outside", args=[journey.pk]) if may else ""), "Write down who was asked"


_PAGES: Mapping[Need, Callable[[Journey, Known, User], tuple[str, str]]] = {
    Need.REVIEW: _review,
    Need.GP: _gp,
    Need.URGENT: _her_handoffs,
    Need.CARE: _outside,
    Need.MEDICINE: _outside,
    Need.BARE: _her_entries,
}


# -- for those who may not see the women -----------------------------------------------------------


def reopened_in_words(at: datetime) -> list[str]:
    """For whoever runs the site: journeys opened again in four weeks, by whom and in whose word; never a woman."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pathways_reopened(%s)", [at - RECENT])
        rows = cursor.fetchall()
    return [
        f"{clock.due_in_words(when)}: {opened_by} opened one again; {agreed_by} agreed."
        for when, opened_by, agreed_by in rows
    ]
