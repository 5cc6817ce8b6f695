"""How she hears of a separation: what is arranged, who signs for it where it cannot be in person, what she was told.

She is told in person and before labour, with somebody beside her. That she first hears of the plan otherwise is not
written down without the sign-off of whoever answers for safeguarding. A separation itself is never held up by this:
there the page says that the sign-off is owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.actions import end_handoff
from pathways.engine import OPEN_STATES, Stage, stage_history
from pathways.models import Event, Handoff, Journey, Telling, TellingArranged, TellingSignOff
from pathways.projection import events_that_count, facts_of
from pathways.recording import Draft, lock
from pathways.rules.telling import How, Way, latest_day_problem, needs_sign_off
from pathways.seen import fingerprint
from pathways.separations import check_protected, separations_of, written_before

PLAN, EXPLAIN = "SEPARATION_PLAN", "SEP_EXPLAIN"


@dataclass(frozen=True)
class Arranged:
    """Who is to tell her, where, with whom beside her, by which day at the latest."""

    told_by: str
    place: str
    beside_her: str
    latest_on: date


@dataclass(frozen=True)
class Told:
    """She was told. The answers that are None were not asked."""

    at: datetime
    by: str
    how: How = How.IN_PERSON
    in_labour: bool = False
    place: str = ""
    beside_her: str = ""
    words: str = ""
    copy_on: date | None = None
    plan_version: int | None = None
    family_time: str = ""
    legal_basis_explained: bool | None = None
    where_baby_is_shared: bool | None = None
    legal_advice: bool | None = None
    advocate_offered: bool | None = None


@transaction.atomic
def arrange_telling(
    journey: Journey, arranged: Arranged, *, submission: UUID | None = None, by: User
) -> TellingArranged:
    """Arrange how she hears that separation is possible; what was arranged before stays. Raises Refused."""
    journey = lock(journey)
    check_protected(journey, by)
    said = fingerprint(journey.pk, arranged)
    if earlier := written_before(TellingArranged, submission, said):
        return earlier
    if problem := latest_day_problem(arranged.latest_on, edd=journey.edd, today=clock.today()):
        raise Refused(problem, field="latest_on")
    return TellingArranged.objects.create(
        woman_id=journey.woman_id,
        journey=journey,
        told_by=arranged.told_by.strip(),
        place=arranged.place.strip(),
        beside_her=arranged.beside_her.strip(),
        latest_on=arranged.latest_on,
        recorded_by=by,
        submission=submission,
        fingerprint=said,
    )


@transaction.atomic
def sign_off(
    journey: Journey, name: str, post: str, reason: str, *, at: datetime, submission: UUID | None = None, by: User
) -> TellingSignOff:
    """Whoever answers for safeguarding agrees that she first hears of it in labour or by phone. Raises Refused."""
    journey = lock(journey)
    check_protected(journey, by)
    said = fingerprint(journey.pk, name, post, reason, at.isoformat())
    if earlier := written_before(TellingSignOff, submission, said):
        return earlier
    if at > clock.now():
        raise Refused("This time is in the future. Write it down when they have signed.", field="signed_at")
    return TellingSignOff.objects.create(
        woman_id=journey.woman_id,
        journey=journey,
        name=name.strip(),
        post=post,
        signed_at=at,
        reason=reason.strip(),
        recorded_by=by,
        submission=submission,
        fingerprint=said,
    )


@transaction.atomic
def tell_plan(journey: Journey, told: Told, *, submission: UUID | None = None, by: User) -> Telling:
    """She was told of the plan that includes possible separation; what is owed of it is done with this.

    Raises Refused where she first heard of it in labour or not in person, and nobody has signed for that.
    """
    journey = lock(journey)
    check_protected(journey, by)
    said = fingerprint(journey.pk, told)
    if earlier := written_before(Telling, submission, said):
        return earlier
    _check_time(told)
    told_in_labour = told.in_labour or _in_labour(journey, told.at)
    signed = None
    if needs_sign_off(Way(told.how, told_in_labour), told_before=_told_before(journey, told.at)):
        signed = _unused_sign_off(journey)
        if signed is None:
            raise Refused(
                "She would hear of this for the first time in labour, or not in person. A safeguarding lead or a "
                "manager signs for that first, with the reason. Then write down that she was told.",
                field="in_labour" if told_in_labour else "how",
            )
    made = _write(journey, told, in_labour=told_in_labour, sign_off=signed, submission=submission, said=said, by=by)
    _complete_plan(journey, made, by)
    return made


@transaction.atomic
def explain(journey: Journey, event: Event, told: Told, *, submission: UUID | None = None, by: User) -> Telling:
    """A separation was explained to her. With her written copy in her hands, what is owed of it is done."""
    journey = lock(journey)
    check_protected(journey, by)
    said = fingerprint(event.pk, told)
    if earlier := written_before(Telling, submission, said):
        return earlier
    made = add_told(journey, event, told, submission=submission, said=said, by=by)
    if made.copy_on:
        _complete_explanation(journey, event, made, by)
    return made


def add_told(
    journey: Journey, event: Event, told: Told, *, submission: UUID | None = None, said: str = "", by: User
) -> Telling:
    """How she was told of a separation, inside another verb that holds the lock and has asked who may."""
    _check_time(told)
    told_in_labour = told.in_labour or _in_labour(journey, told.at)
    return _write(journey, told, event=event, in_labour=told_in_labour, submission=submission, said=said, by=by)


def sign_off_is_owed(tellings: list[Telling], signed: bool) -> bool:
    """Whether she first heard of a separation in labour or not in person, and nobody has signed for it yet."""
    first = next((each for each in tellings if each.first), None)
    if first is None or signed or first.sign_off_id:
        return False
    return needs_sign_off(Way(How(first.how), first.in_labour), told_before=False)


def _check_time(told: Told) -> None:
    if told.at > clock.now():
        raise Refused("This time is in the future. Record it when she has been told.", field="told_at")
    if told.copy_on and told.copy_on > clock.today():
        raise Refused("This day is in the future. Write it down when she has the copy.", field="copy_on")


def _told_before(journey: Journey, at: datetime) -> bool:
    return Telling.objects.filter(journey=journey, told_at__lt=at).exists()


def _unused_sign_off(journey: Journey) -> TellingSignOff | None:
    used = Telling.objects.filter(journey=journey, sign_off__isnull=False).values("sign_off")
    return TellingSignOff.objects.filter(journey=journey).exclude(pk__in=used).order_by("-id").first()


def _in_labour(journey: Journey, at: datetime) -> bool:
    """Whether she was giving birth at that time, by what is recorded."""
    facts = [fact for fact in facts_of(events_that_count(journey)) if fact.occurred_at <= at]
    moves = stage_history(facts)
    return bool(moves) and moves[-1].stage is Stage.INTRAPARTUM


def _write(
    journey: Journey,
    told: Told,
    *,
    in_labour: bool,
    event: Event | None = None,
    sign_off: TellingSignOff | None = None,
    submission: UUID | None,
    said: str,
    by: User,
) -> Telling:
    return Telling.objects.create(
        woman_id=journey.woman_id,
        journey=journey,
        event=event,
        told_at=told.at,
        told_by=told.by.strip(),
        how=told.how.value,
        in_labour=in_labour,
        first=not _told_before(journey, told.at),
        plan_version=told.plan_version,
        place=told.place.strip(),
        beside_her=told.beside_her.strip(),
        words=told.words.strip(),
        copy_on=told.copy_on,
        family_time=told.family_time.strip(),
        legal_basis_explained=told.legal_basis_explained,
        where_baby_is_shared=told.where_baby_is_shared,
        legal_advice=told.legal_advice,
        advocate_offered=told.advocate_offered,
        sign_off=sign_off,
        recorded_by=by,
        submission=submission,
        fingerprint=said if submission else "",
    )


def _complete_plan(journey: Journey, telling: Telling, by: User) -> None:
    """End what is owed of the plan, where she was told of the one that holds now."""
    owed = _owed(journey, PLAN).filter(opened_at__lte=telling.told_at).first()
    if owed is None:
        return
    in_person = telling.how == How.IN_PERSON
    details = {
        "separation_plan_version": str(telling.plan_version or ""),
        "told_in_person_on": clock.today(telling.told_at).isoformat() if in_person else "",
        "told_by": telling.told_by,
        "advocate_offered": _yes_no(telling.advocate_offered),
        "not_in_labour": _yes_no(not telling.in_labour),
    }
    _complete(owed, telling.told_at, details, by)


def _complete_explanation(journey: Journey, event: Event, telling: Telling, by: User) -> None:
    """End what is owed of explaining this separation. Nothing of what stands under the label goes along."""
    number = separations_of(journey).index(event) + 1
    owed = _owed(journey, EXPLAIN).filter(subject_number=number).first()
    if owed is None:
        return
    details = {
        "explained_by": telling.told_by,
        "written_copy_on": telling.copy_on.isoformat() if telling.copy_on else "",
        "legal_basis_explained": _yes_no(telling.legal_basis_explained),
        "where_baby_is_shared": _yes_no(telling.where_baby_is_shared),
        "family_time_planned": _yes_no(bool(telling.family_time)),
        "legal_advice_signposted": _yes_no(telling.legal_advice),
        "advocate_offered": _yes_no(telling.advocate_offered),
    }
    _complete(owed, telling.told_at, details, by)


def _owed(journey: Journey, moment: str) -> QuerySet[Handoff]:
    return journey.handoffs.filter(moment=moment, state__in=OPEN_STATES).order_by("pk")


def _complete(owed: Handoff, at: datetime, details: dict[str, str], by: User) -> None:
    said = {name: words for name, words in details.items() if words}
    end_handoff(owed, Draft("handoff_completed", at, details=said), by=by)


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"
