"""What a link of the chain covers: one entry, word for word, and the hash of the link before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from carecoord.audit.models import Stream

START = "0" * 64  # what the first link follows

# Written out, column by column and as text: a column that a later release adds leaves the old hashes as they are.
COLUMNS: dict[Stream, tuple[str, ...]] = {
    Stream.CHANGE: (
        "id",
        "at",
        "actor_id",
        "db_role",
        "transaction",
        "table",
        "row_id",
        "woman_id",
        "op",
        "old",
        "new",
    ),
    Stream.READ: ("id", "at", "actor_id", "db_role", "transaction", "page", "purpose", "women", "labels"),
}
_AS_TEXT = {"at": "to_char({alias}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"}


def entry_as_text(stream: Stream, alias: str) -> str:
    """The SQL of an entry's columns as an array of texts; nulls stay nulls."""
    texts = (_AS_TEXT.get(name, f'{{alias}}."{name}"::text').format(alias=alias) for name in COLUMNS[stream])
    return f"ARRAY[{', '.join(texts)}]"


def link_hash(previous: str, *, chain_no: int, stream: str, sealed_at: datetime, entry: Sequence[str | None]) -> str:
    """SHA-256 of the link before and of everything that this one says."""
    said = {
        "chain_no": chain_no,
        "stream": stream,
        "sealed_at": sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "entry": dict(zip(COLUMNS[Stream(stream)], entry, strict=True)),
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(f"{previous}\n{canonical}".encode()).hexdigest()


class Link(NamedTuple):
    """One row of the chain beside the entry that it seals; ``entry`` is None when that is gone."""

    chain_no: int
    stream: str
    entry_id: int
    sealed_at: datetime
    previous: str
    hash: str
    entry: Sequence[str | None] | None


LINKS = f"""
    SELECT seal.chain_no, seal.stream, seal.entry_id, seal.sealed_at, seal.previous, seal.hash,
           CASE WHEN change.id IS NOT NULL THEN {entry_as_text(Stream.CHANGE, "change")}
                WHEN read.id IS NOT NULL THEN {entry_as_text(Stream.READ, "read")} END
    FROM audit_seal AS seal
    LEFT JOIN audit_change AS change ON seal.stream = '{Stream.CHANGE}' AND change.id = seal.entry_id
    LEFT JOIN audit_read AS read ON seal.stream = '{Stream.READ}' AND read.id = seal.entry_id
    ORDER BY seal.chain_no
"""  # noqa: S608 the columns above, nothing from outside


def links(cursor: Any, at_once: int = 500) -> Iterator[Link]:
    """The chain from its first link, a few at a time. ``cursor`` has run ``LINKS``."""
    while rows := cursor.fetchmany(at_once):
        for row in rows:
            yield Link(*row)
