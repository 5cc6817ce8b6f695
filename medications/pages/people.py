"""Who can sign beside somebody."""

from __future__ import annotations

from carecoord.access.abilities import Ability, roles_with
from carecoord.access.models import Membership, Team, User
from medications.models import Stay
from pathways.models import Journey
from pathways.pages.colleagues import by_name


def who_can_watch(journey: Journey, *, without: User) -> list[User]:
    """Who works on her ward today, or in a hospital team of her site, and signs as the second person; by name."""
    ward = Stay.objects.filter(journey=journey, until=None).values_list("ward", flat=True).first()
    held = Membership.objects.current().filter(
        team__site=journey.site_id, role__in=roles_with(Ability.WITNESS), user__is_active=True
    )
    found = held.filter(team__kind__in=(Team.Kind.WARD, Team.Kind.HOSPITAL)).select_related("user", "team")
    people = {each.user for each in found if each.team.kind == Team.Kind.HOSPITAL or ward in (None, each.team_id)}
    return by_name(people - {without})


def who_works_on(ward: Team, *, without: User) -> list[User]:
    """Who hands this ward over and takes it over, by name."""
    roles = roles_with(Ability.WORK_ON_WARD)
    held = Membership.objects.current().filter(team=ward, role__in=roles, user__is_active=True)
    return by_name({each.user for each in held.select_related("user")} - {without})
