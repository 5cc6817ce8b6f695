"""A thousand bookings at the same moment for one time, one woman, one room, one clinician, the places of one group.

Exactly as many are accepted as there are places, and everybody else reads what is free. Then each exclusion constraint
is taken away, and rows that come past the verbs show that nothing else holds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connections, models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from carecoord.access.acting import acting_as
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.models import Journey
from referrals import booking
from referrals.booking import Choice, TakenMeanwhile
from referrals.models import Appointment, Clinic, Room, Session
from tests.constraints import gone
from tests.factories import journey, staff, woman
from tests.services import at_time, clinic, room, session, visit

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 25  # PostgreSQL's connections are the limit
ACCEPTED = "accepted"


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


def at_once(attempts: Sequence[Callable[[], object]]) -> Counter[str]:
    """How they were answered: each of several people makes their share, all beginning in the same moment."""
    people = min(AT_ONCE, len(attempts))
    together = Barrier(people)
    with ThreadPoolExecutor(people) as pool:
        shares = pool.map(partial(_makes, together), [attempts[place::people] for place in range(people)])
        return sum(shares, Counter())


def _makes(together: Barrier, share: Sequence[Callable[[], object]]) -> Counter[str]:
    answers: Counter[str] = Counter()
    try:
        together.wait()
        for attempt in share:
            answers[_answer(attempt)] += 1
    finally:
        connections.close_all()
    return answers


def _answer(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (Refused, IntegrityError, OperationalError) as refused:
        return type(refused).__name__
    return ACCEPTED


def books(her: Journey, of: Session, midwife: User) -> None:
    """Through the verb, as the web's role, on a connection of its own."""
    with acting_as(midwife):
        booking.book(her, Choice(of, at_time(of.clinic.on, "10:00"), 30, of.kind, "check"), by=midwife)


def women(number: int, midwife: User) -> list[Journey]:
    """So many women on one caseload."""
    return [journey(midwife=midwife) for _ in range(number)]


def judge(fault: Any, what: str, answers: Counter[str], stored: int, capacity: int) -> None:
    """Exactly the capacity was accepted, and is stored; everybody else was refused in words."""
    tried = answers.total()
    fault.tried += tried
    fault.note(f"{what}: {tried} tried, {answers[ACCEPTED]} accepted, {stored} stored")
    if (answers[ACCEPTED], stored) != (capacity, capacity):
        fault.found(f"{what}: accepted {answers[ACCEPTED]}, stored {stored}, places {capacity}")
    if others := answers.keys() - {ACCEPTED, TakenMeanwhile.__name__, Refused.__name__}:
        fault.found(f"{what}: answered with {sorted(others)}")


@pytest.mark.parametrize("seats", [1, 8], ids=["one time", "a group of 8"])
def test_the_places_of_a_time(fault: Any, midwife: User, seats: int) -> None:
    number = fault.size(full=1000, small=60)
    hers, of = women(40 if fault.full else 12, midwife), session(seats=seats)
    answers = at_once([partial(books, hers[place % len(hers)], of, midwife) for place in range(number)])
    judge(fault, f"a time with {seats}", answers, Appointment.objects.count(), seats)
    if len(set(Appointment.objects.values_list("woman"))) != seats:
        fault.found("one woman has two places")


def test_one_woman_is_in_one_place(fault: Any, midwife: User) -> None:
    """Of one woman, on two journeys, in twenty sessions at the same time."""
    number = fault.size(full=1000, small=60)
    her, day = woman(), clinic()
    hers = [journey(woman=her, midwife=midwife) for _ in range(2)]
    sessions = [session(day, kind="scan", room=room(f"Room {place}")) for place in range(20)]
    answers = at_once(
        [partial(books, hers[place % 2], sessions[place % len(sessions)], midwife) for place in range(number)]
    )
    judge(fault, "one woman", answers, Appointment.objects.count(), 1)


# -- what the database alone holds ---------------------------------------------------------------


def past_the_verbs(midwife: User, make: Callable[[], object]) -> None:
    """One row in a transaction of its own; nothing is locked, nobody looks before."""
    with acting_as(midwife):
        make()


def a_place(her: Journey, of: Session, seat: int = 1) -> None:
    starts = at_time(of.clinic.on, "10:00")
    Appointment.objects.create(
        journey=her,
        woman=her.woman,
        visit=her.visits.get(),
        session=of,
        seat=seat,
        kind=of.kind,
        during=DateTimeTZRange(starts, starts + timedelta(minutes=30)),
        words="check",
    )


def a_session(of: Clinic, where: Room, who: User | None = None) -> None:
    during = DateTimeTZRange(at_time(of.on, "10:00"), at_time(of.on, "12:00"))
    Session.objects.create(clinic=of, room=where, clinician=who, kind="midwifery", during=during)


Race = tuple[type[models.Model], list[Callable[[], object]]]


def one_place(number: int, midwife: User) -> Race:
    """Many women, one place of a session."""
    of, hers = session(), women(min(number, 20), midwife)
    for each in hers:
        visit(each, of.clinic.on, of.clinic.place)
    return Appointment, [partial(a_place, hers[place % len(hers)], of) for place in range(number)]


def one_woman(number: int, midwife: User) -> Race:
    """One woman, places of many sessions."""
    (her,), day = women(1, midwife), clinic()
    visit(her, day.on, day.place)
    sessions = [session(day, room=room(f"Room {place}")) for place in range(min(number, 20))]
    return Appointment, [partial(a_place, her, sessions[place % len(sessions)]) for place in range(number)]


def one_room(number: int, midwife: User) -> Race:
    """Many sessions in one room."""
    return Session, [partial(a_session, clinic(), room()) for _ in range(number)]


def one_clinician(number: int, midwife: User) -> Race:
    """Many sessions of one clinician, each in a room of its own."""
    return Session, [partial(a_session, clinic(), room(f"Room {place}"), midwife) for place in range(number)]


RACES = {
    "a_place_is_given_once": one_place,
    "a_woman_is_in_one_place": one_woman,
    "one_session_in_a_room": one_room,
    "a_clinician_is_in_one_place": one_clinician,
}


@pytest.mark.parametrize("name", RACES)
def test_past_the_verbs_the_constraint_holds_it(fault: Any, midwife: User, name: str) -> None:
    model, makes = RACES[name](fault.size(full=1000, small=24), midwife)
    before = model.objects.count()
    answers = at_once([partial(past_the_verbs, midwife, make) for make in makes])
    stored = model.objects.count() - before
    fault.tried += answers.total()
    fault.note(f"{name}: {answers.total()} rows past the verbs, {stored} stored")
    if (answers[ACCEPTED], stored) != (1, 1):
        fault.found(f"{name}: accepted {answers[ACCEPTED]}, stored {stored}")


@pytest.mark.parametrize("name", RACES)
def test_without_the_constraint_the_race_shows(fault: Any, midwife: User, name: str) -> None:
    model, makes = RACES[name](fault.size(full=100, small=12), midwife)
    before = model.objects.count()
    with gone(model, name):
        at_once([partial(past_the_verbs, midwife, make) for make in makes])
        stored = model.objects.count() - before
    fault.tried += len(makes)
    fault.note(f"{name} taken away: {stored} of {len(makes)} stored")
    if stored <= 1:
        fault.found(f"without {name} nothing was given twice: something else holds it, or the race is none")
