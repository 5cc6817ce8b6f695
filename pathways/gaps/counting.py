"""From rows to what they count: each pregnancy's units, in a few queries for many pregnancies at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from carecoord import clock
from carecoord.access.models import Grant
from carecoord.sites.models import Site
from pathways.engine import Fact
from pathways.engine import Handoff as Answered
from pathways.gaps.case import Attended, Case, Contact, Referred
from pathways.gaps.measures import BY_KEY
from pathways.models import Event, Handoff, Journey, LateReason, StayOffer

T = TypeVar("T")
MIDWIFE_CONTACTS = frozenset({"booking_completed", "contact_made", "postnatal_visit"})
# What other apps know of many journeys: they stand on this one, and name it here.
ATTENDED: list[Callable[[Collection[int]], Mapping[int, list[Attended]]]] = []
REFERRED: list[Callable[[Collection[int]], Mapping[int, list[Referred]]]] = []
OPTIONS: list[Callable[[Collection[int]], Mapping[int, list[str]]]] = []
ENGAGEMENT: list[Callable[[Collection[int]], Mapping[int, list[tuple[datetime, int]]]]] = []


class Unit(NamedTuple):
    """One unit as it is kept: plain values, in this order. ``month`` is its first day, ``counts_from`` an epoch."""

    table: str
    site: int
    month: str
    part: int
    value: int
    counts_from: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A handoff's stored row, as the measures ask about it."""

    moment: str
    step: str
    subject_number: int
    due_at: datetime
    missed_at: datetime
    ended_at: datetime | None
    state: str
    late_entry: bool

    @classmethod
    def of(cls, answer: Answered) -> Stored:
        """The engine's answer, as if it had been stored."""
        return cls(
            answer.moment,
            answer.step,
            answer.subject.number,
            answer.due_at,
            answer.missed_at,
            answer.ended_at,
            answer.state,
            answer.late_entry,
        )


def units_of(case: Case) -> list[Unit]:
    """Every unit of one pregnancy, of all measures, by month; pure."""
    found = [
        Unit(
            counted.table,
            case.site_at(counted.at),
            clock.today(counted.at).replace(day=1).isoformat(),
            counted.part,
            counted.value,
            int((counted.at + counted.follow_up).timestamp()),
        )
        for measure in BY_KEY.values()
        for counted in measure.counted(case)
    ]
    return sorted(found, key=lambda unit: unit.month)


def cases_of(journeys: Collection[int]) -> dict[int, Case]:
    """The cases of many pregnancies, by journey. A handful of queries, however many they are."""
    columns = ("pk", "site_id", "entered_site_id", "edd_at_entry", "named_midwife_id", "buddy_id", "created_at")
    rows = Journey.objects.filter(pk__in=journeys).values_list(*columns)
    by_code = dict(Site.objects.values_list("code", "pk"))
    facts, contacts = _facts_and_contacts(journeys, _named(journeys, rows))
    owed = _handoffs(journeys)
    attended, referred = _from_others(ATTENDED, journeys), _from_others(REFERRED, journeys)
    options, engagement = _from_others(OPTIONS, journeys), _from_others(ENGAGEMENT, journeys)
    reasons, offers = _reasons(journeys), _stay_offers(journeys)
    found = {}
    for pk, site, entered, edd, _, _, created in rows:
        hers = facts.get(pk, [])
        found[pk] = Case(
            facts=hers,
            handoffs=owed.get(pk, ()),
            sites=sites_of(entered or site, hers, by_code, created),
            edd_at_entry=edd,
            contacts=contacts.get(pk, ()),
            attended=attended.get(pk, ()),
            referred=referred.get(pk, ()),
            options=options.get(pk, ()),
            late_reason=reasons.get(pk, ""),
            stay_offers=offers.get(pk, ()),
            engagement=engagement.get(pk, ()),
        )
    return found


def _reasons(journeys: Collection[int]) -> dict[int, str]:
    rows = LateReason.objects.filter(journey__in=journeys).order_by("pk")
    return dict(rows.values_list("journey_id", "reason"))


def _stay_offers(journeys: Collection[int]) -> dict[int, list[tuple[datetime, int, str]]]:
    found: dict[int, list[tuple[datetime, int, str]]] = {}
    rows = StayOffer.objects.filter(journey__in=journeys).order_by("pk")
    for journey, at, baby, words in rows.values_list("journey_id", "offered_at", "baby", "offer"):
        found.setdefault(journey, []).append((at, baby, words))
    return found


Named = list[tuple[int, datetime, datetime | None]]  # somebody who was her named midwife or buddy: from when until when


def _named(journeys: Collection[int], rows: Iterable[tuple[Any, ...]]) -> dict[int, Named]:
    """Who was named when, as their grants keep it; without any, whoever is named now was so from the beginning."""
    found: dict[int, Named] = {}
    grants = Grant.objects.filter(journey__in=journeys, kind=Grant.Kind.CASELOAD, user__isnull=False)
    for journey, who, since, until in grants.values_list("journey_id", "user_id", "starts_at", "ends_at"):
        found.setdefault(journey, []).append((who, since, until))
    for pk, *_, midwife, buddy, created in rows:
        found.setdefault(pk, [(person, created, None) for person in (midwife, buddy) if person])
    return found


def _was_named(named: Named, person: int | None, at: datetime) -> bool:
    """Whether somebody was hers then. Who was named first was so before as well: it was entered later."""
    first = min((since for _, since, _ in named), default=at)
    return any(
        who == person and (since <= at or since == first) and (until is None or at < until)
        for who, since, until in named
    )


def _facts_and_contacts(
    journeys: Collection[int], named: Mapping[int, Named]
) -> tuple[dict[int, list[Fact]], dict[int, list[Contact]]]:
    facts: dict[int, list[Fact]] = {}
    contacts: dict[int, list[Contact]] = {}
    columns = ("journey_id", "kind", "occurred_at", "pk", "baby", "details", "recorded_by_id")
    rows = Event.objects.filter(journey__in=journeys, correction=None).order_by("occurred_at", "pk")
    for journey, kind, at, pk, baby, details, by in rows.values_list(*columns):
        facts.setdefault(journey, []).append(Fact(kind, at, pk, baby, details))
        if kind in MIDWIFE_CONTACTS:
            contacts.setdefault(journey, []).append(Contact(at, _was_named(named[journey], by, at)))
    return facts, contacts


def _handoffs(journeys: Collection[int]) -> dict[int, list[Stored]]:
    found: dict[int, list[Stored]] = {}
    columns = ("moment", "step", "subject_number", "due_at", "missed_at", "ended_at", "state", "late_entry")
    rows = Handoff.objects.filter(journey__in=journeys).order_by(
        "journey", "moment", "step", "subject_number", "occurrence"
    )
    for journey, *values in rows.values_list("journey_id", *columns):
        found.setdefault(journey, []).append(Stored(*values))
    return found


def sites_of(
    entered: int, facts: Iterable[Fact], by_code: Mapping[str, int], since: datetime
) -> list[tuple[datetime, int]]:
    """Which site had her from when: where she was entered, then where each move that was accepted led."""
    spans, asked = [(since, entered)], ""
    for fact in facts:
        if fact.kind == "transfer_requested":
            asked = fact.details.get("to", "")
        elif fact.kind == "transfer_accepted" and asked in by_code:
            spans.append((fact.at, by_code[asked]))
    return spans


def _from_others(
    sources: Iterable[Callable[[Collection[int]], Mapping[int, list[T]]]], journeys: Collection[int]
) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for source in sources:
        for journey, values in source(journeys).items():
            found.setdefault(journey, []).extend(values)
    return found
