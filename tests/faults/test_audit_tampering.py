"""Whoever has the highest rights on the database alters the trail: verification finds every single one.

Triggers are lifted, the hand is free, and the triggers are put back so that nothing else gives it away. What is
out of reach is the key of the anchors and the file that they stand in.
"""
# ruff: noqa: S608 (statements put together here, from what stands here)

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from carecoord import clock
from carecoord.audit.anchors import anchor
from carecoord.audit.chain import LINKS, Link, link_hash
from carecoord.audit.models import Change, Read, Seal, Stream, Waiting
from carecoord.audit.reads import record_read
from carecoord.audit.sealing import seal
from carecoord.audit.verifying import verify
from pathways.models import Woman
from tests.audit import lifted
from tests.factories import UserFactory, woman

pytestmark = pytest.mark.django_db

LIFTED = ("audit_change", "audit_read", "audit_seal", "audit_verification")
MODELS = {Stream.CHANGE: Change, Stream.READ: Read}


@pytest.fixture
def anchors(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors.log")
    return tmp_path / "anchors.log"


def trail() -> None:
    """Some weeks of work in small: people, women, changes, looks; sealed and anchored as it goes."""
    chance = random.Random(7)
    people = [UserFactory() for _ in range(4)]
    women = [woman() for _ in range(6)]
    for number in range(24):
        her = chance.choice(women)
        Woman.objects.filter(pk=her.pk).update(allergies=f"allergy {number}")
        record_read(chance.choice(people), [each.pk for each in chance.sample(women, 3)], page="caseload")
        record_read(chance.choice(people), [her.pk], page="journey")
        if number % 8 == 7:
            seal()
            anchor()


# -- the kinds: each alters something, whatever chance it is given ------------------------------------------


def _execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount != 0, statement


def _any(chance: random.Random) -> tuple[Any, int]:
    """A random entry: its model and number."""
    model = MODELS[chance.choice(list(Stream))]
    return model, chance.choice(list(model.objects.values_list("id", flat=True)))


def change_a_field(chance: random.Random) -> None:
    choices = [
        ("change", '"new" = \'{"allergies": "none"}\''),
        ("change", "actor_id = 424242"),
        ("change", "row_id = coalesce(row_id, 0) + 1"),
        ("change", "woman_id = coalesce(woman_id, 0) + 1"),
        ("change", "op = CASE op WHEN 'D' THEN 'I' ELSE 'D' END"),
        ("change", "old = '{\"x\": 1}'"),
        ("read", "actor_id = actor_id + 1"),
        ("read", "page = page || '_'"),
        ("read", "purpose = 'to call her'"),
        ("read", "labels = '{address}'"),
        ("read", "db_role = 'cc_backup'"),
        ("change", "transaction = transaction + 1"),
    ]
    stream, assignment = chance.choice(choices)
    ids = list(MODELS[Stream(stream)].objects.values_list("id", flat=True))
    _execute(f"UPDATE audit_{stream} SET {assignment} WHERE id = %s", chance.choice(ids))


def change_the_time(chance: random.Random) -> None:
    model, pk = _any(chance)
    step = timedelta(microseconds=chance.choice([1, -1, 10**6, -(10**9), 10**11]))
    _execute(f"UPDATE {model._meta.db_table} SET at = at + %s WHERE id = %s", step, pk)


def delete_one(chance: random.Random) -> None:
    model, pk = _any(chance)
    _execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", pk)


def delete_one_with_its_link(chance: random.Random) -> None:
    model, pk = _any(chance)
    _execute("DELETE FROM audit_seal WHERE stream = %s AND entry_id = %s", model.__name__.lower(), pk)
    _execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", pk)


def delete_the_end(chance: random.Random) -> None:
    first = Seal.objects.count() - chance.randrange(12)
    for stream in Stream:
        ids = list(Seal.objects.filter(chain_no__gte=first, stream=stream).values_list("entry_id", flat=True))
        MODELS[stream].objects.filter(pk__in=ids).delete()
    _execute("DELETE FROM audit_seal WHERE chain_no >= %s", first)


def insert_a_forged_one(chance: random.Random) -> None:
    """With an earlier time; sometimes under a number that is free between two others, as after an undone page."""
    at = clock.now() - timedelta(minutes=chance.randrange(100_000))
    fields: dict[str, Any] = {"actor_id": chance.randrange(1, 9), "page": "journey", "women": [chance.randrange(1, 9)]}
    forged = Read.objects.create(at=at, **fields)
    if chance.random() < 0.3:
        _execute("UPDATE audit_read SET id = -%s WHERE id = %s", chance.randrange(1, 10**6), forged.pk)


def insert_a_forged_one_with_a_link(chance: random.Random) -> None:
    """In the middle of the chain, which is worked out anew from there on."""
    after = chance.randrange(Seal.objects.count())
    forged = Read.objects.create(at=clock.now(), actor_id=1, page="journey", women=[1])
    _execute("UPDATE audit_seal SET chain_no = -chain_no - 1 WHERE chain_no > %s", after)
    _execute("UPDATE audit_seal SET chain_no = -chain_no WHERE chain_no < 0")
    _execute(
        "INSERT INTO audit_seal (chain_no, stream, entry_id, sealed_at, previous, hash)"
        " VALUES (%s, 'read', %s, now(), '', '')",
        after + 1,
        forged.pk,
    )
    _rewrite(after + 1)


def swap_two_entries(chance: random.Random) -> None:
    model = MODELS[chance.choice(list(Stream))]
    one, other = chance.sample(list(model.objects.values_list("id", flat=True)), 2)
    table = model._meta.db_table
    _execute(f"UPDATE {table} SET id = -1 WHERE id = %s", one)
    _execute(f"UPDATE {table} SET id = %s WHERE id = %s", one, other)
    _execute(f"UPDATE {table} SET id = %s WHERE id = -1", other)


def swap_two_links(chance: random.Random) -> None:
    one, other = chance.sample(range(1, Seal.objects.count() + 1), 2)
    _execute("UPDATE audit_seal SET chain_no = -1 WHERE chain_no = %s", one)
    _execute("UPDATE audit_seal SET chain_no = %s WHERE chain_no = %s", one, other)
    _execute("UPDATE audit_seal SET chain_no = %s WHERE chain_no = -1", other)


def rewrite_from_an_altered_entry(chance: random.Random) -> None:
    number = chance.randrange(1, Seal.objects.count() + 1)
    link = Seal.objects.get(chain_no=number)
    _execute(f"UPDATE audit_{link.stream} SET actor_id = 424242 WHERE id = %s", link.entry_id)
    _rewrite(number)


def delete_links(chance: random.Random) -> None:
    first = chance.randrange(1, Seal.objects.count() + 1)
    _execute("DELETE FROM audit_seal WHERE chain_no BETWEEN %s AND %s", first, first + chance.randrange(4))


def change_a_link(chance: random.Random) -> None:
    number = chance.randrange(1, Seal.objects.count() + 1)
    what = chance.choice(
        [
            "hash = md5(hash) || md5(hash)",
            "previous = hash",
            "sealed_at = sealed_at + interval '1 day'",
            "entry_id = -1",
        ]
    )
    _execute(f"UPDATE audit_seal SET {what} WHERE chain_no = %s", number)


def take_a_woman_out_of_a_look(chance: random.Random) -> None:
    number = chance.choice(list(Read.objects.filter(women__len=3).values_list("id", flat=True)))
    what = chance.choice(["women[1:2]", "women || 424242::bigint", "array_replace(women, women[1], 424242)"])
    _execute(f"UPDATE audit_read SET women = {what} WHERE id = %s", number)


def empty_everything(chance: random.Random) -> None:
    tables = chance.choice(
        ["audit_read", "audit_change", "audit_seal", "audit_seal, audit_read, audit_change, audit_waiting"]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")


def begin_a_new_chain(chance: random.Random) -> None:
    """The first links go, with their entries, and what is left becomes a chain of its own."""
    cut = chance.randrange(1, Seal.objects.count())
    for stream in Stream:
        ids = list(Seal.objects.filter(chain_no__lte=cut, stream=stream).values_list("entry_id", flat=True))
        MODELS[stream].objects.filter(pk__in=ids).delete()
    _execute("DELETE FROM audit_seal WHERE chain_no <= %s", cut)
    _execute("UPDATE audit_seal SET chain_no = chain_no - %s", cut)
    _rewrite(1)


KINDS: tuple[Callable[[random.Random], None], ...] = (
    change_a_field,
    change_the_time,
    delete_one,
    delete_one_with_its_link,
    delete_the_end,
    insert_a_forged_one,
    insert_a_forged_one_with_a_link,
    swap_two_entries,
    swap_two_links,
    rewrite_from_an_altered_entry,
    delete_links,
    change_a_link,
    take_a_woman_out_of_a_look,
    empty_everything,
    begin_a_new_chain,
)


def _rewrite(first: int) -> None:
    """Work out every hash from ``first`` on anew, as somebody who has read our source would."""
    with connection.cursor() as cursor:
        cursor.execute(LINKS)
        chain = [Link(*row) for row in cursor.fetchall()]
        previous = next((link.hash for link in chain if link.chain_no == first - 1), "0" * 64)
        for link in chain[first - 1 :]:
            digest = link_hash(
                previous, chain_no=link.chain_no, stream=link.stream, sealed_at=link.sealed_at, entry=link.entry or ()
            )
            cursor.execute(
                "UPDATE audit_seal SET previous = %s, hash = %s WHERE chain_no = %s", [previous, digest, link.chain_no]
            )
            previous = digest


def problems(file: Path | None) -> int:
    return verify(file.read_text().splitlines() if file else None).problems


def test_every_tampering_is_found(fault: Any, anchors: Path) -> None:
    trail()
    assert not Waiting.objects.exists()
    assert problems(anchors) == 0
    found = 0
    for number in range(fault.size(full=1000, small=60)):
        kind = KINDS[number % len(KINDS)]
        with transaction.atomic():
            with lifted(*LIFTED):
                kind(fault.chance)
            found = problems(anchors)
            transaction.set_rollback(True)
        fault.tried += 1
        if not found:
            fault.found(f"number {number}: {kind.__name__} was not found")
    assert problems(anchors) == 0, "each was undone again"


@pytest.mark.parametrize("kind", [delete_the_end, rewrite_from_an_altered_entry, begin_a_new_chain])
def test_some_only_the_anchors_show(anchors: Path, kind: Callable[[random.Random], None]) -> None:
    """The chain alone cannot: this is why its head is told outside."""
    trail()
    with lifted(*LIFTED):
        kind(random.Random(3))
    assert problems(None) == 0
    assert problems(anchors) > 0
