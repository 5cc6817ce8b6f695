"""Runs `import_caseload` on rows written down in a test."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection

DATA = Path(__file__).parent / "data"
WOMEN = (
    "person_ref,nhs_number,chi_number,first_name,last_name,preferred_name,date_of_birth,site,named_midwife,pregnancy,"
    "edd,medication,safe_contact"
).split(",")
EVENTS = "person_ref,pregnancy,event,occurred_at,baby,details,recorded_by".split(",")
TARA = {"person_ref": "T-1", "first_name": "Tara", "last_name": "Reid", "date_of_birth": "1991-04-03", "site": "ASHF"}
CONTACT = {"person_ref": "T-1", "event": "first_contact", "occurred_at": "2026-09-01 10:00"}

Rows = Iterable[Mapping[str, str]]


def crowd(number: int) -> list[dict[str, str]]:
    """Rows of that many women, each born on a day of her own."""
    first = date(1990, 1, 1)
    return [TARA | {"person_ref": f"C-{n}", "date_of_birth": str(first + timedelta(days=n))} for n in range(number)]


@dataclass
class Imported:
    """What the command did: its exit code, what it printed, and the lines of its report."""

    code: int
    out: str
    err: str
    report: list[dict[str, str]]

    @property
    def bad(self) -> list[tuple[str, int, str, str]]:
        """File, line, person and column of each refused row."""
        return [(row["file"], int(row["line"]), row["person_ref"], row["column"]) for row in self.report]


def write_csv(path: Path, columns: list[str], rows: Rows) -> Path:
    """Write rows as a spreadsheet program would."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def run_import(women: Path, events: Path, *flags: str, report: Path | None = None) -> Imported:
    """Run the command on two files."""
    report = report or women.parent / "report.csv"
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(
            "import_caseload",
            *("--women", str(women), "--events", str(events), "--report", str(report)),
            *flags,
            stdout=out,
            stderr=err,
        )
    except SystemExit as end:
        code = int(end.code or 0)
    except CommandError as problem:
        code = problem.returncode
        err.write(str(problem))
    rows: list[dict[str, str]] = []
    if report.is_file():
        with report.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    return Imported(code, out.getvalue(), err.getvalue(), rows)


def table_sizes() -> dict[str, tuple[int, int | None]]:
    """For every table: how many rows, and the largest id. Sessions and the like included."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            largest = "max(id)" if any(column.name == "id" for column in columns) else "NULL"
            cursor.execute(f'SELECT count(*), {largest} FROM "{table}"')  # noqa: S608 - names of our own tables
            found[table] = cursor.fetchone()
    return found
