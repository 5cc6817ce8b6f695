"""What row-level security costs: the same pages with and without it, by turns in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable

import pytest
from django.db import connection, models
from django.test import Client

from carecoord.access.models import Grant, User
from carecoord.access.wall import Walled
from carecoord.wall import WALL as GROUND_FLOOR
from pathways.models import Event, Flag, Handoff, Journey, Woman
from pathways.wall import WALL
from tests.bench.conftest import Bench
from tests.factories import ago, happened, journey, staff
from tests.roles import as_role

WOMEN, MIDWIVES, ROUNDS, PAGES = 3_000, 40, 9, 5
TABLES = [entry.table for wall in (GROUND_FLOOR, WALL) for entry in wall.tables if isinstance(entry, Walled)]


def copies(rows: Iterable[models.Model], **changed: object) -> list[models.Model]:
    """The rows once more, not yet saved, with other values in some fields."""
    made = []
    for row in rows:
        fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        made.append(type(row)(**{**fields, "id": None, **changed}))
    return made


def many(one: Journey, midwives: list[User]) -> None:
    """Copies of one journey with all that hangs on it, shared out among the midwives."""
    women = Woman.objects.bulk_create(copies([one.woman] * WOMEN))
    owner("ALTER TABLE pathways_journey DISABLE TRIGGER only_declared_moves_at_first")  # they begin in the middle
    journeys = Journey.objects.bulk_create(
        made
        for number, her in enumerate(women)
        for made in copies([one], woman_id=her.pk, named_midwife_id=midwives[number % len(midwives)].pk)
    )
    owner("ALTER TABLE pathways_journey ENABLE TRIGGER only_declared_moves_at_first")
    for model in (Event, Handoff, Flag):
        rows = list(model.objects.filter(journey=one))
        if model is Flag:
            rows = [row for row in rows if row.cleared_at]
        model.objects.bulk_create((made for each in journeys for made in copies(rows, journey_id=each.pk)), 5_000)
    teams = list(Grant.objects.filter(journey=one, user=None))
    mine = Grant(kind="caseload", reason="named midwife", starts_at=ago(300))
    Grant.objects.bulk_create(
        made
        for each in journeys
        for made in (
            *copies(teams, journey_id=each.pk, woman_id=each.woman_id),
            *copies([mine], journey_id=each.pk, woman_id=each.woman_id, user_id=each.named_midwife_id),
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def switched(on: bool) -> None:
    owner(*(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} ROW LEVEL SECURITY" for table in TABLES))


def owner(*statements: str) -> None:
    """What only the tables' owner may do."""
    with as_role("cc_owner"), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def timed(client: Client, url: str) -> float:
    """Milliseconds for one page, of several."""
    began = time.perf_counter()
    for _ in range(PAGES):
        assert client.get(url).status_code == 200
    return (time.perf_counter() - began) / PAGES * 1000


@pytest.mark.django_db(transaction=True)
def test_pages_with_and_without(bench: Bench) -> None:
    midwives = [staff() for _ in range(MIDWIVES)]
    nurse = staff(role="ward_midwife", team="maple")  # type: ignore[arg-type]
    one = journey(midwife=midwives[0])
    happened(one, ("first_contact", ago(120)), ("booking_completed", ago(100)), ("admitted", ago(1)))
    many(one, midwives)
    client, ward = Client(), Client()
    client.force_login(midwives[0])
    ward.force_login(nurse)
    pages = {
        "caseload": (client, "/caseload/"),
        "caseload_all": (client, "/caseload/?of=all"),
        "journey": (client, f"/journeys/{one.pk}/"),
        "handoffs": (client, "/handoffs/"),
        "ward_handoffs": (ward, "/handoffs/"),
    }
    for name, (who, url) in pages.items():
        seen: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(ROUNDS * 2):
            switched(turn % 2 == 0)
            timed(who, url)  # warms what the switch made cold
            seen[turn % 2 == 0].append(timed(who, url))
        walled, open_ = (statistics.median(seen[on]) for on in (True, False))
        bench(name, "3k", ms=walled, ms_without_rls=open_, ratio_rls=walled / open_)
    switched(True)
