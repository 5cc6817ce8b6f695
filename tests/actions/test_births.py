"""The verbs of birth: births, admissions, where babies are, going home, and a woman in labour whom nobody knows."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from pathways.actions import Draft, Person, Refused, record_event
from pathways.engine import Stage, State
from pathways.finding.registration import PossibleDuplicates
from pathways.models import Handoff, Journey, Woman
from pathways.moves.admission import admit, go_home_undelivered, readmit
from pathways.moves.babies import go_home, say_where
from pathways.moves.birth import record_births
from pathways.moves.unbooked import Arrival, FirstRecord, Opioids, arrive, write_first_record
from pathways.projection import differences
from pathways.rules.birth import Birth, Outcome
from pathways.seen import SentOtherwise
from tests.factories import ago, claimed, happened, journey, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(Role.LABOUR_WARD_COORDINATOR, team="maple")


@pytest.fixture
def in_labour(midwife: User) -> Journey:
    """Booked, exposed to opioids, in labour for six hours."""
    made = journey(edd=clock.today())
    happened(
        made,
        ("first_contact", ago(100)),
        ("booking_completed", ago(90)),
        ("drug_use_disclosed", ago(90), {"opioid": "yes"}),
        ("admitted", ago(hours=6), {"reason": "labour"}),
    )
    return made


def born(baby: int = 1, at: datetime | None = None, outcome: str = "hospital", now: str = "with_mother") -> Birth:
    place = "" if outcome == "stillborn" else now
    return Birth(baby, at or ago(hours=1), Outcome(outcome), place)


def kinds(record: Journey) -> list[str]:
    return list(record.events.order_by("id").values_list("kind", flat=True))


def open_moments(record: Journey) -> set[str]:
    return set(record.handoffs.open().values_list("moment", flat=True))


def whole(record: Journey) -> Journey:
    """As it is stored, with its copies proven."""
    record.refresh_from_db()
    assert differences(record, clock.now()) == []
    return record


# -- births --


def test_a_birth_opens_what_the_baby_needs(in_labour: Journey, midwife: User) -> None:
    record_births(in_labour, [born()], note="Quick and calm.", by=midwife)
    assert whole(in_labour).stage == Stage.POSTNATAL_INPATIENT
    assert kinds(in_labour)[-2:] == ["baby_born", "baby_place_recorded"]
    assert in_labour.events.get(kind="baby_born").note == "Quick and calm."
    assert "NOWS_START" in open_moments(in_labour)


def test_twins_with_different_outcomes_leave_her_with_the_living_one(in_labour: Journey, midwife: User) -> None:
    births = [born(1, ago(hours=2), "stillborn"), born(2, ago(hours=1), now="neonatal_unit")]
    record_births(in_labour, births, by=midwife)
    assert whole(in_labour).stage == Stage.POSTNATAL_INPATIENT
    assert [baby.number for baby in in_labour.babies.all()] == [2]
    assert in_labour.events.get(kind="pregnancy_loss").note == "Baby 1 was stillborn."
    assert {"LOSS_BEREAVEMENT", "NOWS_START"} <= open_moments(in_labour)


def test_a_birth_at_home_and_her_coming_in_afterwards(midwife: User) -> None:
    made = journey(edd=clock.today())
    happened(made, ("first_contact", ago(100)), ("booking_completed", ago(90)))
    claimed(made, midwife)
    record_births(made, [born(outcome="home", at=ago(hours=3))], came_in_at=ago(hours=2), by=midwife)
    whole(made)
    assert (made.stage, made.in_hospital) == (Stage.POSTNATAL_INPATIENT, True)
    assert made.events.get(kind="admitted").details == {"reason": "postnatal"}


def test_the_same_form_counts_once_and_other_words_are_told(in_labour: Journey, midwife: User) -> None:
    submission, at = uuid.uuid4(), ago(hours=1)
    first = record_births(in_labour, [born(at=at)], submission=submission, by=midwife)
    again = record_births(in_labour, [born(at=at)], submission=submission, by=midwife)
    assert (first.again, again.again, again.events) == (False, True, first.events[:1])
    with pytest.raises(SentOtherwise):
        record_births(in_labour, [born(at=at, now="neonatal_unit")], submission=submission, by=midwife)
    assert kinds(in_labour).count("baby_born") == 1


def test_whoever_records_the_same_birth_second_is_asked_to_look(in_labour: Journey, midwife: User) -> None:
    record_births(in_labour, [born()], by=midwife)
    with pytest.raises(Refused, match="while you were writing"):
        record_births(in_labour, [born()], by=midwife)
    record_births(in_labour, [born(2)], by=midwife)
    assert in_labour.babies.count() == 2


def test_what_could_not_be_is_refused_beside_its_field(in_labour: Journey, midwife: User) -> None:
    with pytest.raises(Refused) as refused:
        record_births(in_labour, [born(outcome="home")], by=midwife)
    assert refused.value.field == "at_1"
    assert "baby_born" not in kinds(in_labour)


def test_the_plain_form_does_not_record_what_has_a_page(in_labour: Journey, midwife: User) -> None:
    for kind in ("baby_born", "admitted", "baby_discharged", "baby_place_recorded"):
        with pytest.raises(Refused, match="page of its own"):
            record_event(in_labour, Draft(kind, ago(hours=1)), by=midwife)


def test_it_is_for_those_alone_to_whom_her_record_is_open(in_labour: Journey) -> None:
    with pytest.raises(PermissionDenied):
        record_births(in_labour, [born()], by=staff(site="CALD"))


# -- in and out of hospital --


def test_admitted_not_in_labour_opens_her_medicine_and_no_labour(midwife: User) -> None:
    made = journey(edd=clock.today() + timedelta(days=60))
    happened(
        made,
        ("first_contact", ago(100)),
        ("booking_completed", ago(90)),
        ("treatment_started", ago(80), {"medication": "methadone_oral_1mg_ml"}),
    )
    claimed(made, midwife)
    admit(made, ago(hours=1), by=midwife)
    assert (whole(made).stage, made.in_hospital) == (Stage.ANTENATAL, True)
    assert "OST_VERIFY" in open_moments(made)
    with pytest.raises(Refused, match="no longer fits"):
        admit(made, ago(hours=1), by=midwife)


def test_home_undelivered_is_antenatal_again_and_the_next_labour_opens_anew(in_labour: Journey, midwife: User) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    go_home_undelivered(in_labour, ago(hours=1), own_decision=True, next_dose_on=tomorrow, by=midwife)
    assert (whole(in_labour).stage, in_labour.in_hospital) == (Stage.ANTENATAL, False)
    went = in_labour.events.get(kind="mother_discharged")
    assert went.details == {"own_decision": "yes", "next_dose_on": tomorrow.isoformat()}
    happened(in_labour, ("admitted", clock.now(), {"reason": "labour"}))
    assert in_labour.stage == Stage.INTRAPARTUM
    numbers = in_labour.handoffs.filter(moment="NEONATAL_ALERT").values_list("subject_number", flat=True)
    assert set(numbers) == {1, 2}


def test_back_in_hospital_with_one_of_her_babies(in_labour: Journey, midwife: User) -> None:
    record_births(in_labour, [born(1, ago(hours=5)), born(2, ago(hours=5))], by=midwife)
    happened(
        in_labour,
        ("baby_discharged", ago(hours=3), {}, 1),
        ("baby_discharged", ago(hours=3), {}, 2),
        ("mother_discharged", ago(hours=3)),
    )
    assert in_labour.stage == Stage.POSTNATAL_COMMUNITY
    readmit(in_labour, ago(hours=1), with_her=[2], by=midwife)
    assert whole(in_labour).stage == Stage.POSTNATAL_INPATIENT
    said = in_labour.events.filter(kind="baby_place_recorded").order_by("id").last()
    assert said
    assert (said.baby, said.details) == (2, {"place": "with_mother"})


# -- where babies are --


def test_where_babies_are_is_said_once_and_changes_nothing_that_is_owed(in_labour: Journey, midwife: User) -> None:
    record_births(in_labour, [born(1), born(2)], by=midwife)
    owed = list(in_labour.handoffs.order_by("id").values_list("moment", "subject_number", "state", "due_at"))
    recorded = say_where(in_labour, {1: "with_mother", 2: "neonatal_unit"}, clock.now(), by=midwife)
    assert [(event.baby, event.details["place"]) for event in recorded.events] == [(2, "neonatal_unit")]
    with pytest.raises(Refused, match="written down already"):
        say_where(in_labour, {1: "with_mother", 2: "neonatal_unit"}, clock.now(), by=midwife)
    whole(in_labour)
    assert list(in_labour.handoffs.order_by("id").values_list("moment", "subject_number", "state", "due_at")) == owed


def test_nothing_is_said_of_a_baby_who_is_placed_away(in_labour: Journey, midwife: User) -> None:
    record_births(in_labour, [born(1), born(2)], by=midwife)
    happened(in_labour, ("separated", clock.now(), {}, 2))
    with pytest.raises(Refused, match="not with her"):
        say_where(in_labour, {2: "neonatal_unit"}, clock.now(), by=midwife)


def test_a_baby_goes_home_with_her_or_after_being_placed_away(in_labour: Journey, midwife: User) -> None:
    record_births(in_labour, [born(1, ago(hours=5)), born(2, ago(hours=5))], by=midwife)
    happened(in_labour, ("separated", ago(hours=4), {}, 2), ("mother_discharged", ago(hours=3)))
    with pytest.raises(Refused, match="Choose where"):
        go_home(in_labour, 1, ago(hours=2), by=midwife)
    go_home(in_labour, 1, ago(hours=2), to="with_mother_and_kin", by=midwife)
    assert whole(in_labour).stage == Stage.POSTNATAL_COMMUNITY
    go_home(in_labour, 2, ago(hours=1), by=midwife)
    with pytest.raises(Refused, match="no longer fits"):
        go_home(in_labour, 2, ago(hours=1), by=midwife)
    said = in_labour.events.filter(kind="baby_place_recorded", baby=2).count()
    assert said == 1  # at the birth; where a baby is who is placed away is nobody's line here


# -- in labour and not known --


def arrived(by: User, **fields: Any) -> Journey:
    known = {"first_name": "Kim", "last_name": "Not given", "date_of_birth": date(1996, 5, 4)}
    arrival = Arrival(
        fields.pop("at", None) or ago(minutes=20),
        Team.objects.get(site__code="ASHF", code="bridge"),
        fields.pop("opioids", Opioids("yes", "yes", "methadone_oral_1mg_ml")),
    )
    submission = fields.pop("submission", uuid.uuid4())
    return arrive(Person(**known, **fields), arrival, not_these=frozenset(), submission=submission, by=by)


def test_a_woman_whom_nobody_knows_is_on_the_record_and_her_care_opens(midwife: User) -> None:
    made = whole(arrived(midwife))
    assert (made.stage, made.in_hospital) == (Stage.INTRAPARTUM, True)
    assert {"UNBOOKED_LABOUR", "NEONATAL_ALERT", "OST_VERIFY"} <= open_moments(made)
    assert "BOOK_LATE_14D" not in open_moments(made)  # nobody is late for what came before
    assert not made.handoffs.filter(state__in=(State.MISSED, State.OVERDUE)).exists()


def test_she_is_added_once_however_often_the_form_is_sent(midwife: User) -> None:
    submission, at = uuid.uuid4(), ago(hours=1)
    first, again = (arrived(midwife, submission=submission, at=at) for _ in range(2))
    assert first.pk == again.pk
    with pytest.raises(SentOtherwise):
        arrived(midwife, submission=submission, at=at, opioids=Opioids("no"))
    assert Woman.objects.count() == 1
    assert kinds(first).count("admitted") == 1


def test_who_could_be_here_already_is_shown_before_anything_is_saved(midwife: User) -> None:
    arrived(midwife)
    with pytest.raises(PossibleDuplicates):
        arrived(midwife)
    assert Woman.objects.count() == 1


def owed_record(record: Journey) -> Handoff:
    return record.handoffs.get(moment="UNBOOKED_LABOUR", step="minimum_dataset")


def test_the_first_record_fills_what_is_blank_and_completes_what_is_owed(midwife: User) -> None:
    made = arrived(midwife, opioids=Opioids())
    write_first_record(made, FirstRecord(allergies="penicillin", weeks=36), by=midwife)
    whole(made)
    assert (made.woman.allergies, made.point_on(clock.today())) == ("penicillin", "36+0")
    assert owed_record(made).state == State.PENDING
    rest = FirstRecord(
        opioids=Opioids("yes", "yes", "methadone_oral_1mg_ml"),
        bloods_offered=True,
        midwife_told_on=clock.today(),
        note="Her sister is with her.",
    )
    write_first_record(made, rest, by=midwife)
    assert whole(made).woman.allergies == "penicillin"
    assert owed_record(made).state == State.COMPLETED_ON_TIME
    assert "OST_VERIFY" in open_moments(made)  # treatment counts from her coming in
    with pytest.raises(Refused, match="no longer fits"):
        write_first_record(made, FirstRecord(interpreter="Polish"), by=midwife)


def test_her_words_have_an_entry_and_her_treatment_starts_once(midwife: User) -> None:
    made = arrived(midwife, opioids=Opioids())
    happened(made, ("treatment_started", ago(60)))
    write_first_record(made, FirstRecord(note="Her sister is with her."), by=midwife)
    assert made.events.get(kind="contact_made").note == "Her sister is with her."
    write_first_record(made, FirstRecord(opioids=Opioids("yes", "yes")), by=midwife)
    assert kinds(made).count("treatment_started") == 1


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (FirstRecord(allergies="none known"), "allergies"),
        (FirstRecord(interpreter="Polish"), "interpreter"),
        (FirstRecord(weeks=30), "weeks"),
        (FirstRecord(edd=date(2027, 1, 1)), "edd"),
        (FirstRecord(opioids=Opioids("no")), "used"),
    ],
)
def test_what_somebody_else_wrote_meanwhile_is_told_beside_it(midwife: User, words: FirstRecord, field: str) -> None:
    made = arrived(midwife)
    write_first_record(made, FirstRecord(allergies="penicillin", interpreter="Urdu", weeks=36), by=midwife)
    with pytest.raises(Refused) as refused:
        write_first_record(made, words, by=midwife)
    assert refused.value.field == field


def test_a_first_record_sent_twice_counts_once_and_one_without_words_is_refused(midwife: User) -> None:
    made, submission = arrived(midwife), uuid.uuid4()
    words = FirstRecord(weeks=30)
    assert not write_first_record(made, words, submission=submission, by=midwife).again
    assert write_first_record(made, words, submission=submission, by=midwife).again
    with pytest.raises(Refused, match="Nothing new"):
        write_first_record(made, FirstRecord(), by=midwife)
