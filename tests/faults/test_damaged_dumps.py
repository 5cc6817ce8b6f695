"""Backups that were cut short, changed, put together anew or emptied: refused before anything of them is restored."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carecoord.backup import sealed
from carecoord.backup.databases import scratch_database, tables, working_on
from carecoord.backup.making import back_up, check
from carecoord.backup.manifest import Manifest
from carecoord.backup.restoring import compared, restore
from carecoord.backup.sealed import Damaged
from tests.factories import ago, happened, journey, staff

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = [bytes(range(32))]
HEAD = len(sealed.FIRST_LINE) + sealed.FILE_ID_BYTES
BLOCK = sealed.CHUNK_BYTES + 16

Damage = Callable[[bytes, bytes, random.Random], bytes]


def blocks(text: bytes) -> list[bytes]:
    return [text[start : start + BLOCK] for start in range(HEAD, len(text), BLOCK)]


def put_together(text: bytes, parts: list[bytes]) -> bytes:
    return text[:HEAD] + b"".join(parts)


def cut_short(text: bytes, other: bytes, chance: random.Random) -> bytes:
    return text[: chance.randrange(1, len(text))]


def cut_between_chunks(text: bytes, other: bytes, chance: random.Random) -> bytes:
    parts = blocks(text)
    return put_together(text, parts[: chance.randrange(len(parts))])


def beginning_cut_off(text: bytes, other: bytes, chance: random.Random) -> bytes:
    return text[chance.randrange(1, len(text)) :]


def flipped_bit(text: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = bytearray(text)
    changed[chance.randrange(len(text))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flipped_in_the_head(text: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = bytearray(text)
    changed[chance.randrange(HEAD)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def swapped_chunks(text: bytes, other: bytes, chance: random.Random) -> bytes:
    parts = blocks(text)
    first, second = chance.sample(range(len(parts)), 2)
    parts[first], parts[second] = parts[second], parts[first]
    return put_together(text, parts)


def chunk_left_out(text: bytes, other: bytes, chance: random.Random) -> bytes:
    parts = blocks(text)
    del parts[chance.randrange(len(parts))]
    return put_together(text, parts)


def chunk_twice(text: bytes, other: bytes, chance: random.Random) -> bytes:
    parts = blocks(text)
    at = chance.randrange(len(parts))
    return put_together(text, [*parts[: at + 1], *parts[at:]])


def chunk_of_another_backup(text: bytes, other: bytes, chance: random.Random) -> bytes:
    parts, others = blocks(text), blocks(other)
    at = chance.randrange(min(len(parts), len(others)))
    parts[at] = others[at]
    return put_together(text, parts)


def zeros_in_it(text: bytes, other: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(text) - 512)
    return text[:at] + bytes(512) + text[at + 512 :]


def something_added(text: bytes, other: bytes, chance: random.Random) -> bytes:
    return text + chance.randbytes(chance.randrange(1, 2 * BLOCK))


def emptied(text: bytes, other: bytes, chance: random.Random) -> bytes:
    return text[: chance.choice((0, len(sealed.FIRST_LINE), HEAD))]


KINDS: list[Damage] = [
    *(cut_short, cut_between_chunks, beginning_cut_off, flipped_bit, flipped_in_the_head, swapped_chunks),
    *(chunk_left_out, chunk_twice, chunk_of_another_backup, zeros_in_it, something_added, emptied),
]


def test_damaged_backups_are_refused(fault: Any, tmp_path: Path) -> None:
    record = journey(midwife=staff())
    happened(record, ("first_contact", ago(40)), ("booking_completed", ago(30)))
    with working_on(USER="cc_backup"):
        whole, other = (back_up(tmp_path / name, KEYS).file for name in ("one", "two"))
    text, damaged = whole.read_bytes(), tmp_path / "damaged"
    assert len(blocks(text)) > 3, "nothing could be swapped"
    with working_on(USER="cc_owner"), scratch_database() as name, working_on(NAME=name):
        for number in range(fault.size(full=50, small=50)):
            kind = KINDS[number % len(KINDS)] if number % 10 else None  # each tenth: whole, under another key
            damaged.write_bytes(kind(text, other.read_bytes(), fault.chance) if kind else text)
            fault.tried += 1
            if not refused(damaged, KEYS if kind else [fault.chance.randbytes(32)]):
                fault.found(f"{kind.__name__ if kind else 'another key'}: it was restored")
        damaged.write_bytes(text)
        assert all(line.same for line in compared(restore(damaged, KEYS))), "the whole one was not accepted"


def refused(file: Path, keys: list[bytes]) -> bool:
    """Whether a restore refuses the file and leaves the database as empty as it was."""
    try:
        restore(file, keys)
    except Damaged:
        return tables() == 0
    return False


def test_without_the_seal_damage_would_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same damage on a file whose chunks are not held to their places: some of it is read without a complaint."""
    monkeypatch.setattr(sealed, "_nonce", lambda number, last: bytes(12))
    with (tmp_path / "file").open("wb") as out:
        sealer = sealed.Sealer(out, KEYS[0])
        manifest = Manifest("", "", 1, {}, {}, {}, (0, "")).as_bytes()
        sealer.write(len(manifest).to_bytes(8, "big") + manifest + bytes(5 * sealed.CHUNK_BYTES))
        sealer.finish()
    text = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(put_together(text, blocks(text)[:3]))
    check(tmp_path / "file", KEYS)
