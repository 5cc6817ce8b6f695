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

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection

from carecoord import clock
from carecoord.access.models import Grant
from pathways.grants import SERVICE_KEEPS, Due
from pathways.models import Journey
from referrals.rules.loop import CLOSED, State

BEFORE_IT = timedelta(days=7)
_NOT_TAKEN = [State.DECLINED.value, State.WITHDRAWN.value, State.SETTLED.value]

# One question, since it is asked whenever anything of hers is written. What she said last of sharing counts.
_FOLLOW = """
    SELECT 'referral ' || r.id, r.to_team_id, NULL::bigint, r.sent_at,
           CASE WHEN r.state = ANY (%(closed)s) THEN r.since + %(keeps)s END
    FROM referrals_referral r
    WHERE r.journey_id = %(journey)s AND r.to_team_id IS NOT NULL AND r.state <> ALL (%(not_taken)s) AND (
        SELECT c.answer FROM referrals_referralconsent c
        WHERE c.referral_id = r.id AND c.purpose = 'share' ORDER BY c.id DESC LIMIT 1
    ) IN ('agreed', 'override')
    UNION ALL
    -- One for each clinician, or team where nobody is named, from the first of their appointments to the last.
    SELECT 'appointments', CASE WHEN s.clinician_id IS NULL THEN v.team_id END, s.clinician_id,
           min(lower(a.during)) - %(before)s, max(upper(a.during)) + %(keeps)s
    FROM referrals_appointment a JOIN referrals_session s ON s.id = a.session_id
    LEFT JOIN referrals_service v ON v.id = s.service_id
    WHERE a.journey_id = %(journey)s AND a.state <> 'cancelled' AND upper(a.during) > %(at)s - %(keeps)s
      AND coalesce(s.clinician_id, v.team_id) IS NOT NULL
    GROUP BY 2, 3
    ORDER BY 1, 2, 3
"""


def grants_of(journey: Journey) -> Iterable[Due]:
    """The grants that follow from her referrals and appointments now. One query."""
    known: dict[str, Any] = {
        "journey": journey.pk,
        "at": clock.present(),
        "before": BEFORE_IT,
        "keeps": SERVICE_KEEPS,
        "closed": [state.value for state in CLOSED],
        "not_taken": _NOT_TAKEN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, known)
        return [
            Due(Grant.Kind.REFERRAL, reason, since, until, team_id=team, user_id=user)
            for reason, team, user, since, until in cursor.fetchall()
        ]
