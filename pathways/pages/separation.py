"""What the page of a separation shows to those whose role covers child protection: what is known, how she was told.

A separation that was entered in error is not there, and what was written down of it neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from carecoord.access.labels import Label
from carecoord.access.models import User
from pathways.engine import OPEN_STATES
from pathways.models import Event, Handoff, Journey, PlacedAway, Telling, TellingArranged, TellingSignOff
from pathways.models.separation import Written
from pathways.pages.identity import Fact
from pathways.projection import events_that_count
from pathways.rules.telling import HOW_IN_WORDS, How
from pathways.telling import EXPLAIN, PLAN, sign_off_is_owed
from pathways.visibility import labels_for
from pathways.wording.entries import time_in_words
from pathways.wording.handoffs import day_in_words, due_in_words, live_state
from pathways.words import STATE_NAMES


@dataclass(frozen=True)
class ToldRow:
    """How she was told once: in a line, the words, what else was asked. ``for_her``: what her copy says beside them."""

    line: str
    words: str
    facts: Sequence[Fact]
    for_her: Sequence[tuple[str, str]]
    by: str


@dataclass(frozen=True)
class SeparationRow:
    """One separation. ``known`` is empty where nothing is written down yet; ``explaining``: how what is owed stands."""

    number: int
    title: str
    happened: str
    known: Sequence[Fact]
    known_by: str
    told: Sequence[ToldRow]
    explaining: str


@dataclass(frozen=True)
class SeparationPage:
    """What the template shows. ``to_arrange``: telling her of the plan is still owed; ``plan``: how that stands."""

    possible_since: str
    arranged: Sequence[Fact]
    arranged_by: str
    is_past: bool
    to_arrange: bool
    plan: str
    told: Sequence[ToldRow]
    signed: Sequence[str]
    sign_off_owed: bool
    separations: Sequence[SeparationRow]


def is_open_to(reader: User, journey: Journey) -> bool:
    """Whether the reader's role covers what stands on this page."""
    return Label.CHILD_PROTECTION in labels_for(reader, journey.woman_id)


def page_of(journey: Journey, at: datetime) -> SeparationPage:
    """The page. The caller has asked whether it is open to its reader. Seven queries."""
    facts = list(events_that_count(journey))
    possible = [event for event in facts if event.kind == "separation_possible"]
    tellings = list(Telling.objects.filter(journey=journey).select_related("recorded_by").order_by("told_at", "id"))
    signed = list(TellingSignOff.objects.filter(journey=journey).select_related("recorded_by").order_by("-id"))
    arranged = TellingArranged.objects.filter(journey=journey).select_related("recorded_by").order_by("-id").first()
    owed = {
        (each.moment, each.subject_number): each
        for each in journey.handoffs.with_live_state(at).filter(moment__in=(PLAN, EXPLAIN)).order_by("pk")
    }
    plan = owed.get((PLAN, 0))
    to_arrange = plan is not None and live_state(plan) in OPEN_STATES
    return SeparationPage(
        possible_since=time_in_words(possible[-1].occurred_at) if possible else "",
        arranged=_arranged(arranged) if arranged else (),
        arranged_by=_written_by(arranged) if arranged else "",
        is_past=to_arrange and arranged is not None and arranged.latest_on < clock.today(at),
        to_arrange=to_arrange,
        plan=_stands(plan, at),
        told=[_told(each) for each in tellings if each.event_id is None],
        signed=[_signed(each) for each in signed],
        sign_off_owed=sign_off_is_owed(tellings, signed=bool(signed)),
        separations=_separations(journey, [event for event in facts if event.kind == "separated"], tellings, owed, at),
    )


def _separations(
    journey: Journey,
    events: Sequence[Event],
    tellings: Sequence[Telling],
    owed: Mapping[tuple[str, int], Handoff],
    at: datetime,
) -> list[SeparationRow]:
    """The latest first. Three queries, however many there are."""
    versions = PlacedAway.objects.filter(event__in=events).prefetch_related("babies").select_related("recorded_by")
    newest = {each.event_id: each for each in versions.order_by("id")}
    babies = journey.babies.count()
    rows = [
        SeparationRow(
            number=number,
            title=f"{_whose(event, babies)} placed away from her",
            happened=time_in_words(event.occurred_at),
            known=_known(newest[event.pk], babies) if event.pk in newest else (),
            known_by=_written_by(newest[event.pk]) if event.pk in newest else "",
            told=[_told(each) for each in tellings if each.event_id == event.pk],
            explaining=_stands(owed.get((EXPLAIN, number)), at),
        )
        for number, event in enumerate(events, start=1)
    ]
    return rows[::-1]


def _stands(handoff: Handoff | None, at: datetime) -> str:
    """``due Fri 13 Nov, 15:10``, ``done on time, Thu 12 Nov``; nothing where nothing was ever owed."""
    if handoff is None:
        return ""
    state = live_state(handoff)
    if state in OPEN_STATES or handoff.ended_at is None:
        return f"due {due_in_words(handoff.due_at, at)}, {clock.distance_in_words(handoff.due_at, at)}"
    return f"{STATE_NAMES[state].lower()}, {day_in_words(handoff.ended_at, at)}"


def _whose(event: Event, babies: int) -> str:
    if babies < 2:
        return "Her baby"
    return f"Baby {event.baby}" if event.baby else "Her babies"


def _known(known: PlacedAway, babies: int) -> list[Fact]:
    with_whom = [
        Fact(f"Baby {each.baby} is with" if babies > 1 else "The baby is with", each.get_with_whom_display())
        for each in sorted(known.babies.all(), key=lambda each: each.baby)
    ]
    return [
        *with_whom,
        Fact("Legal basis", known.get_legal_basis_display() or "not known yet"),
        Fact("Decided by", known.decided_by or "not written down yet"),
        Fact("She was", known.get_setting_display()),
    ]


def _arranged(arranged: TellingArranged) -> list[Fact]:
    return [
        Fact("Told by", arranged.told_by),
        Fact("Where", arranged.place),
        Fact("Beside her", arranged.beside_her),
        Fact("At the latest", clock.day_in_words(arranged.latest_on)),
    ]


def _told(telling: Telling) -> ToldRow:
    how = HOW_IN_WORDS[How(telling.how)].lower()
    line = f"{time_in_words(telling.told_at)}, {how}{', in labour' if telling.in_labour else ''}, by {telling.told_by}"
    copy = clock.day_in_words(telling.copy_on) if telling.copy_on else "not given yet"
    asked = (
        ("Where", telling.place),
        ("Beside her", telling.beside_her),
        ("Written copy", copy if telling.words else ""),
        ("Version of the plan", str(telling.plan_version or "")),
        (
            "When they meet",
            telling.family_time or ("nothing is planned yet" if telling.event_id and telling.words else ""),
        ),
        ("Legal ground explained", _yes_no(telling.legal_basis_explained)),
        ("Told where the baby is", _yes_no(telling.where_baby_is_shared)),
        ("Legal advice", _yes_no(telling.legal_advice)),
        ("Advocate offered", _yes_no(telling.advocate_offered)),
    )
    for_her = [("When you meet", telling.family_time)] if telling.family_time else []
    return ToldRow(line, telling.words, [Fact(*each) for each in asked if each[1]], for_her, _written_by(telling))


def _signed(signed: TellingSignOff) -> str:
    post = signed.get_post_display()
    return f"{signed.name}, {post[:1].lower()}{post[1:]}, {time_in_words(signed.signed_at)}: “{signed.reason}”"


def _written_by(row: Written) -> str:
    return f"{row.recorded_by}, {time_in_words(row.recorded_at)}"


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else "Yes" if answer else "No"
