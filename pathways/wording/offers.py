"""How an offer stands between its two sides, in words. Reads no database beyond the rows it is given."""

from __future__ import annotations

from datetime import datetime

from carecoord import clock
from pathways.engine import SubjectKind
from pathways.models import Offer, OfferQuestion
from pathways.moments import by_key
from pathways.wording.handoffs import due_in_words
from pathways.words import in_lists

State, Decline = Offer.State, Offer.Decline
MOVE_TITLES = {True: "Move to {site}", False: "Move to {site}: care without a gap"}
TAKES_OVER = {
    Decline.MISSING: "they need something first",
    Decline.NOT_OURS: "not their area or service",
    Decline.NO_PLACE: "no place",
    Decline.OTHER: "another reason",
}


def receiver_of(made: Offer) -> str:
    """The team, or who it is outside."""
    return str(made.to_team) if made.to_team else made.to_outside


def standing_in_words(made: Offer, at: datetime) -> str:
    """A sentence: who has it now, for whoever comes second. Says nothing of her."""
    when = clock.due_in_words(made.answered_at) if made.answered_at else ""
    match made.state:
        case State.ACCEPTED if made.to_team:
            return f"{made.answered_by} of {made.to_team} accepted this on {when}."
        case State.ACCEPTED:
            return f"{made.acknowledged_by} has it, as {made.answered_by} was told on {when}."
        case State.DECLINED:
            return f"{made.answered_by} of {made.to_team} declined this on {when}. The sender has it."
        case State.WITHDRAWN if made.answered_by:
            return f"{made.answered_by} took this back on {when}."
        case State.WITHDRAWN:
            return f"This ended meanwhile, on {when}. There is nothing left to answer."
    return f"This is offered to {receiver_of(made)} and waits for an answer."


def line_of(made: Offer, at: datetime) -> str:
    """For her page: ``Offered 12 Nov to Perinatal mental health, not accepted``; ``Accepted by O. Bright 16 Nov``."""
    day = _short(made.answered_at or made.offered_at, at)
    match made.state:
        case State.OFFERED:
            return f"Offered {day} to {receiver_of(made)}, not accepted"
        case State.ACCEPTED:
            return f"Accepted by {made.answered_by if made.to_team else made.acknowledged_by} {day}"
        case State.DECLINED:
            return f"Declined {day} by {receiver_of(made)}: {made.reason}"
        case _ if made.answered_by:
            return f"Offered to {receiver_of(made)}, taken back {day}"
    return f"Offered to {receiver_of(made)}, ended meanwhile"


def line_in_lists(made: Offer, at: datetime) -> str:
    """The same for a list of several women: no reason in words, and no team's name that would say why."""
    to = in_lists(receiver_of(made))
    if made.state == State.ACCEPTED:
        return f"{to} · accepted {_short(made.answered_at or at, at)}"
    if made.state == State.DECLINED:
        why = f"{TAKES_OVER[Decline(made.decline)]}{_until(made, at)}"
        return f"{to} · declined {_short(made.answered_at or at, at)}, {why}"
    return f"{to} · offered {_short(made.offered_at, at)}, not accepted"


def title_in_lists(made: Offer) -> str:
    """The short list title; of a move, where to."""
    if made.handoff is None:
        return by_key[made.handoff_key.split(".")[0]].list_title
    step = by_key[made.handoff.moment].step(made.handoff.step)
    if made.handoff.subject != SubjectKind.TRANSFER or made.to_team is None:
        return step.list_title
    return MOVE_TITLES[step.completed_by is not None].format(site=made.to_team.site)


def told_in_words(made: Offer) -> str:
    """``“A. Reid will visit”, told by L. Grant``; or that she does not know yet."""
    if made.told == Offer.Told.YES:
        by = f", told by {made.told_by}" if made.told_by else ""
        return f"“{made.told_words}”{by}"
    return f"Not yet: {made.told_words}" if made.told_words else "Not yet"


def sender_of(made: Offer) -> str:
    """``Maple ward, L. Grant``; from another site, the site."""
    team, moves = made.from_team, made.to_team and made.from_team and made.to_team.site_id != made.from_team.site_id
    if team is None:
        return str(made.offered_by)
    return f"{team.site}, {made.offered_by}" if moves else f"{in_lists(str(team))}, {made.offered_by}"


def question_in_words(question: OfferQuestion, at: datetime) -> str:
    """Who asked, and when."""
    return f"{question.asked_by} asked, {due_in_words(question.asked_at, at)}"


def _short(instant: datetime, at: datetime) -> str:
    day = clock.today(instant)
    return clock.day_in_words(day, weekday=False, year=day.year != clock.today(at).year)


def _until(made: Offer, at: datetime) -> str:
    """From when there is a place, where that was said."""
    day = made.place_from
    return f" until {clock.day_in_words(day, weekday=False, year=day.year != clock.today(at).year)}" if day else ""
