"""Alerts climb: each level of each flag once, told to whoever holds it, the messages in the same transaction."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Conflict, Cover
from carecoord.access.roles import Role
from pathways import sweep as sweeping
from pathways.actions import Draft, correct_event, lock, record_event
from pathways.alerting import climbing
from pathways.engine import Ending, Severity, State
from pathways.models import Alert, AlertTo, DutyPost, Event, Flag, Handoff, SafeContact
from pathways.moments import by_key
from pathways.moments.ladders import Post
from pathways.projection import differences, refresh
from pathways.sweep import sweep
from tests.actions.test_sweep import in_threads
from tests.factories import ago, happened, journey, owed, staff, stand_at, woman
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON_THE_WARD = {"moment": "OST_VERIFY", "subject": "admission", "subject_number": 1}


@pytest.fixture(autouse=True)
def as_the_worker():
    """Sweeps sign in as the worker; what a test arranges is the owner's."""
    run = sweeping.sweep_site

    def sweep_site(*args, **kwargs):
        with as_role("cc_worker"):
            return run(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "sweep_site", sweep_site)
        yield


@pytest.fixture
def messages(monkeypatch):
    """What was handed to delivery: (urgent, {person: women})."""
    sent = []
    monkeypatch.setattr(climbing, "tell", lambda counts, *, urgent, at: sent.append((urgent, counts)))
    return sent


def alerts(handoff):
    return list(Alert.objects.filter(handoff=handoff).order_by("rung").values_list("rung", flat=True))


def told(handoff, rung):
    rows = AlertTo.objects.filter(alert__handoff=handoff, alert__rung=rung)
    return set(rows.values_list("user_id", "post"))


def ward_people():
    return {
        Post.ASSIGNED_MIDWIFE: staff(Role.WARD_MIDWIFE, team="maple"),
        Post.WARD_COORDINATOR: staff(Role.WARD_COORDINATOR, team="maple"),
    }


@pytest.fixture
def site():
    return journey().site


# -- levels ------------------------------------------------------------------------------------


def test_the_first_level_is_told_when_it_is_overdue(messages):
    midwife = staff()
    due = ago()
    handoff = owed(journey(midwife=midwife), due=due)
    assert sweep(due).told == 1
    (alert,) = Alert.objects.all()
    assert (alert.rung, alert.severity, alert.due_at, alert.fired_at, alert.made_at) == (0, "S3", due, due, due)
    assert not alert.nobody_on_duty
    assert told(handoff, 0) == {(midwife.pk, Post.OWNER)}
    flag = Flag.objects.get()
    assert (flag.rung, flag.climbs_at > due) == (0, True)
    assert sweep(due).told == 0
    assert [counts for _, counts in messages if counts] == [{midwife.pk: 1}]


def test_it_climbs_level_by_level_and_stops_after_the_last(messages):
    people = ward_people()
    due = ago()
    handoff = owed(journey(), due=due, **ON_THE_WARD)
    for hours, rungs in [(0, [0]), (0.9, [0]), (1, [0, 1]), (2, [0, 1, 2, 3]), (50, [0, 1, 2, 3])]:
        sweep(due + hours * HOUR)
        assert alerts(handoff) == rungs
    assert told(handoff, 0) == {(people[Post.ASSIGNED_MIDWIFE].pk, Post.ASSIGNED_MIDWIFE)}
    assert told(handoff, 1) == {(people[Post.WARD_COORDINATOR].pk, Post.WARD_COORDINATOR)}
    assert Flag.objects.get().climbs_at is None


def test_an_empty_level_is_skipped_upwards_at_once_and_the_last_falls_to_somebody(messages):
    """No obstetric doctor, no pharmacist, no manager at this site: the caseload team has to know."""
    ward_people()
    midwife = staff()
    due = ago()
    handoff = owed(journey(), due=due, **ON_THE_WARD)
    sweep(due + 2 * HOUR)
    assert told(handoff, 2) == set()
    assert told(handoff, 3) == {(midwife.pk, Post.DUTY_MANAGER)}
    marked = dict(Alert.objects.values_list("rung", "nobody_on_duty"))
    assert marked == {0: False, 1: False, 2: True, 3: True}
    last = Alert.objects.get(rung=3)
    assert last.fired_at == due + 2 * HOUR, "when the level before it was due and found nobody"


def test_with_nobody_at_all_the_alert_stands_and_says_so(messages):
    due = ago()
    owed(journey(), due=due)
    assert sweep(due).told == 3
    assert set(Alert.objects.values_list("rung", "nobody_on_duty")) == {(0, True), (1, True), (2, True)}
    assert not AlertTo.objects.exists()


def test_after_three_days_without_a_sweep_every_level_comes_once_most_urgent_first(messages):
    people, midwife, manager = ward_people(), staff(), staff(Role.SERVICE_MANAGER, team="office")
    due = ago(3)
    calm = owed(journey(midwife=midwife), due=due)  # S3
    ward = owed(journey(), due=due, **ON_THE_WARD)  # S1
    sweep(due + 3 * DAY)
    assert alerts(ward) == [0, 1, 2, 3]
    assert alerts(calm)[0] == 0
    ids = Alert.objects.order_by("pk").values_list("handoff", flat=True)
    assert list(ids) == [ward.pk] * 4 + [calm.pk] * len(alerts(calm))
    urgent = {person: count for is_urgent, counts in messages if is_urgent for person, count in counts.items()}
    digest = {person: count for is_urgent, counts in messages if not is_urgent for person, count in counts.items()}
    assert urgent == {manager.pk: 1}, "of what is more than a day old only the newest level is told at once"
    assert digest[people[Post.ASSIGNED_MIDWIFE].pk] == digest[people[Post.WARD_COORDINATOR].pk] == 1
    assert sweep(due + 3 * DAY).told == 0


def test_reporting_only_tells_nobody(messages):
    staff()
    due = ago()
    owed(journey(midwife=staff()), "CONTRACEPTION", due=due)
    assert sweep(due + 30 * DAY).told == 0
    assert Flag.objects.get().climbs_at is None


def test_working_days_count_by_the_calendar_of_the_site_she_entered_at(messages):
    lead = staff()
    record = journey(midwife=staff())
    DutyPost.objects.create(site=record.site, post=Post.TEAM_LEAD, user=lead, starts_on=clock.today() - DAY * 400)
    record.entered_site_id = journey(site="GLEN").site_id
    record.save()
    due = clock.parse_instant("2026-11-27 12:00")[0]  # the Monday after is a holiday in Scotland alone
    owed(record, due=due)
    sweep(due)
    assert Flag.objects.get().climbs_at == clock.parse_instant("2026-12-02 00:00")[0]


def test_whoever_holds_two_posts_of_a_level_is_told_once(messages):
    both = staff(Role.SAFEGUARDING_MIDWIFE)
    due = ago()
    handoff = owed(journey(midwife=both), "PREBIRTH_DECISION", due=due)
    sweep(due)
    assert told(handoff, 0) == {(both.pk, Post.NAMED_MIDWIFE)}


def test_somebody_in_conflict_with_her_is_never_told(messages):
    midwife, colleague = staff(), staff()
    record = journey(midwife=midwife)
    Conflict.objects.create(woman=record.woman, user=midwife)
    due = ago()
    handoff = owed(record, due=due)
    sweep(due)
    assert {user for user, _ in told(handoff, 0)} == {colleague.pk}


def test_whoever_covers_is_told(messages):
    midwife, colleague = staff(), staff()
    today = clock.today()
    Cover.objects.create(midwife=midwife, covered_by=colleague, starts_on=today - DAY, ends_on=today + DAY)
    due = ago()
    handoff = owed(journey(midwife=midwife), due=due)
    sweep(due)
    assert told(handoff, 0) == {(colleague.pk, Post.OWNER)}


def test_a_later_due_time_makes_it_wait_and_an_earlier_one_climb(messages):
    staff()
    record = journey(midwife=staff())
    happened(record, ("first_contact", ago(40)))
    handoff = Handoff.objects.filter(journey=record, moment="BOOK_LATE_14D").first() or Handoff.objects.first()
    assert handoff is not None
    sweep(handoff.due_at + HOUR)
    flag = Flag.objects.get(handoff=handoff, cleared_at=None)
    waits_until = flag.climbs_at
    Handoff.objects.filter(pk=handoff.pk).update(due_at=F("due_at") - DAY)  # as if the facts had been others
    refresh(lock(record))
    flag.refresh_from_db()
    assert flag.cleared_at is None
    assert flag.climbs_at != waits_until
    assert abs(flag.climbs_at - clock.now()) < HOUR


def test_at_another_site_it_starts_again_at_the_foot(messages):
    midwife, theirs = staff(), staff(site="CALD")
    record = journey(midwife=midwife)
    happened(record, ("first_contact", ago(40)))
    sweep()
    before = set(Flag.objects.filter(cleared_at=None, rung__isnull=False).values_list("handoff_id", flat=True))
    assert before
    record.site_id, record.team_id = theirs.memberships.get().team.site_id, theirs.memberships.get().team_id
    record.named_midwife = theirs
    record.save()
    refresh(lock(record))
    again = Flag.objects.filter(cleared_at=None, handoff__in=before)
    assert set(again.values_list("rung", "site")) == {(None, record.site_id)}
    sweep()
    assert set(AlertTo.objects.filter(alert__flag__in=again, alert__rung=0).values_list("user", flat=True)) == {
        theirs.pk
    }


# -- what stops it -----------------------------------------------------------------------------


def test_her_death_clears_every_flag_at_once_and_nothing_fires_after(messages):
    midwife = staff()
    record = journey(midwife=midwife)
    happened(record, ("first_contact", ago(60)), ("booking_completed", ago(50)))
    sweep()
    assert Flag.objects.filter(journey=record, cleared_at=None).exists()
    happened(record, ("mother_died", ago(hours=1)))
    assert not Flag.objects.filter(journey=record, cleared_at=None).exists()
    record.refresh_from_db()
    assert differences(record, clock.now()) == []
    count = Alert.objects.count()
    sweep(clock.now() + 60 * DAY)
    record_event(record, Draft("contact_made", ago(70)), by=None)  # somebody writes down what they had forgotten
    sweep(clock.now() + 61 * DAY)
    assert Alert.objects.count() == count


def test_a_flag_left_over_in_a_closed_journey_tells_nobody(messages):
    """From before closing a journey cleared them."""
    record = journey(midwife=staff())
    due = ago()
    handoff = owed(record, due=due)
    stand_at(record, "closed")
    sweep(due)
    assert Flag.objects.filter(handoff=handoff, cleared_at=None).exists()
    assert alerts(handoff) == []


def test_closing_clears_what_was_missed(messages):
    record = journey(midwife=staff())
    happened(record, ("first_contact", ago(60)), ("booking_completed", ago(50)))
    sweep()
    happened(record, ("closed", ago(hours=1), {"reason": "moved_out"}))
    assert not Flag.objects.filter(journey=record, cleared_at=None).exists()
    record.refresh_from_db()
    assert differences(record, clock.now()) == []


def test_what_is_owed_to_her_baby_climbs_on_after_her_death(messages):
    staff()
    record = journey(midwife=staff())
    happened(
        record,
        ("booking_completed", ago(100)),
        ("baby_born", ago(30), {"place": "hospital"}, 1),
        ("mother_died", ago(29)),
    )
    sweep()
    standing = {flag.handoff_key.split(".")[0] for flag in Flag.objects.filter(cleared_at=None)}
    assert "HV_NEW_BABY" in standing
    assert all(Ending.MOTHER_DIED in by_key[key].survives for key in standing)


def test_it_does_not_climb_while_somebody_holds_it_and_goes_on_after(messages):
    ward_people()
    manager = staff(Role.SERVICE_MANAGER, team="office")
    due = ago()
    handoff = owed(journey(), due=due, **ON_THE_WARD)
    sweep(due)
    ends = due + 5 * HOUR
    Flag.objects.update(held_until=ends, held_by=manager)
    sweep(ends - timedelta(seconds=1))
    assert alerts(handoff) == [0]
    sweep(ends)
    assert alerts(handoff) == [0, 1, 2, 3]
    assert set(Alert.objects.filter(rung__gt=0).values_list("fired_at", flat=True)) == {ends}


def test_staff_are_told_though_she_must_not_be_contacted(messages):
    midwife = staff()
    record = journey(midwife=midwife)
    SafeContact.objects.create(woman=record.woman, still_safe=False)
    due = ago()
    handoff = owed(record, due=due)
    sweep(due)
    assert {user for user, _ in told(handoff, 0)} == {midwife.pk}


def test_a_handoff_whose_row_goes_keeps_its_alert(messages):
    """Its opening fact was entered in error: the page corrects it as the web's role."""
    midwife = staff()
    record = journey(midwife=midwife)
    happened(record, ("first_contact", ago(60)))
    sweep()
    assert Alert.objects.exclude(handoff=None).exists()
    event = Event.objects.get(kind="first_contact")
    with as_role(WEB), acting_as(midwife):
        correct_event(event, reason="wrong woman", by=midwife)
    assert Alert.objects.exists()
    assert not Alert.objects.exclude(handoff=None).exists()
    assert not Flag.objects.filter(cleared_at=None).exists()


# -- messages ----------------------------------------------------------------------------------


def test_alerts_of_one_woman_are_one_in_the_number(messages):
    midwife = staff()
    due = ago()
    hers, another = journey(midwife=midwife), journey(midwife=midwife, woman=woman(first_name="Ewa"))
    for number in range(3):
        owed(hers, due=due, occurrence=number + 1)
    owed(another, due=due)
    sweep(due)
    assert [(urgent, counts) for urgent, counts in messages if counts] == [(False, {midwife.pk: 2})]
    assert AlertTo.objects.filter(user=midwife).count() == 4


def test_what_is_urgent_is_told_at_once_and_not_again_in_the_digest(messages):
    midwife = staff()
    due = ago()
    record = journey(midwife=midwife)
    owed(record, due=due)  # S3
    owed(record, "BIRTH_MED_PLAN", due=due)  # S2
    sweep(due)
    assert [(urgent, counts) for urgent, counts in messages if counts] == [(True, {midwife.pk: 1})]


def test_without_its_messages_an_alert_does_not_stand(monkeypatch):
    staff()
    due = ago()
    handoff = owed(journey(midwife=staff()), due=due)

    def broken(counts, *, urgent, at):
        raise RuntimeError("no outbox")

    monkeypatch.setattr(climbing, "tell", broken)
    assert sweep(due).failed == 1
    assert not Alert.objects.exists()
    monkeypatch.setattr(climbing, "tell", lambda counts, *, urgent, at: None)
    sweep(due)
    assert alerts(handoff) == [0]


# -- sweeps among each other -------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_tell_everything_once(messages, monkeypatch):
    monkeypatch.setattr(climbing, "AT_ONCE", 20)
    at = clock.now()
    record = journey(midwife=staff())
    for number in range(150):
        owed(record, due=at - number % 7 * DAY, occurrence=number + 1)
    together = threading.Barrier(4)

    def one():
        together.wait()
        for _ in range(3):
            sweep(at)

    in_threads(*[one] * 4)
    sweep(at)
    assert Alert.objects.filter(rung=0).count() == AlertTo.objects.filter(alert__rung=0).count() == 150
    assert not Flag.objects.filter(climbs_at__lte=at).exists()


@pytest.mark.django_db(transaction=True)
def test_a_sweep_and_verbs_on_the_same_women_never_wait_for_each_other_in_a_ring(messages):
    """A verb holds her journey and changes her flags; a sweep holds the flags and writes rows of her journey."""
    at = clock.now()
    midwife = staff()
    records = [journey(midwife=midwife, woman=woman(first_name=f"Ewa {name}")) for name in "ABCDEFGH"]
    for record in records:
        happened(record, ("first_contact", ago(60)), ("booking_completed", ago(50)))

    def swept():
        for days in range(12):
            assert sweep(at + days * DAY).failed == 0

    def written():
        for _ in range(4):
            for record in records:
                record_event(record, Draft("contact_made", clock.now()), by=None)

    in_threads(swept, written, swept)


@pytest.mark.django_db(transaction=True)
def test_a_flag_that_a_verb_holds_is_left_for_the_next_sweep(messages):
    due = ago()
    held, free = (owed(journey(midwife=staff()), due=due) for _ in range(2))
    sweeping._move(held.site_id, due, sweeping.Swept())
    locked, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Flag.objects.select_for_update().get(handoff=held)
            locked.set()
            assert done.wait(30), "the sweep waited for the lock"

    def go():
        locked.wait(30)
        sweep(due)
        done.set()

    in_threads(hold, go)
    assert alerts(held) == []
    assert alerts(free)[:1] == [0]
    sweep(due)
    assert alerts(held)[:1] == [0]


def test_a_site_whose_sweep_fails_stops_no_other(messages, monkeypatch, caplog):
    due = ago()
    broken = owed(journey(midwife=staff(site="ASHF")), due=due)
    whole = owed(journey(site="CALD", midwife=staff(site="CALD")), due=due)
    climb = climbing.climb

    def climb_or_break(site, at, **limits):
        if site == broken.site_id:
            raise RuntimeError("broken")
        return climb(site, at, **limits)

    monkeypatch.setattr(sweeping, "climb", climb_or_break)
    assert sweep(due).failed == 1
    assert alerts(whole)[:1] == [0]
    assert [record.site for record in caplog.records if record.name == "pathways.sweep"] == [broken.site_id]


def test_a_sweep_stops_at_its_time_and_the_next_goes_on(messages, monkeypatch):
    monkeypatch.setattr(climbing, "AT_ONCE", 1)
    due = ago()
    first = journey(midwife=staff())
    for number in range(3):
        owed(first, due=due, occurrence=number + 1)
    sweeping.sweep_site(first.site_id, due, seconds=0)
    assert not Alert.objects.exists()
    sweep(due)
    assert Alert.objects.filter(rung=0).count() == 3


# -- cost --------------------------------------------------------------------------------------


def test_a_batch_takes_the_same_queries_whatever_its_size(messages, django_assert_num_queries):
    due = ago()
    midwife = staff()
    for name in "ABCDE":
        record = journey(midwife=midwife, woman=woman(first_name=name))
        for number in range(6):
            owed(record, due=due, occurrence=number + 1)
    sweeping._move(record.site_id, due, sweeping.Swept())
    # the flags, 3 of the roster, owners, offers, conflicts, 3 writes; and the next batch, which is empty
    with django_assert_num_queries(11 + 2 * 2), as_role("cc_worker"):
        assert climbing.climb(record.site_id, due) == 30


def test_a_sweep_with_nothing_to_climb_walks_an_index_to_the_present(site):
    now = clock.now()
    record = journey(midwife=staff())
    rows = [owed(record, due=now, occurrence=number + 1, state=State.OVERDUE) for number in range(30)]
    Flag.objects.bulk_create(
        Flag(
            journey=record,
            handoff=row,
            handoff_key=row.key,
            level="overdue",
            raised_at=now,
            site=record.site,
            climbs_at=now + DAY,
            rung=0,
        )
        for row in rows
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ANALYZE pathways_flag")
        query, parameters = climbing.due_to_climb(record.site_id, now).query.sql_with_params()
        cursor.execute(f"EXPLAIN {query}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "flags_to_climb" in plan
    assert "Index Cond: ((site_id" in plan
    assert "climbs_at <=" in plan


# -- any rhythm --------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sweeps=st.lists(st.integers(min_value=-30, max_value=7_000), min_size=1, max_size=8), batch=st.integers(1, 4))
def test_whenever_sweeps_run_every_due_level_stands_once(sweeps, batch, messages):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(climbing, "AT_ONCE", batch)
        ward_people()
        due = ago(10)
        record = journey(midwife=staff())
        for number, moment in enumerate(["OST_VERIFY", "HV_ANTENATAL", "SEP_CONTACT", "BIRTH_MED_PLAN"]):
            owed(record, moment, due=due + number * HOUR, missed_at=due + 30 * DAY)
        for minutes in sorted(sweeps):
            sweep(due + timedelta(minutes=minutes))
        last = due + timedelta(minutes=max(sweeps))
        late = Handoff.objects.filter(due_at__lte=last)
        assert set(Alert.objects.filter(rung=0).values_list("handoff", flat=True)) == {each.pk for each in late}
        for flag in Flag.objects.all():
            rungs = sorted(flag.alerts.values_list("rung", flat=True))
            assert rungs == list(range((flag.rung if flag.rung is not None else -1) + 1))
            assert flag.climbs_at is None or flag.climbs_at > last
        assert all(alert.told.exists() or alert.nobody_on_duty for alert in Alert.objects.all())
        assert {alert.severity for alert in Alert.objects.all()} <= {each.value for each in Severity}
        transaction.set_rollback(True)
