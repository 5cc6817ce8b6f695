"""The demonstration follows today: on a later day its women's dates move by the days that have passed.

Local wall-clock times stay, ids stay, and what users added to these women moves with the rest. Nothing is moved
past the present: a woman to whom somebody added an entry at 15:00 waits, with all of hers, until it is 15:00.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import connection
from django.db.models import DateTimeField, F, Func, Max, Model, QuerySet
from django.db.models.functions import Greatest, Least

from carecoord import clock
from carecoord.access.models import Grant
from pathways.demo.parts import LastWord, Times, parts
from pathways.engine import FACT_KINDS, DetailType, EvidenceKind
from pathways.engine.times import days_later
from pathways.models import (
    Address,
    Baby,
    Background,
    ContactDetail,
    Correction,
    DemoWoman,
    Event,
    Flag,
    Handoff,
    Journey,
    MessageToHer,
    Offer,
    OfferQuestion,
    Opening,
    Owner,
    SafeContact,
    Woman,
)
from pathways.moments import by_key
from pathways.projection import refresh

APPEND_ONLY = (Event, Correction, SafeContact, ContactDetail, Address, Opening, Background)
KEPT: dict[type[Model], str] = {
    **{model: "append_only" for model in APPEND_ONLY},
    Offer: "offer_stays",
}  # each table's trigger
DATED = (DetailType.DATE, DetailType.TIME)
OUT_OF_THE_WAY = 28 * 365  # days; the calendar and the clock changes repeat


# Where her times stand: model, how its rows name the woman or her journey, instants, dates. Copies of what the events
# say move with them, so that working out again finds little to write.
OF_A_WOMAN: tuple[Times, ...] = (
    Times(Woman, "pk", ("created_at",), ("what_matters_on",)),
    Times(SafeContact, "woman", ("recorded_at",), ("confirmed_on",)),
    Times(ContactDetail, "woman", ("recorded_at",)),
    Times(Address, "woman", ("recorded_at",), ("begins_on", "ends_on")),
    Times(Background, "woman", ("recorded_at",)),
    Times(MessageToHer, "woman", ("queued_at", "sent_at", "recalled_at")),
    Times(Opening, "woman", ("at",)),
    Times(DemoWoman, "pk", (), ("stands_on",)),
)
OF_A_JOURNEY: tuple[Times, ...] = (
    Times(Journey, "pk", ("created_at", "stage_since", "born_at", "last_contact_at"), ("edd_at_entry", "edd")),
    Times(Baby, "journey", ("born_at",)),
    Times(Event, "journey", ("occurred_at", "recorded_at")),
    Times(Correction, "event__journey", ("made_at",)),
    Times(Grant, "journey", ("starts_at", "ends_at", "made_at")),
    Times(Offer, "journey", ("offered_at", "answer_by", "reminded_at", "answered_at"), ("place_from",)),
    Times(OfferQuestion, "offer__journey", ("asked_at", "answered_at")),
    Times(Owner, "journey", ("since", "until")),
    Times(Handoff, "journey", ("opened_at", "warn_at", "due_at", "missed_at", "not_before", "ended_at")),
)
# What a person can have written last.
LAST_OF_A_WOMAN: tuple[LastWord, ...] = (
    (Woman, "pk", "what_matters_on"),
    (SafeContact, "woman", "recorded_at"),
    (ContactDetail, "woman", "recorded_at"),
    (Address, "woman", "recorded_at"),
    (Background, "woman", "recorded_at"),
    (MessageToHer, "woman", "queued_at"),
    (Opening, "woman", "at"),
)
LAST_OF_A_JOURNEY: tuple[LastWord, ...] = (
    (Journey, "pk", "created_at"),
    (Event, "journey", "recorded_at"),
    (Correction, "event__journey", "made_at"),
    (Offer, "journey", "offered_at"),
    (Offer, "journey", "reminded_at"),
    (Offer, "journey", "answered_at"),
    (OfferQuestion, "offer__journey", "asked_at"),
    (OfferQuestion, "offer__journey", "answered_at"),
    (Owner, "journey", "since"),
    (Owner, "journey", "until"),
)


def follow_today(now: datetime) -> int:
    """Move the women whose story stands at an earlier day; returns how many moved. Inside a transaction."""
    today = clock.today(now)
    stand = dict(DemoWoman.objects.filter(stands_on__lt=today).values_list("woman_id", "stands_on"))
    if not stand:
        return 0
    # Whoever is writing about these women finishes first; the tables themselves are locked after this.
    journeys = list(Journey.objects.select_for_update(of=("self",)).filter(woman__in=stand).select_related("site"))
    last = _last_touched(stand, journeys)
    moving: dict[int, list[int]] = defaultdict(list)
    for woman, stands_on in stand.items():
        days = min((today - stands_on).days, _days_until(last[woman], now))
        if days > 0:
            moving[days].append(woman)
    with append_only_lifted():
        for days, women in moving.items():
            _move(women, [journey.pk for journey in journeys if journey.woman_id in women], days, now)
    moved = {woman for women in moving.values() for woman in women}
    for journey in journeys:
        if journey.woman_id in moved:
            journey.refresh_from_db()
            refresh(journey, at=now)
    return len(moved)


@contextmanager
def append_only_lifted() -> Iterator[None]:
    """Within this block, and this transaction, events can be changed. Demo mode only, by the tables' owner.

    The trigger that refuses it is in the way on purpose; everybody else's writing waits until the transaction
    ends. Raises RuntimeError in any other mode.
    """
    if settings.CARECOORD_MODE != "demo":
        raise RuntimeError("Events change in the demonstration only.")
    kept = [(model._meta.db_table, trigger) for model, trigger in KEPT.items()]
    kept += [each for part in parts() for each in part.kept]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks outstanding cannot be altered
        for table, trigger in kept:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        yield
        for table, trigger in kept:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _last_touched(women: Collection[int], journeys: Collection[Journey]) -> dict[int, datetime]:
    """The latest time that her record holds, by woman; a date counts as its beginning."""
    whose = {journey.pk: journey.woman_id for journey in journeys}
    found = [(woman, value) for words in LAST_OF_A_WOMAN for woman, value in _latest(*words, women)]
    of_journeys = (*LAST_OF_A_JOURNEY, *(words for part in parts() for words in part.last))
    found += [(whose[journey], value) for words in of_journeys for journey, value in _latest(*words, whose)]
    last: dict[int, datetime] = {}
    for woman, value in found:
        last[woman] = max(last.get(woman, value), value)
    return last


def _latest(model: type[Model], owner: str, field: str, ids: Collection[int]) -> Iterator[tuple[int, datetime]]:
    rows = model._default_manager.filter(**{f"{owner}__in": ids}).order_by().values_list(owner)
    for pk, value in rows.annotate(Max(field)):
        if value is not None:
            yield pk, value if isinstance(value, datetime) else _beginning(value)


def _beginning(day: date) -> datetime:
    return clock.from_local(datetime(day.year, day.month, day.day))  # noqa: DTZ001 a London wall clock


def _days_until(instant: datetime, now: datetime) -> int:
    """How many days an instant can move, its wall-clock time kept, without passing ``now``."""
    then, here = (at.astimezone(clock.LONDON) for at in (instant, now))
    return (here.date() - then.date()).days - (then.time() > here.time())


def _move(women: Collection[int], journeys: Collection[int], days: int, now: datetime) -> None:
    # Ids rather than joins: these tables may be so new that the database has no idea of their size.
    of_journeys = (*OF_A_JOURNEY, *(each for part in parts() for each in part.times))
    for times, ids in [*((each, women) for each in OF_A_WOMAN), *((each, journeys) for each in of_journeys)]:
        rows = times.model._default_manager.filter(**{f"{times.owner}__in": ids})
        if times.apart:
            rows.update(**_moved(times, OUT_OF_THE_WAY))
        rows.update(**_moved(times, days - OUT_OF_THE_WAY * times.apart))
    _move_details(Event.objects.filter(journey__in=journeys), days)
    for name in ("raised_at", "escalated_at", "cleared_at"):
        flags = Flag.objects.filter(journey__in=journeys, **{f"{name}__isnull": False})
        flags.update(**{name: Least(_later(name, days), now)})  # the product wrote them when it ran, not on her day


def _moved(times: Times, days: int) -> dict[str, Any]:
    """Each column of these rows, so many days later."""
    moved: dict[str, Any] = {name: _later(name, days) for name in times.instants}
    moved |= {name: F(name) + timedelta(days=days) for name in times.dates}
    moved |= {name: _range_later(name, days) for name in times.ranges}
    if times.model is Event:  # a clock change skips an hour; what was recorded after it happened stays so
        moved["recorded_at"] = Greatest(moved["recorded_at"], moved["occurred_at"])
    return moved


def _later(column: str, days: int) -> Func:
    """The column's instant ``days`` later at the same London wall-clock time."""
    return Func(F(column), template=_sql_later("%(expressions)s", days), output_field=DateTimeField())


def _range_later(column: str, days: int) -> Func:
    """The same of a range of instants; what is open stays open."""
    ends = (_sql_later(f"{end}(%(expressions)s)", days) for end in ("lower", "upper"))
    return Func(F(column), template=f"tstzrange({', '.join(ends)})", output_field=DateTimeRangeField())


def _sql_later(instant: str, days: int) -> str:
    zone = f"AT TIME ZONE '{clock.LONDON.key}'"
    return f"(({instant} {zone} + INTERVAL '{days:d} days') {zone})"


def _move_details(events: QuerySet[Event], days: int) -> None:
    """Move the dates that stand among the details: EDDs, planned discharges, dates given as evidence."""
    changed = []
    for event in events.exclude(details={}):
        for name in _dated_details(event.kind, event.details):
            event.details[name] = _text_later(event.details[name], days)
            changed.append(event)
    Event.objects.bulk_update(changed, ["details"], batch_size=500)


def _dated_details(kind: str, details: Mapping[str, str]) -> list[str]:
    """The details of this event that hold a date or a time, by their declaration."""
    declared = FACT_KINDS.get(kind)
    names = {detail.name for detail in declared.details if detail.type in DATED} if declared else set()
    if moment := by_key.get(details.get("moment", "")):
        names |= {item.key for item in moment.evidence if item.kind is EvidenceKind.DATE}
    return sorted(names & details.keys())


def _text_later(text: str, days: int) -> str:
    """A date or time as it was entered, ``days`` later; what cannot be read stays."""
    try:
        return (clock.parse_date(text) + timedelta(days=days)).isoformat()
    except ValueError:
        pass
    try:
        instant, _ = clock.parse_instant(text)
    except ValueError:
        return text
    return days_later(instant, days, clock.LONDON).astimezone(clock.LONDON).isoformat()
