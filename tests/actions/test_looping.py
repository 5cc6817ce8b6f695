"""A referral from sending to what came of it: who answers, what it completes, who may read, and that none is lost."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import Grant, Membership, Notice, User
from carecoord.access.roles import Role
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import Event, Handoff, Journey
from pathways.moments import by_key
from pathways.projection import differences
from referrals import looping
from referrals.driving import EVIDENCE
from referrals.looping import Sending, Stepping
from referrals.models import Referral, ReferralConsent, ReferralStep, Service
from referrals.rules import kinds
from referrals.rules.loop import FOLLOWS, State
from tests.factories import ago, claimed, happened, journey, staff
from tests.services import service

pytestmark = pytest.mark.django_db

AGREED = {"share": ("agreed", ""), "contact": ("agreed", ""), "report": ("agreed", "")}


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def keyworker() -> User:
    return staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour", name="K. Moss")


@pytest.fixture
def record(midwife: User) -> Journey:
    """Pregnant, not in treatment, and she said so: the drug service's steps are owed."""
    made = journey(midwife=midwife, edd=clock.today(ago(-100)))
    disclosed = ("drug_use_disclosed", ago(1), {"in_treatment": "no"})
    happened(made, ("first_contact", ago(20)), ("booking_completed", ago(10)), disclosed)
    return made


@pytest.fixture
def harbour() -> Service:
    return service("drug_service", team="harbour", name="Harbour drug service")


def fresh(user: User) -> User:
    """As the next request sees them."""
    return User.objects.get(pk=user.pk)


def sent(record: Journey, to: Service, by: User, **fields: Any) -> Referral:
    known = {"asks": "a first talk", "shared": ["name"], "consents": AGREED, **fields}
    return looping.send(record, Sending(to, **known), by=fresh(by))


def stepped(referral: Referral, state: State, by: User | None, **fields: Any) -> ReferralStep:
    return looping.step(referral, Stepping(state, **fields), by=fresh(by) if by else None)


def sees(user: User, record: Journey) -> bool:
    return Grant.objects.of(fresh(user)).filter(woman=record.woman).exists()


def completed(record: Journey, moment: str = "DRUG_SERVICE_REFERRAL") -> dict[str, dict[str, str]]:
    """The steps of a moment that are done, with the evidence that was written down."""
    found = Event.objects.filter(journey=record, kind="handoff_completed", details__moment=moment)
    return {each.details["step"]: dict(each.details) for each in found}


# -- sending --


def test_sending_asks_completes_its_moment_and_opens_her_record(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    made = sent(record, harbour, midwife)
    assert (made.state, made.owner, made.to_team, made.from_team) == ("sent", midwife, harbour.team, record.team)
    assert made.flag_at == made.answer_by == made.sent_at + timedelta(days=3)
    assert [each.state for each in made.steps.all()] == ["sent"]
    assert completed(record)["sent"]["referral_sent_on"] == clock.today().isoformat()
    assert sees(keyworker, record)
    assert differences(record, clock.now()) == []


def test_the_same_form_counts_once(record: Journey, harbour: Service, midwife: User) -> None:
    once = uuid.uuid4()
    assert sent(record, harbour, midwife, submission=once) == sent(record, harbour, midwife, submission=once)
    assert Referral.objects.count() == ReferralStep.objects.count() == 1
    assert ReferralConsent.objects.count() == 3


@pytest.mark.parametrize(
    ("consents", "field"),
    [
        ({**AGREED, "share": ("refused", "")}, "share"),
        ({**AGREED, "report": ("", "")}, "report"),
        ({**AGREED, "share": ("override", " ")}, "override_why"),
        ({**AGREED, "contact": ("withdrawn", "")}, "contact"),
        ({}, "share"),
    ],
)
def test_nothing_is_sent_that_she_was_not_asked_about(
    record: Journey, harbour: Service, midwife: User, consents: dict[str, tuple[str, str]], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        sent(record, harbour, midwife, consents=consents)
    assert refused.value.field == field
    assert not Referral.objects.exists()


def test_who_may_not_get_in_touch_is_not_told_how(record: Journey, harbour: Service, midwife: User) -> None:
    no_contact = {**AGREED, "contact": ("refused", "")}
    with pytest.raises(Refused, match="leave out how she is reached"):
        sent(record, harbour, midwife, consents=no_contact, shared=["name", "reach"])
    assert sent(record, harbour, midwife, consents=no_contact).shared == ["name"]


def test_what_is_shared_without_her_is_told_to_the_privacy_officer(
    record: Journey, harbour: Service, midwife: User
) -> None:
    officer = staff(Role.PRIVACY_OFFICER, team="office")
    sent(record, harbour, midwife)
    assert not Notice.objects.exists()
    sent(record, harbour, midwife, consents={**AGREED, "share": ("override", "s47: a baby at risk")})
    assert [(each.user, each.key) for each in Notice.objects.all()] == [(officer, "overridden")]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"exists": "not_commissioned"}, "service"),
        ({"ended_on": clock.today(), "ended_why": "closed"}, "service"),
    ],
)
def test_what_cannot_be_had_is_not_referred_to(
    record: Journey, midwife: User, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        sent(record, service(**fields), midwife)
    assert refused.value.field == field


def test_who_does_not_see_her_refers_nobody(record: Journey, harbour: Service) -> None:
    with pytest.raises(PermissionDenied):
        sent(record, harbour, staff(Role.HEALTH_VISITOR, site="CALD", team="hv"))


# -- each state drives its moments --


def test_every_step_that_a_kind_moves_is_declared_with_its_evidence() -> None:
    moved = {step for kind in kinds.ALL for step in (*kind.sent, *kind.accepted, *kind.seen)}
    assert moved == set(EVIDENCE)
    for (moment, step), (key, _) in EVIDENCE.items():
        assert key in {each.key for each in by_key[moment].evidence_for(step)}


def test_a_drug_services_answers_complete_its_steps_one_after_the_other(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    made = sent(record, harbour, midwife)
    stepped(made, State.ACKNOWLEDGED, keyworker)
    assert set(completed(record)) == {"sent"}
    stepped(made, State.ACCEPTED, keyworker)
    assert completed(record)["acknowledged"]["referral_acknowledged_by"] == "K. Moss, Harbour drug service"
    stepped(made, State.APPOINTED, keyworker, appointment_at=ago(-2))
    assert "first_appointment" not in completed(record)
    with time_machine.travel(ago(-3)):
        stepped(made, State.ATTENDED, midwife)
    assert completed(record)["first_appointment"]["referral_first_appointment_on"] == clock.today(ago(-3)).isoformat()
    assert Event.objects.filter(kind="handoff_completed", details__moment="DRUG_SERVICE_REFERRAL").count() == 3


def test_whoever_has_seen_her_has_taken_her_on(record: Journey, harbour: Service, midwife: User) -> None:
    made = sent(record, harbour, midwife)
    stepped(made, State.WAITING, midwife, by_outside="J. Ross")
    stepped(made, State.ATTENDED, midwife)
    assert set(completed(record)) == {"sent", "acknowledged", "first_appointment"}


def test_nothing_is_completed_twice_and_a_decline_leaves_it_with_the_sender(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    made = sent(record, harbour, midwife)
    stepped(made, State.DECLINED, keyworker, reason="service_full")
    assert record.handoffs.open().filter(moment="DRUG_SERVICE_REFERRAL", step="acknowledged").exists()
    again = sent(record, harbour, midwife, instead_of=made)
    assert again.state == "sent"
    assert Event.objects.filter(kind="handoff_completed", details__step="sent").count() == 1


def test_a_referral_for_one_separation_moves_that_one_alone(midwife: User) -> None:
    made = journey(midwife=midwife)
    born = ("baby_born", ago(9), {"place": "hospital"}, 1), ("baby_born", ago(9), {"place": "hospital"}, 2)
    apart = ("separated", ago(8), {}, 1), ("separated", ago(2), {}, 2)
    happened(made, ("first_contact", ago(90)), ("booking_completed", ago(80)), *born, *apart)
    steps = Handoff.objects.filter(journey=made, moment="SEP_MH_7D", step="referral").order_by("due_at")
    assert steps.count() == 2
    second = steps[1]
    sent(made, service("mental_health"), midwife, handoff=second)
    done = [each.details for each in Event.objects.filter(journey=made, kind="handoff_completed")]
    assert [(each["separation"], each["mental_health_referred_on"]) for each in done] == [
        ("2", clock.today().isoformat())
    ]
    assert not completed(made, "MH_BOOKING_SCREEN")


# -- who answers --


def test_the_service_answers_and_everybody_else_writes_down_who_said_so(
    record: Journey, harbour: Service, midwife: User
) -> None:
    made = sent(record, harbour, midwife)
    with pytest.raises(Refused) as refused:
        stepped(made, State.ACCEPTED, midwife)
    assert refused.value.field == "by_outside"
    written = stepped(made, State.ACCEPTED, midwife, by_outside="J. Ross, duty worker", at=clock.now())
    assert (written.by, written.by_outside) == (midwife, "J. Ross, duty worker")
    assert completed(record)["acknowledged"]["referral_acknowledged_by"] == (
        "J. Ross, duty worker, Harbour drug service"
    )


def test_the_sender_alone_takes_it_back(record: Journey, harbour: Service, midwife: User, keyworker: User) -> None:
    made = sent(record, harbour, midwife)
    with pytest.raises(Refused, match="Whoever sent it decides"):
        stepped(made, State.WITHDRAWN, keyworker, reason="our_change")
    assert stepped(made, State.WITHDRAWN, midwife, reason="her_choice").reason == "her_choice"


def test_of_two_answers_the_first_counts(record: Journey, harbour: Service, midwife: User, keyworker: User) -> None:
    made = sent(record, harbour, midwife)
    stepped(made, State.ACCEPTED, keyworker)
    with pytest.raises(AlreadyAnswered, match="accepted, no appointment yet"):
        stepped(made, State.ACCEPTED, keyworker)
    with pytest.raises(AlreadyAnswered):
        stepped(made, State.ACKNOWLEDGED, keyworker)


def test_one_form_sent_twice_is_one_step(record: Journey, harbour: Service, midwife: User, keyworker: User) -> None:
    made, once = sent(record, harbour, midwife), uuid.uuid4()
    first = stepped(made, State.ACCEPTED, keyworker, submission=once)
    assert stepped(made, State.ACCEPTED, keyworker, submission=once) == first


@pytest.mark.parametrize(
    ("state", "fields", "field"),
    [
        (State.DECLINED, {}, "reason"),
        (State.DECLINED, {"reason": "her_choice"}, "reason"),
        (State.DECLINED, {"reason": "other", "words": " "}, "words"),
        (State.ACCEPTED, {"reason": "service_full"}, "reason"),
        (State.WAITING, {"place_from": clock.today()}, "place_from"),
        (State.ACCEPTED, {"at": ago(-1)}, "at"),
        (State.ACCEPTED, {"at": ago(1)}, "at"),
    ],
)
def test_an_answer_says_what_it_has_to(
    record: Journey, harbour: Service, midwife: User, keyworker: User, state: State, fields: Any, field: str
) -> None:
    made = sent(record, harbour, midwife)
    with pytest.raises(Refused) as refused:
        stepped(made, state, keyworker, **fields)
    assert refused.value.field == field
    made.refresh_from_db()
    assert made.state == "sent"


def test_an_appointment_that_did_not_come_about_says_whose_it_was(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    made = sent(record, harbour, midwife)
    stepped(made, State.ACCEPTED, keyworker)
    with pytest.raises(Refused) as refused:
        stepped(made, State.APPOINTED, keyworker)
    assert refused.value.field == "appointment_at"
    stepped(made, State.APPOINTED, keyworker, appointment_at=clock.now())
    with pytest.raises(Refused, match="Choose why"):
        stepped(made, State.ACCEPTED, midwife)
    back = stepped(made, State.ACCEPTED, midwife, reason="service_cancelled")
    assert back.reason == "service_cancelled"
    made.refresh_from_db()
    assert (made.state, made.flag_at) == ("accepted", made.since + timedelta(days=7))


def test_every_way_through_the_table_is_a_step_that_the_database_takes(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    needs: dict[State, dict[str, Any]] = {
        State.DECLINED: {"reason": "service_area"},
        State.WITHDRAWN: {"reason": "our_mistake"},
        State.ENDED: {"outcome": "helped"},
        State.SETTLED: {"words": "She rings herself."},
        State.APPOINTED: {"appointment_at": clock.now()},
    }
    for before, following in FOLLOWS.items():
        for state in following:
            made = sent(record, harbour, midwife)
            for on_the_way in _way_to(before):
                stepped(made, on_the_way, None, by_outside="J. Ross", **needs.get(on_the_way, {}))
            fields = dict(needs.get(state, {}))
            if (before, state) == (State.APPOINTED, State.ACCEPTED):
                fields["reason"] = "her_not_able"
            stepped(made, state, None, by_outside="J. Ross", **fields)
            made.refresh_from_db()
            assert (made.state, made.flag_at is None) == (state, not FOLLOWS[state])


def _way_to(wanted: State) -> list[State]:
    """The shortest steps from sent to there."""
    ways: list[list[State]] = [[]]
    for way in ways:
        last = way[-1] if way else State.SENT
        if last is wanted:
            return way
        ways += [[*way, after] for after in FOLLOWS[last] if after not in way]
    raise AssertionError(wanted)


# -- nothing is lost --


def test_what_is_declined_is_the_senders_again_the_same_moment(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    made = sent(record, harbour, midwife)
    stepped(made, State.DECLINED, keyworker, reason="service_full", place_from=clock.today(ago(-30)))
    made.refresh_from_db()
    assert made.state == "declined"
    assert made.flag_at == made.since <= clock.now()
    assert made.messaged_at is None
    assert not Grant.objects.at(clock.now()).filter(reason=f"referral {made.pk}").exists()


def test_what_came_back_is_settled_by_another_or_in_words(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    first, second = sent(record, harbour, midwife), sent(record, harbour, midwife)
    for made in (first, second):
        stepped(made, State.DECLINED, keyworker, reason="service_full")
    sent(record, service("mental_health"), midwife, instead_of=first)
    with pytest.raises(Refused) as refused:
        stepped(second, State.SETTLED, midwife)
    assert refused.value.field == "words"
    stepped(second, State.SETTLED, midwife, words="She does not want anything now.")
    assert set(Referral.objects.filter(state="settled")) == {first, second}
    assert first.steps.latest("pk").words.endswith("instead.")


def test_another_womans_referral_is_nothing_to_send_instead_of(
    record: Journey, harbour: Service, midwife: User
) -> None:
    other = sent(record, harbour, midwife)
    with pytest.raises(Refused) as refused:
        sent(journey(midwife=midwife), harbour, midwife, instead_of=other)
    assert refused.value.field == "instead_of"


def test_when_a_service_ends_every_open_referral_comes_back(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    states = (State.ACCEPTED, State.WAITING, State.ENDED)
    made = [sent(record, harbour, midwife) for _ in (*states, None)]
    for referral, state in zip(made, states, strict=False):
        stepped(referral, State.ACCEPTED if state is State.ENDED else state, keyworker)
    stepped(made[2], State.ENDED, keyworker, outcome="helped")
    Service.objects.filter(pk=harbour.pk).update(ended_on=clock.today(), ended_why="Its money ended")
    assert looping.bring_back_from_ended() == 3
    assert looping.bring_back_from_ended() == 0
    assert sorted(Referral.objects.values_list("state", flat=True)) == ["declined", "declined", "declined", "ended"]
    last = made[0].steps.latest("pk")
    assert (last.reason, last.words, last.by) == ("service_closed", "Its money ended", None)


def test_somebody_takes_over_what_a_leaver_had(record: Journey, harbour: Service, midwife: User) -> None:
    made = sent(record, harbour, midwife)
    Membership.objects.filter(user=midwife).update(ends_on=clock.today(ago(1)))
    colleague = staff(name="B. Vale")
    looping.take_over(made, by=_with_grant(colleague, record))
    made.refresh_from_db()
    assert made.owner == colleague


def _with_grant(user: User, record: Journey) -> User:
    claimed(record, user)
    return fresh(user)


def test_a_reminder_goes_once_an_hour_to_who_has_an_account(
    record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    made = sent(record, harbour, midwife)
    Referral.objects.update(messaged_at=clock.now())
    looping.remind(made, by=fresh(midwife))
    made.refresh_from_db()
    assert made.reminded_at
    assert made.messaged_at is None
    with pytest.raises(Refused, match="less than an hour ago"):
        looping.remind(made, by=fresh(midwife))
    with pytest.raises(Refused, match="no account"):
        looping.remind(sent(record, service("housing"), midwife), by=fresh(midwife))
    stepped(made, State.DECLINED, keyworker, reason="service_full")
    with time_machine.travel(ago(-1)), pytest.raises(AlreadyAnswered):
        looping.remind(made, by=fresh(midwife))


# -- her word --


def test_she_takes_back_sharing_and_it_is_withdrawn_at_once(record: Journey, midwife: User) -> None:
    worker = staff(Role.BEREAVEMENT_LEAD, team="bereavement")
    made = sent(record, service("loss_support", team="bereavement"), midwife)
    assert sees(worker, record)
    looping.take_back_consent(made, "share", "I changed my mind", by=fresh(midwife))
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert not sees(worker, record)


def test_taking_back_contact_leaves_the_referral(record: Journey, harbour: Service, midwife: User) -> None:
    made = sent(record, harbour, midwife)
    looping.take_back_consent(made, "contact", by=fresh(midwife))
    made.refresh_from_db()
    assert made.state == "sent"
    with pytest.raises(Refused):
        looping.take_back_consent(made, "all", by=fresh(midwife))
