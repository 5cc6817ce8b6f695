"""The verbs of a handoff's two sides: offer it, answer the offer, and what both sides say meanwhile.

As in ``actions``: object first, ``by`` last, one transaction, permission checked, and a refusal says what to do. Until
somebody accepts, nothing changes hands. Accepting is a promise: it completes the handoff only where the declaration
says that an acceptance is its evidence (``Step.completed_by_acceptance``), and a move between sites (transfers.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from pathways import transfers
from pathways.actions import AlreadyAnswered, Draft, Refused, end_handoff, lock
from pathways.covering import write_grants_of
from pathways.engine import OPEN_STATES, Severity
from pathways.models import Handoff, Journey, Offer, OfferQuestion, Owner
from pathways.moments import by_key
from pathways.owning import put_in_hand, takes_part
from pathways.receivers import is_in, may_take, site_asked, works_in
from pathways.visibility import check_may
from pathways.wording.offers import standing_in_words

State, Told, Decline = Offer.State, Offer.Told, Offer.Decline

REMIND_AFTER = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=5)
MOST_BROUGHT = 20
# How long the other side has where the due time is past already.
SOON: dict[Severity, timedelta] = {
    Severity.S1: timedelta(hours=1),
    Severity.S2: timedelta(hours=4),
    Severity.S3: timedelta(hours=24),
    Severity.S4: timedelta(hours=24),
}


@dataclass(frozen=True)
class Proposal:
    """What is offered: to a team or to somebody without an account, with what, until when, and whether she knows."""

    to_team: Team | None = None
    to_outside: str = ""
    brings: Sequence[str] = ()
    note: str = ""
    answer_by: datetime | None = None
    told: str = Told.NOT_YET
    told_words: str = ""
    told_by: str = ""
    submission: UUID | None = None


# -- the sender's side ---------------------------------------------------------------------------


@transaction.atomic
def offer(handoff: Handoff, proposal: Proposal, *, by: User) -> Offer:
    """Offer an open handoff. The sender stays responsible until somebody accepts. The same submission counts once.

    Raises AlreadyAnswered where it has ended or is offered already, Refused where nobody there could take it.
    """
    journey = lock(handoff.journey)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    if proposal.submission and (earlier := Offer.objects.filter(submission=proposal.submission).first()):
        return earlier
    handoff.refresh_from_db()
    _check_can_be_offered(handoff)
    now = clock.now()
    if proposal.to_team:
        _check_team(handoff, journey, proposal.to_team)
    elif not proposal.to_outside.strip():
        raise Refused("Say who takes over: a team, or somebody outside.", field="to")
    elif handoff.subject == transfers.MOVE and not by_key[handoff.moment].step(handoff.step).completed_by_acceptance:
        raise Refused("A midwife of the other site has to accept her. Choose a team there.", field="to")
    if proposal.told == Told.YES and not proposal.told_words.strip():
        raise Refused("Write what she was told.", field="told_words")
    made = Offer.objects.create(
        journey=journey,
        handoff=handoff,
        handoff_key=handoff.key,
        offered_at=now,
        offered_by=by,
        from_team_id=_from_team(handoff, journey, by),
        to_team=proposal.to_team,
        to_outside="" if proposal.to_team else proposal.to_outside.strip(),
        brings=[words.strip() for words in proposal.brings if words.strip()][:MOST_BROUGHT],
        note=proposal.note.strip(),
        answer_by=_checked_time(proposal.answer_by, handoff, now),
        told=proposal.told,
        told_words=proposal.told_words.strip(),
        told_by=proposal.told_by.strip() or (str(by) if proposal.told == Told.YES else ""),
        submission=proposal.submission,
    )
    write_grants_of(journey)
    return made


@transaction.atomic
def withdraw(made: Offer, *, reason: str = "", by: User) -> Offer:
    """Take an offer back; or, with a reason, take or give back what was accepted. A move is called off by it."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    accepted = made.state == State.ACCEPTED and made.handoff and made.handoff.state in OPEN_STATES
    if made.state != State.OFFERED and not accepted:
        raise AlreadyAnswered(standing_in_words(made, clock.now()))
    if not is_sender(made, journey, by) and not (accepted and is_in(by, made.to_team_id)):
        raise Refused("Only whoever offered it, or her midwife, takes it back.")
    if (accepted or transfers.is_move(made)) and not reason.strip():
        raise Refused("Say why, so that the other side understands.", field="reason")
    _answer(made, State.WITHDRAWN, by, reason=reason.strip())
    _end_owner(made)
    if transfers.is_move(made):
        transfers.call_off(journey, made, reason.strip(), by=by)
    else:
        write_grants_of(journey)
    return made


@transaction.atomic
def remind(made: Offer, *, by: User) -> None:
    """Remind the other side, once an hour at most: a message, and a line on top of the offer. Raises Refused."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    now = clock.now()
    if made.state not in (State.OFFERED, State.ACCEPTED) or not made.handoff or made.handoff.ended_at:
        raise AlreadyAnswered(standing_in_words(made, now))
    if not is_sender(made, journey, by):
        raise Refused("Whoever offered it reminds. You can ask them to.")
    if made.reminded_at and now - made.reminded_at < REMIND_AFTER:
        again = clock.due_in_words(made.reminded_at + REMIND_AFTER)
        raise Refused(f"They were reminded less than an hour ago. If it cannot wait, ring them. Again from {again}.")
    Offer.objects.filter(pk=made.pk).update(reminded_at=now, messaged_at=None)


@transaction.atomic
def answer_question(question: OfferQuestion, answer: str, *, by: User) -> None:
    """Say what the other side asked, before they answer. Raises AlreadyAnswered, Refused."""
    journey, made = _locked(question.offer)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    if not is_sender(made, journey, by):
        raise Refused("The question is for whoever offered this.")
    question = OfferQuestion.objects.select_for_update().get(pk=question.pk)
    if question.answered_at:
        raise AlreadyAnswered("Somebody has answered this question already.")
    if not answer.strip():
        raise Refused("Write your answer.", field="answer")
    question.answer, question.answered_by, question.answered_at = answer.strip(), by, clock.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])


@transaction.atomic
def tell_her(made: Offer, words: str, *, told_by: str = "", by: User) -> None:
    """She has been told who it will be; that can come later than the offer. Once told stays told."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    if made.told == Told.YES:
        return
    if not words.strip():
        raise Refused("Write what she was told.", field="words")
    Offer.objects.filter(pk=made.pk).update(told=Told.YES, told_words=words.strip(), told_by=told_by.strip() or str(by))


@transaction.atomic
def acknowledge(made: Offer, who: str, *, at: datetime, by: User) -> Offer:
    """Record that somebody without an account said by phone that they have it: who, when. Raises Refused."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    _check_waiting(made)
    if made.to_team_id:
        raise Refused("They have accounts here: somebody of that team accepts it.")
    if not who.strip():
        raise Refused("Write who said so: their name and what they are.", field="who")
    if not made.offered_at <= at <= clock.now():
        raise Refused("Check the time: it lies before the offer, or in the future.", field="at")
    made.acknowledged_by = who.strip()
    return _accepted(journey, made, made.acknowledged_by, at=at, by=by)


# -- the receiver's side -------------------------------------------------------------------------


@transaction.atomic
def accept(made: Offer, *, by: User) -> Offer:
    """Take over by name. Of two at once one wins; the other reads who has it (AlreadyAnswered). Raises Refused."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    if made.state == State.ACCEPTED and made.answered_by_id == by.pk:
        return made
    _check_waiting(made)
    _check_receives(made, by)
    if made.handoff and not may_take(made.handoff, by, made.to_team_id):
        raise Refused("This has to be accepted by somebody whose role it is. Pass it to them.")
    return _accepted(journey, made, f"{by}, {made.to_team}", at=clock.now(), by=by)


@transaction.atomic
def decline(made: Offer, kind: str, reason: str, *, place_from: date | None = None, by: User) -> Offer:
    """Say why the team cannot take it. It is the sender's again at once, and a move does not take place."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    if made.state == State.DECLINED and made.answered_by_id == by.pk:
        return made
    _check_waiting(made)
    _check_receives(made, by)
    if kind not in Decline.values:
        raise Refused("Choose why you cannot take this.", field="kind")
    if not reason.strip():
        raise Refused("Say it in a few words: the sender reads them.", field="reason")
    if kind == Decline.NO_PLACE and (place_from is None or place_from <= clock.today()):
        raise Refused("Enter the day from which you have a place.", field="place_from")
    made.decline, made.place_from = kind, place_from if kind == Decline.NO_PLACE else None
    _answer(made, State.DECLINED, by, reason=reason.strip())
    if transfers.is_move(made):
        transfers.call_off(journey, made, reason.strip(), by=by)
    else:
        write_grants_of(journey)
    return made


@transaction.atomic
def ask(made: Offer, text: str, *, submission: UUID | None = None, by: User) -> OfferQuestion:
    """Ask the sender something before answering. The same submission counts once. Raises Refused."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    if submission and (earlier := OfferQuestion.objects.filter(submission=submission).first()):
        return earlier
    _check_waiting(made)
    _check_receives(made, by)
    if not text.strip():
        raise Refused("Write your question.", field="text")
    return OfferQuestion.objects.create(offer=made, asked_by=by, text=text.strip(), submission=submission)


@transaction.atomic
def pass_on(made: Offer, to: User, *, by: User) -> None:
    """Ask a colleague of the same team to answer an offer, or hand them what the team has accepted. Raises Refused."""
    journey, made = _locked(made)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    handoff = made.handoff
    if handoff is None or handoff.state not in OPEN_STATES:
        raise AlreadyAnswered("This handoff has ended meanwhile.")
    if not is_in(by, made.to_team_id):
        raise Refused("Only somebody of the team that was asked passes it on.")
    if to == by or not works_in(to, made.to_team_id):
        raise Refused("Choose a colleague of the same team.", field="to")
    if not takes_part(journey, to):
        raise Refused(f"{to} cannot take this one. Choose another colleague.", field="to")
    if made.state == State.OFFERED:
        Offer.objects.filter(pk=made.pk).update(meant_for=to, messaged_at=None)
    elif made.state == State.ACCEPTED:
        put_in_hand(handoff, to, Owner.How.PASSED, by=by)
    else:
        raise AlreadyAnswered(standing_in_words(made, clock.now()))


# -- shared --------------------------------------------------------------------------------------


def usual_answer_by(handoff: Handoff, at: datetime) -> datetime:
    """The due time, within five days; where that is past, as soon as its severity asks."""
    if handoff.due_at > at:
        return min(handoff.due_at, at + LONGEST_WAIT)
    return at + SOON[Severity(by_key[handoff.moment].severity)]


def is_sender(made: Offer, journey: Journey, user: User) -> bool:
    """Whether ``user`` speaks for the sending side: who offered it, their team, her midwife and buddy."""
    hers = (made.offered_by_id, journey.named_midwife_id, journey.buddy_id)
    return user.pk in hers or is_in(user, made.from_team_id)


def _locked(made: Offer) -> tuple[Journey, Offer]:
    """Her journey and the offer, both locked in that order, as they stand now."""
    journey = lock(made.journey)
    rows = Offer.objects.select_for_update(of=("self",)).select_related("to_team", "answered_by", "handoff")
    return journey, rows.get(pk=made.pk)


def _check_can_be_offered(handoff: Handoff) -> None:
    if handoff.state not in OPEN_STATES:
        raise AlreadyAnswered("This handoff has ended meanwhile. There is nothing to hand over.")
    running = handoff.offers.filter(state__in=(State.OFFERED, State.ACCEPTED))
    if found := running.select_related("to_team", "answered_by").first():
        raise AlreadyAnswered(f"{standing_in_words(found, clock.now())} Take it back before you offer it again.")


def _check_team(handoff: Handoff, journey: Journey, team: Team) -> None:
    if team.site_id != site_asked(handoff, journey):
        raise Refused("This team is of another site. Choose one that can take it.", field="to")
    if not may_take(handoff, None, team.pk):
        raise Refused(
            f"Nobody of {team} can accept this today. Choose another team, or ring them and offer it to somebody "
            "outside.",
            field="to",
        )


def _checked_time(wanted: datetime | None, handoff: Handoff, now: datetime) -> datetime:
    if wanted is None:
        return usual_answer_by(handoff, now)
    if wanted <= now:
        raise Refused("Choose a time that is still to come.", field="answer_by")
    if now < handoff.due_at < wanted:
        raise Refused(
            f"It is due on {clock.due_in_words(handoff.due_at)}. Ask for an answer by then.", field="answer_by"
        )
    return wanted


def _from_team(handoff: Handoff, journey: Journey, by: User) -> int | None:
    """Whose the offer is: the sender's team here; for a move the team that has her."""
    own = [each.team_id for each in by.current_memberships if each.team.site_id == journey.site_id]
    return journey.team_id if handoff.subject == transfers.MOVE or not own else own[0]


def _check_waiting(made: Offer) -> None:
    """Raise AlreadyAnswered, with who has it, unless the offer still waits for its answer."""
    if made.state != State.OFFERED:
        raise AlreadyAnswered(standing_in_words(made, clock.now()))


def _check_receives(made: Offer, by: User) -> None:
    if not made.to_team_id:
        raise Refused("They have no account here. Record who said by phone that they have it.")
    if not is_in(by, made.to_team_id):
        raise Refused(f"This was offered to {made.to_team}: somebody of that team answers.")


def _answer(made: Offer, state: str, by: User, *, at: datetime | None = None, reason: str = "") -> None:
    now = clock.now()
    made.state, made.answered_by, made.answered_at, made.reason = state, by, at or now, reason
    made.messaged_at = None if state == State.DECLINED else now  # a decline is the sender's turn again
    made.save()


def _accepted(journey: Journey, made: Offer, name: str, *, at: datetime, by: User) -> Offer:
    """Write an acceptance down with all that follows from it in the same transaction."""
    _answer(made, State.ACCEPTED, by, at=at)
    handoff = made.handoff
    if handoff is None or handoff.state not in OPEN_STATES:
        raise AlreadyAnswered("This handoff has ended meanwhile. There is nothing to accept.")
    if made.to_team_id:
        put_in_hand(handoff, by, Owner.How.ACCEPTED, by=by)
    if evidence := by_key[handoff.moment].step(handoff.step).completed_by_acceptance:
        end_handoff(handoff, Draft("handoff_completed", at, details={evidence: name}), by=by)
    if transfers.is_move(made) and transfers.take_over_if_confirmed(journey, made, by=by):
        return made
    write_grants_of(journey)
    return made


def _end_owner(made: Offer) -> None:
    Owner.objects.filter(Q(handoff=made.handoff_id), ~Q(handoff=None), until=None).update(until=clock.now())
