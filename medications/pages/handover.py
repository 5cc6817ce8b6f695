"""The sheet of a change of shift: everything on it has its date and hour, since paper does not move on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from carecoord import clock
from carecoord.access.models import Team, User
from medications.handing_over import is_late, latest
from medications.models import HandedOver, Shift, ShiftHandover
from medications.pages.board import Board, board_of
from medications.pages.last_doses import LastDose, last_doses
from medications.pages.summaries import DECIDE, Summary
from medications.rules.shifts import coming_shift
from pathways.models import Journey
from pathways.wording.entries import time_in_words

ROOMY, FULL = 6, 12  # women on a page with room to write, and on a page at all
MOST_EXPECTED = 3
NOT_KNOWN = "–"
STANDS_FOR = timedelta(hours=14)  # a handover older than this is another shift's
FROM_SHIFT = {Shift.DAY: "Night", Shift.LATE: "Day", Shift.NIGHT: "Day"}


@dataclass(frozen=True)
class Row:
    """One woman on the sheet."""

    pk: int
    bed: str
    initials: str
    name: str
    point: str
    medicine: str
    quoted: bool
    product: str
    last: str
    last_by: str
    due: str
    confirmed: str
    babies: tuple[str, ...]
    next: tuple[str, ...]
    note: str

    @property
    def bed_words(self) -> str:
        return f"Bed {self.bed}" if self.bed else "No bed yet"


@dataclass(frozen=True)
class Standing:
    """How far the change of shift is, in words. ``row`` is None while nobody has signed."""

    row: ShiftHandover | None
    words: str
    is_late: bool = False
    is_open: bool = False


@dataclass(frozen=True)
class Sheet:
    """One ward on paper."""

    ward: Team
    at: datetime
    shifts: str
    rows: list[Row]
    expected: list[str]
    more_expected: int
    away: list[str]
    standing: Standing
    ids: list[int] = field(default_factory=list)

    @property
    def density(self) -> str:
        """How much room a row has: as much as lets the ward stand on one page, up to twelve women."""
        if len(self.rows) <= ROOMY:
            return "roomy"
        return "full" if len(self.rows) <= FULL else "many"


def sheet_of(ward: Team, reader: User, now: datetime) -> Sheet:
    """The sheet as its reader sees it: the board's queries, and three more."""
    board = board_of(ward, reader, now)
    doses = last_doses([Journey(pk=woman.pk) for woman in board.women], now)
    standing = standing_of(ward, now)
    notes = _notes(standing.row)
    coming = standing.row.to_shift if standing.row else coming_shift(now.astimezone(clock.LONDON))
    return Sheet(
        ward=ward,
        at=now,
        shifts=f"{FROM_SHIFT[Shift(coming)]} to {Shift(coming).label.lower()}",
        rows=[_row(woman, doses.get(woman.pk), notes.get(woman.pk, "")) for woman in board.women],
        expected=[f"{each.initials} {each.point}: {_missing(each)}" for each in board.expected[:MOST_EXPECTED]],
        more_expected=max(0, len(board.expected) - MOST_EXPECTED),
        away=list(_away(board)),
        standing=standing,
        ids=board.ids,
    )


def standing_of(ward: Team, now: datetime) -> Standing:
    """Who signed the change of shift that is on now, and who has taken over. One query."""
    row = latest(ward)
    if row is None or row.signed_at < now - STANDS_FOR:
        return Standing(None, "Nobody has signed this handover yet.")
    signed = f"Handed over by {row.signed_by}, {time_in_words(row.signed_at)}."
    if row.accepted_at:
        return Standing(row, f"{signed} Taken over by {row.accepted_by}, {time_in_words(row.accepted_at)}.")
    late = is_late(row, now)
    told = " The ward coordinator has been told." if late and row.told_at else ""
    waits = "Nobody has taken over within the hour." if late else "Somebody who comes on duty takes it over."
    return Standing(row, f"{signed} {waits}{told}", is_late=late, is_open=True)


def on_paper(instant: datetime) -> str:
    """``Fri 20, 08:00``: short, and still true when it is read tomorrow."""
    local = instant.astimezone(clock.LONDON)
    zone = f" {local:%Z}" if clock.is_repeated(instant) else ""
    return f"{local:%a} {local.day}, {local:%H:%M}{zone}"


def _row(woman: Summary, last: LastDose | None, note: str) -> Row:
    medicine = woman.medicine
    return Row(
        pk=woman.pk,
        bed=woman.bed,
        initials=woman.initials,
        name=woman.name,
        point="" if woman.point == NOT_KNOWN else woman.point,
        medicine=medicine.words,
        quoted=medicine.quoted,
        product=_unless_said(medicine.product or medicine.note, medicine.words),
        last=on_paper(last.at) if last else "not confirmed" if woman.is_treated else "",
        last_by=last.by_words if last else "",
        due=_due(woman),
        confirmed=", ".join(who if ok else f"not {who}" if who in _ASKED else who for who, ok in woman.confirmed),
        babies=tuple(", ".join(filter(None, (baby.words, baby.note))) for baby in woman.babies),
        next=tuple(_next(woman)),
        note=note,
    )


_ASKED = ("prescriber", "pharmacy")


def _unless_said(product: str, words: str) -> str:
    """The product, unless the quotation names it already: paper is short."""
    return "" if product.lower() in words.lower() else product


def _due(woman: Summary) -> str:
    due = woman.due
    if woman.medicine.kind == DECIDE:
        return "prescriber decides first"
    if due.at is None:
        return due.note
    return f"{due.lead} {on_paper(due.at)}".strip()


def _next(woman: Summary) -> Iterator[str]:
    yield from (words for words, _ in woman.next)
    if woman.own_medicine:
        yield woman.own_medicine
    if woman.feeding:
        yield woman.feeding
    if woman.home_at:
        owed = f": {woman.home.owed}" if woman.home and woman.home.missing else ""
        yield f"Home {on_paper(woman.home_at)}{owed}"
    if woman.interpreter and woman.interpreter.lower() not in ("no", "not needed"):
        yield f"Interpreter: {woman.interpreter}"


def _missing(expected: object) -> str:
    ready = expected.ready  # type: ignore[attr-defined]
    if ready.is_ready:
        return "ready, every item in place"
    return "; ".join(item.words for item in ready.items if not item.ok)


def _away(board: Board) -> Iterator[str]:
    for woman in board.women:
        if woman.place:
            back = f" until {on_paper(woman.back_at)}" if woman.back_at else ""
            place = woman.place.partition(", back")[0]
            yield f"{f'Bed {woman.bed}' if woman.bed else woman.initials}: {place}{back}. Dose times go on."


def _notes(row: ShiftHandover | None) -> dict[int, str]:
    if row is None:
        return {}
    notes = HandedOver.objects.filter(handover=row, struck_at=None).exclude(note="")
    return dict(notes.values_list("journey", "note"))
