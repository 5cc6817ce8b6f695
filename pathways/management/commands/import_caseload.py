"""`manage.py import_caseload`: brings women, journeys and events in from two CSV files."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from pathways.importing.caseload import Caseload, read_caseload, write_caseload
from pathways.importing.people import Counts
from pathways.importing.report import Refusals, Screen
from pathways.importing.tables import Unreadable

NO_ANSWER = 1
NO_SUCH_TABLE = 2
SOME_REFUSED = 3
INTERRUPTED = 130
SHOWN = 20  # refused rows on the screen; the report has all of them
_GO_ON = "Those already imported stay. Run the same command again to go on; nobody comes in twice."


class Command(BaseCommand):
    """Exit code 0: nobody was refused. 3: somebody was. 2: a file cannot be read, or is no such table."""

    help = "Import women and what happened from two CSV files. The same files again change nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--women", type=Path, required=True, metavar="W.csv", help="one row for each woman")
        parser.add_argument("--events", type=Path, required=True, metavar="E.csv", help="one row for each event")
        parser.add_argument("--report", type=Path, metavar="R.csv", help="where to write every refused row")
        parser.add_argument("--dry-run", action="store_true", help="check everything, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        screen = Screen(self.stderr)
        started = monotonic()
        try:
            caseload = read_caseload(options["women"], options["events"], screen)
            with _opened(options["report"], apart_from=(options["women"], options["events"])) as report:
                counts = self._write(caseload, screen, report, dry_run=options["dry_run"])
        except Unreadable as problem:
            raise CommandError(f"{problem} Nothing was imported.", returncode=NO_SUCH_TABLE) from problem
        except (OperationalError, InterfaceError) as problem:
            raise CommandError(f"The database does not answer. {_GO_ON}", returncode=NO_ANSWER) from problem
        except OSError as problem:
            raise CommandError(
                f"The report was not written to its end: {problem.strerror}. {_GO_ON}", returncode=NO_SUCH_TABLE
            ) from problem
        except KeyboardInterrupt as stop:
            raise CommandError(f"Stopped. {_GO_ON}", returncode=INTERRUPTED) from stop
        self._say_refused(caseload.refusals, options["report"])
        if options["dry_run"]:
            self.stdout.write("Nothing was changed: this was a dry run. Without --dry-run:")
        self._say_done(counts, caseload.refusals, screen.warnings, monotonic() - started)
        if caseload.refusals:
            raise SystemExit(SOME_REFUSED)

    def _write(self, caseload: Caseload, screen: Screen, report: TextIO | None, *, dry_run: bool) -> Counts:
        try:
            return write_caseload(caseload, screen, dry_run=dry_run)
        finally:  # also when it is stopped in the middle
            if report:
                caseload.refusals.write(report)

    def _say_refused(self, refusals: Refusals, report: Path | None) -> None:
        for row in islice(refusals.rows(), SHOWN if report else None):
            self.stderr.write(f"Refused: {row.file} line {row.line}, {row.person_ref}: {row.column}: {row.problem}")
        if report and len(refusals) > SHOWN:
            self.stderr.write(f"… and {len(refusals) - SHOWN:,} more rows, in {report.name}.")

    def _say_done(self, counts: Counts, refusals: Refusals, warnings: int, seconds: float) -> None:
        for name, added, here in (
            ("Women", counts.women_added, counts.women_here),
            ("Journeys", counts.journeys_added, counts.journeys_here),
            ("Events", counts.events_added, counts.events_here),
        ):
            self.stdout.write(f"{name + ':':10}{added:>9,} added {here:>9,} already here")
        self.stdout.write(f"Refused:  {len(refusals.persons):>9,} persons, {len(refusals):,} bad rows")
        self.stdout.write(f"Warnings: {warnings:>9,}")
        self.stdout.write(f"Seconds:  {seconds:>9,.1f}")
        if refusals:
            self.stdout.write("Correct the refused rows and import the same files again.")


def _opened(report: Path | None, *, apart_from: Sequence[Path]) -> AbstractContextManager[TextIO | None]:
    """The report, open for writing; None without one. Raises Unreadable where it cannot be written."""
    if report is None:
        return nullcontext()
    if any(report.exists() and report.samefile(path) for path in apart_from):
        raise Unreadable(f"The report {report.name} would overwrite a file to be imported. Give it another name.")
    try:
        return report.open("w", encoding="utf-8", newline="")
    except OSError as problem:
        raise Unreadable(f"The report {report.name} cannot be written: {problem.strerror}.") from problem
