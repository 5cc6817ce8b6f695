"""Access follows care: who may see a woman because of a referral, or of an appointment (see pathways.grants).

==========================  ================================  ====================================
who                         from                              until
==========================  ================================  ====================================
the team that a referral    it is sent, and she agreed that   it is declined or withdrawn; else
goes to                     they read what is shared, or      28 days after it was closed
                            somebody decided so by name
who she comes to: the       a week before the appointment     28 days after it
clinician, else the team
of the service
==========================  ================================  ====================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from carecoord import clock
from carecoord.access.models import Grant
from pathways.grants import SERVICE_KEEPS, Due
from pathways.models import Journey
from referrals.models import Appointment, Referral, ReferralConsent
from referrals.rules.loop import CLOSED, State

BEFORE_IT = timedelta(days=7)
_SHARED = (ReferralConsent.Answer.AGREED, ReferralConsent.Answer.OVERRIDE)
_NOT_TAKEN = (State.DECLINED, State.WITHDRAWN, State.SETTLED)


def grants_of(journey: Journey) -> Iterable[Due]:
    """The grants that follow from her referrals and appointments now. Two queries."""
    return (*_referred(journey), *_expected(journey, clock.present()))


def _referred(journey: Journey) -> Iterator[Due]:
    newest = ReferralConsent.objects.filter(referral=OuterRef("pk"), purpose=ReferralConsent.Purpose.SHARE)
    shared = Subquery(newest.order_by("-pk").values("answer")[:1])
    sent = Referral.objects.filter(journey=journey, to_team__isnull=False).exclude(state__in=_NOT_TAKEN)
    for referral in sent.alias(consent=shared).filter(consent__in=_SHARED).order_by("pk"):
        until = referral.since + SERVICE_KEEPS if referral.state in CLOSED else None
        yield Due(Grant.Kind.REFERRAL, f"referral {referral.pk}", referral.sent_at, until, team_id=referral.to_team_id)


def _expected(journey: Journey, at: datetime) -> Iterator[Due]:
    """One for each clinician or team, from the first of their appointments that still counts to the last."""
    coming = (
        Appointment.objects.filter(journey=journey, session__isnull=False, during__endswith__gt=at - SERVICE_KEEPS)
        .exclude(state=Appointment.State.CANCELLED)
        .values_list("session__clinician", "during", "session__service__team")
    )
    spans: dict[tuple[int | None, int | None], list[tuple[datetime, datetime]]] = {}
    for clinician, during, team in coming:
        if clinician or team:
            spans.setdefault((clinician, None if clinician else team), []).append((during.lower, during.upper))
    for (user_id, team_id), times in sorted(spans.items(), key=str):
        since, until = min(since for since, _ in times) - BEFORE_IT, max(until for _, until in times) + SERVICE_KEEPS
        yield Due(Grant.Kind.REFERRAL, "appointments", since, until, team_id=team_id, user_id=user_id)
