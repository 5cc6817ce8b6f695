"""One member of staff in every role, at each site that is asked for."""

from __future__ import annotations

from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from tests.factories import UserFactory, staff

_K = Team.Kind
# The kind of team in which a role works, and the team's code where the site has several of that kind.
WORKS_IN: dict[Role, tuple[Team.Kind, str]] = {
    Role.SPECIALIST_MIDWIFE: (_K.CASELOAD, ""),
    Role.MIDWIFE: (_K.CASELOAD, ""),
    Role.WARD_MIDWIFE: (_K.WARD, ""),
    Role.WARD_COORDINATOR: (_K.WARD, ""),
    Role.LABOUR_WARD_COORDINATOR: (_K.WARD, ""),
    Role.OBSTETRIC_DOCTOR: (_K.HOSPITAL, ""),
    Role.NEONATAL_TEAM: (_K.PARTNER, "neonatal"),
    Role.ANAESTHETIST: (_K.HOSPITAL, ""),
    Role.PHARMACIST: (_K.HOSPITAL, ""),
    Role.OST_PRESCRIBER: (_K.DRUG_SERVICE, ""),
    Role.DRUG_SERVICE_KEYWORKER: (_K.DRUG_SERVICE, ""),
    Role.COMMUNITY_PHARMACIST: (_K.DRUG_SERVICE, ""),
    Role.HEALTH_VISITOR: (_K.HEALTH_VISITING, ""),
    Role.GP: (_K.HEALTH_VISITING, ""),
    Role.PERINATAL_MENTAL_HEALTH: (_K.PARTNER, "mental-health"),
    Role.SAFEGUARDING_MIDWIFE: (_K.PARTNER, "safeguarding"),
    Role.SOCIAL_WORKER: (_K.PARTNER, "safeguarding"),
    Role.BEREAVEMENT_LEAD: (_K.PARTNER, "bereavement"),
    Role.SERVICE_MANAGER: (_K.MANAGEMENT, ""),
    Role.SITE_ADMINISTRATOR: (_K.MANAGEMENT, ""),
    Role.PRIVACY_OFFICER: (_K.MANAGEMENT, ""),
    Role.WOMAN: (_K.MANAGEMENT, ""),
}


def team_for(role: Role, site: str, *, nth: int = 0) -> Team:
    """The team of the site in which this role works; its ``nth`` of that kind, or its last."""
    kind, code = WORKS_IN[role]
    teams = Team.objects.filter(site__code=site, kind=kind).order_by("code")
    chosen = list(teams.filter(code=code) if code else teams)
    return chosen[min(nth, len(chosen) - 1)]


def one_in(role: Role, site: str = "ASHF", **fields: object) -> User:
    """A member of staff in that role at that site."""
    return staff(role, site=site, team=team_for(role, site).code, **fields)


def everybody(*sites: str) -> dict[str, User]:
    """Somebody in each role at each site, by ``role site``, and somebody who has no role at all."""
    people = {f"{role} {site}": one_in(role, site) for site in sites for role in Role}
    return {**people, "no role": UserFactory()}
