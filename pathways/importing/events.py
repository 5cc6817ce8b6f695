"""Checks the rows of events.csv."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache

from carecoord import clock
from carecoord.access.models import User
from carecoord.sites.definitions import site_codes
from pathways import engine
from pathways.actions import Draft, Refused, check_draft
from pathways.engine import FACT_KINDS, DetailType
from pathways.importing.cells import Cells, counted
from pathways.importing.known import Pregnancies
from pathways.importing.report import Refusals
from pathways.importing.staff import Staff
from pathways.importing.tables import Columns, Row
from pathways.importing.women import WomanRow
from pathways.models import Journey, Woman
from pathways.moments import validate_details

COLUMNS = Columns(
    ("person_ref", "pregnancy", "event", "occurred_at", "baby", "details", "recorded_by"),
    required=frozenset({"person_ref", "event", "occurred_at"}),
)
LONGEST_DETAILS = 2_000  # characters
_UNKNOWN_BIRTH = date.min  # before every event: her date of birth has been refused for itself


@dataclass(frozen=True, slots=True)
class EventRow:
    """A checked row of events.csv."""

    line: int
    kind: str
    occurred_at: datetime
    baby: int | None
    details: Mapping[str, str]
    recorded_by: User | None

    def draft(self) -> Draft:
        """What the verb takes."""
        return Draft(self.kind, self.occurred_at, self.baby, self.details, recorded_by=self.recorded_by)


@dataclass
class EventsCheck:
    """Checks one row after the other; ``rows`` keeps the good ones by reference and pregnancy, in the file's order.

    ``known`` are the pregnancies that are here already; ``warn`` takes lines, reference and sentence.
    """

    women: Mapping[str, WomanRow]
    known: Pregnancies
    staff: Staff
    refusals: Refusals
    warn: Callable[[list[int], str, str], None]
    rows: dict[str, dict[int, list[EventRow]]] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Check a row and keep it; what is wrong with it goes to the refusals."""
        cells = Cells(row)
        person_ref = row.cells.get("person_ref", "")
        woman = self.women.get(person_ref)
        if not person_ref:
            cells.problem("person_ref", "missing: fill it in")
        elif woman is None:
            cells.problem("person_ref", "not in women.csv: add her there, or correct the reference")
        pregnancy = self._pregnancy(cells, woman)
        event = self._event(cells, woman)
        if cells.problems or event is None or pregnancy is None:
            self.refusals.event(row.line, person_ref, cells.in_order(COLUMNS.names))
        else:
            self.rows.setdefault(person_ref, {}).setdefault(pregnancy, []).append(event)

    def _pregnancy(self, cells: Cells, woman: WomanRow | None) -> int | None:
        number = cells.parsed("pregnancy", counted) if cells.row.cells.get("pregnancy") else 1
        if number is None or woman is None or woman.pregnancy is None or woman.site is None:
            return number
        if number != woman.pregnancy and number not in self.known.get((woman.site.pk, woman.person_ref), ()):
            cells.problem("pregnancy", "not in women.csv and not known here: add its row to women.csv, or correct it")
        return number

    def _event(self, cells: Cells, woman: WomanRow | None) -> EventRow | None:
        kind = cells.parsed("event", _kind, required=True)
        occurred_at = cells.parsed("occurred_at", lambda text: self._instant(cells, text), required=True)
        details = cells.parsed("details", details_in) or {}
        if kind is None:
            return None
        baby = self._baby(cells, details)
        if "baby" in details:
            details = {name: value for name, value in details.items() if name != "baby"}
        for column, problem in validate_details(kind, baby or None, details, sites=site_codes()):
            cells.problem(column, problem)
        if occurred_at is None or cells.problems:
            return None
        event = EventRow(
            line=cells.row.line,
            kind=kind,
            occurred_at=occurred_at,
            baby=engine.baby_in(baby),
            details=_normal(kind, details),
            recorded_by=self._recorder(cells),
        )
        born = woman.person.date_of_birth if woman and woman.person else _UNKNOWN_BIRTH
        try:
            check_draft(_journey_of_one_born(born), event.draft())
        except Refused as refusal:
            cells.problem(refusal.field if refusal.field in COLUMNS.names else "details", refusal.sentence)
        return event

    def _baby(self, cells: Cells, details: Mapping[str, str]) -> str:
        """The baby that the row is about, which may stand in its own column or among the details."""
        column, detail = cells.row.cells.get("baby", ""), details.get("baby", "")
        if column and detail and column != detail:
            cells.problem("baby", f"the column says {column} and the details say {detail}: keep one")
        return column or detail

    def _instant(self, cells: Cells, text: str) -> datetime:
        try:
            instant, repeated = clock.parse_instant(text)
        except clock.SkippedTime as skipped:
            raise ValueError(f"{skipped}: look up when it was") from None
        except ValueError:
            raise ValueError(
                "not a time: write it as 2026-03-04 14:30, 04/03/2026 14:30 or 2026-03-04T14:30+00:00"
            ) from None
        if repeated:
            self._warn(cells, "occurred_at happened twice (clocks went back); taken as the first of the two")
        return instant

    def _recorder(self, cells: Cells) -> User | None:
        email = cells.row.cells.get("recorded_by", "")
        account = self.staff.account(email) if email else None
        if email and account is None:
            self._warn(cells, "recorded_by has no account here; kept without a name")
        return account

    def _warn(self, cells: Cells, sentence: str) -> None:
        self.warn([cells.row.line], cells.row.cells.get("person_ref", ""), sentence)


@lru_cache(maxsize=4096)  # a file has all events of one woman together, and making rows is slow
def _journey_of_one_born(day: date) -> Journey:
    """What the check of an event looks at: a journey that is not stored, of a woman born that day."""
    return Journey(woman=Woman(date_of_birth=day))


def _kind(text: str) -> str:
    if text in FACT_KINDS:
        return text
    near = get_close_matches(text[:80], FACT_KINDS, n=1)
    raise ValueError(
        f"unknown event: {f'did you mean {near[0]}?' if near else 'docs/pathway-rules.md lists them in section 1'}"
    )


@lru_cache(maxsize=4096)  # most rows of a file say the same few things
def details_in(text: str) -> Mapping[str, str]:
    """What ``k=v;k=v`` says. Raises ValueError with what to write."""
    if len(text) > LONGEST_DETAILS:
        raise ValueError(f"{len(text):,} characters: shorten it to {LONGEST_DETAILS:,}")
    details: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, value = map(str.strip, part.partition("="))
        if not (name and equals):
            raise ValueError("write each detail as name=value, and a semicolon between two of them")
        if name in details:
            raise ValueError(f"{name} is there twice: keep one")
        details[name] = value
    return {name: value for name, value in details.items() if value}


def _normal(kind: str, details: Mapping[str, str]) -> Mapping[str, str]:
    """Valid details with dates and times in one form, so that the same thing written twice is known as the same."""
    forms = {detail.name: _FORMS[detail.type] for detail in FACT_KINDS[kind].details if detail.type in _FORMS}
    if not forms.keys() & details.keys():
        return details
    return {name: forms[name](value) if name in forms else value for name, value in details.items()}


_FORMS: dict[DetailType, Callable[[str], str]] = {
    DetailType.DATE: lambda text: clock.parse_date(text).isoformat(),
    DetailType.TIME: lambda text: clock.parse_instant(text)[0].astimezone(clock.LONDON).isoformat(),
}
