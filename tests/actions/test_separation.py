"""A baby placed away from her: what it opens, what stands under the label, how she hears of it, and coming back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.actions import record_event
from pathways.models import Event, Journey, NamedWorker, PlacedAway, PlacedBaby, Telling
from pathways.moves.separation import Away, Together, bring_back, live_at_relatives, place_away, plan_possible
from pathways.named_workers import name_worker, worker_of
from pathways.recording import Draft
from pathways.rules.telling import How
from pathways.seen import SentOtherwise
from pathways.separations import Known, placement_of, separations_of, write_known
from pathways.telling import Arranged, Told, arrange_telling, explain, sign_off, sign_off_is_owed, tell_plan
from tests.factories import ago, claimed, happened, journey, staff

pytestmark = pytest.mark.django_db

KNOWN = Known("inpatient", {1: "foster"}, "eng_s38", "the family court")


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def ward(record: Journey) -> User:
    made = staff(Role.WARD_MIDWIFE, team="maple", name="L. Grant")
    claimed(record, made)
    return made


@pytest.fixture
def record(midwife: User) -> Journey:
    """A woman in treatment, on the postnatal ward with her baby."""
    made = journey(midwife=midwife, edd=clock.today(ago(2)))
    happened(
        made,
        ("first_contact", ago(150)),
        ("booking_completed", ago(140)),
        ("treatment_started", ago(130), {"medication": "methadone_oral_1mg_ml"}),
        ("admitted", ago(3), {"reason": "labour"}),
        ("baby_born", ago(2), {"place": "hospital"}, 1),
    )
    return made


@pytest.fixture
def twins(record: Journey) -> Journey:
    happened(record, ("baby_born", ago(1.9), {"place": "hospital"}, 2))
    return record


def told(**more) -> Told:
    known = {"at": ago(hours=1), "by": "M. Shaw, social worker", "words": "A court decided…", "copy_on": clock.today()}
    answers = dict.fromkeys(("legal_basis_explained", "where_baby_is_shared", "legal_advice", "advocate_offered"), True)
    return Told(**{**known, **answers, **more})


def state(record: Journey, moment: str, step: str | None = None, **subject) -> str:
    rows = record.handoffs.filter(moment=moment, **subject)
    return rows.get(**({"step": step} if step else {})).state


class TestABabyIsPlacedAway:
    def test_her_own_care_opens_and_the_babys_visit_leaves_her_list(self, record, midwife):
        place_away(record, Away(frozenset({1}), ago(hours=1)), by=midwife)
        record.refresh_from_db()
        opened = set(record.handoffs.filter(subject="separation").values_list("moment", flat=True))
        assert record.stage == "separated"
        assert opened == {
            *("SEP_NOTIFY", "SEP_EXPLAIN", "SEP_CONTACT", "SEP_OST_NALOXONE_24H", "SEP_RISK_7D", "SEP_MH_7D"),
            "SEP_FOLLOWUP",  # SEP_MIDWIFERY begins when she goes home
        }
        assert state(record, "HV_NEW_BABY") == "superseded"

    def test_what_is_known_stands_under_the_label_and_not_in_the_fact(self, record, midwife):
        (event,) = place_away(
            record, Away(frozenset({1}), ago(hours=1), KNOWN, told(how=How.IN_PERSON)), by=midwife
        ).events
        held = placement_of(event)
        assert (held.legal_basis, held.decided_by, held.setting) == ("eng_s38", "the family court", "inpatient")
        assert [(each.baby, each.with_whom) for each in held.babies.all()] == [(1, "foster")]
        assert Telling.objects.get(event=event).told_by == "M. Shaw, social worker"
        assert (event.details, event.note) == ({}, "")

    def test_a_ward_records_it_without_what_its_role_does_not_cover(self, record, ward):
        (event,) = place_away(record, Away(frozenset({1}), ago(hours=1)), by=ward).events
        assert placement_of(event) is None
        with pytest.raises(PermissionDenied):
            write_known(record, event, KNOWN, by=ward)
        with pytest.raises(PermissionDenied):
            place_away(record, Away(frozenset({1}), ago(hours=1), KNOWN), by=ward)

    def test_one_of_twins_leaves_the_stage_and_opens_her_care(self, twins, midwife):
        place_away(twins, Away(frozenset({2}), ago(hours=1), replace(KNOWN, with_whom={2: "kinship"})), by=midwife)
        twins.refresh_from_db()
        assert twins.stage == "postnatal_inpatient"
        assert twins.handoffs.filter(moment="SEP_CONTACT").count() == 2
        assert PlacedBaby.objects.get().baby == 2

    def test_all_of_them_are_one_separation(self, twins, midwife):
        both = replace(KNOWN, with_whom={1: "foster", 2: "kinship"})
        (event,) = place_away(twins, Away(frozenset({1, 2}), ago(hours=1), both), by=midwife).events
        assert event.baby is None
        assert placement_of(event).babies.count() == 2
        assert len(separations_of(twins)) == 1

    def test_months_later_the_clocks_run_from_then(self, record, midwife):
        happened(record, ("mother_discharged", ago(1)), ("baby_discharged", ago(1), {}, 1))
        place_away(record, Away(frozenset({1}), ago(hours=2)), by=midwife)
        contact = record.handoffs.get(moment="SEP_CONTACT", step="contact_1")
        assert contact.due_at - contact.opened_at == timedelta(hours=24)
        assert record.handoffs.filter(moment="SEP_MIDWIFERY").exists()

    def test_a_baby_that_is_away_already_is_refused(self, twins, midwife):
        place_away(twins, Away(frozenset({1}), ago(hours=2)), by=midwife)
        with pytest.raises(Refused) as wrong:
            place_away(twins, Away(frozenset({1}), ago(hours=1)), by=midwife)
        assert wrong.value.field == "babies"
        with pytest.raises(Refused):
            place_away(twins, Away(frozenset(), ago(hours=1)), by=midwife)

    def test_the_same_form_counts_once_and_another_is_told(self, record, midwife):
        form, away = uuid4(), Away(frozenset({1}), ago(hours=1), KNOWN)
        place_away(record, away, submission=form, by=midwife)
        assert place_away(record, away, submission=form, by=midwife).again
        assert (Event.objects.filter(kind="separated").count(), PlacedAway.objects.count()) == (1, 1)
        with pytest.raises(SentOtherwise):
            place_away(record, replace(away, known=replace(KNOWN, legal_basis="eng_s31")), submission=form, by=midwife)

    def test_a_legal_basis_of_the_other_nation_is_refused(self, record, midwife):
        with pytest.raises(Refused) as wrong:
            place_away(record, Away(frozenset({1}), ago(1), replace(KNOWN, legal_basis="sco_cpo")), by=midwife)
        assert wrong.value.field == "legal_basis"
        assert not Event.objects.filter(kind="separated").exists()

    def test_no_plain_form_takes_its_place(self, record, midwife):
        for kind in ("separated", "reunified", "separation_possible"):
            with pytest.raises(Refused):
                record_event(record, Draft(kind, ago(hours=1)), by=midwife)

    def test_what_is_known_is_written_in_versions(self, record, midwife):
        (event,) = place_away(record, Away(frozenset({1}), ago(2), KNOWN), by=midwife).events
        form, later = uuid4(), replace(KNOWN, legal_basis="eng_s31", with_whom={1: "kinship"})
        for _ in range(2):
            write_known(record, event, later, submission=form, by=midwife)
        assert placement_of(event).legal_basis == "eng_s31"
        assert PlacedAway.objects.filter(event=event).count() == 2


class TestTogether:
    def test_at_relatives_with_her_is_no_separation(self, record, midwife):
        live_at_relatives(record, frozenset({1}), ago(hours=1), by=midwife)
        record.refresh_from_db()
        assert record.stage == "postnatal_inpatient"
        assert not record.handoffs.filter(subject="separation").exists()
        assert record.events.get(kind="baby_place_recorded").details == {"place": "with_mother_and_kin"}

    def test_back_with_her_her_year_goes_on(self, record, midwife):
        place_away(record, Away(frozenset({1}), ago(1)), by=midwife)
        bring_back(record, frozenset({1}), ago(hours=1), Together.HOME, by=midwife)
        record.refresh_from_db()
        assert record.stage == "postnatal_community"
        assert state(record, "SEP_NOTIFY") == "missed"  # what was missed stays in the record
        assert state(record, "SEP_EXPLAIN") == "superseded"
        assert state(record, "SEP_FOLLOWUP", "m12") == "pending"
        assert state(record, "SEP_RISK_7D") == "pending"
        assert state(record, "HV_NEW_BABY") in ("pending", "due_soon")

    def test_back_into_a_placement(self, record, midwife):
        place_away(record, Away(frozenset({1}), ago(1)), by=midwife)
        bring_back(record, frozenset({1}), ago(hours=1), Together.PLACEMENT, by=midwife)
        record.refresh_from_db()
        assert record.stage == "residential_placement"

    def test_at_relatives_after_a_separation(self, twins, midwife):
        place_away(twins, Away(frozenset({1, 2}), ago(1)), by=midwife)
        bring_back(twins, frozenset({2}), ago(hours=1), Together.RELATIVES, by=midwife)
        twins.refresh_from_db()
        assert twins.stage == "postnatal_community"
        assert twins.events.get(kind="reunified").baby == 2

    def test_a_baby_that_is_with_her_does_not_come_back(self, record, midwife):
        with pytest.raises(Refused):
            bring_back(record, frozenset({1}), ago(hours=1), Together.HOME, by=midwife)


class TestHowSheHearsOfThePlan:
    @pytest.fixture
    def pregnant(self, midwife) -> Journey:
        made = journey(midwife=midwife, edd=clock.today(ago(-60)))
        happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)))
        plan_possible(made, ago(5), by=midwife)
        return made

    def test_it_is_arranged_before_the_birth(self, pregnant, midwife):
        by_then = Arranged("M. Shaw", "at home", "her sister", pregnant.edd - timedelta(days=20))
        assert arrange_telling(pregnant, by_then, by=midwife).latest_on == by_then.latest_on
        for wrong in (pregnant.edd, clock.today(ago(1))):
            with pytest.raises(Refused) as refused:
                arrange_telling(pregnant, replace(by_then, latest_on=wrong), by=midwife)
            assert refused.value.field == "latest_on"

    def test_told_in_person_completes_what_is_owed(self, pregnant, midwife):
        tell_plan(pregnant, told(plan_version=2), by=midwife)
        assert state(pregnant, "SEPARATION_PLAN") == "completed_on_time"
        evidence = pregnant.events.get(kind="handoff_completed", details__moment="SEPARATION_PLAN").details
        assert evidence["separation_plan_version"] == "2"
        assert evidence["not_in_labour"] == "yes"

    @pytest.mark.parametrize("way", [{"how": How.PHONE}, {"in_labour": True}])
    def test_first_by_phone_or_in_labour_only_with_a_sign_off(self, pregnant, midwife, way):
        with pytest.raises(Refused):
            tell_plan(pregnant, told(**way), by=midwife)
        assert not Telling.objects.exists()
        sign_off(pregnant, "K. Ross", "safeguarding_lead", "She moves tonight.", at=ago(hours=2), by=midwife)
        assert tell_plan(pregnant, told(**way), by=midwife).sign_off.name == "K. Ross"
        assert state(pregnant, "SEPARATION_PLAN") == "completed_on_time"

    def test_a_sign_off_stands_for_one_telling(self, pregnant, midwife):
        sign_off(pregnant, "K. Ross", "manager", "She moves tonight.", at=ago(hours=2), by=midwife)
        tell_plan(pregnant, told(how=How.PHONE), by=midwife)
        with pytest.raises(Refused):
            tell_plan(pregnant, told(how=How.PHONE, at=ago(hours=3)), by=midwife)

    def test_who_has_heard_of_it_in_person_can_be_rung(self, pregnant, midwife):
        tell_plan(pregnant, told(at=ago(2)), by=midwife)
        assert not tell_plan(pregnant, told(how=How.PHONE), by=midwife).first

    def test_labour_is_known_from_the_record(self, pregnant, midwife):
        happened(pregnant, ("admitted", ago(hours=3), {"reason": "labour"}))
        with pytest.raises(Refused) as refused:
            tell_plan(pregnant, told(at=ago(hours=1)), by=midwife)
        assert refused.value.field == "in_labour"

    def test_being_told_of_an_earlier_plan_does_not_end_what_is_owed_of_this_one(self, pregnant, midwife):
        plan_possible(pregnant, ago(hours=2), by=midwife)
        tell_plan(pregnant, told(at=ago(hours=3)), by=midwife)
        assert state(pregnant, "SEPARATION_PLAN") not in ("completed_on_time", "completed_late")
        assert not pregnant.events.filter(kind="handoff_completed").exists()

    def test_only_whose_role_covers_it(self, pregnant):
        keyworker = staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")
        claimed(pregnant, keyworker)
        for verb in (
            lambda: tell_plan(pregnant, told(), by=keyworker),
            lambda: plan_possible(pregnant, ago(1), by=keyworker),
            lambda: sign_off(pregnant, "x", "manager", "y", at=ago(1), by=keyworker),
        ):
            with pytest.raises(PermissionDenied):
                verb()

    def test_nothing_of_the_future_is_written(self, pregnant, midwife):
        for verb in (
            lambda: tell_plan(pregnant, told(at=ago(-1)), by=midwife),
            lambda: sign_off(pregnant, "x", "manager", "y", at=ago(-1), by=midwife),
            lambda: tell_plan(pregnant, told(copy_on=clock.today(ago(-2))), by=midwife),
        ):
            with pytest.raises(Refused):
                verb()


class TestExplaining:
    @pytest.fixture
    def apart(self, record, midwife) -> Event:
        return place_away(record, Away(frozenset({1}), ago(hours=5), KNOWN), by=midwife).events[0]

    def test_with_her_copy_it_is_done_and_the_entry_holds_no_reason(self, record, apart, midwife):
        explain(record, apart, told(family_time="Tuesdays at the family centre"), by=midwife)
        assert state(record, "SEP_EXPLAIN") == "completed_on_time"
        details = record.events.get(kind="handoff_completed").details
        assert details["family_time_planned"] == "yes"
        assert "family centre" not in str(details)
        assert "eng_s38" not in str(details)

    def test_without_her_copy_it_is_still_owed(self, record, apart, midwife):
        explain(record, apart, told(copy_on=None), by=midwife)
        assert state(record, "SEP_EXPLAIN") in ("pending", "due_soon")

    def test_the_second_separation_is_explained_by_itself(self, twins, midwife):
        place_away(twins, Away(frozenset({1}), ago(hours=5)), by=midwife)
        second = place_away(twins, Away(frozenset({2}), ago(hours=4)), by=midwife).events[0]
        explain(twins, second, told(), by=midwife)
        assert state(twins, "SEP_EXPLAIN", subject_number=1) in ("pending", "due_soon")
        assert state(twins, "SEP_EXPLAIN", subject_number=2) == "completed_on_time"

    def test_first_heard_by_phone_is_never_held_up_and_a_sign_off_is_owed(self, record, midwife):
        place_away(record, Away(frozenset({1}), ago(hours=5), KNOWN, told(how=How.PHONE)), by=midwife)
        tellings = list(Telling.objects.all())
        assert sign_off_is_owed(tellings, signed=False)
        assert not sign_off_is_owed(tellings, signed=True)


class TestWhoStaysWithHer:
    def test_the_newest_name_holds_and_the_earlier_stays(self, record, midwife, ward):
        name_worker(record, "C. Mbeki", "keyworker", clock.today(), told_her=False, by=ward)
        form = uuid4()
        for _ in range(2):
            name_worker(record, "R. Hale", "health visitor", clock.today(), told_her=True, submission=form, by=midwife)
        assert worker_of(record).name == "R. Hale"
        assert NamedWorker.objects.count() == 2

    def test_a_name_and_a_place(self, record, midwife):
        with pytest.raises(Refused) as wrong:
            name_worker(record, "C. Mbeki", " ", clock.today(), told_her=True, by=midwife)
        assert wrong.value.field == "service"
