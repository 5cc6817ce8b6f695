"""The database refuses a stage to which no declared move leads, whoever asks and by whatever way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from pathways.actions import Draft, Refused, record_event
from pathways.engine import NEVER_BY_ITSELF, TRANSITIONS, Stage, declared_moves
from pathways.models import Event, Journey
from tests.constraints import refused, without
from tests.factories import ago, happened, journey, stand_at
from tests.roles import as_role

pytestmark = pytest.mark.django_db

STAGES = ("", *(stage.value for stage in Stage))
FACTS = sorted({transition.fact for transition in TRANSITIONS})
TRIGGER = "ALTER TABLE pathways_journey DISABLE TRIGGER only_declared_moves"


def moved(before: str, fact: str, stage: str) -> Callable[[], object]:
    """Writes a stage, with what is said to have led there."""

    def write() -> None:
        record = journey()
        event = Event.objects.create(
            journey=record, kind=fact, occurred_at=ago(1), details={"reason": "completed"} if fact == "closed" else {}
        )
        Journey.objects.filter(pk=record.pk).update(stage=stage, stage_before=before, stage_by=event)

    return write


def test_exactly_the_declared_moves_can_be_written() -> None:
    """Every stage before × every fact that moves anybody × every stage: 10 × 15 × 10."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b, f, s FROM unnest(%s::text[]) b, unnest(%s::text[]) f, unnest(%s::text[]) s"
            " WHERE pathways_declared_move(b, f, s)",
            [list(STAGES), FACTS, list(STAGES)],
        )
        allowed = set(cursor.fetchall())
    assert allowed == declared_moves()
    assert len(allowed) < len(STAGES) ** 2 * len(FACTS) / 10


@pytest.mark.parametrize(
    ("before", "fact", "stage"),
    [
        ("separated", "contact_missed", "closed"),
        ("separated", "separated", "closed"),
        ("closed", "contact_made", "postnatal_community"),
        ("antenatal", "admitted", "postnatal_inpatient"),
        ("booking", "closed", "separated"),
        ("", "closed", "bereavement"),
    ],
)
def test_another_move_is_refused_and_nothing_but_the_trigger_refuses_it(before: str, fact: str, stage: str) -> None:
    assert refused(moved(before, fact, stage))
    assert not without(TRIGGER, moved(before, fact, stage))


def test_a_declared_one_is_written() -> None:
    assert not refused(moved("antenatal", "closed", "closed"))
    assert not refused(moved("closed", "reopened", "antenatal"))


def test_a_stage_needs_what_led_to_it() -> None:
    record = journey()
    assert refused(lambda: Journey.objects.filter(pk=record.pk).update(stage="closed"))
    assert refused(lambda: Journey.objects.create(woman=record.woman, number=2, site=record.site, team=record.team,
                                                  stage="antenatal"))  # fmt: skip


def test_an_event_of_another_journey_leads_nowhere() -> None:
    record, other = journey(), journey()
    stand_at(other, Stage.CLOSED)
    taken = dict(stage="closed", stage_before="", stage_by=other.stage_by)
    assert refused(lambda: Journey.objects.filter(pk=record.pk).update(**taken))


@pytest.mark.parametrize("fact", sorted(NEVER_BY_ITSELF))
def test_the_worker_decides_nothing(fact: str) -> None:
    record = journey()
    happened(record, ("first_contact", ago(30)))

    def write(source: str = "screen") -> None:
        with as_role("cc_worker"):
            Event.objects.create(
                journey=record, kind=fact, occurred_at=ago(1), source=source, details={"reason": "completed"}
            )

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the trigger cannot be taken away
    assert refused(write)
    assert not refused(lambda: write("import"))
    assert not without("ALTER TABLE pathways_event DISABLE TRIGGER people_decide", write)


def test_what_has_a_page_of_its_own_is_recorded_there_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from pathways import guided

    record = journey()
    asked = guided.Move(
        "visited", "She was visited", "", "At home", guided.Ability.RECORD_EVENT, "record", lambda _: True,
        kinds=("postnatal_visit",),
    )  # fmt: skip
    monkeypatch.setitem(guided.MOVES, "visited", asked)
    with pytest.raises(Refused, match="page of its own"):
        record_event(record, Draft("postnatal_visit", ago(1)), by=None)
    assert not record.events.exists()
