"""The support of every woman from whom a baby was placed away, by what is due: one row a woman, three queries.

It lists the women who are open to its reader; legal basis, place and reason stand nowhere on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from carecoord import clock
from carecoord.access.models import User
from pathways.engine import LATE_STATES, URGENCY, Stage, State, SubjectKind
from pathways.models import Handoff, Journey, NamedWorker
from pathways.models.handoffs import OPEN
from pathways.rules.her_care import OF_HER_CARE
from pathways.visibility import journeys_visible_to
from pathways.wording.handoffs import due_in_words, live_state, step_of

MOST_LINES = 3


@dataclass(frozen=True)
class Due:
    """One thing of her own care that is open."""

    state: str
    title: str
    due: str
    distance: str
    is_late: bool


@dataclass(frozen=True)
class Row:
    """One woman. ``due``: the most urgent first; ``more``: how many stand behind them."""

    journey: int
    woman: int
    state: str
    name: str
    point: str
    with_whom: str
    due: Sequence[Due]
    more: int
    last_contact: str


def rows_for(user: User, at: datetime) -> list[Row]:
    """The women, whoever's support is most urgent first."""
    journeys = sorted(_journeys(user, at), key=_urgency)
    return [_row(journey, at) for journey in journeys]


def _journeys(user: User, at: datetime) -> QuerySet[Journey]:
    """Open journeys on which a baby is away, or on which something is still owed to her after that."""
    separation = Handoff.objects.filter(journey=OuterRef("pk"), subject=SubjectKind.SEPARATION)
    after = Q(stage=Stage.SEPARATED) | Exists(separation.filter(state__in=OPEN))
    moments = {key for key, _ in OF_HER_CARE}
    owed = Handoff.objects.open().with_live_state(at).filter(moment__in=moments)
    workers = NamedWorker.objects.order_by("-id")
    return (
        journeys_visible_to(user)
        .filter(after)
        .exclude(stage=Stage.CLOSED)
        .select_related("woman", "named_midwife")
        .prefetch_related(
            Prefetch("handoffs", queryset=owed, to_attr="owed"), Prefetch("named_workers", queryset=workers)
        )
    )


def _hers(journey: Journey) -> list[Handoff]:
    """What is open of her own care, the most urgent first."""
    owed: Iterable[Handoff] = journey.owed  # type: ignore[attr-defined]
    hers = [each for each in owed if (each.moment, each.step) in OF_HER_CARE]
    return sorted(hers, key=lambda each: (URGENCY[live_state(each)], each.due_at, each.pk))


def _urgency(journey: Journey) -> tuple[int, float, int]:
    first = next(iter(_hers(journey)), None)
    if first is None:
        return len(URGENCY), 0.0, journey.pk
    return URGENCY[live_state(first)], first.due_at.timestamp(), journey.pk


def _row(journey: Journey, at: datetime) -> Row:
    hers = _hers(journey)
    worker = next(iter(journey.named_workers.all()), None)
    return Row(
        journey=journey.pk,
        woman=journey.woman_id,
        state=live_state(hers[0]).value if hers else State.PENDING.value,
        name=journey.woman.list_name,
        point=journey.point_on(clock.today(at)),
        with_whom=worker.name if worker else str(journey.named_midwife or "nobody named yet"),
        due=[_due(each, at) for each in hers[:MOST_LINES]],
        more=max(len(hers) - MOST_LINES, 0),
        last_contact=clock.day_in_words(clock.today(journey.last_contact_at))
        if journey.last_contact_at
        else "none yet",
    )


def _due(handoff: Handoff, at: datetime) -> Due:
    state = live_state(handoff)
    _, step = step_of(handoff)
    return Due(
        state.value,
        step.list_title,
        due_in_words(handoff.due_at, at),
        clock.distance_in_words(handoff.due_at, at),
        state in LATE_STATES,
    )
