"""What is known of her medicine: never written down wrong, never told to the pathway before both agree, never twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications import stating
from medications.admissions import admission_of, admissions_of
from medications.models import Call, Statement
from medications.pages.standings import standings_of
from medications.rules.stated import Stated
from medications.rules.verification import Standing, State
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import Correction, Event, Journey
from pathways.projection import differences
from pathways.seen import SentOtherwise
from tests.factories import ago, claimed, happened, journey, staff
from tests.medicine import METHADONE, WORDS, on_ward, ward_midwife

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday: everybody is open
NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # a Saturday: the drug service opens on Monday


@pytest.fixture(autouse=True)
def open_hours() -> Iterator[None]:
    with time_machine.travel(DAY):
        yield


@pytest.fixture
def nurse() -> User:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def record(nurse: User) -> Journey:
    return on_ward(since=ago(hours=6))


def stated(source: str = "prescriber", **fields: Any) -> Stated:
    """What a source says: 45 mg once a day, last dose yesterday."""
    known: dict[str, Any] = {
        "product": METHADONE,
        "words": WORDS,
        "said_by": "Dr P. Anand",
        "said_at": ago(minutes=5),
        "frequency": "od",
        "amount": "45",
        "unit": "mg",
        "strength": "1 mg/ml",
        "times": (("09:30", ""),),
        "last_dose_at": last_dose(),
        **fields,
    }
    return Stated(source=source, **known)


def last_dose() -> datetime:
    return ago(hours=26).replace(second=0, microsecond=0)


def both(record: Journey, nurse: User, **fields: Any) -> tuple[Statement, Statement]:
    at = last_dose()
    said = {"last_dose_at": at, **fields}
    return (
        stating.state(record, stated(**said), by=nurse),
        stating.state(record, stated("pharmacy", **said), by=nurse),
    )


def stands(record: Journey) -> Standing:
    return standings_of([record], clock.now())[record.pk]


def told(record: Journey, *kinds: str) -> list[Event]:
    return list(record.events.filter(kind__in=kinds or ("ost_verified", "dose_confirmed"), correction=None))


# -- what must never be written down --


@pytest.mark.parametrize(
    ("field", "words", "wrong"),
    [
        (
            "unit",
            "State it in mg, as the prescription does. Ask the source again if it was told in ml.",
            {"unit": "ml"},
        ),
        ("unit", "Ask the source again.", {"unit": ""}),
        ("amount", "more than nought", {"amount": "0"}),
        ("amount", "more than nought", {"amount": "0.0"}),
        ("amount", "more than nought", {"amount": "-45"}),
        ("amount", "more than nought", {"amount": "45mg"}),
        ("amount", "more than nought", {"amount": "4٥"}),
        ("amount", "more than nought", {"amount": "45000"}),
        ("amount", "more than nought", {"amount": ""}),
        ("strength", "ask the ward pharmacist", {"strength": "10 mg/ml"}),
        ("strength", "Write the strength", {"strength": ""}),
        ("product", "not used here", {"product": "laib_sublocade", "frequency": "monthly"}),
        ("product", "Choose the product", {"product": "heroin"}),
        ("frequency", "every 7 days", {"product": "laib_weekly", "strength": ""}),
        ("times", "Twice a day has two times", {"frequency": "bd"}),
        ("times", "two doses a day", {"times": (("09:30", ""), ("20:00", ""))}),
        ("times", "24-hour clock", {"times": (("25:00", ""),)}),
        ("times", "in digits", {"frequency": "bd", "times": (("09:00", "x"), ("20:00", ""))}),
        ("words", "word for word", {"words": " "}),
        ("said_by", "who said so", {"said_by": ""}),
        ("said_at", "in the future", {"said_at": DAY + timedelta(minutes=2)}),
        ("said_at", "before she was born", {"said_at": datetime(1980, 1, 1, tzinfo=UTC), "last_dose_at": None}),
        ("last_dose_at", "in the future", {"last_dose_at": DAY + timedelta(minutes=2)}),
        ("last_dose_at", "after they said it", {"last_dose_at": DAY - timedelta(minutes=1)}),
        ("last_dose_at", "before she was born", {"last_dose_at": datetime(1980, 1, 1, tzinfo=UTC)}),
        ("service", "one of this site", {"service": "bridge-pharmacy"}),
        ("pharmacy", "one of this site", {"pharmacy": "nowhere"}),
        ("source", "who said it", {"source": "neighbour"}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    record: Journey, nurse: User, field: str, words: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        stating.state(record, replace(stated(), **wrong), by=nurse)
    assert (refused.value.field, words in refused.value.sentence) == (field, True), refused.value.sentence
    assert not Statement.objects.exists()
    assert not told(record)


def test_another_strength_is_for_the_pharmacist_to_say(record: Journey) -> None:
    pharmacist = staff(Role.PHARMACIST)
    claimed(record, pharmacist)
    row = stating.state(record, stated(strength="10 mg/ml"), by=pharmacist)
    assert row.strength == "10 mg/ml"


def test_who_does_not_see_her_or_whose_role_it_is_not_writes_nothing_down(record: Journey) -> None:
    visitor = staff(Role.HEALTH_VISITOR, team="hv")
    claimed(record, visitor)
    for user in (visitor, staff(site="GLEN")):
        with pytest.raises(PermissionDenied):
            stating.state(record, stated(), by=user)
        with pytest.raises(PermissionDenied):
            stating.asked(record, "pharmacy", "J. Ross", "asked", called_at=ago(minutes=1), by=user)
    assert not Statement.objects.exists()
    assert not Call.objects.exists()


def test_it_is_kept_exactly_as_it_was_said(record: Journey, nurse: User) -> None:
    row = stating.state(record, stated(amount="45.00", words="methadone 45.00 mg, “once”  daily"), by=nurse)
    row.refresh_from_db()
    assert (row.amount, row.unit, row.words) == ("45.00", "mg", "methadone 45.00 mg, “once”  daily")
    assert (row.admission, row.obtained_by, row.times) == (1, nurse, [{"time": "09:30", "amount": ""}])


def test_a_form_sent_twice_counts_once_and_other_words_are_told_so(record: Journey, nurse: User) -> None:
    once = stated(submission=uuid.uuid4())
    assert stating.state(record, once, by=nurse) == stating.state(record, once, by=nurse)
    with pytest.raises(SentOtherwise):
        stating.state(record, replace(once, amount="54"), by=nurse)
    assert [row.amount for row in Statement.objects.all()] == ["45"]


# -- what the pathway is told --


def test_one_source_tells_the_pathway_nothing(record: Journey, nurse: User) -> None:
    stating.state(record, stated("pharmacy"), by=nurse)
    stating.state(record, stated("own_card"), by=nurse)
    assert stands(record).state is State.PARTIAL
    assert not told(record)
    assert record.handoffs.get(moment="OST_VERIFY").ended_at is None


def test_two_that_agree_are_told_once_with_times_and_no_amount(record: Journey, nurse: User) -> None:
    prescriber, _ = both(record, nurse)
    both(record, nurse, last_dose_at=prescriber.last_dose_at)
    verified, confirmed = sorted(told(record), key=lambda event: event.kind, reverse=True)
    last = prescriber.last_dose_at
    assert last
    assert clock.parse_instant(verified.details.pop("last_dose_at"))[0] == last
    assert verified.details == {"admission": "1", "medication": METHADONE}
    assert confirmed.occurred_at == last
    assert confirmed.details.keys() == {"admission", "medication", "next_due", "confirmed_by"}
    assert "45" not in str([event.details["medication"] for event in told(record)])
    record.refresh_from_db()
    assert record.handoffs.get(moment="OST_VERIFY").ended_at is not None
    assert record.handoffs.get(moment="OST_ADMISSION_NOTICE").ended_at is None
    assert not differences(record, clock.now())


def test_two_that_differ_tell_nothing_and_both_are_shown(record: Journey, nurse: User) -> None:
    at = last_dose()
    stating.state(record, stated(last_dose_at=at), by=nurse)
    stating.state(record, stated("pharmacy", amount="54", last_dose_at=at), by=nurse)
    found = stands(record)
    assert (found.state, found.differs) == (State.CONFLICT, ("amount",))
    assert found.prescriber
    assert found.pharmacy
    assert (found.prescriber.amount, found.pharmacy.amount) == ("45", "54")
    assert not told(record)


def test_striking_through_takes_back_what_it_had_confirmed(record: Journey, nurse: User) -> None:
    _, pharmacy = both(record, nurse)
    stating.strike(pharmacy, "Said of another woman.", by=nurse)
    assert stands(record).state is State.PARTIAL
    assert not told(record)
    assert Correction.objects.count() == 2
    assert record.handoffs.get(moment="OST_VERIFY").ended_at is None
    assert not differences(Journey.objects.get(pk=record.pk), clock.now())
    # said again, it is told again
    stating.state(record, stated("pharmacy", last_dose_at=pharmacy.last_dose_at), by=nurse)
    assert stands(record).is_verified
    assert len(told(record)) == 2


def test_striking_through_after_she_went_home_takes_it_back_too(record: Journey, nurse: User) -> None:
    _, pharmacy = both(record, nurse)
    happened(record, ("mother_discharged", clock.now()))
    stating.strike(pharmacy, "Said of another woman.", by=nurse)
    assert not told(record)


def test_striking_one_of_two_that_say_the_same_takes_nothing_back(record: Journey, nurse: User) -> None:
    _, pharmacy = both(record, nurse)
    again = stating.state(record, stated("pharmacy", last_dose_at=pharmacy.last_dose_at), by=nurse)
    stating.strike(again, "Written down twice.", by=nurse)
    assert stands(record).is_verified
    assert not Correction.objects.exists()


def test_striking_the_wrong_one_of_two_that_differ_confirms_it(record: Journey, nurse: User) -> None:
    at = last_dose()
    stating.state(record, stated(last_dose_at=at), by=nurse)
    stating.state(record, stated("pharmacy", last_dose_at=at, said_at=ago(minutes=4)), by=nurse)
    wrong = stating.state(record, stated("pharmacy", amount="54", last_dose_at=at, said_at=ago(minutes=1)), by=nurse)
    assert stands(record).state is State.EXPIRED
    stating.strike(wrong, "Heard 54 for 45.", by=nurse)
    assert stands(record).is_verified
    assert len(told(record)) == 2


def test_what_striking_through_leaves_agreed_is_told(record: Journey, nurse: User) -> None:
    at = last_dose()
    stating.state(record, stated("pharmacy", last_dose_at=at, said_at=ago(minutes=9)), by=nurse)
    wrong = stating.state(record, stated("pharmacy", amount="54", last_dose_at=at, said_at=ago(minutes=8)), by=nurse)
    stating.state(record, stated(last_dose_at=at, said_at=ago(minutes=7)), by=nurse)
    assert stands(record).state is State.CONFLICT
    assert not told(record)
    stating.strike(wrong, "Heard 54 for 45.", by=nurse)
    assert stands(record).is_verified
    assert len(told(record)) == 2


def test_a_row_is_struck_through_once_and_with_a_reason(record: Journey, nurse: User) -> None:
    row = stating.state(record, stated(), by=nurse)
    with pytest.raises(Refused, match="Say what was wrong"):
        stating.strike(row, " ", by=nurse)
    stating.strike(row, "Another woman.", by=nurse)
    with pytest.raises(AlreadyAnswered):
        stating.strike(row, "Again.", by=nurse)


def test_another_pharmacy_is_told_to_the_pathway_once(record: Journey, nurse: User) -> None:
    stating.state(record, stated("pharmacy", pharmacy="quay-pharmacy"), by=nurse)
    stating.state(record, stated("pharmacy", pharmacy="quay-pharmacy"), by=nurse)
    stating.state(record, stated(service="harbour"), by=nurse)
    arranged = [event.details for event in told(record, "supply_arranged")]
    assert arranged == [{"pharmacy": "quay-pharmacy"}, {"pharmacy": "quay-pharmacy", "service": "harbour"}]


def test_her_supply_outside_waits_once_it_is_confirmed_and_acknowledged(record: Journey, nurse: User) -> None:
    with pytest.raises(Refused, match="once prescriber and pharmacy"):
        stating.community_supply(record, "held", "J. Ross, pharmacist", at=ago(minutes=1), by=nurse)
    both(record, nurse)
    for how, who, field in (("", "J. Ross", "how"), ("held", " ", "confirmed_by")):
        with pytest.raises(Refused) as refused:
            stating.community_supply(record, how, who, at=ago(minutes=1), by=nurse)
        assert refused.value.field == field
    stating.community_supply(record, "held", "J. Ross, pharmacist", at=clock.now(), by=nurse)
    done = record.handoffs.get(moment="OST_ADMISSION_NOTICE")
    assert done.ended_at is not None
    answer = record.events.get(kind="handoff_completed")
    assert answer.details["community_supply"] == "held"
    with pytest.raises(AlreadyAnswered):
        stating.community_supply(record, "held", "J. Ross, pharmacist", at=clock.now(), by=nurse)


# -- whom somebody asked --


def test_a_call_at_night_says_when_they_open(nurse: User) -> None:
    with time_machine.travel(NIGHT, tick=False):
        record = on_ward(since=ago(hours=1))
        by = ward_midwife()
        call = stating.asked(record, "prescriber", "01632 960110", "closed", called_at=clock.now(), by=by)
        assert call.opens_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
        call = stating.asked(record, "pharmacy", "01632 960121", "closed", called_at=clock.now(), by=by)
        assert call.opens_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
        found = stands(record)
        assert (found.state, found.opens_at) == (State.OOH, call.opens_at)


def test_a_bank_holiday_of_the_nation_is_closed(nurse: User) -> None:
    with time_machine.travel(datetime(2026, 11, 30, 11, tzinfo=UTC), tick=False):  # St Andrew's day, a Monday
        here, there = on_ward(since=ago(hours=1)), on_ward(site="GLEN", since=ago(hours=1))
        found = standings_of([here, there], clock.now())
    assert (found[here.pk].state, found[there.pk].state) == (State.UNVERIFIED, State.OOH)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("source", {"source": "she_says"}),
        ("outcome", {"outcome": "perhaps"}),
        ("whom", {"whom": " "}),
        ("called_at", {"called_at": DAY + timedelta(minutes=2)}),
        ("called_at", {"called_at": datetime(1980, 1, 1, tzinfo=UTC)}),
    ],
)
def test_a_call_that_cannot_be_is_refused(record: Journey, nurse: User, field: str, wrong: dict[str, Any]) -> None:
    call = {"source": "pharmacy", "whom": "J. Ross", "outcome": "asked", "called_at": ago(minutes=1), **wrong}
    with pytest.raises(Refused) as refused:
        stating.asked(record, call.pop("source"), call.pop("whom"), call.pop("outcome"), **call, by=nurse)
    assert refused.value.field == field
    assert not Call.objects.exists()


def test_a_call_sent_twice_counts_once(record: Journey, nurse: User) -> None:
    once = uuid.uuid4()
    for _ in range(2):
        stating.asked(record, "pharmacy", "J. Ross", "asked", called_at=ago(minutes=1), submission=once, by=nurse)
    assert Call.objects.count() == 1
    assert stands(record).state is State.REQUESTED


# -- admissions --


def test_the_admission_that_runs_has_the_number_of_the_pathway() -> None:
    at_home, first, again = journey(), journey(), journey()
    happened(first, ("admitted", ago(3), {"reason": "antenatal"}))
    happened(
        again,
        ("admitted", ago(30), {"reason": "antenatal"}),
        ("mother_discharged", ago(28)),
        ("admitted", ago(2), {"reason": "labour"}),
        ("baby_born", ago(1), {"place": "obstetric"}),
    )
    found = admissions_of([at_home, first, again])
    assert {pk: admission.number for pk, admission in found.items()} == {first.pk: 1, again.pk: 2}
    assert admission_of(at_home) is None
    assert admission_of(again, ago(29)).number == 1  # type: ignore[union-attr]
    assert admission_of(again, ago(10)) is None


def test_many_women_are_asked_after_in_three_queries(django_assert_num_queries: Any, nurse: User) -> None:
    records = [on_ward(bed=str(number), since=ago(hours=6)) for number in range(1, 6)]
    for record in records:
        both(record, nurse)
    journeys = list(Journey.objects.select_related("site").filter(pk__in=[record.pk for record in records]))
    with django_assert_num_queries(3):
        found = standings_of(journeys, clock.now())
    assert {standing.state for standing in found.values()} == {State.VERIFIED}
