"""A loss, and a baby's death: what happened, the words that she chooses, how she was told (pathway, section 2.3).

The fact ends what belongs to the pregnancy or the baby, and calls back what waits to be sent to her about them. Her
own care goes on from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import answer_handoff
from pathways.engine import SubjectKind
from pathways.guided import Move, standing_of
from pathways.models import Event, Handoff, Journey, ToldOfBaby, WordsOfLoss
from pathways.moments import by_key
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft, Refused, answering, append, lock
from pathways.rules.loss import PUT_AWAY, losses
from pathways.visibility import check_may

LEAD = "LOSS_BEREAVEMENT"

LOSS = Move(
    key="loss",
    title="She has lost the pregnancy",
    lead="Miscarriage, ectopic pregnancy, termination or stillbirth. What belongs to the pregnancy ends, and nothing "
    "about a baby is sent to her from this moment. Her own care goes on.",
    group="Loss and death",
    ability=Ability.RECORD_EVENT,
    page="loss",
    offered=lambda standing: standing.pregnant,
    kinds=("pregnancy_loss",),
)
BABY_DIED = Move(
    key="baby_died",
    title="A baby has died",
    lead="What belongs to this baby ends, and what waits to be sent to her about a baby is called back. Her own care "
    "goes on.",
    group="Loss and death",
    ability=Ability.RECORD_EVENT,
    page="baby_died",
    offered=lambda standing: bool(standing.where.living) and not standing.closed,
    kinds=("baby_died",),
)


@dataclass(frozen=True)
class Chosen:
    """How she wants it to be spoken of: whether as a bereavement, and what she calls it."""

    bereavement: str
    words: str = ""


@dataclass(frozen=True)
class Told:
    """How she was told, by whom, and who was beside her; of what is still to come, who will tell her."""

    how: str
    told_by: str = ""
    beside_her: str = ""
    words: str = ""


@transaction.atomic
def record_loss(
    journey: Journey,
    kind: str,
    at: datetime,
    chosen: Chosen,
    *,
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """She has lost the pregnancy: what happened (a choice of ``pregnancy_loss``), and her words. Raises Refused."""
    also = {"bereavement": chosen.bereavement, "words": chosen.words.strip()}
    draft = Draft("pregnancy_loss", at, details={"kind": kind}, note=note, submission=submission, sent_with=also)
    recorded = record_move(journey, LOSS, [draft], by=by)
    if recorded.again:
        return recorded
    _write_words(journey, chosen, by=by)
    return Recorded([*recorded.events, *_put_away(journey, by=by)])


@transaction.atomic
def record_babys_death(
    journey: Journey,
    baby: int,
    at: datetime,
    told: Told,
    *,
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """A baby of hers has died, and how she was told. Raises Refused for one who is not there, or has died already."""
    also = {"how": told.how, "told_by": told.told_by, "beside_her": told.beside_her, "words": told.words}
    draft = Draft("baby_died", at, baby=baby, note=note, submission=submission, sent_with=also)
    this_baby = replace(
        BABY_DIED, offered=lambda standing: BABY_DIED.offered(standing) and baby in standing.where.living
    )
    recorded = record_move(journey, this_baby, [draft], by=by)
    if recorded.again:
        return recorded
    _write_told(journey, baby, told, by=by)
    return Recorded([*recorded.events, *_put_away(journey, baby, by=by)])


@transaction.atomic
def say_her_words(journey: Journey, chosen: Chosen, *, submission: UUID | None = None, by: User) -> WordsOfLoss:
    """Write down how she wants it to be spoken of, as she says it now; the newest version holds. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if earlier := WordsOfLoss.objects.filter(submission=submission, journey=journey).first() if submission else None:
        return earlier
    if not losses(standing_of(journey).facts):
        raise Refused("No loss is recorded. Look at her page: an entry may have been marked as entered in error.")
    return _write_words(journey, chosen, submission=submission, by=by)


@transaction.atomic
def say_how_told(journey: Journey, baby: int, told: Told, *, submission: UUID | None = None, by: User) -> ToldOfBaby:
    """Write down how she was told that this baby died; messages about her own care may go again. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if earlier := ToldOfBaby.objects.filter(submission=submission, journey=journey).first() if submission else None:
        return earlier
    if baby not in standing_of(journey).where.died:
        raise Refused("The record does not say that this baby has died. Look at her page.")
    return _write_told(journey, baby, told, submission=submission, by=by)


def waiting_for_a_lead(journey: Journey) -> Handoff | None:
    """The handoff that asks who leads after the loss, while it is open."""
    return journey.handoffs.open().filter(moment=LEAD).first()


@transaction.atomic
def name_lead(
    journey: Journey, lead: str, next_dose: str, at: datetime, *, submission: UUID | None = None, by: User
) -> Event:
    """One person leads from now on, and her medicine is certain: this completes what was owed of it. Raises Refused.

    That nothing is sent to her about a baby any more the product knows by itself.
    """
    handoff = waiting_for_a_lead(journey) or journey.handoffs.filter(moment=LEAD).order_by("-pk").first()
    if handoff is None:
        raise Refused("No loss is recorded. Look at her page: an entry may have been marked as entered in error.")
    evidence = {
        "bereavement_lead": lead.strip(),
        "next_dose_confirmed": next_dose.strip(),
        "auto_messages_stopped": "yes",
    }
    return answer_handoff(handoff, Draft("handoff_completed", at, details=evidence, submission=submission), by=by)


def _put_away(journey: Journey, baby: int | None = None, *, by: User) -> list[Event]:
    """Nobody is asked any more for what was late already: what serves a birth to come, and what this baby needed.

    What was not late falls away by itself. What she needs herself stays owed, however late it is.
    """
    journey = lock(journey)
    put_away = [
        answering(handoff, Draft("handoff_not_applicable", clock.now(), details={"reason": PUT_AWAY}))
        for handoff in journey.handoffs.open().order_by("pk")
        if (journey.after_loss and by_key[handoff.moment].for_the_birth)
        or (handoff.subject == SubjectKind.BABY and handoff.subject_number == baby)
    ]
    return append(journey, put_away, by=by) if put_away else []


def _write_words(journey: Journey, chosen: Chosen, *, submission: UUID | None = None, by: User) -> WordsOfLoss:
    return WordsOfLoss.objects.create(
        journey=journey,
        bereavement=chosen.bereavement,
        words=chosen.words.strip(),
        recorded_by=by,
        submission=submission,
    )


def _write_told(journey: Journey, baby: int, told: Told, *, submission: UUID | None = None, by: User) -> ToldOfBaby:
    if told.how != ToldOfBaby.How.WAS_THERE and not told.told_by.strip():
        raise Refused("Name who told her, or who will.", field="told_by")
    if told.how == ToldOfBaby.How.BY_PHONE and not told.words.strip():
        raise Refused("Say why it could not wait until somebody was with her.", field="words")
    return ToldOfBaby.objects.create(
        journey=journey,
        baby=baby,
        how=told.how,
        told_by=told.told_by.strip(),
        beside_her=told.beside_her.strip(),
        words=told.words.strip(),
        recorded_by=by,
        submission=submission,
    )
