"""Telling people: a row for each person and each way that they chose; digests count up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.delivery.models import Message, Preference
from carecoord.delivery.outbox import digest_time, send_test, tell
from carecoord.refused import Refused
from pathways.models import Alert
from pathways.sweep import Swept, sweep
from tests.factories import UserFactory, ago, journey, owed, staff
from tests.roles import as_role

pytestmark = pytest.mark.django_db
NOW = clock.now()
TEXTS = {"urgent": "template-1", "digest": "template-2", "test": "template-1"}


def wants(user: User, channel: str, urgent: bool = True, digest: bool = True, number: str = "") -> Preference:
    number = number or ("+447700900123" if channel == "text" else "")
    return Preference.objects.create(user=user, channel=channel, urgent=urgent, digest=digest, number=number)


def told(user: User) -> list[tuple[str, str, int]]:
    rows = Message.objects.filter(to_user=user).order_by("channel", "template", "not_before")
    return [(row.channel, row.template, row.number) for row in rows]


def test_who_chose_nothing_is_told_by_email() -> None:
    midwife = staff()
    with as_role("cc_worker"):
        tell({midwife.pk: 2}, urgent=True, at=NOW)
        tell({midwife.pk: 3}, urgent=False, at=NOW)
    assert told(midwife) == [("email", "digest", 3), ("email", "urgent", 2)]
    assert Message.objects.get(template="urgent").next_try_at == NOW


def test_each_way_that_was_chosen_has_its_own_message(settings) -> None:
    settings.NOTIFY_API_KEY, settings.NOTIFY_TEMPLATES = "key", TEXTS
    settings.WEBHOOK_URLS = {"ASHF": "https://pager.example/x"}
    midwife, elsewhere = staff(), staff(site="GLEN")
    for user in (midwife, elsewhere):
        wants(user, "email", urgent=False)
        wants(user, "text", digest=False)
        wants(user, "webhook", digest=False)
    tell({midwife.pk: 1, elsewhere.pk: 1}, urgent=True, at=NOW)
    tell({midwife.pk: 1}, urgent=False, at=NOW)
    assert told(midwife) == [("email", "digest", 1), ("text", "urgent", 1), ("webhook", "urgent", 1)]
    assert told(elsewhere) == [("text", "urgent", 1)]  # their site has no system of its own


def test_where_nothing_that_was_chosen_is_set_up_it_is_email() -> None:
    midwife = staff()
    wants(midwife, "email", urgent=False, digest=False)
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    assert told(midwife) == []  # CareCoord itself is what they chose
    wants(midwife, "text")
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    assert told(midwife) == [("email", "urgent", 1)]


def test_a_digest_counts_up_and_the_next_days_is_another() -> None:
    midwife, at = staff(), datetime(2026, 3, 4, 11, tzinfo=UTC)  # a Wednesday
    for number in (1, 2, 4):
        tell({midwife.pk: number}, urgent=False, at=at)
    tell({midwife.pk: 0}, urgent=False, at=at)
    tell({midwife.pk: 5}, urgent=False, at=at + timedelta(days=1))
    assert told(midwife) == [("email", "digest", 7), ("email", "digest", 5)]


def test_a_digest_that_went_already_is_not_counted_up() -> None:
    midwife = staff()
    tell({midwife.pk: 1}, urgent=False, at=NOW)
    went = {"state": "sent", "sent_at": NOW, "sent_to": "a@b.example", "sent_text": "x"}
    Message.objects.update(**went)
    tell({midwife.pk: 2}, urgent=False, at=NOW)
    assert told(midwife) == [("email", "digest", 1), ("email", "digest", 2)]


def test_what_is_rolled_back_was_never_told() -> None:
    midwife = staff()
    with transaction.atomic():
        tell({midwife.pk: 1}, urgent=True, at=NOW)
        transaction.set_rollback(True)
    assert told(midwife) == []


@pytest.mark.parametrize(
    ("at", "nation", "wanted"),
    [
        ("2026-03-04 07:59", "ENG", "2026-03-04 08:00"),
        ("2026-03-04 08:00", "ENG", "2026-03-05 08:00"),
        ("2026-03-06 12:00", "ENG", "2026-03-09 08:00"),  # Friday to Monday
        ("2026-12-24 12:00", "ENG", "2026-12-29 08:00"),  # Christmas, and its Monday
        ("2027-01-01 12:00", "SCO", "2027-01-05 08:00"),  # the second of January is a holiday in Scotland
        ("2027-01-01 12:00", "ENG", "2027-01-04 08:00"),
        ("2026-03-27 23:00", "ENG", "2026-03-30 08:00"),  # over the clock change
        ("2026-10-23 23:00", "ENG", "2026-10-26 08:00"),
    ],
)
def test_a_digest_goes_at_eight_on_a_working_day_of_the_nation(at: str, nation: str, wanted: str) -> None:
    assert digest_time(clock.parse_instant(at)[0], nation) == clock.parse_instant(wanted)[0]


def test_a_digest_waits_for_a_working_day_where_they_work() -> None:
    people = {site: staff(site=site) for site in ("ASHF", "GLEN")}
    tell({user.pk: 1 for user in people.values()}, urgent=False, at=clock.parse_instant("2027-01-01 12:00")[0])
    days = {site: clock.today(user.messages.get().not_before).isoformat() for site, user in people.items()}
    assert days == {"ASHF": "2027-01-04", "GLEN": "2027-01-05"}


def test_a_test_is_for_oneself_and_a_few_times() -> None:
    midwife = staff()
    for _ in range(3):
        send_test(midwife, "email", NOW)
    with pytest.raises(Refused, match="Wait a quarter of an hour"):
        send_test(midwife, "email", NOW)
    send_test(midwife, "email", NOW + timedelta(minutes=16))
    with pytest.raises(Refused, match="not set up"):
        send_test(midwife, "text", NOW)


def test_a_sweep_tells_whom_its_alerts_reach_in_its_own_transaction(monkeypatch) -> None:
    midwife = staff()
    record = journey(midwife=midwife)
    owed(record, "POSTNATAL_TX_OPTIONS", due=ago(hours=1), missed_at=clock.now() + timedelta(days=9))
    with monkeypatch.context() as patch:
        patch.setattr("pathways.alerting.climbing._write_flags", broken)
        assert swept().failed == 1
    assert (Alert.objects.count(), Message.objects.count()) == (0, 0)
    for _ in range(2):
        swept()
    assert Alert.objects.exists()
    assert told(midwife) == [("email", "urgent", 1)]


def broken(*args: object) -> None:
    raise RuntimeError("the machine loses its power")


def swept() -> Swept:
    with as_role("cc_worker"):
        return sweep()


def test_many_are_told_in_few_queries(django_assert_max_num_queries) -> None:
    people = [staff(Role.MIDWIFE) for _ in range(20)]
    with django_assert_max_num_queries(4):
        tell({user.pk: 1 for user in people}, urgent=True, at=NOW)
    assert Message.objects.count() == 20


def test_somebody_without_a_role_is_written_down_too() -> None:
    """The relay calls it back; a reader of the log sees that it was not sent, and why."""
    user = UserFactory()
    tell({user.pk: 1}, urgent=True, at=NOW)
    assert told(user) == [("email", "urgent", 1)]
