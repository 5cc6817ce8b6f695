"""Who can take a handoff over: teams with somebody whose role it is, and who may see what it is about."""

from __future__ import annotations

from dataclasses import dataclass

from carecoord.access.abilities import Ability, abilities_of
from carecoord.access.labels import labels_of
from carecoord.access.models import Membership, MembershipQuerySet, Team, User
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.engine import Moment, SubjectKind
from pathways.models import Handoff, Journey
from pathways.moments import by_key


@dataclass(frozen=True)
class Receiver:
    """A team that can be offered a handoff. ``is_usual``: one of those that the pathway names."""

    team: Team
    is_usual: bool


def receivers_of(handoff: Handoff, journey: Journey) -> list[Receiver]:
    """The teams that can be asked, the usual ones first, by name. At most three SQL queries."""
    moment = by_key[handoff.moment]
    roles: dict[Team, set[Role]] = {}
    for each in _working().filter(team__site=site_asked(handoff, journey)).select_related("team"):
        roles.setdefault(each.team, set()).add(Role(each.role))
    takers = set(moment.takers(handoff.step))
    found = [
        Receiver(team, is_usual=bool(held & takers))
        for team, held in roles.items()
        if any(_can_take(moment, handoff.step, role) for role in held)
    ]
    return sorted(found, key=lambda each: (not each.is_usual, each.team.name, each.team.pk))


def site_asked(handoff: Handoff, journey: Journey) -> int | None:
    """The site whose teams take it: hers; of a move the one that it goes to. None where that is not known."""
    if handoff.subject != SubjectKind.TRANSFER:
        return journey.site_id
    asked = journey.events.filter(kind="transfer_requested", correction=None).order_by("occurred_at", "id")
    request = asked[handoff.subject_number - 1 : handoff.subject_number].first() if handoff.subject_number else None
    code = request.details.get("to") if request else None
    return Site.objects.filter(code=code).values_list("pk", flat=True).first()


def may_take(handoff: Handoff, user: User | None, team_id: int | None) -> bool:
    """Whether ``user`` (None: anybody) can accept it for that team today. One SQL query."""
    held = _working().filter(team=team_id)
    if user is not None:
        held = held.filter(user=user)
    moment = by_key[handoff.moment]
    return any(_can_take(moment, handoff.step, Role(role)) for role in held.values_list("role", flat=True))


def takers_in(handoff: Handoff, team_id: int) -> list[int]:
    """Who of that team can accept it today: ids. One SQL query."""
    held = _working().filter(team=team_id).order_by("user_id").values_list("user_id", "role")
    moment = by_key[handoff.moment]
    return list(dict.fromkeys(user for user, role in held if _can_take(moment, handoff.step, Role(role))))


def is_in(user: User, team_id: int | None) -> bool:
    """Whether they work in that team today."""
    return team_id is not None and team_id in {each.team_id for each in user.current_memberships}


def works_in(user: User, team_id: int | None) -> bool:
    """The same of somebody else, who also has to be able to sign in and to take things over."""
    return user.is_active and is_in(user, team_id) and Ability.HAND_OVER in user.abilities


def colleagues_in(team_id: int | None, *, without: User) -> list[User]:
    """Who else of the team can have something passed on to them, by name. One SQL query."""
    held = _working().filter(team=team_id).exclude(user=without).select_related("user")
    people = {each.user for each in held if Ability.HAND_OVER in abilities_of([Role(each.role)])}
    return sorted(people, key=lambda person: (person.name, person.pk))


def _working() -> MembershipQuerySet:
    return Membership.objects.current().filter(user__is_active=True)


def _can_take(moment: Moment, step: str, role: Role) -> bool:
    """Whether the role can accept it: it hands things over, may see the moment, and the step is not another's alone."""
    only = moment.step(step).taken_by
    if only:
        return role in only
    named = {*moment.senders, *moment.receivers}
    return Ability.HAND_OVER in abilities_of([role]) and (role in named or moment.seen_with in labels_of([role]))
