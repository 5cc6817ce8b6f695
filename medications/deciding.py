"""What a prescriber decides about a dose, in their words; by themselves, or by phone and written down by the ward."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from medications.admissions import Admission, admission_of
from medications.giving import REASSESSMENT
from medications.models import Decision, Dose, Outcome
from pathways.actions import Refused, end_handoff
from pathways.engine import OPEN_STATES
from pathways.models import Handoff, Journey
from pathways.recording import Draft, lock
from pathways.visibility import check_may

FIRST_DOSE = "OST_FIRST_DOSE"
Kind = Decision.Kind
INSTEAD_OF_A_DOSE = (Kind.WITHHOLD, Kind.SYMPTOMS, Kind.AWAIT)
REASSESSES = (Kind.REASSESSED, Kind.RESTART)


@dataclass(frozen=True)
class Decided:
    """What was decided. ``by_phone`` is who decided, where they are not the one who writes it down.

    ``about`` is the part or vomited dose after which it says how to go on.
    """

    kind: str
    words: str
    decided_at: datetime
    by_phone: str = ""
    about: Dose | None = None
    submission: UUID | None = None


@transaction.atomic
def decide(journey: Journey, decided: Decided, *, by: User) -> Decision:
    """Write down a prescriber's decision, and complete what waited for it. The same submission counts once.

    Raises Refused.
    """
    journey = lock(journey)
    check_may(by, Ability.STATE_MEDICINE, woman_id=journey.woman_id)
    if decided.submission and (earlier := Decision.objects.filter(submission=decided.submission).first()):
        return earlier
    _check(decided, by)
    admission = admission_of(journey)
    made = Decision.objects.create(
        journey=journey,
        admission=admission.number if admission else None,
        kind=decided.kind,
        words=decided.words.strip(),
        prescriber=None if decided.by_phone.strip() else by,
        prescriber_words=decided.by_phone.strip(),
        decided_at=min(decided.decided_at, clock.now()),
        recorded_by=by,
        submission=decided.submission,
    )
    if made.kind == Kind.REPEAT:
        _release(journey, made, decided.about)
    _complete(journey, made, admission, by=by)
    return made


def _check(decided: Decided, by: User) -> None:
    if decided.kind not in Kind.values:
        raise Refused("Choose what was decided.", field="kind")
    if not decided.words.strip():
        raise Refused("Write what was decided, in the prescriber’s words.", field="words")
    if not decided.by_phone.strip() and Ability.PRESCRIBE not in by.abilities:
        raise Refused("Write who decided: their name and what they are.", field="by_phone")
    if decided.decided_at > clock.now():
        raise Refused("This lies in the future. Enter when it was decided.", field="decided_at")


def _release(journey: Journey, decision: Decision, about: Dose | None) -> None:
    """After a part or vomited dose: another one may be recorded inside the least gap. Raises Refused."""
    released = Dose.objects.filter(
        pk=about.pk if about else 0,
        journey=journey,
        struck_at=None,
        released_by=None,
        outcome__in=(Outcome.PART, Outcome.VOMITED),
    ).update(released_by=decision)
    if not released:
        raise Refused("Choose the dose of which she took a part, or after which she was sick.", field="about")


def _complete(journey: Journey, made: Decision, admission: Admission | None, *, by: User) -> None:
    """Complete the handoffs for which this is the evidence, if they are open."""
    who = made.prescriber_words or str(made.prescriber)
    if made.kind in INSTEAD_OF_A_DOSE and admission:
        evidence = {"dose_decision": made.kind, "prescriber": who, "decision_reason": made.words}
        _end(_open(journey, FIRST_DOSE, admission.number), evidence, made, by)
    if made.kind in REASSESSES:
        day = clock.today(made.decided_at).isoformat()
        evidence = {"reassessment_decision": made.words, "reassessed_by": who, "reassessed_on": day}
        _end(_open(journey, REASSESSMENT, 0), evidence, made, by)


def _open(journey: Journey, moment: str, number: int) -> list[Handoff]:
    owed = journey.handoffs.filter(moment=moment, subject_number=number, state__in=OPEN_STATES)
    return list(owed.order_by("due_at", "pk"))


def _end(owed: Iterable[Handoff], evidence: dict[str, str], made: Decision, by: User) -> None:
    for handoff in owed:
        handoff.refresh_from_db()  # the one before may have ended it too
        if handoff.state in OPEN_STATES:
            end_handoff(handoff, Draft("handoff_completed", made.recorded_at, details=evidence), by=by)
