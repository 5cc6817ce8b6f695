"""The sweep: moves handoffs whose time has come, and raises one flag for each that is overdue or missed.

One statement per transition, each walking a partial index up to the present, so a sweep with
nothing due reads almost nothing. Rows are locked in order of id and rows that somebody else has
locked are left for the next sweep: two sweeps at once neither wait for each other nor do a thing twice.
The sweep only raises and clears; only a person, or an acknowledgement received, completes a handoff.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from carecoord import clock
from carecoord.sites.models import Site
from pathways.alerting.climbing import climb
from pathways.models import SweepRun

log = logging.getLogger(__name__)

RUNS_KEPT = timedelta(days=30)
_KEPT = ("examined", "flagged", "escalated", "cleared", "told")


@dataclass
class Swept:
    """What one sweep did. ``seconds`` is its duration, ``told`` the alerts that it made, the rest counts of rows.

    ``failed``: sites whose sweep broke off; the others were swept all the same.
    """

    examined: int = 0
    flagged: int = 0
    escalated: int = 0
    cleared: int = 0
    told: int = 0
    failed: int = 0
    seconds: float = 0.0

    def add(self, other: Swept) -> None:
        """Count another site's sweep too."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


# The latest state first: a row that slept through several of its times takes the last one only.
_TRANSITIONS = (
    ("missed", "missed_at", "state IN ('pending', 'due_soon', 'overdue', 'missed') AND NOT state = 'missed'"),
    ("overdue", "due_at", "state IN ('pending', 'due_soon')"),
    ("due_soon", "warn_at", "state = 'pending'"),
)

# As an array, so that each row is fetched by its id: as a join, a guess of too many due reads the whole table.
_MOVE = """
    WITH due AS (
        SELECT id FROM pathways_handoff
        WHERE site_id = %(site)s AND {where} AND {column} <= %(at)s
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE pathways_handoff SET state = '{state}' WHERE id = ANY (ARRAY(SELECT id FROM due))
    RETURNING id
"""

_RAISE = """
    INSERT INTO pathways_flag (journey_id, handoff_id, handoff_key, level, raised_at, site_id, climbs_at)
    SELECT journey_id, id,
           moment || '.' || step || '.' || subject
               || CASE WHEN subject_number > 0 THEN ':' || subject_number ELSE '' END || '.' || occurrence,
           state, %(at)s, site_id, %(at)s
    FROM pathways_handoff WHERE id = ANY(%(ids)s)
    ON CONFLICT (handoff_id) WHERE cleared_at IS NULL DO NOTHING
"""

_ESCALATE = """
    UPDATE pathways_flag SET level = 'missed', escalated_at = %(at)s
    WHERE handoff_id = ANY(%(ids)s) AND cleared_at IS NULL AND level = 'overdue'
"""

# A flag outlives its handoff's end only if a writer went round the verbs; the sweep mends that. The database marks
# such flags (migration 0030): millions may be open, and each sweep would have to ask them all.
_CLEAR = """
    UPDATE pathways_flag AS flag SET cleared_at = %(at)s
    FROM pathways_handoff AS handoff
    WHERE flag.cleared_at IS NULL AND flag.is_over AND flag.site_id = %(site)s AND handoff.id = flag.handoff_id
      AND handoff.state NOT IN ('overdue', 'missed')
"""


def sweep(as_of: datetime | None = None, *, sites: Iterable[Site] | None = None) -> Swept:
    """Sweep every site (or these) for the instant ``as_of`` (aware; now by default), one after the other.

    A site whose sweep fails is logged and does not stop the others.
    """
    swept = Swept()
    for site in Site.objects.order_by("pk") if sites is None else sites:
        try:
            swept.add(sweep_site(site.pk, as_of))
        except Exception:
            log.exception("sweep failed", extra={"site": site.pk})
            swept.failed += 1
    return swept


def sweep_site(site: int, as_of: datetime | None = None, *, seconds: float | None = None) -> Swept:
    """Sweep one site. Leaves a SweepRun row, written when it starts: without an end it runs, or was killed.

    Alerts that are not made within ``seconds`` are left for the next sweep.
    """
    started = clock.now()
    at = as_of or started
    run = SweepRun.objects.create(site_id=site, started_at=started, as_of=at)
    swept = Swept()
    _move(site, at, swept)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLEAR, {"at": at, "site": site})
        swept.cleared = cursor.rowcount
    swept.told = climb(site, at, seconds=seconds)
    run.finished_at = clock.now()
    swept.seconds = (run.finished_at - started).total_seconds()
    for name in _KEPT:
        setattr(run, name, getattr(swept, name))
    run.save()
    return swept


def forget_old_runs(at: datetime | None = None) -> int:
    """Remove the rows of sweeps from more than 30 days ago, those without an end too; returns how many."""
    before = (at or clock.now()) - RUNS_KEPT
    old = Q(finished_at__lt=before) | Q(finished_at=None, started_at__lt=before)
    return SweepRun.objects.filter(old).delete()[0]


def _move(site: int, at: datetime, swept: Swept) -> None:
    for state, column, where in _TRANSITIONS:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_MOVE.format(state=state, column=column, where=where), {"at": at, "site": site})
            ids = [row[0] for row in cursor.fetchall()]
            swept.examined += len(ids)
            if ids and state != "due_soon":
                if state == "missed":
                    cursor.execute(_ESCALATE, {"at": at, "ids": ids})
                    swept.escalated += cursor.rowcount
                cursor.execute(_RAISE, {"at": at, "ids": ids})
                swept.flagged += cursor.rowcount
