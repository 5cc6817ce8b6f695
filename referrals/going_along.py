"""A referral goes along with its appointment: it was made, it did not come about, she was seen."""

from __future__ import annotations

from carecoord import clock
from carecoord.access.models import User
from referrals.looping import Stepping, step
from referrals.models import Appointment, Referral, ReferralStep
from referrals.rules.loop import State, may_follow

Reason = ReferralStep.Reason
# Whose it was that an appointment did not come about, as the loop says it.
_NOT_SEEN = {
    Appointment.Whose.HERS: Reason.HER_NOT_ABLE,
    Appointment.Whose.OURS: Reason.OUR_CANCELLED,
    Appointment.Whose.SERVICE: Reason.SERVICE_CANCELLED,
}


def appointed(appointment: Appointment, *, by: User | None) -> None:
    """Its referral has an appointment, where it stands so that one comes next."""
    referral = _referral_of(appointment)
    if referral and by and may_follow(State(referral.state), State.APPOINTED):
        step(referral, Stepping(State.APPOINTED, appointment=appointment), by=by)


def not_seen(appointment: Appointment, whose: str, *, by: User | None, said_by: str = "") -> None:
    """It did not come about: its referral stands where it stood before, if this was the appointment it waited for.

    ``said_by`` names who cancelled where the product writes it down for somebody who may not see her.
    """
    referral = _referral_of(appointment)
    if referral is None or referral.state != State.APPOINTED:
        return
    newest = referral.steps.filter(state=State.APPOINTED).order_by("-pk").first()
    if newest and newest.appointment_id == appointment.pk:
        reason = _NOT_SEEN[Appointment.Whose(whose)]
        step(referral, Stepping(State.ACCEPTED, reason=reason, by_outside=said_by), by=by)


def seen(appointment: Appointment, *, by: User) -> None:
    """She was there. It happened when the appointment was, but not before the step that came last."""
    referral = _referral_of(appointment)
    if referral and may_follow(State(referral.state), State.ATTENDED):
        at = min(max(appointment.during.lower, referral.since), clock.now())
        step(referral, Stepping(State.ATTENDED, at=at, appointment=appointment), by=by)


def _referral_of(appointment: Appointment) -> Referral | None:
    """As it stands now."""
    return Referral.objects.filter(pk=appointment.referral_id).first() if appointment.referral_id else None
