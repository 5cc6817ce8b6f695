"""What somebody changes about how they are told."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from carecoord.access.models import User
from carecoord.delivery.models import Preference
from carecoord.delivery.people import Wish


@transaction.atomic
def choose_ways(user: User, ways: Mapping[str, Wish], *, by: User) -> None:
    """Keep what somebody chose for each of these ways; the others stay. Everybody chooses for themselves."""
    if user.pk != by.pk:
        raise PermissionError("Everybody chooses for themselves.")
    for channel, wish in ways.items():
        Preference.objects.update_or_create(
            user=user,
            channel=channel,
            defaults={"urgent": wish.urgent, "digest": wish.digest, "number": wish.number},
        )
