"""Who of her people is told that something of hers waits for an answer."""

from __future__ import annotations

from datetime import datetime

from carecoord import clock
from carecoord.access.models import Conflict, Grant, Membership, User
from pathways.models import Journey


def who_asks(journey: Journey, at: datetime) -> set[int]:
    """Ids of her midwife and whoever covers for them today; where nobody does, of everybody on whose caseload she is.

    Nobody who is in conflict with her.
    """
    running = Grant.objects.at(at).filter(woman=journey.woman_id)
    covering = set(running.filter(kind=Grant.Kind.COVER, user__isnull=False).values_list("user", flat=True))
    own = running.filter(kind=Grant.Kind.CASELOAD)
    people = covering | set(own.filter(user=journey.named_midwife_id).values_list("user", flat=True))
    if not people:
        teams = own.filter(team__isnull=False).values("team")
        members = Membership.objects.current(clock.today(at)).filter(team__in=teams)
        people = {
            *own.filter(user__isnull=False).values_list("user", flat=True),
            *members.values_list("user", flat=True),
        }
    people -= set(Conflict.objects.filter(woman=journey.woman_id).values_list("user", flat=True))
    return set(User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True))
