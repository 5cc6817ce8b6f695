"""Measures of getting into care: M01 to M04 (pathway 6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pathways.engine import COMPLETED_STATES
from pathways.gaps.case import BOOKED, Case, days_from, done_by, last_word
from pathways.gaps.measures.definitions import NONE, UNKNOWN, Counted, Line, Measure, Section, Table
from pathways.gaps.rules.disclosure import Split
from pathways.gaps.rules.spc import Direction

_14_DAYS = timedelta(days=14)
_BY_10, _BY_12 = 70, 84  # days of gestation
LATE_REASONS = {
    "not_realised_pregnant": "she had not realised that she was pregnant",
    "fear": "she was afraid",
    "no_access": "she could not get there",
    "moved": "she had moved",
    "other": "another reason",
    "prefer_not_say": "she would rather not say",
}


def _booked(case: Case) -> Iterator[Counted]:
    anchor = case.first(BOOKED) or case.first("baby_born")
    ended = case.ended
    lost_at = case.gestation_at(ended.at) if ended and ended.kind == "pregnancy_loss" else None
    if anchor is None or (lost_at is not None and lost_at < _BY_10):
        return
    days = case.gestation_at(anchor.at)
    if days is None and anchor.kind == BOOKED:
        yield Counted("M01.booked", anchor.at, UNKNOWN)
        return
    in_time = days if anchor.kind == BOOKED and days is not None else _BY_12 + 1
    if lost_at is not None and lost_at < _BY_12:
        part = 3 if in_time <= _BY_10 else 4
    else:
        part = 0 if in_time <= _BY_10 else 1 if in_time <= _BY_12 else 2
    yield Counted("M01.booked", anchor.at, part)


BOOKED_IN_TIME = Measure(
    key="M01",
    title="Booked by 10+0",
    why="Every later step hangs on the first one. Booking by 10+0 is the aim of both nations' guidance; Scotland's "
    "national measure is 12+0.",
    numerator="booked by 10+0, and by 12+0",
    denominator="pregnancies that were booked, or in which she gave birth without having been",
    exclusions="pregnancies that ended before 10+0 (12+0)",
    better=Direction.HIGHER,
    section=Section.PREGNANCY,
    tables=(
        Table(
            key="M01.booked",
            split=Split(
                ("by 10+0", "10+1 to 12+0", "later, or not booked", "by 10+0, ended before 12+0", "ended before 12+0"),
                groups=((0, 3), (1,), (2, 4)),
            ),
            lines=(
                Line("10w", "by 10+0", frozenset({0, 3})),
                Line("12w", "by 12+0", frozenset({0, 1}), frozenset({0, 1, 2})),
            ),
        ),
    ),
    counted=_booked,
    england="NICE: by 10+0. The national measure is also shown by 12+0.",
    scotland="12+0 in every deprivation quintile; the 10-week share is published too.",
    sources=("R1", "R7", "R8", "R9", "K3"),
)


def _late_booked(case: Case) -> Iterator[Counted]:
    contact = case.first("first_contact")
    if contact is None or not case.came_late:
        return
    booked, born = case.first(BOOKED), case.first("baby_born")
    two_weeks = days_from(contact.at, 14)
    if booked is not None and booked.at - contact.at <= two_weeks:
        part = 0
    elif born is not None and not (booked and booked.at < born.at):
        part = 2
    else:
        part = 1
    yield Counted("M02.late", contact.at, part, two_weeks)
    reason = case.late_reason or last_word(case.answers("BOOK_LATE_14D", "done"), "late_reason")
    yield Counted("M02.reason", contact.at, _REASON.get(reason, UNKNOWN), two_weeks)


_REASON = {reason: place for place, reason in enumerate(LATE_REASONS)}

LATE_CONTACT = Measure(
    key="M02",
    title="Late first contact, booked within 14 days",
    why="Pregnancies are found late for reasons that are nobody's fault. What the service does in the next two weeks "
    "is its own measure.",
    numerator="booked within 14 days of the first contact",
    denominator="first contacts at 9+0 or later",
    exclusions="first contacts before 9+0; those without a due date",
    better=Direction.HIGHER,
    section=Section.PREGNANCY,
    tables=(
        Table(
            key="M02.late",
            split=Split(("within 14 days", "later", "gave birth without having been booked")),
            lines=(
                Line("14d", "booked within 14 days"),
                Line("unbooked", "gave birth without having been booked", frozenset({2}), better=Direction.LOWER),
            ),
            settles=_14_DAYS,
            one_is="first contact",
        ),
        Table(
            key="M02.reason",
            split=Split(tuple(LATE_REASONS.values()), groups=(tuple(range(len(LATE_REASONS))),)),
            lines=tuple(
                Line(key, words, frozenset({_REASON[key]}), parts_only=True, better=Direction.NEITHER)
                for key, words in LATE_REASONS.items()
            ),
            settles=_14_DAYS,
            one_is="first contact",
        ),
    ),
    counted=_late_booked,
    follow_up="14 days",
    sources=("R1", "K3"),
)


def _in_treatment(case: Case) -> Iterator[Counted]:
    birth, exposed = case.first("baby_born"), case.history.first_exposure()
    if birth and exposed and exposed.at <= birth.at:
        yield Counted("M03.born", birth.at, int(not case.history.in_treatment_at(birth.at)))


IN_TREATMENT_BY_BIRTH = Measure(
    key="M03",
    title="In drug treatment by birth",
    why="Treatment in pregnancy is what keeps her and her baby safest.",
    numerator="in treatment at the birth",
    denominator="births to women whose opioid use or treatment is on record",
    exclusions="a need that is not recorded is not assumed",
    better=Direction.HIGHER,
    section=Section.PREGNANCY,
    tables=(Table(key="M03.born", lines=(Line("born", "in treatment at the birth"),), one_is="birth"),),
    counted=_in_treatment,
)


def _acknowledged(case: Case) -> Iterator[Counted]:
    sent = next((each for each in case.owed("DRUG_SERVICE_REFERRAL", "sent") if each.state in COMPLETED_STATES), None)
    answer = next(iter(case.owed("DRUG_SERVICE_REFERRAL", "acknowledged")), None)
    if sent is None or sent.ended_at is None or answer is None:
        return
    wait = max(answer.due_at - sent.ended_at, NONE)
    yield Counted("M04.ack", sent.ended_at, int(not done_by(answer, answer.due_at)), wait)


ACKNOWLEDGED = Measure(
    key="M04",
    title="Referral to the drug service acknowledged in time",
    why="A referral that nobody has taken up is not care.",
    numerator="acknowledged within 3 working days of being owed",
    denominator="referrals sent to the drug service",
    exclusions="referrals that were never sent: the missed handoffs show them",
    better=Direction.HIGHER,
    section=Section.PREGNANCY,
    tables=(
        Table(
            key="M04.ack",
            lines=(Line("3wd", "acknowledged within 3 working days"),),
            settles=_14_DAYS,
            one_is="referral",
        ),
    ),
    counted=_acknowledged,
    follow_up="3 working days",
    sources=("K2", "R60"),
)
