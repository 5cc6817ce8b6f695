"""Who has an open handoff in hand: the rule in SQL and in words, taking, giving, giving back, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import Conflict, Membership, User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.covering import arrange_cover, regrant
from pathways.models import Handoff, Journey, Owner
from pathways.owning import InHand, assign, hand_back, in_hand, is_nobodys, with_owner
from pathways.reassigning import Reassigned, reassign
from tests.factories import ago, claimed, journey, owed, staff, stand_at
from tests.roles import as_role

pytestmark = pytest.mark.django_db

CASELOADS, WARDS = "HV_ANTENATAL", "OST_DOSE_LATE"


@pytest.fixture
def reid() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def ali() -> User:
    return staff(name="R. Ali")


def hand(handoff: Handoff, at: Any = None) -> InHand:
    found = with_owner(Handoff.objects.select_related("journey__named_midwife").all(), at or clock.now())
    return in_hand(found.get(pk=handoff.pk))


def unowned(handoff: Handoff) -> bool:
    now = clock.now()
    listed = Handoff.objects.alias(is_nobodys=is_nobodys(now)).filter(pk=handoff.pk, is_nobodys=True).exists()
    if not handoff.ended_at:
        assert listed is hand(handoff).is_nobodys  # the list and the words follow one rule
    return listed


def leave(user: User, days: int = 1) -> None:
    Membership.objects.filter(user=user).update(ends_on=clock.today() - timedelta(days=days))


# -- the rule --


def test_a_caseloads_handoff_is_the_named_midwifes_without_a_word(reid: User) -> None:
    handoff = owed(journey(midwife=reid), CASELOADS, due=ago(1))
    assert (hand(handoff).user, hand(handoff).how) == (reid.pk, "named")
    assert hand(handoff).words(reid, clock.now()) == "you"
    assert not unowned(handoff)


def test_what_is_not_a_caseloads_is_nobodys_until_somebody_has_it(reid: User) -> None:
    handoff = owed(journey(midwife=reid), WARDS, due=ago(1), opened_at=ago(0, hours=3))
    assert hand(handoff).words(reid, clock.now()) == "nobody for 3 hours"
    assert unowned(handoff)
    assign(handoff, reid, by=reid)
    assert hand(handoff).words(reid, clock.now()) == "you"
    assert not unowned(handoff)


def test_without_a_named_midwife_it_is_nobodys_since_it_opened() -> None:
    handoff = owed(journey(), CASELOADS, due=ago(-9), opened_at=ago(5))
    assert hand(handoff).words(staff(), clock.now()) == "nobody for 5 days"


def test_a_midwife_who_has_left_has_nothing_in_hand_since_her_last_day(reid: User) -> None:
    handoff = owed(journey(midwife=reid), CASELOADS, due=ago(-9), opened_at=ago(9))
    assign(handoff, reid, by=reid)
    leave(reid, days=3)
    assert unowned(handoff)
    ended = clock.today(hand(handoff).since - timedelta(seconds=1))
    assert ended == clock.today() - timedelta(days=3)


def test_an_account_that_is_closed_has_nothing_in_hand(reid: User) -> None:
    handoff = owed(journey(midwife=reid), CASELOADS, due=ago(-9))
    User.objects.filter(pk=reid.pk).update(is_active=False)
    assert unowned(handoff)


def test_a_midwife_who_moved_to_another_site_no_longer_has_this_one(reid: User) -> None:
    handoff = owed(journey(midwife=reid), CASELOADS, due=ago(-9))
    leave(reid)
    Membership.objects.create(user=reid, team=staff(site="GLEN").memberships.get().team, role=Role.SPECIALIST_MIDWIFE)
    assert unowned(handoff)


def test_whoever_covers_today_is_named_beside_her(reid: User, ali: User) -> None:
    handoff = owed(journey(midwife=reid), CASELOADS, due=ago(-9))
    arrange_cover(reid, ali, clock.today(), clock.today(), by=None)
    assert hand(handoff).words(ali, clock.now()) == "A. Reid, covered today by R. Ali"


def test_what_has_ended_is_not_nobodys() -> None:
    handoff = owed(journey(), CASELOADS, due=ago(3), state="completed_late", ended_at=ago(1))
    assert not unowned(handoff)


# -- taking, giving, giving back --


def test_giving_ends_what_ran_and_twice_is_once(reid: User, ali: User) -> None:
    record = journey(midwife=reid)
    claimed(record, ali)
    handoff = owed(record, CASELOADS, due=ago(1))
    first = assign(handoff, ali, "knows her well", by=reid)
    assert assign(handoff, ali, by=reid) == first
    assert (first.how, first.reason) == ("assigned", "knows her well")
    assign(handoff, reid, by=reid)
    assert list(Owner.objects.order_by("pk").values_list("user", "how", "until")) == [
        (ali.pk, "assigned", Owner.objects.get(user=ali).until),
        (reid.pk, "taken", None),
    ]


def test_given_back_it_is_her_midwifes_or_nobodys_from_then_on(reid: User, ali: User) -> None:
    record = journey(midwife=reid)
    claimed(record, ali)
    wards = owed(record, WARDS, due=ago(1))
    handoff = owed(record, CASELOADS, due=ago(1))
    for each in (wards, handoff):
        assign(each, ali, by=ali)
        assert hand_back(each, by=ali)
        assert not hand_back(each, by=ali)
    assert hand(handoff).how == "named"
    assert clock.now() - hand(wards).since < timedelta(minutes=1)


def test_nobody_gives_back_for_another_but_her_midwives(reid: User) -> None:
    record, keyworker = journey(midwife=reid), staff(Role.DRUG_SERVICE_KEYWORKER)
    claimed(record, keyworker)
    handoff = owed(record, CASELOADS, due=ago(1))
    assign(handoff, reid, by=reid)
    with pytest.raises(PermissionDenied):
        hand_back(handoff, by=keyworker)
    assign(handoff, keyworker, by=reid)
    assert hand_back(handoff, by=reid)


def test_a_handoff_never_opens_a_record(reid: User) -> None:
    record = journey(midwife=reid)
    handoff = owed(record, CASELOADS, due=ago(1))
    feared = staff()
    claimed(record, feared)
    Conflict.objects.create(woman=record.woman, user=feared)
    for person in (staff(), staff(site="GLEN"), feared, staff(Role.SERVICE_MANAGER, team="office")):
        with pytest.raises(Refused):
            assign(handoff, person, by=reid)
    with pytest.raises(PermissionDenied):
        assign(handoff, reid, by=staff(site="GLEN"))


def test_what_has_ended_is_not_given(reid: User) -> None:
    handoff = owed(journey(midwife=reid), CASELOADS, due=ago(1))
    Handoff.objects.filter(pk=handoff.pk).update(state="completed_late", ended_at=clock.now())
    with pytest.raises(Refused):
        assign(handoff, reid, by=reid)


def test_the_worker_ends_what_a_leaver_had_taken(reid: User, ali: User) -> None:
    record = journey(midwife=ali)
    claimed(record, reid)
    handoff = owed(record, CASELOADS, due=ago(1))
    assign(handoff, reid, by=reid)
    leave(reid)
    with as_role("cc_worker"):
        regrant()
    assert Owner.objects.get().until
    assert hand(handoff).user == ali.pk


# -- giving women another midwife --


def test_one_many_and_again(reid: User, ali: User) -> None:
    women = [journey(midwife=reid) for _ in range(3)]
    ids = [each.pk for each in women]
    Journey.objects.filter(pk=ids[0]).update(buddy=ali)
    assign(owed(women[1], WARDS, due=ago(1)), reid, by=reid)
    assert reassign(ids, ali, by=reid) == Reassigned(given=3)
    assert set(Journey.objects.values_list("named_midwife", "buddy")) == {(ali.pk, None)}
    assert Owner.objects.get().until  # what she had taken of her goes with the woman
    assert sum(each.events.filter(kind="named_midwife_assigned").count() for each in women) == 3
    assert reassign(ids, ali, by=ali) == Reassigned(already=3)


def test_left_out_and_counted(reid: User, ali: User) -> None:
    given, feared, closed, foreign = (journey(midwife=reid) for _ in range(4))
    Conflict.objects.create(woman=feared.woman, user=ali)
    stand_at(closed, "closed")
    shut = journey(site="GLEN")
    Conflict.objects.create(woman=foreign.woman, user=reid)
    ids = [given.pk, feared.pk, closed.pk, foreign.pk, shut.pk, 987654321]
    assert reassign(ids, ali, by=reid) == Reassigned(given=1, conflict=1, closed=1, not_open=3)
    feared.refresh_from_db()
    assert feared.named_midwife == reid


def test_a_leavers_whole_caseload_falls_to_the_team_and_is_given_on(reid: User, ali: User) -> None:
    women = [journey(midwife=reid) for _ in range(2)]
    leave(reid)
    with as_role("cc_worker"):
        regrant()
    assert reassign([each.pk for each in women], ali, by=ali) == Reassigned(given=2)
    assert reassign([each.pk for each in women], staff(name="B. Kay"), as_buddy=True, by=ali) == Reassigned(given=2)
    assert set(Journey.objects.values_list("named_midwife__name", "buddy__name")) == {("R. Ali", "B. Kay")}


def test_a_buddy_needs_a_midwife(reid: User) -> None:
    record = journey()
    assert reassign([record.pk], staff(), as_buddy=True, by=reid) == Reassigned(no_midwife=1)


def test_only_midwives_give_women_on_and_only_to_midwives_of_the_site(reid: User) -> None:
    record = journey(midwife=reid)
    with pytest.raises(PermissionDenied):
        reassign([record.pk], reid, by=staff(Role.WARD_COORDINATOR, team="maple"))
    for person in (staff(Role.WARD_MIDWIFE, team="maple"), staff(site="GLEN")):
        with pytest.raises(Refused):
            reassign([record.pk], person, by=reid)
    record.refresh_from_db()
    assert record.named_midwife == reid
