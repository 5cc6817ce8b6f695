"""Taking an alert, putting it off, taking that back; and what somebody may do and know who may not see her."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Conflict, Grant
from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.alerting import listing
from pathways.alerting.caps import choices_to_put_off, longest_put_off, longest_taken
from pathways.alerting.holding import (
    AlreadyEnded,
    AlreadyHeld,
    give_back_alert,
    put_off,
    severity_of,
    take,
    take_alert,
    undo,
)
from pathways.engine import Severity
from pathways.models import Alert, AlertTo, Flag, Handoff, Hold, Owner
from pathways.sweep import sweep
from tests.factories import UserFactory, ago, claimed, journey, owed, staff, woman
from tests.roles import WEB, as_role
from tests.rules.story import at, site

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
FRIDAY = at("2026-11-27 15:30")  # before a Monday that is a holiday in Scotland


def raised(midwife=None, moment="HV_ANTENATAL", **fields) -> Flag:
    """An alert that has been told to her midwife."""
    handoff = owed(journey(midwife=midwife or staff()), moment, due=ago(hours=1), **fields)
    sweep()
    return Flag.objects.get(handoff=handoff)


def current_owner(flag):
    return Owner.objects.filter(handoff=flag.handoff_id, until=None).values_list("user", "how").first()


# -- how long ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "taken", "put_off_until"),
    [
        (Severity.S1, "2026-11-27 19:30", "2026-11-27 19:30"),
        (Severity.S2, "2026-11-28 15:30", "2026-11-30 12:00"),
        (Severity.S3, "2026-12-03 00:00", "2026-12-03 00:00"),
        (Severity.S4, "2026-12-04 15:30", "2026-12-04 15:30"),
    ],
)
def test_caps_by_severity(severity, taken, put_off_until):
    assert longest_taken(severity, FRIDAY, site()).until == at(taken)
    assert longest_put_off(severity, FRIDAY, site()).until == at(put_off_until)


def test_the_next_working_day_is_the_nations():
    assert longest_put_off(Severity.S2, FRIDAY, site("SCO")).until == at("2026-12-01 12:00")


@given(
    st.datetimes(
        min_value=at("2026-01-01 00:00").replace(tzinfo=None), max_value=at("2027-01-01 00:00").replace(tzinfo=None)
    )
)
def test_every_choice_lies_ahead_and_within_the_cap(when):
    when = when.replace(tzinfo=clock.LONDON).astimezone(at("2026-01-01 00:00").tzinfo)
    for severity in Severity:
        ends = [end for end, _ in choices_to_put_off(severity, when, site())]
        assert ends == sorted(ends)
        assert when < ends[0] <= ends[-1] == longest_put_off(severity, when, site()).until


@given(
    st.datetimes(
        min_value=at("2026-01-01 00:00").replace(tzinfo=None), max_value=at("2027-01-01 00:00").replace(tzinfo=None)
    )
)
def test_the_databases_cap_is_never_later_than_ours(when):
    when = when.replace(tzinfo=clock.LONDON).astimezone(at("2026-01-01 00:00").tzinfo)
    with connection.cursor() as cursor:
        for severity in Severity:
            cursor.execute("SELECT pathways_longest_taken(%s, %s)", [severity.value, when])
            ends = cursor.fetchone()[0]
            assert when < ends <= longest_taken(severity, when, site()).until + HOUR  # an hour where the clocks change
            assert severity is not Severity.S3 or ends <= longest_taken(severity, when, site()).until


# -- I have this -------------------------------------------------------------------------------


def test_whoever_takes_it_owns_it_and_it_waits():
    midwife, colleague = staff(), staff()
    flag = raised(midwife)
    hold = take(flag, by=midwife)
    flag.refresh_from_db()
    assert (flag.held_until, flag.held_by) == (hold.until, midwife)
    assert current_owner(flag) == (midwife.pk, "taken")
    assert AlertTo.objects.get(user=midwife).seen_at is not None
    assert colleague  # nobody else was asked


def test_the_web_servers_role_can_do_all_of_it():
    midwife = staff()
    flag = raised(midwife)
    with as_role(WEB), acting_as(midwife):
        hold = take(flag, submission=uuid4(), by=midwife)
        undo(hold, by=midwife)
        put_off(flag, clock.now() + HOUR, "She asked for another time", by=midwife)
    flag.refresh_from_db()
    assert flag.held_by == midwife


def test_the_same_form_twice_takes_it_once():
    midwife, form = staff(), uuid4()
    flag = raised(midwife)
    assert take(flag, submission=form, by=midwife) == take(flag, submission=form, by=midwife)
    assert Hold.objects.count() == Owner.objects.count() == 1


def test_somebody_else_hears_who_has_it():
    midwife, buddy = staff(name="A. Reid"), staff()
    flag = raised(midwife)
    claimed(flag.journey, buddy)
    take(flag, by=midwife)
    with pytest.raises(AlreadyHeld, match=r"A\. Reid has this until"):
        take(flag, by=buddy)
    with pytest.raises(AlreadyHeld):
        put_off(flag, clock.now() + HOUR, "x", by=buddy)
    Grant.objects.filter(user=buddy).update(kind="caseload", ends_at=None)
    with time_machine.travel(clock.now() + timedelta(days=9), tick=False):
        take(flag, by=buddy)
    assert current_owner(flag) == (buddy.pk, "taken")
    assert Owner.objects.exclude(until=None).get().user == midwife


def test_who_may_not_see_her_may_not_take_it_by_her_record():
    flag = raised()
    with pytest.raises(PermissionDenied):
        take(flag, by=staff(site="CALD"))
    assert not Hold.objects.exists()


def test_what_has_ended_cannot_be_taken():
    midwife = staff()
    flag = raised(midwife)
    Flag.objects.update(cleared_at=clock.now())
    with pytest.raises(AlreadyEnded):
        take(flag, by=midwife)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_takes_it():
    midwife, colleague = staff(), staff()
    handoff = owed(journey(), due=ago(hours=1))
    sweep()
    flag = Flag.objects.get(handoff=handoff)
    together, answers = threading.Barrier(2), []

    def one(person):
        together.wait()
        try:
            with as_role(WEB), acting_as(person):
                take(flag, by=person)
            answers.append("taken")
        except AlreadyHeld:
            answers.append("held")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(person,)) for person in (midwife, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["held", "taken"]
    assert Owner.objects.filter(until=None).count() == 1


# -- putting it off ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "reason", "sentence"),
    [
        (HOUR, "  ", "Say why"),
        (-HOUR, "x", "over already"),
        (timedelta(days=30), "x", "at most"),
    ],
)
def test_putting_off_wants_a_reason_and_an_end_within_the_cap(later, reason, sentence):
    midwife = staff()
    flag = raised(midwife)
    with pytest.raises(Refused, match=sentence):
        put_off(flag, clock.now() + later, reason, by=midwife)
    assert not Hold.objects.exists()


def test_one_level_is_put_off_twice_at_most_and_the_next_again():
    midwife = staff()
    flag = raised(midwife)
    now = clock.now()
    for hours in (0, 2):
        with time_machine.travel(now + hours * HOUR, tick=False):
            put_off(flag, clock.now() + HOUR, "We wait for another service's answer", by=midwife)
    with time_machine.travel(now + 4 * HOUR, tick=False):
        with pytest.raises(Refused, match="Take it, or it goes up"):
            put_off(flag, clock.now() + HOUR, "again", by=midwife)
        Alert.objects.create(
            flag=flag,
            journey=flag.journey,
            handoff=flag.handoff,
            handoff_key=flag.handoff_key,
            site=flag.site,
            rung=7,
            severity="S3",
            due_at=now,
            fired_at=clock.now(),
            made_at=clock.now(),
        )
        put_off(flag, clock.now() + HOUR, "again", by=midwife)
    assert current_owner(flag) is None, "putting off is not having it in hand"


# -- taking it back ----------------------------------------------------------------------------


def test_taking_back_puts_everything_as_it_was():
    midwife, buddy = staff(), staff()
    flag = raised(midwife)
    Owner.objects.create(
        journey=flag.journey, handoff=flag.handoff, handoff_key=flag.handoff_key, user=buddy, how="assigned"
    )
    hold = take(flag, by=midwife)
    assert current_owner(flag) == (midwife.pk, "taken")
    undo(hold, by=midwife)
    undo(hold, by=midwife)
    flag.refresh_from_db()
    assert (flag.held_until, flag.held_by) == (None, None)
    assert current_owner(flag) == (buddy.pk, "assigned")


def test_it_can_be_taken_back_for_a_minute_by_whoever_said_it():
    midwife = staff()
    flag = raised(midwife)
    hold = take(flag, by=midwife)
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False), pytest.raises(Refused):
        undo(hold, by=midwife)
    with pytest.raises(PermissionDenied):
        undo(hold, by=staff(site="CALD"))


# -- without seeing her ------------------------------------------------------------------------


@pytest.fixture
def manager():
    return staff(Role.SERVICE_MANAGER, team="office")


@pytest.fixture
def climbed(manager):
    """An urgent alert that has reached the service manager."""
    midwife = staff(name="A. Reid")
    handoff = owed(journey(midwife=midwife), "NALOXONE_DISCHARGE", due=ago(hours=25), subject="admission")
    sweep()
    return Flag.objects.get(handoff=handoff)


def test_a_manager_sees_how_urgent_it_is_and_whom_to_ring_and_no_more(manager, climbed):
    with as_role(WEB), acting_as(manager):
        (seen,) = listing.told_blindly(manager, clock.now())
        assert listing.told_to(manager, clock.now()) == []
        assert listing.count_to_act_on(manager, clock.now()) == 1
        assert not Alert.objects.exists()
        assert not AlertTo.objects.exists()
    assert (seen.severity, seen.post, seen.owner, seen.held_by, seen.visible) == (
        Severity.S1,
        "service manager",
        "A. Reid",
        "",
        False,
    )
    assert not {"Reid, Tara", "Tara", "NALOXONE"} & set(map(str, vars(seen).values()))


def test_a_manager_takes_it_once_and_does_not_become_the_owner(manager, climbed):
    alert, form = AlertTo.objects.get(user=manager).alert_id, uuid4()
    for _ in range(2):
        with as_role(WEB), acting_as(manager):
            take_alert(alert, submission=form, by=manager)
    climbed.refresh_from_db()
    assert climbed.held_by == manager
    assert timedelta(hours=3) < climbed.held_until - clock.now() <= 4 * HOUR
    assert Hold.objects.count() == 1
    assert not Owner.objects.exists()
    with as_role(WEB), acting_as(manager):
        assert listing.count_to_act_on(manager, clock.now()) == 0
        give_back_alert(alert, by=manager)
        with pytest.raises(Refused):
            give_back_alert(alert, by=manager)
    climbed.refresh_from_db()
    assert climbed.held_by is None


def test_who_was_not_told_takes_nothing(manager, climbed):
    alert = AlertTo.objects.get(user=manager).alert_id
    others = staff(Role.SERVICE_MANAGER, site="CALD", team="office"), UserFactory()
    for other in others:
        with as_role(WEB), acting_as(other):
            assert listing.told_blindly(other, clock.now()) == []
            with pytest.raises(PermissionDenied):
                take_alert(alert, by=other)
            with pytest.raises(Refused):
                give_back_alert(alert, by=other)
    Conflict.objects.create(woman=climbed.journey.woman, user=manager)
    with as_role(WEB), acting_as(manager):
        assert listing.told_blindly(manager, clock.now()) == []
        assert listing.told_per_day(clock.today(), clock.today()) == {}
        with pytest.raises(PermissionDenied):
            take_alert(alert, by=manager)


def test_a_manager_comes_too_late(manager, climbed):
    alert = AlertTo.objects.get(user=manager).alert_id
    take(climbed, by=climbed.journey.named_midwife)
    with as_role(WEB), acting_as(manager), pytest.raises(AlreadyHeld):
        take_alert(alert, by=manager)
    Flag.objects.update(cleared_at=clock.now())
    with as_role(WEB), acting_as(manager), pytest.raises(AlreadyEnded):
        take_alert(alert, by=manager)


# -- lists -------------------------------------------------------------------------------------


def test_my_alerts_stand_by_woman_the_most_urgent_first():
    midwife = staff()
    calm, pressing = journey(midwife=midwife), journey(midwife=midwife, woman=woman(first_name="Ewa"))
    owed(calm, due=ago(3))
    owed(pressing, "BIRTH_MED_PLAN", due=ago(1))
    owed(pressing, due=ago(1))
    owed(calm, "FEEDING_PLAN", due=ago(60))
    sweep()
    with as_role(WEB), acting_as(midwife):
        hers = listing.told_to(midwife, clock.now())
        assert [each.journey for each in hers] == [pressing, calm]
        assert [[one.severity.value for one in each.alerts] for each in hers] == [["S2", "S3"], ["S3", "S2"]]
        assert [one.needs_decision for one in hers[1].alerts] == [False, True], "long past does not bury what is new"
        assert listing.count_to_act_on(midwife, clock.now()) == 4
        assert listing.told_per_day(clock.today(), clock.today()) == {clock.today(): 2}
        assert [each.journey for each in listing.of_caseload(midwife, clock.now())] == [pressing, calm]
        assert len(listing.of_journey(calm, midwife, clock.now())) == 2


def test_an_entry_says_who_was_told_who_has_it_and_until_when():
    midwife = staff()
    flag = raised(midwife)
    take(flag, by=midwife)
    entry = listing.one_of(midwife, flag.pk, clock.now())
    assert entry is not None
    assert [(told.user, told.post, told.rung) for told in entry.told] == [(midwife, "owner", 0)]
    assert (entry.owner, entry.posts, entry.levels, entry.nobody) == (midwife, ("owner",), 3, False)
    assert entry.held is not None
    assert (entry.held.by, entry.held.taken, entry.held.mine) == (midwife, True, True)
    with time_machine.travel(clock.now() + timedelta(days=9), tick=False):
        again = listing.one_of(midwife, flag.pk, clock.now())
    assert again is not None
    assert again.held is None, "it presents itself again"


def test_a_page_of_alerts_takes_the_same_queries_whatever_its_length(django_assert_num_queries):
    midwife = staff()
    for name in "ABCDEF":
        owed(journey(midwife=midwife, woman=woman(first_name=name)), due=ago(hours=1))
    sweep()
    assert midwife.current_memberships
    with django_assert_num_queries(5):
        assert len(listing.told_to(midwife, clock.now())) == 6


# -- honesty -----------------------------------------------------------------------------------


def honest(reader):
    today = clock.today()
    with as_role(WEB), acting_as(reader):
        return {each.moment: each for each in listing.honesty(today, today)}


def test_what_became_of_alerts(manager):
    midwife = staff()
    flags = []
    for number in range(20):
        handoff = owed(journey(midwife=midwife, woman=woman(first_name=f"W{number}")), due=ago(hours=1))
        flags.append(handoff)
    sweep()
    for number, handoff in enumerate(flags):
        if number < 12:
            state = "completed_late" if number < 9 else "superseded"
            Handoff.objects.filter(pk=handoff.pk).update(state=state, ended_at=clock.now())
            Flag.objects.filter(handoff=handoff).update(cleared_at=clock.now())
    take(Flag.objects.get(handoff=flags[15]), by=midwife)
    row = honest(manager)["HV_ANTENATAL"]
    assert (row.fired, row.acted, row.by_itself, row.open, row.taken) == (20, 10, None, 10, None)
    mine = honest(midwife)["HV_ANTENATAL"]
    assert (mine.fired, mine.acted, mine.by_itself, mine.open, mine.taken, mine.later) == (20, 9, 3, 8, 1, 0)


def test_few_women_are_not_counted_for_those_who_may_not_see_them(manager):
    midwife = staff()
    for _ in range(7):
        owed(journey(midwife=midwife), due=ago(hours=1))
    record = journey(midwife=midwife, woman=woman(first_name="Ewa"))
    for number in range(9):
        owed(record, "FEEDING_PLAN", due=ago(hours=1), occurrence=number + 1)
    for number in range(9):
        owed(journey(midwife=midwife, woman=woman(first_name=f"S{number}")), "SEP_EXPLAIN", due=ago(hours=1))
    sweep()
    assert honest(manager) == {}, "seven women, one woman nine times, and what concerns a separation"
    assert honest(staff(site="CALD")) == {}
    assert honest(midwife)["FEEDING_PLAN"].fired == 9


def test_the_reasons_are_counted_and_own_words_never_shown(manager):
    midwife = staff()
    for number in range(9):
        handoff = owed(journey(midwife=midwife, woman=woman(first_name=f"W{number}")), due=ago(hours=1))
        sweep()
        reason = "She asked for another time" if number < 8 else "her sister Nora said so"
        put_off(Flag.objects.get(handoff=handoff), clock.now() + HOUR, reason, by=midwife)
    today = clock.today()
    with as_role(WEB), acting_as(manager):
        found = listing.put_off_reasons(today, today)
    assert found == {"She asked for another time": 10, "Another reason": None}


def test_how_many_were_told_of_how_many_stands_in_bands(manager):
    midwife = staff()
    for number in range(9):
        owed(journey(midwife=midwife, woman=woman(first_name=f"W{number}")), due=ago(hours=1))
    sweep()
    today = clock.today()
    with as_role(WEB), acting_as(manager):
        (day,) = listing.spread(today, today)
    assert (day.few, day.some, day.many, day.median) == (0, 1, 0, "8 to 15")


def test_severity_is_the_moments():
    assert severity_of(Flag(handoff_key="BIRTH_MED_PLAN.final.pregnancy.1")) is Severity.S2
