"""Tells a woman's pregnancy in few words, for the tests of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count

from carecoord import clock
from carecoord.sites.calendars import working_days
from carecoord.sites.hours import OpeningHours, read_hours
from pathways import engine
from pathways.engine import Fact, Handoff, SiteRules, SourceOfMedicine, Stage, State
from pathways.engine.site import SourceKind
from pathways.moments import ALL

_recorded = count(1)
Sources = Mapping[str, SourceOfMedicine]


def at(text: str) -> datetime:
    """An instant: ``2026-11-10 09:00`` is local (London), with an offset it is what it says."""
    return clock.parse_instant(text)[0]


def fact(kind: str, when: str, baby: int | None = None, **details: str) -> Fact:
    """A fact, recorded after all others made so far."""
    return Fact(kind, at(when), next(_recorded), baby, details)


def site(nation: str = "ENG", sources: Sources | None = None, **parameters: str) -> SiteRules:
    return SiteRules(nation, clock.LONDON, working_days(nation), parameters, sources or {})


def source(kind: SourceKind, nation: str = "ENG", **hours: str) -> SourceOfMedicine:
    """A source of her medicine; hours as ``mon_fri="09:00-17:30"``, by default that."""
    table = {days.replace("_", "-"): text for days, text in hours.items()} or {"mon-fri": "09:00-17:30"}
    return SourceOfMedicine(kind, OpeningHours(nation, read_hours(table)))


class Story:
    """One pregnancy at one site. Facts are added in the order of recording."""

    def __init__(
        self,
        *facts: Fact,
        nation: str = "ENG",
        edd: str | None = "2027-03-01",
        sources: Sources | None = None,
        **parameters: str,
    ) -> None:
        self.facts = list(facts)
        self.site = site(nation, sources, **{name.replace("__", "."): value for name, value in parameters.items()})
        self.edd = date.fromisoformat(edd) if edd else None

    def add(self, kind: str, when: str, baby: int | None = None, **details: str) -> Story:
        self.facts.append(fact(kind, when, baby, **details))
        return self

    def answer(self, kind: str, name: str, when: str, baby: int | None = None, **details: str) -> Story:
        """Answer a handoff named ``MOMENT.step``: completed, declined, not_applicable or unable."""
        moment, step = name.split(".")
        return self.add(f"handoff_{kind}", when, baby, moment=moment, step=step, **details)

    def completed(self, name: str, when: str, baby: int | None = None, **details: str) -> Story:
        return self.answer("completed", name, when, baby, **details)

    def handoffs(self, now: str = "2030-01-01 00:00") -> list[Handoff]:
        return engine.handoffs(ALL, self.site, self.facts, at(now), edd_at_entry=self.edd)

    def all(self, name: str, now: str = "2030-01-01 00:00") -> list[Handoff]:
        """All handoffs of ``MOMENT.step``, in order of subject and occurrence."""
        return [one for one in self.handoffs(now) if f"{one.moment}.{one.step}" == name]

    def find(self, name: str, now: str = "2030-01-01 00:00", subject: str = "") -> Handoff | None:
        """The handoff ``MOMENT.step``, of a subject where there are several; None where it does not exist."""
        found = [one for one in self.all(name, now) if subject in ("", str(one.subject))]
        assert len(found) < 2, f"several {name}: name the subject"
        return found[0] if found else None

    def one(self, name: str, now: str = "2030-01-01 00:00", subject: str = "") -> Handoff:
        """The handoff ``MOMENT.step``, which has to exist."""
        found = self.find(name, now, subject)
        assert found, f"no {name} at {now}"
        return found

    def state(self, name: str, now: str = "2030-01-01 00:00", subject: str = "") -> State:
        return self.one(name, now, subject).state

    def due(self, name: str, now: str = "2030-01-01 00:00", subject: str = "") -> datetime:
        return self.one(name, now, subject).due_at

    def exists(self, name: str, now: str = "2030-01-01 00:00", subject: str = "") -> bool:
        return self.find(name, now, subject) is not None

    def stage(self) -> Stage | None:
        moves = engine.stage_history(self.facts)
        return moves[-1].stage if moves else None


def booked(
    nation: str = "ENG", edd: str | None = "2027-03-01", sources: Sources | None = None, **parameters: str
) -> Story:
    """First contact at 8+0, booked at 9+1 (EDD 1 Mar 2027: 0+0 is 25 May 2026)."""
    story = Story(nation=nation, edd=edd, sources=sources, **parameters)
    return story.add("first_contact", "2026-07-20 10:00").add("booking_completed", "2026-07-28 10:00")


def born(nation: str = "ENG", place: str = "hospital", **parameters: str) -> Story:
    """Booked, in treatment, admitted in labour and delivered of one baby on 20 Feb 2027, 09:00."""
    story = booked(nation, **parameters).add("treatment_started", "2026-06-01 10:00", medication="buprenorphine_sl")
    story.add("admitted", "2027-02-20 01:00", reason="labour")
    return story.add("baby_born", "2027-02-20 09:00", 1, place=place)


def home(nation: str = "ENG", **parameters: str) -> Story:
    """Born, and both home on 23 Feb 2027."""
    story = born(nation, **parameters).add("baby_discharged", "2027-02-23 11:00", 1)
    return story.add("mother_discharged", "2027-02-23 11:00")
