"""The page of her medicine: how far it is confirmed, both sources side by side, whom to ring now, what was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from carecoord import clock
from carecoord.sites.definitions import Policy, SiteDefinition, Source
from medications.models import Call, Statement
from medications.models.statements import ASKED as ASKED_CHOICES
from medications.pages.standings import Known, known_of, said_of
from medications.rules.products import FREQUENCY_WORDS, WARD_PRODUCTS, Frequency
from medications.rules.verification import ASKED, Said, Standing, State
from medications.wording.verification import FIELDS, SEES, opens_in_words, sentence_of, title_of
from pathways.models import Journey
from pathways.wording.entries import time_in_words

FOR_SPECIALISTS = "dihydrocodeine_other"
NOT_IN_TREATMENT = "none_illicit_or_rx_opioid"
FEW = 6
SHE_SAYS = "she_says"
TITLES = {kind: str(label) for kind, label in ASKED_CHOICES}


@dataclass(frozen=True)
class Line:
    """One thing that a source states. ``differs``: the other states something else."""

    label: str
    words: str
    differs: bool = False


@dataclass(frozen=True)
class Ring:
    """Somebody to ring: whether they are open now, else when they open and whom to ring meanwhile."""

    kind: str
    title: str
    name: str
    phone: str
    is_open: bool
    hours: str
    instead: str
    is_missing: bool


@dataclass(frozen=True)
class Side:
    """One of the two who are asked. ``said`` is None while they have not said what counts."""

    kind: str
    title: str
    said: Said | None
    ring: Ring | None = None
    words: str = ""
    lines: tuple[Line, ...] = ()
    who: str = ""
    when: str = ""
    is_missing: bool = False


@dataclass(frozen=True)
class Shown:
    """A text of local policy as the page shows it; ``policy`` is None where the site has none."""

    key: str
    policy: Policy | None


@dataclass(frozen=True)
class Entry:
    """One thing that was written down, newest first. ``kind`` and ``pk`` lead to striking it through."""

    kind: str
    pk: int
    when: str
    title: str
    words: str
    more: str
    by: str
    struck: str = ""


@dataclass(frozen=True)
class HerMedicine:
    """All that the page shows."""

    standing: Standing
    title: str
    sentence: str
    shape: str
    tone: str
    sides: tuple[Side, ...]
    rings: tuple[Ring, ...]
    policies: tuple[Shown, ...]
    agreed: Said | None
    product: str
    note: str
    her_words: Statement | None
    her_when: str
    entries: tuple[Entry, ...]
    today: date
    on_ward: bool
    asked: Entry | None
    is_for_specialists: bool


def page_of(journey: Journey, now: datetime) -> HerMedicine:
    """What the page of her medicine shows at ``now``. Three queries."""
    known = known_of([journey], now)[journey.pk]
    found = known.standing(now)
    site = journey.site.definition
    _, _, shape, tone = SEES[found.state]
    said = found.prescriber or found.pharmacy
    hers, rings = _latest(known, SHE_SAYS), tuple(_rings(known, found, now))
    return HerMedicine(
        standing=found,
        title=title_of(found),
        sentence=sentence_of(found),
        shape=shape,
        tone=tone,
        sides=tuple(_side(kind, found, rings) for kind in ASKED),
        rings=rings,
        policies=tuple(_policies(site, found, said)),
        agreed=found.prescriber if found.is_verified else None,
        product=WARD_PRODUCTS[said.product].name if said else "",
        note=WARD_PRODUCTS[said.product].note if said else "",
        her_words=hers,
        her_when=time_in_words(hers.said_at) if hers else "",
        entries=tuple(_entries(known, site)),
        today=clock.today(now),
        on_ward=known.admission is not None,
        asked=_asked(known) if found.missing else None,
        is_for_specialists=said is not None and said.product == FOR_SPECIALISTS,
    )


def _latest(known: Known, source: str) -> Statement | None:
    """What it said last; on a ward, since she came."""
    since = known.admission.since if known.admission else None
    rows = [row for row in known.statements if row.source == source and row.stands]
    rows = [row for row in rows if since is None or row.said_at >= since]
    return max(rows, key=lambda row: row.said_at, default=None)


def _asked(known: Known) -> Entry | None:
    """Who was asked last; on a ward, since she came."""
    since = known.admission.since if known.admission else None
    calls = [call for call in known.calls if call.stands and (since is None or call.called_at >= since)]
    last = max(calls, key=lambda call: call.called_at, default=None)
    return _call(last) if last else None


def _side(kind: str, found: Standing, rings: Sequence[Ring]) -> Side:
    said = found.prescriber if kind == "prescriber" else found.pharmacy
    title = TITLES[kind]
    ring = next((each for each in rings if each.kind == kind), None)
    if said is None:
        return Side(kind, title, None, ring, is_missing=True)
    lines = [Line(label, words, name in found.differs) for name, label, words in stated_lines(said)]
    who = " · ".join(filter(None, [said.said_by, said.where, said.contact]))
    return Side(
        kind,
        title,
        said,
        ring,
        words=said.words,
        lines=tuple(lines),
        who=who,
        when=time_in_words(said.said_at, year=False),
        is_missing=kind in found.missing,
    )


def stated_lines(said: Said) -> list[tuple[str, str, str]]:
    """What a source states, as (name, label, words), each as it was stated."""
    amount = f"{said.amount} {said.unit}".strip() or "as worded"
    often = FREQUENCY_WORDS[Frequency(said.frequency)]
    times = ", ".join(f"{at} {amount}{f' {said.unit}' if amount else ''}".strip() for at, amount in said.times)
    last = time_in_words(said.last_dose_at, year=False) if said.last_dose_at else "not said"
    found = [
        ("product", WARD_PRODUCTS[said.product].name),
        ("strength", said.strength or "not said"),
        ("amount", amount),
        ("frequency", often),
        ("times", times),
        ("last_dose", last),
    ]
    return [(name, FIELDS[name], words) for name, words in found if words]


def _rings(known: Known, found: Standing, now: datetime) -> Iterator[Ring]:
    """Whom to ring, first those who have something to say yet."""
    for kind in sorted(ASKED, key=lambda kind: kind not in found.missing):
        source = known.supply.source(kind)
        if source is None:
            continue
        is_open = source.hours.is_open(now)
        yield Ring(
            kind=kind,
            title=TITLES[kind],
            name=source.name,
            phone=source.phone,
            is_open=is_open,
            hours=_hours(source, now),
            instead="" if is_open else source.out_of_hours,
            is_missing=kind in found.missing,
        )


def _hours(source: Source, now: datetime) -> str:
    """``open now, until 17:30``, or when it opens."""
    for opens, closes in source.hours.ranges_on(clock.today(now)):
        if opens <= now < closes:
            return f"open now, until {closes.astimezone(clock.LONDON):%H:%M}"
    return f"closed, {opens_in_words(source.hours.next_opening(now))}"


def _policies(site: SiteDefinition, found: Standing, said: Said | None) -> Iterator[Shown]:
    """The texts of local policy that hold now."""
    if found.state is State.OOH:
        yield Shown("ooh_verification", site.policy("ooh_verification"))
    if said and said.product == NOT_IN_TREATMENT:
        yield Shown("dependent_not_in_treatment", site.policy("dependent_not_in_treatment"))


def _entries(known: Known, site: SiteDefinition) -> list[Entry]:
    """Everything that was written down, what was struck through too, newest first."""
    found: list[tuple[datetime, int, Entry]] = []
    for row in known.statements:
        found.append((row.said_at, row.pk, _statement(row, site)))
    for call in known.calls:
        found.append((call.called_at, call.pk, _call(call)))
    return [entry for _, _, entry in sorted(found, key=lambda each: each[:2], reverse=True)]


def _statement(row: Statement, site: SiteDefinition) -> Entry:
    said = said_of(row, site)
    stated = [f"last dose {words}" if name == "last_dose" else words for name, _, words in stated_lines(said)]
    who = [] if row.source == SHE_SAYS else [row.said_by]
    return Entry(
        kind="statement",
        pk=row.pk,
        when=time_in_words(row.said_at),
        title=": ".join(filter(None, [row.get_source_display(), " · ".join(filter(None, [*who, said.where]))])),
        words=row.words,
        more=" · ".join(stated),
        by=f"Written down by {row.obtained_by}, {time_in_words(row.recorded_at)}",
        struck=_struck(row),
    )


def _call(call: Call) -> Entry:
    opens = f" Opens {time_in_words(call.opens_at)}." if call.opens_at else ""
    return Entry(
        kind="call",
        pk=call.pk,
        when=time_in_words(call.called_at),
        title=f"{call.get_source_display()} asked: {call.whom}",
        words="",
        more=f"{call.get_outcome_display()}.{opens} {call.note}".strip(),
        by=f"Written down by {call.called_by}, {time_in_words(call.recorded_at)}",
        struck=_struck(call),
    )


def _struck(row: Statement | Call) -> str:
    if row.struck_at is None:
        return ""
    return f"Struck through by {row.struck_by}, {time_in_words(row.struck_at)}: {row.struck_reason}"


def entry_of(row: Statement | Call, site: SiteDefinition) -> Entry:
    """One thing that was written down."""
    return _statement(row, site) if isinstance(row, Statement) else _call(row)


def few(entries: Sequence[Entry]) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Those that stand open on the page, and those that are opened."""
    return entries[:FEW], entries[FEW:]
