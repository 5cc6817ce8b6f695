"""Alerts for tests of pages: a flag that has climbed, told to people, as the sweep would have written it."""

from __future__ import annotations

from datetime import datetime

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Alert, AlertTo, Flag, Handoff
from pathways.moments import by_key
from pathways.moments.ladders import Post
from pathways.projection import new_flag
from tests.factories import ago


def told(
    handoff: Handoff, *people: User, post: Post = Post.OWNER, rung: int = 0, climbs_at: datetime | None = None
) -> Flag:
    """The handoff's open flag, with one more level told to these people."""
    flag = Flag.objects.filter(handoff=handoff, cleared_at=None).first() or new_flag(handoff, ago())
    flag.level = flag.level if flag.level in Flag.Level.values else Flag.Level.OVERDUE
    flag.rung, flag.climbs_at = rung, climbs_at
    flag.save()
    alert = Alert.objects.create(
        flag=flag,
        journey_id=handoff.journey_id,
        handoff=handoff,
        handoff_key=handoff.key,
        site_id=handoff.site_id,
        rung=rung,
        severity=by_key[handoff.moment].severity,
        due_at=handoff.due_at,
        fired_at=clock.now(),
        nobody_on_duty=not people,
    )
    for person in people:
        AlertTo.objects.create(alert=alert, user=person, woman=handoff.journey.woman, post=post)
    return flag
