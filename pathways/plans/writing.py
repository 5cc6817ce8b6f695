"""The verbs of writing and signing a plan.

As in ``actions``: object first, ``by`` last, one transaction, permission checked, and a refusal says what to do. A
version counts when both sides have signed it; then it takes the place of the one before, and goes to all who had that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.acting import asking_for
from carecoord.access.models import User
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import CarePlan, Journey, PlanSignature
from pathways.plans.kinds import KINDS
from pathways.plans.reading import current_plan, locked, may_write, open_plan
from pathways.plans.sending import carry_over
from pathways.plans.settling import settle
from pathways.plans.typed import checked_time
from pathways.rules.plans import LONGEST_SECTION, PlanKind, Side
from pathways.seen import Seen, check_same, fingerprint
from pathways.visibility import check_may


@transaction.atomic
def write(
    journey: Journey,
    kind: PlanKind,
    texts: Mapping[str, str],
    *,
    seen: Seen | None = None,
    submission: UUID | None = None,
    by: User,
) -> CarePlan:
    """Write the next version. A draft that waited for signatures gives way to it; what counts goes on counting.

    What only others changed since ``seen`` stays theirs. Raises Changed where both changed the same section.
    """
    journey = locked(journey, by)
    if not may_write(by, journey, kind):
        raise PermissionDenied("Your role does not open this plan.")
    said = fingerprint(journey.pk, kind.key, sorted(texts.items()))
    if submission and (earlier := CarePlan.objects.filter(submission=submission).first()):
        check_same(earlier, said)
        return earlier
    newest = newest_of(journey, kind)
    stands = texts_of(newest, kind)
    sections = {**stands, **(seen.merged(stands, texts) if seen else texts)}
    sections = {each.key: words for each in kind.sections if (words := sections[each.key].strip())}
    _check_texts(kind, sections)
    if newest and newest.sections == sections and newest.ended_at is None:
        return newest
    plan = CarePlan(
        journey=journey,
        kind=kind.key,
        label=kind.label.value,
        sections=sections,
        written_by=by,
        submission=submission,
        fingerprint=said if submission else "",
    )
    return _save_after(newest, plan, by=by)


@transaction.atomic
def sign(plan: CarePlan, *, signer: User, by: User) -> CarePlan:
    """``signer`` signs: ``by`` themselves, or somebody beside them, whom the caller has asked who they are."""
    journey, plan = open_plan(plan, by)
    _check_waits(plan)
    if signer != by:
        _check_takes_part(signer, journey)
    kind, taken = KINDS[plan.kind], _taken(plan)
    if signer.pk in {each.signed_by_id for each in taken.values()}:
        raise AlreadyAnswered(f"{signer} has signed this version. The other side is still to sign.")
    sides = kind.sides_of(signer.roles)
    if not sides:
        raise Refused(f"Two sides sign it: {sides_in_words(kind)}. {signer} is neither.", field="second")
    side = next((each for each in sides if each.key not in taken), None)
    if side is None:
        raise AlreadyAnswered(f"{_who(taken[sides[0].key])} has signed for this side. The other is still to sign.")
    now = clock.now()
    PlanSignature.objects.create(plan=plan, side=side.key, signed_by=signer, signed_at=now, recorded_by=by)
    return _agree_if_signed(journey, plan, kind, by=by)


@transaction.atomic
def write_down_yes(plan: CarePlan, side: Side, who: str, *, at: datetime, by: User) -> CarePlan:
    """Somebody without an account agreed for their side: who and when. Only where the kind declares such a side."""
    journey, plan = open_plan(plan, by)
    _check_waits(plan)
    if not side.without_account:
        raise Refused("This side has accounts here: somebody of it signs.")
    if not who.strip():
        raise Refused("Write who agreed: their name and what they are.", field="who")
    at = checked_time(at, plan.written_at, "it lies before this version was written")
    taken = _taken(plan)
    if side.key in taken:
        raise AlreadyAnswered(f"{_who(taken[side.key])} has signed for this side.")
    PlanSignature.objects.create(plan=plan, side=side.key, said_by=who.strip(), signed_at=at, recorded_by=by)
    return _agree_if_signed(journey, plan, KINDS[plan.kind], by=by)


def newest_of(journey: Journey, kind: PlanKind) -> CarePlan | None:
    """The newest version, whether it counts or waits to be signed: the next one is written from it."""
    return CarePlan.objects.filter(journey=journey, kind=kind.key).order_by("-version").first()


def texts_of(plan: CarePlan | None, kind: PlanKind) -> dict[str, str]:
    """The text of every section, blank where there is none."""
    return {each.key: plan.sections.get(each.key, "") if plan else "" for each in kind.sections}


def sides_in_words(kind: PlanKind) -> str:
    """``midwife and obstetric doctor``."""
    return " and ".join(side.title[:1].lower() + side.title[1:] for side in kind.sides)


def _save_after(newest: CarePlan | None, plan: CarePlan, *, by: User) -> CarePlan:
    """Save the next version; a draft before it waits for signatures no more."""
    if newest and newest.waits:
        CarePlan.objects.filter(pk=newest.pk).update(ended_at=clock.now())
    plan.version = newest.version + 1 if newest else 1
    plan.save(force_insert=True)
    settle(plan.journey, plan, by=by)
    return plan


def _check_texts(kind: PlanKind, texts: Mapping[str, str]) -> None:
    for each in kind.sections:
        if each.needed and each.key not in texts:
            words = f"Write something under “{each.title}”, also when it is that nothing is agreed yet."
            raise Refused(words, field=each.key)
        if len(texts.get(each.key, "")) > LONGEST_SECTION:
            raise Refused(f"Shorten this to {LONGEST_SECTION} characters: it has to fit on paper.", field=each.key)


def _check_waits(plan: CarePlan) -> None:
    if plan.agreed_at:
        raise AlreadyAnswered(f"Both sides have signed version {plan.version} already.")
    if plan.ended_at:
        raise AlreadyAnswered("A later version was written meanwhile. Read that one before you sign.")


def _check_takes_part(signer: User, journey: Journey) -> None:
    """Raise Refused unless her record is open to whoever signs beside the first; nothing tells which reason it is."""
    try:
        with asking_for(signer):
            check_may(signer, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    except PermissionDenied:
        raise Refused(f"{signer} cannot sign here: they have to take part in her care.", field="second") from None


def _taken(plan: CarePlan) -> dict[str, PlanSignature]:
    return {each.side: each for each in plan.signatures.select_related("signed_by")}


def _who(signature: PlanSignature) -> str:
    return signature.said_by or str(signature.signed_by)


def _agree_if_signed(journey: Journey, plan: CarePlan, kind: PlanKind, *, by: User) -> CarePlan:
    """Once the second side has signed, this version counts, and goes to all who had the one before."""
    if len(_taken(plan)) < len(kind.sides):
        return plan
    now = clock.now()
    before = current_plan(journey, kind)
    if before:
        CarePlan.objects.filter(pk=before.pk).update(ended_at=now)
    plan.agreed_at = now
    plan.save(update_fields=["agreed_at"])
    if before:
        carry_over(before, plan, by=by)
    settle(journey, plan, by=by)
    return plan
