"""Whether text messages arrived. Notify takes a text at once and learns only later that there is no such phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from carecoord import clock
from carecoord.delivery.by_text import ask_notify
from carecoord.delivery.models import Channel, Message
from carecoord.delivery.sending import NotNow

ASKED_FOR = timedelta(days=3)  # so long a network tries a phone that is switched off
AT_ONCE = 50
Arrived = Message.Arrived
# Notify's words that are final; every other one means: not known yet.
_MEANS: Mapping[str, Message.Arrived] = {
    "delivered": Arrived.YES,
    "permanent-failure": Arrived.NO,
    "temporary-failure": Arrived.NO,
    "technical-failure": Arrived.NO,
}
log = structlog.get_logger("carecoord.delivery")


def follow_up(at: datetime | None = None) -> int:
    """Ask after each text of the last days of which it is not known; returns how many became known."""
    since = (at or clock.now()) - ASKED_FOR
    sent = Message.objects.filter(channel=Channel.TEXT, state=Message.State.SENT, arrived="", sent_at__gt=since)
    known = 0
    for pk in list(sent.order_by("-sent_at").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            known += _follow_up_one(pk)
        except NotNow:
            break  # the next run asks again
    return known


@transaction.atomic
def _follow_up_one(pk: int) -> bool:
    waiting = Message.objects.select_for_update(skip_locked=True)
    message = waiting.filter(pk=pk, arrived="").first()
    if message is None:
        return False
    arrived = _MEANS.get(ask_notify(message.provider_id))
    if arrived is None:
        return False
    message.arrived, message.problem = arrived, "bounced" if arrived == Arrived.NO else ""
    message.save()
    log.info("message", message=message.pk, user=message.to_user_id, channel=message.channel, problem=message.problem)
    return True
