"""Counts a seeded population: what the refresh would count from its rows, worked out while its lives are told again.

Women who live the same story add the same, so that a story is counted once. ``differences`` (refreshing.py) shows that
the cells are those of a count from the beginning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from io import StringIO
from itertools import groupby
from multiprocessing import get_context

from django.db import connection

from pathways.gaps.case import Attended, Case, Contact
from pathways.gaps.counting import Stored, sites_of, units_of
from pathways.gaps.models import Cell
from pathways.gaps.publishing import publish
from pathways.gaps.refreshing import Sums, add_units, next_after
from pathways.models import Journey
from pathways.projection import answer_for
from pathways.scale.lives import VISIT, Life, lives
from pathways.scale.rows import Job

AT_ONCE = 250  # stories in one piece of work
_jobs: list[Job] = []  # of a child: the one that it works on


def count_seeded(job: Job, processes: int) -> dict[str, int]:
    """Write the counts of every journey, the cells, and what was told; returns how many rows. As the owner."""
    sums: Sums = {}
    written = 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gaps_casecount NO FORCE ROW LEVEL SECURITY")  # COPY does not work under it
        for text, added in _pieces(job, processes):
            cursor.copy_expert(
                "COPY gaps_casecount (journey_id, units, counted_until, next_at) FROM STDIN (NULL 'None')",
                StringIO(text),
            )
            written += cursor.rowcount
            for key, (units, women) in added.items():
                cell = sums.setdefault(key, [0, 0])
                cell[0], cell[1] = cell[0] + units, cell[1] + women
        cursor.execute("ALTER TABLE gaps_casecount FORCE ROW LEVEL SECURITY")
    cells = [
        Cell(of_table=table, site_id=site, month=date.fromisoformat(month), part=part, value=value, count=n, women=w)
        for (table, site, month, part, value), (n, w) in sorted(sums.items())
    ]
    Cell.objects.bulk_create(cells, batch_size=5000)
    return {"gaps_casecount": written, "gaps_cell": len(cells), "gaps_block": publish(job.at)}


def _pieces(job: Job, processes: int) -> Iterator[tuple[str, Sums]]:
    firsts = range(0, job.stories, AT_ONCE)
    if processes < 2 or len(firsts) < processes:
        yield from (_piece(job, first) for first in firsts)
        return
    children = ProcessPoolExecutor(processes, get_context("fork"), initializer=_jobs.append, initargs=(job,))
    with children as pool:
        yield from pool.map(_next_piece, firsts)


def _next_piece(first: int) -> tuple[str, Sums]:
    return _piece(_jobs[-1], first)


def _piece(job: Job, first: int) -> tuple[str, Sums]:
    """The rows of the women who live these stories, as COPY reads them, and what all of them add to the cells."""
    rows: list[str] = []
    sums: Sums = {}
    last = min(first + AT_ONCE, job.stories)
    for life in lives(job.seed, list(job.sites), last, job.at, first=first, thin=job.thin):
        units = units_of(_case(job, life))
        numbers = range(life.number, job.journeys, job.stories)
        add_units(sums, units, job.at, len(numbers))
        rest = f"{json.dumps(units, separators=(',', ':'))}\t{job.at}\t{next_after(units, job.at)}"
        rows += [f"{job.base['pathways_journey'] + number + 1}\t{rest}" for number in numbers]
    return "\n".join([*rows, ""]), sums


def _case(job: Job, life: Life) -> Case:
    came_to, here = job.sites[life.site].site, job.sites[life.moved_to or life.site].site
    journey = Journey(
        site=here, entered_site=came_to if life.moved_to else None, edd_at_entry=life.edd, created_at=life.came
    )
    moved_at = next((fact.at for fact in life.facts if fact.kind == "transfer_accepted"), None)
    return Case(
        facts=life.facts,
        handoffs=[Stored.of(each) for each in answer_for(journey, life.facts, job.at).handoffs],
        sites=sites_of(came_to.pk, life.facts, {code: each.site.pk for code, each in job.sites.items()}, life.came),
        edd_at_entry=life.edd,
        # They are in no session of a clinic (referrals/scale.py), so that none counts as together.
        attended=list(_attended(life)),
        # Only who is her named midwife today counts as hers; a colleague at the place before is not.
        contacts=[
            Contact(at, named and life.named and (moved_at is None or at >= moved_at)) for at, named in life.contacts
        ],
    )


def _attended(life: Life) -> Iterator[Attended]:
    """Her appointments as referrals/scale.py writes them: of no clinic, and one of each service a day."""
    for _, times in groupby((at for at, _ in life.appointments), key=lambda at: at.date()):
        for kind, at in zip(VISIT, times, strict=False):
            yield Attended(at, together=False, kind=kind)
