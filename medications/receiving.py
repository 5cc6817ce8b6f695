"""The verbs of medicine that she brought herself (pathway 4.5). It is her property, from the first step to the last.

It is stored only with her consent and an explanation, by two people, and she gets a receipt and is shown when her next
dose comes. What was taken without that is written down as just that (``record_taken``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from medications.admissions import admission_of
from medications.giving import check_second
from medications.models import OwnMedicine, OwnMedicineStep, OwnMedicineTaken
from pathways.actions import AlreadyAnswered, Refused, end_handoff
from pathways.engine import OPEN_STATES
from pathways.models import Journey
from pathways.projection import events_that_count
from pathways.recording import Draft, append, check_draft, lock
from pathways.visibility import check_may

Kind, Consent, Outcome = OwnMedicineStep.Kind, OwnMedicineStep.Consent, OwnMedicineStep.Outcome

RECEIPT = "POCD_RECEIPT"
REGISTERED = frozenset(
    {
        Role.WARD_MIDWIFE,
        Role.WARD_COORDINATOR,
        Role.LABOUR_WARD_COORDINATOR,
        Role.MIDWIFE,
        Role.SPECIALIST_MIDWIFE,
    }
)
YES = {True: "yes", False: "no"}


@dataclass(frozen=True)
class Measured:
    """What two people measured and where they put it. The quantity is text, as it was measured."""

    quantity: str
    register_page: str
    place: str


@dataclass(frozen=True)
class Taken:
    """What was taken from her without what belongs to it."""

    what: str
    missing: Sequence[str]
    reason: str
    told: str
    happened_at: datetime
    ward: Team


# -- from her hands to the cupboard ----------------------------------------------------------------


@transaction.atomic
def identify(journey: Journey, what: str, *, at: datetime, submission: UUID | None = None, by: User) -> OwnMedicine:
    """She has brought a medicine: from here on the receipt is owed to her. The same form counts once."""
    journey, admission = _on_the_ward(journey, by)
    if submission and (earlier := OwnMedicine.objects.filter(submission=submission).first()):
        return earlier
    if not what.strip():
        raise Refused("Write what it is, as it is labelled.", field="what")
    draft = Draft("own_medicine_identified", at, details={"admission": str(admission)})
    check_draft(journey, draft)
    made = OwnMedicine.objects.create(
        journey=journey,
        admission=admission,
        what=what.strip(),
        identified_at=at,
        identified_by=by,
        submission=submission,
    )
    append(journey, [draft], by=by)
    return made


@transaction.atomic
def ask(
    own: OwnMedicine, consent: str, *, explained: bool, words: str = "", submission: UUID | None = None, by: User
) -> OwnMedicineStep:
    """What she answered when she was asked. It can be asked again; her last answer counts."""
    own, earlier = _begun(own, submission, by)
    if earlier:
        return earlier
    if consent not in Consent.values:
        raise Refused("Choose what she answered.", field="consent")
    if consent == Consent.YES and not explained:
        raise Refused("Explain first what happens with it and why. Then ask her.", field="explained")
    if step_of(own, Kind.STORED) and consent == Consent.NO:
        raise Refused("It is stored already. If she wants it back, record that it was given back to her.")
    return _step(own, Kind.ASKED, by, submission, answer=consent, explained=explained, words=words.strip())


@transaction.atomic
def agree_how_it_is_kept(own: OwnMedicine, words: str, *, submission: UUID | None = None, by: User) -> OwnMedicineStep:
    """She does not agree that it is stored: what was agreed with her, by the site's policy. It stays with her."""
    own, earlier = _begun(own, submission, by)
    if earlier:
        return earlier
    if consent_of(own) != Consent.NO or step_of(own, Kind.STORED):
        raise Refused("This is for medicine that she keeps because she does not agree that it is stored.")
    if not words.strip():
        raise Refused("Write what was agreed with her, and with whom.", field="words")
    made = _step(own, Kind.KEPT_BY_HER, by, submission, words=words.strip())
    _complete(own, by)
    return made


@transaction.atomic
def store(
    own: OwnMedicine, measured: Measured, *, second: User | None, submission: UUID | None = None, by: User
) -> OwnMedicineStep:
    """Two people have measured it and put it away. Never without her consent, unless she cannot say.

    The caller has asked ``second`` who they are (``vouch``). Raises Refused.
    """
    own, earlier = _begun(own, submission, by)
    if earlier:
        return earlier
    if consent_of(own) not in (Consent.YES, Consent.UNABLE):
        raise Refused("It is her property. Ask her, and explain, before it is stored.")
    _check_measured(measured)
    _check_two(own.journey, by, second)
    return _step(
        own,
        Kind.STORED,
        by,
        submission,
        second=second,
        quantity=measured.quantity.strip(),
        register_page=measured.register_page.strip(),
        place=measured.place.strip(),
    )


@transaction.atomic
def give_receipt(
    own: OwnMedicine, *, next_dose_at: datetime | None, words: str = "", submission: UUID | None = None, by: User
) -> OwnMedicineStep:
    """She has the receipt and was shown when her next dose comes. This ends what is owed to her (POCD_RECEIPT).

    ``next_dose_at`` is the time that stood on the page; without one, ``words`` say what she was told.
    """
    own, earlier = _begun(own, submission, by)
    if earlier:
        return earlier
    if step_of(own, Kind.STORED) is None:
        raise Refused("Store it first: the receipt says what was measured, and who signed.")
    if next_dose_at is None and not words.strip():
        raise Refused("Write what she was told about her next dose.", field="words")
    made = _step(own, Kind.RECEIPT, by, submission, next_dose_at=next_dose_at, words=words.strip())
    _complete(own, by)
    return made


# -- while it is kept, and in the end --------------------------------------------------------------


@transaction.atomic
def check(
    own: OwnMedicine, quantity: str, *, words: str = "", submission: UUID | None = None, by: User
) -> OwnMedicineStep:
    """The daily check: what was found, as measured. The product compares nothing."""
    own, earlier = _begun(own, submission, by)
    if earlier:
        return earlier
    _check_kept(own)
    if not quantity.strip():
        raise Refused("Write what you found, as you measured it.", field="quantity")
    return _step(own, Kind.CHECKED, by, submission, quantity=quantity.strip(), words=words.strip())


@transaction.atomic
def sign_out(
    own: OwnMedicine, where: str, words: str, *, second: User | None, submission: UUID | None = None, by: User
) -> OwnMedicineStep:
    """It goes with her to another ward: where to, and who took it there. Two people sign."""
    own, earlier = _begun(own, submission, by)
    if earlier:
        return earlier
    _check_kept(own)
    if not where.strip():
        raise Refused("Write where it goes.", field="place")
    if not words.strip():
        raise Refused("Write who took it there: their name and what they are.", field="words")
    _check_two(own.journey, by, second)
    return _step(own, Kind.MOVED, by, submission, second=second, place=where.strip(), words=words.strip())


@transaction.atomic
def finish(
    own: OwnMedicine, outcome: str, words: str = "", *, second: User | None, submission: UUID | None = None, by: User
) -> OwnMedicineStep:
    """What became of it: used, given back, destroyed with her consent, or sent home with a person she named."""
    own, earlier = _begun(own, submission, by)
    if earlier:
        return earlier
    if step_of(own, Kind.STORED) is None:
        raise Refused("It was never stored here: it is with her.")
    if outcome not in Outcome.values:
        raise Refused("Choose what became of it.", field="outcome")
    if outcome == Outcome.DESTROYED and not words.strip():
        raise Refused("Write how she agreed that it is destroyed.", field="words")
    if outcome == Outcome.SENT_HOME and not words.strip():
        raise Refused("Write the name of the person she chose.", field="words")
    _check_two(own.journey, by, second)
    return _step(own, Kind.OUTCOME, by, submission, second=second, answer=outcome, words=words.strip())


@transaction.atomic
def record_taken(journey: Journey, taken: Taken, *, submission: UUID | None = None, by: User) -> OwnMedicineTaken:
    """Her medicine was taken without consent, explanation, two people or a receipt. Counted for the ward.

    Whoever takes part in her care can write it down, also after she went home.
    """
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    admission = _last_admission(journey)
    if submission and (earlier := OwnMedicineTaken.objects.filter(submission=submission).first()):
        return earlier
    if not taken.missing or not set(taken.missing) <= set(OwnMedicineTaken.Missing.values):
        raise Refused("Tick what was left out.", field="missing")
    for name, sentence in (
        ("what", "Write what was taken."),
        ("reason", "Write why it was taken."),
        ("told", "Write what she was told. If nobody told her anything, write that."),
    ):
        if not getattr(taken, name).strip():
            raise Refused(sentence, field=name)
    if taken.ward.site_id != journey.site_id or taken.ward.kind != Team.Kind.WARD:
        raise Refused("Choose a ward of her site.", field="ward")
    draft = Draft(
        "own_medicine_taken", taken.happened_at, details={"admission": str(admission), "reason": taken.reason.strip()}
    )
    check_draft(journey, draft)
    (event,) = append(journey, [draft], by=by)
    return OwnMedicineTaken.objects.create(
        journey=journey,
        admission=admission,
        ward=taken.ward,
        what=taken.what.strip(),
        missing=sorted(taken.missing),
        reason=taken.reason.strip(),
        told=taken.told.strip(),
        happened_at=taken.happened_at,
        recorded_by=by,
        event=event,
        submission=submission,
    )


@transaction.atomic
def strike(row: OwnMedicine | OwnMedicineStep, reason: str, *, by: User) -> None:
    """Strike a wrong entry through; it stays readable. Raises Refused."""
    lock(row.journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=row.journey.woman_id)
    row.refresh_from_db()
    if not row.stands:
        raise AlreadyAnswered("This is struck through already.")
    if not reason.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="reason")
    known = {"struck_at": clock.now(), "struck_by": by, "struck_reason": reason.strip()}
    type(row)._default_manager.filter(pk=row.pk).update(**known)


# -- what stands -----------------------------------------------------------------------------------


def steps_of(own: OwnMedicine) -> list[OwnMedicineStep]:
    """The steps that count, in their order."""
    steps = own.steps.filter(struck_at=None).select_related("by", "second")
    return list(steps.order_by("at", "pk"))


def step_of(own: OwnMedicine, kind: str) -> OwnMedicineStep | None:
    """The last step of a kind that counts."""
    return own.steps.filter(struck_at=None, kind=kind).select_related("by", "second").order_by("at", "pk").last()


def consent_of(own: OwnMedicine) -> str:
    """What she answered last; "" where nobody has asked her."""
    asked = step_of(own, Kind.ASKED)
    return asked.answer if asked else ""


def _on_the_ward(journey: Journey, by: User) -> tuple[Journey, int]:
    journey = lock(journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    admission = admission_of(journey)
    if admission is None:
        raise Refused("She is not in hospital now. If she is, her admission has to be recorded first.")
    return journey, admission.number


def _last_admission(journey: Journey) -> int:
    admitted = events_that_count(journey)
    number = sum(1 for event in admitted if event.kind == "admitted")
    if not number:
        raise Refused("She has not been in hospital here. Record her admission first.")
    return number


def _begun(own: OwnMedicine, submission: UUID | None, by: User) -> tuple[OwnMedicine, OwnMedicineStep | None]:
    """The medicine, with her record locked; and what the same form has recorded already."""
    journey = lock(own.journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    own = OwnMedicine.objects.get(pk=own.pk)
    own.journey = journey
    earlier = OwnMedicineStep.objects.filter(submission=submission, own=own).first() if submission else None
    if earlier is None and not own.stands:
        raise Refused("This entry is struck through. Look at why.")
    if earlier is None and step_of(own, Kind.OUTCOME):
        raise AlreadyAnswered("What became of it is recorded already. Look at what was written.")
    return own, earlier


def _step(own: OwnMedicine, kind: str, by: User, submission: UUID | None, **said: object) -> OwnMedicineStep:
    try:
        with transaction.atomic():
            return OwnMedicineStep.objects.create(
                own=own, journey=own.journey, kind=kind, at=clock.now(), by=by, submission=submission, **said
            )
    except IntegrityError as refused:
        standing = step_of(own, kind)
        if standing is None:
            raise
        raise AlreadyAnswered(
            f"{standing.by} has recorded this already, {clock.due_in_words(standing.at)}. Look at what was written."
        ) from refused


def _check_measured(measured: Measured) -> None:
    for name, sentence in (
        ("quantity", "Measure it, and write what you measured."),
        ("register_page", "Write the page of the register for patients’ own medicines."),
        ("place", "Write where it is kept."),
    ):
        if not getattr(measured, name).strip():
            raise Refused(sentence, field=name)


def _check_two(journey: Journey, first: User, second: User | None) -> None:
    """Two different people who work on her ward; one of them a registered midwife."""
    if second is None:
        raise Refused("A second person signs this.", field="second")
    if second == first:
        raise Refused("The second signature is another person’s. Ask a colleague.", field="second")
    check_second(second, journey)
    if not (REGISTERED & first.roles or REGISTERED & second.roles):
        raise Refused("One of the two has to be a registered midwife.", field="second")


def _check_kept(own: OwnMedicine) -> None:
    if step_of(own, Kind.STORED) is None:
        raise Refused("It is not stored here: it is with her.")


def _complete(own: OwnMedicine, by: User) -> None:
    """End what is owed to her for this admission, with the evidence, once nothing of it is open for any medicine."""
    others = OwnMedicine.objects.filter(journey=own.journey, admission=own.admission, struck_at=None)
    settled = (Kind.RECEIPT, Kind.KEPT_BY_HER)
    if others.exclude(steps__in=OwnMedicineStep.objects.filter(kind__in=settled, struck_at=None)).exists():
        return
    handoffs = own.journey.handoffs.filter(moment=RECEIPT, subject_number=own.admission, state__in=OPEN_STATES)
    if handoff := handoffs.first():
        end_handoff(handoff, Draft("handoff_completed", clock.now(), details=_evidence(own)), by=by)


def _evidence(own: OwnMedicine) -> dict[str, str]:
    asked, stored, receipt = step_of(own, Kind.ASKED), step_of(own, Kind.STORED), step_of(own, Kind.RECEIPT)
    found = {
        "consent": asked.answer if asked else "",
        "explanation_given": YES[bool(asked and asked.explained)],
        "next_dose_time_shown": YES[receipt is not None],
        "receipt_given": YES[receipt is not None],
    }
    if stored:
        found |= {
            "quantity_measured": stored.quantity,
            "first_signature": str(stored.by),
            "second_signature": str(stored.second),
            "stored_at": stored.place,
        }
    else:
        found["stored_at"] = "with her, as was agreed"
    return found
