"""What a story leaves unsaid: good care keeps in touch, and does each handoff in good time.

Pure but for reading answers.toml: the engine says which handoffs exist, and this module says when each was
done, always the same for the same woman. Nothing happens today, so that it does not matter at which hour the
demonstration is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from pathways import engine
from pathways.demo import answers
from pathways.demo.life import Life
from pathways.demo.stories import Told, UnreadableStory
from pathways.engine import Fact, Handoff, Stage, Subject, SubjectKind
from pathways.engine.times import days_later
from pathways.moments import ALL

CONTACTS = frozenset({"first_contact", "booking_completed", "contact_made", "postnatal_visit"})
MILESTONES = frozenset({"booking_completed", "transfer_accepted", "contact_made"})  # only a story brings these about
OF_THE_WARDS_MEDICINE = frozenset({"OST_VERIFY", "OST_ADMISSION_NOTICE", "OST_FIRST_DOSE"})
# With the doses, and the looks at her baby: what depends on the hour at which somebody looks.
OF_THE_WARD = OF_THE_WARDS_MEDICINE | {"OST_DOSE_LATE", "POCD_RECEIPT", "NOWS_START", "NOWS_COMPLETE"}
DAYS_OF_VISITS = 28  # a midwife visits at home that long after the birth
LONG = timedelta(days=8)
A_WHILE = timedelta(minutes=20)
DAYTIME = (8, 20)  # hours of the day in which somebody visits or talks with her
ROUNDS = 6  # an answer can open the next handoff, and so on; more means that an answer does not answer
ONE_DAY = timedelta(days=1)


class Rhythm(NamedTuple):
    """Days from one contact to the next, the last number again and again; and how many days ago the last may be."""

    steps: tuple[int, ...]
    last: tuple[int, ...]


_IN_PREGNANCY = Rhythm((9, 10, 12, 11), (1, 2, 4, 7))
_AFTER_BIRTH = Rhythm((1, 3, 5, 6), (1, 2, 3))
_RHYTHM: dict[Stage | None, Rhythm] = {
    Stage.BOOKING: _IN_PREGNANCY,
    Stage.ANTENATAL: _IN_PREGNANCY,
    Stage.POSTNATAL_COMMUNITY: _AFTER_BIRTH,
    Stage.RESIDENTIAL_PLACEMENT: _AFTER_BIRTH,
    Stage.SEPARATED: _AFTER_BIRTH,
    Stage.BEREAVEMENT: _AFTER_BIRTH,
}


def lived(life: Life, lines: Sequence[Told]) -> list[Told]:
    """The story's lines with the contacts and answers of good care, in the order of time."""
    everything = _in_order([*lines, *_contacts(life, lines)])
    for _ in range(ROUNDS):
        done = list(_done(life, everything))
        if not done:
            return everything
        everything = _in_order([*everything, *done])
    raise UnreadableStory(f"{life.ref}: {done[0].details or done[0].kind} is answered and stays open")


def facts_of(lines: Iterable[Told]) -> list[Fact]:
    """Lines in their order as the engine takes them."""
    return [Fact(line.kind, line.occurred_at, number, line.baby, line.details) for number, line in enumerate(lines)]


def _in_order(lines: Iterable[Told]) -> list[Told]:
    return sorted(lines, key=lambda line: line.occurred_at)


# -- keeping in touch --------------------------------------------------------------------------


def _contacts(life: Life, lines: Sequence[Told]) -> Iterator[Told]:
    """Contacts often enough that nobody is lost, in every stage that asks for them."""
    born = next((line.occurred_at for line in lines if line.kind == "baby_born"), None)
    told = sorted(line.occurred_at for line in lines if line.kind in CONTACTS)
    for start, end, stage in _stretches(life, lines):
        if stage in _RHYTHM:
            for number, at in enumerate(_in_stretch(life, _RHYTHM[stage], start, end, told)):
                visit = born is not None and born <= at < born + timedelta(days=DAYS_OF_VISITS)
                yield answers.contact(life, "postnatal_visit" if visit else "contact_made", at, number)


def _stretches(life: Life, lines: Sequence[Told]) -> Iterator[tuple[datetime, datetime, Stage | None]]:
    """From each change of stage, and from going home, to the next: start, end and stage."""
    facts = facts_of(lines)
    moves = engine.stage_history(facts)
    home = [fact.occurred_at for fact in facts if fact.kind == "mother_discharged"]
    starts = sorted({*(move.since for move in moves), *home})
    for start, end in pairwise([*starts, life.horizon]):
        so_far = [fact for fact in facts if fact.occurred_at <= start]
        yield start, end, _seen_as(so_far, next((move.stage for move in reversed(moves) if move.since <= start), None))


def _seen_as(facts: Sequence[Fact], stage: Stage | None) -> Stage | None:
    """The stage whose rhythm of contacts applies: on the ward she is seen anyway; at home without her baby, visited."""
    if engine.mother_in_hospital(facts) and stage is not Stage.ANTENATAL:
        return None
    return Stage.POSTNATAL_COMMUNITY if stage is Stage.POSTNATAL_INPATIENT else stage


def _in_stretch(life: Life, rhythm: Rhythm, start: datetime, end: datetime, told: list[datetime]) -> Iterator[datetime]:
    """The contacts that the story does not tell itself, from ``start`` to before ``end``."""
    final = _last_contact(life, rhythm, start)
    last, number = start, 0
    while True:
        step = rhythm.steps[min(number, len(rhythm.steps) - 1)]
        following = next((at for at in told if last < at <= last + timedelta(days=step + 1)), None)
        if following is None:
            following = life.at(min(life.day_of(last) + timedelta(days=step), life.day_of(final)), "contact")
            if not last + ONE_DAY / 2 < following < end or following > final:
                return
            if not _is_silent(life, following):
                yield following
        last, number = following, number + 1


def _last_contact(life: Life, rhythm: Rhythm, start: datetime) -> datetime:
    """When she was last in contact: as her story says, else a few days ago, or the day after she came home."""
    if life.story.last_contact is not None:
        return life.days_ago(-life.story.last_contact, "contact")
    ago = rhythm.last[life.pick("last contact", len(rhythm.last))]
    return max(life.days_ago(ago, "contact"), life.at(life.day_of(start) + ONE_DAY, "contact"))


def _is_silent(life: Life, at: datetime) -> bool:
    if life.story.silent is None:
        return False
    first, last = (life.today + timedelta(days=days) for days in life.story.silent)
    return first < life.day_of(at) < last


# -- handoffs, done in good time -----------------------------------------------------------------


def _done(life: Life, lines: Sequence[Told]) -> Iterator[Told]:
    """What ends the handoffs that exist so far and have come round before today."""
    facts = facts_of(lines)
    existing = engine.handoffs(ALL, life.rules, facts, life.horizon, edd_at_entry=life.edd)
    stay = stay_of(facts)
    told: set[tuple[str, datetime, int | None]] = set()
    for handoff in existing:
        line = None if is_told_by_the_ward(handoff, stay) else _end_of(life, handoff)
        if line is None:
            continue
        key = (line.kind, line.occurred_at, line.baby)
        if line.kind.startswith("handoff_") or key not in told:  # one visit may answer two: it is told once
            yield line
        told.add(key)


def stay_of(facts: Sequence[Fact]) -> Subject | None:
    """Her admission while she is in hospital; None when she is not."""
    admissions = sum(fact.kind == "admitted" for fact in facts)
    return Subject(SubjectKind.ADMISSION, admissions) if admissions and engine.mother_in_hospital(facts) else None


def is_told_by_the_ward(handoff: Handoff, stay: Subject | None) -> bool:
    """Whether it is of the medicine or the baby of somebody who is in now: that is not routine, the ward tells it."""
    if stay is None:
        return False
    return handoff.subject == stay if handoff.moment in OF_THE_WARDS_MEDICINE else handoff.moment in OF_THE_WARD


def _end_of(life: Life, handoff: Handoff) -> Told | None:
    """How a handoff ended before today; None where it did not."""
    step = f"{handoff.moment}.{handoff.step}"
    if handoff.state not in engine.OPEN_STATES or step in life.story.leave:
        return None
    if answers.closed_by(handoff) & MILESTONES:
        return None
    is_late = step in life.story.late
    at = days_later(handoff.due_at, 1, life.rules.zone) if is_late else _done_at(life, handoff)
    if at >= life.horizon:
        return None
    if step in life.story.instead:
        return answers.ending(handoff, *life.story.instead[step], at)
    return answers.answer(life, handoff, at)


def _done_at(life: Life, handoff: Handoff) -> datetime:
    """When it is done: in good time, and by day where the window is long enough. It may lie after today."""
    start = max(handoff.opened_at, handoff.not_before or handoff.opened_at)
    end = handoff.warn_at if handoff.warn_at > start else handoff.due_at
    if answers.is_done_at_the_end(handoff):
        start, end = max(start, handoff.warn_at), handoff.due_at
    at = _within(life, handoff, start, end)
    at = min(max(at, start + A_WHILE), end)
    if at >= life.horizon and handoff.warn_at < life.horizon + ONE_DAY:  # it would be due soon at some hour of today
        at = max(start + A_WHILE, life.days_ago(1, handoff.step))
    return at


def _within(life: Life, handoff: Handoff, start: datetime, end: datetime) -> datetime:
    """A time between two: some days before the end of a long window, else after a share of a short one."""
    window = end - start
    key = f"{handoff.moment}.{handoff.step}/{handoff.subject}"
    share = answers.usual_share(handoff)
    if window > LONG and share is None:
        at = end - min(window / 2, timedelta(days=1 + life.pick(key, 12)))
    else:
        at = start + window * (share or (12 + life.pick(key, 24)) / 100)
    if window > 2 * ONE_DAY:
        return life.at(life.day_of(at), handoff.step)
    by_day = DAYTIME[0] <= at.astimezone(life.rules.zone).hour < DAYTIME[1]
    return at if by_day or window < ONE_DAY / 2 else life.at(life.day_of(at + ONE_DAY / 4), handoff.step)
