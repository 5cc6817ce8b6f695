"""Appointments of made-up populations: on days with one service or several, attended or not, around the birth."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db import IntegrityError, transaction

from carecoord import clock
from pathways.models import Journey
from referrals.models import Session
from tests.services import appointment, clinic, place, session

KINDS = ("midwifery", "mental_health", "housing")
ATTENDED = ("yes", "late", "left", "remote", "no")


def trips_of(journey: Journey, birth: datetime, chance: Random) -> None:
    """A few appointments of hers; several may be on one day."""
    for _ in range(chance.randint(1, 5)):
        on = clock.today(birth) - timedelta(days=chance.choice([0, 0, 1, 1, 40, 41, -3]))
        if on >= clock.today():
            continue
        there = clinic(on, at=place(f"Hub {chance.randint(1, 2)}", site=journey.site.code))
        kind = chance.choice(KINDS)
        held = Session.objects.filter(clinic=there, kind=kind).first() or session(
            there, kind, "08:00", "20:30", seats=30_000
        )
        became = chance.choice([True, True, True, False, None])
        known = {"took_place": became, "attended": chance.choice(ATTENDED) if became else ""}
        if became is not None:
            known["recorded_at"] = clock.now()
        try:
            with transaction.atomic():
                begins = f"{chance.randint(8, 19):02}:{chance.choice(('00', '30'))}"
                appointment(journey, held, begins, seat=1 + journey.pk % 30_000, **known)
        except IntegrityError:
            continue  # she, or the place, is taken then
