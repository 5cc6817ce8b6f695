"""Staff behind the numbers that entries hold: names, and what somebody was on the day it happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from carecoord.access.models import Membership, User


@dataclass(frozen=True)
class People:
    """Accounts and all their memberships, past ones too: what counts is the role of that day, not of today."""

    users: dict[int, User]
    memberships: list[Membership]

    @classmethod
    def of(cls, ids: Iterable[int | None]) -> People:
        """Two SQL queries, however many."""
        known = {number for number in ids if number is not None}
        held = Membership.objects.filter(user__in=known).select_related("team").order_by("team__code", "role")
        return cls(User.objects.in_bulk(known), list(held))

    def roles(self, user_id: int | None, day: date) -> list[Membership]:
        """What that person was on that London day."""
        return [
            each
            for each in self.memberships
            if each.user_id == user_id and each.starts_on <= day and (each.ends_on is None or each.ends_on >= day)
        ]
