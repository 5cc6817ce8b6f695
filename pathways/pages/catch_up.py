"""The plan for a woman who came late: what others do earlier is caught up with now, in order, without blame.

Four SQL queries. Nothing here is shown as missed: what is past the time of catching up says so, and asks for a new day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from carecoord import clock
from carecoord.access.abilities import CASELOAD_ROLES, Ability
from carecoord.access.models import User
from pathways.engine import State, gestation_on, step_in_words
from pathways.models import Event, Handoff, Journey, LateReason
from pathways.pages.caseload import OUTREACH
from pathways.shown import Shown
from pathways.wording.handoffs import day_in_words, due_day_in_words, full_title, sender_and_receiver, step_of
from pathways.words import STATE_NAMES

# By these a journey is known to have begun late: booked past the usual week, or not at all before labour.
LATE_BOOKING, UNBOOKED = "BOOK_LATE_14D", "UNBOOKED_LABOUR"
LATE_REASON = "late_reason"
_FIRST, _SOON = timedelta(days=7), timedelta(days=14)


@dataclass(frozen=True)
class Line:
    """One thing to do. ``usually`` says when others do it, where she is catching up with it."""

    pk: int
    title: str
    by: str
    whom: str
    usually: str
    is_past: bool
    done: str = ""


@dataclass(frozen=True)
class Part:
    """Some of the plan, under a heading."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Plan:
    """The whole page."""

    came: str
    reason: str
    may_ask: bool
    parts: Sequence[Part]
    done: Sequence[Line]
    with_her_midwife: int

    @property
    def to_do(self) -> int:
        return sum(len(part.lines) for part in self.parts)


def came_late(journey: Journey) -> bool:
    """Whether she came after the usual week of booking. One query."""
    late = Q(late_entry=True) | Q(moment__in=(LATE_BOOKING, UNBOOKED))
    return journey.handoffs.filter(late).exists()


def plan_of(journey: Journey, reader: User, at: datetime) -> Plan:
    """The plan from here on, as ``reader`` sees it."""
    shown = Shown.to(reader, journey.woman_id)
    handoffs = shown.handoffs(journey.handoffs.exclude(moment=OUTREACH).order_by("due_at", "pk"))
    still_open = [each for each in handoffs if each.ended_at is None]
    caught_up = [each for each in handoffs if each.late_entry and each.ended_at and each.state != State.SUPERSEDED]
    return Plan(
        came=_came_in_words(journey),
        reason=reason_of(journey),
        may_ask=Ability.RECORD_EVENT in reader.abilities and not journey.is_closed,
        parts=_parts([(each, _line(each, journey, reader, at)) for each in still_open], at),
        done=[_line(each, journey, reader, at) for each in caught_up],
        with_her_midwife=_with_her_midwife(still_open, at),
    )


def reason_of(journey: Journey) -> str:
    """What she says made it later, in words; blank where nobody has asked."""
    told = LateReason.objects.filter(journey=journey).order_by("-pk").first()
    if told:
        return str(told.get_reason_display())
    answered = journey.events.filter(
        kind="handoff_completed", correction=None, details__moment=LATE_BOOKING, details__has_key=LATE_REASON
    ).order_by("-pk")
    said = answered.values_list(f"details__{LATE_REASON}", flat=True).first()
    return dict(LateReason.Reason.choices).get(said or "", "")


def _came_in_words(journey: Journey) -> str:
    """``She came at 30+2, on Tue 3 Nov 2026``; the day alone where the EDD is not known."""
    kinds = ("first_contact", "booking_completed", "admitted")
    first = Event.objects.filter(journey=journey, kind__in=kinds, correction=None).order_by("occurred_at", "pk").first()
    if first is None:
        return "She has come."
    day = clock.today(first.occurred_at)
    weeks, days = gestation_on(journey.edd, day) if journey.edd else (0, 0)
    point = f"at {weeks}+{days}, " if journey.edd else ""
    return f"She came {point}on {clock.day_in_words(day)}."


def _parts(lines: Sequence[tuple[Handoff, Line]], at: datetime) -> list[Part]:
    """What is first, what is soon, what comes then; without empty ones."""
    bounds = ((None, at + _FIRST), (at + _FIRST, at + _SOON), (at + _SOON, None))
    titles = ("First, in the next seven days", "In the week after", "Then, as for everybody")
    parts = [
        Part(
            title,
            [line for each, line in lines if (not start or each.due_at > start) and (not end or each.due_at <= end)],
        )
        for title, (start, end) in zip(titles, bounds, strict=True)
    ]
    return [part for part in parts if part.lines]


def _line(handoff: Handoff, journey: Journey, reader: User, at: datetime) -> Line:
    _, receiver = sender_and_receiver(handoff, journey, reader)
    is_past = handoff.due_at <= at and handoff.ended_at is None
    return Line(
        pk=handoff.pk,
        title=full_title(handoff),
        by=f"{'was for' if is_past else 'by'} {due_day_in_words(handoff.due_at, at)}",
        whom=receiver,
        usually=f"usually {step_in_words(step_of(handoff)[1])}" if handoff.late_entry else "",
        is_past=is_past,
        done=f"{STATE_NAMES[State(handoff.state)]}, {day_in_words(handoff.ended_at, at)}" if handoff.ended_at else "",
    )


def _with_her_midwife(handoffs: Iterable[Handoff], at: datetime) -> int:
    """How many of the next two weeks her midwife gives or takes: one visit can hold several of them."""
    soon = [step_of(each)[0] for each in handoffs if each.due_at <= at + _SOON]
    return sum(bool(CASELOAD_ROLES & {*moment.senders, *moment.receivers}) for moment in soon)
