"""Sealing: the worker links each committed entry into the chain. Nobody's request waits for it.

A chain that requests themselves lengthened would be one lock that all of them queue for. So entries come in
unchained, each with a row in ``Waiting``; this takes that list, which is as short as what came since the last run.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Min

from carecoord import clock
from carecoord.audit.chain import START, entry_as_text, link_hash
from carecoord.audit.models import Seal, Stream, Waiting

AT_ONCE = 1000
MAY_WAIT = timedelta(minutes=2)  # longer is an alarm: what is not sealed could still be altered unseen
_ONE_AT_A_TIME = 2026_11_22  # any number that no other lock of this product has

log = structlog.get_logger("carecoord.audit")

# An entry that has gone from its table stays on the list, and sets off the alarm.
_WAITING = f"""
    SELECT waiting.stream, waiting.entry_id, {entry_as_text(Stream.CHANGE, "change")}
    FROM audit_waiting AS waiting JOIN audit_change AS change ON change.id = waiting.entry_id
    WHERE waiting.stream = '{Stream.CHANGE}'
    UNION ALL
    SELECT waiting.stream, waiting.entry_id, {entry_as_text(Stream.READ, "read")}
    FROM audit_waiting AS waiting JOIN audit_read AS read ON read.id = waiting.entry_id
    WHERE waiting.stream = '{Stream.READ}'
    ORDER BY 1, 2 LIMIT {AT_ONCE}
"""  # noqa: S608 our own columns, nothing from outside


def seal() -> int:
    """Seal everything that is committed and waits; returns how many entries. Nothing while another sealer works."""
    sealed = 0
    while count := _seal_some():
        sealed += count
        if count < AT_ONCE:
            break
    _alarm_if_late()
    return sealed


@transaction.atomic
def _seal_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_WAITING)
        entries = cursor.fetchall()
        if not entries:
            return 0
        last = Seal.objects.order_by("-chain_no").values_list("chain_no", "hash").first()
        number, previous = last or (0, START)
        cursor.execute("SELECT clock_timestamp()")  # the clock that stamped the entries
        now = cursor.fetchone()[0]
        made = []
        for stream, entry_id, entry in entries:
            number += 1
            digest = link_hash(previous, chain_no=number, stream=stream, sealed_at=now, entry=entry)
            made.append(Seal(number, stream, entry_id, now, previous, digest))
            previous = digest
        Seal.objects.bulk_create(made)
        for stream in Stream:
            ids = [entry_id for of, entry_id, _ in entries if of == stream]
            cursor.execute("DELETE FROM audit_waiting WHERE stream = %s AND entry_id = ANY(%s)", [stream, ids])
    return len(made)


def oldest_waiting() -> datetime | None:
    """Since when the oldest entry waits to be sealed; None when none waits."""
    since: datetime | None = Waiting.objects.aggregate(since=Min("since"))["since"]
    return since


def _alarm_if_late() -> None:
    """One error line with the numbers of what waits too long."""
    late = Waiting.objects.filter(since__lt=clock.now() - MAY_WAIT).order_by("since")
    names = [f"{waiting.stream} {waiting.entry_id}" for waiting in late[:20]]
    if names:
        log.error("audit entries are not sealed", entries=names)
