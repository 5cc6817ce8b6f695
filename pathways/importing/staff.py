"""Finds the members of staff whose e-mails stand in the files."""

from __future__ import annotations

from typing import NamedTuple

from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.sites.models import Site


class Midwife(NamedTuple):
    """Who holds a caseload at a site, and in which of its caseload teams (None: in none of them)."""

    account: User
    team: Team | None


class Staff:
    """Every account by its e-mail, read once for an import."""

    def __init__(self) -> None:
        self._accounts = {user.email: user for user in User.objects.all()}

    def account(self, email: str) -> User | None:
        """The account with this e-mail, also one that is no longer in use: what somebody recorded stays theirs."""
        return self._accounts.get(email.lower())

    def midwife(self, email: str, *, site: Site) -> Midwife:
        """Who has a caseload at ``site``, by e-mail. Raises ValueError with what to do."""
        user = self.account(email)
        if (
            user is None
            or not user.is_active
            or site.pk not in user.site_ids
            or Ability.SEE_CASELOAD not in user.abilities
        ):
            raise ValueError(
                f"nobody with this e-mail has a caseload at {site.code}: check the e-mail, "
                "or leave the cell blank and name her midwife afterwards"
            )
        teams = [membership.team for membership in user.current_memberships]
        return Midwife(
            user, next((team for team in teams if team.site_id == site.pk and team.kind == Team.Kind.CASELOAD), None)
        )
