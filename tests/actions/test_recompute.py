"""Recompute: tells every stored row that differs from what the events give, and puts it right."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from carecoord import clock
from carecoord.access.models import Grant
from pathways.actions import correct_event
from pathways.covering import regrant
from pathways.management.commands import recompute
from pathways.models import Baby, Flag, Handoff, Journey
from pathways.projection import differences, refresh
from pathways.sweep import sweep
from tests.factories import ago, happened, journey, staff
from tests.importing import table_sizes
from tests.roles import as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> Journey:
    """A journey with a birth, with handoffs that are missed, overdue and pending, and flags."""
    record = journey()
    happened(
        record,
        ("first_contact", ago(120)),
        ("booking_completed", ago(110)),
        ("baby_born", ago(9), {"place": "hospital"}),
    )
    assert {"missed", "pending"} <= set(record.handoffs.values_list("state", flat=True))
    return record


def run(*flags: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("recompute", *flags, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def an_open_one() -> Handoff:
    return Handoff.objects.filter(state="pending").order_by("id")[0]


def set_handoff(**fields):
    """The first pending handoff is changed past the verbs."""

    def change():
        Handoff.objects.filter(pk=an_open_one().pk).update(**fields)

    return change


def a_grant_without_a_fact() -> None:
    """As of a midwife who was never named."""
    made = Journey.objects.get()
    Grant.objects.create(
        woman=made.woman, journey=made, user=staff(), kind="caseload", reason="named midwife", starts_at=ago(1)
    )


WRONG = {
    "a grant too few": lambda: Grant.objects.filter(kind="caseload").delete(),
    "a grant too many": a_grant_without_a_fact,
    "a grant's end": lambda: Grant.objects.filter(kind="caseload").update(ends_at=ago(-9)),
    "a stage": lambda: Journey.objects.update(stage_since=ago(3)),
    "an EDD": lambda: Journey.objects.update(edd=clock.today()),
    "a last contact": lambda: Journey.objects.update(last_contact_at=None),
    "a state": set_handoff(state="declined"),
    "a state before its time": set_handoff(state="missed"),
    "a late entry": set_handoff(late_entry=True),
    "an end": set_handoff(ended_at=ago(1)),
    "a due time": lambda: set_handoff(due_at=an_open_one().due_at - timedelta(seconds=1))(),
    "a handoff too few": lambda: an_open_one().delete(),
    "a handoff too many": lambda: Handoff.objects.create(
        **{
            field.attname: getattr(an_open_one(), field.attname)
            for field in Handoff._meta.fields
            if field.attname not in ("id", "occurrence")
        },
        occurrence=7,
    ),
    "a baby too few": lambda: Baby.objects.all().delete(),
    "a baby's place": lambda: Baby.objects.update(place="home"),
    "a flag too few": lambda: Flag.objects.all().delete(),
    "a flag too many": lambda: Flag.objects.create(
        journey=an_open_one().journey, handoff=an_open_one(), handoff_key="x", level="missed", raised_at=ago(1)
    ),
    "a flag's level": lambda: Flag.objects.filter(level="missed").update(level="overdue"),
}


def test_what_the_verbs_wrote_agrees(record):
    assert run("--check") == (0, "1 journeys compared with their events, 0 differ\n")
    with as_role("cc_worker"):  # the role that the command has
        assert run("--check")[0] == run()[0] == 0


@pytest.mark.parametrize("wrong", WRONG)
def test_a_row_that_differs_is_listed_and_then_put_right(record, wrong):
    WRONG[wrong]()
    before = table_sizes()
    stored = list(Handoff.objects.order_by("id").values())
    code, out = run("--check")
    assert code == 1
    assert f"journey {record.pk}: " in out
    assert "1 differ" in out
    assert table_sizes() == before
    assert list(Handoff.objects.order_by("id").values()) == stored
    code, out = run()
    assert (code, "1 differed and were put right" in out) == (0, True)
    assert run("--check")[0] == 0


def test_a_grant_ends_where_the_corrected_facts_let_it_begin_only_later():
    her = journey()
    wrong, _ = happened(her, ("first_contact", ago(290)), ("baby_born", ago(9)))
    service = Grant.objects.filter(journey=her, team__code="harbour")
    assert service.at(clock.now()).exists()
    correct_event(wrong, reason="another woman", by=staff())
    her.refresh_from_db()
    assert differences(her, clock.now()) == []
    assert not service.at(clock.now()).exists(), "its first handoff is due soon only tomorrow"


def test_a_handoff_that_waits_for_the_sweep_is_no_difference(record):
    soon = Handoff.objects.filter(state="pending").order_by("due_at")[0]
    with time_machine.travel(soon.missed_at + timedelta(minutes=1)):
        assert run("--check")[0] == 0
        sweep()
        assert run("--check")[0] == 0


def test_a_sweep_for_a_time_to_come_is_found_out(record):
    sweep(clock.now() + timedelta(days=1000))
    code, out = run("--check")
    assert code == 1
    assert "state: stored missed, computed pending" in out
    run()
    assert run("--check")[0] == 0


def test_what_is_being_recorded_meanwhile_is_no_difference(record, monkeypatch):
    """The first look finds a row half written; the second, under the journey's lock, does not."""
    looks = []

    def torn(*args):
        looks.append(connection.in_atomic_block)
        return differences(*args) if len(looks) > 1 else ["stage: half written"]

    monkeypatch.setattr(recompute, "differences", torn)
    assert run("--check")[0] == 0
    assert len(looks) == 2


def test_every_journey_is_looked_at_in_steps(monkeypatch):
    monkeypatch.setattr(recompute, "AT_ONCE", 2)
    for _ in range(5):
        happened(journey(), ("first_contact", ago(1)))
    assert run("--check")[1] == "5 journeys compared with their events, 0 differ\n"


def test_recomputing_what_agrees_writes_nothing(record):
    before = table_sizes(), list(Handoff.objects.order_by("id").values()), list(Flag.objects.order_by("id").values())
    refresh(record)
    run()
    after = table_sizes(), list(Handoff.objects.order_by("id").values()), list(Flag.objects.order_by("id").values())
    assert after == before


@pytest.mark.django_db
def test_journeys_from_before_there_were_grants_are_given_theirs_by_the_worker() -> None:
    records = [journey(), journey(midwife=staff())]
    happened(records[1], ("first_contact", ago(60)), ("closed", ago(1), {"reason": "completed"}))
    Grant.objects.all().delete()
    with as_role("cc_worker"):
        assert regrant() == 2
        assert regrant() == 0
    assert [grant.reason for grant in Grant.objects.filter(journey=records[0], kind="caseload")] == ["nobody is named"]
    assert Grant.objects.get(journey=records[1], kind="caseload").user == records[1].named_midwife


def unexpected_by_mistake() -> list[Journey]:
    """Women whom the wards expect, each without the grant for it, in the order of their rows."""
    records = [journey(edd=clock.today() + timedelta(days=days)) for days in (28, 10, 0, -28)]
    born = journey(edd=clock.today())
    for record in (*records, born):
        happened(record, ("first_contact", ago(30)))
    (birth,) = happened(born, ("baby_born", ago(1), {"place": "hospital"}))
    correct_event(birth, reason="of another woman", by=staff())
    Grant.objects.filter(reason="expected").delete()
    return [*records, born]


def test_wards_are_given_whom_they_expect_by_the_calendar_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathways.covering.AT_ONCE", 2)
    records = unexpected_by_mistake()
    running = Grant.objects.at(clock.now() + timedelta(minutes=1)).filter(reason="expected", team__kind="ward")
    assert not running.exists()
    with as_role("cc_worker"):
        assert [regrant() for _ in range(4)] == [2, 2, 1, 0]
    assert set(running.values_list("journey", flat=True)) == {each.pk for each in records}
    assert run("--check")[1] == "5 journeys compared with their events, 0 differ\n"


def test_whom_no_ward_expects_is_not_found_by_the_worker() -> None:
    for days in (29, -29):
        journey(edd=clock.today() + timedelta(days=days))
    for kind, details in (("baby_born", {"place": "hospital"}), ("pregnancy_loss", {}), ("mother_died", {})):
        happened(journey(edd=clock.today()), (kind, ago(1), details))
    Grant.objects.filter(reason="expected").delete()
    with as_role("cc_worker"):
        assert regrant() == 0
    assert not Grant.objects.at(clock.now()).filter(reason="expected").exists()
