"""One pregnancy as the measures ask about it. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol

from carecoord import clock
from pathways.engine import COMPLETED_STATES, Fact, History, current_edd, gestation_in_days
from pathways.engine.subjects import Belonging, Subject, SubjectKind, subject_answered
from pathways.engine.times import days_later

BOOKED = "booking_completed"
ENDS = ("baby_born", "pregnancy_loss")


class Owed(Protocol):
    """What the measures ask of a handoff: the engine's answer and its stored copy both have it. Instants are aware."""

    @property
    def moment(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def subject_number(self) -> int: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def missed_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def state(self) -> str: ...
    @property
    def late_entry(self) -> bool: ...


@dataclass(frozen=True)
class Contact:
    """One contact of a midwife with her; ``by_named``: her named midwife or her buddy."""

    at: datetime
    by_named: bool


@dataclass(frozen=True)
class Attended:
    """One appointment that she came to; ``together``: several services were in that place on that day.

    ``kind``: of which service it was, where that is known.
    """

    at: datetime
    together: bool
    kind: str = ""


@dataclass(frozen=True)
class Referred:
    """One referral of hers: to which kind of service, when it was sent, and what followed.

    ``steps``: (when, the state of the loop, why: its reason or its outcome), in order.
    """

    kind: str
    at: datetime
    steps: Sequence[tuple[datetime, str, str]]


@dataclass(frozen=True)
class Case:
    """One pregnancy: its facts (in any order), its handoffs, and what the record knows besides.

    ``sites``: (from when, the site's id), in order; the first one from the beginning.
    ``options``: what came of each kind of treatment after birth. ``late_reason``: what she said made it later, newest.
    ``stay_offers``: (when, near which baby, what) was offered to her, in the order in which it was written down.
    """

    facts: Sequence[Fact]
    handoffs: Sequence[Owed]
    sites: Sequence[tuple[datetime, int]]
    edd_at_entry: date | None = None
    contacts: Sequence[Contact] = ()
    attended: Sequence[Attended] = ()
    referred: Sequence[Referred] = ()
    options: Sequence[str] = ()
    late_reason: str = ""
    stay_offers: Sequence[tuple[datetime, int, str]] = ()
    engagement: Sequence[tuple[datetime, int]] = ()  # when she answered CE-8, and her score from 0 to 100

    @cached_property
    def history(self) -> History:
        """Her facts in their order."""
        return History(self.facts, max((fact.at for fact in self.facts), default=clock.now()))

    def first(self, *kinds: str) -> Fact | None:
        """The first fact of these kinds."""
        return self.history.first(*kinds)

    def all(self, *kinds: str) -> list[Fact]:
        """Every fact of these kinds, in order."""
        return self.history.of(*kinds)

    @cached_property
    def edd(self) -> date | None:
        """Her due date as it is agreed last."""
        return current_edd(self.history.of("dating_agreed"), self.edd_at_entry)

    def gestation_at(self, at: datetime) -> int | None:
        """Days of gestation at an instant; None without a due date."""
        return gestation_in_days(self.edd, clock.today(at)) if self.edd else None

    @cached_property
    def ended(self) -> Fact | None:
        """What ended the pregnancy: the first birth, or the loss."""
        return self.first(*ENDS)

    @cached_property
    def died(self) -> Fact | None:
        """Her death."""
        return self.first("mother_died")

    def alive_at(self, at: datetime) -> bool:
        """Whether she lived at an instant."""
        return self.died is None or self.died.at > at

    def was_separated(self, at: datetime) -> bool:
        """Whether a baby of hers had been placed away by an instant."""
        return any(fact.at <= at for fact in self.all("separated"))

    def site_at(self, at: datetime) -> int:
        """The id of the site that had her then."""
        found = self.sites[0][1]
        for since, site in self.sites:
            if since <= at:
                found = site
        return found

    @cached_property
    def belonging(self) -> Belonging:
        """Which fact is of which admission, separation, baby."""
        return Belonging(self.history.facts)

    def of_subject(self, kind: str, subject: SubjectKind, number: int) -> list[Fact]:
        """The facts of a kind that belong to one admission, separation or dose."""
        found = self.belonging.facts(kind, Subject(subject, number))
        return self.history.of(kind) if found is None else found

    @cached_property
    def _owed(self) -> Mapping[tuple[str, str], list[Owed]]:
        found: dict[tuple[str, str], list[Owed]] = {}
        for handoff in self.handoffs:
            found.setdefault((handoff.moment, handoff.step), []).append(handoff)
        return found

    def owed(self, moment: str, step: str) -> list[Owed]:
        """The handoffs of one step, of whatever subject."""
        return self._owed.get((moment, step), [])

    def owed_for(self, moment: str, step: str, number: int) -> Owed | None:
        """The handoff of one step for one subject; the latest occurrence."""
        return next((each for each in reversed(self.owed(moment, step)) if each.subject_number == number), None)

    @cached_property
    def _evidence(self) -> Mapping[tuple[str, str], list[Fact]]:
        found: dict[tuple[str, str], list[Fact]] = {}
        for fact in self.all("handoff_completed", "handoff_declined", "handoff_unable", "handoff_not_applicable"):
            found.setdefault((fact.details.get("moment", ""), fact.details.get("step", "")), []).append(fact)
        return found

    def answers(self, moment: str, step: str) -> list[Fact]:
        """What was recorded about one step, in order."""
        return self._evidence.get((moment, step), [])

    def completed(self, moment: str, step: str) -> list[Fact]:
        """What was recorded when one step was completed, in order."""
        return [fact for fact in self.answers(moment, step) if fact.kind == "handoff_completed"]

    def completed_for(self, moment: str, step: str, kind: SubjectKind, number: int) -> list[Fact]:
        """What was recorded when one step was completed for one admission or separation; it has to be named."""
        subject = Subject(kind, number)
        return [fact for fact in self.completed(moment, step) if subject_answered(fact, kind) == subject]

    @cached_property
    def was_exposed(self) -> bool:
        """Whether opioid use or treatment is on record at any time."""
        return self.history.first_exposure() is not None

    @cached_property
    def came_late(self) -> bool:
        """Whether her first contact was at 9+0 or later."""
        contact = self.first("first_contact")
        days = self.gestation_at(contact.at) if contact else None
        return days is not None and days >= 9 * 7


def days_from(at: datetime, days: int) -> timedelta:
    """How long so many days last from an instant (aware): by the clocks of London, as handoffs are due (``PnD``)."""
    return days_later(at, days, clock.LONDON) - at


def last_word(answers: Sequence[Fact], key: str, at: datetime | None = None) -> str:
    """What was last written under ``key`` (by ``at``); blank where nothing was."""
    said = [fact.details[key] for fact in answers if fact.details.get(key) and (at is None or fact.at <= at)]
    return said[-1] if said else ""


def done_by(handoff: Owed, at: datetime) -> bool:
    """Whether a handoff was completed at or before an instant (aware)."""
    return handoff.state in COMPLETED_STATES and handoff.ended_at is not None and handoff.ended_at <= at
