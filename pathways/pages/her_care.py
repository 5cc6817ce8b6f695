"""Her own care after a separation, as her page shows it first: one line for each part, from its handoffs.

Every line says in words how it stands, what was written down, and leads to where the next step is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from pathways.answered_by import EndedBy
from pathways.engine import COMPLETED_STATES, State, SubjectKind, Whereabouts, whereabouts
from pathways.models import Event, Handoff, Journey
from pathways.named_workers import worker_of
from pathways.projection import events_that_count, facts_of
from pathways.rules.her_care import HER_CARE, OF_HER_CARE, CareLine, next_of
from pathways.shown import Shown
from pathways.visibility import labels_for
from pathways.wording.entries import details_of
from pathways.wording.handoffs import day_in_words, due_in_words, full_title, live_state
from pathways.words import STATE_NAMES

EXPLAIN = "SEP_EXPLAIN"


@dataclass(frozen=True)
class Line:
    """One part of her own care: how it stands in ``words``, what was written down (``said``), where to record it."""

    key: str
    title: str
    about: str
    state: str
    words: str
    more: str
    said: str
    url: str

    @property
    def is_done(self) -> bool:
        """Whether it ended because it was done, and not because she declined or it was no longer needed."""
        return self.state in COMPLETED_STATES


@dataclass(frozen=True)
class HerCare:
    """The section. ``who``: where her babies live, in words; ``worker``: who stays with her.

    ``owed`` are the lines on which something is open, ``done`` those on which all has ended.
    """

    journey: Journey
    who: str
    owed: Sequence[Line]
    done: Sequence[Line]
    worker: str
    may_record: bool
    may_see_separation: bool


def her_own_care(journey: Journey, reader: User, at: datetime) -> HerCare | None:
    """The section; None where no baby was ever placed away, or the journey has ended. One query, else three."""
    care = journey.handoffs.with_live_state(at).filter(moment__in={key for key, _ in OF_HER_CARE})
    if journey.is_closed or not any(each.subject == SubjectKind.SEPARATION for each in care):
        return None
    events = list(events_that_count(journey).select_related("recorded_by"))
    shown = Shown.to(reader, journey.woman_id)
    owed = shown.handoffs(care)
    ended = EndedBy(each for each in events if shown.event(each))
    covers = Label.CHILD_PROTECTION in labels_for(reader, journey.woman_id)
    lines = [line for each in HER_CARE if (line := _line(each, owed, ended, shown, at, covers=covers))]
    worker = worker_of(journey)
    return HerCare(
        journey=journey,
        who=who_in_words(whereabouts(facts_of(events))),
        owed=[line for line in lines if line.url],
        done=[line for line in lines if not line.url],
        worker=f"{worker.name}, {worker.service}, from {clock.day_in_words(worker.from_on)}" if worker else "",
        may_record=Ability.RECORD_EVENT in reader.abilities,
        may_see_separation=covers,
    )


def who_in_words(where: Whereabouts) -> str:
    """``Her baby lives away from her.``; of several, which are with her."""
    away, with_her = sorted(where.living & where.placed_away), sorted(where.with_her)
    if not away:
        return (
            "She and her baby are together again." if len(with_her) == 1 else "She and her babies are together again."
        )
    if not with_her:
        return "Her baby lives away from her." if len(away) == 1 else "Her babies live away from her."
    return f"{_babies(away)} away from her, {_babies(with_her).lower()} with her."


def _babies(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Baby {numbers[0]} lives"
    return f"Babies {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} live"


def _line(
    line: CareLine, handoffs: Iterable[Handoff], ended: EndedBy, shown: Shown, at: datetime, *, covers: bool
) -> Line | None:
    """The line; None where none of its handoffs was ever owed."""
    hers = [each for each in handoffs if (each.moment, each.step) in line.owed]
    if not hers:
        return None
    first = next_of((live_state(each), each.due_at, each) for each in hers)
    said = _said(line, hers, ended, shown)
    if first is None:
        last = max(hers, key=lambda each: (each.ended_at or each.due_at, each.pk))
        when = day_in_words(last.ended_at, at) if last.ended_at else ""
        return Line(line.key, line.title, line.about, last.state, STATE_NAMES[State(last.state)], when, said, "")
    return Line(
        key=line.key,
        title=line.title,
        about=line.about,
        state=live_state(first).value,
        words=full_title(first),
        more=f"due {due_in_words(first.due_at, at)}, {clock.distance_in_words(first.due_at, at)}",
        said=said,
        url=_where_to_record(first, covers=covers),
    )


def _said(line: CareLine, hers: Iterable[Handoff], ended: EndedBy, shown: Shown) -> str:
    """What was written down with the handoffs of this line that are done, in few words; of each thing the latest."""
    entries = [entry for each in hers if (entry := ended.answer(each)) and entry.kind == "handoff_completed"]
    entries.sort(key=lambda entry: (entry.occurred_at, entry.pk))
    said = dict(pair for entry in entries for pair in _evidence(entry, line, shown))
    return " · ".join(f"{label}: {words}" for label, words in said.items())


def _evidence(entry: Event, line: CareLine, shown: Shown) -> list[tuple[str, str]]:
    kept = {name: words for name, words in entry.details.items() if name in line.says or name in ("moment", "step")}
    only_these = Event(kind=entry.kind, details=kept)
    return details_of(only_these, with_words=shown.words_of(entry))


def _where_to_record(handoff: Handoff, *, covers: bool) -> str:
    """Its own page where it has one that is open to the reader, else the page that answers any handoff."""
    if handoff.moment == EXPLAIN and covers:
        return reverse("separation_explained", args=[handoff.journey_id, handoff.subject_number])
    return reverse("answer", args=[handoff.pk, "done"])
