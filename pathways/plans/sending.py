"""The verbs of sending a plan to those who need it, and of their saying that they have it.

A team is sent it here and acknowledges by name; a person without an account is rung, and what they said is written
down. "Sent" is not "has it": the pathway counts a plan as distributed when everybody has answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability, roles_with
from carecoord.access.models import Membership, Team, User
from pathways.actions import AlreadyAnswered, Refused
from pathways.covering import write_grants_of
from pathways.models import CarePlan, Journey, PlanSent
from pathways.plans.kinds import KINDS
from pathways.plans.reading import open_plan, sent_to
from pathways.plans.settling import settle
from pathways.plans.typed import checked_time
from pathways.rules.plans import Receiver


@dataclass(frozen=True)
class To:
    """Who is sent a plan: a team, or somebody outside; or nobody, and why. One of the three is filled."""

    team: Team | None = None
    outside: str = ""
    not_needed: str = ""


def teams_for(receiver: Receiver, journey: Journey) -> list[Team]:
    """The teams of her site with somebody today who can acknowledge for this receiver, by name."""
    roles = receiver.roles & roles_with(Ability.HAND_OVER)
    working = Membership.objects.current().filter(user__is_active=True, role__in=roles, team__site=journey.site_id)
    return list(Team.objects.filter(pk__in=working.values("team")).order_by("name", "pk"))


@transaction.atomic
def send(plan: CarePlan, receiver: Receiver, to: To, *, by: User) -> PlanSent:
    """Send the version that counts. The team sees her from then on. Raises AlreadyAnswered where it was sent."""
    journey, plan = open_plan(plan, by, Ability.HAND_OVER)
    _check_counts(plan)
    running = plan.sent.filter(receiver=receiver.key, ended_at=None).select_related("to_team").first()
    if running:
        raise AlreadyAnswered(f"{receiver.title} was sent this version already. Take that back first.")
    outside, not_needed = to.outside.strip(), to.not_needed.strip()
    if sum(map(bool, (to.team, outside, not_needed))) != 1:
        raise Refused("Choose a team, or somebody outside, or write why nobody there needs it.", field="to")
    if to.team and to.team not in teams_for(receiver, journey):
        raise Refused(f"Nobody of {to.team} can take this today. Choose another team, or ring them.", field="to")
    return _sent(journey, plan, receiver.key, To(to.team, outside, not_needed), by=by)


@transaction.atomic
def acknowledge(sent: PlanSent, *, who: str = "", at: datetime | None = None, by: User) -> PlanSent:
    """Say that one has it: by name for one's team; or write down ``who`` of outside said so on the phone, and when."""
    journey, plan = open_plan(sent.plan, by, Ability.HAND_OVER)
    sent = _as_it_stands(sent)
    if sent.acknowledged_at and sent.acknowledged_by_id == by.pk:
        return sent
    _check_waits(sent)
    if sent.to_team_id:
        if not sent_to(by).filter(pk=sent.pk).exists():
            raise Refused(f"This was sent to {sent.to_team}: somebody of that team says that they have it.")
        who, at = "", clock.now()
    elif not who.strip():
        raise Refused("Write who said so: their name and what they are.", field="who")
    sent.acknowledged_at = checked_time(at, sent.sent_at, "it lies before it was sent")
    sent.acknowledged_by, sent.acknowledged_name = by, who.strip()
    sent.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledged_name"])
    settle(journey, plan, by=by)
    return sent


@transaction.atomic
def take_back(sent: PlanSent, *, by: User) -> None:
    """It went to the wrong place, or is needed there after all. What is acknowledged stays."""
    journey, _ = open_plan(sent.plan, by, Ability.HAND_OVER)
    sent = _as_it_stands(sent)
    if not sent.not_needed:
        _check_waits(sent)
    _end(sent)
    write_grants_of(journey)


@transaction.atomic
def send_again(sent: PlanSent, *, by: User) -> PlanSent:
    """Ask again the one who had it: everybody there has changed, or she went home and comes back."""
    journey, plan = open_plan(sent.plan, by, Ability.HAND_OVER)
    sent = _as_it_stands(sent)
    _check_counts(plan)
    if sent.ended_at:
        raise AlreadyAnswered("This was sent again, or taken back, meanwhile.")
    _end(sent)
    return _sent(journey, plan, sent.receiver, To(sent.to_team, sent.to_outside), by=by)


def send_again_to(journey: Journey, kind: str, receiver: str, *, by: User) -> PlanSent | None:
    """The same for the version that counts, where that receiver was sent it; None where there is nothing to send."""
    sent = PlanSent.objects.filter(journey=journey, receiver=receiver, ended_at=None, not_needed="")
    running = sent.filter(plan__kind=kind, plan__ended_at=None).select_related("plan__journey").first()
    return send_again(running, by=by) if running else None


def carry_over(before: CarePlan, plan: CarePlan, *, by: User) -> None:
    """Who was sent the version before is sent this one, and is asked again. The caller holds the journey's lock."""
    for sent in before.sent.filter(ended_at=None).select_related("to_team").order_by("pk"):
        _end(sent)
        to = To(sent.to_team, sent.to_outside, sent.not_needed)
        _sent(plan.journey, plan, sent.receiver, to, by=by)


def _sent(journey: Journey, plan: CarePlan, receiver: str, to: To, *, by: User) -> PlanSent:
    """Write it down, open her record to the team, and complete what waited for nothing else."""
    made = PlanSent.objects.create(
        journey=journey,
        plan=plan,
        receiver=receiver,
        to_team=to.team,
        to_outside=to.outside,
        not_needed=to.not_needed,
        sent_by=by,
    )
    write_grants_of(journey)
    if to.not_needed:
        settle(journey, plan, by=by)
    return made


def _end(sent: PlanSent) -> None:
    PlanSent.objects.filter(pk=sent.pk).update(ended_at=clock.now())


def _as_it_stands(sent: PlanSent) -> PlanSent:
    return PlanSent.objects.select_related("plan", "to_team", "acknowledged_by").get(pk=sent.pk)


def _check_counts(plan: CarePlan) -> None:
    if plan.agreed_at is None:
        raise Refused(f"Both sides sign first: {' and '.join(each.title for each in KINDS[plan.kind].sides)}.")
    if plan.ended_at:
        raise AlreadyAnswered("A later version has taken its place. Send that one.")


def _check_waits(sent: PlanSent) -> None:
    """Raise AlreadyAnswered, with who has it, unless it waits for its answer."""
    if sent.acknowledged_at:
        raise AlreadyAnswered(f"{sent.answer_in_words} has it since {clock.due_in_words(sent.acknowledged_at)}.")
    if sent.not_needed:
        raise AlreadyAnswered(f"It was marked as {sent.answer_in_words}.")
    if sent.ended_at:
        raise AlreadyAnswered("A later version was sent meanwhile, or this one was taken back.")
