"""The demonstration's staff: the same roles at each site, `<role>.<site>@demo.example`, one password for all.

They exist in demo mode only; pathways' `load_demo` asks for them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password

from carecoord import clock
from carecoord.access.models import Membership, Team, User
from carecoord.access.roles import Role

DOMAIN = "demo.example"
WORKED_HERE = 400  # days
DEMO_SITES = ("ASHF", "CALD", "GLEN", "TAYM")
_K = Team.Kind


@dataclass(frozen=True)
class Post:
    """One post of the demonstration: who sits in it at each site, which role it has, in which team.

    The team is the site's first of that kind (by code), ``nth`` (from 0) where it has several, else its last;
    or the one with this ``code``.
    """

    role: Role
    kind: Team.Kind
    names: dict[str, str]
    nth: int = 0
    code: str = ""


def _names(*names: str) -> dict[str, str]:
    return dict(zip(DEMO_SITES, names, strict=True))


POSTS: dict[str, Post] = {
    "midwife": Post(Role.SPECIALIST_MIDWIFE, _K.CASELOAD, _names("A. Reid", "P. Lowe", "M. Farquhar", "I. Cowie")),
    "midwife2": Post(
        Role.SPECIALIST_MIDWIFE, _K.CASELOAD, _names("R. Ali", "A. Sykes", "D. Okoro", "J. Halcrow"), nth=1
    ),
    "ward": Post(Role.WARD_MIDWIFE, _K.WARD, _names("S. Ito", "K. Moe", "F. Lamont", "C. Baptiste")),
    "coordinator": Post(Role.WARD_COORDINATOR, _K.WARD, _names("L. Grant", "B. Hussain", "E. Nicolson", "R. Ogilvie")),
    "manager": Post(Role.SERVICE_MANAGER, _K.MANAGEMENT, _names("H. Quinn", "T. Ackroyd", "S. Menzies", "W. Rennie")),
    "privacy": Post(
        Role.PRIVACY_OFFICER, _K.MANAGEMENT, _names("N. Adeyemi", "O. Whitham", "C. Drummond", "S. Petrie")
    ),
    "admin": Post(
        Role.SITE_ADMINISTRATOR, _K.MANAGEMENT, _names("T. Bassett", "G. Oldroyd", "A. Moncrieff", "B. Leask")
    ),
    "keyworker": Post(
        Role.DRUG_SERVICE_KEYWORKER, _K.DRUG_SERVICE, _names("D. Farrow", "J. Bairstow", "N. Gillies", "L. Imrie")
    ),
    "prescriber": Post(
        Role.OST_PRESCRIBER, _K.DRUG_SERVICE, _names("Dr V. Menon", "Dr C. Asante", "Dr A. Buchan", "Dr G. Yule")
    ),
    "hv": Post(Role.HEALTH_VISITOR, _K.HEALTH_VISITING, _names("O. Bright", "M. Dyson", "K. Urquhart", "P. Scobie")),
    "neonatal": Post(
        Role.NEONATAL_TEAM,
        _K.PARTNER,
        _names("Dr Y. Chen", "Dr F. Barraclough", "Dr U. Mohan", "Dr R. Tosh"),
        code="neonatal",
    ),
    "mentalhealth": Post(
        Role.PERINATAL_MENTAL_HEALTH,
        _K.PARTNER,
        _names("E. Marlowe", "Z. Iqbal", "T. Pirie", "H. Balfour"),
        code="mental-health",
    ),
    "safeguarding": Post(
        Role.SAFEGUARDING_MIDWIFE,
        _K.PARTNER,
        _names("G. Holt", "D. Ramsden", "B. Laing", "S. Wishart"),
        code="safeguarding",
    ),
    # Those whom the ladders reach further up, so that in the demonstration no alert ends with nobody.
    "lead": Post(
        Role.SPECIALIST_MIDWIFE, _K.CASELOAD, _names("F. Whitcombe", "L. Ibbotson", "J. Kinnear", "E. Spence")
    ),
    "doctor": Post(
        Role.OBSTETRIC_DOCTOR, _K.HOSPITAL, _names("Dr R. Achebe", "Dr H. Sutcliffe", "Dr E. Morven", "Dr N. Laskaris")
    ),
    "pharmacist": Post(
        Role.PHARMACIST, _K.HOSPITAL, _names("B. Nakamura", "V. Ellershaw", "D. Strachan", "M. Abernethy")
    ),
    "head": Post(
        Role.SERVICE_MANAGER, _K.MANAGEMENT, _names("K. Ashdown", "R. Priestley", "A. Colquhoun", "T. Garioch")
    ),
}


def email_of(post: str, site_code: str) -> str:
    """The address that this post signs in with at this site."""
    return f"{post}.{site_code.lower()}@{DOMAIN}"


def load_accounts(password: str) -> dict[str, User]:
    """Make the accounts that are missing and give all of them this password; returns them by e-mail.

    Changes nothing where everything is as it should be. The caller has made sure of demo mode.
    """
    accounts = {user.email: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    encoded = _encoded(password, next(iter(accounts.values()), None))
    teams = teams_of()
    for site_code, by_kind in teams.items():
        for name, post in POSTS.items():
            email = email_of(name, site_code)
            if email not in accounts:
                accounts[email] = _made(email, post, by_kind, site_code)
    _move_to_their_own_teams(teams)
    for user in accounts.values():
        if user.password != encoded:
            user.password = encoded
            user.save(update_fields=["password"])
    return accounts


def _move_to_their_own_teams(teams: dict[str, dict[str, list[Team]]]) -> None:
    """Accounts from before the partner teams were declared one by one."""
    for membership in Membership.objects.filter(team__code="partners", user__email__endswith=f"@{DOMAIN}"):
        post_name, site_code = membership.user.email.split("@")[0].split(".")
        membership.team = team_of(POSTS[post_name], teams[site_code.upper()])
        membership.save(update_fields=["team"])


def _encoded(password: str, anybody: User | None) -> str:
    """The stored form of the password. All accounts share it: hashing 68 times would take seven seconds."""
    if anybody and check_password(password, anybody.password):
        return anybody.password
    return make_password(password)


def teams_of(sites: Collection[str] = DEMO_SITES) -> dict[str, dict[str, list[Team]]]:
    """These sites, and of each the teams by kind."""
    found: dict[str, dict[str, list[Team]]] = {}
    for team in Team.objects.filter(site__code__in=sites).select_related("site").order_by("site__code", "code"):
        found.setdefault(team.site.code, {}).setdefault(team.kind, []).append(team)
    return found


def _made(email: str, post: Post, teams: dict[str, list[Team]], site_code: str) -> User:
    user = User(email=email, name=post.names[site_code])
    user.save()
    since = clock.today() - timedelta(days=WORKED_HERE)  # what they did on days before is told as theirs
    Membership.objects.create(user=user, team=team_of(post, teams), role=post.role, starts_on=since)
    return user


def team_of(post: Post, teams: dict[str, list[Team]]) -> Team:
    """The team of a post at a site whose teams these are, by kind."""
    candidates = [team for team in teams[post.kind] if post.code in ("", team.code)]
    return candidates[min(post.nth, len(candidates) - 1)]
