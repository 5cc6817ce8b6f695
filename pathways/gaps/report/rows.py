"""What was told as rows of a CSV, one number each: so many of so many, what it makes, and what it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import StringIO

from carecoord.csvfiles import SafeWriter
from pathways.gaps.measures import Line, Measure, Table, Unit
from pathways.gaps.months import first_day
from pathways.gaps.pages.definition import definition
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Piece
from pathways.gaps.report.told import ToldThen, missing_in
from pathways.gaps.rules import releases
from pathways.gaps.rules.disclosure import TOO_LOW, TOO_SMALL, percentage
from pathways.gaps.rules.spc import SoMany
from pathways.gaps.standing import numbers

# A spreadsheet takes a file for UTF-8 only when it begins so.
BEGINS = "\ufeff"
HEAD = (
    *("measure", "title", "table", "line", "what", "site_code", "site", "span", "since", "until"),
    *("numerator", "denominator", "value", "lower_quartile", "upper_quartile", "unit"),
    *("change", "signal_since", "missing", "hidden_months"),
    *("counted", "of", "left_out", "sources"),
)
NOW, BEFORE, TOLD = "last", "before", "told"
ALL_TOGETHER = ("", "all sites together")


def csv_of(told: ToldThen, measures: Sequence[Measure], *, each_block: bool = False) -> str:
    """The file. ``each_block``: every number as it was told, beside the last window and the one before."""
    file = StringIO()
    file.write(BEGINS)
    writer = SafeWriter(file)
    writer.row(HEAD)
    for measure in measures:
        for row in _of_measure(told, measure, each_block=each_block):
            writer.row(row)
    return file.getvalue()


def _of_measure(told: ToldThen, measure: Measure, *, each_block: bool) -> Iterator[list[object]]:
    said = definition(measure)
    ends = [measure.numerator, measure.denominator, measure.exclusions, "; ".join(each.title for each in said.sources)]
    names = {site.pk: (site.code, site.name) for site in told.sites} | {ALL_SITES: ALL_TOGETHER}
    for table in measure.tables:
        for place in told.places(table):
            pieces = told.pieces.get((table.key, place), ())
            if not pieces:
                continue
            for line in table.lines:
                begins = [measure.key, measure.title, table.key, line.key, line.words, *names[place]]
                for row in _of_line(told, table, line, place, pieces, each_block=each_block):
                    yield [*begins, *row, *ends]


def _of_line(
    told: ToldThen, table: Table, line: Line, place: int, pieces: Sequence[Piece], *, each_block: bool
) -> Iterator[list[object]]:
    stand = told.stands.get((table.key, place))
    if stand:
        said = stand.lines[line.key]
        missing = _or_hidden(missing_in(stand, pieces))
        change = [said["change"], said.get("since", ""), missing, stand.hidden_months]
        spread = stand.spread
        yield [NOW, *_days(stand.since, stand.until), *_numbers(table, stand.numbers(line.key), spread), *change]
        before = releases.window_before([piece.block for piece in pieces], table.told.window)
        if before and not table.medians:
            days = _days(first_day(before.start), first_day(before.end))
            shown = numbers(table, line, before.shown)
            yield [BEFORE, *days, *_numbers(table, shown, None), "", "", "", before.hidden]
    for piece in pieces if each_block else ():
        block = piece.block
        days = _days(first_day(block.start), first_day(block.end))
        found = _numbers(table, numbers(table, line, block.shown), piece.spread)
        yield [TOLD, *days, *found, "", "", _or_hidden(piece.missing), 0 if block.shown else block.months]


def _numbers(table: Table, shown: SoMany | None, spread: Sequence[float] | None) -> list[object]:
    """So many, of so many, what it makes with its quartiles, the unit. What is hidden is hidden everywhere."""
    unit = table.unit.value
    if shown is None:
        return [TOO_SMALL, TOO_SMALL, TOO_SMALL, "", "", unit]
    some, whole = shown
    if table.medians:
        low, middle, high = spread or ("", TOO_LOW, "")
        return ["", whole, middle, low, high, unit]
    if table.unit is Unit.COUNT:
        return [some, whole, some, "", "", unit]
    share = percentage(some, whole)
    return [some, whole, TOO_LOW if share is None else share, "", "", unit]


def _or_hidden(count: int | None) -> object:
    return TOO_SMALL if count is None else count


def _days(since: date, until: date) -> tuple[str, str]:
    """The first day and the last."""
    return since.isoformat(), (until - timedelta(days=1)).isoformat()
