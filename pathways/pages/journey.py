"""What the page of one journey shows. Eight SQL queries, whatever the journey holds.

Everything is true by the clock at one instant, also when no sweep runs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Reader, User
from pathways.answered_by import EndedBy
from pathways.engine import OPEN_STATES, URGENCY, State
from pathways.models import Baby, Event, Handoff, Journey, Offer
from pathways.owning import cover_in_words, with_cover
from pathways.pages.identity import Banner, Fact, banner
from pathways.pages.in_hand import with_hand, with_hands
from pathways.pages.openings import with_opening
from pathways.projection import facts_of
from pathways.rules.baby_places import Place, places_of
from pathways.rules.loss import was_put_away
from pathways.shown import Shown
from pathways.timeline.drawing import Drawing, draw
from pathways.timeline.marks import Item, Mark, in_order, items_of
from pathways.timeline.scales import Around
from pathways.timeline.telling import Told, is_pregnant, marks_of, story_of, url_of
from pathways.visibility import journeys_visible_to
from pathways.wording.babies import PLACES, baby_in_words
from pathways.wording.entries import PRODUCT_NAMES, time_in_words, title_of
from pathways.wording.handoffs import (
    Card,
    OfferLine,
    card_of,
    day_in_words,
    due_day_in_words,
    full_title,
    live_state,
    sender_and_receiver,
)
from pathways.wording.offers import line_of
from pathways.words import STATE_NAMES

FEW_LATER = 4  # shown before "show all"
FEW_ENTRIES = 5


@dataclass(frozen=True)
class Row:
    """A handoff as one line: later, or done."""

    pk: int
    url: str
    state: str
    when: str
    title: str
    who: str


@dataclass(frozen=True)
class Entry:
    """One event as a line of a list."""

    url: str
    title: str
    happened: str
    by: str
    reason: str | None  # why it was entered in error; None where it was not, blank where the reader may not know
    is_news: bool = True  # False: it came with another entry, and follows from it


@dataclass(frozen=True)
class Person:
    """Somebody around her."""

    name: str
    role: str


@dataclass(frozen=True)
class BabyRow:
    """A baby of this journey, and where it is."""

    name: str
    born: str
    place: str
    is_with_her: bool


@dataclass(frozen=True)
class MarkList:
    """The timeline as a list, in the three parts of the drawing, so that narrow screens begin where it matters."""

    earlier: Sequence[Item]
    near: Sequence[Item]
    later: Sequence[Item]


@dataclass(frozen=True)
class JourneyPage:
    """Everything the template shows."""

    banner: Banner
    her_words: str
    her_words_on: str
    drawing: Drawing
    listed: MarkList
    needs_action: Sequence[Card]
    long_past: Sequence[Card]
    catching_up: Sequence[Card]
    due_soon: Sequence[Card]
    later: Sequence[Row]
    done: Sequence[Row]
    entries: Sequence[Entry]
    people: Sequence[Person]
    medicine: Fact
    babies: Sequence[BabyRow]
    others: Sequence[Journey]

    is_pregnant: bool
    to_catch_up: int

    @property
    def has_baby_with_her(self) -> bool:
        return any(baby.is_with_her for baby in self.babies)

    @property
    def open_count(self) -> int:
        urgent = (self.needs_action, self.long_past, self.catching_up, self.due_soon)
        return sum(len(cards) for cards in urgent) + len(self.later)


def with_people(journeys: QuerySet[Journey], reader: Reader) -> QuerySet[Journey]:
    """Journeys with all that the banner and the right column name; also until when ``reader`` has opened them."""
    journeys = journeys.select_related("woman", "site", "team", "named_midwife", "buddy")
    return with_opening(with_cover(journeys, reader.today), reader)


def page_for(journey: Journey, reader: User, around: Around, at: datetime) -> JourneyPage:
    """The page of a journey (``with_people``) as ``reader`` sees it at ``at``."""
    shown = Shown.to(reader, journey.woman_id)
    rows = journey.events.select_related("correction", "recorded_by").order_by("occurred_at", "id")
    everything = [event for event in rows if shown.event(event)]
    events = [event for event in everything if not hasattr(event, "correction")]
    handoffs = shown.handoffs(with_hand(journey.handoffs.with_live_state(at), at).order_by("due_at", "pk"))
    babies = list(journey.babies.order_by("number"))
    told = Told(journey, events, handoffs, max(len(babies), 1), at, EndedBy(events))
    marks = in_order(marks_of(told))
    here = reverse("journey", args=[journey.pk])
    drawing = draw(marks, story_of(told, marks), around, together_url=f"{here}?around={around}&timeline=list")
    offers = _offer_lines(journey, at)
    cards = [card_of(each, handoffs, journey, reader, at, offers.get(each.pk)) for each in _urgent(handoffs)]
    cards = with_hands(cards, handoffs, reader, at)
    return JourneyPage(
        banner=banner(journey, at),
        her_words=journey.woman.what_matters,
        her_words_on=_short_day(journey, at),
        drawing=drawing,
        listed=_mark_list(marks, drawing, told),
        needs_action=[card for card in cards if card.is_late and not card.is_long_past and not card.is_calm],
        long_past=[card for card in cards if card.is_long_past and not card.is_calm],
        catching_up=[card for card in cards if card.is_calm],
        due_soon=[card for card in cards if not card.is_late and not card.is_calm],
        later=[
            _later_row(each, told, reader, offers.get(each.pk))
            for each in handoffs
            if live_state(each) is State.PENDING
        ],
        done=_done_rows(told, at, offers),
        entries=_entries(journey, everything, len(babies), at, shown),
        people=_people(journey),
        medicine=_medicine(journey, events, at),
        babies=_babies(babies, events, at),
        others=_others(journey, reader),
        is_pregnant=is_pregnant(journey),
        to_catch_up=sum(each.late_entry and live_state(each) in OPEN_STATES for each in handoffs),
    )


def _mark_list(marks: Sequence[Mark], drawing: Drawing, told: Told) -> MarkList:
    """The marks in order, with a line for today among them."""
    point = told.journey.point_on(clock.today(told.now))
    words = f"Today, {day_in_words(told.now, told.now)}"
    items = items_of(marks, told.now)
    past = sum(mark.at <= told.now for mark in marks)
    items.insert(past, Item(when="", title=words if point == "–" else f"{words}, {point}"))
    times = [mark.at for mark in marks]
    times.insert(past, told.now)
    near = drawing.scales[1]
    first, after = bisect_left(times, near.start), bisect_left(times, near.end)
    return MarkList(items[:first], items[first:after], items[after:])


def _urgent(handoffs: Sequence[Handoff]) -> list[Handoff]:
    """Missed, overdue, due soon; inside each by due time."""
    urgent = [each for each in handoffs if live_state(each) in (State.MISSED, State.OVERDUE, State.DUE_SOON)]
    return sorted(urgent, key=lambda each: (URGENCY[live_state(each)], each.due_at, each.pk))


def _short_day(journey: Journey, at: datetime) -> str:
    said_on = journey.woman.what_matters_on
    return clock.day_in_words(said_on, weekday=False, year=said_on.year != clock.today(at).year) if said_on else ""


def _offer_lines(journey: Journey, at: datetime) -> dict[int | None, OfferLine]:
    """The newest offer of each handoff, by the handoff's id."""
    found = journey.offers.select_related("to_team", "answered_by").order_by("pk")
    running = (Offer.State.OFFERED, Offer.State.ACCEPTED)
    return {
        each.handoff_id: OfferLine(each.pk, line_of(each, at), each.state in running, each.state == Offer.State.OFFERED)
        for each in found
    }


def _later_row(handoff: Handoff, told: Told, reader: User, offer: OfferLine | None) -> Row:
    sender, receiver = sender_and_receiver(handoff, told.journey, reader)
    return Row(
        pk=handoff.pk,
        url=url_of(told, handoff),
        state=State.PENDING.value,
        when=due_day_in_words(handoff.due_at, told.now),
        title=f"{full_title(handoff, babies=told.babies)}{' (catch-up)' if handoff.late_entry else ''}",
        who=f"{sender} → {receiver}{f' · {offer.words}' if offer else ''}",
    )


def _done_rows(told: Told, at: datetime, offers: dict[int | None, OfferLine]) -> list[Row]:
    """What has ended, the latest first; each leads to the entry that ended it where there is one."""
    ended = [each for each in told.handoffs if live_state(each) not in OPEN_STATES]
    ended.sort(key=lambda each: (each.ended_at or each.due_at, each.pk), reverse=True)
    return [
        Row(
            pk=each.pk,
            url=url_of(told, each),
            state=each.state,
            when=day_in_words(each.ended_at or each.due_at, at),
            title=full_title(each, babies=told.babies),
            who=" · ".join([STATE_NAMES[State(each.state)], *([offers[each.pk].words] if each.pk in offers else [])]),
        )
        for each in ended
    ]


def _entries(journey: Journey, events: Sequence[Event], babies: int, at: datetime, shown: Shown) -> list[Entry]:
    """Every entry, what was recorded last first; those entered in error too."""
    return [
        Entry(
            url=reverse("entry", args=[journey.pk, event.pk]),
            title=title_of(event, babies=babies),
            happened=time_in_words(event.occurred_at, year=clock.today(event.occurred_at).year != clock.today(at).year),
            by=str(event.recorded_by or event.get_source_display()),
            reason=(event.correction.reason if shown.all_words else "") if hasattr(event, "correction") else None,
            is_news=not was_put_away(event.kind, event.details),
        )
        for event in sorted(events, key=lambda event: event.pk, reverse=True)
    ]


def _people(journey: Journey) -> list[Person]:
    away = cover_in_words(journey)
    people = [Person(str(journey.named_midwife), f"named midwife{away}")] if journey.named_midwife else []
    if journey.buddy:
        people.append(Person(str(journey.buddy), "buddy, stands in for her midwife"))
    return [*people, Person(journey.team.name, f"her team, {journey.site.name}")]


def _medicine(journey: Journey, events: Sequence[Event], at: datetime) -> Fact:
    """The product as stated last: what, and since when it is known. Never an amount."""
    changes = [event for event in events if event.kind in ("treatment_started", "treatment_ended")]
    if not changes:
        stated = PRODUCT_NAMES.get(journey.medication_at_entry, "")
        return Fact("Medicine, as stated", stated, "when she was added here" if stated else "")
    last = changes[-1]
    product = PRODUCT_NAMES.get(last.details.get("medication", ""), "product not stated")
    day = day_in_words(last.occurred_at, at)
    if last.kind == "treatment_ended":
        return Fact("Medicine, as stated", "Opioid replacement ended", f"{day}; {product}")
    return Fact("Medicine, as stated", product, f"since {day}")


def _babies(babies: Sequence[Baby], events: Sequence[Event], at: datetime) -> list[BabyRow]:
    """Where each baby is."""
    where = places_of(facts_of(events))
    return [
        BabyRow(
            baby_in_words(baby.number, len(babies)),
            f"born {day_in_words(baby.born_at, at)}",
            PLACES[where[baby.number].place],
            where[baby.number].place not in (Place.PLACED_AWAY, Place.DIED),
        )
        for baby in babies
    ]


def _others(journey: Journey, reader: User) -> list[Journey]:
    """Her other journeys that ``reader`` may open."""
    return list(journeys_visible_to(reader).filter(woman=journey.woman_id).exclude(pk=journey.pk).order_by("number"))
