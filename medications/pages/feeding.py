"""What the pages of the feeding plan show, and one line of it for lists and boards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from medications.feeding import side_of
from medications.models import FeedingAdvice, FeedingPlan
from pathways.models import Journey
from pathways.wording.entries import time_in_words

SIDES = {"midwife": "Midwife", "consultant": "Neonatal or obstetric consultant"}


@dataclass(frozen=True)
class Signature:
    """One of the two who sign; ``who`` is "" while nobody has."""

    side: str
    title: str
    who: str
    when: str


@dataclass(frozen=True)
class Version:
    """One version in words."""

    row: FeedingPlan
    signatures: tuple[Signature, ...]
    shared: str
    replaced: str

    @property
    def missing(self) -> str:
        """The side that has not signed; "" where both have or neither."""
        open_sides = [each for each in self.signatures if not each.who]
        return open_sides[0].side if len(open_sides) == 1 else ""


@dataclass(frozen=True)
class Feeding:
    """All of it: what counts, what waits to be signed, what was said differently, what was before."""

    current: Version | None
    waiting: Version | None
    before: list[Version]
    differs: list[FeedingAdvice]
    settled: list[FeedingAdvice]
    my_side: str
    may_record: bool

    @property
    def i_can_sign(self) -> bool:
        """Whether the version that waits has room for the reader's signature."""
        return bool(
            self.waiting
            and self.may_record
            and any(each.side == self.my_side and not each.who for each in self.waiting.signatures)
        )


def feeding_of(journey: Journey, reader: User) -> Feeding:
    """Two queries."""
    plans = FeedingPlan.objects.filter(journey=journey).select_related(
        "written_by", "midwife", "consultant", "struck_by"
    )
    versions = [_version(plan) for plan in plans.order_by("-version")]
    advice = FeedingAdvice.objects.filter(journey=journey, struck_at=None).select_related(
        "recorded_by", "settled_by", "plan"
    )
    given = list(advice.order_by("-said_at", "-pk"))
    standing = [each for each in versions if each.row.stands]
    return Feeding(
        current=next((each for each in standing if each.row.agreed_at and not each.row.replaced_at), None),
        waiting=next((each for each in standing if not each.row.agreed_at), None),
        before=[each for each in versions if each.row.replaced_at or not each.row.stands],
        differs=[each for each in given if each.settled_by_id is None],
        settled=[each for each in given if each.settled_by_id is not None],
        my_side=side_of(reader),
        may_record=Ability.RECORD_EVENT in reader.abilities,
    )


def _version(plan: FeedingPlan) -> Version:
    signatures = tuple(
        Signature(
            side,
            title,
            str(getattr(plan, side) or ""),
            time_in_words(at) if (at := getattr(plan, f"{side}_at")) else "",
        )
        for side, title in SIDES.items()
    )
    shared = f"{plan.shared_by} told her, {time_in_words(plan.shared_at)}" if plan.shared_at else ""
    replaced = f"until {time_in_words(plan.replaced_at)}" if plan.replaced_at else ""
    return Version(plan, signatures, shared, replaced)


# -- one line --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FeedingLine:
    """One woman's feeding plan in a line; no words after a loss. ``differs``: other advice was given, unsettled."""

    words: str
    differs: bool
    url: str


def feeding_lines(journeys: Sequence[Journey]) -> dict[int, FeedingLine]:
    """By journey (id), for a list of any length. Two queries."""
    ids = [journey.pk for journey in journeys]
    differs = set(unsettled().filter(journey__in=ids).values_list("journey", flat=True))
    known: dict[int, list[FeedingPlan]] = {}
    for plan in standing_plans().filter(journey__in=ids):
        known.setdefault(plan.journey_id, []).append(plan)
    return {each.pk: line_of(each, known.get(each.pk, []), differs=each.pk in differs) for each in journeys}


def standing_plans() -> QuerySet[FeedingPlan]:
    """What counts, and what waits to be signed; by version, so that what waits comes last."""
    plans = FeedingPlan.objects.filter(Q(agreed_at=None) | Q(replaced_at=None), struck_at=None)
    return plans.order_by("version")


def unsettled() -> QuerySet[FeedingAdvice]:
    """What was advised differently and is not settled."""
    return FeedingAdvice.objects.filter(struck_at=None, settled_by=None)


def line_of(journey: Journey, plans: Sequence[FeedingPlan], *, differs: bool) -> FeedingLine:
    """The line of one woman's journey; ``plans`` as ``standing_plans`` has them. No query."""
    url = reverse("feeding", args=[journey.pk])
    if journey.after_loss:
        return FeedingLine("", False, url)
    agreed = [plan for plan in plans if plan.agreed_at]
    plan = agreed[-1] if agreed else plans[0] if plans else None
    return FeedingLine(_line(plan, differs), differs, url)


def _line(plan: FeedingPlan | None, differs: bool) -> str:
    if differs:
        return "Feeding advice differs: settle it, and tell her"
    if plan is None:
        return "No feeding plan agreed yet"
    if plan.agreed_at is None:
        return "Feeding plan waits for a signature"
    agreed = clock.day_in_words(clock.today(plan.agreed_at), weekday=False, year=False)
    return f"Feeding plan agreed {agreed}" if plan.shared_at else f"Feeding plan agreed {agreed}: tell her"


def on_her_medicine(journey: Journey, reader: User, now: datetime) -> FeedingLine | None:
    """The line, on the page of her medicine; none after a loss."""
    return None if journey.after_loss else feeding_lines([journey])[journey.pk]
