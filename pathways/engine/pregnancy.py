"""One pregnancy as it is known at one instant: everything that the rules ask about."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from pathways.engine.facts import ANSWER_KINDS, Fact, History
from pathways.engine.gestation import current_edd, gestation_in_days
from pathways.engine.site import SiteRules
from pathways.engine.stage import Stage, moves_of
from pathways.engine.subjects import Belonging, Subject
from pathways.engine.times import local_date
from pathways.engine.whereabouts import Whereabouts


class Pregnancy:
    """Facts up to ``now`` at a site, with what follows from them at once: EDD, stages, whose fact is whose."""

    def __init__(self, facts: Iterable[Fact], site: SiteRules, now: datetime, edd_at_entry: date | None) -> None:
        self.site = site
        self.now = now
        self.edd_at_entry = edd_at_entry
        self.history = History(facts, now)
        self.edd = current_edd(self.history.of("dating_agreed"), edd_at_entry)
        self.belonging = Belonging(self.history.facts)
        self.moves = moves_of(self.history.facts)
        self._moved_at = [move.fact.order for move in self.moves]
        self.first_exposure = self.history.first_exposure()
        self._answers: dict[tuple[str | None, str | None], list[Fact]] = {}
        for answer in self.history.of(*ANSWER_KINDS):
            key = (answer.details.get("moment"), answer.details.get("step"))
            self._answers.setdefault(key, []).append(answer)

    def facts(self, kind: str, subject: Subject) -> list[Fact]:
        """The facts of a kind: the subject's own where such facts belong to subjects of its kind, else all."""
        own = self.belonging.facts(kind, subject)
        return self.history.of(kind) if own is None else own

    def answers(self, moment: str, step: str) -> list[Fact]:
        """All answers to handoffs of a moment and step, of whatever subject, in order."""
        return self._answers.get((moment, step), [])

    def stage_after(self, fact: Fact) -> Stage | None:
        """The stage just after a fact; None while she has none yet."""
        passed = bisect_right(self._moved_at, fact.order)
        return self.moves[passed - 1].stage if passed else None

    def gestation_at(self, instant: datetime) -> int | None:
        """Days of gestation on the local date of an instant, by the current EDD; None without one."""
        return gestation_in_days(self.edd, local_date(instant, self.site.zone)) if self.edd else None

    @cached_property
    def medicines(self) -> list[Fact]:
        """The facts that say which medicine she takes, in order."""
        named = self.history.of("treatment_started", "dose_scheduled", "dose_given", "dose_confirmed")
        return [fact for fact in named if fact.details.get("medication")]

    def whereabouts_after(self, fact: Fact) -> Whereabouts:
        """Who is in hospital and with whom, just after a fact."""
        where = Whereabouts()
        for earlier in self.history.facts:
            if earlier.order > fact.order:
                break
            where.apply(earlier)
        return where
