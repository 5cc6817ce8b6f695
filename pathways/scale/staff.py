"""Accounts at every site: the posts of the demonstration, and as many midwives as there are caseloads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from carecoord import clock
from carecoord.access.demo import POSTS, email_of, load_accounts, team_of, teams_of
from carecoord.access.models import Membership, Team, User
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.demo.duties import load_duties
from pathways.scale.people import staff_name

CASELOAD = 60  # open journeys of one midwife
OPEN = 0.45  # of all journeys
WORKED_HERE = timedelta(days=5 * 365)
RECORDS = {"ward": "ward", "keyworker": "keyworker", "prescriber": "prescriber", "safeguarding": "safeguarding"}


@dataclass(frozen=True)
class Staffed:
    """One site with who works there. ``midwives``: (account, team) of each; ``posts``: account by post."""

    site: Site
    teams: dict[str, Team]
    midwives: Sequence[tuple[int, int]]
    posts: dict[str, int]

    @property
    def caseloads(self) -> list[Team]:
        """The caseload teams, in the order of their rows."""
        return sorted((team for team in self.teams.values() if team.kind == Team.Kind.CASELOAD), key=lambda one: one.pk)


def load_staff(codes: Sequence[str], journeys: int, password: str, now: datetime) -> dict[str, Staffed]:
    """Make the accounts that are missing, and say who works at each site."""
    accounts = load_accounts(password)
    encoded = next(iter(accounts.values())).password
    midwives = max(2, ceil(journeys * OPEN / len(codes) / CASELOAD))
    _add(_missing(codes, midwives), encoded, now)
    staff = {user.email: user for user in User.objects.all()}
    load_duties(staff, now, codes)
    return {code: _staffed(site, staff) for code, site in Site.objects.in_bulk(codes, field_name="code").items()}


def _missing(codes: Collection[str], midwives: int) -> list[tuple[User, Membership]]:
    """Each account that a site still needs, with its place there."""
    here = set(User.objects.values_list("email", flat=True))
    found = []
    for code, by_kind in teams_of(codes).items():
        posts = {name: (post.role, team_of(post, by_kind)) for name, post in POSTS.items()}
        caseloads = by_kind[Team.Kind.CASELOAD]
        for number in range(3, midwives + 1):
            posts[f"midwife{number}"] = (Role.SPECIALIST_MIDWIFE, caseloads[number % len(caseloads)])
        for number, (name, (role, team)) in enumerate(posts.items()):
            if (email := email_of(name, code)) not in here:
                found.append((User(email=email, name=staff_name(code, number)), Membership(team=team, role=role)))
    return found


def _add(missing: Sequence[tuple[User, Membership]], encoded: str, now: datetime) -> None:
    since = clock.today(now) - WORKED_HERE
    for user, _ in missing:
        user.password = encoded
    User.objects.bulk_create([user for user, _ in missing])
    for user, membership in missing:
        membership.user, membership.starts_on = user, since
    Membership.objects.bulk_create([membership for _, membership in missing])


def _staffed(site: Site, staff: dict[str, User]) -> Staffed:
    working = Membership.objects.current().filter(team__site=site, role=Role.SPECIALIST_MIDWIFE, user__is_active=True)
    caseloads = working.filter(team__kind=Team.Kind.CASELOAD).order_by("user")
    return Staffed(
        site=site,
        teams={team.code: team for team in Team.objects.filter(site=site)},
        midwives=list(caseloads.values_list("user", "team")),
        posts={post: staff[email_of(name, site.code)].pk for post, name in RECORDS.items()},
    )
