"""Verification: the chain from its first link, every entry beside it, and every anchor that was told outside.

Reads a few rows at a time, however long the chain is. What it finds it says in words; nothing is mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from carecoord import clock
from carecoord.audit.anchors import Anchor, UnreadableAnchor, read_anchor
from carecoord.audit.attaching import ROWS, WHOLE
from carecoord.audit.chain import LINKS, START, Link, link_hash, links
from carecoord.audit.models import Stream
from carecoord.audit.sealing import MAY_WAIT
from carecoord.audit.tables import WATCHED

LONGEST_TRANSACTION = timedelta(hours=1)  # an entry is stamped before its transaction ends, and sealed after
MAY_BE_UNANCHORED = timedelta(hours=2)
MOST_KEPT = 200  # of the sentences; the rest is counted

# In both directions: an entry nobody waits for, and somebody waited for that is gone.
_NOT_SEALED = "\nUNION ALL\n".join(
    f"""
    SELECT '{stream}', entry.id, waiting.since, true
    FROM audit_{stream} AS entry
    LEFT JOIN audit_waiting AS waiting ON waiting.stream = '{stream}' AND waiting.entry_id = entry.id
    WHERE NOT EXISTS (SELECT FROM audit_seal AS seal WHERE seal.stream = '{stream}' AND seal.entry_id = entry.id)
    UNION ALL
    SELECT '{stream}', waiting.entry_id, waiting.since, false
    FROM audit_waiting AS waiting
    WHERE waiting.stream = '{stream}'
      AND NOT EXISTS (SELECT FROM audit_{stream} AS entry WHERE entry.id = waiting.entry_id)
    """  # noqa: S608 our own tables, nothing from outside
    for stream in Stream
)
_TRIGGERS = """
    SELECT class.relname, trigger.tgname FROM pg_trigger AS trigger JOIN pg_class AS class ON class.oid = tgrelid
    WHERE tgenabled IN ('O', 'A') AND class.relnamespace = 'public'::regnamespace AND NOT tgisinternal
"""
_OWN_TRIGGERS = {
    "audit_change": ("audit_stamp", "audit_queue", "append_only", "never_emptied"),
    "audit_read": ("audit_stamp", "audit_queue", "append_only", "never_emptied"),
    "audit_seal": ("append_only", "never_emptied"),
    "audit_verification": ("append_only", "never_emptied"),
    "audit_lookedinto": ("append_only", "never_emptied"),
}


@dataclass
class Verdict:
    """What a verification walked over, and everything that is wrong, in sentences."""

    links: int = 0
    anchors: int = 0
    waiting: int = 0
    problems: int = 0
    sentences: list[str] = field(default_factory=list)

    def wrong(self, sentence: str) -> None:
        self.problems += 1
        if len(self.sentences) < MOST_KEPT:
            self.sentences.append(sentence)


def verify(anchor_lines: Iterable[str] | None, at: datetime | None = None) -> Verdict:
    """Walk everything once. ``anchor_lines``: of the anchors' file, None where there is none.

    ``at`` is the instant of what is verified (aware): now, or when a backup was made.
    """
    at = at or clock.now()
    verdict = Verdict()
    # First the anchors, then the chain, then what is not in it: what comes meanwhile only makes the chain longer.
    anchors = _anchors(anchor_lines or (), verdict)
    last = _walk(anchors, verdict)
    _against_the_end(anchors, last, at, verdict)
    _what_is_not_sealed(at, verdict)
    _triggers(verdict)
    return verdict


def _anchors(lines: Iterable[str], verdict: Verdict) -> dict[int, Anchor]:
    """The anchors by how many links they counted; only those that our key signed count."""
    found: dict[int, Anchor] = {}
    before: Anchor | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            anchor = read_anchor(line)
        except UnreadableAnchor:
            verdict.wrong(f"Line {number} of the anchors cannot be read.")
            continue
        if not anchor.is_ours(settings.AUDIT_ANCHOR_KEY):
            verdict.wrong(f"Line {number} of the anchors is not signed with our key.")
            continue
        expected = before.signature if before else START
        if anchor.before != expected:
            verdict.wrong(f"Line {number} of the anchors does not follow from the line before: some are missing.")
        if anchor.links in found and found[anchor.links].head != anchor.head:
            verdict.wrong(f"Two anchors count {anchor.links} links and disagree: the chain was altered between them.")
        found[anchor.links] = before = anchor
        verdict.anchors += 1
    return found


def _walk(anchors: dict[int, Anchor], verdict: Verdict) -> Link | None:
    """Every link with its entry; returns the last one."""
    last: Link | None = None
    latest: dict[str, datetime] = {}
    with _reading(LINKS) as cursor:
        for link in links(cursor):
            verdict.links += 1
            _check_link(link, last, verdict)
            _check_time(link, latest, verdict)
            anchor = anchors.get(link.chain_no)
            if anchor and anchor.head != link.hash:
                verdict.wrong(
                    f"Link {link.chain_no} is not the one that was anchored at {anchor.at}: "
                    "the chain was altered before it and worked out anew."
                )
            last = link
    return last


def _check_link(link: Link, last: Link | None, verdict: Verdict) -> None:
    name = f"{link.stream} {link.entry_id}"
    expected = last.chain_no + 1 if last else 1
    if link.chain_no != expected:
        verdict.wrong(f"Links {expected} to {link.chain_no - 1} are missing.")
    if link.previous != (last.hash if last else START):
        verdict.wrong(f"Link {link.chain_no} does not follow from the link before it.")
    if link.entry is None:
        verdict.wrong(f"The entry {name} is gone; link {link.chain_no} sealed it at {_said(link.sealed_at)}.")
        return
    again = link_hash(
        link.previous, chain_no=link.chain_no, stream=link.stream, sealed_at=link.sealed_at, entry=link.entry
    )
    if again != link.hash:
        verdict.wrong(f"The entry {name}, or its link {link.chain_no}, is not as it was sealed.")


def _check_time(link: Link, latest: dict[str, datetime], verdict: Verdict) -> None:
    """Entries are sealed as they come: one much older than those before it was put in later, under an earlier time."""
    if link.entry is None or not link.entry[1]:
        return
    at = datetime.fromisoformat(link.entry[1]).replace(tzinfo=UTC)
    before = latest.get(link.stream, at)
    if at < before - LONGEST_TRANSACTION or at > link.sealed_at + MAY_WAIT:
        verdict.wrong(
            f"The entry {link.stream} {link.entry_id} says {_said(at)}; that does not fit its place in the chain."
        )
    latest[link.stream] = max(at, before)


def _against_the_end(anchors: dict[int, Anchor], last: Link | None, at: datetime, verdict: Verdict) -> None:
    count = last.chain_no if last else 0
    for anchor in anchors.values():
        if anchor.links > count:
            verdict.wrong(
                f"The end of the chain is missing: at {anchor.at} it had {anchor.links} links, now it has {count}."
            )
    anchored = max((clock.parse_instant(anchor.at)[0] for anchor in anchors.values()), default=None)
    if last is None or at - last.sealed_at < MAY_BE_UNANCHORED:
        return
    if anchored is None:
        verdict.wrong("There is no anchor, so a missing end could not be seen. Name the file with --anchors.")
    elif last.sealed_at - anchored > MAY_BE_UNANCHORED:
        verdict.wrong(f"Nothing was anchored after {_said(anchored)}. Is the worker's anchor_audit running?")


def _what_is_not_sealed(at: datetime, verdict: Verdict) -> None:
    late = at - MAY_WAIT
    with _reading(_NOT_SEALED) as cursor:
        while rows := cursor.fetchmany(500):
            for stream, entry_id, since, is_there in rows:
                if not is_there:
                    verdict.wrong(f"The entry {stream} {entry_id} is gone; it had not been sealed yet.")
                elif since is None:
                    verdict.wrong(f"The entry {stream} {entry_id} was never sealed: nobody knows where it comes from.")
                elif since < late:
                    verdict.wrong(f"The entry {stream} {entry_id} waits to be sealed since {_said(since)}.")
                else:
                    verdict.waiting += 1


def _triggers(verdict: Verdict) -> None:
    """Whether every watched table is watched, and the entries themselves are protected."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS)
        standing = set(cursor.fetchall())
        tables = set(connection.introspection.table_names(cursor))
    wanted = [(each.table, name) for each in WATCHED if each.table in tables for name in (ROWS, WHOLE)]
    wanted += [(table, name) for table, names in _OWN_TRIGGERS.items() for name in names]
    for table, name in wanted:
        if (table, name) not in standing:
            verdict.wrong(f"The trigger {name} of {table} is missing or switched off. Run manage.py migrate.")


@contextmanager
def _reading(statement: str) -> Iterator[Any]:
    """A cursor on the server's side, which hands out a few rows at a time."""
    connection.ensure_connection()
    name = f"verify_{uuid4().hex}"
    with transaction.atomic(), connection.connection.cursor(name=name) as cursor:
        cursor.execute(statement)
        yield cursor


def _said(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
