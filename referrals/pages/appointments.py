"""Her appointments: on her journey's page, on a page of their own, and one of them by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.models import Journey
from referrals.models import Appointment, Waiting
from referrals.wording.booking import state_in_words, when_in_words, where_in_words

FEW = 4
State = Appointment.State


@dataclass(frozen=True)
class Line:
    """One appointment in a list. ``look`` is the tone of its state."""

    row: Appointment
    url: str
    when: str
    what: str
    where: str
    state: str
    look: str


@dataclass(frozen=True)
class WaitingLine:
    """Something that she waits for."""

    row: Waiting
    words: str
    since: str


@dataclass(frozen=True)
class HerAppointments:
    """What is to come, what she waits for, and what was. ``plan_url``: where trips are planned for her."""

    coming: Sequence[Line]
    more: int
    waiting: Sequence[WaitingLine]
    before: Sequence[Line]
    url: str
    plan_url: str
    may_book: bool


def on_her_journey(journey: Journey, reader: User, now: datetime) -> HerAppointments | None:
    """The panel: the next few, and what she waits for. Two queries; None once her journey has closed."""
    if Ability.SEE_JOURNEY not in reader.abilities or journey.is_closed:
        return None
    coming = [
        line_of(each) for each in rows_of(journey).filter(during__endswith__gt=now).exclude(state=State.CANCELLED)
    ]
    return HerAppointments(
        coming[:FEW],
        max(len(coming) - FEW, 0),
        waiting_lines(journey),
        (),
        reverse("appointments", args=[journey.pk]),
        reverse("plan_a_trip", args=[journey.pk]),
        Ability.BOOK in reader.abilities,
    )


def her_appointments(journey: Journey, reader: User, now: datetime) -> HerAppointments:
    """The page: all of them, what is to come first. Two queries."""
    lines = [line_of(each) for each in rows_of(journey)]
    is_coming = [each.row.state != State.CANCELLED and each.row.during.upper > now for each in lines]
    return HerAppointments(
        [line for line, coming in zip(lines, is_coming, strict=True) if coming],
        0,
        waiting_lines(journey),
        [line for line, coming in zip(lines, is_coming, strict=True) if not coming][::-1],
        reverse("appointments", args=[journey.pk]),
        reverse("plan_a_trip", args=[journey.pk]),
        Ability.BOOK in reader.abilities and not journey.is_closed,
    )


def rows_of(journey: Journey) -> QuerySet[Appointment]:
    """Her appointments in their order, with what their words need."""
    with_all = ("session__clinic__place", "session__room", "session__clinician", "visit__place", "booked_by")
    return Appointment.objects.filter(journey=journey).select_related(*with_all).order_by("during", "pk")


def waiting_lines(journey: Journey) -> list[WaitingLine]:
    """What she waits for, the longest first."""
    rows = Waiting.objects.filter(journey=journey, ended="").order_by("since", "pk")
    return [WaitingLine(each, each.words, clock.day_in_words(clock.today(each.since))) for each in rows]


def line_of(row: Appointment) -> Line:
    """One of hers in words."""
    held, gone = row.state == State.HELD, row.state == State.CANCELLED
    return Line(
        row,
        reverse("appointment", args=[row.journey_id, row.pk]),
        when_in_words(row),
        row.words,
        where_in_words(row),
        state_in_words(row),
        "due_soon" if held else "cancelled" if gone else "",
    )
