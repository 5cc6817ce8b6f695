"""The verbs of a referral: send it, write its next step, remind, take it over, bring it back when its service ends.

As in ``pathways.actions``: object first, ``by=`` last, one transaction, permission checked, and a refusal says what to
do. A referral is closed when it ended with an outcome, was withdrawn, or came back and the sender decided what instead;
until then it stands on a list with somebody. Each step completes the critical moments that it is evidence of
(driving.py), and opens or ends the service's access to her record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import AlreadyAnswered, Refused, lock
from pathways.covering import write_grants_of
from pathways.models import Handoff, Journey
from pathways.receivers import is_in
from pathways.visibility import check_may
from referrals.consenting import Answer, Purpose, check_consents, write_consents
from referrals.driving import drive
from referrals.models import Appointment, Referral, ReferralConsent, ReferralStep, Service
from referrals.rules import turns
from referrals.rules.loop import CLOSED, THEIR_TURN, State, may_follow, usual_answer_by
from referrals.wording.referrals import standing_in_words

Reason = ReferralStep.Reason
REMIND_AFTER = timedelta(hours=1)
_SAME_MINUTE = timedelta(minutes=1)  # what people type has no seconds


@dataclass(frozen=True)
class Sending:
    """What is asked of whom, what is shared, and what she said to each purpose: ``{purpose: (answer, words)}``."""

    service: Service
    asks: str
    shared: Sequence[str]
    consents: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    handoff: Handoff | None = None
    instead_of: Referral | None = None
    answer_by: datetime | None = None
    submission: UUID | None = None


@dataclass(frozen=True)
class Stepping:
    """The next step: where it stands now, since when (now), and what that state asks for.

    ``by_outside`` is who of a service without an account said so. ``appointment`` is one of ours, ``appointment_at``
    the time of one elsewhere.
    """

    state: State
    at: datetime | None = None
    reason: str = ""
    words: str = ""
    outcome: str = ""
    place_from: date | None = None
    appointment: Appointment | None = None
    appointment_at: datetime | None = None
    by_outside: str = ""
    submission: UUID | None = None


# -- sending -------------------------------------------------------------------------------------


@transaction.atomic
def send(journey: Journey, sending: Sending, *, by: User) -> Referral:
    """Ask a service for something for her. The same submission counts once.

    Sent instead of one that came back, it settles that one. Raises Refused where the service takes no referrals, or
    she was not asked.
    """
    journey = lock(journey)
    check_may(by, Ability.REFER, woman_id=journey.woman_id)
    if sending.submission and (earlier := Referral.objects.filter(submission=sending.submission).first()):
        return earlier
    now = clock.now()
    _check_sending(journey, sending, now)
    handoff = sending.handoff
    made = Referral.objects.create(
        journey=journey,
        service=sending.service,
        asks=sending.asks.strip(),
        shared=list(sending.shared),
        sent_at=now,
        sent_by=by,
        from_team_id=_team_of(by, journey),
        to_team=sending.service.team,
        owner=by,
        answer_by=(answer_by := sending.answer_by or usual_answer_by(now, handoff.due_at if handoff else None)),
        handoff_key=handoff.key if handoff else "",
        instead_of=sending.instead_of,
        since=now,
        flag_at=answer_by,
        submission=sending.submission,
    )
    write_consents(made, sending.consents, by=by)
    ReferralStep.objects.create(referral=made, state=State.SENT, at=now, by=by)
    drive(made, State.SENT, now, sending.service.name, by=by)
    if sending.instead_of and locked(sending.instead_of)[1].state == State.DECLINED:
        step(sending.instead_of, Stepping(State.SETTLED, words=f"Sent to {sending.service.name} instead."), by=by)
    write_grants_of(journey)
    return made


def _check_sending(journey: Journey, sending: Sending, now: datetime) -> None:
    service = sending.service
    if journey.is_closed:
        raise Refused("This journey has closed. Open it again before you send a referral.")
    if service.exists == Service.Exists.NOT_COMMISSIONED or service.ended_on:
        raise Refused(f"{service.name} cannot be had. Choose another service.", field="service")
    if not sending.asks.strip():
        raise Refused("Write what you ask them for.", field="asks")
    if sending.handoff and sending.handoff.journey_id != journey.pk:
        raise Refused("This handoff is another journey’s. Choose one of hers.", field="handoff")
    if sending.instead_of and sending.instead_of.journey_id != journey.pk:
        raise Refused("What came back is another journey’s. Open hers.", field="instead_of")
    if sending.answer_by and sending.answer_by <= now:
        raise Refused("Choose a time that is still to come.", field="answer_by")
    check_consents(sending.consents, sending.shared)


def _team_of(user: User, journey: Journey) -> int:
    """The sender's team at her site; else the team that has her on its caseload."""
    own = [each.team_id for each in user.current_memberships if each.team.site_id == journey.site_id]
    return own[0] if own else journey.team_id


# -- the next step -------------------------------------------------------------------------------


@transaction.atomic
def step(referral: Referral, stepping: Stepping, *, by: User | None, by_link: bool = False) -> ReferralStep:
    """Write down where it stands now. The same submission counts once; ``by=None`` is the product, or a link.

    Raises AlreadyAnswered where that cannot follow any more, Refused where something is missing, PermissionDenied.
    """
    journey, referral = locked(referral)
    check_may(by, Ability.REFER, woman_id=journey.woman_id)
    if stepping.submission and (earlier := ReferralStep.objects.filter(submission=stepping.submission).first()):
        return earlier
    before = State(referral.state)
    if not may_follow(before, stepping.state):
        raise AlreadyAnswered(standing_in_words(referral, clock.now()))
    if by is not None:
        _check_side(referral, journey, stepping, by)
    at = _checked_time(referral, stepping)
    _check_whole(before, stepping)
    return _write(referral, stepping, at, by=by, by_link=by_link)


def _write(
    referral: Referral, stepping: Stepping, at: datetime, *, by: User | None, by_link: bool = False
) -> ReferralStep:
    """The step, its copies, what it completes, and who may read on. Her journey and the referral are locked."""
    written = ReferralStep.objects.create(
        referral=referral,
        state=stepping.state,
        at=at,
        by=by,
        by_outside=stepping.by_outside.strip(),
        by_link=by_link,
        reason=stepping.reason,
        outcome=stepping.outcome,
        words=stepping.words.strip(),
        place_from=stepping.place_from,
        appointment=stepping.appointment,
        appointment_at=stepping.appointment_at,
        submission=stepping.submission,
    )
    appointment = stepping.appointment
    known = turns.Known(
        referral.answer_by,
        referral.service.waiting_days,
        stepping.place_from,
        appointment.during.lower if appointment else stepping.appointment_at,
    )
    referral.state, referral.since = stepping.state, at
    referral.flag_at = turns.look_again(stepping.state, at, known)
    if stepping.state is State.DECLINED:
        referral.messaged_at = None  # its sender is told at once
    if stepping.state in (State.DECLINED, *CLOSED):
        referral.links.filter(used_at=None, ended_at=None).update(ended_at=clock.now())
    referral.save(update_fields=["state", "since", "flag_at", "messaged_at"])
    drive(referral, stepping.state, at, _who(referral, written), by=by)
    write_grants_of(referral.journey)
    return written


def _who(referral: Referral, written: ReferralStep) -> str:
    """Who said so, for evidence that is a name."""
    person = written.by_outside or str(written.by or "")
    return f"{person}, {referral.service.name}" if person else referral.service.name


def _check_side(referral: Referral, journey: Journey, stepping: Stepping, by: User) -> None:
    """The service answers for itself, or somebody writes down who of it said so; the sender alone takes back."""
    state, sends = stepping.state, is_sender(referral, journey, by)
    own_answer = state in turns.THEIR_ANSWERS and not turns.is_not_seen(State(referral.state), state)
    if own_answer and not is_in(by, referral.to_team_id):
        if not sends:
            raise Refused("The service answers this, or whoever sent it writes down what they said.")
        if not stepping.by_outside.strip():
            raise Refused("Write who of the service said so: their name and what they are.", field="by_outside")
    if state in turns.SENDERS_ALONE and not sends:
        raise Refused("Whoever sent it decides this. You can tell them what you know.")


def _checked_time(referral: Referral, stepping: Stepping) -> datetime:
    now = clock.now()
    at = stepping.at or now
    if at > now:
        raise Refused("This time is in the future. Write it down when it has happened.", field="at")
    if at < referral.since - _SAME_MINUTE:
        before = clock.due_in_words(referral.since)
        raise Refused(f"This is before the step that came last, on {before}. Check the time.", field="at")
    return max(at, referral.since)


def _check_whole(before: State, stepping: Stepping) -> None:
    """Raise Refused where the step lacks what its state asks for."""
    reasons, state, today = turns.reasons_of(before, stepping.state), stepping.state, clock.today()
    if stepping.reason not in (reasons or {""}):
        raise Refused("Choose why.", field="reason")
    if stepping.reason == Reason.OTHER and not stepping.words.strip():
        raise Refused("Write the reason in a few words.", field="words")
    if state is State.ENDED and stepping.outcome not in ReferralStep.Outcome.values:
        raise Refused("Choose what came of it.", field="outcome")
    if state is State.SETTLED and not stepping.words.strip():
        raise Refused("Write what was decided with her instead.", field="words")
    if state is State.APPOINTED and not (stepping.appointment or stepping.appointment_at):
        raise Refused("Enter when the appointment is.", field="appointment_at")
    if stepping.place_from and stepping.place_from <= today:
        raise Refused("Enter a day that is still to come, or leave it blank.", field="place_from")


# -- beside the steps ----------------------------------------------------------------------------


@transaction.atomic
def remind(referral: Referral, *, by: User) -> None:
    """Remind the service, once an hour at most. Raises Refused where nobody there has an account: ring them."""
    journey, referral = locked(referral)
    check_may(by, Ability.REFER, woman_id=journey.woman_id)
    if not is_sender(referral, journey, by):
        raise Refused("Whoever sent it reminds. You can ask them to.")
    if State(referral.state) not in THEIR_TURN:
        raise AlreadyAnswered(standing_in_words(referral, clock.now()))
    if referral.to_team_id is None:
        raise Refused("They have no account here. Ring them, and write down what they say.")
    now = clock.now()
    if referral.reminded_at and now - referral.reminded_at < REMIND_AFTER:
        again = clock.due_in_words(referral.reminded_at + REMIND_AFTER)
        raise Refused(f"They were reminded less than an hour ago. If it cannot wait, ring them. Again from {again}.")
    Referral.objects.filter(pk=referral.pk).update(reminded_at=now, messaged_at=None)


@transaction.atomic
def take_over(referral: Referral, *, by: User) -> None:
    """From now on ``by`` sees that it does not get lost; whoever had it no longer does."""
    journey, referral = locked(referral)
    check_may(by, Ability.REFER, woman_id=journey.woman_id)
    if not is_sender(referral, journey, by):
        raise Refused("Somebody of the team that sent it, or her midwife, takes it over.")
    if State(referral.state) in CLOSED:
        raise AlreadyAnswered(standing_in_words(referral, clock.now()))
    Referral.objects.filter(pk=referral.pk).update(owner=by)


@transaction.atomic
def take_back_consent(referral: Referral, purpose: str, words: str = "", *, by: User) -> None:
    """She takes back what she agreed to. Without sharing there is no referral: it is withdrawn in the same moment."""
    journey, referral = locked(referral)
    check_may(by, Ability.REFER, woman_id=journey.woman_id)
    if purpose not in Purpose.values:
        raise Refused("Choose what she takes back.", field="purpose")
    ReferralConsent.objects.create(
        referral=referral, purpose=purpose, answer=Answer.WITHDRAWN, words=words.strip(), by=by
    )
    if purpose == Purpose.SHARE and may_follow(State(referral.state), State.WITHDRAWN):
        _write(referral, Stepping(State.WITHDRAWN, reason=Reason.HER_CHOICE, words=words), clock.now(), by=by)
    write_grants_of(journey)


def bring_back(service: Service, why: str, *, by: User | None) -> int:
    """The service has ended: every open referral to it that ``by`` may see is its sender's again. Returns how many.

    The worker brings back the rest within a minute (``by=None``), since whoever keeps the directory sees few women.
    """
    standing = _standing_with_them().filter(service=service).order_by("journey_id", "pk")
    return sum(_bring_back(referral, why, by=by) for referral in standing)


@transaction.atomic
def _bring_back(referral: Referral, why: str, *, by: User | None) -> bool:
    _, referral = locked(referral)
    if not may_follow(State(referral.state), State.DECLINED):
        return False  # somebody was faster
    _write(referral, Stepping(State.DECLINED, reason=Reason.SERVICE_CLOSED, words=why), clock.now(), by=by)
    return True


def bring_back_from_ended() -> int:
    """The worker's upkeep: what still stands with a service that has ended comes back. Returns how many."""
    left = _standing_with_them().filter(service__ended_on__lte=clock.today())
    ended = Service.objects.filter(pk__in=left.values("service")).order_by("pk")
    return sum(bring_back(service, service.ended_why, by=None) for service in ended)


def _standing_with_them() -> QuerySet[Referral]:
    """The open referrals that have not come back."""
    return Referral.objects.filter(flag_at__isnull=False).exclude(state=State.DECLINED)


# -- who -----------------------------------------------------------------------------------------


def locked(referral: Referral) -> tuple[Journey, Referral]:
    """Her journey and the referral, both locked in that order, as they stand now."""
    journey = lock(referral.journey)
    rows = Referral.objects.select_for_update(of=("self",)).select_related("service", "to_team", "owner", "sent_by")
    now = rows.get(pk=referral.pk)
    now.journey = journey
    return journey, now


def is_sender(referral: Referral, journey: Journey, user: User) -> bool:
    """Whether ``user`` speaks for the sending side: owner, sender, their team, and whoever has her on a caseload."""
    if user.pk in (referral.owner_id, referral.sent_by_id, journey.named_midwife_id, journey.buddy_id):
        return True
    return is_in(user, referral.from_team_id) or Ability.SEE_CASELOAD in user.abilities
