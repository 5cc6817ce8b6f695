"""Measures of the year after: M16, M18, M23, and of all of it: M24, M25 (pathway 6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pathways.gaps.case import Case, days_from, done_by
from pathways.gaps.measures.definitions import NONE, Counted, Line, Measure, Section, Shown, Table, Unit
from pathways.gaps.rules.disclosure import Split
from pathways.gaps.rules.spc import Direction
from pathways.moments import ALL

_DAY = timedelta(days=1)
_7_DAYS, _28_DAYS = 7 * _DAY, 28 * _DAY
# The kinds of services (referrals.rules.kinds) and the state of a referral that mean: the drug service has seen her.
DRUG_SERVICES, SEEN = ("drug_service", "prescriber", "family_drug_support"), "attended"
VIABLE = 24 * 7  # days of gestation from which a loss has a postnatal check of its own
# Moments that open with a separation or a loss: who has them is known to whoever was there.
AFTER_SEPARATION = frozenset(moment.key for moment in ALL if moment.key.startswith("SEP")) | {"LOSS_BEREAVEMENT"}


def _retained(case: Case) -> Iterator[Counted]:
    end = case.ended
    if end is None or not case.history.in_treatment_at(end.at):
        return
    for table, days in (("M16.m6", 182), ("M16.m12", 365)):
        known = days_from(end.at, days)
        at = end.at + known
        if case.alive_at(at):
            part = 2 if _moved_out(case, at) else int(not _kept(case, at))
            yield Counted(table, end.at, part, known)


def _kept(case: Case, at: datetime) -> bool:
    """Whether she is in treatment: on record, or the drug service saw her in the four weeks before, after any end."""
    if case.history.in_treatment_at(at):
        return True
    seen = [each.at for each in case.attended if each.kind in DRUG_SERVICES]
    seen += [on for each in case.referred if each.kind in DRUG_SERVICES for on, state, _ in each.steps if state == SEEN]
    ended = [fact.at for fact in case.all("treatment_ended") if fact.at <= at]
    return any(at - _28_DAYS <= each <= at and all(each > end for end in ended) for each in seen)


def _moved_out(case: Case, at: datetime) -> bool:
    """Whether she had moved by then to where this record does not reach: not retained, and not stopped."""
    turns = [fact for fact in case.all("closed", "reopened") if fact.at <= at]
    last = turns[-1] if turns else None
    return last is not None and last.kind == "closed" and last.details.get("reason") in ("moved_out", "withdrew")


def _retention(key: str, months: int, days: int) -> Table:
    return Table(
        key=key,
        split=Split(("in treatment", "not in treatment", "lost from sight"), groups=((0,), (1, 2))),
        lines=(
            Line(f"{months}m", f"in treatment at {months} months", of=frozenset({0, 1})),
            Line(
                f"lost_{months}m",
                f"lost from sight at {months} months",
                frozenset({2}),
                parts_only=True,
                better=Direction.LOWER,
            ),
        ),
        settles=days * _DAY,
        one_is="woman",
    )


RETENTION = Measure(
    key="M16",
    title="Still in treatment 6 months after",
    why="Treatment that stops in the months after the birth is the study's main finding.",
    numerator="in treatment on day 182, and on day 365, after the pregnancy ended: on record, or seen by the drug "
    "service in the four weeks before",
    denominator="women in treatment when the pregnancy ended, and alive on that day",
    exclusions="none. Who moved away without word is not retained, and shown as lost",
    better=Direction.HIGHER,
    section=Section.HOME,
    tables=(_retention("M16.m6", 6, 182), _retention("M16.m12", 12, 365)),
    counted=_retained,
    follow_up="182 and 365 days",
    sources=("R84", "R85"),
)


def _gp(case: Case) -> Iterator[Counted]:
    end = case.ended
    if end is None or (end.kind == "pregnancy_loss" and (case.gestation_at(end.at) or 0) < VIABLE):
        return
    for table, step, days in (("M18.invited", "invited", 56), ("M18.seen", "seen_or_declined", 84)):
        known = days_from(end.at, days)
        by = end.at + known
        if case.alive_at(by):
            met = any(done_by(each, by) for each in case.owed("GP_6_8W", step))
            apart = "_apart" if case.was_separated(by) else ""
            yield Counted(f"{table}{apart}", end.at, int(not met), known)


def _check(key: str, words: str, days: int) -> Iterator[Table]:
    line = key.split(".")[1]
    yield Table(key=key, lines=(Line(line, words),), settles=days * _DAY)
    yield Table(
        key=f"{key}_apart",
        lines=(Line(line, f"separated women: {words}"),),
        shown=Shown.POOLED,
        settles=days * _DAY,
    )


GP_CHECK = Measure(
    key="M18",
    title="GP check at 6 to 8 weeks offered",
    why="“I've never had any checks. Nothing at all.” The gap between separated women and others is the measure of it.",
    numerator="invited by day 56; seen by day 84",
    denominator="pregnancies that ended at 24+0 or later, she being alive. By site: those whose baby was not placed "
    "away; separated women stand for all sites together",
    exclusions="losses before 24+0",
    better=Direction.HIGHER,
    section=Section.HOME,
    tables=(*_check("M18.invited", "invited", 56), *_check("M18.seen", "seen", 84)),
    counted=_gp,
    follow_up="84 days",
    england="Contractual offer at 6 to 8 weeks.",
    sources=("R22", "R23"),
)


def _deaths(case: Case) -> Iterator[Counted]:
    if case.died and case.ended and NONE <= case.died.at - case.ended.at <= days_from(case.ended.at, 365):
        yield Counted("M23.deaths", case.died.at, 0)


DEATHS = Measure(
    key="M23",
    title="Deaths of mothers within a year",
    why="Counted so that it is never forgotten; never shown by site.",
    numerator="women who died within 365 days of the end of the pregnancy",
    denominator="none: a count",
    exclusions="none",
    better=Direction.LOWER,
    section=Section.THROUGHOUT,
    tables=(
        Table(
            key="M23.deaths",
            split=Split(("women who died",)),
            lines=(Line("within_year", "within 365 days"),),
            shown=Shown.GOVERNANCE,
            one_is="woman",
            unit=Unit.COUNT,
        ),
    ),
    counted=_deaths,
)


def _engagement(case: Case) -> Iterator[Counted]:
    for at, score in case.engagement:
        yield Counted("M24.score", at, 0, value=score)
    for contact in case.contacts:
        week = days_from(contact.at, 7)
        answered = any(contact.at <= at <= contact.at + week for at, _ in case.engagement)
        yield Counted("M24.answered", contact.at, int(not answered), week)


ENGAGEMENT = Measure(
    key="M24",
    title="How she finds working with us (CE-8)",
    why="Eight items of our own, not validated. For learning about the service only: never about one woman or worker.",
    numerator="median score, 0 to 100; the share of contacts after which she answered stands beside it",
    denominator="valid answers (six items or more); contacts",
    exclusions="answers with fewer than six items",
    better=Direction.HIGHER,
    section=Section.THROUGHOUT,
    tables=(
        Table(
            key="M24.score",
            split=Split(("answers",)),
            lines=(Line("score", "median score"),),
            one_is="answer",
            unit=Unit.NUMBER,
            medians=True,
        ),
        Table(
            key="M24.answered",
            lines=(Line("answered", "contacts with an answer within 7 days"),),
            settles=_7_DAYS,
            one_is="contact",
        ),
    ),
    counted=_engagement,
    follow_up="7 days",
    sources=("R2",),
)


def _missed(case: Case) -> Iterator[Counted]:
    for each in case.handoffs:
        if each.state in ("not_applicable", "superseded") and (each.ended_at or each.due_at) <= each.missed_at:
            continue
        in_time = each.ended_at is not None and each.ended_at <= each.missed_at
        part = int(not in_time) + (2 if each.late_entry else 0)
        yield Counted(f"M25.{each.moment}", each.due_at, part, max(each.missed_at - each.due_at, NONE))


def _missed_table(key: str, words: str) -> Table:
    return Table(
        key=f"M25.{key}",
        split=Split(("in time", "missed", "in time, late entry", "missed, late entry"), groups=((0, 2), (1, 3))),
        lines=(
            Line("missed", words, frozenset({1, 3})),
            Line("late_entry", "missed, of those that began late", frozenset({3}), frozenset({2, 3}), parts_only=True),
        ),
        shown=Shown.POOLED if key in AFTER_SEPARATION else Shown.BY_SITE,
        settles=_28_DAYS,
        one_is="handoff",
        together=2,
    )


MISSED = Measure(
    key="M25",
    title="Missed handoffs",
    why="Care breaks where one team hands over to the next. This is each of those moments, counted.",
    numerator="not completed by the time at which it counts as missed",
    denominator="handoffs that became due",
    exclusions="those that turned out not to apply, or were replaced by another. Contact or outreach becomes due only "
    "where nobody reached her in time, so each one counts as missed",
    better=Direction.LOWER,
    section=Section.THROUGHOUT,
    tables=tuple(_missed_table(moment.key, moment.list_title) for moment in ALL),
    counted=_missed,
    follow_up="until it counts as missed",
)
