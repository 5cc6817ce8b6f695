"""What people write down on the product's pages reaches the measures: each numerator through the verbs themselves.

A measure that reads what no verb writes would be a number of nobody. What is owed and answered by the plain form of a
handoff is answered with ``answer_handoff``, as that form does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications import community, feeding, leaving, stating
from medications.community import Report
from medications.giving import Entered, record_dose, sign_first
from medications.leaving import Entry
from medications.models import DueDose, Plan
from medications.planning import end_plan, sign_plan
from medications.rules.stated import Stated
from pathways.actions import answer_handoff, record_event
from pathways.gaps.counting import cases_of, units_of
from pathways.gaps.models import ToCount
from pathways.gaps.refreshing import refresh
from pathways.models import Journey
from pathways.moves.late_entry import tell_late_reason
from pathways.moves.separation import Away, place_away, plan_possible
from pathways.recording import Draft
from pathways.rules.telling import How
from pathways.telling import Told, sign_off, tell_plan
from referrals import looping
from referrals.attending import record_attendance
from referrals.looping import Sending, Stepping
from referrals.options import EXPLORED, Option, go_through, write_option
from referrals.rules.loop import State
from tests.factories import ago, happened, journey, staff
from tests.medicine import METHADONE, WORDS, leaves, on_ward, prescribed, ward_midwife
from tests.services import appointment, clinic, service, session
from tests.together import offered, on_ward_with_babies

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # everybody is open, and the clocks do not change nearby
MOTHER_AND_BABY = "mother_and_baby"


@pytest.fixture(autouse=True)
def tuesday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def ward() -> User:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def doctor() -> User:
    return staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="P. Anand")


@pytest.fixture
def pregnant(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-60)))
    happened(made, ("first_contact", ago(170)), ("booking_completed", ago(160)))
    return made


@pytest.fixture
def treated(pregnant: Journey) -> Journey:
    happened(pregnant, ("treatment_started", ago(130), {"medication": METHADONE}))
    return pregnant


def parts(record: Journey, table: str) -> list[int]:
    """In which parts of a table she is, in order of their months: also what has still to be followed up."""
    return [unit.part for unit in units_of(cases_of([record.pk])[record.pk]) if unit.table == table]


def done(record: Journey, moment: str, step: str, by: User, **evidence: str) -> None:
    """Answered by the plain form of the handoff."""
    owed = record.handoffs.open().get(moment=moment, step=step)
    answer_handoff(owed, Draft("handoff_completed", clock.now(), details=evidence), by=by)


def gave_birth(record: Journey, days: float = 1) -> None:
    happened(record, ("baby_born", ago(days), {"place": "home"}, 1))


# -- getting into care ---------------------------------------------------------------------------


def test_m01_a_booking_that_somebody_records(midwife: User) -> None:
    record = journey(midwife=midwife, edd=clock.today(ago(-280 + 63)))

    record_event(record, Draft("booking_completed", ago(hours=1)), by=midwife)

    assert parts(record, "M01.booked") == [0]


def test_m02_the_reason_that_she_gives(midwife: User) -> None:
    record = journey(midwife=midwife, edd=clock.today(ago(-280 + 140)))
    happened(record, ("first_contact", ago(5)), ("booking_completed", ago(3)))
    assert parts(record, "M02.late") == [0]
    assert parts(record, "M02.reason") == [-1]
    refresh()

    tell_late_reason(record, "fear", by=midwife)

    assert parts(record, "M02.reason") == [1]
    assert ToCount.objects.filter(journey=record).exists()


def test_m04_a_referral_that_the_drug_service_accepts(pregnant: Journey, midwife: User) -> None:
    happened(pregnant, ("drug_use_disclosed", ago(hours=5), {"opioid": "yes", "in_treatment": "no"}))
    to = service("drug_service", team="harbour")
    consents = {purpose: ("agreed", "yes") for purpose in ("share", "contact", "report")}
    made = looping.send(pregnant, Sending(to, "to take her on", ["name"], consents), by=midwife)
    assert parts(pregnant, "M04.ack") == [1]

    looping.step(made, Stepping(State.ACCEPTED, by_outside="K. Ito"), by=midwife)

    assert parts(pregnant, "M04.ack") == [0]
    assert parts(pregnant, "S.drug_service") == [1]


# -- who she sees, and how often she comes -------------------------------------------------------


def test_m06_what_is_written_down_on_the_day(pregnant: Journey, midwife: User) -> None:
    day = clinic(clock.today() - timedelta(days=1))
    visit = appointment(pregnant, session(day, "midwifery"), "10:00").visit
    appointment(pregnant, session(day, "scan"), "10:45")
    refresh()

    record_attendance(visit, dict.fromkeys(visit.appointments.values_list("pk", flat=True), "yes"), by=midwife)

    assert ToCount.objects.filter(journey=pregnant).exists()
    gave_birth(pregnant, 0.1)
    assert parts(pregnant, "M06.together") == [0, 0]
    trips = [unit.value for unit in units_of(cases_of([pregnant.pk])[pregnant.pk]) if unit.table == "M06.trips"]
    assert trips == [2]  # her booking, and one day with two appointments


# -- on the ward ---------------------------------------------------------------------------------


@pytest.fixture
def admitted() -> Journey:
    return on_ward(since=ago(hours=3))


@pytest.fixture
def plan(admitted: Journey, doctor: User) -> Plan:
    return sign_plan(admitted, prescribed(), by=doctor)


def give(record: Journey, due: DueDose, ward: User, plan: Plan, **entered: Any) -> None:
    said = {"outcome": "given", "given_at": clock.now(), "place": "side_room", **entered}
    signing = sign_first(record, due, Entered(**said), seen=plan.pk, submission=uuid4(), by=ward)
    second = ward_midwife(name="K. Moe") if said["outcome"] == "given" else None
    record_dose(signing, witness=second, by=second or ward)


def both_say(record: Journey, by: User) -> None:
    """Prescriber and pharmacy say the same: her last dose was yesterday, and the next is due in half an hour."""
    last = ago(hours=23.5)
    for source in ("prescriber", "pharmacy"):
        said = Stated(
            source=source,
            product=METHADONE,
            words=WORDS,
            said_by="Dr P. Anand",
            said_at=ago(minutes=5),
            frequency="od",
            amount="45",
            unit="mg",
            strength="1 mg/ml",
            times=((f"{clock.now() + timedelta(minutes=30):%H:%M}", ""),),
            last_dose_at=last,
        )
        stating.state(record, said, by=by)


def first_due(plan: Plan) -> DueDose:
    found = plan.due_doses.order_by("due_at").first()
    assert found
    return found


def test_m07_m08_a_dose_that_two_people_sign(
    admitted: Journey, plan: Plan, ward: User, tuesday: time_machine.Traveller
) -> None:
    both_say(admitted, ward)
    assert parts(admitted, "M07.within") == [1]
    due = first_due(plan)
    tuesday.move_to(due.due_at)
    give(admitted, due, ward, plan)

    assert parts(admitted, "M08.doses")[0] == 0
    assert parts(admitted, "M07.within") == [0]
    assert parts(admitted, "M07.hours") == [0]


def test_m08_late_and_not_in_stock(admitted: Journey, plan: Plan, ward: User, tuesday: time_machine.Traveller) -> None:
    first, second = plan.due_doses.order_by("due_at")[:2]
    tuesday.move_to(first.due_at + timedelta(hours=3))
    give(admitted, first, ward, plan)
    tuesday.move_to(second.due_at + timedelta(hours=3))
    give(admitted, second, ward, plan, outcome="stock_unavailable", reason="none on the ward")

    assert parts(admitted, "M08.doses")[:2] == [1, 3]


def test_m08_a_dose_that_was_cancelled_is_none(admitted: Journey, plan: Plan, doctor: User, ward: User) -> None:
    assert len(parts(admitted, "M08.doses")) >= 2

    end_plan(plan, "She goes on elsewhere.", by=doctor)

    assert parts(admitted, "M08.doses") == []


def test_m08_doses_of_after_she_went_home_are_none(admitted: Journey, plan: Plan, ward: User) -> None:
    leaving.leave(admitted, leaves(own_decision=True), by=ward)

    assert parts(admitted, "M08.doses") == []


def test_m09_two_sources_that_agree(admitted: Journey, ward: User) -> None:
    assert parts(admitted, "M09.verified") == [1]

    both_say(admitted, ward)

    assert parts(admitted, "M09.verified") == [0]


def test_m10_a_place_near_each_baby(ward: User) -> None:
    record = on_ward_with_babies(2)
    for baby in (1, 2):
        happened(record, ("baby_place_recorded", ago(1), {"place": "neonatal_unit"}, baby))
    offered(record, 1, by=ward)  # nothing was free
    offered(record, 2, by=ward, offer="parent_room", because="", choice="goes_home")

    leaving.leave(record, leaves(own_decision=True), by=ward)

    assert sorted(parts(record, "M10.home")) == [1, 2]


def test_m11_advice_that_differs_and_is_settled(ward: User, doctor: User) -> None:
    record = on_ward(edd=clock.today(ago(-14)))
    happened(record, ("booking_completed", ago(60)), ("baby_born", ago(hours=6), {"place": "hospital"}, 1))

    def agreed() -> None:
        plan = feeding.write_plan(record, "Feed as you planned.", by=ward)
        feeding.sign(plan, signer=doctor, by=doctor)
        feeding.share(plan, at=clock.now(), told_by="L. Grant", by=ward)

    agreed()
    assert parts(record, "M11.logged") == [1]

    differs = feeding.Differed(said="No", said_by="night doctor", said_to="her", said_at=ago(hours=0.2), baby=1)
    feeding.advise_differently(record, differs, by=ward)
    assert parts(record, "M11.logged") == [0]
    assert parts(record, "M11.settled") == [1]
    agreed()

    assert parts(record, "M11.settled") == [0]


# -- going home ----------------------------------------------------------------------------------


@pytest.fixture
def leaves_friday(tuesday: time_machine.Traveller) -> Journey:
    """Four days on the ward, and a dose this morning."""
    tuesday.move_to(datetime(2026, 11, 27, 12, 0, tzinfo=UTC))
    return on_ward(since=ago(4))


def write_home(record: Journey, ward: User) -> None:
    """What has to be there when she goes home, as the page of going home writes it."""
    happened(record, ("mother_discharge_planned", ago(hours=3), {"planned_for": "2026-11-27 15:00"}))
    monday = date(2026, 11, 30)
    for entry in (
        Entry("next_dose", "agreed", day=monday, source="quay-pharmacy"),
        Entry("naloxone", "supplied", expires_on=date(2028, 3, 31), who="she and her sister"),
    ):
        leaving.write(record, entry, by=ward)


def test_m17_naloxone_that_she_takes_home(leaves_friday: Journey, ward: User) -> None:
    write_home(leaves_friday, ward)
    leaving.leave(leaves_friday, leaves(own_decision=True), by=ward)

    assert parts(leaves_friday, "M17.hand") == [0]


def test_m17_without_it(leaves_friday: Journey, ward: User) -> None:
    leaving.leave(leaves_friday, leaves(own_decision=True), by=ward)

    assert parts(leaves_friday, "M17.hand") == [1]


def test_m20_the_first_dose_outside(leaves_friday: Journey, ward: User, tuesday: time_machine.Traveller) -> None:
    write_home(leaves_friday, ward)
    leaving.leave(leaves_friday, leaves(own_decision=True), by=ward)
    assert parts(leaves_friday, "M20.before") == [1]
    assert parts(leaves_friday, "M20.taken") == [1]
    tuesday.move_to(datetime(2026, 11, 30, 14, 0, tzinfo=UTC))

    keyworker = staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")
    taken = Report("taken", "pharmacy", "T. Ford, pharmacist", clock.now(), ago(hours=4))
    community.report(leaves_friday, taken, by=keyworker)

    assert parts(leaves_friday, "M20.taken") == [0]


def test_m20_both_have_it_before_she_leaves(leaves_friday: Journey, ward: User, doctor: User) -> None:
    plan = sign_plan(leaves_friday, prescribed(), by=doctor)
    write_home(leaves_friday, ward)
    give(leaves_friday, None, ward, plan, outcome="given")  # type: ignore[arg-type]
    for day in (date(2026, 11, 28), date(2026, 11, 29)):
        leaving.write(leaves_friday, Entry("cover", "prior_day_supply", day=day, words="collected"), by=ward)
    for item, answer in (("own_medicine", "none_kept"), ("sleep", "given"), ("copy", "given")):
        leaving.write(leaves_friday, Entry(item, answer), by=ward)
    for item in ("pharmacy", "prescriber"):
        leaving.write(leaves_friday, Entry(item, "acknowledged", who="T. Ford", at=ago(hours=0.5)), by=ward)
    leaving.leave(leaves_friday, leaves(own_decision=True), by=ward)

    assert parts(leaves_friday, "M20.before") == [0]


def test_m19_the_first_visit(ward: User, midwife: User, tuesday: time_machine.Traveller) -> None:
    record = on_ward_with_babies(midwife=midwife)
    leaving.leave(record, leaves(own_decision=True), by=ward)
    assert parts(record, "M19.visit") == [1]
    tuesday.shift(timedelta(hours=20))

    record_event(record, Draft("postnatal_visit", ago(hours=1)), by=midwife)

    assert parts(record, "M19.visit") == [0]


# -- after the birth -----------------------------------------------------------------------------


def test_m12_any_option_that_was_offered(treated: Journey, midwife: User) -> None:
    full, free = service(MOTHER_AND_BABY, free_places=0), service("residential", free_places=2)
    write_option(treated, Option(MOTHER_AND_BABY, "no_place", full), by=midwife)
    go_through(treated, MOTHER_AND_BABY, by=midwife)
    assert treated.handoffs.get(moment=EXPLORED).ended_at
    gave_birth(treated)
    assert parts(treated, "M12.offered") == [2]
    refresh()

    write_option(treated, Option("residential", "offered", free), by=midwife)

    assert ToCount.objects.filter(journey=treated).exists()
    assert parts(treated, "M12.offered") == [0]


def test_m16_whom_the_drug_service_has_seen(treated: Journey, midwife: User, tuesday: time_machine.Traveller) -> None:
    gave_birth(treated)
    tuesday.shift(timedelta(days=150))
    record_event(treated, Draft("treatment_ended", ago(hours=1)), by=midwife)
    assert parts(treated, "M16.m6") == [1]

    tuesday.shift(timedelta(days=25))
    visit = appointment(treated, session(clinic(clock.today()), "drug_service"), "10:00").visit
    record_attendance(visit, {visit.appointments.get().pk: "yes"}, by=midwife)

    assert parts(treated, "M16.m6") == [0]
    assert parts(treated, "M16.m12") == [1]


def test_m18_invited_and_seen(midwife: User, tuesday: time_machine.Traveller) -> None:
    record = journey(midwife=midwife, edd=clock.today(ago(40)))
    happened(record, ("booking_completed", ago(200)), ("baby_born", ago(40), {"place": "home"}, 1))
    assert (parts(record, "M18.invited"), parts(record, "M18.seen")) == ([1], [1])

    done(record, "GP_6_8W", "invited", midwife, gp_invited_on=clock.today().isoformat())
    tuesday.shift(timedelta(days=5))
    done(record, "GP_6_8W", "seen_or_declined", midwife, gp_seen_on=clock.today().isoformat())

    assert (parts(record, "M18.invited"), parts(record, "M18.seen")) == ([0], [0])


# -- separation ----------------------------------------------------------------------------------


@pytest.fixture
def apart(midwife: User) -> Journey:
    record = on_ward_with_babies(midwife=midwife, edd=clock.today(ago(2)))
    place_away(record, Away(frozenset({1}), ago(hours=2)), by=midwife)
    record.refresh_from_db()
    return record


def test_m13_m14_m15_what_is_done_for_her(apart: Journey, midwife: User) -> None:
    assert [parts(apart, table) for table in ("M13.reached", "M14.seen", "M15.both")] == [[2], [2], [1]]

    done(apart, "SEP_CONTACT", "contact_1", midwife, contact_mode="visit", contact_successful="yes")
    done(apart, "SEP_MH_7D", "first_contact", midwife, mental_health_contact_on=clock.today().isoformat())
    done(apart, "SEP_RISK_7D", "clinician_review", midwife, review_clinician="Dr P. Shah")
    assert parts(apart, "M15.both") == [1]
    done(apart, "SEP_OST_NALOXONE_24H", "done", midwife, naloxone_outcome="supplied")

    assert [parts(apart, table) for table in ("M13.reached", "M14.seen", "M15.both")] == [[0], [0], [0]]


def told(**more: Any) -> Told:
    answers = dict.fromkeys(("legal_basis_explained", "where_baby_is_shared", "legal_advice", "advocate_offered"), True)
    known = {"at": ago(hours=1), "by": "M. Shaw", "words": "A court decided…", "copy_on": clock.today()}
    return Told(**{**known, **answers, "plan_version": 1, **more})


@pytest.mark.parametrize(("how", "part"), [(How.IN_PERSON, 0), (How.PHONE, 1)])
def test_m22_told_in_person_before_labour(pregnant: Journey, midwife: User, how: How, part: int) -> None:
    plan_possible(pregnant, ago(5), by=midwife)
    sign_off(pregnant, "K. Ross", "manager", "She moves tonight.", at=ago(hours=2), by=midwife)

    tell_plan(pregnant, told(how=how), by=midwife)

    happened(pregnant, ("baby_born", ago(hours=0.5), {"place": "hospital"}, 1))
    place_away(pregnant, Away(frozenset({1}), ago(hours=0.1)), by=midwife)
    assert parts(pregnant, "M22.told") == [part]


def test_m21_the_conference_that_was_held(midwife: User, tuesday: time_machine.Traveller) -> None:
    record = journey(midwife=midwife, edd=clock.today(ago(-120)))
    happened(record, ("booking_completed", ago(60)), ("concern_accepted", ago(5)))
    assert parts(record, "M21.held") == [1]

    done(record, "PREBIRTH_CONFERENCE", "held", midwife, conference_held_on=clock.today().isoformat())

    assert parts(record, "M21.held") == [0]
