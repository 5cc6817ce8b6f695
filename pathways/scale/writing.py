"""Writes the rows with COPY, in one transaction: either all of it is there or nothing.

Meanwhile the tables stand open: row-level security is not forced on their owner (COPY does not work under it), and the
triggers are off (they write down who changed what, and these rows nobody changed). Where there are many
rows, indexes and foreign keys are left out and made again afterwards, all at once, which checks every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from multiprocessing import get_context

from django.db import connection
from django.db.backends.utils import CursorWrapper

from pathways.scale.rows import COLUMNS, NULL, ROOM, Job, text_of

AT_ONCE = 100  # stories in one piece of work
MANY = 20_000  # journeys from which on indexes are made afterwards
_ALONE = 2_000  # stories up to which one process is enough
_TABLES = tuple(COLUMNS)

_TRIGGERS = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
    WHERE tgrelid = ANY (%s::regclass[]) AND NOT tgisinternal AND tgenabled = 'O'
    ORDER BY 1, 2
"""
_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype DESC, 1, 2
"""
_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = ANY (%s::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
    ORDER BY 1
"""


def copy(cursor: CursorWrapper, table: str, columns: Sequence[str], text: str) -> int:
    """Write rows as text, with tabs between values; returns how many."""
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN (NULL '{NULL}')", StringIO(text))
    return int(cursor.rowcount)


def base_ids(cursor: CursorWrapper) -> dict[str, int]:
    """The highest id that each table has, from which the new rows count on."""
    found = {}
    for table in _TABLES:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - our own names
        found[table] = cursor.fetchone()[0]
    return found


def write(job: Job, processes: int, say: Progress) -> dict[str, int]:
    """Write everything; returns how many rows each table got. The caller has a transaction, as the owner."""
    written = dict.fromkeys(_TABLES, 0)
    with (
        connection.cursor() as cursor,
        standing_open(cursor, _TABLES),
        _left_out(cursor, say, many=job.journeys >= MANY),
    ):
        for number, texts in enumerate(_texts(job, processes), start=1):
            for table, text in texts.items():
                written[table] += copy(cursor, table, COLUMNS[table], text)
            say.lives(min(number * AT_ONCE * job.alike, job.journeys))
        _count_on(cursor, job)
    return written


class Progress:
    """Says how far it is. By itself it says nothing."""

    def lives(self, done: int) -> None:
        """So many lives are written."""

    def step(self, words: str) -> None:
        """What is done now."""


def _texts(job: Job, processes: int) -> Iterator[dict[str, str]]:
    """The rows of all lives, piece by piece in their order; only a few pieces wait at any time."""
    firsts = iter(range(0, job.stories, AT_ONCE))
    if processes < 2 or job.stories <= _ALONE:
        yield from (_piece(job, first) for first in firsts)
        return
    # The children are copies of this process: the job is theirs without being sent.
    children = ProcessPoolExecutor(processes, get_context("fork"), initializer=_jobs.append, initargs=(job,))
    with children as pool:
        waiting = [pool.submit(_next_piece, first) for first in islice(firsts, 3 * processes)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(_next_piece, first) for first in islice(firsts, 1)]


_jobs: list[Job] = []  # of a child: the one that it works on


def _next_piece(first: int) -> dict[str, str]:
    return _piece(_jobs[-1], first)


def _piece(job: Job, first: int) -> dict[str, str]:
    return text_of(job, first, min(first + AT_ONCE, job.stories))


@contextmanager
def standing_open(cursor: CursorWrapper, tables: Sequence[str]) -> Iterator[None]:
    """Tables that COPY can write to, without their triggers."""
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # a journey names the event that led to its stage
    cursor.execute(_TRIGGERS, [list(tables)])
    triggers = cursor.fetchall()
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table, name in triggers:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # whatever is still to be checked, before the tables change
    for table, name in triggers:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@contextmanager
def _left_out(cursor: CursorWrapper, say: Progress, *, many: bool) -> Iterator[None]:
    """Without indexes and foreign keys, where there are many rows; with them again afterwards."""
    if not many:
        yield
        return
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    cursor.execute(_KEYS, [list(_TABLES)])
    keys = cursor.fetchall()
    cursor.execute(_INDEXES, [list(_TABLES)])
    indexes = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    _make_again(cursor, say, (definition for _, definition in indexes))
    _make_again(cursor, say, (f"ALTER TABLE {table} ADD CONSTRAINT {name} {rest}" for table, name, rest in keys))


def _make_again(cursor: CursorWrapper, say: Progress, statements: Iterable[str]) -> None:
    for statement in statements:
        say.step(statement.split(" USING ")[0].split(" CONSTRAINT ")[-1])
        cursor.execute(statement)


def _count_on(cursor: CursorWrapper, job: Job) -> None:
    """Later rows get ids after ours."""
    for table, columns in COLUMNS.items():
        if "id" in columns:
            room = 1 if table in ("pathways_woman", "pathways_journey") else ROOM
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                [table, job.base[table] + (job.journeys + 1) * room],
            )
