"""Plans that tests start from, made through the verbs."""

from __future__ import annotations

from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from pathways.models import CarePlan, Journey, PlanSent
from pathways.plans import sending, writing
from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from pathways.plans.sending import To
from tests.factories import claimed, staff

TEXTS = {each.key: f"Agreed with her: {each.title}" for each in BIRTH_AND_WARD.sections}
WARD = BIRTH_AND_WARD.receivers[0]


def doctor_for(record: Journey) -> User:
    """An obstetric doctor to whom she is open."""
    made = staff(Role.OBSTETRIC_DOCTOR, site=record.site.code, team="hospital", name="Dr P. Shah")
    claimed(record, made)
    return made


def agreed(record: Journey, midwife: User, doctor: User, **changed: str) -> CarePlan:
    """A version that both sides have signed."""
    plan = writing.write(record, BIRTH_AND_WARD, {**TEXTS, **changed}, by=midwife)
    writing.sign(plan, signer=midwife, by=midwife)
    return writing.sign(plan, signer=doctor, by=doctor)


def ward_of(record: Journey) -> Team:
    """The first ward of her site."""
    return Team.objects.filter(site=record.site, kind=Team.Kind.WARD).order_by("code")[0]


def sent_to_ward(plan: CarePlan, by: User) -> PlanSent:
    """The version, sent to the ward of her site."""
    return sending.send(plan, WARD, To(team=ward_of(plan.journey)), by=by)


def settled_elsewhere(plan: CarePlan, by: User) -> None:
    """Nobody but the ward needs it."""
    for receiver in BIRTH_AND_WARD.receivers[1:]:
        sending.send(plan, receiver, To(not_needed="she is not in treatment"), by=by)
