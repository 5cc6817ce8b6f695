"""The moments that recur: the contact that keeps reaching her, her medicine without a gap (rules, section 3).

Each fact that opens it moves the handoff on if it comes before the due time. If it comes after, the handoff was
missed and the next occurrence starts; whether that fact also completes the one that was missed, the step says. An
answer ends its handoff; where the moment opens on answers too, the next occurrence starts with it. The rules of
the step say when its window runs; otherwise it sleeps.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import dropwhile

from pathways.engine.answers import answers_to
from pathways.engine.definitions import Moment, Step
from pathways.engine.due import due_of
from pathways.engine.facts import ANSWER_KINDS, Fact, in_order
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.subjects import Subject


def occurrences(pregnancy: Pregnancy, moment: Moment, step: Step, subject: Subject) -> list[Opened]:
    """Every occurrence up to now, in order; the last one is running unless it sleeps."""
    walk = _Walk(pregnancy, moment, step, subject)
    for fact in walk.anchors():
        walk.anchor_at(fact)
    return walk.finished + ([walk.running] if walk.running else [])


class _Walk:
    """Goes through the facts that anchor the handoff anew."""

    def __init__(self, pregnancy: Pregnancy, moment: Moment, step: Step, subject: Subject) -> None:
        self.pregnancy, self.moment, self.step, self.subject = pregnancy, moment, step, subject
        self.finished: list[Opened] = []
        self.running: Opened | None = None

    def anchors(self) -> list[Fact]:
        """The facts that open it and, once there was one, moves between groups of stages; in order."""
        contacts = self._contacts()
        if not contacts:
            return []
        moves = [
            move.fact
            for move in self.pregnancy.moves
            if move.fact.order > contacts[0].order and self._window(move.fact) != self._window_before(move.fact)
        ]
        return sorted({*contacts, *moves}, key=lambda fact: fact.order)

    def _contacts(self) -> list[Fact]:
        """The facts that open it, in order; an answer opens the next one, never the first."""
        found = in_order(
            fact
            for on in self.moment.opens.on
            for fact in self.pregnancy.facts(on.kind, self.subject)
            if on.is_met(self.pregnancy, fact, self.subject)
        )
        return list(dropwhile(lambda fact: fact.kind in ANSWER_KINDS, found))

    def anchor_at(self, fact: Fact) -> None:
        """Move the running occurrence on, or finish it and start the next."""
        occurrence = self.running.occurrence if self.running else len(self.finished) + 1
        if self.running and self._is_over(self.running, fact):
            answered = self._answered_before(self.running, fact)
            self.finished.append(replace(self.running, before=fact.order) if answered else self.running)
            occurrence += 1
        awake = self._window(fact) is not None
        self.running = Opened(fact, occurrence) if awake else None

    def _is_over(self, running: Opened, fact: Fact) -> bool:
        if self._answered_before(running, fact) or (fact.kind in ANSWER_KINDS and not self._owes_an_earlier(fact)):
            return True
        due = due_of(self.pregnancy, self.moment, self.step, running, self.subject)
        return due is not None and fact.at > due.at

    def _owes_an_earlier(self, fact: Fact) -> bool:
        """Whether one that was missed before still waits: then an answer is to that one, and moves this one on."""
        return any(not self._answered_before(one, fact) for one in self.finished)

    def _answered_before(self, running: Opened, fact: Fact) -> bool:
        answers = answers_to(self.pregnancy, self.moment, self.step, running, self.subject, *ANSWER_KINDS)
        return any(answer.order < fact.order for answer in answers)

    def _window(self, fact: Fact) -> int | None:
        """Which rule's window runs just after a fact; None where it sleeps."""
        for number, rule in enumerate(self.step.rules):
            if rule.only_if is None or rule.only_if.holds(self.pregnancy, fact, self.subject):
                return number
        return None

    def _window_before(self, fact: Fact) -> int | None:
        facts = self.pregnancy.history.facts
        place = facts.index(fact)
        return self._window(facts[place - 1]) if place else None
