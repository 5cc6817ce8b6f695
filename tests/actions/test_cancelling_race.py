"""A session is cancelled in the moment in which women are given places in it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction

from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.models import Journey
from referrals import clinics
from referrals.models import Appointment, Session
from tests.factories import journey, staff
from tests.roles import as_role
from tests.services import appointment, session

pytestmark = pytest.mark.django_db(transaction=True)

WOMEN = 8


def books(her: Journey, of: Session, seat: int, together: Barrier) -> bool:
    """Whether she was given the place; her transaction takes its time."""
    try:
        with as_role("cc_owner"), transaction.atomic():
            together.wait()
            appointment(her, of, seat=seat)
            time.sleep(0.02 * seat)
    except IntegrityError:
        return False
    finally:
        connections.close_all()
    return True


def cancels(of: Session, by: User, together: Barrier) -> int:
    """How many places were given up with it."""
    try:
        with as_role("cc_owner"):
            together.wait()
            time.sleep(0.01)
            return clinics.cancel_session(of, "Our midwife is ill.", by=by)
    finally:
        connections.close_all()


def test_nobody_has_a_place_in_what_is_not_held_and_cancelling_never_fails(transactional_db: None) -> None:
    manager, made = staff(Role.SERVICE_MANAGER), session(seats=WOMEN)
    hers, together = [journey() for _ in range(WOMEN)], Barrier(WOMEN + 1)
    with ThreadPoolExecutor(WOMEN + 1) as pool:
        gone = pool.submit(cancels, made, manager, together)
        booked = list(pool.map(lambda seat: books(hers[seat - 1], made, seat, together), range(1, WOMEN + 1)))
    made.refresh_from_db()
    assert made.cancelled_at is not None
    assert gone.result() == sum(booked) == Appointment.objects.filter(cancelled_whose="ours").count()
    assert not Appointment.objects.exclude(state="cancelled").exists()
