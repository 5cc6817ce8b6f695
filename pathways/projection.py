"""Copies the engine's answer into rows: handoffs, flags, babies, grants, and what lists show of a journey.

Facts are the truth; these rows exist so that lists and the sweep are fast. They are written in
the transaction of the event that moves them, and `manage.py recompute --check` proves them equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from carecoord import clock
from pathways import engine
from pathways.engine import LATE_STATES, OPEN_STATES, Ending, Fact, Stage, State
from pathways.grants import grant_differences, write_grants
from pathways.models import Event, Flag, Handoff, Journey, Offer
from pathways.models.handoffs import OPEN
from pathways.moments import ALL, by_key
from pathways.site_rules import rules_of

ENDED_MEANWHILE = "ended meanwhile"  # why the product takes an offer back
CONTACTS = frozenset({"first_contact", "booking_completed", "contact_made", "postnatal_visit"})

_IDENTITY = ("moment", "step", "subject", "subject_number", "occurrence")
_COMPUTED = ("opened_at", "warn_at", "due_at", "missed_at", "not_before", "ended_at", "state", "late_entry")
_COPIED = (*_COMPUTED, "site_id")


def events_that_count(journey: Journey) -> QuerySet[Event]:
    """The journey's events in their order, without those entered in error."""
    return journey.events.filter(correction=None).order_by("occurred_at", "id")


def facts_of(events: Iterable[Event]) -> list[Fact]:
    """Events as the engine takes them."""
    return [fact_of(event) for event in events]


def fact_of(event: Event) -> Fact:
    """One event as a fact; its id is its place in the order of recording."""
    return Fact(
        kind=event.kind,
        occurred_at=event.occurred_at,
        sequence=event.pk,
        baby=event.baby,
        details=event.details,
    )


@dataclass(frozen=True)
class Answer:
    """All that follows from one journey's facts at ``at``. ``over``: what ended the journey as a whole."""

    handoffs: list[engine.Handoff]
    journey: dict[str, Any]
    babies: dict[int, tuple[datetime, str]]
    over: Ending | None = None


def answer_for(journey: Journey, facts: list[Fact], at: datetime) -> Answer:
    """Ask the engine. Pure but for reading the journey's site."""
    facts = [fact for fact in facts if fact.occurred_at <= at]
    moves = engine.stage_history(facts)
    stage = moves[-1].stage if moves else None
    births = [fact for fact in facts if fact.kind == "baby_born"]
    contacts = [fact.occurred_at for fact in facts if fact.kind in CONTACTS]
    copies = {
        "stage": stage.value if stage else "",
        "stage_since": moves[-1].since if moves else None,
        "stage_before": (moves[-1].before or "") if moves else "",
        "stage_by_id": moves[-1].fact.sequence if moves else None,
        "edd": engine.current_edd(facts, journey.edd_at_entry),
        "born_at": min((birth.occurred_at for birth in births), default=None),
        "last_contact_at": max(contacts, default=None),
        "in_hospital": engine.mother_in_hospital(facts),
    }
    babies: dict[int, tuple[datetime, str]] = {}
    for birth in births:
        babies.setdefault(birth.baby or 1, (birth.occurred_at, birth.details.get("place", "")))
    handoffs = engine.handoffs(ALL, rules_of(journey.rules_site), facts, at, edd_at_entry=journey.edd_at_entry)
    return Answer(handoffs, copies, babies, _over(facts) if stage is Stage.CLOSED else None)


def _over(facts: list[Fact]) -> Ending:
    return Ending.MOTHER_DIED if any(fact.kind == "mother_died" for fact in facts) else Ending.CLOSED


def level_of(handoff: Handoff | engine.Handoff, over: Ending | None) -> str | None:
    """The level of the flag that a handoff asks for. What was missed stays missed after her death or the end of the
    journey, and asks for nobody any more, unless it is owed all the same (a baby's)."""
    if handoff.state not in LATE_STATES or (over and over not in by_key[handoff.moment].survives):
        return None
    return handoff.state


def refresh(journey: Journey, *, at: datetime | None = None) -> None:
    """Write what follows from the journey's facts. The caller holds the journey's row lock in a transaction."""
    at = at or clock.present()
    facts = facts_of(events_that_count(journey))
    answer = answer_for(journey, facts, at)
    _write_journey(journey, answer.journey)
    _write_babies(journey, answer.babies)
    handoffs, moved = _write_handoffs(journey, answer.handoffs)
    _write_flags(journey, [(handoff, level_of(handoff, answer.over)) for handoff in handoffs], moved, at)
    _close_offers(journey, at)
    write_grants(journey, facts, answer.handoffs)  # last: it may close her record to whoever is writing


def differences(journey: Journey, at: datetime) -> list[str]:
    """How the stored rows differ from a recomputation at ``at``; empty when they agree. Changes nothing."""
    facts = facts_of(events_that_count(journey))
    answer = answer_for(journey, facts, at)
    found = [
        f"{name}: stored {getattr(journey, name)}, computed {value}"
        for name, value in answer.journey.items()
        if getattr(journey, name) != value
    ]
    babies = {baby.number: (baby.born_at, baby.place) for baby in journey.babies.all()}
    if babies != answer.babies:
        found.append(f"babies: stored {sorted(babies)}, computed {sorted(answer.babies)}, or born otherwise")
    open_flag = Flag.objects.filter(handoff=OuterRef("pk"), cleared_at=None).values("level")[:1]
    rows = journey.handoffs.with_live_state(at).annotate(flag_level=Subquery(open_flag))
    stored = {_identity(row): row for row in rows}
    computed = {_identity(row): row for row in _rows(journey, answer.handoffs)}
    found += [f"{'.'.join(map(str, key))}: stored only" for key in sorted(stored.keys() - computed.keys())]
    found += [f"{'.'.join(map(str, key))}: not stored" for key in sorted(computed.keys() - stored.keys())]
    for key in sorted(stored.keys() & computed.keys()):
        for name in _COPIED:
            old = _swept_state(stored[key]) if name == "state" else getattr(stored[key], name)
            new = getattr(computed[key], name)
            if old != new:
                found.append(f"{'.'.join(map(str, key))}.{name}: stored {old}, computed {new}")
        level = level_of(stored[key], answer.over)
        if stored[key].flag_level != level:
            found.append(f"{'.'.join(map(str, key))}: flag {stored[key].flag_level}, should be {level}")
    return found + grant_differences(journey, facts, answer.handoffs, at)


def _swept_state(row: Any) -> str:
    """The state by the clock: a row that waits for the sweep is right. One that is ahead of the clock is not."""
    ahead = row.state in OPEN_STATES and OPEN_STATES.index(row.state) > OPEN_STATES.index(row.live_state)
    return row.state if ahead else row.live_state


def _identity(row: Handoff) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _IDENTITY)


def _rows(journey: Journey, answers: Iterable[engine.Handoff]) -> list[Handoff]:
    return [
        Handoff(
            journey=journey,
            moment=answer.moment,
            step=answer.step,
            subject=answer.subject.kind,
            subject_number=answer.subject.number,
            occurrence=answer.occurrence,
            **{name: getattr(answer, name) for name in _COMPUTED if name != "state"},
            state=answer.state.value,
            site_id=journey.site_id,
        )
        for answer in answers
    ]


def _write_journey(journey: Journey, copies: dict[str, Any]) -> None:
    changed = [name for name, value in copies.items() if getattr(journey, name) != value]
    for name in changed:
        setattr(journey, name, copies[name])
    if changed:
        journey.save(update_fields=changed)


def _write_babies(journey: Journey, born: dict[int, tuple[datetime, str]]) -> None:
    stored = {baby.number: baby for baby in journey.babies.all()}
    for number in stored.keys() - born.keys():
        stored[number].delete()
    for number, (born_at, place) in born.items():
        baby = stored.get(number)
        if baby is None or (baby.born_at, baby.place) != (born_at, place):
            journey.babies.update_or_create(number=number, defaults={"born_at": born_at, "place": place})


def _write_handoffs(journey: Journey, answers: list[engine.Handoff]) -> tuple[list[Handoff], set[int]]:
    """Make the stored rows equal the answer; return those that are stored afterwards, and which have a new due time."""
    stored = {_identity(row): row for row in journey.handoffs.all()}
    computed = {_identity(row): row for row in _rows(journey, answers)}
    gone = [row.pk for key, row in stored.items() if key not in computed]
    if gone:
        # Their opening fact was entered in error or moved; the flags keep the handoff's key.
        Flag.objects.filter(handoff__in=gone, cleared_at=None).update(cleared_at=clock.now())
        Handoff.objects.filter(pk__in=gone).delete()
    new = Handoff.objects.bulk_create(row for key, row in computed.items() if key not in stored)
    changed, moved = [], set()
    for key in computed.keys() & stored.keys():
        row, fresh = stored[key], computed[key]
        if row.due_at != fresh.due_at:
            moved.add(row.pk)
        if any(getattr(row, name) != getattr(fresh, name) for name in _COPIED):
            for name in _COPIED:
                setattr(row, name, getattr(fresh, name))
            changed.append(row)
    if changed:
        Handoff.objects.bulk_update(changed, _COPIED)
    return [*new, *(stored[key] for key in computed.keys() & stored.keys())], moved


def _write_flags(journey: Journey, handoffs: list[tuple[Handoff, str | None]], moved: set[int], at: datetime) -> None:
    """Raise, escalate or clear the flags of one journey, by the rows just written and the level each asks for."""
    open_flags = {flag.handoff_id: flag for flag in journey.flags.filter(cleared_at=None)}
    raised = []
    for handoff, level in handoffs:
        flag = open_flags.get(handoff.pk)
        # At another site nobody has been told yet: a flag of its own starts again at the foot of the ladder.
        has_left = flag is not None and flag.site_id not in (None, handoff.site_id)
        if flag and (has_left or not level):
            flag.cleared_at = at
            flag.save(update_fields=["cleared_at"])
        elif flag and level:
            _keep(flag, level, at, has_moved=handoff.pk in moved)
        if level and (flag is None or has_left):
            raised.append(new_flag(handoff, at))
    Flag.objects.bulk_create(raised)


def _keep(flag: Flag, level: str, at: datetime, *, has_moved: bool) -> None:
    """Bring an open flag up to date. Where its due time moved, the next sweep asks its ladder again."""
    if flag.level == level and not has_moved:
        return
    if flag.level != level:
        flag.level, flag.escalated_at = level, at if level == State.MISSED else None
    if has_moved:
        flag.climbs_at = at
    flag.save(update_fields=["level", "escalated_at", "climbs_at"])


def _close_offers(journey: Journey, at: datetime) -> None:
    """Take back what was offered and is no longer owed; nobody can accept what has ended."""
    waiting = Offer.objects.filter(journey=journey, state=Offer.State.OFFERED)
    ended = waiting.filter(Q(handoff=None) | ~Q(handoff__state__in=OPEN))
    ended.update(state=Offer.State.WITHDRAWN, answered_at=at, reason=ENDED_MEANWHILE)


def new_flag(handoff: Handoff, at: datetime) -> Flag:
    """The flag of an overdue or missed handoff, not yet saved."""
    return Flag(
        journey_id=handoff.journey_id,
        handoff=handoff,
        handoff_key=handoff.key,
        level=handoff.state,
        raised_at=at,
        site_id=handoff.site_id,
        climbs_at=at,
    )
