"""The verbs of a plan: sign it, write the next version, end it; and the doses that it asks for, as rows.

The prescriber's words, amount and unit are kept as they were entered: nothing here works out an amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import BigIntegerField, Max, QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.compiled import Compiled, Given
from medications.admissions import Admission, admission_of
from medications.models import DueDose, Plan
from medications.rules.plans import problem_of
from medications.rules.products import WARD_PRODUCTS
from medications.rules.schedule import DueTime, due_times
from pathways.actions import Refused
from pathways.engine import OPEN_STATES
from pathways.models import Journey
from pathways.recording import Draft, append, lock
from pathways.visibility import check_may

AHEAD = timedelta(hours=48)  # so far ahead doses are written down
CHANGED, WENT_HOME = "the plan changed", "she went home"
LATE = "OST_DOSE_LATE"


@dataclass(frozen=True)
class Prescribed:
    """What a prescriber signs, as they wrote it. ``seen`` is the plan that their page showed as the active one."""

    product: str
    words: str
    amount: str
    unit: str
    frequency: str
    times: Sequence[Mapping[str, str]]
    first_on: date
    least_gap: timedelta
    supervised: str = "daily"
    two_sign: bool = True
    based_on: Sequence[int] = ()
    reason: str = ""
    seen: int | None = None
    submission: UUID | None = None

    @property
    def every_days(self) -> int:
        """The days between two days with a dose."""
        return WARD_PRODUCTS[self.product].every_days


@transaction.atomic
def sign_plan(journey: Journey, prescribed: Prescribed, *, by: User) -> Plan:
    """Sign what is prescribed on the ward; a version before it is replaced, and its doses to come are cancelled.

    The same submission counts once. Raises Refused.
    """
    journey = lock(journey)
    check_may(by, Ability.PRESCRIBE, woman_id=journey.woman_id)
    if prescribed.submission and (earlier := Plan.objects.filter(submission=prescribed.submission).first()):
        return earlier
    if admission_of(journey) is None:
        raise Refused("She is not in hospital now. A ward plan is signed when she is in.")
    if problem := problem_of(prescribed):
        raise Refused(problem[1], field=problem[0])
    now = clock.now()
    before = _plan_before(journey, prescribed)
    if before:
        _close(before, Plan.Status.SUPERSEDED, prescribed.reason.strip(), now, by=by)
        cancel_due(journey, doses_to_come(before, now), CHANGED, now, by=by)
    made = _new_version(journey, prescribed, now, by)
    write_due_doses(journey, made, now + AHEAD, by=by)
    return made


def _plan_before(journey: Journey, prescribed: Prescribed) -> Plan | None:
    """The plan that this one replaces. Raises Refused where it is not the one that was seen, or is another product."""
    active = active_plan(journey)
    if active and active.pk != prescribed.seen:
        raise Refused(f"{changed_in_words(active)} Look at it first, then sign yours again.")
    if prescribed.seen and not active:
        raise Refused("The plan that you had before you was ended meanwhile. Open this page again.")
    if active and active.product != prescribed.product:
        raise Refused("A plan for another medicine is active. End it first, then sign this one.", field="product")
    if active and not prescribed.reason.strip():
        raise Refused("Say in a few words why the plan changes: the ward reads it.", field="reason")
    return active


def _new_version(journey: Journey, prescribed: Prescribed, now: datetime, by: User) -> Plan:
    plans = Plan.objects.filter(woman=journey.woman_id, product=prescribed.product)
    latest = plans.aggregate(latest=Max("version"))["latest"] or 0
    return Plan.objects.create(
        journey=journey,
        woman=journey.woman,
        product=prescribed.product,
        version=latest + 1,
        words=prescribed.words.strip(),
        amount=prescribed.amount.strip(),
        unit=prescribed.unit,
        frequency=prescribed.frequency,
        times=[dict(each) for each in prescribed.times],
        every_days=prescribed.every_days,
        first_on=prescribed.first_on,
        least_gap=prescribed.least_gap,
        supervised=prescribed.supervised,
        two_sign=prescribed.two_sign,
        valid=DateTimeTZRange(now, None),
        based_on=list(prescribed.based_on),
        prescriber=by,
        signed_at=now,
        submission=prescribed.submission,
    )


@transaction.atomic
def end_plan(plan: Plan, reason: str, *, by: User) -> None:
    """End a plan without another one; its doses to come are cancelled. Raises Refused."""
    journey = lock(plan.journey)
    check_may(by, Ability.PRESCRIBE, woman_id=journey.woman_id)
    plan = Plan.objects.select_related("prescriber").get(pk=plan.pk)
    if plan.status != Plan.Status.ACTIVE:
        raise Refused("This plan has ended already.")
    if not reason.strip():
        raise Refused("Say in a few words why it ends: the ward reads it.", field="reason")
    now = clock.now()
    _close(plan, Plan.Status.ENDED, reason.strip(), now, by=by)
    cancel_due(journey, doses_to_come(plan, now), "the plan was ended", now, by=by)


# -- the doses that a plan asks for ----------------------------------------------------------------


@transaction.atomic
def materialise(plan: Plan, until: datetime, *, by: User | None = None) -> list[DueDose]:
    """Write down the doses of an active plan up to ``until``; those that stand already stay. Returns the new ones."""
    journey = lock(plan.journey)
    plan = Plan.objects.get(pk=plan.pk)
    if plan.status != Plan.Status.ACTIVE or admission_of(journey) is None:
        return []
    return write_due_doses(journey, plan, until, by=by)


def missing(plan: Plan, until: datetime) -> list[DueTime]:
    """The times of a plan up to ``until`` that nobody has written down yet. One query."""
    stand = {(day, slot): at for day, slot, at in plan.due_doses.values_list("local_day", "slot", "due_at")}
    after = max([plan.valid.lower, *stand.values()])
    wanted = due_times(plan.times, every_days=plan.every_days, first_on=plan.first_on, after=after, until=until)
    return [each for each in wanted if (each.local_day, each.slot) not in stand]


def write_due_doses(journey: Journey, plan: Plan, until: datetime, *, by: User | None) -> list[DueDose]:
    """``materialise`` on a locked journey."""
    wanted = missing(plan, until)
    admission = admission_of(journey) if wanted else None
    if admission is None:
        return []
    number = DueDose.objects.filter(journey=journey).aggregate(latest=Max("number"))["latest"] or 0
    made = DueDose.objects.bulk_create(
        DueDose(
            journey=journey,
            woman=journey.woman,
            plan=plan,
            number=number + place,
            local_day=each.local_day,
            slot=each.slot,
            due_at=each.at,
        )
        for place, each in enumerate(wanted, start=1)
    )
    append(journey, [_scheduled(due, plan, admission) for due in made], by=by)
    return made


def _scheduled(due: DueDose, plan: Plan, admission: Admission) -> Draft:
    details = {
        "admission": str(admission.number),
        "dose": str(due.number),
        "medication": plan.product,
        "scheduled_for": due.due_at.isoformat(),
    }
    # It was scheduled when the plan was signed, whenever a worker wrote it down: what is given answers it.
    return Draft("dose_scheduled", max(plan.valid.lower, admission.since), details=details)


def doses_to_come(plan: Plan, at: datetime) -> QuerySet[DueDose]:
    """What the plan asks for after ``at``, of which nothing is recorded."""
    answered = plan.doses.filter(struck_at=None, due__isnull=False).values("due")
    return plan.due_doses.filter(cancelled_at=None, due_at__gt=at).exclude(pk__in=answered).order_by("due_at")


def cancel_due(
    journey: Journey, due: QuerySet[DueDose], because: str, at: datetime, *, by: User | None
) -> list[DueDose]:
    """Cancel doses, and end what is owed for them: on a locked journey."""
    cancelled = list(due)
    DueDose.objects.filter(pk__in=[each.pk for each in cancelled]).update(cancelled_at=at, cancelled_because=because)
    _end_handoffs(journey, cancelled, because, at, by=by)
    return cancelled


def _end_handoffs(
    journey: Journey, cancelled: Iterable[DueDose], because: str, at: datetime, *, by: User | None
) -> None:
    numbers = [each.number for each in cancelled]
    owed = journey.handoffs.filter(moment=LATE, subject_number__in=numbers, state__in=OPEN_STATES)
    drafts = [
        Draft(
            "handoff_not_applicable",
            at,
            details={"moment": LATE, "step": each.step, "dose": str(each.subject_number), "reason": because},
        )
        for each in owed.order_by("subject_number")
    ]
    if drafts:
        append(journey, drafts, by=by)


# -- the worker's upkeep ---------------------------------------------------------------------------


def keep_up(site: int) -> int:
    """Write down the doses of the next days at one site, and end the plans of those who went home.

    Each woman is a transaction of her own; one whom a page or another worker has in hand is left for the next time.
    Returns how many journeys changed. What is there already is left as it is.
    """
    changed = 0
    plans = Plan.objects.filter(journey__site=site, status=Plan.Status.ACTIVE).select_related("journey")
    for plan in plans.order_by("pk"):
        if not plan.journey.in_hospital or missing(plan, clock.now() + AHEAD):
            changed += _keep_up(plan.pk, plan.journey_id)
    return changed


@transaction.atomic
def _keep_up(plan_id: int, journey_id: int) -> bool:
    free = Journey.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    journey = free.select_related("site", "woman").filter(pk=journey_id).first()
    plan = Plan.objects.filter(pk=plan_id, status=Plan.Status.ACTIVE).first()
    if journey is None or plan is None:
        return False
    now = clock.now()
    if not journey.in_hospital:
        _close(plan, Plan.Status.ENDED, WENT_HOME, now, by=None)
        return bool(cancel_due(journey, _not_recorded(plan, journey), WENT_HOME, now, by=None)) or True
    return bool(write_due_doses(journey, plan, now + AHEAD, by=None))


def _not_recorded(plan: Plan, journey: Journey) -> QuerySet[DueDose]:
    """What was due after she went home."""
    home = journey.events.filter(kind="mother_discharged", correction=None).aggregate(at=Max("occurred_at"))["at"]
    return doses_to_come(plan, home or plan.valid.lower)


# -- shared ----------------------------------------------------------------------------------------


def active_plan(journey: Journey) -> Plan | None:
    """Her plan that counts now."""
    return _ACTIVE.first(woman=journey.woman_id)


_ACTIVE = Compiled(
    lambda: (
        Plan.objects.filter(woman=Given("woman", BigIntegerField()), status=Plan.Status.ACTIVE)
        .select_related("prescriber")
        .order_by("-signed_at", "-pk")[:1]
    )
)


def changed_in_words(plan: Plan) -> str:
    """``The plan was changed at 09:20 by P. Anand.``"""
    signed = plan.signed_at.astimezone(clock.LONDON)
    when = f"{signed:%H:%M}" if signed.date() == clock.today() else clock.due_in_words(plan.signed_at)
    verb = "changed" if plan.version > 1 else "signed"
    return f"The plan was {verb} at {when} by {plan.prescriber}."


def _close(plan: Plan, status: Plan.Status, reason: str, at: datetime, *, by: User | None) -> None:
    """Once active, a version counts until now; what it said stays."""
    closed = {"status": status, "valid": DateTimeTZRange(plan.valid.lower, at), "reason": reason, "ended_by": by}
    Plan.objects.filter(pk=plan.pk).update(**closed)
