"""What runs beside the stages: a service that she declines for now, and time in custody (pathway, 2.2). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pathways.engine.facts import Fact, in_order

MATERNITY_CARE = "maternity_care"
# The offer stays open: how long at most until she is asked again.
LONGEST_UNTIL_ASKED: dict[str, timedelta] = {MATERNITY_CARE: timedelta(days=14)}
LONGEST = timedelta(days=92)


def longest_until_asked(service: str) -> timedelta:
    """How long the offer of ``service`` may rest before she is asked again."""
    return LONGEST_UNTIL_ASKED.get(service, LONGEST)


def why_not_asked_on(service: str, day: date, today: date) -> str:
    """What is wrong with asking her again on ``day``; blank where nothing is."""
    if day <= today:
        return "Choose a day that is still to come."
    last = today + longest_until_asked(service)
    if day > last:
        return f"Ask again within {longest_until_asked(service).days} days: the offer stays open."
    return ""


def custody_since(facts: Iterable[Fact]) -> Fact | None:
    """The fact since which she is in custody; None where she is not."""
    since: Fact | None = None
    for fact in in_order(facts):
        if fact.kind == "custody_started":
            since = since or fact
        elif fact.kind == "custody_ended":
            since = None
    return since
