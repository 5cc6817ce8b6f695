"""The verbs of one agreed message on feeding: one current plan, signed by two; whoever advised differently says so.

The product holds what these two people agreed. It never says whether feeding is right for this woman or this baby.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.acting import asking_for
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications.models import FeedingAdvice, FeedingPlan
from pathways.actions import AlreadyAnswered, Refused, end_handoff
from pathways.engine import OPEN_STATES
from pathways.models import Handoff, Journey
from pathways.recording import Draft, append, check_draft, lock
from pathways.visibility import check_may

PLAN, CONFLICT = "FEEDING_PLAN", "FEEDING_CONFLICT"
MIDWIVES = frozenset(
    {
        Role.SPECIALIST_MIDWIFE,
        Role.MIDWIFE,
        Role.WARD_MIDWIFE,
        Role.WARD_COORDINATOR,
        Role.LABOUR_WARD_COORDINATOR,
    }
)
CONSULTANTS = frozenset({Role.NEONATAL_TEAM, Role.OBSTETRIC_DOCTOR})


@dataclass(frozen=True)
class Differed:
    """Advice that differs from the plan: what was said, by whom, to whom, when. ``baby`` is None before birth."""

    said: str
    said_by: str
    said_to: str
    said_at: datetime
    baby: int | None = None


# -- the plan --------------------------------------------------------------------------------------


@transaction.atomic
def write_plan(journey: Journey, text: str, *, submission: UUID | None = None, by: User) -> FeedingPlan:
    """Write the next version. Whoever may sign signs by writing it; it counts when both have signed."""
    journey = _locked(journey, by)
    if submission and (earlier := FeedingPlan.objects.filter(submission=submission).first()):
        return earlier
    if not text.strip():
        raise Refused("Write what everybody tells her, in words that she can read.", field="text")
    if waiting := to_sign(journey):
        raise AlreadyAnswered(
            f"Version {waiting.version} by {waiting.written_by} waits to be signed. Sign it, or take it back first."
        )
    newest = FeedingPlan.objects.filter(journey=journey).aggregate(last=Max("version"))["last"] or 0
    made = FeedingPlan.objects.create(
        journey=journey, version=newest + 1, text=text.strip(), written_by=by, submission=submission
    )
    if side_of(by):
        _sign(made, by)
    return made


@transaction.atomic
def sign(plan: FeedingPlan, *, signer: User, by: User) -> FeedingPlan:
    """``signer`` signs: ``by`` themselves, or a second person beside them, whom the caller has asked who they are."""
    journey = _locked(plan.journey, by)
    plan = FeedingPlan.objects.select_related("written_by", "midwife", "consultant").get(pk=plan.pk)
    plan.journey = journey
    if not plan.stands:
        raise AlreadyAnswered("This version was taken back. Look at the one that waits now.")
    if plan.agreed_at:
        raise AlreadyAnswered(f"Both have signed version {plan.version}: {plan.midwife} and {plan.consultant}.")
    if signer != by:
        _check_signer(signer, journey)
    _sign(plan, signer)
    return plan


@transaction.atomic
def take_back(plan: FeedingPlan, reason: str, *, by: User) -> None:
    """Nobody goes on with a version that waits to be signed. It stays readable."""
    _locked(plan.journey, by)
    plan = FeedingPlan.objects.get(pk=plan.pk)
    if plan.agreed_at or not plan.stands:
        raise AlreadyAnswered("This version is agreed or taken back already. Write the next one instead.")
    if not reason.strip():
        raise Refused("Say why, in a few words: whoever wrote it reads them.", field="reason")
    known = {"struck_at": clock.now(), "struck_by": by, "struck_reason": reason.strip()}
    FeedingPlan.objects.filter(pk=plan.pk).update(**known)


@transaction.atomic
def share(plan: FeedingPlan, *, at: datetime, told_by: str = "", by: User) -> FeedingPlan:
    """She has been told of the agreed version, by whom, when. What was owed of it is done with this."""
    journey = _locked(plan.journey, by)
    plan = FeedingPlan.objects.select_related("midwife", "consultant").get(pk=plan.pk)
    if plan.agreed_at is None:
        raise Refused("Both sign first. Until then there is nothing agreed to tell her.")
    if plan.replaced_at:
        raise AlreadyAnswered("A later version has taken its place. Tell her of that one.")
    if plan.shared_at:
        raise AlreadyAnswered(f"{plan.shared_by} told her, {clock.due_in_words(plan.shared_at)}.")
    if at > clock.now():
        raise Refused("This time is in the future. Record it when she has been told.", field="at")
    if clock.today(at) < clock.today(plan.agreed_at):
        raise Refused("This is before both had signed. Check the day.", field="at")
    plan.shared_at, plan.shared_by = at, told_by.strip() or str(by)
    plan.save(update_fields=["shared_at", "shared_by"])
    _complete(journey, plan, by)
    return plan


@transaction.atomic
def advise_differently(
    journey: Journey, differed: Differed, *, submission: UUID | None = None, by: User
) -> FeedingAdvice:
    """Somebody advised differently. Once a baby is born this opens FEEDING_CONFLICT for it; nobody is blamed."""
    journey = _locked(journey, by)
    if submission and (earlier := FeedingAdvice.objects.filter(submission=submission).first()):
        return earlier
    _check_differed(journey, differed)
    event = None
    if differed.baby:
        draft = Draft("feeding_conflict_logged", clock.now(), baby=differed.baby)
        check_draft(journey, draft)
        (event,) = append(journey, [draft], by=by)
    return FeedingAdvice.objects.create(
        journey=journey,
        baby=differed.baby,
        plan=current(journey),
        said=differed.said.strip(),
        said_by=differed.said_by.strip(),
        said_to=differed.said_to.strip(),
        said_at=differed.said_at,
        recorded_by=by,
        event=event,
        submission=submission,
    )


# -- what stands -----------------------------------------------------------------------------------


def current(journey: Journey) -> FeedingPlan | None:
    """The version that counts."""
    plans = FeedingPlan.objects.filter(journey=journey, struck_at=None, replaced_at=None, agreed_at__isnull=False)
    return plans.select_related("midwife", "consultant").first()


def to_sign(journey: Journey) -> FeedingPlan | None:
    """The version that waits to be signed."""
    plans = FeedingPlan.objects.filter(journey=journey, struck_at=None, agreed_at=None)
    return plans.select_related("written_by", "midwife", "consultant").first()


def side_of(user: User) -> str:
    """For which of the two somebody signs: ``midwife``, ``consultant``, or "" for neither."""
    if MIDWIVES & user.roles:
        return "midwife"
    return "consultant" if CONSULTANTS & user.roles else ""


def _locked(journey: Journey, by: User) -> Journey:
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    return journey


def _check_signer(signer: User, journey: Journey) -> None:
    """Raise Refused unless her record is open to whoever signs beside the first; nothing tells which reason it is."""
    try:
        with asking_for(signer):
            check_may(signer, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    except PermissionDenied:
        raise Refused(f"{signer} cannot sign here: they have to take part in her care.", field="second") from None


def _sign(plan: FeedingPlan, signer: User) -> None:
    side = side_of(signer)
    if not side:
        raise Refused("A midwife and a neonatal or obstetric consultant sign it.", field="second")
    has = getattr(plan, side)
    if has:
        raise AlreadyAnswered(f"{has} has signed for this side. The other side is still to sign.")
    now = clock.now()
    setattr(plan, side, signer)
    setattr(plan, f"{side}_at", now)
    changed = [side, f"{side}_at"]
    if plan.midwife_id and plan.consultant_id:
        before = FeedingPlan.objects.filter(journey=plan.journey, replaced_at=None, agreed_at__isnull=False)
        before.update(replaced_at=now)
        plan.agreed_at = now
        changed.append("agreed_at")
    plan.save(update_fields=changed)


def _check_differed(journey: Journey, differed: Differed) -> None:
    for name, sentence in (
        ("said", "Write what was said, in the words that were used."),
        ("said_by", "Write who said it: their name, or what they are."),
        ("said_to", "Write to whom it was said."),
    ):
        if not getattr(differed, name).strip():
            raise Refused(sentence, field=name)
    if differed.said_at > clock.now():
        raise Refused("This time is in the future. Record it when it has happened.", field="said_at")
    if differed.baby and not journey.babies.filter(number=differed.baby).exists():
        raise Refused("Choose one of her babies.", field="baby")


def _complete(journey: Journey, plan: FeedingPlan, by: User) -> None:
    """End what the agreed and shared version settles, each with its evidence."""
    agreed_at = plan.agreed_at or clock.now()  # nothing else is shared
    told_on = clock.today(plan.shared_at).isoformat()
    signed = {"signed_by_midwife": str(plan.midwife), "signed_by_consultant": str(plan.consultant)}
    unsettled = FeedingAdvice.objects.filter(journey=journey, settled_by=None, struck_at=None)
    unsettled.filter(recorded_at__lte=agreed_at).update(settled_by=plan)
    still_differ = set(unsettled.values_list("baby", flat=True))
    for handoff in _open(journey):
        if handoff.moment == PLAN:
            details = {"feeding_plan_version": str(plan.version), "feeding_plan_shared_on": told_on, **signed}
        elif handoff.subject_number in still_differ or handoff.opened_at > agreed_at:
            continue
        else:
            told = {"woman_told_on": told_on, "told_by": plan.shared_by or ""}
            details = {"reconciled_text": plan.text, **told, **signed}
        end_handoff(handoff, Draft("handoff_completed", clock.now(), details=details), by=by)


def _open(journey: Journey) -> list[Handoff]:
    owed = journey.handoffs.filter(moment__in=(PLAN, CONFLICT), state__in=OPEN_STATES)
    return list(owed.order_by("opened_at", "pk"))
