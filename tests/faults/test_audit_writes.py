"""Random writes by every way there is to write: none without its entry."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection

from carecoord.access.models import Membership
from carecoord.audit.models import Change
from pathways.models import Event, Identifier, Journey, Woman
from tests.factories import ago, journey, staff

pytestmark = pytest.mark.django_db

_numbers = count(9990000000)
Expected = Counter[tuple[str, int, str]]


def _some(model: Any, chance: random.Random, most: int = 4) -> list[int]:
    ids = list(model.objects.values_list("pk", flat=True))
    return chance.sample(ids, min(len(ids), chance.randint(1, most)))


def save(chance: random.Random) -> Expected:
    her = Woman.objects.get(pk=_some(Woman, chance)[0])
    her.allergies = f"allergy {next(_numbers)}"
    her.save()
    return Counter([("pathways_woman", her.pk, "U")])


def create(chance: random.Random) -> Expected:
    made = Event.objects.create(
        journey_id=_some(Journey, chance)[0], kind="contact_made", occurred_at=ago(chance.random())
    )
    return Counter([("pathways_event", made.pk, "I")])


def update(chance: random.Random) -> Expected:
    ids = _some(Woman, chance)
    Woman.objects.filter(pk__in=ids).update(interpreter=f"language {next(_numbers)}")
    return Counter(("pathways_woman", pk, "U") for pk in ids)


def bulk_create(chance: random.Random) -> Expected:
    free = Woman.objects.exclude(identifiers__kind="nhs").values_list("pk", flat=True)[: chance.randint(1, 3)]
    made = Identifier.objects.bulk_create(Identifier(woman_id=pk, kind="nhs", value=next(_numbers)) for pk in free)
    return Counter(("pathways_identifier", each.pk, "I") for each in made)


def bulk_update(chance: random.Random) -> Expected:
    records = list(Journey.objects.filter(pk__in=_some(Journey, chance)))
    for record in records:
        record.medication_at_entry = f"m{next(_numbers)}"
    Journey.objects.bulk_update(records, ["medication_at_entry"])
    return Counter(("pathways_journey", each.pk, "U") for each in records)


def delete(chance: random.Random) -> Expected:
    if not Identifier.objects.exists():
        return bulk_create(chance)
    ids = _some(Identifier, chance)
    Identifier.objects.filter(pk__in=ids).delete()
    return Counter(("pathways_identifier", pk, "D") for pk in ids)


def raw_update(chance: random.Random) -> Expected:
    ids = _some(Woman, chance)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pathways_woman SET pronouns = %s WHERE id = ANY(%s)", [f"p {next(_numbers)}", ids])
    return Counter(("pathways_woman", pk, "U") for pk in ids)


def upsert(chance: random.Random) -> Expected:
    """One statement that adds or changes."""
    her = _some(Woman, chance)[0]
    before = Identifier.objects.filter(woman=her, kind="chi").exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pathways_identifier (woman_id, kind, value, disputed) VALUES (%s, 'chi', %s, false)"
            " ON CONFLICT (woman_id, kind) DO UPDATE SET value = excluded.value RETURNING id",
            [her, str(next(_numbers))],
        )
        (pk,) = cursor.fetchone()
    return Counter([("pathways_identifier", pk, "U" if before else "I")])


def with_a_query(chance: random.Random) -> Expected:
    """A change hidden inside a reading statement."""
    ids = _some(Woman, chance)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH hidden AS (UPDATE pathways_woman SET what_matters = %s WHERE id = ANY(%s) RETURNING 1) SELECT 1",
            [f"w {next(_numbers)}", ids],
        )
    return Counter(("pathways_woman", pk, "U") for pk in ids)


def copy(chance: random.Random) -> Expected:
    """Into a table of staff: those behind row-level security take no COPY at all."""
    member = Membership.objects.order_by("pk")[0]
    days = [date(2000, 1, 1) + timedelta(days=next(_numbers) % 90_000) for _ in range(chance.randint(1, 3))]
    lines = "".join(f"{member.user_id}\t{member.team_id}\tmidwife\t{day}\n" for day in days)
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY access_membership (user_id, team_id, role, starts_on) FROM STDIN", io.StringIO(lines))
    made = Membership.objects.filter(role="midwife", starts_on__in=days).values_list("pk", flat=True)
    return Counter(("access_membership", pk, "I") for pk in made)


def merge(chance: random.Random) -> Expected:
    ids = _some(Journey, chance)
    with connection.cursor() as cursor:
        cursor.execute(
            "MERGE INTO pathways_journey USING unnest(%s) AS chosen(id) ON pathways_journey.id = chosen.id"
            " WHEN MATCHED THEN UPDATE SET medication_at_entry = %s",
            [ids, f"m{next(_numbers)}"],
        )
    return Counter(("pathways_journey", pk, "U") for pk in ids)


WAYS: tuple[Callable[[random.Random], Expected], ...] = (
    save,
    create,
    update,
    bulk_create,
    bulk_update,
    delete,
    raw_update,
    upsert,
    with_a_query,
    copy,
    merge,
)


def test_no_write_is_without_its_entry(fault: Any) -> None:
    midwife = staff()
    for _ in range(12):
        journey(midwife=midwife)
    for _ in range(fault.size(full=5000, small=200)):
        way = fault.chance.choice(WAYS)
        last = Change.objects.order_by("-id").values_list("id", flat=True).first() or 0
        expected = way(fault.chance)
        written = Counter(Change.objects.filter(id__gt=last).values_list("table", "row_id", "op"))
        fault.tried += 1
        if written != expected:
            fault.found(f"{way.__name__}: {dict(expected - written)} unwritten, {dict(written - expected)} too many")
