"""Sheets of CE-8 that tests start from, made through the product's own verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from carecoord import clock
from carecoord.access.models import User
from pathways.gaps.engagement.asking import Asking, Made, ask
from pathways.gaps.models.engagement import DEVICE
from pathways.gaps.rules.engagement.items import ITEMS
from pathways.models import Journey
from tests.factories import ago, happened, journey

A_LOT = {item.key: 3 for item in ITEMS}
HER_NAME = "Xanthippe Quillfeather"


def booked(midwife: User | None = None, *, days_ago: float = 3, **fields: Any) -> Journey:
    """A woman who booked a few days ago: she is offered the questions."""
    known = {"first_name": "Xanthippe", "last_name": "Quillfeather", "edd": clock.today() + timedelta(days=190)}
    record = journey(midwife=midwife, **{**known, **fields})
    happened(record, ("first_contact", ago(days_ago + 7)), ("booking_completed", ago(days_ago)))
    return record


def asked(record: Journey, way: str = DEVICE, *, ward: bool = False) -> Made:
    """A sheet for her."""
    return ask(record, Asking(way, ward), by=None)
