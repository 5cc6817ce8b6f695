"""Whose women can be given to somebody else, and which women those are. Only those open to the reader stand here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from carecoord import clock
from carecoord.access.models import Membership, User
from pathways.engine import Stage
from pathways.models import Journey
from pathways.pages.caseload import with_urgency
from pathways.visibility import journeys_visible_to

NOBODY = "nobody"


@dataclass(frozen=True)
class Source:
    """Somebody whose women the reader may give on; ``key`` is what the address says. ``note`` says why it is asked."""

    key: str
    name: str
    women: int
    note: str
    has_left: bool = False
    user: int | None = None

    @property
    def is_nobody(self) -> bool:
        return self.key == NOBODY


@dataclass(frozen=True)
class HerLine:
    """One woman to tick. Says nothing of why she is on a caseload."""

    journey: int
    woman: int
    stage: str
    late: bool
    words: str


def open_to(user: User) -> QuerySet[Journey]:
    """The journeys that ``user`` may open, at their sites, and that go on."""
    return journeys_visible_to(user).filter(site__in=user.site_ids).exclude(stage=Stage.CLOSED)


def sources(user: User) -> list[Source]:
    """Everybody whose women ``user`` may give on: who has left, nobody, who leaves soon, the others by name."""
    counted = open_to(user).order_by().values_list("named_midwife", "named_midwife__name")
    rows = list(counted.annotate(women=Count("pk")))
    days = _last_days([pk for pk, *_ in rows if pk], user)
    found = [_source(pk, name or "", women, days, user) for pk, name, women in rows]
    return sorted(found, key=lambda each: (not each.has_left, not each.is_nobody, not each.note, each.name))


def chosen(user: User, key: str) -> Source | None:
    """The one of ``sources`` that the address names."""
    return next((source for source in sources(user) if source.key == key), None)


def women_of(user: User, source: Source, at: datetime) -> list[HerLine]:
    """Their women, by name."""
    theirs = Q(named_midwife=source.user)
    journeys = with_urgency(open_to(user).filter(theirs), at).select_related("woman")
    today = clock.today(at)
    return [
        HerLine(each.pk, each.woman_id, each.stage, each.late > 0, _line(each, each.late, each.point_on(today)))
        for each in journeys.order_by("woman__sort_key", "pk")
    ]


def _line(journey: Journey, late: int, point: str) -> str:
    words = journey.woman.list_name if point == "–" else f"{journey.woman.list_name}, {point}"
    return f"{words}: {late} overdue" if late else words


def _source(pk: int | None, name: str, women: int, days: dict[int, tuple[str, bool]], user: User) -> Source:
    if pk is None:
        return Source(NOBODY, "Nobody is named", women, "")
    note, has_left = days.get(pk, ("", False))
    return Source(str(pk), "You" if pk == user.pk else name, women, note, has_left, pk)


def _last_days(people: list[int], user: User) -> dict[int, tuple[str, bool]]:
    """Of those who have left the reader's sites, or will: the words, and whether they have. One SQL query."""
    held = Membership.objects.filter(user__in=people, team__site__in=user.site_ids)
    lasts = (
        held.order_by()
        .values_list("user", "user__is_active")
        .annotate(last=Max("ends_on"), endless=Count("pk", filter=Q(ends_on=None)))
    )
    today = clock.today()
    found: dict[int, tuple[str, bool]] = {pk: ("has left", True) for pk in people}
    for pk, active, last, endless in lasts:
        if not active or (not endless and last < today):
            since = f" after {clock.day_in_words(last)}" if last and last < today else ""
            found[pk] = (f"has left{since}", True)
        else:
            found[pk] = ("", False) if endless else (f"last day {clock.day_in_words(last)}", False)
    return found
