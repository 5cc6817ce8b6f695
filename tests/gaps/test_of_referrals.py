"""Appointments that were kept and referrals reach the cells; whatever changes them is counted again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carecoord import clock
from pathways.gaps.counting import cases_of
from pathways.gaps.models import Cell, ToCount
from pathways.gaps.refreshing import differences, refresh
from pathways.models import Journey, LateReason
from referrals.counted import attended_of, referred_of
from referrals.models import Appointment, Referral, ReferralStep, Service, Session, TreatmentOption
from tests.factories import ago, happened, journey, staff
from tests.roles import as_role
from tests.services import appointment, clinic, referral, service, session
from tests.together import stay_row

pytestmark = pytest.mark.django_db
CAME = Appointment.Attended
NOW = clock.now


def kept(record: Journey, of: Session, answer: str = CAME.YES, begins: str = "10:00", **fields: object) -> Appointment:
    """An appointment of which it is written down what became."""
    known = {"took_place": True, "attended": answer, "recorded_at": NOW(), **fields}
    return appointment(record, of, begins, **known)


def counted(table: str) -> dict[int, int]:
    return dict(Cell.objects.filter(of_table=table, count__gt=0).values_list("part", "count"))


def to_count() -> set[int]:
    return set(ToCount.objects.values_list("journey_id", flat=True))


def counted_now() -> None:
    """Everything so far is counted."""
    refresh()
    assert to_count() == set()


def test_several_services_in_one_place_are_two_kinds_that_took_place_there() -> None:
    record = journey()
    day = clinic(clock.today(ago(9)))
    together = session(day, "midwifery")
    session(day, "scan")
    alone = session(clinic(clock.today(ago(5))), "midwifery")
    session(alone.clinic, "scan", took_place=False)
    kept(record, together)
    kept(record, alone)

    assert [each.together for each in attended_of([record.pk])[record.pk]] == [True, False]


def test_only_what_she_came_to_counts() -> None:
    record = journey()
    for days, answer in enumerate((CAME.LATE, CAME.LEFT, CAME.REMOTE, CAME.NO), start=1):
        kept(record, session(clinic(clock.today(ago(days)))), answer)
    appointment(record, session(clinic(clock.today(ago(6)))))

    assert len(attended_of([record.pk])[record.pk]) == 2


def test_an_answer_written_down_anew_is_counted_again() -> None:
    record = journey(edd=clock.today(ago(0)))
    made = kept(record, session(clinic(clock.today(ago(20)))))
    happened(record, ("baby_born", ago(1)))
    counted_now()
    assert counted("M06.together") == {1: 1}

    Appointment.objects.filter(pk=made.pk).update(attended=CAME.NO)
    assert to_count() == {record.pk}
    refresh()

    assert counted("M06.together") == {}


def test_another_service_on_that_day_is_counted_again() -> None:
    record = journey(edd=clock.today(ago(0)))
    day = clinic(clock.today(ago(20)))
    kept(record, session(day))
    happened(record, ("baby_born", ago(1)))
    counted_now()

    second = session(day, "scan")
    assert to_count() == {record.pk}
    refresh()
    assert counted("M06.together") == {0: 1}

    Session.objects.filter(pk=second.pk).update(took_place=True)
    assert to_count() == set()  # it took place: nothing that counts has changed
    Session.objects.filter(pk=second.pk).update(took_place=False)
    assert to_count() == {record.pk}
    refresh()
    assert counted("M06.together") == {1: 1}


def test_what_nobody_came_to_yet_is_not_counted_again() -> None:
    record = journey()
    counted_now()

    made = appointment(record, session())
    Appointment.objects.filter(pk=made.pk).update(words="another word")

    assert to_count() == set()


def sent(record: Journey, kind: str = "housing", days: float = 70) -> Referral:
    to = Service.objects.filter(kind=kind).first() or service(kind)
    return referral(record, to, sent_at=ago(days), since=ago(days), answer_by=ago(days - 3))


def step(of: Referral, state: str, days: float, **fields: object) -> ReferralStep:
    return ReferralStep.objects.create(referral=of, state=state, at=ago(days), by=of.sent_by, **fields)


def test_a_referral_is_counted_after_eight_weeks_by_what_became_of_it() -> None:
    record = journey()
    made = sent(record)
    counted_now()
    assert counted("S.housing") == {1: 1}

    step(made, "declined", 40, reason="service_full")
    assert to_count() == {record.pk}
    refresh()
    assert counted("S.housing") == {2: 1}

    fresh = sent(journey(), "money", days=30)
    step(fresh, "attended", 20)
    refresh()
    assert counted("S.money") == {}
    refresh(NOW() + timedelta(days=30))
    assert counted("S.money") == {0: 1}


def test_the_cells_are_those_of_a_count_from_the_beginning() -> None:
    for number in range(3):
        record = journey(edd=clock.today(ago(0)))
        kept(record, session(clinic(clock.today(ago(20 + number)))))
        happened(record, ("baby_born", ago(1)))
        step(sent(record, "advocacy"), "attended", 60)
    at = NOW()
    refresh(at)

    assert counted("S.advocacy") == {0: 3}
    assert differences(at) == []


def test_the_worker_sees_all_that_it_counts() -> None:
    record, by = journey(edd=clock.today(ago(0))), staff()
    kept(record, session(clinic(clock.today(ago(20)))))
    happened(record, ("baby_born", ago(1)))
    step(sent(record), "attended", 60)
    TreatmentOption.objects.create(journey=record, kind="residential", status="not_commissioned", by=by)
    LateReason.objects.create(journey=record, reason="fear", recorded_by=by)
    stay_row(record, baby=1)

    with as_role("cc_worker"):
        found = cases_of([record.pk])[record.pk]
        refresh()

    assert (len(found.attended), len(found.referred), found.options) == (1, 1, ["not_commissioned"])
    assert (found.late_reason, [offer[1:] for offer in found.stay_offers]) == ("fear", [(1, "not_available")])
    assert counted("S.housing") == {0: 1}


def test_many_journeys_take_as_many_queries_as_one() -> None:
    records = [journey() for _ in range(4)]
    for number, record in enumerate(records):
        kept(record, session(clinic(clock.today(ago(2 + number)))))
        sent(record, days=60 + number)
    one, all_of_them = ([records[0].pk], [record.pk for record in records])

    for asked in (attended_of, referred_of, cases_of):
        with CaptureQueriesContext(connection) as of_one:
            asked(one)
        with CaptureQueriesContext(connection) as of_all:
            asked(all_of_them)
        assert len(of_one) == len(of_all)
    assert set(referred_of(all_of_them)) == set(all_of_them)
