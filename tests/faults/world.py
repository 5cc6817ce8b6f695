"""One woman for each way of standing to her, and somebody in every role who stands to all of them so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from carecoord import clock
from carecoord.access.models import Conflict, Grant, Membership, Seal, User
from carecoord.access.roles import Role
from pathways.models import Journey
from pathways.sweep import sweep
from referrals.models import Service
from tests.factories import UserFactory, ago, happened, journey, offer_of
from tests.faults.people import one_in, team_for
from tests.medicine import observed
from tests.policy import policy
from tests.routes import Route
from tests.services import referral, service, visit

HERE, ELSEWHERE = "ASHF", "CALD"
MISSING = 987_654_321  # nobody's id
_K = Grant.Kind


@dataclass(frozen=True)
class Her:
    """The ids of one woman's record, as they stand in addresses."""

    woman: int
    journey: int
    events: tuple[int, ...]  # the newest first
    handoff: int
    offer: int
    referral: int
    look: int  # what was seen of her baby once
    visit: int

    def place(self, route: Route, name: str, nth: int) -> object:
        """What stands in that place of the route's address; nobody's number for what is no part of a record."""
        if name == "pk":
            return OF_HER.get(folder(route), lambda her: MISSING)(self)
        if name == "entry":
            return self.look
        return self.events[nth] if name == "event" else WORDS.get(name, MISSING)


OF_HER: dict[str, Callable[[Her], int]] = {
    "women": lambda her: her.woman,
    "journeys": lambda her: her.journey,
    "ward/<slug:code>": lambda her: her.journey,
    "handoffs": lambda her: her.handoff,
    "handoffs/offers": lambda her: her.offer,
    "visits": lambda her: her.visit,
    "referrals": lambda her: her.referral,
}
EVENTS = 2  # of each record, so many can be asked for
NOBODY = Her(MISSING, MISSING, (MISSING,) * EVENTS, *[MISSING] * 5)
WORDS = {
    "code": "maple",
    "label": "abuse",
    "source": "pharmacy",
    "what": "statement",
    "kind": "contact_made",
    "which": "birth_and_ward",
    "receiver": "ward",
    "side": "midwife",
    "answer": "done",
    "key": "x-y",
    "uidb36": "1",
    "baby": "1",
    "item": "naloxone",
    "step": "shown",
    "who": "gp",
    "reason": "completed",
    "service": "maternity_care",
    "way": "attended",
    "measure": "M01",
}


@dataclass
class World:
    """``people`` by role (``nobody`` has not signed in), ``women`` by relation."""

    people: dict[str, User | None]
    women: dict[str, Her]

    def address(self, route: Route, relation: str, nth: int = 0) -> str:
        """The route's address for the woman who stands so to everybody; of several events, the ``nth``."""
        her = self.women[relation]
        return route.address(**{name: her.place(route, name, nth) for name in route.converters})


def session_of(user: User | None) -> str:
    """The session cookie of somebody who has signed in; empty for nobody."""
    client = Client()
    if user:
        client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value if user else ""


def browser(session: str) -> Client:
    """A fresh browser with that cookie."""
    client = Client(raise_request_exception=False)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def is_of_a_woman(route: Route) -> bool:
    """Whether its address holds the number of a woman, a journey, a handoff, an offer or a referral."""
    return "<int:pk>" in route.path and folder(route) in OF_HER


def folder(route: Route) -> str:
    """What stands before the number in the route's address: ``handoffs``, ``handoffs/offers``."""
    return route.path.partition("/<int:pk>")[0].strip("/")


def build(plant: Callable[[str, Journey], None] = lambda relation, record: None) -> World:
    """Everybody, and every relation of the policy. ``plant`` adds to the record of the woman who stands so."""
    people: dict[str, User | None] = {role.value: one_in(role, HERE) for role in Role}
    people |= {"no_role": UserFactory(), "nobody": None}
    staff = [user for user in people.values() if user]
    names = [*policy().relations["open"], *policy().relations["shut"]]
    records = {name: _record(name) for name in names if name != "missing"}
    for name, record in records.items():
        plant(name, record)
    # What followed from the facts by itself goes: each relation is exactly what its name says.
    Grant.objects.all().delete()
    for name, record in records.items():
        Grant.objects.bulk_create(_grants(name, record, staff))
        if name == "conflict":
            Conflict.objects.bulk_create(Conflict(woman=record.woman, user=user) for user in staff)
        if name.startswith("sealed"):
            Seal.objects.create(woman=record.woman, reason="works here")
    sweep()  # so that the pulse is fresh
    return World(people, {"missing": NOBODY, **{name: _ids(record) for name, record in records.items()}})


def _record(relation: str) -> Journey:
    record = journey(site=ELSEWHERE if relation == "other_site" else HERE, edd=clock.today(ago(-100)))
    happened(record, ("first_contact", ago(60)), ("booking_completed", ago(40)), ("contact_made", ago(2)))
    offer_of(record)
    happened(record, ("baby_born", ago(1), {"place": "hospital"}, 1))
    observed(record)
    visit(record, clock.today(ago(-3)))
    referral(record, Service.objects.first() or service("housing"), state="accepted")
    return record


def _ids(record: Journey) -> Her:
    offer = record.offers.get()
    handoff = record.handoffs.open().exclude(pk=offer.handoff_id).order_by("due_at")[0]
    events = record.events.order_by("-pk").values_list("pk", flat=True)[:EVENTS]
    rest = (handoff.pk, offer.pk, record.referrals.get().pk, record.observations.get().pk, record.visits.get().pk)
    return Her(record.woman_id, record.pk, tuple(events), *rest)


def _grants(relation: str, record: Journey, staff: Iterable[User]) -> list[Grant]:
    """The grants that make the relation, for each of them."""
    now = clock.now()
    hour, long_ago = timedelta(hours=1), now - timedelta(days=9)

    def to(user: User, kind: str, since: Any = long_ago, until: Any = None, **more: Any) -> Grant:
        return Grant(woman=record.woman, user=user, kind=kind, starts_at=since, ends_at=until, **more)

    def to_team(user: User, kind: str) -> Grant | None:
        """One grant for each person, so that the same team may have it several times."""
        known = user.memberships.order_by("pk").first()
        return known and Grant(woman=record.woman, team=known.team, kind=kind, starts_at=long_ago)

    made: dict[str, Any] = {
        "own": lambda user: [to(user, _K.CASELOAD)],
        "buddy": lambda user: [to(user, _K.CASELOAD, reason="buddy")],
        "cover": lambda user: [to(user, _K.COVER, until=now + hour)],
        "admitted": lambda user: [to_team(user, _K.ADMISSION)],
        "referral": lambda user: [to_team(user, _K.REFERRAL)],
        "self_claim": lambda user: [to(user, _K.SELF_CLAIM, now - hour, now + hour)],
        "break_glass": lambda user: [to(user, _K.BREAK_GLASS, now - hour / 2, now + hour / 2, labels=["general"])],
        "sealed_own": lambda user: [to(user, _K.CASELOAD)],
        "ended": lambda user: [
            to(user, _K.CASELOAD, until=now - hour),
            to(user, _K.BREAK_GLASS, now - 2 * hour, now - hour),
        ],
        "future": lambda user: [to(user, _K.COVER, now + hour, now + 9 * hour)],
        "conflict": lambda user: [to(user, _K.CASELOAD), to_team(user, _K.ADMISSION)],
    }
    if relation == "left_team":
        return [_to_a_team_left(record, list(staff))]
    found = [grant for user in staff for grant in made.get(relation, lambda user: [])(user)]
    return [grant for grant in found if grant]


def _to_a_team_left(record: Journey, staff: list[User]) -> Grant:
    """Everybody worked in the other caseload team until yesterday."""
    team = team_for(Role.MIDWIFE, HERE, nth=1)
    today = clock.today()
    Membership.objects.bulk_create(
        Membership(
            user=user,
            team=team,
            role=Role.SPECIALIST_MIDWIFE,
            starts_on=today - timedelta(days=90),
            ends_on=today - timedelta(days=1),
        )
        for user in staff
    )
    return Grant(woman=record.woman, team=team, kind=_K.CASELOAD, starts_at=clock.now() - timedelta(days=80))
