"""What is written to her about her visits: only as she agreed, once, and never about what does not stand any more."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from carecoord import clock
from carecoord.access.models import User
from pathways.contact import Agreed, agree_contact, mark_unsafe
from pathways.models import Journey, MessageToHer, SafeContact
from pathways.models.contact import newest_contact
from pathways.reaching import MESSAGES, may_still_go
from referrals.models import Appointment, Visit
from referrals.pages.sent_to_her import sent_to_her
from referrals.reminding import remind, tell_of_changes
from tests.factories import after_a_loss, after_her_death, journey, staff, stand_at
from tests.roles import as_role
from tests.services import appointment, clinic, session

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 3, 10, 10, tzinfo=clock.LONDON)
WEDNESDAY = date(2026, 3, 11)
MORNINGS = Agreed("text", safe_from=time(9), safe_until=time(12))


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def ways(settings: Any) -> None:
    """Messages to women are set up here."""
    settings.NOTIFY_API_KEY, settings.NOTIFY_TEMPLATE_TO_HER = "key", "template"
    settings.EMAIL_FROM_TO_HER = "appointments@hospital.example"


def test_where_messages_are_not_set_up_somebody_tells_her(her: Journey, settings: Any) -> None:
    settings.NOTIFY_TEMPLATE_TO_HER = ""
    visit = Visit.objects.get(pk=booked(her).visit_id)

    assert sent_to_her(visit, clock.now()).tell_her == "Messages to women are not set up here."


@pytest.fixture
def midwife() -> User:
    return staff()


@pytest.fixture
def her(midwife: User) -> Journey:
    record = journey(midwife=midwife)
    stand_at(record, "antenatal")
    agrees(record, MORNINGS, by=midwife)
    return record


def agrees(record: Journey, agreement: Agreed, *, by: User) -> SafeContact:
    newest = newest_contact(record.woman_id)
    return agree_contact(record.woman, agreement, {}, seen=newest.pk if newest else None, by=by)


def booked(record: Journey, on: date = WEDNESDAY, kind: str = "scan", **fields: Any) -> Appointment:
    """Something that she comes for on a day, which was agreed with her."""
    made = appointment(record, session(clinic(on), kind), booked_by=record.named_midwife, **fields)
    Visit.objects.filter(pk=made.visit_id).update(confirmed_at=clock.now())
    made.refresh_from_db()
    return made


def cancelled(made: Appointment, whose: str = "ours") -> Visit:
    made.state, made.cancelled_whose, made.cancelled_at = "cancelled", whose, clock.now()
    made.save()
    return Visit.objects.get(pk=made.visit_id)


def worker_writes() -> tuple[int, int]:
    """What a run of the worker queues: reminders, and words about changes."""
    with as_role("cc_worker"):
        return remind(), tell_of_changes()


def said(record: Journey) -> list[str]:
    return list(MessageToHer.objects.filter(woman=record.woman).order_by("pk").values_list("message", flat=True))


def card(made: Appointment) -> Any:
    return sent_to_her(Visit.objects.get(pk=made.visit_id), clock.now())


# -- reminders -----------------------------------------------------------------------------------


def test_the_day_before_inside_her_hours_and_once(her: Journey, now: Any) -> None:
    made = booked(her)
    now.move_to(TUESDAY - timedelta(hours=1, minutes=1))
    assert worker_writes() == (0, 0)
    assert "Goes Tue 10 Mar 2026, 09:00 to 12:00, by text message" in card(made).when
    now.move_to(TUESDAY - timedelta(hours=1))
    assert worker_writes() == (1, 0)
    assert worker_writes() == (0, 0)
    assert said(her) == ["tomorrow"]
    assert (card(made).text, card(made).tell_her) == (MESSAGES["tomorrow"], "")
    assert "Waits to be sent" in card(made).when


def test_on_the_last_of_her_days_where_the_day_before_is_none(her: Journey, midwife: User, now: Any) -> None:
    agrees(her, Agreed("email", days=(1, 2)), by=midwife)
    booked(her, date(2026, 3, 13))  # a Friday
    assert worker_writes() == (1, 0)
    assert said(her) == ["this_week"]


@pytest.mark.parametrize(
    ("agreement", "why"),
    [
        (Agreed("call"), "another way"),
        (Agreed("visits"), "another way"),
        (Agreed("letter"), "too late"),
        (Agreed("none"), "not safe"),
        (Agreed("text", days=(4, 5)), "None of the days"),
        (Agreed("text", hours="when her brother is out"), "a person decides"),
        (Agreed("text", safe_until=time(9)), "has passed"),
    ],
)
def test_where_no_message_can_go_somebody_tells_her(her: Journey, midwife: User, agreement: Agreed, why: str) -> None:
    made = booked(her)
    agrees(her, agreement, by=midwife)
    assert worker_writes() == (0, 0)
    assert said(her) == []
    assert why in card(made).tell_her
    assert card(made).in_words.startswith("No message can go: tell her in person.")


def test_nothing_goes_by_a_way_that_nobody_confirmed_for_four_weeks(her: Journey) -> None:
    asked_on = clock.today() - timedelta(days=29)
    SafeContact.objects.create(woman=her.woman, channel="text", confirmed_on=asked_on)
    made = booked(her)
    assert worker_writes() == (0, 0)
    assert "four weeks" in card(made).tell_her


def test_nothing_goes_where_nobody_ever_asked_her(midwife: User) -> None:
    made = booked(journey(midwife=midwife))
    assert worker_writes() == (0, 0)
    assert "not agreed to a way" in card(made).tell_her


def test_of_what_she_has_not_agreed_to_nothing_is_sent(her: Journey) -> None:
    made = booked(her)
    Visit.objects.update(confirmed_at=None)
    assert worker_writes() == (0, 0)
    assert "confirm the time with her first" in card(made).when


def test_of_a_day_that_has_passed_nobody_is_asked_to_tell_her(her: Journey, now: Any) -> None:
    made = booked(her)
    now.shift(timedelta(days=2))
    assert card(made).in_words == "Nothing was sent about that day."


def test_of_a_place_that_is_only_kept_nothing_is_sent(her: Journey) -> None:
    booked(her, state="held", held_until=clock.now() + timedelta(hours=4))
    assert worker_writes() == (0, 0)


@pytest.mark.parametrize("whose", ["hers", "ours"])
def test_what_was_cancelled_is_not_reminded_of_and_what_waits_is_called_back(her: Journey, whose: str) -> None:
    first, second = booked(her), booked(her, kind="dental", begins="11:00")
    assert worker_writes() == (1, 0)
    cancelled(first, whose)
    message = MessageToHer.objects.get()
    assert message.recalled_at is None, "she still comes for the other"
    cancelled(second, whose)
    message.refresh_from_db()
    assert message.recalled_at
    assert not may_still_go(message, clock.now()).allowed


def test_what_she_called_unsafe_is_called_back_and_goes_again_once_she_agreed_anew(her: Journey, midwife: User) -> None:
    made = booked(her)
    assert worker_writes() == (1, 0)
    mark_unsafe(her.woman, by=midwife)
    assert worker_writes() == (0, 0)
    assert card(made).tell_her == "She said that it is not safe."
    agrees(her, MORNINGS, by=midwife)
    assert worker_writes() == (1, 0)
    assert said(her) == ["tomorrow", "tomorrow"]


def test_after_a_loss_only_what_is_about_herself_is_reminded_of(her: Journey) -> None:
    scan = booked(her)
    after_a_loss(her)
    assert worker_writes() == (0, 0)
    assert "own care" in card(scan).tell_her
    cancelled(scan, "hers")
    booked(her, kind="prescriber", begins="11:00")
    assert worker_writes() == (1, 0)


def test_after_her_death_nothing_is_sent(her: Journey) -> None:
    made, other = booked(her, kind="prescriber"), booked(her, kind="dental", begins="11:00")
    cancelled(other)
    after_her_death(her)
    assert worker_writes() == (0, 0)
    assert card(made).tell_her == "She has died."
    clock_later = clock.now() + timedelta(hours=1)
    assert tell_of_changes(clock_later) == 0


def test_a_message_that_names_a_day_is_not_sent_on_another(her: Journey, midwife: User) -> None:
    agrees(her, Agreed("text"), by=midwife)
    booked(her)
    worker_writes()
    message = MessageToHer.objects.get()
    assert may_still_go(message, TUESDAY + timedelta(hours=10)).allowed
    assert may_still_go(message, TUESDAY + timedelta(hours=23)).why == "It names a day, and that day has passed."
    message.message = "this_week"
    assert may_still_go(message, TUESDAY + timedelta(days=5)).allowed
    assert not may_still_go(message, TUESDAY + timedelta(days=6)).allowed


# -- we changed it -------------------------------------------------------------------------------


def test_she_is_written_to_once_where_we_cancelled(her: Journey, now: Any) -> None:
    for begins, kind in (("10:00", "scan"), ("11:00", "dental")):
        visit = cancelled(booked(her, date(2026, 3, 20), kind, begins=begins))
    assert worker_writes() == (0, 0), "whoever has her on the phone may still agree another time"
    assert "nothing was written to her yet" in sent_to_her(visit, clock.now()).tell_her
    now.shift(timedelta(minutes=30))
    assert worker_writes() == (0, 1)
    assert worker_writes() == (0, 0)
    assert said(her) == ["time_changed"]
    visit.refresh_from_db()
    assert sent_to_her(visit, clock.now()).text == MESSAGES["time_changed"]


def test_outside_her_hours_it_waits_for_them(her: Journey, now: Any) -> None:
    cancelled(booked(her, date(2026, 3, 20)))
    now.move_to(TUESDAY + timedelta(hours=3))
    assert worker_writes() == (0, 0)
    now.move_to(TUESDAY + timedelta(hours=23))
    assert worker_writes() == (0, 1)


@pytest.mark.parametrize("whose", ["hers", "lapsed"])
def test_what_she_moved_herself_needs_no_message(her: Journey, now: Any, whose: str) -> None:
    cancelled(booked(her, date(2026, 3, 20)), whose)
    now.shift(timedelta(hours=1))
    assert worker_writes() == (0, 0)


def test_where_another_time_was_agreed_with_her_since_nothing_is_sent(her: Journey, now: Any) -> None:
    cancelled(booked(her, date(2026, 3, 20)))
    now.shift(timedelta(minutes=5))
    booked(her, date(2026, 3, 24))
    now.shift(timedelta(hours=1))
    assert worker_writes() == (0, 0)


def test_where_somebody_told_her_nothing_is_sent(her: Journey, now: Any) -> None:
    visit = cancelled(booked(her, date(2026, 3, 20)))
    Appointment.objects.update(told_at=clock.now())
    now.shift(timedelta(hours=1))
    assert worker_writes() == (0, 0)
    assert sent_to_her(visit, clock.now()).tell_her == ""


def test_of_what_was_only_kept_for_her_or_is_past_nothing_is_sent(her: Journey, now: Any) -> None:
    kept = booked(her, date(2026, 3, 20))
    Appointment.objects.filter(pk=kept.pk).update(booked_by=None)
    cancelled(Appointment.objects.get(pk=kept.pk))
    cancelled(booked(her, date(2026, 3, 10), begins="10:30"))
    now.shift(timedelta(hours=1))
    assert worker_writes() == (0, 0)
