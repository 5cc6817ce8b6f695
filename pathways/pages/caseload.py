"""The caseload: whose women, which of them, in which order, and how many of each kind.

Three SQL queries whatever its size: the counts, one page of journeys, and their next handoffs. Everything is
true by the clock at one instant, also when no sweep runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Cover, Membership, User
from carecoord.sites.models import Site
from pathways.engine import Stage
from pathways.models import Handoff, Journey, Offer
from pathways.models.handoffs import OPEN
from pathways.visibility import journeys_visible_to

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Standing(TypedDict):
        urgency: int
        late: int

    Listed = WithAnnotations[Journey, _Standing]

PAGE_SIZE = 50
MINE, COVER, ALL_OPEN, NOBODY = "mine", "cover", "all", "nobody"
OUTREACH = "LOST_CONTACT"
OUT_OF_CONTACT = "contact"  # the chip of those whom nobody has reached in time


class Urgency(IntEnum):
    """How a woman's most urgent handoff stands; also the order of the list."""

    MISSED = 0
    OVERDUE = 1
    DUE_SOON = 2
    ON_TRACK = 3
    NOTHING_OPEN = 4


class _IsOneOf(Func):
    """``value = ANY (array)``. Unlike IN, PostgreSQL looks it up in an index also beside other conditions with OR."""

    arg_joiner = " = ANY ("
    template = "%(expressions)s)"
    output_field = BooleanField()


@dataclass(frozen=True)
class Scope:
    """Whose women are listed. ``key`` is what the address says; ``is_only`` where there is nothing to choose."""

    key: str
    label: str
    title: str
    condition: Q
    is_only: bool = False


class Shown:
    """When a chip is offered."""

    ALWAYS, WHEN_ANY, WHEN_CHOSEN = range(3)


@dataclass(frozen=True)
class Chip:
    """A part of the list. ``key`` is what the address says; the condition may name annotations of ``with_urgency``."""

    key: str
    label: str
    condition: Q
    shown: int = Shown.WHEN_ANY


def _stages(*stages: str) -> Q:
    return Q(stage__in=stages)


# The stages of these chips add up to "All"; "Needs action" and "Out of contact" cut across them.
CHIPS = (
    Chip("all", "All", Q(), Shown.ALWAYS),
    Chip("action", "Needs action", Q(urgency__lte=Urgency.OVERDUE), Shown.ALWAYS),
    Chip("antenatal", "Antenatal", _stages("", Stage.BOOKING, Stage.ANTENATAL), Shown.ALWAYS),
    Chip("ward", "On the ward", _stages(Stage.INTRAPARTUM, Stage.POSTNATAL_INPATIENT), Shown.ALWAYS),
    Chip("postnatal", "Postnatal", _stages(Stage.POSTNATAL_COMMUNITY, Stage.RESIDENTIAL_PLACEMENT), Shown.ALWAYS),
    Chip("separated", "Separated", _stages(Stage.SEPARATED)),
    Chip("loss", "After a loss", _stages(Stage.BEREAVEMENT)),
    Chip("unfinished", "Closed, not finished", _stages(Stage.CLOSED)),
    Chip(OUT_OF_CONTACT, "Out of contact", Q(out_of_contact__gt=0)),
    Chip("missed", "Missed", Q(urgency=Urgency.MISSED), Shown.WHEN_CHOSEN),
    Chip("overdue", "Overdue", Q(urgency=Urgency.OVERDUE), Shown.WHEN_CHOSEN),
    Chip("due-soon", "Due soon", Q(urgency=Urgency.DUE_SOON), Shown.WHEN_CHOSEN),
)
_ORDER = ("urgency", F("next_due").asc(nulls_last=True), "woman__sort_key", "pk")
CLOSED = "closed"  # not a chip: a list of its own, behind the quiet link below this one


def sites_of(user: User) -> list[Site]:
    """The sites of today's teams, by code. Reads nothing that the request has not read."""
    sites = {membership.team.site_id: membership.team.site for membership in user.current_memberships}
    return sorted(sites.values(), key=lambda site: site.code)


def place_name(user: User) -> str:
    """``Ashford Bridge``: where ``user`` works."""
    return " and ".join(site.name for site in sites_of(user))


def scopes_of(user: User) -> list[Scope]:
    """Whose women ``user`` can look at: her own, those she covers for, all open to her, and those with nobody named."""
    if Ability.SEE_CASELOAD not in user.abilities:
        return [Scope(ALL_OPEN, "Women in your care", "Women in your care", Q(), is_only=True)]
    mine = Q(named_midwife=user) | Q(buddy=user)
    away = covered_by(user)
    words = f"Covering for {' and '.join(str(cover.midwife) for cover in away)}"
    return [
        Scope(MINE, "My caseload", "My caseload", mine),
        *([Scope(COVER, words, words, Q(named_midwife__in=[cover.midwife_id for cover in away]))] if away else []),
        Scope(ALL_OPEN, "All open to me", "All open to me", Q()),
        Scope(NOBODY, "No named midwife", "No named midwife", nobodys(user)),
    ]


def covered_by(user: User) -> list[Cover]:
    """The leave that ``user`` covers today. One SQL query."""
    today = clock.today()
    covers = Cover.objects.filter(covered_by=user, ended_at=None, starts_on__lte=today, ends_on__gte=today)
    return list(covers.select_related("midwife").order_by("midwife__name"))


def nobodys(user: User) -> Q:
    """No midwife is named, or the one who is has left these sites: without this list nobody would look after her."""
    left = User.objects.filter(memberships__team__site__in=user.site_ids).exclude(pk__in=_working_at(user.site_ids))
    return Q(named_midwife=None) | Q(_IsOneOf(F("named_midwife"), ArraySubquery(left.values("pk"))))


def _working_at(site_ids: Collection[int]) -> QuerySet[User]:
    current = Membership.objects.current().filter(team__site__in=site_ids)
    return User.objects.filter(is_active=True, pk__in=current.values("user"))


def open_journeys(user: User, at: datetime) -> QuerySet[Listed]:
    """The journeys that ``user`` may open and that go on, with how urgent their next handoff is at ``at``.

    A closed one is among them while something is still owed: closing never hides what was not done.
    """
    still_owed = Exists(Handoff.objects.open().filter(journey=OuterRef("pk")))
    return with_urgency(journeys_visible_to(user).filter(~Q(stage=Stage.CLOSED) | still_owed), at)


def of_chip(user: User, scope: Scope, chip: Chip, at: datetime) -> QuerySet[Listed]:
    """The rows of one chip, in the order of the list."""
    return in_order(open_journeys(user, at).filter(scope.condition).filter(chip.condition))


def closed(user: User, scope: Scope, at: datetime) -> QuerySet[Listed]:
    """The closed journeys of a scope, the last one first."""
    journeys = journeys_visible_to(user).filter(scope.condition, stage=Stage.CLOSED)
    return in_order(with_urgency(journeys, at)).order_by("-stage_since", "-pk")


def with_ids(user: User, ids: Sequence[int], at: datetime) -> list[Listed]:
    """Those of the journeys that ``user`` may open, open or closed, in the order of ``ids``."""
    journeys = in_order(with_urgency(journeys_visible_to(user).filter(pk__in=ids), at))
    found = {journey.pk: journey for journey in journeys}
    return [found[pk] for pk in ids if pk in found]


def with_urgency(journeys: QuerySet[Journey], at: datetime) -> QuerySet[Listed]:
    """Annotate ``urgency`` and ``next_due``, both of the most urgent open handoff, and two counts.

    ``late`` counts what is overdue or missed, ``out_of_contact`` that for outreach alone.
    """
    return (
        journeys.annotate(owed=FilteredRelation("handoffs", condition=Q(handoffs__state__in=OPEN)))
        .annotate(
            first_missed=Min("owed__due_at", filter=Q(owed__missed_at__lte=at)),
            first_overdue=Min("owed__due_at", filter=Q(owed__due_at__lte=at)),
            first_due_soon=Min("owed__due_at", filter=Q(owed__warn_at__lte=at)),
            late=Count("owed", filter=Q(owed__due_at__lte=at)),
            out_of_contact=Count("owed", filter=Q(owed__due_at__lte=at, owed__moment=OUTREACH)),
            next_due=Coalesce(
                "first_missed",
                "first_overdue",
                "first_due_soon",
                # Staying in touch is nearly always due first and says least: it is shown when it is due or alone.
                Min("owed__due_at", filter=~Q(owed__moment=OUTREACH)),
                Min("owed__due_at"),
            ),
        )
        .annotate(
            urgency=Case(
                When(first_missed__isnull=False, then=Value(Urgency.MISSED)),
                When(first_overdue__isnull=False, then=Value(Urgency.OVERDUE)),
                When(first_due_soon__isnull=False, then=Value(Urgency.DUE_SOON)),
                When(next_due__isnull=False, then=Value(Urgency.ON_TRACK)),
                default=Value(Urgency.NOTHING_OPEN),
            )
        )
    )


def counts(user: User, scope: Scope, at: datetime) -> dict[str, int]:
    """How many journeys of ``scope`` each chip shows, by its key; under NOBODY, how many of all have no named midwife.

    One SQL query, which is why those without a midwife are counted together with the scope.
    """
    nobody = nobodys(user)
    in_scope = scope.condition if scope.condition else Q(pk__isnull=False)
    both = open_journeys(user, at).filter(in_scope | nobody)
    return both.annotate(in_scope=Case(When(in_scope, then=True), default=False)).aggregate(
        **{chip.key: Count("pk", filter=Q(in_scope=True) & chip.condition) for chip in CHIPS},
        **{NOBODY: Count("pk", filter=nobody)},
    )


def in_order(journeys: QuerySet[Listed]) -> QuerySet[Listed]:
    """Missed, overdue, due soon, on track, nothing open; inside each by due time. With all that a row shows."""
    return journeys.select_related("woman", "named_midwife", "buddy").order_by(*_ORDER)


def next_handoffs(journeys: Iterable[Journey], at: datetime) -> dict[int, Handoff]:
    """The most urgent open handoff of each journey, by the journey's id, with how its offer stands. One SQL query."""
    urgency = Case(
        When(missed_at__lte=at, then=Value(Urgency.MISSED)),
        When(due_at__lte=at, then=Value(Urgency.OVERDUE)),
        When(warn_at__lte=at, then=Value(Urgency.DUE_SOON)),
        default=Value(Urgency.ON_TRACK),
    )
    only_staying_in_touch = Case(When(moment=OUTREACH, warn_at__gt=at, then=Value(1)), default=Value(0))
    ids = [journey.pk for journey in journeys]
    running = Offer.objects.filter(handoff=OuterRef("pk"), state__in=(Offer.State.OFFERED, Offer.State.ACCEPTED))
    first = Handoff.objects.open().filter(journey__in=ids).annotate(offered=Subquery(running.values("state")[:1]))
    first = first.order_by("journey_id", urgency, only_staying_in_touch, "due_at", "pk")
    return {handoff.journey_id: handoff for handoff in first.distinct("journey_id")}
