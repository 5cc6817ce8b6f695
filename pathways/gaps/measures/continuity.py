"""Measures of who she sees, how often she has to come, and what she is offered: M05, M06, M12, M21 (pathway 6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from carecoord import clock
from pathways.engine import Fact
from pathways.gaps.case import BOOKED, Case, days_from, done_by
from pathways.gaps.measures.definitions import UNKNOWN, Counted, Line, Measure, Section, Table, Unit
from pathways.gaps.rules.disclosure import Split
from pathways.gaps.rules.spc import Direction

_28_DAYS = timedelta(days=28)
FEWEST_CONTACTS = 4
HALF = 0.5  # a design threshold of the pathway: no source gives the number
WERE_OFFERED = frozenset({"offered", "accepted", "declined"})
IN_THE_WAY = {
    "not_commissioned": "does not exist here",
    "no_place": "no place",
    "criteria_not_met": "criteria not met",
}
_LATE = 2 + len(IN_THE_WAY)  # from here on, the same parts for women who came late


def _continuity(case: Case) -> Iterator[Counted]:
    if case.ended is None:
        return
    known = days_from(case.ended.at, 28)
    contacts = [each for each in case.contacts if each.at <= case.ended.at + known]
    if len(contacts) >= FEWEST_CONTACTS:
        share = sum(each.by_named for each in contacts) / len(contacts)
        yield Counted("M05.half", case.ended.at, int(share < HALF), known)
        yield Counted("M05.share", case.ended.at, 0, known, round(share * 100))


CONTINUITY = Measure(
    key="M05",
    title="Seen by her own midwife",
    why="Women spoke of telling their story again and again. One known midwife is the first recommendation.",
    numerator="at least half of her contacts were with her named midwife or her buddy",
    denominator="women with four midwife contacts or more, up to 28 days after the birth",
    exclusions="fewer than four contacts. Who was hers is asked of the day of the contact; before anybody was named "
    "here, the first who was counts",
    better=Direction.HIGHER,
    section=Section.PREGNANCY,
    tables=(
        Table(key="M05.half", lines=(Line("half", "at least half of the contacts"),), settles=_28_DAYS),
        Table(
            key="M05.share",
            split=Split(("women",)),
            lines=(Line("median", "share of her contacts, median"),),
            settles=_28_DAYS,
            unit=Unit.PERCENT,
            medians=True,
        ),
    ),
    counted=_continuity,
    follow_up="28 days",
    sources=("R1",),
)


def _trips(case: Case) -> Iterator[Counted]:
    for each in case.attended:
        yield Counted("M06.together", each.at, int(not each.together))
    birth = case.first("baby_born")
    if birth is None:
        return
    days = {clock.today(each.at) for each in case.attended if each.at <= birth.at}
    days |= {clock.today(fact.at) for fact in case.all(BOOKED, "contact_made") if fact.at <= birth.at}
    if days:
        yield Counted("M06.trips", birth.at, 0, value=len(days))


TRIPS = Measure(
    key="M06",
    title="Services in one place, and trips",
    why="Women valued services in one place rather than many appointments. Fewer trips is not always better: read it "
    "with the contacts.",
    numerator="appointments on a day with several services in one place; median days on which she came",
    denominator="all appointments that were kept; women who gave birth",
    exclusions="emergencies",
    better=Direction.NEITHER,
    section=Section.PREGNANCY,
    tables=(
        Table(
            key="M06.together",
            lines=(Line("together", "with several services in one place"),),
            one_is="appointment",
            together=4,
        ),
        Table(
            key="M06.trips",
            split=Split(("women",)),
            lines=(Line("trips", "days on which she came, median"),),
            one_is="woman",
            unit=Unit.NUMBER,
            medians=True,
        ),
    ),
    counted=_trips,
    sources=("R3", "R19"),
)


def _options(case: Case) -> Iterator[Counted]:
    birth = case.first("baby_born")
    asked = [*case.answers("POSTNATAL_TX_OPTIONS", "done"), *case.answers("PN_TX_START", "outcome")]
    if birth is None or not (asked or case.options or case.history.in_treatment_at(birth.at)):
        return
    part = _part(asked, case.options)
    if part != UNKNOWN and case.came_late:
        part += _LATE
    yield Counted("M12.offered", birth.at, part, days_from(birth.at, 28))


def _part(asked: Sequence[Fact], options: Sequence[str]) -> int:
    """Whatever was offered comes first; then what stood in the way, in the order of ``IN_THE_WAY``; then all else.

    Where nothing was written down, or that it was done but not with what, it cannot be known.
    """
    named = {fact.details.get("option_status", "") for fact in asked} | {*options}
    if named & WERE_OFFERED:
        return 0
    in_the_way = [place for place, status in enumerate(IN_THE_WAY, start=1) if status in named]
    if in_the_way:
        return in_the_way[0]
    return _LATE - 1 if any(fact.kind != "handoff_completed" for fact in asked) else UNKNOWN


_OUTCOMES = ("offered", *IN_THE_WAY.values(), "something else")

TREATMENT_OFFERED = Measure(
    key="M12",
    title="Treatment after birth offered",
    why="At one site women could go on together with their baby; at others they were given no chance.",
    numerator="at least one option of treatment after birth was offered, whatever she decided",
    denominator="live births to women in treatment, or who wanted it",
    exclusions="none. What is not recorded is counted as missing",
    better=Direction.HIGHER,
    section=Section.HOME,
    tables=(
        Table(
            key="M12.offered",
            split=Split(
                (*_OUTCOMES, *(f"{words}; she came late" for words in _OUTCOMES)),
                groups=((0, _LATE), (*range(1, _LATE), *range(_LATE + 1, 2 * _LATE))),
            ),
            lines=(
                Line("offered", "offered", frozenset({0, _LATE})),
                *(
                    Line(
                        status,
                        _OUTCOMES[place],
                        frozenset({place, place + _LATE}),
                        parts_only=True,
                        better=Direction.LOWER,
                    )
                    for place, status in enumerate(IN_THE_WAY, start=1)
                ),
                Line(
                    "late",
                    "offered, of those who came at 9+0 or later",
                    frozenset({_LATE}),
                    frozenset(range(_LATE, 2 * _LATE)),
                    parts_only=True,
                ),
                Line("early", "offered, of the others", frozenset({0}), frozenset(range(_LATE)), parts_only=True),
            ),
            settles=_28_DAYS,
            one_is="birth",
        ),
    ),
    counted=_options,
    follow_up="28 days",
    sources=("R1", "R4"),
)


def _conference(case: Case) -> Iterator[Counted]:
    for each in case.owed("PREBIRTH_CONFERENCE", "held"):
        if each.state not in ("not_applicable", "superseded"):
            yield Counted("M21.held", each.due_at, int(not done_by(each, each.due_at)))


CONFERENCE = Measure(
    key="M21",
    title="Pre-birth conference on time",
    why="A decision that comes in time leaves her weeks to prepare. Never a target to increase referrals.",
    numerator="held by its due time",
    denominator="conferences that were required",
    exclusions="those that turned out not to be needed",
    better=Direction.HIGHER,
    section=Section.PREGNANCY,
    tables=(Table(key="M21.held", lines=(Line("held", "held in time"),), one_is="conference"),),
    counted=_conference,
    england="By the site's own week, 28+0 unless it says otherwise.",
    scotland="Within 28 days of the concern, and always by 28+0.",
    sources=("R10", "R11", "R12", "R14"),
)
