"""The sweep: each transition once, one flag for each handoff, and nothing twice, also with two sweeps at once."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from carecoord import clock
from carecoord.sites.models import Site
from pathways import sweep as sweeping
from pathways.models import Flag, Handoff, Journey, SweepRun
from pathways.projection import differences
from pathways.sweep import sweep
from tests.factories import journey, owed
from tests.importing import DATA, run_import
from tests.roles import as_role

NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def state_of(handoff: Handoff) -> str:
    handoff.refresh_from_db()
    return handoff.state


def flags_of(handoff: Handoff) -> list[tuple[str, bool]]:
    """Level, and whether it is still open, of each flag of a handoff."""
    return [(flag.level, flag.cleared_at is None) for flag in handoff.flags.order_by("id")]


# -- transitions -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_handoff_goes_through_its_states_at_their_times():
    at = clock.now()
    handoff = owed(journey(), due=at)  # warned 7 days before, missed 3 days after
    second = timedelta(microseconds=1)
    for instant, state, flags in (
        (handoff.warn_at - second, "pending", []),
        (handoff.warn_at, "due_soon", []),
        (handoff.due_at - second, "due_soon", []),
        (handoff.due_at, "overdue", [("overdue", True)]),
        (handoff.missed_at - second, "overdue", [("overdue", True)]),
        (handoff.missed_at, "missed", [("missed", True)]),
    ):
        sweep(instant)
        assert (state_of(handoff), flags_of(handoff)) == (state, flags), instant


@pytest.mark.django_db
def test_each_transition_is_counted():
    at = clock.now()
    owed(journey(), due=at)
    assert counts(sweep(at - timedelta(days=8))) == (0, 0, 0, 0)
    assert counts(sweep(at - timedelta(days=7))) == (1, 0, 0, 0)
    assert counts(sweep(at)) == (1, 1, 0, 0)
    assert counts(sweep(at + timedelta(days=3))) == (1, 0, 1, 0)
    assert counts(sweep(at + timedelta(days=3))) == (0, 0, 0, 0)


def counts(swept: sweeping.Swept) -> tuple[int, int, int, int]:
    return swept.examined, swept.flagged, swept.escalated, swept.cleared


@pytest.mark.django_db
@pytest.mark.parametrize("slept_in", ["pending", "due_soon", "overdue"])
def test_a_row_asleep_through_its_times_takes_the_last_one_only(slept_in):
    at = clock.now()
    handoff = owed(journey(), due=at, state=slept_in)
    assert sweep(at + timedelta(days=30)).examined == 1
    assert (state_of(handoff), flags_of(handoff)) == ("missed", [("missed", True)])
    assert handoff.flags.get().escalated_at is None, "it was raised as missed, not escalated to it"


@pytest.mark.django_db
def test_a_row_that_is_missed_the_moment_it_is_due_is_never_overdue():
    at = clock.now()
    handoff = owed(journey(), due=at, missed_at=at)
    sweep(at)
    assert (state_of(handoff), flags_of(handoff)) == ("missed", [("missed", True)])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state", ["completed_on_time", "completed_late", "declined", "not_applicable", "unable", "superseded"]
)
def test_a_handoff_that_has_ended_is_left_alone(state):
    handoff = owed(journey(), due=clock.now(), state=state)
    assert sweep(clock.now() + timedelta(days=30)).examined == 0
    assert (state_of(handoff), flags_of(handoff)) == (state, [])


@pytest.mark.django_db
def test_the_flag_says_which_handoff_also_when_its_row_is_gone():
    record = journey()
    at = clock.now()
    pregnancy = owed(record, due=at)
    baby = owed(record, "HV_NEW_BABY", due=at, subject="baby", subject_number=2)
    sweep(at)
    assert [flag.handoff_key for flag in Flag.objects.order_by("handoff_id")] == [pregnancy.key, baby.key]
    assert baby.key == f"HV_NEW_BABY.{baby.step}.baby:2.1"


@pytest.mark.django_db
def test_a_flag_whose_handoff_has_ended_is_cleared():
    at = clock.now()
    handoff = owed(journey(), due=at)
    sweep(at)
    Handoff.objects.update(state="declined")
    assert counts(sweep(at)) == (0, 0, 0, 1)
    assert flags_of(handoff) == [("overdue", False)]


@pytest.mark.django_db
def test_a_handoff_that_is_late_again_gets_a_new_flag():
    at = clock.now()
    handoff = owed(journey(), due=at)
    sweep(at)
    Flag.objects.update(cleared_at=at)
    Handoff.objects.update(state="pending")
    sweep(at)
    assert flags_of(handoff) == [("overdue", False), ("overdue", True)]


@pytest.mark.django_db
def test_every_sweep_leaves_a_row_that_says_how_fresh_the_flags_are():
    at = clock.now() + timedelta(days=1)
    record = journey()
    owed(record, due=at)
    sweep(at)
    assert SweepRun.objects.count() == Site.objects.count()
    run = SweepRun.objects.get(site=record.site)
    assert (run.as_of, run.examined, run.flagged, run.escalated, run.cleared) == (at, 1, 1, 0, 0)
    assert run.started_at <= run.finished_at <= clock.now()


# -- the stored rows are what the rules say ----------------------------------------------------


@pytest.mark.django_db
def test_after_a_sweep_the_stored_rows_are_what_the_rules_give(tmp_path):
    caseload = DATA / "caseload"
    with time_machine.travel(NOON):
        run_import(caseload / "women.csv", caseload / "events.csv", report=tmp_path / "report.csv")
    journeys = list(Journey.objects.select_related("site"))
    for days in (1, 10, 400):
        at = NOON + timedelta(days=days)
        assert sweep(at).examined > 0, "something has come due meanwhile"
        assert [difference for record in journeys for difference in differences(record, at)] == []
        stored = Handoff.objects.with_live_state(at)
        assert [row.pk for row in stored if row.state != row.live_state] == []


# -- twice, and at once ------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_sweep_changes_nothing():
    at = clock.now()
    for days in range(-9, 6):
        owed(journey(), due=at + timedelta(days=days))
    sweep(at)
    before = list(Handoff.objects.order_by("id").values()), list(Flag.objects.order_by("id").values())
    assert counts(sweep(at)) == (0, 0, 0, 0)
    assert (list(Handoff.objects.order_by("id").values()), list(Flag.objects.order_by("id").values())) == before


def in_threads(*works) -> None:
    """Run each in a thread with a connection of its own; fail when one fails."""
    failures = []

    def run(work):
        try:
            with as_role("cc_worker"):
                work()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_everything_once():
    at = clock.now()
    record = journey()
    for number in range(300):
        owed(record, due=at - timedelta(days=number % 10), occurrence=number + 1)
    together = threading.Barrier(4)
    done = []

    def one():
        together.wait()
        done.append(sweep(at))

    in_threads(*[one] * 4)
    assert sum(swept.examined for swept in done) == 300
    assert sum(swept.flagged for swept in done) == 300
    assert Flag.objects.count() == Flag.objects.filter(cleared_at=None).count() == 300
    assert all(flag.level == flag.handoff.state for flag in Flag.objects.select_related("handoff"))


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_escalate_once():
    at = clock.now()
    record = journey()
    for number in range(200):
        owed(record, due=at, occurrence=number + 1)
    sweep(at)
    together = threading.Barrier(3)
    done = []

    def one():
        together.wait()
        done.append(sweep(at + timedelta(days=3)))

    in_threads(*[one] * 3)
    assert sum(swept.escalated for swept in done) == 200
    assert sum(swept.flagged for swept in done) == 0
    assert set(Flag.objects.values_list("level", "cleared_at")) == {("missed", None)}


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_left_for_the_next_sweep():
    at = clock.now()
    record = journey()
    held, free = owed(record, due=at), owed(record, due=at, occurrence=2)
    locked, swept = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Handoff.objects.select_for_update().get(pk=held.pk)
            locked.set()
            assert swept.wait(30), "the sweep waited for the lock"

    def go():
        locked.wait(30)
        assert sweep(at).examined == 1
        swept.set()

    in_threads(hold, go)
    assert (state_of(held), state_of(free)) == ("pending", "overdue")
    assert sweep(at).examined == 1
    assert (state_of(held), flags_of(held)) == ("overdue", [("overdue", True)])


# -- a sweep with nothing due ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "index"),
    [(0, "sweep_site_missed"), (1, "sweep_site_due"), (2, "sweep_site_warn")],
    ids=["missed", "overdue", "warn"],
)
def test_a_sweep_with_nothing_due_walks_an_index_to_the_present(number, index):
    at = clock.now()
    record = journey()
    waiting = owed(record, due=at + timedelta(days=30))
    known = {
        field.attname: getattr(waiting, field.attname) for field in Handoff._meta.fields if not field.primary_key
    } | {"moment": "X"}
    states = ["pending", "due_soon", "overdue", "missed", "completed_on_time", "superseded"]
    Handoff.objects.bulk_create(
        Handoff(**known | {"occurrence": each + 1, "state": states[each % len(states)]}) for each in range(4_000)
    )
    state, column, where = sweeping._TRANSITIONS[number]
    statement = sweeping._MOVE.format(state=state, column=column, where=where)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pathways_handoff")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", {"at": at, "site": record.site_id})
        plan = json.dumps(cursor.fetchone()[0])
    assert f'"Index Name": "{index}"' in plan
    assert '"Node Type": "Seq Scan"' not in plan


@pytest.mark.django_db
def test_few_due_rows_are_fetched_by_their_ids_whatever_the_planner_guesses():
    at = clock.now()
    record = journey()
    owed(record, due=at)
    waiting = owed(record, due=at, occurrence=2)
    known = {field.attname: getattr(waiting, field.attname) for field in Handoff._meta.fields if not field.primary_key}
    Handoff.objects.bulk_create(Handoff(**known | {"occurrence": each + 3}) for each in range(4_000))
    statement = sweeping._MOVE.format(state="overdue", column="due_at", where=sweeping._TRANSITIONS[1][2])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pathways_handoff")  # it knows that all of them are due
        Handoff.objects.exclude(occurrence=1).update(due_at=at + timedelta(days=2))
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", {"at": at, "site": record.site_id})
        plan = cursor.fetchone()[0][0]["Plan"]
    (fetched,) = [each for each in plan["Plans"] if each["Parent Relationship"] == "Outer"]
    assert (plan["Actual Rows"], fetched["Node Type"], fetched["Index Name"]) == (
        1,
        "Index Scan",
        "pathways_handoff_pkey",
    )


@pytest.mark.django_db
def test_a_sweep_asks_no_flag_whose_handoff_is_late():
    at = clock.now()
    record = journey()
    for number in range(300):
        owed(record, due=at, occurrence=number + 1)
    sweep(at)
    Handoff.objects.filter(occurrence=7).update(state="declined")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pathways_flag")
        cursor.execute("ANALYZE pathways_handoff")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sweeping._CLEAR}", {"at": at, "site": record.site_id})
        (plan,) = cursor.fetchone()[0]
    assert '"Index Name": "flags_that_are_over"' in json.dumps(plan)
    assert '"Node Type": "Seq Scan"' not in json.dumps(plan)
    assert flags_of(record.handoffs.get(occurrence=7)) == [("overdue", False)]


@pytest.mark.django_db
def test_a_flag_that_was_left_and_is_late_again_stays():
    at = clock.now()
    handoff = owed(journey(), due=at)
    sweep(at)
    Handoff.objects.update(state="declined")
    Handoff.objects.update(state="overdue")
    assert counts(sweep(at)) == (0, 0, 0, 0)
    assert flags_of(handoff) == [("overdue", True)]


# -- the command -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_prints_json_with_exactly_these_keys():
    at = clock.now() + timedelta(days=1)
    handoff = owed(journey(), due=at)
    out = StringIO()
    call_command("sweep", "--json", "--as-of", at.isoformat(), stdout=out)
    said = json.loads(out.getvalue())
    assert list(said) == ["examined", "flagged", "escalated", "cleared", "seconds"]
    assert (said["examined"], said["flagged"], state_of(handoff)) == (1, 1, "overdue")
    assert 0 <= said["seconds"] < 10


@pytest.mark.django_db
def test_the_command_sweeps_one_site_alone():
    at = clock.now()
    here, there = owed(journey(), due=at), owed(journey(site="CALD"), due=at)
    call_command("sweep", "--site", "CALD", "--as-of", at.isoformat(), stdout=StringIO())
    assert (state_of(here), state_of(there)) == ("pending", "overdue")
    with pytest.raises(CommandError, match="no site NONE"):
        call_command("sweep", "--site", "NONE", stdout=StringIO())


@pytest.mark.django_db
def test_the_command_fails_when_a_site_could_not_be_swept(monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr(sweeping, "climb", broken)
    out = StringIO()
    with pytest.raises(CommandError, match="4 sites could not be swept"):
        call_command("sweep", "--json", stdout=out)
    assert list(json.loads(out.getvalue())) == ["examined", "flagged", "escalated", "cleared", "seconds"]


@pytest.mark.django_db
def test_the_worker_forgets_sweeps_after_thirty_days_also_those_that_were_killed():
    at, site = clock.now(), Site.objects.first()
    for days in (31, 29):
        begun = at - timedelta(days=days)
        SweepRun.objects.create(site=site, started_at=begun, as_of=begun, finished_at=begun)
        SweepRun.objects.create(site=site, started_at=begun, as_of=begun)
    with as_role("cc_worker"):
        assert sweeping.forget_old_runs(at) == 2
    assert SweepRun.objects.filter(started_at__lt=at - timedelta(days=30)).count() == 0
    assert SweepRun.objects.count() == 2


@pytest.mark.django_db
def test_the_command_prints_the_counts():
    out = StringIO()
    call_command("sweep", stdout=out)
    assert out.getvalue().startswith("examined 0, flagged 0, escalated 0, cleared 0, seconds 0.")
