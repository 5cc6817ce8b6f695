"""What stands on a woman's timeline: her words, what happened, stretches of time, and handoffs.

Reads no database: it is given the rows that the page has read anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.urls import reverse

from carecoord import clock
from carecoord.clock import LONDON
from pathways.answered_by import EndedBy
from pathways.engine import ANSWER_KINDS, FACT_KINDS, LATE_STATES, AboutBaby, Stage, State, gestation_on
from pathways.models import Event, Handoff, Journey
from pathways.rules.loss import LOSSES, was_put_away
from pathways.timeline.marks import Mark, lowered
from pathways.timeline.scales import Story
from pathways.wording.entries import title_of
from pathways.wording.handoffs import full_title, is_caught_up_with, live_state, step_of
from pathways.words import STATE_NAMES

# Short words beside a mark; a kind that is not here takes its label from the engine's table.
LABELS = {
    "first_contact": "First contact",
    "dating_agreed": "EDD agreed",
    "named_midwife_assigned": "Named midwife",
    "drug_use_disclosed": "Talked about use",
    "treatment_started": "In treatment",
    "treatment_ended": "Treatment ended",
    "concern_accepted": "Concern accepted",
    "separation_possible": "Separation possible",
    "contact_made": "Contact",
    "contact_missed": "No contact",
    "admitted": "Admitted",
    "observation_started": "Observed",
    "observation_ended": "Observation ended",
    "feeding_conflict_logged": "Feeding advice differed",
    "mother_discharge_planned": "Going home planned",
    "mother_discharged": "Home",
    "baby_discharge_planned": "Home planned",
    "baby_discharged": "Baby home",
    "postnatal_visit": "Home visit",
    "separated": "Separated",
    "reunified": "Back with her",
    "residential_placement_started": "Placement with baby",
    "residential_placement_ended": "Placement ended",
    "transfer_requested": "Move asked for",
    "transfer_accepted": "Move accepted",
    "transfer_refused": "Move refused",
    "pregnancy_loss": "Loss",
    "closed": "Closed",
    "reopened": "Opened again",
}
PAPERS = frozenset({"dating_agreed", "mother_discharge_planned", "baby_discharge_planned", "separation_possible"})
STRONG = frozenset({"separated", "reunified", "pregnancy_loss", "baby_died", "mother_died"})
# A stretch of time from one kind of fact to the next of another, for the same baby where it is about one.
STRETCHES = {
    "admitted": ("mother_discharged", "In hospital", "night"),
    "observation_started": ("observation_ended", "Observed", "day"),
    "residential_placement_started": ("residential_placement_ended", "Placement with baby", ""),
}
MILESTONES = frozenset({"booking_completed", "treatment_started", "mother_discharged", "transfer_accepted", "closed"})
ROUTINE = frozenset({"contact_made", "contact_missed", "postnatal_visit", "observation_ended"})
BEFORE_BIRTH = frozenset({"", Stage.BOOKING, Stage.ANTENATAL, Stage.INTRAPARTUM})
_QUOTED = 34  # letters of her own words beside a mark
_QUOTED_SHORT = 14


@dataclass(frozen=True)
class Told:
    """Everything that a timeline is made of; ``events`` in order, without those entered in error."""

    journey: Journey
    events: Sequence[Event]
    handoffs: Sequence[Handoff]
    babies: int
    now: datetime
    ended_by: EndedBy


def story_of(told: Told, marks: Iterable[Mark]) -> Story:
    """What decides the axis."""
    times = [mark.at for mark in marks] or [told.now]
    return Story(
        now=told.now,
        first=min(times),
        last=max(times),
        edd=told.journey.edd,
        birth=told.journey.born_at,
        loss=_loss(told),
    )


def _loss(told: Told) -> datetime | None:
    """When no baby of this pregnancy lived any more; None while one lives, or she is pregnant."""
    lost = [event.occurred_at for event in told.events if event.kind in LOSSES]
    return lost[-1] if lost and told.journey.after_loss else None


def marks_of(told: Told) -> list[Mark]:
    """Every mark, in no order."""
    return [*_her_words(told), *_events(told), *_due_date(told), *_handoffs(told)]


def _her_words(told: Told) -> Iterator[Mark]:
    woman = told.journey.woman
    if woman.what_matters and woman.what_matters_on:
        words = " ".join(woman.what_matters.split())
        said_at = min(datetime.combine(woman.what_matters_on, time(12), LONDON).astimezone(UTC), told.now)
        yield Mark(
            key="her-words", lane="her", at=said_at, title=f"“{words}”", url="#her-words", shape="bubble", kind="hers",
            label=f"“{_cut(words, _QUOTED)}”", short_label=f"“{_cut(words, _QUOTED_SHORT)}”",
        )  # fmt: skip


def _cut(words: str, longest: int) -> str:
    """Whole words, up to so many letters."""
    return words if len(words) <= longest else f"{words[:longest].rsplit(' ', 1)[0].rstrip('.,;:!?')}…"


def _events(told: Told) -> Iterator[Mark]:
    births = 0
    for place, event in enumerate(told.events):
        if event.kind in ANSWER_KINDS:
            continue  # the handoff that it answers has its own mark
        births += event.kind == "baby_born"
        declared = FACT_KINDS.get(event.kind)
        if declared and not declared.drawn:
            continue
        until, label = _stretch(told, place)
        yield Mark(
            key=f"entry-{event.pk}",
            lane=declared.lane.name.lower() if declared else "maternity",
            at=event.occurred_at,
            until=until,
            title=_full(told, event, label if until else ""),
            label=label or _label(told, event, first_birth=births == 1),
            url=reverse("entry", args=[told.journey.pk, event.pk]),
            shape=_shape(event, until),
            kind=_kind(event, until),
            milestone=event.kind in MILESTONES,
            routine=event.kind in ROUTINE,
        )


def _full(told: Told, event: Event, stretch: str) -> str:
    title = title_of(event, babies=told.babies)
    return f"{title} ({stretch.lower()})" if stretch else title


def _shape(event: Event, until: datetime | None) -> str:
    if until:
        return "stretch"
    return "birth" if event.kind == "baby_born" else "square" if event.kind in PAPERS else "circle"


def _kind(event: Event, until: datetime | None) -> str:
    if until:
        return "stretch"
    return "birth" if event.kind == "baby_born" else "strong" if event.kind in STRONG else ""


def _label(told: Told, event: Event, *, first_birth: bool) -> str:
    edd = told.journey.edd
    gestation = "{}+{}".format(*gestation_on(edd, clock.today(event.occurred_at))) if edd else ""
    if event.kind == "booking_completed":
        return f"Booked, {gestation}" if gestation else "Booked"
    if event.kind == "baby_born":
        birth = "Birth" if first_birth else f"Baby {event.baby or 1} born"
        return f"{birth}, {gestation}" if gestation and first_birth else birth
    declared = FACT_KINDS.get(event.kind)
    label = LABELS.get(event.kind, declared.label if declared else event.kind)
    if told.babies > 1 and event.baby and declared and declared.about_baby is not AboutBaby.NO:
        return f"{label}, baby {event.baby}"
    return label


def _stretch(told: Told, place: int) -> tuple[datetime | None, str]:
    """Until when a stretch lasts that begins with this event (now while it goes on), and its words."""
    event = told.events[place]
    if event.kind not in STRETCHES:
        return None, ""
    ending, words, unit = STRETCHES[event.kind]
    later = told.events[place + 1 :]
    end = next((other for other in later if other.kind == ending and (other.baby or 1) == (event.baby or 1)), None)
    until = end.occurred_at if end else told.now
    if until <= event.occurred_at:
        return None, ""
    if told.babies > 1 and event.baby:
        words = f"{words}, baby {event.baby}"
    days = (clock.today(until) - clock.today(event.occurred_at)).days
    counted = f", {days} {unit}{'' if days == 1 else 's'}" if unit and days else ""
    return until, f"{words}{counted}" if end else f"{words}, still"


def is_pregnant(journey: Journey) -> bool:
    """Whether nothing has ended the pregnancy yet."""
    return journey.stage in BEFORE_BIRTH and journey.born_at is None


def _due_date(told: Told) -> Iterator[Mark]:
    """The EDD, while she is pregnant; it leads to the entry that agreed it."""
    journey = told.journey
    if journey.edd and is_pregnant(journey):
        agreed = [event.pk for event in told.events if event.kind == "dating_agreed"]
        yield Mark(
            key="edd",
            lane="babies",
            at=datetime.combine(journey.edd, time(12), LONDON).astimezone(UTC),
            title="estimated date of delivery",
            label="EDD",
            url=reverse("entry", args=[journey.pk, agreed[-1]]) if agreed else "#timeline",
            shape="ring",
            prefix="expected",
        )


# -- handoffs ------------------------------------------------------------------------------------


def _handoffs(told: Told) -> Iterator[Mark]:
    for handoff in told.handoffs:
        state = live_state(handoff)
        if state is State.SUPERSEDED or (handoff.ended_at and told.ended_by.fact(handoff)):
            continue  # fell away, or the fact that completed it has its own mark
        answer = told.ended_by.answer(handoff)
        if answer and was_put_away(answer.kind, answer.details):
            continue  # the loss has its mark
        _, step = step_of(handoff)
        if state in LATE_STATES and is_caught_up_with(handoff):
            state = State.DUE_SOON
        is_late = state in LATE_STATES
        words = STATE_NAMES[state]
        yield Mark(
            key=f"handoff-{handoff.pk}",
            lane="handoffs",
            at=handoff.ended_at or handoff.due_at,
            title=full_title(handoff, babies=told.babies),
            label=f"{words}: {lowered(step.list_title)}" if is_late else step.list_title,
            url=url_of(told, handoff),
            shape="diamond" if handoff.ended_at or is_late else "diamond-hollow",
            state=state.value if is_late or state is State.DUE_SOON else "",
            short_label=words if is_late or state is State.DUE_SOON else "",
            prefix="planned" if state is State.PENDING else words.lower(),
        )


def url_of(told: Told, handoff: Handoff) -> str:
    """Where a handoff leads: to the form that answers it, to the entry that ended it, or to its line among the done."""
    if handoff.ended_at is None:
        return reverse("answer", args=[handoff.pk, "done"])
    if entry := told.ended_by.entry(handoff):
        return reverse("entry", args=[told.journey.pk, entry.pk])
    return f"{reverse('journey', args=[told.journey.pk])}?show=done#handoff-{handoff.pk}"
