"""Aims and notes as pages show them: what a chart marks, how each aim stands, and what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.gaps.aiming import Stands, aimables, stands, value_in_words
from pathways.gaps.charts import specs
from pathways.gaps.measures import BY_KEY, TABLES, Line, Measure, Shown, Table
from pathways.gaps.models import Aim, ChangeNote
from pathways.gaps.months import month_of
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Piece, pieces_of

Told = Mapping[tuple[str, int], Sequence[Piece]]


@dataclass(frozen=True, slots=True)
class AimLine:
    """One aim as a list shows it. ``asks``: "90 % or more by 31 Mar 2027"; ``own``: the reader may change it."""

    aim: Aim
    measure: Measure
    number: str
    asks: str
    stands: Stands
    own: bool
    pooled: bool


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note as a list shows it."""

    note: ChangeNote
    month: str
    own: bool


@dataclass(frozen=True, slots=True)
class AimsPanel:
    """Aims and notes of one measure. ``may_aim``: an aim can be set for it, by this reader."""

    measure: Measure
    aims: Sequence[AimLine]
    notes: Sequence[NoteLine]
    may_aim: bool
    may_note: bool


@dataclass(frozen=True, slots=True)
class AimsPage:
    """All aims of the reader's sites, and what they changed, the newest first."""

    standing: Sequence[AimLine]
    ended: Sequence[AimLine]
    notes: Sequence[tuple[Measure, NoteLine]]


@dataclass(frozen=True, slots=True)
class Acted:
    """Aims and notes, in the order in which they were set and made."""

    aims: Sequence[Aim]
    notes: Sequence[ChangeNote]

    def marks(self, table: Table, line: Line, site: Site | None) -> tuple[list[specs.Aim], list[specs.Note]]:
        """What the chart of one line marks: of ``site``, or of every site where all are told of together (None)."""
        measure, alone = table.measure, site is None
        return (
            [
                specs.Aim(aim.value, month_of(clock.today(aim.set_at)), _says(aim, table, line, alone))
                for aim in self.aims
                if (aim.of_table, aim.line) == (table.key, line.key) and site in (None, aim.site)
            ],
            [
                specs.Note(month_of(note.changed_on), _named(note.words, note.site, alone))
                for note in self.notes
                if note.measure == measure and site in (None, note.site)
            ],
        )


def acted_on(measure: Measure) -> Acted:
    """What stands of one measure at every site. Two SQL queries."""
    aims = _aims().filter(ended_at=None, of_table__startswith=f"{measure.key}.").order_by("set_at", "pk")
    return Acted(list(aims), list(_notes().filter(measure=measure.key).order_by("changed_on", "pk")))


def aims_panel(measure: Measure, table: Table, own: set[int], acted: Acted, told: Told) -> AimsPanel:
    """Aims for the lines of ``table``, and what was changed for its measure, at every site, by name."""
    aims = [aim for aim in acted.aims if aim.of_table == table.key]
    return AimsPanel(
        measure,
        aim_lines(sorted(aims, key=lambda aim: (aim.site.name, aim.line)), own, told),
        [note_line(note, own) for note in reversed(acted.notes)],
        bool(own) and any(each.table is table for each in aimables(measure)),
        bool(own) and table.shown is not Shown.GOVERNANCE,
    )


def aims_page(reader: User) -> AimsPage:
    """Every aim of the sites of ``reader``, and what these changed."""
    here = _aims().filter(site__in=reader.site_ids)
    standing = here.filter(ended_at=None).order_by("reach_by", "pk")
    notes = _notes().filter(site__in=reader.site_ids).order_by("-changed_on", "-pk")
    return AimsPage(
        aim_lines(standing, reader.site_ids),
        aim_lines(here.exclude(ended_at=None).order_by("-ended_at", "-pk"), reader.site_ids),
        [(BY_KEY[note.measure], note_line(note, reader.site_ids)) for note in notes],
    )


def aim_lines(aims: Iterable[Aim], own: set[int], told: Told | None = None) -> list[AimLine]:
    """The aims, each with how it stands by what was ``told``; else by all that was so far, with an SQL query."""
    known = [aim for aim in aims if aim.of_table in TABLES]
    if told is None:
        told = pieces_of({aim.of_table: TABLES[aim.of_table] for aim in known}.values())
    return [_aim_line(aim, told, own) for aim in known]


def note_line(note: ChangeNote, own: set[int]) -> NoteLine:
    """A note with its month in words."""
    return NoteLine(note, specs.span(month_of(note.changed_on)), note.site_id in own)


def line_of(aim: Aim) -> Line | None:
    """The line that an aim is about; None where there is none of that name any more."""
    return next((line for line in TABLES[aim.of_table].lines if line.key == aim.line), None)


def _aim_line(aim: Aim, told: Told, own: set[int]) -> AimLine:
    table, line = TABLES[aim.of_table], line_of(aim)
    measure = BY_KEY[table.measure]
    pooled = table.shown is not Shown.BY_SITE
    if line is None:
        return AimLine(aim, measure, aim.line, str(aim.value), Stands(""), aim.site_id in own, pooled)
    kept = [piece.block for piece in told.get((table.key, ALL_SITES if pooled else aim.site_id), ())]
    how = stands(table, line, aim.value, set_on=clock.today(aim.set_at), reach_by=aim.reach_by, kept=kept)
    return AimLine(aim, measure, line.words, _asks(aim, table, line), how, aim.site_id in own, pooled)


def _asks(aim: Aim, table: Table, line: Line) -> str:
    return f"{value_in_words(table, line, aim.value)} by {clock.day_in_words(aim.reach_by)}"


def _says(aim: Aim, table: Table, line: Line, named: bool) -> str:
    return _named(f"{_asks(aim, table, line)}, {aim.owned_by} sees to it", aim.site, named)


def _named(words: str, site: Site, named: bool) -> str:
    return f"{site.name}: {words}" if named else words


def _aims() -> QuerySet[Aim]:
    return Aim.objects.select_related("site", "owner", "set_by", "ended_by")


def _notes() -> QuerySet[ChangeNote]:
    return ChangeNote.objects.filter(struck_at=None).select_related("site", "noted_by")


def panel(page: Any, _reader: User, _at: object) -> AimsPanel | None:
    """The panel on the page of a measure, which has put it together from what it read."""
    found: AimsPanel | None = page.aims
    return found
