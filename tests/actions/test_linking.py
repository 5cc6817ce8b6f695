"""Links: what they open, to whom, and what becomes of an answer. Who opens one is the web's role, and nobody acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from carecoord import clock
from carecoord.access.acting import acting_as, opening
from carecoord.access.models import Conflict, User
from carecoord.access.roles import Role
from carecoord.audit.models import Change, Read
from pathways.actions import Refused
from pathways.contact import Agreed, agree_contact
from pathways.models import Event, Journey, SafeContact, Woman
from pathways.rules.loss import LOSSES
from referrals.forms.link import REASONS
from referrals.linking import ANSWERABLE, DAYS, MOST_TRIES, Key, Making, ShownBefore, answer, end_link, make_link, read
from referrals.looping import Stepping
from referrals.models import HerDay, Referral, ReferralConsent, ReferralLink, ReferralStep, Shared
from referrals.pages.shared import lines_of, read_now
from referrals.rules.loop import State
from referrals.rules.turns import reasons_of
from tests import services
from tests.factories import ago, claimed, happened, journey, staff
from tests.links import ENDINGS, linked, stands_at, wrong
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    known = {"first_name": "Xanthippe", "last_name": "Quillfeather", "safe_contact": ""}
    made = journey(midwife=midwife, edd=date(2027, 3, 9), **known)
    happened(made, ("booking_completed", ago(10)))
    Woman.objects.update(what_matters="My own door", interpreter="Polish")
    HerDay.objects.create(journey=made, children=2, by=midwife)
    details = {"number": "07700900123", "say": "It is about the book club", "note": "Her brother reads her post"}
    agree_contact(made.woman, Agreed("text", safe_until=time(14)), details, seen=None, by=midwife)
    return made


@pytest.fixture
def referral(record: Journey) -> Referral:
    return services.referral(record, shared=Shared.values, asks="A first talk about housing")


@contextmanager
def outside() -> Iterator[None]:
    """As the web's role with nobody acting: all that somebody without an account is."""
    with as_role(WEB):
        yield


def agrees_to_contact(referral: Referral, answer: str = "agreed") -> None:
    ReferralConsent.objects.create(referral=referral, purpose="contact", answer=answer, words="x", by=referral.sent_by)


@transaction.atomic
def ask(call: str) -> None:
    """Call a function of the database; where it raises, nothing of that stays."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}")


def opens(key: Key) -> bool:
    with outside():
        return read(key) is not None


# -- making one ----------------------------------------------------------------------------------


def test_neither_the_token_nor_the_code_is_kept(referral: Referral) -> None:
    made = linked(referral)
    assert len(made.key.code) == 6
    assert len(made.key.token) >= 40
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(l)::text FROM referrals_referrallink l")
        kept = cursor.fetchone()[0]
    for secret in (made.key.token, made.key.code):
        assert secret not in kept
        assert secret.encode().hex() not in kept
    assert not Change.objects.filter(new__has_any_keys=["token_hash", "code_hash"]).exists()


def test_the_code_is_hashed_under_a_key_that_the_database_does_not_have(referral: Referral, settings: Any) -> None:
    made = linked(referral)
    before = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = ["another key that is long enough to stand here"]
    assert not opens(made.key)
    settings.ENCRYPTION_KEYS = [*settings.ENCRYPTION_KEYS, *before]  # the old one reads for as long as it is named
    assert opens(made.key)


def test_another_link_ends_the_one_before(referral: Referral) -> None:
    first, second = linked(referral), linked(referral)
    assert not opens(first.key)
    assert opens(second.key)
    assert ReferralLink.objects.filter(ended_at=None).count() == 1


def test_the_same_form_makes_one_link_and_shows_it_once(referral: Referral, midwife: User) -> None:
    making = Making("C. Mbeki", submission=uuid4())
    made = make_link(referral, making, by=midwife)
    with pytest.raises(ShownBefore):
        make_link(referral, making, by=midwife)
    assert opens(made.key)


@pytest.mark.parametrize(
    ("wanted", "field"), [({"to_whom": " "}, "to_whom"), ({"days": 99}, "days"), ({"by_email": True}, "how")]
)
def test_what_is_missing_is_said(referral: Referral, wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        linked(referral, **wanted)
    assert refused.value.field == field
    assert not ReferralLink.objects.exists()


def test_none_is_made_where_it_would_open_nothing(record: Journey, referral: Referral) -> None:
    with pytest.raises(Refused, match="has accounts here"):
        linked(services.referral(record, services.service("scan", team="hv")))
    with pytest.raises(Refused, match="has not agreed"):
        linked(services.referral(record, services.service("dental"), consent="refused"))
    answered = services.referral(record, services.service("housing"), state="appointed")
    with pytest.raises(Refused, match="has been answered"):
        linked(answered)


def test_only_the_sender_makes_one(referral: Referral) -> None:
    with pytest.raises(PermissionDenied):
        make_link(referral, Making("x"), by=staff(site="CALD"))
    other = staff(Role.HEALTH_VISITOR, team="hv")
    claimed(referral.journey, other)
    with pytest.raises(Refused, match="Whoever sent it"):
        make_link(referral, Making("x"), by=other)
    with pytest.raises(Refused, match="Whoever sent it"):
        end_link(referral, by=other)


# -- what it opens -------------------------------------------------------------------------------

TOLD = {
    "name": ("Xanthippe", "Quillfeather", "1991-04-03"),
    "reach": ("text", "07700900123", "book club"),
    "dates": ("2027-03-09",),
    "needs": ("Polish",),
    "her_words": ("My own door",),
    "midwife": ("A. Reid",),
}


@pytest.mark.parametrize("shared", Shared.values)
def test_it_tells_what_was_shared_and_nothing_else(record: Journey, shared: str) -> None:
    referral = services.referral(record, shared=[shared])
    agrees_to_contact(referral)
    made = linked(referral)
    with outside():
        asked = read(made.key)
    assert asked
    assert list(asked.facts) == [shared]
    said = str(asked)
    assert all(words in said for words in TOLD[shared])
    assert not any(words in said for other, told in TOLD.items() if other != shared for words in told)
    assert "brother" not in said


def test_her_number_needs_that_she_agrees_to_be_contacted_now(referral: Referral) -> None:
    made = linked(referral)
    for answered, told in ((None, False), ("agreed", True), ("withdrawn", False), ("override", True)):
        if answered:
            agrees_to_contact(referral, answered)
        with outside():
            asked = read(made.key)
        assert asked
        assert asked.may_contact is told
        assert ("reach" in asked.facts) is told
        assert ("07700900123" in str(asked)) is told


def test_no_number_is_told_once_it_is_not_safe(referral: Referral) -> None:
    agrees_to_contact(referral)
    SafeContact.objects.create(woman=referral.journey.woman, channel="none")
    made = linked(referral)
    with outside():
        asked = read(made.key)
    assert asked
    assert "07700900123" not in str(asked)
    assert "no way is safe" in str(lines_of(asked.facts, clock.now()))


def test_the_sender_reads_the_same_words_without_her_number(referral: Referral, midwife: User) -> None:
    agrees_to_contact(referral)
    made = linked(referral)
    with outside():
        asked = read(made.key)
        with acting_as(midwife):
            preview = read_now(Referral.objects.get(), clock.now())
    assert asked
    there = [(line.label, line.words.split("\n")[0]) for line in lines_of(asked.facts, clock.now())]
    assert [(line.label, line.words) for line in preview] == there
    assert len(preview) == len(Shared.values)
    assert "07700900123" not in str(preview)


def test_nobody_previews_a_woman_whom_they_may_not_see(referral: Referral) -> None:
    with (
        outside(),
        acting_as(staff(site="CALD")),
        pytest.raises(DatabaseError, match="not open to you"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT referrals_preview(%s, '{name}')", [referral.journey_id])


@pytest.mark.parametrize(
    "call",
    [
        "referrals_facts({journey}, '{{name}}', true)",
        "referrals_reach({woman}, true)",
        "referrals_agreed({referral}, 'share')",
        "referrals_vouched('\\x00', '{{}}')",
    ],
)
def test_the_web_calls_none_of_the_functions_behind_them(referral: Referral, call: str) -> None:
    numbers = {"journey": referral.journey_id, "woman": referral.journey.woman_id, "referral": referral.pk}
    with outside(), pytest.raises(DatabaseError, match="permission denied"):
        ask(call.format(**numbers))


def test_each_look_is_written_down_with_what_was_told(referral: Referral) -> None:
    made = linked(referral)
    opens(made.key)
    agrees_to_contact(referral)
    opens(made.key)
    looks = Read.objects.order_by("pk").values_list("actor_id", "page", "purpose", "women", "labels")
    page = (None, "answer_link", f"link {made.link.pk}", [referral.journey.woman_id])
    assert list(looks) == [(*page, []), (*page, ["address"])]


# -- what opens nothing --------------------------------------------------------------------------


@pytest.mark.parametrize("what", ENDINGS)
def test_it_opens_nothing_any_more_once(referral: Referral, what: str) -> None:
    made = linked(referral)
    assert opens(made.key)
    ENDINGS[what](made)
    assert not opens(made.key)
    with outside():
        assert not answer(made.key, Stepping(State.ACCEPTED, by_outside="x", submission=uuid4()))


def test_the_code_of_another_link_opens_nothing(record: Journey, referral: Referral) -> None:
    ours, other = linked(referral), linked(services.referral(record, services.service("dental")))
    assert not opens(Key(ours.key.token, other.key.code))
    assert not opens(Key(other.key.token, ours.key.code))
    assert opens(ours.key)


def test_digits_are_read_as_people_write_them(referral: Referral) -> None:
    key = linked(referral).key
    assert opens(Key(key.token, f" {key.code[:3]} {key.code[3:]} "))


def test_five_wrong_codes_spend_it_and_each_is_kept_though_nothing_opens(referral: Referral) -> None:
    made = linked(referral)
    for tries in range(1, MOST_TRIES):
        assert not opens(wrong(made.key))
        assert ReferralLink.objects.get().tries == tries
    assert opens(made.key)
    assert not opens(wrong(made.key))
    assert not opens(made.key)


def test_wrong_codes_of_answers_count_too(referral: Referral) -> None:
    made = linked(referral)
    with outside():
        assert not answer(wrong(made.key), Stepping(State.ACCEPTED, by_outside="x"))
    assert ReferralLink.objects.get().tries == 1


@pytest.mark.parametrize("state", State)
def test_it_opens_while_the_service_is_asked(referral: Referral, state: State) -> None:
    made = linked(referral)
    stands_at(made, state)
    assert opens(made.key) is (state in ANSWERABLE)


def test_a_link_made_after_a_loss_opens_and_tells_no_dates(referral: Referral) -> None:
    happened(referral.journey, ("pregnancy_loss", ago(hours=2), {}))
    made = linked(referral)
    with outside():
        asked = read(made.key)
    assert asked
    assert "dates" not in asked.facts
    assert "2027" not in str(asked.facts)


def test_who_must_never_see_her_does_not_by_a_link_either(referral: Referral) -> None:
    made, person = linked(referral), staff()
    Conflict.objects.create(woman=referral.journey.woman, user=person)
    with outside(), acting_as(person):
        assert read(made.key) is None
    assert opens(made.key)


# -- answers -------------------------------------------------------------------------------------


def accepted(**more: Any) -> Stepping:
    return Stepping(State.ACCEPTED, **{"by_outside": "D. Ross, drug worker", "submission": uuid4(), **more})


def test_acknowledging_leaves_it_open_and_a_decision_uses_it(referral: Referral) -> None:
    made = linked(referral)
    with outside():
        assert answer(made.key, Stepping(State.ACKNOWLEDGED, submission=uuid4()))
    assert opens(made.key)
    with outside():
        assert answer(made.key, accepted())
        assert not answer(made.key, accepted())
    assert not opens(made.key)
    steps = list(ReferralStep.objects.order_by("pk").values_list("state", "by", "by_outside", "by_link"))
    assert steps[1:] == [
        ("acknowledged", None, "C. Mbeki, intake", True),
        ("accepted", None, "D. Ross, drug worker", True),
    ]


def test_the_moments_move_with_the_answer(record: Journey) -> None:
    referral = services.referral(record, services.service("drug_service", name="Harbour"))
    happened(record, ("drug_use_disclosed", ago(1), {"in_treatment": "no"}))
    made = linked(referral)
    with outside():
        assert answer(made.key, accepted())
    assert record.handoffs.get(moment="DRUG_SERVICE_REFERRAL", step="acknowledged").ended_at
    done = Event.objects.get(kind="handoff_completed")
    assert done.details["referral_acknowledged_by"] == "D. Ross, drug worker, Harbour"
    assert done.recorded_by is None


def test_what_it_changes_is_nobody_s_in_the_trail_and_says_by_link(referral: Referral) -> None:
    made = linked(referral)
    seen = Change.objects.count()
    with outside():
        answer(made.key, accepted())
    changes = Change.objects.order_by("pk")[seen:]
    assert {change.actor_id for change in changes} == {None}
    assert {change.woman_id for change in changes} == {referral.journey.woman_id}
    (step,) = (change for change in changes if change.table == "referrals_referralstep")
    assert step.new["by_link"] is True


def test_her_record_is_shut_again_after_an_answer(referral: Referral) -> None:
    made = linked(referral)
    with outside(), transaction.atomic():
        assert answer(made.key, accepted())
        assert not Woman.objects.exists()
        assert not Journey.objects.exists()


def test_it_opens_no_other_woman_and_no_label(record: Journey, referral: Referral) -> None:
    journey(first_name="Una")
    made, person = linked(referral), staff(site="CALD")
    with outside(), opening(), connection.cursor() as cursor:
        asked = [made.key.token_hash, made.key.code_hashes]
        cursor.execute("SELECT * FROM referrals_open_link(%s, %s, false, NULL)", asked)
        assert [woman.pk for woman in Woman.objects.all()] == [record.woman_id]
        cursor.execute("SELECT count(*) FROM access_my_label")
        assert cursor.fetchone() == (0,)
        with acting_as(person):  # their labels are for the women whom their own work opens
            cursor.execute("SELECT DISTINCT label FROM access_my_label WHERE woman_id = %s", [record.woman_id])
            assert cursor.fetchall() == [("general",)]


def test_what_is_refused_leaves_it_as_it_was(referral: Referral) -> None:
    made = linked(referral)
    with outside(), pytest.raises(Refused):
        answer(made.key, Stepping(State.DECLINED, by_outside="x", submission=uuid4()))  # without a reason
    assert opens(made.key)
    assert ReferralStep.objects.count() == 1


def test_the_same_form_counts_once_and_is_no_failure(referral: Referral) -> None:
    made, stepping = linked(referral), accepted()
    with outside():
        assert answer(made.key, stepping)
        assert answer(made.key, stepping)
        assert not answer(wrong(made.key), stepping)
    assert ReferralStep.objects.filter(state="accepted").count() == 1


def test_declining_comes_back_to_the_sender_with_its_reason(referral: Referral) -> None:
    made = linked(referral)
    with outside():
        stepping = Stepping(State.DECLINED, reason="service_full", words="From June on", by_outside="D. Ross")
        assert answer(made.key, stepping)
    referral.refresh_from_db()
    assert referral.state == State.DECLINED
    assert referral.flag_at
    assert referral.flag_at <= clock.now()


def test_days_are_offered_and_kept(referral: Referral) -> None:
    for days in DAYS:
        link = linked(referral, days=days).link
        assert (link.expires_at - link.made_at).days == days


def test_a_service_can_give_every_reason_of_a_no() -> None:
    assert {reason for reason, _ in REASONS} == reasons_of(State.SENT, State.DECLINED)


def test_what_ends_a_link_is_what_the_rules_call_a_loss(referral: Referral) -> None:
    for kind in LOSSES:
        made = linked(referral)
        happened(referral.journey, (kind, ago(hours=1), {}, 1 if kind == "baby_died" else None))
        assert not opens(made.key)
