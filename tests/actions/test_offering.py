"""The two sides of a handoff: offered, accepted by name, declined, asked about; till then it is the sender's."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from carecoord import clock
from carecoord.access.models import Conflict, Grant, Team, User
from carecoord.access.roles import Role
from pathways import offering
from pathways.actions import AlreadyAnswered, Draft, Refused, answer_handoff, correct_event
from pathways.engine import Severity
from pathways.models import Handoff, Journey, Offer, Owner
from pathways.moments import by_key
from pathways.offering import Proposal
from pathways.projection import ENDED_MEANWHILE, differences
from tests.factories import ago, happened, journey, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def visitor() -> User:
    return staff(Role.HEALTH_VISITOR, team="hv", name="O. Bright")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-60)))
    happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)), ("contact_made", ago(2)))
    return made


@pytest.fixture
def handoff(record: Journey) -> Handoff:
    """One that a team has to take over, and that accepting does not complete."""
    return record.handoffs.get(moment="HV_ANTENATAL")


def team(code: str = "hv", site: str = "ASHF") -> Team:
    return Team.objects.get(site__code=site, code=code)


def fresh(user: User) -> User:
    """As the next request sees them."""
    return User.objects.get(pk=user.pk)


def offered(handoff: Handoff, by: User, **fields: Any) -> Offer:
    known = {"to_team": team(), "told": "yes", "told_words": "O. Bright will visit", **fields}
    return offering.offer(handoff, Proposal(**known), by=fresh(by))


def sees(user: User, record: Journey) -> bool:
    return Grant.objects.of(fresh(user)).filter(woman=record.woman).exists()


# -- offering --


def test_until_somebody_accepts_nothing_changes_hands(handoff: Handoff, midwife: User, visitor: User) -> None:
    made = offered(handoff, midwife, brings=["Safe contact", " "], note="She likes mornings.")
    assert (made.state, made.brings, made.from_team, made.told_by) == (
        "offered",
        ["Safe contact"],
        team("bridge"),
        "A. Reid",
    )
    assert not Owner.objects.exists()
    handoff.refresh_from_db()
    assert handoff.ended_at is None
    assert sees(visitor, handoff.journey)
    assert differences(handoff.journey, clock.now()) == []


def test_the_receiving_team_sees_her_from_the_offer_on_and_not_after_a_decline(record: Journey, midwife: User) -> None:
    lead = staff(Role.BEREAVEMENT_LEAD, team="bereavement")
    handoff = record.handoffs.get(moment="HV_ANTENATAL")
    assert not sees(lead, record)
    made = offered(handoff, midwife, to_team=team("bereavement"))
    assert sees(lead, record)
    offering.decline(made, "not_ours", "She is with the other team", by=fresh(lead))
    assert not sees(lead, record)
    assert differences(Journey.objects.get(pk=record.pk), clock.now()) == []


def test_the_same_form_sent_twice_is_one_offer(handoff: Handoff, midwife: User, visitor: User) -> None:
    form = uuid.uuid4()
    assert offered(handoff, midwife, submission=form) == offered(handoff, midwife, submission=form)
    assert Offer.objects.count() == 1


def test_a_handoff_is_offered_to_one_at_a_time(handoff: Handoff, midwife: User, visitor: User) -> None:
    offered(handoff, midwife)
    with pytest.raises(AlreadyAnswered, match="Ashford health visiting and waits"):
        offered(handoff, midwife, to_team=team("mental-health"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"to_team": None}, "Say who takes over"),
        ({"told_words": " "}, "Write what she was told"),
        ({"answer_by": ago(1)}, "still to come"),
        ({"answer_by": ago(-400)}, "Ask for an answer by then"),
    ],
)
def test_what_is_missing_is_said(handoff: Handoff, midwife: User, visitor: User, fields: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        offered(handoff, midwife, **fields)
    assert not Offer.objects.exists()


def test_a_team_of_another_site_or_without_anybody_is_refused(handoff: Handoff, midwife: User) -> None:
    staff(Role.HEALTH_VISITOR, site="CALD", team="hv")
    with pytest.raises(Refused, match="of another site"):
        offered(handoff, midwife, to_team=team(site="CALD"))
    with pytest.raises(Refused, match="Nobody of Ashford health visiting can accept this today"):
        offered(handoff, midwife)


def test_nobody_is_offered_what_their_labels_keep_from_them(record: Journey, midwife: User) -> None:
    happened(record, ("concern_accepted", ago(1)))
    labelled = record.handoffs.open().exclude(
        moment__in=[key for key, each in by_key.items() if each.seen_with == "general"]
    )
    handoff = labelled.filter(moment="PREBIRTH_CONFERENCE").first() or labelled.first()
    assert handoff
    staff(Role.PHARMACIST, team="hospital")
    with pytest.raises(Refused, match="Nobody of"):
        offered(handoff, midwife, to_team=team("hospital"))


def test_somebody_without_the_woman_may_not_offer(handoff: Handoff, visitor: User) -> None:
    stranger = staff(Role.MIDWIFE, site="GLEN")
    with pytest.raises(PermissionDenied):
        offered(handoff, stranger)


def test_the_usual_time_is_the_due_time_and_sooner_where_that_is_past(handoff: Handoff) -> None:
    now = clock.now()
    handoff.due_at = now + timedelta(days=2)
    assert offering.usual_answer_by(handoff, now) == handoff.due_at
    handoff.due_at = now + timedelta(days=40)
    assert offering.usual_answer_by(handoff, now) == now + offering.LONGEST_WAIT
    handoff.due_at = now - timedelta(days=2)
    severity = Severity(by_key[handoff.moment].severity)
    assert offering.usual_answer_by(handoff, now) == now + offering.SOON[severity]
    assert offering.SOON[Severity.S1] == timedelta(hours=1)


# -- accepting --


def test_who_accepts_has_it_and_the_handoff_goes_on(handoff: Handoff, midwife: User, visitor: User) -> None:
    made = offered(handoff, midwife)
    offering.accept(made, by=fresh(visitor))
    owner = Owner.objects.get()
    assert (owner.user, owner.how, owner.until) == (visitor, "accepted", None)
    handoff.refresh_from_db()
    assert handoff.ended_at is None
    assert offering.accept(made, by=fresh(visitor)).answered_by == visitor
    assert Owner.objects.count() == 1
    assert differences(handoff.journey, clock.now()) == []


def test_the_second_who_accepts_reads_who_has_it(handoff: Handoff, midwife: User, visitor: User) -> None:
    other = staff(Role.HEALTH_VISITOR, team="hv", name="C. Second")
    made = offered(handoff, midwife)
    offering.accept(made, by=fresh(visitor))
    with pytest.raises(AlreadyAnswered, match="Bright of Ashford health visiting accepted this"):
        offering.accept(made, by=fresh(other))
    with pytest.raises(AlreadyAnswered, match="Bright"):
        offering.decline(made, "other", "we too", by=fresh(other))


def test_only_the_team_that_was_asked_answers(handoff: Handoff, midwife: User, visitor: User) -> None:
    made = offered(handoff, midwife)
    for verb in (
        lambda: offering.accept(made, by=fresh(midwife)),
        lambda: offering.decline(made, "other", "x", by=fresh(midwife)),
        lambda: offering.ask(made, "x", by=fresh(midwife)),
    ):
        with pytest.raises(Refused, match="somebody of that team"):
            verb()


def test_who_left_the_team_does_not_accept(handoff: Handoff, midwife: User, visitor: User) -> None:
    made = offered(handoff, midwife)
    visitor.memberships.update(ends_on=clock.today(ago(1)))
    with pytest.raises(PermissionDenied):
        offering.accept(made, by=fresh(visitor))


def test_accepting_completes_only_what_acceptance_is_the_evidence_of(record: Journey, midwife: User) -> None:
    staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour", name="D. Farrow")
    keyworker = User.objects.get(name="D. Farrow")
    happened(record, ("drug_use_disclosed", ago(1), {"opioid": "yes", "in_treatment": "no"}))
    handoff = record.handoffs.get(moment="DRUG_SERVICE_REFERRAL", step="acknowledged")
    offering.accept(offered(handoff, midwife, to_team=team("harbour")), by=fresh(keyworker))
    handoff.refresh_from_db()
    assert handoff.state == "completed_on_time"
    event = record.events.get(kind="handoff_completed")
    assert event.details["referral_acknowledged_by"] == "D. Farrow, Harbour drug service"
    assert event.recorded_by == keyworker
    assert differences(Journey.objects.get(pk=record.pk), clock.now()) == []


# -- declining, taking back --


def test_a_decline_says_why_and_the_handoff_is_the_senders_again(
    handoff: Handoff, midwife: User, visitor: User
) -> None:
    made = offered(handoff, midwife)
    with pytest.raises(Refused, match="Say it in a few words"):
        offering.decline(made, "missing", " ", by=fresh(visitor))
    with pytest.raises(Refused, match="Enter the day"):
        offering.decline(made, "no_place", "full", by=fresh(visitor))
    day = clock.today(ago(-9))
    offering.decline(made, "no_place", "full", place_from=day, by=fresh(visitor))
    made.refresh_from_db()
    assert (made.state, made.decline, made.place_from) == ("declined", "no_place", day)
    assert offered(handoff, midwife).state == "offered"  # can be offered again at once


def test_the_sender_takes_back_and_the_receiver_gives_back(handoff: Handoff, midwife: User, visitor: User) -> None:
    first = offered(handoff, midwife)
    with pytest.raises(Refused, match="Only whoever offered it"):
        offering.withdraw(first, by=fresh(visitor))
    offering.withdraw(first, by=fresh(midwife))
    second = offered(handoff, midwife)
    offering.accept(second, by=fresh(visitor))
    with pytest.raises(Refused, match="Say why"):
        offering.withdraw(second, by=fresh(visitor))
    offering.withdraw(second, reason="I am ill", by=fresh(visitor))
    assert list(Offer.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "withdrawn"]
    assert Owner.objects.get().until is not None


def test_an_offer_of_what_ended_meanwhile_is_closed_by_the_product(
    handoff: Handoff, midwife: User, visitor: User
) -> None:
    made = offered(handoff, midwife)
    answer_handoff(handoff, Draft("handoff_declined", clock.now(), details={"reason": "her choice"}), by=fresh(midwife))
    made.refresh_from_db()
    assert (made.state, made.reason, made.answered_by) == ("withdrawn", ENDED_MEANWHILE, None)
    with pytest.raises(AlreadyAnswered, match="ended meanwhile"):
        offering.accept(made, by=fresh(visitor))


def test_an_offer_of_what_is_owed_no_more_is_closed_too(record: Journey, midwife: User) -> None:
    (event,) = happened(record, ("drug_use_disclosed", ago(1), {"opioid": "yes", "in_treatment": "no"}))
    staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")
    made = offered(record.handoffs.get(moment="DRUG_SERVICE_REFERRAL", step="sent"), midwife, to_team=team("harbour"))
    correct_event(event, reason="another woman", by=fresh(midwife))
    made.refresh_from_db()
    assert (made.state, made.reason, made.handoff) == ("withdrawn", ENDED_MEANWHILE, None)


# -- what both sides say meanwhile --


def test_the_receiver_asks_and_the_sender_answers(handoff: Handoff, midwife: User, visitor: User) -> None:
    made, form = offered(handoff, midwife), uuid.uuid4()
    question = offering.ask(made, "Which pharmacy?", submission=form, by=fresh(visitor))
    assert offering.ask(made, "Which pharmacy?", submission=form, by=fresh(visitor)) == question
    with pytest.raises(Refused, match="for whoever offered"):
        offering.answer_question(question, "Mill Lane", by=fresh(visitor))
    offering.answer_question(question, "Mill Lane", by=fresh(midwife))
    with pytest.raises(AlreadyAnswered):
        offering.answer_question(question, "High Street", by=fresh(midwife))
    question.refresh_from_db()
    assert question.answer == "Mill Lane"


def test_reminding_is_once_an_hour(handoff: Handoff, midwife: User, visitor: User) -> None:
    made = offered(handoff, midwife)
    with pytest.raises(Refused, match="Whoever offered it reminds"):
        offering.remind(made, by=fresh(visitor))
    offering.remind(made, by=fresh(midwife))
    with pytest.raises(Refused, match="less than an hour ago"):
        offering.remind(made, by=fresh(midwife))
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        offering.remind(made, by=fresh(midwife))
        offering.accept(made, by=fresh(visitor))
    with time_machine.travel(clock.now() + timedelta(minutes=123)):
        offering.remind(made, by=fresh(midwife))  # accepted, and still not done


def test_an_offer_and_what_somebody_has_are_passed_to_a_colleague(
    handoff: Handoff, midwife: User, visitor: User
) -> None:
    colleague, stranger = staff(Role.HEALTH_VISITOR, team="hv"), staff(Role.PHARMACIST, team="hospital")
    made = offered(handoff, midwife)
    with pytest.raises(Refused, match="same team"):
        offering.pass_on(made, stranger, by=fresh(visitor))
    with pytest.raises(Refused, match="Only somebody of the team"):
        offering.pass_on(made, colleague, by=fresh(midwife))
    offering.pass_on(made, colleague, by=fresh(visitor))
    made.refresh_from_db()
    assert (made.meant_for, made.state) == (colleague, "offered")
    offering.accept(made, by=fresh(colleague))
    handoff.refresh_from_db()
    offering.pass_on(made, visitor, by=fresh(colleague))
    assert list(Owner.objects.filter(until=None).values_list("user", "how", "by")) == [
        (visitor.pk, "passed", colleague.pk)
    ]


def test_nothing_is_passed_to_somebody_who_must_never_see_her(handoff: Handoff, midwife: User, visitor: User) -> None:
    colleague = staff(Role.HEALTH_VISITOR, team="hv", name="K. Moe")
    made = offered(handoff, midwife)
    Conflict.objects.create(woman=handoff.journey.woman, user=colleague)
    with pytest.raises(Refused, match=r"K\. Moe cannot take this one"):
        offering.pass_on(made, colleague, by=fresh(visitor))
    made.refresh_from_db()
    assert made.meant_for is None


def test_who_has_no_account_acknowledges_by_phone(handoff: Handoff, midwife: User, visitor: User) -> None:
    made = offered(handoff, midwife, to_team=None, to_outside="Dr Shah, Mill Lane surgery")
    with pytest.raises(Refused, match="no account"):
        offering.accept(made, by=fresh(midwife))
    with pytest.raises(Refused, match="Check the time"):
        offering.acknowledge(made, "J. Ross", at=ago(-1), by=fresh(midwife))
    at = clock.now()
    offering.acknowledge(made, "J. Ross, practice nurse", at=at, by=fresh(midwife))
    made.refresh_from_db()
    assert (made.state, made.acknowledged_by, made.answered_by, made.answered_at) == (
        "accepted", "J. Ross, practice nurse", midwife, at,
    )  # fmt: skip
    assert not Owner.objects.exists()


def test_she_can_be_told_later_and_nothing_else_of_an_answer_changes(
    handoff: Handoff, midwife: User, visitor: User
) -> None:
    made = offered(handoff, midwife, told="not_yet", told_words="seen on Monday")
    offering.accept(made, by=fresh(visitor))
    offering.tell_her(made, "O. Bright will visit", by=fresh(visitor))
    offering.tell_her(made, "somebody else", by=fresh(midwife))
    made.refresh_from_db()
    assert (made.told, made.told_words, made.told_by) == ("yes", "O. Bright will visit", "O. Bright")
    for change in ({"told": "not_yet"}, {"told_words": "x"}, {"reason": "x"}, {"state": "declined"}, {"note": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Offer.objects.filter(pk=made.pk).update(**change)
