"""Which free time fits somebody who waits: long enough, with the right service, and round her day.

Both the list beside a day and the worker that keeps a freed place ask here, of many women at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Max

from carecoord import clock
from pathways.models import SafeContact
from referrals.her_days import rules_of
from referrals.models import Appointment, HerDay, Session, Waiting
from referrals.rules.places import Span, free_spans
from referrals.rules.trips import GRID, Circumstances, Need, Opening, windows
from referrals.seats import given_in


@dataclass(frozen=True)
class Fit:
    """The first time that fits, and in which session."""

    session: Session
    starts_at: datetime


def first_fits(waits: Sequence[Waiting], sessions: Sequence[Session], now: datetime) -> dict[int, Fit]:
    """For each who waits (by the waiting's id) the first time that fits, where there is one. Four queries."""
    if not waits or not sessions:
        return {}
    free, hers = _free(sessions), circumstances(waits, sessions)
    return {wait.pk: fit for wait in waits if (fit := _first(wait, free, hers[wait.journey_id], now))}


def fits_within(waits: Sequence[Waiting], session: Session, freed: Span, now: datetime) -> dict[int, Fit]:
    """The same in one session, for times that begin within what was freed. Four queries."""
    if not waits:
        return {}
    ((_, free),), hers = _free([session]), circumstances(waits, [session])
    found = {}
    for wait in waits:
        last = freed[1] + timedelta(minutes=wait.minutes) - GRID
        touching = [(max(since, freed[0]), min(until, last)) for since, until in free]
        if fit := _first(wait, [(session, touching)], hers[wait.journey_id], now):
            found[wait.pk] = fit
    return found


def circumstances(waits: Iterable[Waiting], sessions: Sequence[Session]) -> Mapping[int, Circumstances]:
    """What the days of each woman allow on the days of these sessions, by her journey's id. Three queries."""
    women = {wait.journey_id: wait.journey.woman_id for wait in waits}
    first, last = (
        clock.today(min(each.during.lower for each in sessions)),
        clock.today(max(each.during.upper for each in sessions)),
    )
    said = {each.journey_id: each for each in HerDay.objects.filter(pk__in=_newest(HerDay, "journey", women))}
    contacts = {
        each.woman_id: each for each in SafeContact.objects.filter(pk__in=_newest(SafeContact, "woman", women.values()))
    }
    busy = _busy(women.values(), sessions)
    places = {str(session.clinic.place_id) for session in sessions}
    found = {}
    for journey, woman in women.items():
        hers = rules_of(said.get(journey), contacts.get(woman))
        travel = int(hers.travel.total_seconds() // 60)
        found[journey] = Circumstances(
            away=hers.away(first, last),
            busy=(*hers.doses(first, last), *busy[woman]),
            travel=tuple((place, travel) for place in sorted(places)),
        )
    return found


def _newest(rows: type[HerDay] | type[SafeContact], column: str, of: Iterable[int]) -> list[int]:
    asked = rows.objects.filter(**{f"{column}__in": list(of)})
    return [pk for _, pk in asked.values_list(column).annotate(newest=Max("pk"))]


def _busy(women: Iterable[int], sessions: Sequence[Session]) -> Mapping[int, list[Span]]:
    """What they come for already, by woman."""
    found: dict[int, list[Span]] = defaultdict(list)
    span = (min(each.during.lower for each in sessions), max(each.during.upper for each in sessions))
    rows = Appointment.objects.filter(woman__in=list(women), during__overlap=span)
    for woman, during in rows.exclude(state=Appointment.State.CANCELLED).values_list("woman", "during"):
        found[woman].append((during.lower, during.upper))
    return found


def _free(sessions: Sequence[Session]) -> list[tuple[Session, list[Span]]]:
    given = given_in(session.pk for session in sessions)
    return [(each, free_spans(each.during.lower, each.during.upper, given[each.pk], each.seats)) for each in sessions]


def _first(
    wait: Waiting, free: Iterable[tuple[Session, Iterable[Span]]], hers: Circumstances, now: datetime
) -> Fit | None:
    need = Need(
        f"waiting:{wait.pk}",
        frozenset({wait.kind}),
        wait.minutes,
        due_at=_midnight_after(wait),
        not_before=clock.from_local(datetime.combine(wait.not_before, time.min)) if wait.not_before else None,
    )
    starts = [
        Fit(session, earliest)
        for session, spans in free
        if _will_do(wait, session)
        for since, until in spans
        for earliest, _ in windows(need, _opening(session, since, until), hers, now)
    ]
    return min(starts, key=lambda fit: (fit.starts_at, fit.session.pk), default=None)


def _opening(session: Session, since: datetime, until: datetime) -> Opening:
    return Opening(session.pk, str(session.clinic.place_id), session.kind, since, until)


def _will_do(wait: Waiting, session: Session) -> bool:
    """Whether it is with the service and at the place that she waits for, and still within her days."""
    if wait.until and session.clinic.on > wait.until:
        return False
    return wait.service_id in (None, session.service_id) and wait.place_id in (None, session.clinic.place_id)


def _midnight_after(wait: Waiting) -> datetime | None:
    if wait.until is None:
        return None
    return clock.from_local(datetime.combine(wait.until + timedelta(days=1), time.min))
