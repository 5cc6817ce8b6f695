"""Tells what the days of some women of the demonstration allow, so that a plan has something to keep to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from carecoord.access.models import User
from pathways.demo.parts import Part, Times
from pathways.models import Journey
from referrals.her_days import say_her_day
from referrals.models import HerDay

# By the reference of the woman's story.
SAID: Mapping[str, Mapping[str, Any]] = {
    "A03": {"travel_by": "a lift from her mother", "travel_minutes": 15, "home_by": time(15), "not_on": [4]},
    "A09": {"travel_by": "on foot", "travel_minutes": 20, "leaves_after": time(9, 30), "children": 1},
    "A14": {
        "travel_by": "bus 7",
        "travel_minutes": 25,
        "home_by": time(14, 30),
        "dose_from": time(9),
        "dose_until": time(9, 15),
        "children": 1,
        "words": "I cannot be late for the school run.",
    },
}


def part() -> Part:
    """Her days, as the demonstration's loader takes them."""
    moves = Times(HerDay, "journey", ("at",))
    return Part(tell, (moves,), ((HerDay, "journey", "at"),), (("referrals_herday", "stays"),))


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Write down what each says, once."""
    asked = Journey.objects.filter(woman__person_ref__in=[f"DEMO-{ref}" for ref in SAID], her_days=None)
    for journey in asked.select_related("woman", "named_midwife"):
        if journey.named_midwife:
            said = SAID[journey.woman.person_ref.removeprefix("DEMO-")]
            say_her_day(journey, said, by=journey.named_midwife)
