"""A loss and a baby's death: what stops at once in every way, what goes on, and whose words are kept."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import User
from pathways.actions import AlreadyAnswered, Refused, record_event
from pathways.contact import Agreed, agree_contact
from pathways.engine import Stage, State
from pathways.models import Event, Journey, MessageToHer, ToldOfBaby, WordsOfLoss
from pathways.moments import by_key
from pathways.moves.loss import (
    Chosen,
    Told,
    name_lead,
    record_babys_death,
    record_loss,
    say_her_words,
    say_how_told,
    waiting_for_a_lead,
)
from pathways.projection import differences
from pathways.reaching import NotSafe, may_reach, may_still_go, reach
from pathways.recording import Draft
from pathways.rules.loss import ENDS_WORDS_ABOUT_A_BABY
from pathways.seen import SentOtherwise
from tests.factories import ago, happened, journey, staff
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db

HERS = Chosen("no", "the pregnancy")
WAS_THERE = Told("was_there")


@pytest.fixture
def midwife() -> User:
    return staff()


@pytest.fixture
def pregnant(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today() + timedelta(weeks=15))
    happened(made, ("first_contact", ago(90)), ("booking_completed", ago(80)))
    agree_contact(made.woman, Agreed("text"), {}, seen=None, by=midwife)
    return made


@pytest.fixture
def twins(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today())
    happened(
        made,
        ("booking_completed", ago(80)),
        ("drug_use_disclosed", ago(80), {"opioid": "yes"}),
        ("baby_born", ago(3), {"place": "hospital"}, 1),
        ("baby_born", ago(3), {"place": "hospital"}, 2),
    )
    agree_contact(made.woman, Agreed("text"), {}, seen=None, by=midwife)
    return made


def at_ten() -> datetime:
    """Ten in the morning of today, inside the hours of somebody who has named none."""
    return datetime.combine(clock.today(), datetime.min.time(), clock.LONDON).replace(hour=10).astimezone(UTC)


def waits(message: MessageToHer) -> bool:
    message.refresh_from_db()
    return message.recalled_at is None


# -- a loss --------------------------------------------------------------------------------------


def test_a_loss_ends_the_pregnancy_and_opens_her_own_care(pregnant: Journey, midwife: User) -> None:
    event, *_ = record_loss(pregnant, "stillbirth", ago(hours=1), HERS, by=midwife).events
    pregnant.refresh_from_db()
    assert (event.kind, event.details) == ("pregnancy_loss", {"kind": "stillbirth"})
    assert pregnant.stage == Stage.BEREAVEMENT
    open_now = set(pregnant.handoffs.open().values_list("moment", flat=True))
    assert {"LOSS_BEREAVEMENT", "GP_6_8W", "MH_4_6W", "CLOSE_12M"} <= open_now
    assert not open_now & {"BIRTH_MED_PLAN", "INFO_DRUG_EFFECTS", "HV_ANTENATAL"}
    assert WordsOfLoss.objects.get(journey=pregnant).words == "the pregnancy"
    assert differences(pregnant, clock.now()) == []


@pytest.mark.parametrize("kind", ["miscarriage", "ectopic", "termination", "stillbirth"])
def test_whatever_happened_she_chooses_the_words(pregnant: Journey, midwife: User, kind: str) -> None:
    record_loss(pregnant, kind, ago(hours=1), Chosen("yes"), by=midwife)
    say_her_words(pregnant, Chosen("no", "what happened in May"), by=midwife)
    newest = WordsOfLoss.objects.filter(journey=pregnant).order_by("-id").first()
    assert newest is not None
    assert (newest.bereavement, newest.words) == ("no", "what happened in May")
    assert WordsOfLoss.objects.filter(journey=pregnant).count() == 2, "the earlier words stay"


def test_a_loss_is_recorded_once_and_never_twice(pregnant: Journey, midwife: User) -> None:
    form, at = uuid.uuid4(), ago(hours=1)
    first = record_loss(pregnant, "miscarriage", at, HERS, submission=form, by=midwife)
    again = record_loss(pregnant, "miscarriage", at, HERS, submission=form, by=midwife)
    assert (first.again, again.again, again.events) == (False, True, first.events[:1])
    assert WordsOfLoss.objects.filter(journey=pregnant).count() == 1
    with pytest.raises(SentOtherwise):
        record_loss(pregnant, "miscarriage", at, Chosen("yes", "other words"), submission=form, by=midwife)
    with pytest.raises(Refused, match="no longer fits"):
        record_loss(pregnant, "stillbirth", ago(), HERS, submission=uuid.uuid4(), by=midwife)


def test_the_plain_form_no_longer_records_these(pregnant: Journey, midwife: User) -> None:
    for kind in ("pregnancy_loss", "baby_died", "mother_died"):
        with pytest.raises(Refused, match="page of its own"):
            record_event(pregnant, Draft(kind, ago()), by=midwife)


def test_a_stranger_records_nothing(pregnant: Journey, twins: Journey) -> None:
    stranger = staff(site="GLEN")
    for verb in (
        lambda: record_loss(pregnant, "miscarriage", ago(), HERS, by=stranger),
        lambda: record_babys_death(twins, 1, ago(), WAS_THERE, by=stranger),
        lambda: say_her_words(pregnant, HERS, by=stranger),
        lambda: say_how_told(twins, 1, WAS_THERE, by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert not Event.objects.filter(kind__in=("pregnancy_loss", "baby_died")).exists()


def test_her_words_are_asked_only_after_a_loss(pregnant: Journey, midwife: User) -> None:
    with pytest.raises(Refused, match="No loss is recorded"):
        say_her_words(pregnant, HERS, by=midwife)
    with pytest.raises(Refused, match="No loss is recorded"):
        name_lead(pregnant, "J. Bell", "tomorrow, Quay Pharmacy", ago(), by=midwife)


def test_who_leads_completes_what_was_owed(pregnant: Journey, midwife: User) -> None:
    record_loss(pregnant, "stillbirth", ago(hours=3), HERS, by=midwife)
    event = name_lead(pregnant, "J. Bell", "tomorrow 9:00, Quay Pharmacy, said by them", ago(hours=1), by=midwife)
    assert event.details["bereavement_lead"] == "J. Bell"
    assert event.details["auto_messages_stopped"] == "yes"
    assert waiting_for_a_lead(pregnant) is None
    with pytest.raises(AlreadyAnswered):
        name_lead(pregnant, "R. Ali", "tomorrow", ago(), by=midwife)


def test_nobody_is_asked_any_more_for_what_was_for_the_birth_however_late(pregnant: Journey, midwife: User) -> None:
    late = set(pregnant.handoffs.open().filter(due_at__lt=ago()).values_list("moment", flat=True))
    assert {"INFO_DRUG_EFFECTS", "NAMED_MIDWIFE"} <= late
    record_loss(pregnant, "miscarriage", ago(hours=1), HERS, by=midwife)
    left = {handoff.moment for handoff in pregnant.handoffs.open()}
    assert not any(by_key[moment].for_the_birth for moment in left)
    assert "NAMED_MIDWIFE" in left, "what she needs herself stays owed"
    put_away = pregnant.handoffs.get(moment="INFO_DRUG_EFFECTS", step="first")
    assert put_away.state == State.NOT_APPLICABLE
    assert not pregnant.flags.filter(handoff=put_away, cleared_at=None).exists()
    pregnant.refresh_from_db()
    assert differences(pregnant, clock.now()) == []


# -- a baby's death ------------------------------------------------------------------------------


def test_one_twin_dies_and_the_other_is_with_her(twins: Journey, midwife: User) -> None:
    record_babys_death(twins, 2, ago(hours=2), WAS_THERE, by=midwife)
    twins.refresh_from_db()
    assert twins.stage == Stage.POSTNATAL_INPATIENT
    assert twins.handoffs.open().filter(subject="baby", subject_number=1).exists()
    assert not twins.handoffs.open().filter(subject="baby", subject_number=2).exists()
    with pytest.raises(Refused):
        record_babys_death(twins, 2, ago(hours=1), WAS_THERE, by=midwife)
    with pytest.raises(Refused):
        record_babys_death(twins, 3, ago(hours=1), WAS_THERE, by=midwife)
    record_babys_death(twins, 1, ago(hours=1), WAS_THERE, by=midwife)
    twins.refresh_from_db()
    assert twins.stage == Stage.BEREAVEMENT
    assert differences(twins, clock.now()) == []


def test_who_does_not_know_yet_is_sent_nothing_at_all(twins: Journey, midwife: User) -> None:
    happened(twins, ("separated", ago(2), {}, 1))
    hers = reach(twins.woman, "ring_us", at_ten(), own_care=True, by=midwife)
    not_yet = Told("not_yet", "R. Ali", "her sister")
    record_babys_death(twins, 1, ago(hours=2), not_yet, by=midwife)
    assert "not been told" in may_still_go(hers, at_ten()).why
    with pytest.raises(NotSafe, match="not been told"):
        reach(twins.woman, "ring_us", at_ten(), own_care=True, by=midwife)
    say_how_told(twins, 1, Told("in_person", "R. Ali", "her sister"), by=midwife)
    assert may_still_go(hers, at_ten()).allowed


def test_telling_has_its_person_and_by_phone_its_reason(twins: Journey, midwife: User) -> None:
    for told, field in ((Told("not_yet"), "told_by"), (Told("by_phone", "R. Ali"), "words")):
        with pytest.raises(Refused) as refused:
            record_babys_death(twins, 1, ago(hours=2), told, by=midwife)
        assert refused.value.field == field
    assert not Event.objects.filter(kind="baby_died").exists(), "what was refused records nothing"
    with pytest.raises(Refused, match="does not say"):
        say_how_told(twins, 1, WAS_THERE, by=midwife)


def test_words_and_tellings_stay_as_they_were_said(twins: Journey, midwife: User) -> None:
    record_babys_death(twins, 1, ago(hours=2), WAS_THERE, by=midwife)
    say_her_words(twins, HERS, by=midwife)
    for rows in (ToldOfBaby.objects.all(), WordsOfLoss.objects.all()):
        for change in (lambda rows=rows: rows.update(words="x"), lambda rows=rows: rows.delete()):
            with pytest.raises(InternalError, match="append-only"), transaction.atomic():
                change()


# -- what stops that minute -----------------------------------------------------------------------

ENDINGS = (("pregnancy_loss", {}), ("baby_died", {}), ("separated", {}))


@pytest.mark.parametrize(("kind", "details"), ENDINGS)
def test_what_waits_about_a_baby_is_called_back_whoever_records_it(
    twins: Journey, midwife: User, kind: str, details: dict[str, str]
) -> None:
    about_baby = reach(twins.woman, "tomorrow", at_ten(), by=midwife)
    own = reach(twins.woman, "tomorrow", at_ten(), own_care=True, by=midwife)
    someone_else = journey()
    agree_contact(someone_else.woman, Agreed("text"), {}, seen=None, by=None)
    others = reach(someone_else.woman, "tomorrow", at_ten(), by=None)
    with as_role("cc_owner"):
        Event.objects.create(journey=twins, kind=kind, occurred_at=ago(), baby=1, details=details)
    assert (waits(about_baby), waits(own), waits(others)) == (False, True, True)


def test_also_by_a_page_that_runs_as_the_web_role(pregnant: Journey, midwife: User) -> None:
    about_baby = reach(pregnant.woman, "tomorrow", at_ten(), by=midwife)
    with as_role(WEB), acting_as(midwife):
        record_loss(pregnant, "miscarriage", ago(hours=1), HERS, by=midwife)
    assert not waits(about_baby)


def test_what_was_queued_before_does_not_go_even_if_nothing_called_it_back(pregnant: Journey, midwife: User) -> None:
    before = reach(pregnant.woman, "tomorrow", at_ten(), by=midwife)
    record_loss(pregnant, "miscarriage", ago(hours=1), HERS, by=midwife)
    MessageToHer.objects.filter(pk=before.pk).update(recalled_at=None, queued_at=ago(1))
    before.refresh_from_db()
    assert may_still_go(before, at_ten()).why == "What it was about has ended since."


def test_after_a_loss_only_what_is_about_her_own_care_is_queued(pregnant: Journey, midwife: User) -> None:
    record_loss(pregnant, "miscarriage", ago(hours=1), HERS, by=midwife)
    with pytest.raises(NotSafe, match="own care"):
        reach(pregnant.woman, "tomorrow", at_ten(), by=midwife)
    assert reach(pregnant.woman, "tomorrow", at_ten(), own_care=True, by=midwife).pk
    assert may_reach(pregnant.woman, "text", at_ten()).allowed


def test_the_next_pregnancy_may_be_spoken_of(pregnant: Journey, midwife: User) -> None:
    record_loss(pregnant, "miscarriage", ago(hours=1), HERS, by=midwife)
    again = journey(woman=pregnant.woman, midwife=midwife)
    happened(again, ("first_contact", ago(minutes=5)))
    assert reach(pregnant.woman, "tomorrow", at_ten(), by=midwife).pk


def test_the_database_and_the_rule_name_the_same_facts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'stop_messages_about_a_baby'")
        (definition,) = cursor.fetchone()
    assert {kind for kind in ENDS_WORDS_ABOUT_A_BABY if f"'{kind}'" in definition} == ENDS_WORDS_ABOUT_A_BABY
    assert definition.count("::character varying") == len(ENDS_WORDS_ABOUT_A_BABY)
