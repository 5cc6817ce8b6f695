"""Women who come late: what the service does from then on. Nobody is to blame for when a pregnancy is found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from carecoord.sites.models import Site
from pathways.gaps.figures import Figure, share_in_words
from pathways.gaps.measures import BY_KEY, TABLES, Line, Table
from pathways.gaps.pages.grid import Columns, Part, Row, Stands, address_of, columns, figures_of, usual_span
from pathways.gaps.reading import stands_of
from pathways.gaps.rules.disclosure import in_words
from pathways.gaps.rules.spc import SoMany

BOOKED, REASONS, OFFERED = TABLES["M02.late"], TABLES["M02.reason"], TABLES["M12.offered"]
HANDOFFS = BY_KEY["M25"].tables
MISSED = "missed"


@dataclass(frozen=True, slots=True)
class LateEntry:
    """``parts`` are numbers by site; ``reasons`` are (words, [(site, count)]), as they were told."""

    columns: Columns
    parts: Sequence[Part]
    reasons: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    span: str


def late_entry(codes: Collection[str] = ()) -> LateEntry:
    """What is told of late first contacts, and of the handoffs that followed."""
    shown = columns(codes)
    stands = stands_of([BOOKED, REASONS, OFFERED, *HANDOFFS])
    booked = [stand for (key, _), stand in stands.items() if key == BOOKED.key]
    parts = [
        Part("From the first contact", [_row(BOOKED, line, shown.shown, stands) for line in BOOKED.lines]),
        Part(
            "Treatment after birth offered",
            [
                _row(OFFERED, _line(OFFERED, "late"), shown.shown, stands, "to women who came at 9+0 or later"),
                _row(OFFERED, _line(OFFERED, "early"), shown.shown, stands, "to the others"),
            ],
        ),
        Part("Handoffs missed", _handoffs(shown.shown, stands)),
    ]
    return LateEntry(shown, parts, _reasons(shown.shown, stands), usual_span(booked))


def _line(table: Table, key: str) -> Line:
    return next(line for line in table.lines if line.key == key)


def _row(table: Table, line: Line, sites: Sequence[Site], stands: Stands, words: str = "") -> Row:
    address = address_of(table, table.lines[0] if line.parts_only else line)
    return Row((words or line.words).capitalize(), table.of_what, address, figures_of(table, line, sites, stands))


def _handoffs(sites: Sequence[Site], stands: Stands) -> list[Row]:
    """Missed, of late entries and of all others: summed over the moments that tell the two apart."""
    late, others = [], []
    for site in sites:
        told = [
            (table, numbers, both)
            for table in HANDOFFS
            if (stand := stands.get((table.key, site.pk)))
            and (numbers := stand.numbers("late_entry"))
            and (both := stand.numbers(MISSED))
        ]
        late.append(_sum([numbers for _, numbers, _ in told]))
        others.append(_sum([(both[0] - some, both[1] - whole) for _, (some, whole), both in told]))
    note = "of handoffs, at the moments where the two can be told apart"
    return [
        Row("Handoffs that began late, because she came late", note, "", _figures(sites, late)),
        Row("All others", note, "", _figures(sites, others)),
    ]


def _sum(numbers: Sequence[SoMany]) -> SoMany | None:
    return (sum(some for some, _ in numbers), sum(whole for _, whole in numbers)) if numbers else None


def _figures(sites: Sequence[Site], shown: Sequence[SoMany | None]) -> list[tuple[str, Figure]]:
    return [
        (site.name, Figure(*share_in_words(HANDOFFS[0], numbers))) for site, numbers in zip(sites, shown, strict=True)
    ]


def _reasons(sites: Sequence[Site], stands: Stands) -> list[tuple[str, list[tuple[str, str]]]]:
    found = []
    for line in REASONS.lines:
        told = [(site.name, stands.get((REASONS.key, site.pk))) for site in sites]
        shown = [(name, stand.numbers(line.key) if stand else None) for name, stand in told]
        counts = [(name, in_words(numbers[0] if numbers else None)) for name, numbers in shown]
        found.append((line.words.capitalize(), counts))
    return found
