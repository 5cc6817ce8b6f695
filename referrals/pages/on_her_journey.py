"""Her referrals on the page of her journey: those that are open, one line each, and the way to a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.models import Journey
from referrals.models import Referral
from referrals.rules.loop import IN_WORDS, State
from referrals.wording.referrals import LOOKS


@dataclass(frozen=True)
class Line:
    """One open referral."""

    url: str
    service: str
    state: str
    word: str
    look: str
    is_late: bool


@dataclass(frozen=True)
class ReferralsPanel:
    """``closed`` counts those that came to an end."""

    lines: Sequence[Line]
    closed: Sequence[Line]
    refer_url: str


def referrals_panel(journey: Journey, reader: User, at: datetime) -> ReferralsPanel | None:
    """The panel; None for who sees no referrals, and where there is none and none can be sent. One query."""
    if Ability.SEE_REFERRALS not in reader.abilities:
        return None
    rows = list(journey.referrals.select_related("service").order_by("flag_at", "-pk"))
    may_refer = Ability.REFER in reader.abilities and not journey.is_closed
    if not rows and not may_refer:
        return None
    return ReferralsPanel(
        lines=[_line(each, at) for each in rows if each.flag_at],
        closed=[_line(each, at) for each in rows if not each.flag_at],
        refer_url=reverse("services_for_her", args=[journey.pk]) if may_refer else "",
    )


def _line(referral: Referral, at: datetime) -> Line:
    state, flag = State(referral.state), referral.flag_at
    look = f"look again {clock.due_in_words(flag)}" if flag and state is not State.DECLINED else ""
    return Line(
        reverse("referral", args=[referral.pk]),
        referral.service.name,
        LOOKS[state],
        IN_WORDS[state],
        look,
        flag is not None and flag <= at,
    )
