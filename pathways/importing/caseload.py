"""Leads through an import: reads both files to their end, then writes one person after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import DataError, IntegrityError

from carecoord.sites.models import Site
from pathways.actions import Refused
from pathways.importing import events, women
from pathways.importing.events import EventRow, EventsCheck
from pathways.importing.known import (
    known_pregnancies,
    refuse_impossible_edds,
    refuse_numbers_of_others,
    warn_of_namesakes,
)
from pathways.importing.people import Counts, PersonInFile, Rows, write_person
from pathways.importing.report import Refusals, Screen
from pathways.importing.staff import Staff
from pathways.importing.tables import Columns, Problem, Row, read_table
from pathways.importing.women import WomanRow, WomenCheck


@dataclass
class Caseload:
    """Two files, read and checked: the rows of the women by reference, their events by reference and pregnancy."""

    women_file: str
    events_file: str
    women: dict[str, WomanRow]
    events: dict[str, dict[int, list[EventRow]]]
    refusals: Refusals


def read_caseload(women_path: Path, events_path: Path, screen: Screen) -> Caseload:
    """Read and check both files; nothing is written. Raises Unreadable where one is no such table."""
    refusals = Refusals(women_path.name, events_path.name)
    staff = Staff()
    sites = {site.code: site for site in Site.objects.all()}
    warn_of_woman = partial(screen.warn, women_path.name)
    women_check = WomenCheck(sites, staff, refusals, warn_of_woman)
    for row in _rows(women_path, women.COLUMNS, screen):
        women_check.add(row)
    rows = women_check.rows.values()
    known = known_pregnancies(rows)
    refuse_numbers_of_others(rows, refusals)
    refuse_impossible_edds(rows, known, refusals)
    warn_of_namesakes(rows, known, warn_of_woman)
    events_check = EventsCheck(women_check.rows, known, staff, refusals, partial(screen.warn, events_path.name))
    for row in _rows(events_path, events.COLUMNS, screen):
        events_check.add(row)
    return Caseload(women_path.name, events_path.name, women_check.rows, events_check.rows, refusals)


def write_caseload(caseload: Caseload, screen: Screen, *, dry_run: bool) -> Counts:
    """Write everybody of whom no row was refused, each in a transaction of her own; others join the refusals."""
    counts = Counts()
    refusals = caseload.refusals
    for done, (person_ref, row) in enumerate(caseload.women.items(), start=1):
        if row.person and row.site and row.pregnancy and person_ref not in refusals.persons:
            warn = partial(_warn, screen, caseload, person_ref)
            events_of_hers = caseload.events.get(person_ref, {})
            person = PersonInFile(row, row.person, row.site, row.pregnancy, events_of_hers, warn)
            try:
                counts.add(write_person(person, dry_run=dry_run))
            except Refused as refusal:
                refusals.woman(row.line, person_ref, [Problem(refusal.field or "", "", refusal.sentence)])
            except (DataError, IntegrityError) as problem:
                kind = type(problem.__cause__ or problem).__name__
                refusals.woman(row.line, person_ref, [Problem("", "", f"the database does not take it ({kind})")])
        screen.progress(done, "women", of=len(caseload.women))
    return counts


def _warn(screen: Screen, caseload: Caseload, person_ref: str, rows: Rows, sentence: str) -> None:
    file = caseload.women_file if isinstance(rows[0], WomanRow) else caseload.events_file
    screen.warn(file, [row.line for row in rows], person_ref, sentence)


def _rows(path: Path, columns: Columns, screen: Screen) -> Iterator[Row]:
    for done, row in enumerate(read_table(path, columns), start=1):
        screen.progress(done, f"rows of {path.name} read")
        yield row
