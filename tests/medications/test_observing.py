"""A baby's observation: what must never happen, and which handoffs each step moves."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from medications import observing
from medications.models import Observation, ObservationPlan, ObservationStep
from medications.observing import Look, Told
from medications.pages.observation import observation_lines
from pathways.actions import correct_event
from pathways.engine import State
from pathways.models import Journey
from tests.factories import ago, claimed, happened, staff
from tests.medicine import look, observed, on_ward, ward_midwife
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return ward_midwife(name="S. Ito")


@pytest.fixture
def record(midwife: User) -> Journey:
    """A woman in treatment with twins, born two hours and half an hour ago."""
    made = on_ward(since=ago(hours=9))
    happened(made, ("baby_born", ago(hours=2), {"place": "hospital"}, 1))
    happened(made, ("baby_born", ago(hours=1.5), {"place": "hospital"}, 2))
    return made


def a_look(**fields: object) -> Look:
    known = {"at": ago(hours=1), "entry": "4", "where": "with_her", "mother_present": True, "settled_by": "mother"}
    return Look(**{**known, **fields})  # type: ignore[arg-type]


def state(record: Journey, moment: str, baby: int) -> str:
    return record.handoffs.get(moment=moment, subject_number=baby).state


def test_the_first_look_starts_it_and_the_end_completes_it(record: Journey, midwife: User) -> None:
    plan = observing.begin(record, 1, "finnegan_modified", a_look(entry="  6, sneezing twice "), by=midwife)
    assert state(record, "NOWS_START", 1) == State.COMPLETED_ON_TIME
    assert state(record, "NOWS_COMPLETE", 1) == State.PENDING
    assert plan.observations.get().entry == "6, sneezing twice"  # as entered
    assert plan.ends_at == record.babies.get(number=1).born_at + timedelta(hours=120)
    observing.end(plan, clock.now(), senior="Dr A. Khan, consultant", reason="moved home", by=midwife)
    assert state(record, "NOWS_COMPLETE", 1) == State.COMPLETED_ON_TIME


def test_twins_are_observed_each_on_their_own(record: Journey, midwife: User) -> None:
    observing.begin(record, 2, "finnegan_modified", a_look(), by=midwife)
    assert state(record, "NOWS_START", 2) == State.COMPLETED_ON_TIME
    assert state(record, "NOWS_START", 1) == State.PENDING
    observing.begin(record, 1, "local", a_look(), tool_words="Maple chart", by=midwife)
    assert ObservationPlan.objects.filter(journey=record, struck_at=None).count() == 2


@pytest.mark.parametrize("entry", ["0", "17", "-3", "99999", "8 / 8 / 9", "poor", "Eat yes, sleep no, console no"])
def test_no_score_is_read(record: Journey, midwife: User, entry: str) -> None:
    """Whatever is entered is kept as it is, and moves nothing: no flag, no handoff, no event."""
    plan = observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)

    def moved() -> object:
        states = sorted(record.handoffs.values_list("moment", "state", "due_at", "flags"), key=str)
        return record.events.count(), states

    before = moved()
    assert observing.look(plan, a_look(entry=entry), by=midwife).entry == entry
    assert moved() == before


class TestRefused:
    def test_the_future_and_before_the_birth(self, record: Journey, midwife: User) -> None:
        for at, says in ((ago(hours=-1), "future"), (ago(hours=3), "before")):
            with pytest.raises(Refused, match=says):
                observing.begin(record, 1, "finnegan_modified", a_look(at=at), by=midwife)
        assert not record.events.filter(kind="observation_started").exists()

    def test_a_second_start(self, record: Journey, midwife: User) -> None:
        observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)
        with pytest.raises(Refused, match=r"S\. Ito has started this already"):
            observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)

    def test_a_tool_of_another_site_and_an_own_one_without_a_name(self, record: Journey, midwife: User) -> None:
        for tool in ("lipsitz", "local"):
            with pytest.raises(Refused):
                observing.begin(record, 1, tool, a_look(), by=midwife)

    def test_a_baby_who_is_not_hers_or_has_died(self, record: Journey, midwife: User) -> None:
        with pytest.raises(Refused, match="not on her record"):
            observing.begin(record, 3, "finnegan_modified", a_look(), by=midwife)
        happened(record, ("baby_died", ago(hours=0.5), {}, 2))
        with pytest.raises(Refused, match="has died"):
            observing.begin(record, 2, "finnegan_modified", a_look(), by=midwife)

    def test_an_early_stop_without_a_senior_or_a_reason(self, record: Journey, midwife: User) -> None:
        plan = observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)
        for senior, reason in (("", "she wants to go"), ("Dr A. Khan", " ")):
            with pytest.raises(Refused):
                observing.end(plan, clock.now(), senior=senior, reason=reason, by=midwife)
        assert state(record, "NOWS_COMPLETE", 1) == State.PENDING

    def test_more_after_its_end(self, record: Journey, midwife: User) -> None:
        plan = observed(record)
        observing.end(plan, clock.now(), senior="Dr A. Khan", reason="moved home", by=midwife)
        with pytest.raises(Refused, match="ended"):
            observing.look(plan, a_look(), by=midwife)
        with pytest.raises(Refused, match="ended already"):
            observing.end(plan, clock.now(), senior="Dr A. Khan", reason="moved home", by=midwife)

    def test_a_woman_who_is_not_theirs(self, record: Journey) -> None:
        stranger = staff(Role.WARD_MIDWIFE, site="CALD", team="birch")
        with pytest.raises(PermissionDenied):
            observing.begin(record, 1, "finnegan_modified", a_look(), by=stranger)


def test_the_same_form_sent_twice_counts_once(record: Journey, midwife: User) -> None:
    plan = observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)
    sent = uuid.uuid4()
    first = observing.look(plan, a_look(), submission=sent, by=midwife)
    assert observing.look(plan, a_look(entry="9"), submission=sent, by=midwife) == first
    assert plan.observations.count() == 2


def test_what_was_struck_through_stays_readable_and_no_longer_counts(record: Journey, midwife: User) -> None:
    plan = observed(record, started_at=ago(hours=1.9))
    wrong = look(plan, observed_at=ago(hours=0.2), entry="of the other baby")
    before = observation_lines([record], clock.now())[record.pk][0].next_at
    observing.strike(wrong, "of the other baby", by=midwife)
    wrong.refresh_from_db()
    assert (wrong.entry, wrong.stands, wrong.struck_by) == ("of the other baby", False, midwife)
    after = observation_lines([record], clock.now())[record.pk][0].next_at
    assert before is not None
    assert after is not None
    assert after < before
    with pytest.raises(Refused, match="struck through already"):
        observing.strike(wrong, "again", by=midwife)


def test_a_start_entered_in_error_gives_way_to_the_right_one(record: Journey, midwife: User) -> None:
    wrong = observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)
    correct_event(wrong.event, reason="of the other baby", by=midwife)
    assert observing.standing_plan(record, 1) is None
    assert state(record, "NOWS_START", 1) == State.PENDING
    right = observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)
    assert observing.standing_plan(record, 1) == right


def test_an_end_entered_in_error_lets_it_go_on(record: Journey, midwife: User) -> None:
    plan = observing.begin(record, 1, "finnegan_modified", a_look(), by=midwife)
    ended = observing.end(plan, clock.now(), senior="Dr A. Khan", reason="x", by=midwife)
    assert ended.event is not None
    correct_event(ended.event, reason="another baby", by=midwife)
    observing.look(plan, a_look(), by=midwife)
    again = observing.end(plan, clock.now(), senior="Dr A. Khan", reason="moved home", by=midwife)
    assert observing.ending_of(plan) == again


def test_late_signs_are_told_to_whoever_cares_for_the_baby(record: Journey, midwife: User) -> None:
    plan = observed(record)
    observing.end(plan, clock.now(), senior="Dr A. Khan", reason="placed with a foster carer", by=midwife)
    with pytest.raises(Refused, match="Write who was told"):
        observing.tell(plan, ObservationStep.Kind.LATE_SIGNS, Told(" ", clock.now(), ""), by=midwife)
    told = observing.tell(
        plan, ObservationStep.Kind.LATE_SIGNS, Told("M. Brown, foster carer", clock.now(), ""), by=midwife
    )
    assert (told.whom, told.who) == ("M. Brown, foster carer", "S. Ito")


def test_the_board_s_lines_ask_two_questions_for_forty_women(midwife: User) -> None:
    records = []
    for number in range(40):
        made = on_ward(since=ago(3), bed=str(number))
        happened(made, ("baby_born", ago(2), {"place": "hospital"}, 1))
        observed(made, started_at=ago(1.9))
        records.append(made)
    ended = records[0]
    plan = ObservationPlan.objects.get(journey=ended)
    claimed(ended, midwife)
    observing.end(plan, clock.now(), senior="Dr A. Khan", reason="x", by=midwife)
    loaded = list(Journey.objects.filter(pk__in=[each.pk for each in records]).select_related("site"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        lines = observation_lines(loaded, clock.now())
    assert len([one for one in asked if not one["sql"].startswith(BOOKKEEPING)]) == 2
    assert ended.pk not in lines
    assert len(lines) == 39
    (line,) = lines[records[1].pk]
    assert line.words == "day 2 of 5, with the mother"
    assert line.state == "overdue"


def test_a_baby_not_observed_yet_stands_on_the_board_with_the_time(record: Journey) -> None:
    first, second = observation_lines([record], clock.now())[record.pk]
    assert (first.number, first.words, second.number) == (1, "observation not started", 2)
    assert first.next_at == record.babies.get(number=1).born_at + timedelta(hours=6)
    assert Observation.objects.count() == 0
