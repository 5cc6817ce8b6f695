"""Which facts open a moment for a subject (rules, section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from pathways.engine.definitions import Moment, On, Opening, Pick, Step
from pathways.engine.due import due_of, parameter_at, shift
from pathways.engine.facts import Fact, date_in
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.recurrence import occurrences
from pathways.engine.state import completion
from pathways.engine.subjects import Subject
from pathways.engine.superseding import superseding
from pathways.engine.times import local_date


def openings_of(pregnancy: Pregnancy, moment: Moment, step: Step, subject: Subject) -> list[Opened]:
    """The facts that opened a step for a subject: none or one, more only where a moment opens for every contact."""
    opening = step.opens or moment.opens
    if _is_before_the_site_began(pregnancy, opening, subject):
        return []
    if opening.pick is Pick.EVERY:
        return occurrences(pregnancy, moment, step, subject)
    fact = _PICKS[opening.pick](pregnancy, opening, subject)
    if fact is None:
        return []
    opened_by = _once_exposure_is_known(pregnancy, opening, fact)
    if opened_by is None or _too_late(pregnancy, opening, subject, fact, opened_by):
        return []
    opened = Opened(opened_by)
    if opening.pick is Pick.NEXT_AFTER_COMPLETION:
        opened = _after_completions(pregnancy, moment, step, subject, opened)
    if opening.starts_again_on:
        opened = _started_again(pregnancy, moment, step, subject, opened)
    return [opened]


def _is_before_the_site_began(pregnancy: Pregnancy, opening: Opening, subject: Subject) -> bool:
    """Whether the admission was before the date from which the site keeps such records here."""
    if opening.from_date is None:
        return False
    begins = date_in(pregnancy.site.parameters.get(opening.from_date.name, ""))
    admissions = pregnancy.facts("admitted", subject)
    return begins is not None and bool(admissions) and local_date(admissions[0].at, pregnancy.site.zone) < begins


def _candidates(pregnancy: Pregnancy, opening: Opening, subject: Subject) -> list[Fact]:
    """All facts that meet what their kind has to meet, in order."""
    found = [fact for on in opening.on for fact in _meeting(pregnancy, on, subject)]
    return sorted(found, key=lambda fact: fact.order) if len(opening.on) > 1 else found


def _meeting(pregnancy: Pregnancy, on: On, subject: Subject) -> Iterator[Fact]:
    return (fact for fact in pregnancy.facts(on.kind, subject) if on.is_met(pregnancy, fact, subject))


def _first(pregnancy: Pregnancy, opening: Opening, subject: Subject) -> Fact | None:
    return next(iter(_candidates(pregnancy, opening, subject)), None)


def _latest(pregnancy: Pregnancy, opening: Opening, subject: Subject) -> Fact | None:
    return next(reversed(_candidates(pregnancy, opening, subject)), None)


def _very_first(pregnancy: Pregnancy, opening: Opening, subject: Subject) -> Fact | None:
    """The first fact of its kinds, and no other, if it meets the condition."""
    of_its_kinds = [fact for on in opening.on for fact in pregnancy.facts(on.kind, subject)[:1]]
    first = min(of_its_kinds, key=lambda fact: fact.order, default=None)
    return first if first and first in _candidates(pregnancy, opening, subject) else None


def _all_happened(pregnancy: Pregnancy, opening: Opening, subject: Subject) -> Fact | None:
    """The later of the first of each kind, once each has happened."""
    firsts = [next(_meeting(pregnancy, on, subject), None) for on in opening.on]
    happened = [fact for fact in firsts if fact]
    return max(happened, key=lambda fact: fact.order) if len(happened) == len(firsts) else None


_PICKS = {
    Pick.FIRST: _first,
    Pick.VERY_FIRST: _very_first,
    Pick.ALL_HAPPENED: _all_happened,
    Pick.LATEST: _latest,
    Pick.NEXT_AFTER_COMPLETION: _first,
}


def _once_exposure_is_known(pregnancy: Pregnancy, opening: Opening, fact: Fact) -> Fact | None:
    """The later of a fact and the first one that shows exposure: nobody is late for what nobody knew."""
    if not opening.needs_exposure:
        return fact
    exposure = pregnancy.first_exposure
    return max(fact, exposure, key=lambda one: one.order) if exposure else None


def _too_late(pregnancy: Pregnancy, opening: Opening, subject: Subject, fact: Fact, opened_by: Fact) -> bool:
    """Whether the time to open is over: after a fact of the kinds named, or too long after the fact it opens on."""
    for kind in opening.not_after:
        if (ends := pregnancy.facts(kind, subject)) and opened_by.order > ends[0].order:
            return True
    if opening.not_later_than is None:
        return False
    window = parameter_at(pregnancy.site, opening.not_later_than)
    return opened_by.at > shift(fact.at, window, pregnancy.site)


def _after_completions(pregnancy: Pregnancy, moment: Moment, step: Step, subject: Subject, opened: Opened) -> Opened:
    """After each completion the next fact opens it again."""
    while done := completion(pregnancy, moment, step, opened, subject):
        opening = step.opens or moment.opens
        following = (fact for fact in _candidates(pregnancy, opening, subject) if fact.order > done.order)
        again = next(following, None)
        if again is None:
            break
        opened = Opened(again)
    return opened


def _started_again(pregnancy: Pregnancy, moment: Moment, step: Step, subject: Subject, opened: Opened) -> Opened:
    """Each fact that starts it again does so if it was superseded before, by rule 3 of the states alone.

    Whether it had been answered plays no part: an answer keeps its state, and the due time moves.
    """
    opening = step.opens or moment.opens
    for fact in pregnancy.facts(opening.starts_again_on, subject):
        if fact.order < opened.fact.order or subject.number not in pregnancy.whereabouts_after(fact).with_her:
            continue
        due = due_of(pregnancy, moment, step, opened, subject)
        away = superseding(pregnancy, moment, opened, subject, due) if due else None
        if away and away.order < fact.order:
            opened = Opened(fact)
    return opened
