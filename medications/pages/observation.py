"""What the pages and the board ask of a baby's observation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from carecoord import clock
from medications.models import Observation, ObservationPlan, ObservationStep
from medications.observing import ending_of, standing_plan
from medications.rules.observing import Standing, standing
from pathways.models import Baby, Event, Handoff, Journey
from pathways.models.handoffs import OPEN

START = "NOWS_START"
Kind = ObservationStep.Kind
_DIED = Event.objects.filter(journey=OuterRef("journey"), kind="baby_died", baby=OuterRef("number"), correction=None)


@dataclass(frozen=True)
class BabyLine:
    """One baby on a board. ``state`` is a handoff's; ``where`` the baby was at the last look, at ``seen_at``."""

    number: int
    day: str
    state: str
    next_at: datetime | None
    where: str = ""
    seen_at: datetime | None = None
    note: str = ""

    @property
    def words(self) -> str:
        """Reads alone: ``day 2 of 5, with the mother``."""
        return self.with_place(self.where)

    def with_place(self, where: str) -> str:
        """The same with another place of the baby, said since the last look."""
        return ", ".join(filter(None, (self.day, where))) + self.note

    @property
    def next_words(self) -> str:
        """``next look 11:30``; nothing where none is due."""
        return f"next look {self.next_at.astimezone(clock.LONDON):%H:%M}" if self.next_at else ""


@dataclass(frozen=True)
class BabyPage:
    """One baby's page: the observation that runs or ended, with everything that was written down of it."""

    baby: Baby
    siblings: Sequence[int]
    plan: ObservationPlan | None
    standing: Standing | None
    looks: Sequence[Observation]
    shown: ObservationStep | None
    ending: ObservationStep | None
    late_signs: ObservationStep | None
    first_by: datetime

    @property
    def is_running(self) -> bool:
        return self.plan is not None and self.ending is None

    @property
    def last(self) -> Observation | None:
        """The latest look that stands."""
        return next((each for each in self.looks if each.stands), None)


def page_of(journey: Journey, baby: Baby, now: datetime) -> BabyPage:
    """Everything of one baby's observation."""
    plan = standing_plan(journey, baby.number)
    looks = list(_looks_of(plan)) if plan else []
    steps = list(plan.steps.filter(struck_at=None).select_related("recorded_by").order_by("-id")) if plan else []

    def step(kind: str) -> ObservationStep | None:
        return next((each for each in steps if each.kind == kind), None)

    last = next((each.observed_at for each in looks if each.stands), None)
    return BabyPage(
        baby=baby,
        siblings=[number for number in journey.babies.order_by("number").values_list("number", flat=True)],
        plan=plan,
        standing=_standing(journey, plan, baby.born_at, last, now) if plan else None,
        looks=looks,
        shown=step(Kind.SHOWN),
        ending=ending_of(plan) if plan else None,
        late_signs=step(Kind.LATE_SIGNS),
        first_by=baby.born_at + timedelta(hours=journey.site.definition.observing.first_within_hours),
    )


def _looks_of(plan: ObservationPlan) -> QuerySet[Observation]:
    return plan.observations.select_related("observer", "struck_by").order_by("-observed_at", "-id")


@dataclass(frozen=True)
class Watched:
    """What a line asks of an observation. By these names ``watched`` has it."""

    baby: int
    ends_at: datetime
    every_hours: int
    last_at: datetime | None
    last_where: str | None
    has_ended: bool


@dataclass(frozen=True)
class Born:
    """What a line asks of a baby. By these names ``born`` has it."""

    number: int
    born_at: datetime
    is_owed: bool


WATCHED = tuple(each.name for each in fields(Watched))
BORN = tuple(each.name for each in fields(Born))


def observation_lines(journeys: Sequence[Journey], now: datetime) -> dict[int, list[BabyLine]]:
    """Every baby that is observed or is owed its first look, by journey; two queries for however many.

    The journeys bring their site. A baby who has died, and one whose observation has ended, has no line.
    """
    by_pk = {journey.pk: journey for journey in journeys}
    plans: dict[int, list[Watched]] = {}
    for row in watched().filter(journey__in=by_pk).values("journey", *WATCHED):
        plans.setdefault(row.pop("journey"), []).append(Watched(**row))
    babies: dict[int, list[Born]] = {}
    for row in born().filter(journey__in=by_pk).values("journey", *BORN):
        babies.setdefault(row.pop("journey"), []).append(Born(**row))
    found = {pk: lines_of(by_pk[pk], plans.get(pk, []), hers, now) for pk, hers in babies.items()}
    return {pk: lines for pk, lines in found.items() if lines}


def lines_of(journey: Journey, plans: Sequence[Watched], babies: Sequence[Born], now: datetime) -> list[BabyLine]:
    """The lines of one woman's babies. No query."""
    by_baby, lines = {plan.baby: plan for plan in plans}, []
    for baby in babies:
        plan = by_baby.get(baby.number)
        if plan and not plan.has_ended:
            lines.append(_line(journey, baby, plan, now))
        elif plan is None and baby.is_owed:
            lines.append(_owed(journey, baby, now))
    return lines


def watched() -> QuerySet[ObservationPlan]:
    """Every observation that counts, with its latest look and whether it has ended."""
    looks = Observation.objects.filter(plan=OuterRef("pk"), struck_at=None).order_by("-observed_at", "-id")
    endings = ObservationStep.objects.filter(
        plan=OuterRef("pk"), kind__in=ObservationStep.ENDINGS, struck_at=None, event__correction=None
    )
    return ObservationPlan.objects.filter(struck_at=None, event__correction=None).annotate(
        last_at=Subquery(looks.values("observed_at")[:1]),
        last_where=Subquery(looks.values("where")[:1]),
        has_ended=Exists(endings),
    )


def born() -> QuerySet[Baby]:
    """Every baby who lives, and whether the first look is owed."""
    owed = Handoff.objects.filter(
        journey=OuterRef("journey"), moment=START, subject="baby", subject_number=OuterRef("number"), state__in=OPEN
    )
    return Baby.objects.filter(~Exists(_DIED)).annotate(is_owed=Exists(owed)).order_by("journey", "number")


def _line(journey: Journey, baby: Born, plan: Watched, now: datetime) -> BabyLine:
    stands = _standing(journey, plan, baby.born_at, plan.last_at, now)
    where = Observation.Where(plan.last_where).label.lower() if plan.last_where else ""
    note = ": its time is over, write down the end" if stands.next_at is None else ""
    return BabyLine(baby.number, stands.in_words, stands.state, stands.next_at, where, plan.last_at, note)


def _owed(journey: Journey, baby: Born, now: datetime) -> BabyLine:
    hours = journey.site.definition.observing.first_within_hours
    due = baby.born_at + timedelta(hours=hours)
    state = "overdue" if now >= due else "due_soon" if due - now <= timedelta(hours=2) else "on_track"
    return BabyLine(baby.number, "observation not started", state, due)


def _standing(
    journey: Journey, plan: ObservationPlan | Watched, born_at: datetime, last_at: datetime | None, now: datetime
) -> Standing:
    hours = journey.site.definition.observing.first_within_hours
    return standing(born_at, plan.ends_at, last_at=last_at, every_hours=plan.every_hours, first_hours=hours, now=now)
