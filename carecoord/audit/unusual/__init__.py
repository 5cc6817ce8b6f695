"""Unusual access: declared rules that go through each day's looks. The privacy officer judges, not the rule."""

from __future__ import annotations

from datetime import date, timedelta

from carecoord import clock
from carecoord.audit.models import Unusual
from carecoord.audit.unusual.day import load
from carecoord.audit.unusual.rules import RULES, Found

TOLD_ONCE_IN = timedelta(days=28)  # of the same person, woman and rule; what is about many women counts each day


def find(today: date | None = None) -> int:
    """Go through yesterday and today; returns how many were found that nobody had been told of."""
    today = today or clock.today()
    return sum(find_on(day) for day in (today - timedelta(days=1), today))


def find_on(day: date) -> int:
    """Go through one London day. Going through it again adds only what has come since."""
    seen = load(day)
    told = set(
        Unusual.objects.filter(on__gt=day - TOLD_ONCE_IN, on__lte=day, woman_id__isnull=False)
        .union(Unusual.objects.filter(on=day), all=True)
        .values_list("rule", "actor_id", "woman_id")
    )
    found = [
        _row(rule.key, day, each)
        for rule in RULES
        for each in rule.find(seen)
        if (rule.key, each.actor_id, each.woman_id) not in told
    ]
    Unusual.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def _row(rule: str, day: date, found: Found) -> Unusual:
    return Unusual(
        rule=rule,
        on=day,
        actor_id=found.actor_id,
        woman_id=found.woman_id,
        site_id=found.site_id,
        first_at=found.first_at,
        number=found.number,
    )
