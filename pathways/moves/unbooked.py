"""A woman in labour whom nobody has booked: she comes first, her first record follows in the next hours."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.refused import Refused
from pathways.actions import Person, fill_blanks
from pathways.engine import Fact, Stage
from pathways.finding.registration import NewJourney, register
from pathways.guided import Move, Standing
from pathways.models import Journey
from pathways.moves.recording import Recorded, record_asked
from pathways.recording import Draft, append, check_draft, lock, sent_before
from pathways.rules.unbooked import MOMENT, STEP, edd_from_weeks, first_record_owed
from pathways.seen import fingerprint

FIRST_RECORD = Move(
    key="first_record",
    title="First record of a woman who was not booked",
    lead="Ask what the next hours need, at her pace and between contractions. Whatever she does not want to say can "
    "stay open: nobody holds it against her that she comes now.",
    group="Hospital",
    ability=Ability.ADD_WOMAN,
    page="first_record",
    offered=lambda standing: not standing.closed and first_record_owed(standing.facts) is not None,
    likely=frozenset({Stage.INTRAPARTUM.value, Stage.POSTNATAL_INPATIENT.value}),
)


@dataclass(frozen=True)
class Opioids:
    """What she says herself. ``used``, ``in_treatment``: ``yes``, ``no``, or blank where it was not talked about."""

    used: str = ""
    in_treatment: str = ""
    product: str = ""


@dataclass(frozen=True)
class Arrival:
    """What is known when she comes: enough to give her a bed and a midwife."""

    at: datetime
    team: Team
    opioids: Opioids = Opioids()


@dataclass(frozen=True)
class FirstRecord:
    """What the next hours need. What is blank stays open."""

    allergies: str = ""
    interpreter: str = ""
    edd: date | None = None
    weeks: int | None = None
    opioids: Opioids = Opioids()
    bloods_offered: bool = False
    midwife_told_on: date | None = None
    note: str = ""


@transaction.atomic
def arrive(person: Person, arrival: Arrival, *, not_these: Set[int], submission: UUID, by: User) -> Journey:
    """Add a woman whom nobody knows, in labour: she is on the record and on the ward at once.

    Raises PossibleDuplicates where she could be here already, SentOtherwise, and Refused as adding a woman does.
    """
    pregnancy = NewJourney(arrival.team, medication=arrival.opioids.product, first_contact_at=arrival.at)
    journey = lock(register(person, pregnancy, not_these=not_these, submission=submission, by=by))
    said = fingerprint(journey.pk, arrival.at, arrival.opioids)
    if not sent_before(submission, said):
        came = Draft("admitted", arrival.at, details={"reason": "labour"}, submission=submission)
        drafts = [came, *_said_of_opioids(arrival.opioids, arrival.at, came_at=arrival.at)]
        for draft in drafts:
            check_draft(journey, draft)
        append(journey, drafts, said=said, by=by)
    return journey


def write_first_record(journey: Journey, record: FirstRecord, *, submission: UUID | None = None, by: User) -> Recorded:
    """Write down what is known of her by now. With the bloods offered and her midwife told, the handoff is done.

    Raises Refused where no first record is owed, where nothing is said, and beside what somebody else wrote meanwhile.
    """

    def ask(her: Journey, standing: Standing) -> list[Draft]:
        _check_unwritten(her, record, standing.facts)
        filled = fill_blanks(her.woman, {"allergies": record.allergies, "interpreter": record.interpreter}, by=by)
        drafts = [*_facts_of(record, standing.facts), *_answer(her, record, standing.facts)]
        if record.note:
            first, *rest = drafts or [Draft("contact_made", clock.now())]  # her words need an entry to stand in
            return [replace(first, note=record.note), *rest]
        if not drafts and not filled:
            raise Refused("Nothing new is written here yet. Fill in what she told you, or come back later.")
        return drafts

    return record_asked(journey, FIRST_RECORD, ask, said=(record,), submission=submission, by=by)


def _check_unwritten(journey: Journey, record: FirstRecord, facts: Sequence[Fact]) -> None:
    """Raise Refused beside what was blank when the page was opened and stands now: no words are lost unread."""
    for name in ("allergies", "interpreter"):
        mine, theirs = getattr(record, name), getattr(journey.woman, name)
        if mine and theirs and mine != theirs:
            raise Refused(
                f"Somebody wrote “{theirs}” meanwhile. Change it among her details if it is wrong.", field=name
            )
    if (record.edd or record.weeks) and journey.edd:
        found = clock.day_in_words(journey.edd)
        raise Refused(f"Her EDD was agreed meanwhile: {found}. Empty this.", field="edd" if record.edd else "weeks")
    if record.opioids != Opioids() and any(fact.kind == "drug_use_disclosed" for fact in facts):
        raise Refused(
            "Somebody wrote down meanwhile what she says. Leave this open, and look at her page.", field="used"
        )


def _facts_of(record: FirstRecord, facts: Sequence[Fact]) -> list[Draft]:
    """What the first record says of this pregnancy, as facts."""
    now = clock.now()
    came_at = max(fact.occurred_at for fact in facts if fact.kind == "admitted")
    edd = record.edd or (edd_from_weeks(record.weeks, clock.today(now)) if record.weeks else None)
    dating = [Draft("dating_agreed", now, details={"edd": edd.isoformat()})] if edd else []
    in_treatment = any(fact.kind == "treatment_started" for fact in facts)
    said = _said_of_opioids(record.opioids, now, came_at=came_at)
    return [*dating, *(draft for draft in said if not (in_treatment and draft.kind == "treatment_started"))]


def _said_of_opioids(opioids: Opioids, at: datetime, *, came_at: datetime) -> list[Draft]:
    """What she said; that she is in treatment counts from her coming in, so that her medicine is asked for."""
    said = {"opioid": opioids.used, "in_treatment": opioids.in_treatment}
    known = {name: answer for name, answer in said.items() if answer}
    found = [Draft("drug_use_disclosed", at, details=known)] if known else []
    if opioids.in_treatment == "yes":
        medicine = {"medication": opioids.product} if opioids.product else {}
        found.append(Draft("treatment_started", came_at, details=medicine))
    return found


def _answer(journey: Journey, record: FirstRecord, facts: Sequence[Fact]) -> list[Draft]:
    """That the handoff is done, once bloods were offered and a specialist midwife was told."""
    admission = first_record_owed(facts) or 0
    owed = journey.handoffs.open().filter(moment=MOMENT, step=STEP, subject_number=admission)
    if not (record.bloods_offered and record.midwife_told_on and owed.exists()):
        return []
    evidence = {
        "minimum_dataset_recorded": "yes",
        "specialist_midwife_told_on": record.midwife_told_on.isoformat(),
    }
    details = {"moment": MOMENT, "step": STEP, "admission": str(admission), **evidence}
    return [Draft("handoff_completed", clock.now(), details=details)]
