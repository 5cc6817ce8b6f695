"""Who holds a post of the ladders at a site, and when: verbs, as in actions.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.db import IntegrityError, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Membership, User
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.alerting.duty import NAMED_BY_THE_SITE
from pathways.models import DutyPost
from pathways.moments.ladders import Post
from pathways.visibility import check_may_at


@dataclass(frozen=True)
class Hours:
    """When somebody is on duty in a post: ISO days (none: every day), London times (none: all day), the dates."""

    starts_on: date
    ends_on: date | None = None
    days: Sequence[int] = field(default_factory=tuple)
    begins: time | None = None
    ends: time | None = None


@transaction.atomic
def give_post(site: Site, post: Post, user: User, hours: Hours, *, by: User) -> DutyPost:
    """``user`` holds the post in these hours; sent again it is the same row. Raises Refused, PermissionDenied."""
    check_may_at(by, Ability.MANAGE_DUTY, site_id=site.pk)
    if post not in NAMED_BY_THE_SITE:
        raise Refused("Who holds this post follows from the handoff itself. Choose another one.", field="post")
    works = Membership.objects.current().filter(user=user, team__site=site, user__is_active=True)
    if not works.exists():
        raise Refused(f"{user} does not work at {site}. Choose somebody who does.", field="user")
    if hours.ends_on and hours.ends_on < max(hours.starts_on, clock.today()):
        raise Refused("This is over already. Choose a later last day, or none.", field="ends_on")
    if (hours.begins is None) != (hours.ends is None) or (hours.begins and hours.begins == hours.ends):
        raise Refused("Give both times, or neither for the whole day.", field="begins")
    try:
        with transaction.atomic():
            row, _ = DutyPost.objects.update_or_create(
                site=site,
                post=post.value,
                user=user,
                starts_on=hours.starts_on,
                defaults={
                    "ends_on": hours.ends_on,
                    "days": sorted(set(hours.days)),
                    "begins": hours.begins,
                    "ends": hours.ends,
                },
            )
    except IntegrityError as problem:  # two at once
        raise Refused("Somebody has changed this meanwhile. Look again.") from problem
    return row


@transaction.atomic
def end_post(row: DutyPost, *, by: User) -> None:
    """From now on they no longer hold it; what began today ends with today. One that never began goes."""
    check_may_at(by, Ability.MANAGE_DUTY, site_id=row.site_id)
    today = clock.today()
    if row.starts_on > today:
        DutyPost.objects.filter(pk=row.pk).delete()
    elif row.ends_on is None or row.ends_on >= today:
        last = max(row.starts_on, today - timedelta(days=1))
        DutyPost.objects.filter(pk=row.pk).update(ends_on=last)
