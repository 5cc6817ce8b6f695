"""Who holds a post of the ladders: for one handoff, at one instant.

Everybody told works at the site today, with an account that can sign in, is not on leave (a cover runs for them), and
is not in conflict with her. In this order, and the first step that finds somebody counts:

====================  ================================================================================
post                  held by
====================  ================================================================================
owner                 whoever has it in hand by name; the team that accepted it; where a caseload's
                      midwife gives or receives it, her midwife and then her caseload team; else those
                      with the sender's roles (on an admission: the ward midwives)
assigned midwife      whoever has it in hand by name; the ward midwives
named worker          whoever has it in hand by name; her midwife; her caseload team
specialist midwife    her midwife; her caseload team
any other             whom the site names for it, in their hours; where it names nobody, those with its roles
====================  ================================================================================

*Her midwife* is the named midwife; while she is away whoever covers for her, else the buddy. Whoever has a handoff in
hand and is away is covered in the same way. A post that the site names somebody for and that nobody is on duty in at
that hour is empty: the ladder goes on to the next level. Ladders that count in working days come due at midnight and
are read in the morning: for them the hours are left aside, and whoever the site names that day holds the post.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from carecoord import clock
from carecoord.access.abilities import CASELOAD_ROLES, Ability, roles_with
from carecoord.access.models import Cover, Membership
from carecoord.access.roles import Role
from pathways.engine import SubjectKind
from pathways.models import DutyPost, Journey
from pathways.moments import by_key
from pathways.moments.ladders import POST_ROLES, Post

CLINICAL_ROLES = roles_with(Ability.SEE_JOURNEY)
OF_THE_HANDOFF = (Post.OWNER, Post.ASSIGNED_MIDWIFE, Post.NAMED_WORKER, Post.NAMED_MIDWIFE)
NAMED_BY_THE_SITE = tuple(post for post in Post if post not in OF_THE_HANDOFF)

People = tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """A handoff as its ladder asks about it. ``never``: who is in conflict with her."""

    moment: str
    subject: str
    journey: Journey
    owner: int | None = None
    accepted_by_team: int | None = None
    never: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Roster:
    """The people of one site at one instant, read once for a sweep. Ids of users throughout."""

    roles: dict[int, frozenset[tuple[Role, int]]] = field(default_factory=dict)
    away: dict[int, People] = field(default_factory=dict)
    named: dict[Post, People] = field(default_factory=dict)
    in_their_hours: dict[Post, People] = field(default_factory=dict)

    @classmethod
    def of(cls, site: int, at: datetime) -> Roster:
        """Read it. Three SQL queries."""
        today = clock.today(at)
        roles: dict[int, set[tuple[Role, int]]] = {}
        members = Membership.objects.current(today).filter(team__site=site, user__is_active=True)
        for user, role, team in members.order_by("user_id").values_list("user_id", "role", "team_id"):
            roles.setdefault(user, set()).add((Role(role), team))
        away: dict[int, list[int]] = {}
        covers = Cover.objects.filter(ended_at=None, starts_on__lte=today, ends_on__gte=today).order_by("pk")
        for midwife, covered_by in covers.values_list("midwife_id", "covered_by_id"):
            away.setdefault(midwife, []).append(covered_by)
        yesterday = today - timedelta(days=1)  # whose night may still run
        posts = DutyPost.objects.filter(site=site, starts_on__lte=today)
        rows = list(posts.filter(Q(ends_on=None) | Q(ends_on__gte=yesterday)).order_by("user_id", "pk"))
        there = [row for row in rows if is_on_duty(row, at)]
        return cls(
            {user: frozenset(held) for user, held in roles.items()},
            {user: tuple(others) for user, others in away.items()},
            _by_post(row for row in rows if row in there or row.ends_on is None or row.ends_on >= today),
            _by_post(there),
        )

    def holders(self, post: Post, asked: Asked, *, by_the_hour: bool = True) -> People:
        """Who holds ``post`` for this handoff; nobody where the next level has to be told."""
        steps = [self.on_duty(post, by_the_hour=by_the_hour)] if post in NAMED_BY_THE_SITE else self._steps(post, asked)
        return next(filter(None, (self._free(people, asked) for people in steps)), ())

    def on_duty(self, post: Post, *, by_the_hour: bool = True) -> People:
        """Who holds a post that belongs to the site, whatever the handoff."""
        if post in self.named:
            return self._present((self.in_their_hours if by_the_hour else self.named).get(post, ()))
        return self._with_roles(POST_ROLES[post])

    def last_resort(self, asked: Asked) -> People:
        """Whom to tell when a ladder ends with nobody: her caseload team, else everybody clinical, on leave or not."""
        clinical = [user for user, held in self.roles.items() if any(role in CLINICAL_ROLES for role, _ in held)]
        steps = (self._caseload_team(asked), self._present(clinical), clinical)
        return next(filter(None, (self._free(people, asked) for people in steps)), ())

    def _steps(self, post: Post, asked: Asked) -> Iterable[Iterable[int]]:
        if post is Post.NAMED_MIDWIFE:
            return [*self._midwife(asked), self._caseload_team(asked)]
        in_hand = self._or_cover(asked.owner)
        if post is Post.ASSIGNED_MIDWIFE:
            return [in_hand, self._with_roles([Role.WARD_MIDWIFE])]
        if post is Post.NAMED_WORKER:
            return [in_hand, *self._midwife(asked), self._caseload_team(asked)]
        return [in_hand, *self._responsible(asked)]

    def _responsible(self, asked: Asked) -> list[Iterable[int]]:
        """Whose it is while nobody has it in hand by name."""
        moment = by_key[asked.moment]
        accepted = self._with_roles(moment.receivers, team=asked.accepted_by_team) if asked.accepted_by_team else ()
        if asked.subject == SubjectKind.ADMISSION:
            return [accepted, self._with_roles([Role.WARD_MIDWIFE])]
        if CASELOAD_ROLES.intersection((*moment.senders, *moment.receivers)):
            return [accepted, *self._midwife(asked), self._caseload_team(asked)]
        return [accepted, self._with_roles(moment.senders)]

    def _midwife(self, asked: Asked) -> list[Iterable[int]]:
        journey = asked.journey
        return [self._or_cover(journey.named_midwife_id), self._present([journey.buddy_id])]

    def _or_cover(self, user: int | None) -> People:
        """Somebody, or whoever covers for them; nobody where they have left."""
        if user is None or user not in self.roles:
            return ()
        return self._present([user]) or self._present(self.away[user])

    def _caseload_team(self, asked: Asked) -> People:
        return self._with_roles(CASELOAD_ROLES, team=asked.journey.team_id) or self._with_roles(CASELOAD_ROLES)

    def _with_roles(self, wanted: Iterable[Role], *, team: int | None = None) -> People:
        wanted = frozenset(wanted)
        return self._present(
            user for user, held in self.roles.items() if any(role in wanted and team in (None, of) for role, of in held)
        )

    def _present(self, people: Iterable[int | None]) -> People:
        return tuple(user for user in people if user is not None and user in self.roles and user not in self.away)

    @staticmethod
    def _free(people: Iterable[int], asked: Asked) -> People:
        return tuple(user for user in people if user not in asked.never)


def _by_post(rows: Iterable[DutyPost]) -> dict[Post, People]:
    found: dict[Post, dict[int, None]] = {}
    for row in rows:
        found.setdefault(Post(row.post), {})[row.user_id] = None
    return {post: tuple(people) for post, people in found.items()}


def is_on_duty(post: DutyPost, at: datetime) -> bool:
    """Whether the hours of this row run at ``at``, by the London clock. A night belongs to the day it begins on."""
    local = at.astimezone(clock.LONDON)
    today, hour = local.date(), local.time()
    if post.begins is None or post.ends is None:
        return _is_day_of(post, today)
    if post.begins < post.ends:
        return _is_day_of(post, today) and post.begins <= hour < post.ends
    begun_yesterday = _is_day_of(post, today - timedelta(days=1)) and hour < post.ends
    return begun_yesterday or (_is_day_of(post, today) and hour >= post.begins)


def _is_day_of(post: DutyPost, day: date) -> bool:
    runs = post.starts_on <= day and (post.ends_on is None or day <= post.ends_on)
    return runs and (not post.days or day.isoweekday() in post.days)
