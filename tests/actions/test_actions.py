"""The verbs: what they write, what they refuse, and what the database refuses besides."""

from __future__ import annotations

import threading
import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Team
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways import actions, recording
from pathways.actions import AlreadyAnswered, Draft, Person, Refused
from pathways.models import Event, Flag, Handoff, Identifier, Journey, Woman
from pathways.projection import differences
from tests.factories import ago, happened, journey, staff, woman

pytestmark = pytest.mark.django_db

IN_PREGNANCY = clock.today() + timedelta(days=100)


def her(**fields):
    return Person(**{"first_name": "Siân", "last_name": "O’Connor-Łukasz", "date_of_birth": date(1994, 2, 3), **fields})


# -- adding a woman ----------------------------------------------------------------------------


def test_a_woman_is_added_with_both_numbers():
    midwife = staff()
    added = actions.add_woman(
        Site.objects.get(code="ASHF"), her(nhs_number="999 000 0018", chi_number="3102980007"), by=midwife
    )
    assert {(number.kind, number.value) for number in added.identifiers.all()} == {
        ("nhs", "9990000018"),
        ("chi", "3102980007"),
    }
    assert added.search_key == "sian oconnor lukasz"


def test_a_woman_needs_no_number():
    added = actions.add_woman(Site.objects.get(code="GLEN"), her(), by=staff(site="GLEN"))
    assert not added.identifiers.exists()


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"nhs_number": "9990000019"}, "nhs_number"),
        ({"chi_number": "3102980008"}, "chi_number"),
        ({"first_name": "  "}, "first_name"),
        ({"date_of_birth": clock.today()}, "date_of_birth"),
        ({"date_of_birth": date(1900, 1, 1)}, "date_of_birth"),
    ],
)
def test_what_cannot_be_true_is_refused_and_leaves_nothing(fields, column):
    with pytest.raises(Refused) as refusal:
        actions.add_woman(Site.objects.get(code="ASHF"), her(**fields), by=staff())
    assert refusal.value.field == column
    assert not Woman.objects.exists()


def test_a_number_belongs_to_one_woman_across_all_sites():
    woman(nhs_number="9990000018", site="CALD")
    with pytest.raises(Refused) as refusal:
        actions.add_woman(Site.objects.get(code="ASHF"), her(nhs_number="9990000018"), by=None)
    assert refusal.value.field == "nhs_number"
    assert Woman.objects.count() == 1


def test_a_number_of_a_woman_one_may_not_see_is_taken_down_as_disputed_without_a_word():
    first = woman(nhs_number="9990000018", site="CALD")
    second = actions.add_woman(Site.objects.get(code="ASHF"), her(nhs_number="9990000018"), by=staff())
    assert [number.in_groups for number in second.numbers] == ["999 000 0018"]
    assert list(Identifier.objects.values_list("woman", "disputed").order_by("pk")) == [
        (first.pk, False),
        (second.pk, True),
    ]


def test_the_database_itself_keeps_a_number_to_one_woman():
    woman(nhs_number="9990000018")
    other = woman(first_name="Ewa")
    with pytest.raises(IntegrityError):
        Identifier.objects.create(woman=other, kind="nhs", value="9990000018")


def test_adding_a_woman_takes_the_ability_and_the_site():
    for person in (
        staff(Role.SERVICE_MANAGER, team="office"),
        staff(Role.HEALTH_VISITOR, team="hv"),
        staff(site="CALD"),
    ):
        with pytest.raises(PermissionDenied):
            actions.add_woman(Site.objects.get(code="ASHF"), her(), by=person)


def test_a_second_pregnancy_is_a_second_journey():
    first = journey()
    second = actions.open_journey(first.woman, number=2, by=staff())
    assert second.number == 2
    with pytest.raises(Refused):
        actions.open_journey(first.woman, number=2, by=staff())


def test_a_journey_stands_with_a_team_of_its_own_site():
    with pytest.raises(Refused) as refusal:
        actions.open_journey(woman(), team=Team.objects.filter(site__code="CALD").first(), by=None)
    assert refusal.value.field == "team"


# -- recording ---------------------------------------------------------------------------------


def test_an_event_moves_stage_and_handoffs_in_one_transaction():
    record = journey(edd=IN_PREGNANCY)
    midwife = staff()
    actions.record_event(record, Draft("first_contact", ago(30)), by=midwife)
    actions.record_event(record, Draft("booking_completed", ago(20)), by=midwife)
    record.refresh_from_db()
    assert record.stage == "antenatal"
    assert record.handoffs.filter(moment="NAMED_MIDWIFE").exists()
    assert differences(record, clock.now()) == []


def test_nothing_stays_when_what_follows_cannot_be_written(monkeypatch):
    record = journey(edd=IN_PREGNANCY)
    monkeypatch.setattr(recording, "refresh", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.record_event(record, Draft("first_contact", ago(30)), by=None)
    assert not Event.objects.exists()


def test_the_future_is_refused_by_the_verb_and_by_the_database():
    record = journey()
    with pytest.raises(Refused) as refusal:
        actions.record_event(record, Draft("first_contact", clock.now() + timedelta(minutes=5)), by=None)
    assert refusal.value.field == "occurred_at"
    with pytest.raises(IntegrityError):
        Event.objects.create(journey=record, kind="first_contact", occurred_at=clock.now() + timedelta(minutes=5))


def test_a_time_before_her_birth_is_refused():
    with pytest.raises(Refused):
        actions.record_event(journey(), Draft("first_contact", ago(40 * 365)), by=None)


@pytest.mark.parametrize("days", [-400, 400])
def test_an_impossible_edd_is_refused(days):
    with pytest.raises(Refused) as refusal:
        actions.agree_edd(journey(), clock.today() + timedelta(days=days), by=staff())
    assert refusal.value.field == "edd"


def test_the_same_form_sent_twice_is_recorded_once():
    record, form = journey(), uuid.uuid4()
    draft = Draft("first_contact", ago(3), submission=form)
    first = actions.record_event(record, draft, by=None)
    again = actions.record_event(record, draft, by=None)
    assert first == again
    assert record.events.count() == 1


@pytest.mark.parametrize("change", ["UPDATE pathways_event SET note = 'x'", "DELETE FROM pathways_event"])
def test_the_database_refuses_to_change_or_delete_an_event(change):
    happened(journey(), ("first_contact", ago(3)))
    with pytest.raises(InternalError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Event.objects.count() == 1


def test_an_entry_in_error_stays_readable_and_no_longer_counts():
    record = journey(edd=IN_PREGNANCY)
    _, booking = happened(record, ("first_contact", ago(30)), ("booking_completed", ago(20)))
    before = set(record.handoffs.values_list("moment", flat=True))
    actions.correct_event(booking, reason="wrong woman", by=staff())
    record.refresh_from_db()
    assert record.stage == "booking"
    assert "INFO_DRUG_EFFECTS" in before
    assert not record.handoffs.filter(moment="INFO_DRUG_EFFECTS").exists()
    assert Event.objects.get(pk=booking.pk).correction.reason == "wrong woman"
    with pytest.raises(AlreadyAnswered):
        actions.correct_event(booking, reason="again", by=staff())


def test_a_correction_needs_a_reason():
    (event,) = happened(journey(), ("first_contact", ago(3)))
    with pytest.raises(Refused):
        actions.correct_event(event, reason=" ", by=staff())


def test_a_journey_closed_and_reopened_before_any_contact_has_no_stage_again():
    record = journey()
    happened(record, ("closed", ago(3), {"reason": "opened_in_error"}), ("reopened", ago(2), {"reason": "was right"}))
    assert record.stage == ""
    assert differences(record, clock.now()) == []


# -- handoffs ----------------------------------------------------------------------------------


def with_named_midwife_owed() -> Handoff:
    record = journey(edd=IN_PREGNANCY)
    happened(record, ("first_contact", ago(40)), ("booking_completed", ago(30)))
    return record.handoffs.get(moment="NAMED_MIDWIFE")


def test_a_missed_handoff_answered_is_done_late_and_its_flag_clears():
    owed = with_named_midwife_owed()
    assert owed.state == "missed"
    assert Flag.objects.get(handoff=owed).level == "missed"
    actions.answer_handoff(owed, Draft("handoff_completed", ago(1), note="direct line given"), by=staff())
    owed.refresh_from_db()
    assert owed.state == "completed_late"
    assert Flag.objects.get(handoff=owed).cleared_at is not None


def test_a_second_answer_never_overwrites_the_first():
    owed = with_named_midwife_owed()
    actions.answer_handoff(owed, Draft("handoff_completed", ago(1)), by=staff())
    with pytest.raises(AlreadyAnswered):
        actions.answer_handoff(owed, Draft("handoff_declined", ago(0.5), details={"reason": "her choice"}), by=staff())
    assert owed.journey.events.filter(kind__startswith="handoff_").count() == 1


def test_ending_a_handoff_without_doing_it_needs_a_reason():
    with pytest.raises(Refused) as refusal:
        actions.answer_handoff(with_named_midwife_owed(), Draft("handoff_not_applicable", ago(1)), by=staff())
    assert refusal.value.field == "reason"


def test_naming_a_midwife_answers_the_handoff_and_puts_her_on_the_caseload():
    owed = with_named_midwife_owed()
    midwife, buddy, colleague = staff(), staff(), staff()
    actions.assign_named_midwife(owed.journey, midwife, buddy=buddy, by=colleague)
    owed.refresh_from_db()
    assert owed.state == "completed_late"
    assert list(midwife.caseload.all()) == [owed.journey]
    for wrong in ({"midwife": staff(site="CALD")}, {"midwife": midwife, "buddy": midwife}):
        with pytest.raises(Refused):
            actions.assign_named_midwife(owed.journey, wrong.pop("midwife"), **wrong, by=midwife)
    with pytest.raises(PermissionDenied):  # she has a midwife now: the team's other caseloads are not hers
        actions.assign_named_midwife(owed.journey, colleague, by=colleague)


def test_re_dating_moves_the_due_times_and_keeps_the_answers():
    record = journey(edd=IN_PREGNANCY)
    happened(record, ("first_contact", ago(40)), ("booking_completed", ago(30)))
    before = record.handoffs.get(moment="FEEDING_PLAN").due_at
    actions.agree_edd(record, IN_PREGNANCY + timedelta(days=7), by=staff())
    assert record.handoffs.get(moment="FEEDING_PLAN").due_at.date() == (before + timedelta(days=7)).date()
    record.refresh_from_db()
    assert record.edd == IN_PREGNANCY + timedelta(days=7)


def test_twins_are_two_babies_with_their_own_handoffs():
    record = journey(edd=clock.today() + timedelta(days=10))
    happened(
        record,
        ("first_contact", ago(200)),
        ("booking_completed", ago(190)),
        ("drug_use_disclosed", ago(190), {"opioid": "yes", "in_treatment": "yes"}),
        ("admitted", ago(2), {"reason": "labour"}),
        ("baby_born", ago(1, hours=2), {"place": "hospital"}, 1),
        ("baby_born", ago(1, hours=1), {"place": "hospital"}, 2),
    )
    assert [baby.number for baby in record.babies.order_by("number")] == [1, 2]
    assert set(record.handoffs.filter(moment="NOWS_START").values_list("subject_number", flat=True)) == {1, 2}
    assert record.in_hospital


# -- two people at once ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_who_answer_the_same_handoff_at_once_leave_one_answer():
    owed = with_named_midwife_owed()
    people = [staff(), staff()]
    both_ready = threading.Barrier(2)
    outcomes: list[str] = []

    def answer(person):
        try:
            both_ready.wait()
            with acting_as(person):
                actions.answer_handoff(Handoff.objects.get(pk=owed.pk), Draft("handoff_completed", ago(1)), by=person)
            outcomes.append("recorded")
        except AlreadyAnswered:
            outcomes.append("already answered")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already answered", "recorded"]
    assert Event.objects.filter(kind="handoff_completed").count() == 1
    assert Journey.objects.count() == 1
