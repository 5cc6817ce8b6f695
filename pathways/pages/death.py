"""What is shown of her own death: the report that waits for a second person, and whom people have told since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.engine import whereabouts
from pathways.models import DeathReport, Event, Journey, ToldOfDeath
from pathways.moves.death import waiting_report
from pathways.projection import events_that_count, facts_of
from pathways.rules.loss import PEOPLE, people_to_tell
from pathways.wording.entries import time_in_words
from pathways.wording.handoffs import day_in_words


@dataclass(frozen=True)
class PersonLine:
    """Somebody who has to know. ``words``: who told them and when; blank while nobody has."""

    key: str
    title: str
    why: str
    words: str
    needed: bool


@dataclass(frozen=True)
class Reported:
    """A report that waits. ``own``: it is the reader's, who does not confirm it."""

    died: str
    known_from: str
    by: str
    when: str
    own: bool


@dataclass(frozen=True)
class HerDeath:
    """What the panel and the page show. Of ``reported`` and ``died`` only one is there."""

    journey: Journey
    reported: Reported | None
    died: str
    people: list[PersonLine]
    may_write: bool

    @property
    def left(self) -> int:
        """How many of them have not been told."""
        return sum(not person.words for person in self.people)


def her_death(journey: Journey, reader: User, now: datetime) -> HerDeath | None:
    """The panel of her page; None for a woman of whose death nobody has spoken. One query then, else up to four."""
    may = Ability.RECORD_DEATH in reader.abilities
    if journey.is_closed:
        died = journey.events.filter(kind="mother_died", correction=None).order_by("-id").first()
        return HerDeath(journey, None, _day(died, now), people_of(journey, now), may) if died else None
    report = waiting_report(journey)
    return HerDeath(journey, _reported(report, reader), "", [], may) if report else None


def _day(died: Event, now: datetime) -> str:
    return day_in_words(died.occurred_at, now)


def _reported(report: DeathReport, reader: User) -> Reported:
    return Reported(
        died=time_in_words(report.died_at),
        known_from=report.known_from,
        by=str(report.reported_by),
        when=time_in_words(report.reported_at),
        own=report.reported_by_id == reader.pk,
    )


def people_of(journey: Journey, now: datetime) -> list[PersonLine]:
    """Those who have to know, in the order of the list, with what was written down of each last. Two queries."""
    facts = facts_of(events_that_count(journey))
    keys = people_to_tell(
        baby_lives=bool(whereabouts(facts).living),
        in_treatment=bool(journey.medication_at_entry) or any(fact.kind == "treatment_started" for fact in facts),
    )
    told = {row.who: row for row in journey.told_of_death.select_related("recorded_by").order_by("id")}
    return [
        PersonLine(
            key=key,
            title=PEOPLE[key].title,
            why=PEOPLE[key].why,
            words=_told_in_words(told[key]) if key in told else "",
            needed=told[key].needed if key in told else True,
        )
        for key in keys
    ]


def _told_in_words(row: ToldOfDeath) -> str:
    if not row.needed or row.told_at is None:
        return f"Not needed: {row.words} · {row.recorded_by}"
    said = f" · {row.words}" if row.words else ""
    return f"{row.spoke_to}, {time_in_words(row.told_at)}, told by {row.recorded_by}{said}"
