"""Cover around one midwife: who can, and what is arranged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from carecoord import clock
from carecoord.access.abilities import CASELOAD_ROLES
from carecoord.access.models import Cover, Membership, User


@dataclass(frozen=True)
class Arranged:
    """One cover in words. ``is_mine``: the reader is away, and may end it."""

    pk: int
    words: str
    span: str
    is_mine: bool
    now: str


def who_can_cover(midwife: User) -> dict[int, tuple[User, str]]:
    """Colleagues with a caseload at the midwife's sites, by id, with their team. One SQL query."""
    held = Membership.objects.current().filter(
        team__site__in=midwife.site_ids, role__in=CASELOAD_ROLES, user__is_active=True
    )
    held = held.exclude(user=midwife).select_related("user", "team").order_by("user__name", "user_id", "team__code")
    found: dict[int, tuple[User, str]] = {}
    for each in held:
        found.setdefault(each.user_id, (each.user, f"{each.user}, {each.team}"))
    return found


def covers_around(midwife: User, today: date) -> list[Arranged]:
    """What runs or is to come, of which the midwife is one side. One SQL query."""
    covers = Cover.objects.filter(Q(midwife=midwife) | Q(covered_by=midwife), ended_at=None, ends_on__gte=today)
    return [
        Arranged(
            pk=each.pk,
            words=_in_words(each, midwife),
            span=f"{clock.day_in_words(each.starts_on)} to {clock.day_in_words(each.ends_on)}",
            is_mine=each.midwife_id == midwife.pk,
            now=" · now" if each.starts_on <= today else "",
        )
        for each in covers.select_related("midwife", "covered_by").order_by("starts_on", "pk")
    ]


def _in_words(cover: Cover, reader: User) -> str:
    return (
        f"You cover for {cover.midwife}" if cover.covered_by_id == reader.pk else f"{cover.covered_by} covers for you"
    )
