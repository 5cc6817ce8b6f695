"""The verbs of one dose: two people sign what happened, and it is stored once.

The first signature stores no dose. The second stores it, or reads what somebody else has stored meanwhile: that a dose
is given once, and none inside the least gap, is held by the database alone (models/doses.py); here a refusal of the
database becomes the answer who gave it and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import BigIntegerField

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.acting import asking_for
from carecoord.access.models import Team, User
from carecoord.compiled import Compiled, Given
from medications import planning
from medications.admissions import Admission, admission_of
from medications.models import TAKEN, WHOLE, Decision, Dose, DueDose, Outcome, Place, Plan, Signing, Stay
from medications.rules.schedule import LATE_AFTER, next_due
from pathways.actions import Refused
from pathways.engine import OPEN_STATES
from pathways.models import Handoff, Journey
from pathways.recording import Draft, append, lock
from pathways.seen import check_same, fingerprint
from pathways.visibility import check_may

TOLERANCE = timedelta(minutes=2)  # between two clocks
ONCE, APART = "one_outcome_of_a_due_dose", "no_dose_inside_the_gap"
REASSESSMENT = "OST_3DAY_GAP"


@dataclass(frozen=True)
class Entered:
    """What somebody entered about a dose, as it is kept until both have signed. It holds no amount."""

    outcome: str
    given_at: datetime
    place: str = ""
    register_page: str = ""
    reason: str = ""
    decision: int | None = None
    override_reason: str = ""

    def as_json(self) -> dict[str, object]:
        """As it is stored with the first signature."""
        return {**asdict(self), "given_at": self.given_at.isoformat()}

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> Entered:
        """What was stored with the first signature."""
        known = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        return cls(**{**known, "given_at": datetime.fromisoformat(str(kept["given_at"]))})  # type: ignore[arg-type]

    @property
    def is_taken(self) -> bool:
        """Whether she took anything."""
        return self.outcome in TAKEN


class AlreadyGiven(Refused):
    """Something is recorded already for this dose, or inside the least gap. ``dose`` is what stands."""

    def __init__(self, dose: Dose) -> None:
        super().__init__("This dose has been recorded already. Nothing of yours was stored.")
        self.dose = dose


class PlanChanged(Refused):
    """The plan is another one than the form was opened on."""


class TimeRanOut(Refused):
    """The second signature came too late: the first is asked again."""


# -- the first signature ---------------------------------------------------------------------------


@transaction.atomic
def sign_first(
    journey: Journey,
    due: DueDose | None,
    entered: Entered,
    *,
    seen: int | None,
    submission: UUID,
    by: User,
) -> Signing:
    """Keep what somebody entered and signed, for five minutes. It is no dose yet, and the same form counts once.

    ``seen`` is the plan that the form was opened on. The caller has asked who they are (``vouch``). Raises Refused,
    PlanChanged.
    """
    journey = lock(journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, due and due.pk, by.pk, sorted(entered.as_json().items(), key=str))
    if earlier := Signing.objects.filter(submission=submission, journey=journey).first():
        check_same(earlier, said)
        return earlier
    plan = _plan_of(journey, due, seen)
    _check(journey, plan, due, entered, by)
    return Signing.objects.create(
        journey=journey,
        due=due,
        plan=plan,
        plan_version=plan.version,
        entered=entered.as_json(),
        first_by=by,
        first_at=clock.now(),
        submission=submission,
        fingerprint=said,
    )


def _plan_of(journey: Journey, due: DueDose | None, seen: int | None) -> Plan:
    """The plan that the dose belongs to. Raises PlanChanged where the form was opened on another one."""
    active = planning.active_plan(journey)
    if active and active.pk != seen:
        raise PlanChanged(f"{planning.changed_in_words(active)} Look at the new one first.")
    if seen and not active:
        raise PlanChanged("The plan was ended meanwhile. Look at her medicine first.")
    plan = due.plan if due else active
    if plan is None:
        raise Refused("No plan is active. A prescriber signs one first.")
    return plan


@transaction.atomic
def take_back(signing: Signing, *, by: User) -> None:
    """The first person takes their signature back: nothing is stored of it. Raises Refused."""
    journey = lock(signing.journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    signing = Signing.objects.get(pk=signing.pk)
    if signing.first_by_id != by.pk:
        raise Refused("Only whoever signed first takes it back.")
    if signing.dose_id:
        raise Refused("Both have signed: the dose is stored. If it is wrong, say so on the dose.")
    if signing.stands:
        known = {"struck_at": clock.now(), "struck_by": by, "struck_reason": "taken back"}
        Signing.objects.filter(pk=signing.pk).update(**known)


# -- the second signature --------------------------------------------------------------------------


@transaction.atomic
def record_dose(signing: Signing, *, witness: User | None, by: User) -> Dose:
    """Store what was signed, once. ``witness`` is the second person, whom the caller has asked who they are.

    Raises AlreadyGiven with what stands, where somebody was faster; TimeRanOut, PlanChanged, Refused.
    """
    journey = lock(signing.journey)
    check_may(by, Ability.WITNESS, woman_id=journey.woman_id)
    signing = Signing.objects.select_related("plan", "due", "first_by", "dose").get(pk=signing.pk)
    if signing.dose:
        return signing.dose
    entered, now = Entered.from_json(signing.entered), clock.now()
    if by not in (signing.first_by, witness):
        raise Refused("Somebody who signs has to be signed in here.")
    if not signing.stands:
        raise Refused("The first signature was taken back. Start again.")
    if now > signing.holds_until:
        raise TimeRanOut("Five minutes have passed since the first signature. What you entered stays: sign it again.")
    _check_signed(journey, signing)
    admission = _check(journey, signing.plan, signing.due, entered, signing.first_by)
    _check_witness(journey, signing, entered, witness)
    made = _stored(journey, signing, entered, witness, now)
    Signing.objects.filter(pk=signing.pk).update(dose=made)
    (event,) = append(journey, [_draft(made, signing, admission)], by=signing.first_by)
    made.event = event
    made.save(update_fields=["event"])
    if signing.plan.status == Plan.Status.ACTIVE:
        planning.write_due_doses(journey, signing.plan, now + planning.AHEAD, by=by)
    return made


def _check_signed(journey: Journey, signing: Signing) -> None:
    """What was signed on a plan that has changed since is not stored. Raises PlanChanged."""
    active = planning.active_plan(journey)
    if active and active.signed_at > signing.first_at:
        raise PlanChanged(f"{planning.changed_in_words(active)} Look at the new one first.")
    if active is None and signing.due is None:
        raise PlanChanged("The plan was ended meanwhile. Look at her medicine first.")


def _stored(journey: Journey, signing: Signing, entered: Entered, witness: User | None, now: datetime) -> Dose:
    """The row; or, where the database refuses it, who gave the dose already (AlreadyGiven)."""
    plan, due = signing.plan, signing.due
    taken = DateTimeTZRange(entered.given_at, entered.given_at + plan.least_gap) if entered.is_taken else None
    try:
        with transaction.atomic():
            return Dose.objects.create(
                journey=journey,
                woman=journey.woman,
                product=plan.product,
                plan=plan,
                due=due,
                outcome=_outcome(entered, due),
                given_at=entered.given_at,
                blocked=taken,
                words=plan.words,
                given_by=signing.first_by,
                witness=witness,
                two_sign=plan.two_sign,
                place=entered.place,
                register_page=entered.register_page,
                reason=entered.reason,
                decision_id=entered.decision,
                override_reason=entered.override_reason,
                recorded_at=now,
                submission=signing.submission,
                fingerprint=signing.fingerprint,
            )
    except IntegrityError as refused:
        raise _in_words(refused, plan, due, taken) from refused


def _in_words(refused: IntegrityError, plan: Plan, due: DueDose | None, taken: DateTimeTZRange | None) -> Exception:
    """What a refusal of the database means, by the name of what refused."""
    name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", "")
    standing = Dose.objects.filter(woman=plan.woman_id, product=plan.product, struck_at=None)
    found = {
        ONCE: standing.filter(due=due),
        APART: standing.filter(blocked__overlap=taken, released_by=None) if taken else standing.none(),
    }.get(name)
    winner = found.select_related("given_by", "witness", "due", "plan").first() if found is not None else None
    return AlreadyGiven(winner) if winner else refused


def recorded_already(signing: Signing) -> Dose | None:
    """What is recorded for the same dose already, before a second person is asked to sign."""
    if signing.due_id is None:
        return None
    return standing_dose(signing.due_id)


def standing_dose(due_id: int) -> Dose | None:
    """What stands for a due dose."""
    return _STANDING.first(due=due_id)


_STANDING = Compiled(
    lambda: (
        Dose.objects.filter(due=Given("due", BigIntegerField()), struck_at=None)
        .select_related("given_by", "witness", "due", "plan")
        .order_by("pk")[:1]
    )
)


# -- what is checked -------------------------------------------------------------------------------


def needs_second(plan: Plan, entered: Entered) -> bool:
    """Whether a second person signs: where she took something and the product asks, and for what overrides."""
    return bool(entered.override_reason) or (plan.two_sign and entered.is_taken)


def _check(journey: Journey, plan: Plan, due: DueDose | None, entered: Entered, giver: User) -> Admission:
    """Raise Refused unless this can have happened as it was entered."""
    admission = admission_of(journey)
    if admission is None:
        raise Refused("She is not in hospital now. If she is, her admission has to be recorded first.")
    if due and due.cancelled_at:
        raise Refused(f"This dose was cancelled: {due.cancelled_because}. Look at the plan first.")
    _check_time(entered.given_at, admission)
    if entered.outcome not in Outcome.values or entered.outcome == Outcome.GIVEN_LATE:
        raise Refused("Choose what happened.", field="outcome")
    if entered.is_taken and entered.place not in Place.values:
        raise Refused("Choose where she took it.", field="place")
    if entered.outcome not in WHOLE and entered.outcome != Outcome.NOT_RECORDED and not entered.reason.strip():
        raise Refused("Say in a few words why, or what happened.", field="reason")
    if not works_there(giver, journey):
        raise Refused("Only somebody who works on her ward records a dose there.")
    _check_reassessment(journey, entered)
    return admission


def _check_time(given_at: datetime, admission: Admission) -> None:
    if given_at > clock.now() + TOLERANCE:
        raise Refused("This lies in the future. Enter the time at which it happened.", field="given_at")
    if given_at < admission.since:
        raise Refused(
            f"This is before she came in, {clock.due_in_words(admission.since)}. Check the day and the time.",
            field="given_at",
        )


def reassessment_owed(journey: Journey, now: datetime) -> Handoff | None:
    """The prescriber's reassessment that is past due: three days without a confirmed dose, or a late injection."""
    owed = journey.handoffs.filter(moment=REASSESSMENT, state__in=OPEN_STATES, due_at__lte=now)
    return owed.order_by("due_at").first()


def _check_reassessment(journey: Journey, entered: Entered) -> None:
    """Where a reassessment is past due, what she took needs a decision, or a reason by two. It is never blocked."""
    if not entered.is_taken or not reassessment_owed(journey, clock.now()):
        return
    decided = Decision.objects.filter(pk=entered.decision or 0, journey=journey, struck_at=None).exists()
    if not decided and not entered.override_reason.strip():
        raise Refused(
            "A prescriber’s reassessment is owed. Choose the decision, or write why it was given without one.",
            field="override_reason",
        )


def _check_witness(journey: Journey, signing: Signing, entered: Entered, witness: User | None) -> None:
    """Raise Refused unless a second person may sign, where one is needed."""
    if witness is None:
        if needs_second(signing.plan, entered):
            raise Refused("A second person signs this.", field="second")
        return
    if witness == signing.first_by:
        raise Refused("Whoever gave it cannot be the second person. Ask a colleague.", field="second")
    check_second(witness, journey)


def check_second(second: User, journey: Journey) -> None:
    """Raise Refused unless they may sign as the second person for her; nothing tells which reason it is."""
    try:
        with asking_for(second):
            check_may(second, Ability.WITNESS, woman_id=journey.woman_id)
    except PermissionDenied:
        allowed = False
    else:
        allowed = works_there(second, journey)
    if not allowed:
        raise Refused(f"{second} cannot sign here: the second person works on her ward.", field="second")


def works_there(user: User, journey: Journey) -> bool:
    """Whether somebody works on the ward on which she is, or in a hospital team that comes there."""
    ward = Stay.objects.filter(journey=journey, until=None).values_list("ward", flat=True).first()
    own = [each.team for each in user.current_memberships if each.team.site_id == journey.site_id]
    on_ward = [team for team in own if team.kind == Team.Kind.WARD and ward in (None, team.pk)]
    return bool(on_ward) or any(team.kind == Team.Kind.HOSPITAL for team in own)


def _outcome(entered: Entered, due: DueDose | None) -> str:
    late = entered.outcome == Outcome.GIVEN and due is not None and entered.given_at > due.due_at + LATE_AFTER
    return Outcome.GIVEN_LATE if late else entered.outcome


def _draft(made: Dose, signing: Signing, admission: Admission) -> Draft:
    """The event of what came of a dose. It says no amount."""
    details = {"admission": str(admission.number)}
    if signing.due:
        details["dose"] = str(signing.due.number)
    if made.outcome in WHOLE:
        details["medication"] = made.product
        after = max(made.given_at, signing.due.due_at) if signing.due else made.given_at
        if coming := next_due(signing.plan, after):
            details["next_due"] = coming.at.isoformat()
        return Draft("dose_given", min(made.given_at, clock.now()), details=details)
    details |= {"outcome": made.outcome} | ({"reason": made.reason} if made.reason else {})
    return Draft("dose_outcome_recorded", min(made.given_at, clock.now()), details=details)
