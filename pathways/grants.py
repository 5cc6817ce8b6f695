"""Access follows care: which grants follow from the facts of one journey.

=================  ====================================================  ==================================
who                from                                                  until
=================  ====================================================  ==================================
named midwife,     she is named                                          another is
buddy
caseload team      nobody is named, or the one named has left            somebody is
whoever covers     the first day of the midwife's leave                  its last day
ward, hospital     admission, or a birth in hospital                     24 hours after she, and every
teams                                                                    baby with her, went home
the wards          four weeks before her EDD: the board and who could    a birth or a loss, or four weeks
                   come tonight                                          after the EDD
a service          the first of its handoffs is due soon                 28 days after its last one ended
an offered team    a handoff is offered to it                            it declines, or 28 days after the
                                                                         handoff ended
a team that was    a plan is sent to it                                  another team is in its place, or 28
sent a plan                                                              days after the pregnancy ended
another site       the move there is asked for                           it is refused
the site she left  she moved to another one                              28 days later
a referral, an     see referrals/access.py
appointment
=================  ====================================================  ==================================

28 days after a journey was closed only her midwife still has it: letters are answered and entries corrected. After
her death everybody else leaves within a day, but for who still owes something to a living baby. Social workers get
nothing by themselves: they receive documents by an explicit share (pathway, 3.3).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection
from django.db.models import Q

from carecoord import clock
from carecoord.access.models import Cover, Grant, Membership, Team, User
from carecoord.access.roles import Role
from carecoord.sites.definitions import TeamDefinition
from pathways import engine
from pathways.engine import Fact
from pathways.engine.times import midnight_after, midnight_before
from pathways.models import Journey, Offer
from pathways.moments import ALL
from pathways.rules.together import cared_for_on_the_ward

WARD_KEEPS = timedelta(hours=24)
SERVICE_KEEPS = timedelta(days=28)
CLOSED_KEEPS = timedelta(days=28)
DIED_KEEPS = timedelta(hours=24)
MOVED_KEEPS = timedelta(days=28)
EXPECTED_WITHIN = timedelta(weeks=4)  # before her EDD and after it

_SERVES: dict[str, tuple[Role, ...]] = {
    Team.Kind.DRUG_SERVICE: (Role.DRUG_SERVICE_KEYWORKER, Role.OST_PRESCRIBER),
    Team.Kind.HEALTH_VISITING: (Role.HEALTH_VISITOR,),
}
NOT_EXPECTED = ("baby_born", "pregnancy_loss", "mother_died")
_ON_THE_WARD = (Team.Kind.WARD, Team.Kind.HOSPITAL)
_OWED_AFTER_HER_DEATH = frozenset(moment.key for moment in ALL if engine.Ending.MOTHER_DIED in moment.survives)
_ROLES_OF_MOMENT = {moment.key: frozenset((*moment.senders, *moment.receivers)) for moment in ALL}


class Owed(Protocol):
    """What a grant asks of a handoff: the engine's answer and its stored copy both have it."""

    @property
    def moment(self) -> str: ...
    @property
    def warn_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Due:
    """A grant that follows from facts. ``reason`` tells it from others of its kind to the same people."""

    kind: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None = None
    team_id: int | None = None
    user_id: int | None = None


# What other apps say of a journey: they stand on this one, and name their own grants here.
Following = Callable[[Journey], Iterable[Due]]
FOLLOWING: list[Following] = []


def reserve_woman(by: User) -> int:
    """The id of a woman whom ``by`` is about to add, and theirs to open for twelve hours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_reserve_woman(%s)", [by.pk])
        return int(cursor.fetchone()[0])


def write_grants(journey: Journey, facts: list[Fact], handoffs: Iterable[Owed], *, is_new: bool = False) -> None:
    """Make the stored grants equal what follows now. The caller holds the journey's lock. One SQL statement writes.

    ``is_new``: it was opened in this transaction, and no other app can have anything of it yet.
    """
    following = [] if is_new else FOLLOWING
    wanted = [asdict(due) for due in grants_that_follow(journey, facts, handoffs, clock.present(), following)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_set_derived(%s, %s::jsonb)",
            [journey.pk, json.dumps(wanted, default=datetime.isoformat)],
        )


@dataclass(frozen=True)
class Around:
    """Who there is around one woman: the teams of her site by code, which of her midwives work there now, who covers
    for them, and the caseload teams of the site that she is to move to."""

    teams: Mapping[str, Team]
    working: Collection[int]
    covers: Iterable[Cover] = ()
    elsewhere: Iterable[Team] = ()


def grants_that_follow(
    journey: Journey,
    facts: list[Fact],
    handoffs: Iterable[Owed],
    at: datetime,
    following: Sequence[Following] = FOLLOWING,
) -> list[Due]:
    """Every grant that runs at ``at`` or begins later, by the table above."""
    besides = [
        *_offers(journey),
        *_plans(journey, facts),
        *(due for others_say in following for due in others_say(journey)),
    ]
    return grants_around(journey, facts, handoffs, at, _around(journey, facts, at), besides)


def grants_around(
    journey: Journey,
    facts: list[Fact],
    handoffs: Iterable[Owed],
    at: datetime,
    around: Around,
    besides: Iterable[Due] = (),
) -> list[Due]:
    """The same for whoever knows who is around her; asks the database nothing. ``besides``: what follows otherwise."""
    teams = around.teams
    declared = [team for team in journey.site.definition.teams if team.code in teams]
    services, owed = [(teams[team.code], _served(team)) for team in declared], list(handoffs)
    others = [
        *_admissions(facts, [teams[team.code] for team in declared if team.kind in _ON_THE_WARD]),
        *_expected(journey, facts, [teams[team.code] for team in declared if team.kind == Team.Kind.WARD]),
        *_services(services, owed),
        *_move_elsewhere(journey, facts, around.elsewhere),
        *besides,
    ]
    if ended := _ended(facts):
        for_a_baby = [each for each in owed if each.ended_at is None and each.moment in _OWED_AFTER_HER_DEATH]
        keep = {each.team_id for each in _services(services, for_a_baby)}
        others = [_until_the_end(each, ended, keeps=each.team_id in keep) for each in others]
    due = [*_caseload(journey, facts, around), *others]
    return [each for each in due if each.ends_at is None or each.ends_at > max(at, each.starts_at)]


def grant_differences(journey: Journey, facts: list[Fact], handoffs: Iterable[Owed], at: datetime) -> list[str]:
    """How the stored grants that run or are to come differ from those that follow; empty when they agree."""
    rows = Grant.objects.filter(journey=journey).filter(Q(ends_at=None) | Q(ends_at__gt=at))
    stored = {_key(row): (_start(row.starts_at, at), row.ends_at) for row in rows}
    due = grants_that_follow(journey, facts, handoffs, at)
    follow = {_key(each): (_start(each.starts_at, at), each.ends_at) for each in due}
    found = [f"grant {_in_words(key)}: stored only" for key in sorted(stored.keys() - follow.keys(), key=str)]
    found += [f"grant {_in_words(key)}: not stored" for key in sorted(follow.keys() - stored.keys(), key=str)]
    for key in sorted(stored.keys() & follow.keys(), key=str):
        if stored[key] != follow[key]:
            found.append(f"grant {_in_words(key)}: stored {stored[key]}, computed {follow[key]}")
    return found


def _key(grant: Grant | Due) -> tuple[str, str, int | None, int | None]:
    return str(grant.kind), grant.reason, grant.team_id, grant.user_id


def _in_words(key: tuple[str, str, int | None, int | None]) -> str:
    kind, reason, team, user = key
    return f"{kind} ({reason}) to {f'team {team}' if team else f'person {user}'}"


def _start(instant: datetime, at: datetime) -> datetime | None:
    """When it begins; None once it has begun, since a grant keeps the start that it was first given."""
    return instant if instant > at else None


def _around(journey: Journey, facts: Iterable[Fact], at: datetime) -> Around:
    named = [person for person in (journey.named_midwife_id, journey.buddy_id) if person]
    here = Membership.objects.current().filter(team__site=journey.site_id, user__is_active=True)
    covers = Cover.objects.filter(midwife__in=named, ended_at=None, ends_on__gte=clock.today(at))
    asked = _asked_to_move(journey, facts)
    caseloads = Team.objects.filter(site__code=asked.details.get("to"), kind=Team.Kind.CASELOAD) if asked else None
    return Around(
        teams={team.code: team for team in Team.objects.filter(site=journey.site_id)},
        working=set(here.filter(user__in=named).values_list("user", flat=True)),
        covers=covers.order_by("pk"),
        elsewhere=caseloads.order_by("pk") if caseloads is not None else (),
    )


def _caseload(journey: Journey, facts: Iterable[Fact], around: Around) -> Iterator[Due]:
    assigned = [fact.occurred_at for fact in facts if fact.kind == "named_midwife_assigned"]
    since = max(assigned, default=journey.created_at)
    for person, reason in ((journey.named_midwife_id, "named midwife"), (journey.buddy_id, "buddy")):
        if person in around.working:
            yield Due(Grant.Kind.CASELOAD, reason, since, user_id=person)
    if journey.named_midwife_id not in around.working:
        yield Due(Grant.Kind.CASELOAD, "nobody is named", since, team_id=journey.team_id)
    for cover in around.covers:
        yield Due(
            Grant.Kind.COVER,
            f"cover {cover.pk}",
            midnight_before(cover.starts_on, clock.LONDON),
            midnight_after(cover.ends_on, clock.LONDON),
            user_id=cover.covered_by_id,
        )


def _admissions(facts: Sequence[Fact], teams: list[Team]) -> Iterator[Due]:
    for number, (since, until) in enumerate(cared_for_on_the_ward(facts), start=1):
        for team in teams:
            yield Due(
                Grant.Kind.ADMISSION,
                f"admission {number}",
                since,
                until + WARD_KEEPS if until else None,
                team_id=team.pk,
            )


def _expected(journey: Journey, facts: list[Fact], wards: list[Team]) -> Iterator[Due]:
    """The wards prepare for who will come: from four weeks before her EDD, while she is pregnant.

    Of whom nothing has been recorded yet, nobody knows whether she still is.
    """
    edd = engine.current_edd(facts, journey.edd_at_entry)
    if edd is None or not facts:
        return
    ended = [fact.occurred_at for fact in facts if fact.kind in NOT_EXPECTED]
    until = min([*ended, midnight_after(edd + EXPECTED_WITHIN, clock.LONDON)])
    since = midnight_before(edd - EXPECTED_WITHIN, clock.LONDON)
    if since < until:
        for team in wards:
            yield Due(Grant.Kind.REFERRAL, "expected", since, until, team_id=team.pk)


def _services(teams: Iterable[tuple[Team, frozenset[Role]]], handoffs: list[Owed]) -> Iterator[Due]:
    for team, roles in teams:
        theirs = [handoff for handoff in handoffs if roles & _ROLES_OF_MOMENT.get(handoff.moment, frozenset())]
        if theirs:
            ends = [handoff.ended_at + SERVICE_KEEPS if handoff.ended_at else None for handoff in theirs]
            yield Due(
                Grant.Kind.REFERRAL,
                "handoffs",
                min(handoff.warn_at for handoff in theirs),
                None if None in ends else max(end for end in ends if end),
                team_id=team.pk,
            )


def _offers(journey: Journey) -> Iterator[Due]:
    running = journey.offers.filter(state__in=(Offer.State.OFFERED, Offer.State.ACCEPTED), to_team__isnull=False)
    for offer in running.select_related("handoff", "to_team", "from_team").order_by("pk"):
        ended = offer.handoff.ended_at if offer.handoff else offer.answered_at or offer.offered_at
        if _has_moved(offer, journey) and offer.from_team and ended:
            yield Due(Grant.Kind.REFERRAL, "moved from here", ended, ended + MOVED_KEEPS, team_id=offer.from_team_id)
        until = ended + SERVICE_KEEPS if ended else None
        yield Due(Grant.Kind.REFERRAL, f"offer {offer.pk}", offer.offered_at, until, team_id=offer.to_team_id)


def _plans(journey: Journey, facts: Iterable[Fact]) -> Iterator[Due]:
    """A team reads the plan that it was sent, before she is on its ward, and while what it says can still be needed."""
    ended = [fact.occurred_at for fact in facts if fact.kind in NOT_EXPECTED]
    until = min(ended) + SERVICE_KEEPS if ended else None
    since: dict[int, datetime] = {}
    running = journey.plans_sent.filter(ended_at=None, to_team__site=journey.site_id)
    for team, at in running.values_list("to_team", "sent_at"):
        since[team] = min(at, since.get(team, at))
    for team, at in sorted(since.items()):
        if until is None or at < until:
            yield Due(Grant.Kind.REFERRAL, "was sent a plan", at, until, team_id=team)


def _has_moved(offer: Offer, journey: Journey) -> bool:
    """Whether this is the offer by which the caseload team of another site took her, who is there now."""
    team = offer.to_team
    return (
        offer.handoff is not None
        and offer.handoff.subject == engine.SubjectKind.TRANSFER
        and offer.state == Offer.State.ACCEPTED
        and team is not None
        and team.kind == Team.Kind.CASELOAD
        and journey.entered_site_id is not None
    )


def _asked_to_move(journey: Journey, facts: Iterable[Fact]) -> Fact | None:
    """The latest wish to move to a site where she is not yet; None where there is none, or it was refused."""
    asked: Fact | None = None
    for fact in engine.in_order(facts):
        if fact.kind == "transfer_requested":
            asked = fact
        elif fact.kind == "transfer_refused":
            asked = None
    # Once she is there, she is on that site's caseload.
    return asked if asked and asked.details.get("to") != journey.site.code else None


def _move_elsewhere(journey: Journey, facts: Iterable[Fact], teams: Iterable[Team]) -> Iterator[Due]:
    if asked := _asked_to_move(journey, facts):
        for team in teams:
            yield Due(Grant.Kind.REFERRAL, "moves to this site", asked.occurred_at, team_id=team.pk)


def _served(team: TeamDefinition) -> frozenset[Role]:
    return frozenset(map(Role, team.serves)) or frozenset(_SERVES.get(team.kind, ()))


def _ended(facts: Iterable[Fact]) -> Fact | None:
    """What ended the journey for good: it was closed and stayed so, or she died."""
    ended: Fact | None = None
    for fact in engine.in_order(facts):
        if fact.kind == "mother_died" or (fact.kind == "closed" and not (ended and ended.kind == "mother_died")):
            ended = fact
        elif fact.kind == "reopened":
            ended = None
    return ended


def _until_the_end(due: Due, ended: Fact, *, keeps: bool) -> Due:
    """A grant of somebody who is not her midwife, cut to the weeks after the end; after her death to a day.

    ``keeps``: theirs is a team that still owes something to a living baby, and has it for those weeks.
    """
    last = ended.occurred_at + (DIED_KEEPS if ended.kind == "mother_died" and not keeps else CLOSED_KEEPS)
    return replace(due, ends_at=min(due.ends_at or last, last))
