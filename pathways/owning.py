"""Who has an open handoff in hand, and the verbs that change it.

One clear rule, as one SQL annotation (``with_owner``) and its words (``in_hand``): the owner who runs for it
(models/owners.py) while they still work here; else her named midwife, where the moment is a caseload's and she still
works at the woman's site, with whoever covers for her today; else nobody, and then since when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Greatest, JSONObject

from carecoord import clock
from carecoord.access.abilities import CASELOAD_ROLES, Ability
from carecoord.access.models import Cover, Membership, User
from carecoord.compiled import Given
from carecoord.refused import Refused
from pathways.engine import OPEN_STATES
from pathways.engine.times import midnight_after
from pathways.keeping import conflicts_of
from pathways.models import Handoff, Journey, Owner
from pathways.models.handoffs import OPEN, HandoffQuerySet
from pathways.moments import ALL
from pathways.recording import lock
from pathways.visibility import check_may

# What her named midwife has in hand without a word: she, or her team, gives or receives it.
CASELOAD_MOMENTS = [moment.key for moment in ALL if CASELOAD_ROLES & {*moment.senders, *moment.receivers}]

_LET_GO = """
    UPDATE pathways_owner AS owner SET until = greatest(%(at)s, owner.since)
    FROM access_user AS person
    WHERE owner.until IS NULL AND person.id = owner.user_id AND (NOT person.is_active OR NOT EXISTS (
        SELECT FROM access_membership m
        WHERE m.user_id = person.id AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
    ))
"""


@dataclass(frozen=True)
class InHand:
    """Who has one handoff in hand at an instant. ``how`` is one of Owner.How, ``named``, or blank for nobody."""

    user: int | None
    name: str
    how: str
    since: datetime
    covered_by: str = ""

    @property
    def is_nobodys(self) -> bool:
        return not self.how

    def words(self, reader: User, at: datetime) -> str:
        """``you``, ``R. Ali, covered today by A. Reid``, ``nobody for 3 hours``."""
        if self.is_nobodys:
            return f"nobody for {span_in_words(self.since, at)}"
        who = "you" if self.user == reader.pk else self.name
        return f"{who}, covered today by {self.covered_by}" if self.covered_by else who


def span_in_words(since: datetime, at: datetime) -> str:
    """``3 hours``, ``2 days``: how long something has lasted."""
    return clock.distance_in_words(min(since, at), at).removesuffix(" late").replace("today", "less than a day")


def with_owner(handoffs: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Annotate what ``in_hand`` tells of each handoff at ``at``. Costs no query of its own.

    Of the walled tables it names one, once: each time costs more to plan than the rows cost to read.
    """
    today = clock.today(at)
    works = Membership.objects.current(today).filter(user=OuterRef("user"), user__is_active=True)
    left = Membership.objects.filter(user=OuterRef("user"), ends_on__lt=today).order_by("-ends_on")
    owners = Owner.objects.filter(handoff=OuterRef("pk")).order_by(F("until").desc(nulls_first=True), "-pk")
    known = JSONObject(
        user="user_id",
        name="user__name",
        how="how",
        since="since",
        until="until",
        works=Exists(works),
        left=Subquery(left.values("ends_on")[:1]),
    )
    held = Membership.objects.filter(user=OuterRef("journey__named_midwife"), team__site=OuterRef("journey__site"))
    here = Q(starts_on__lte=today, user__is_active=True) & (Q(ends_on=None) | Q(ends_on__gte=today))
    held = held.annotate(works=Case(When(here, then=True), default=False)).order_by(
        "-works", F("ends_on").desc(nulls_last=True)
    )
    covers = Cover.objects.filter(
        midwife=OuterRef("journey__named_midwife"), ended_at=None, starts_on__lte=today, ends_on__gte=today
    )
    return handoffs.annotate(
        last_owner=Subquery(owners.values(known=known)[:1]),
        named_works=Subquery(held.values(known=JSONObject(works="works", left="ends_on"))[:1]),
        named_covered_by=Subquery(covers.order_by("pk").values("covered_by__name")[:1]),
    )


def with_cover(journeys: QuerySet[Journey], on: date | Given) -> QuerySet[Journey]:
    """Annotate who covers for her named midwife that day, for ``cover_in_words``. Costs no query of its own."""
    covers = Cover.objects.filter(
        midwife=OuterRef("named_midwife"), ended_at=None, starts_on__lte=on, ends_on__gte=on
    ).order_by("pk")
    known = JSONObject(name="covered_by__name", until="ends_on")
    return journeys.annotate(cover=Subquery(covers.values(known=known)[:1]))


def cover_in_words(journey: Any) -> str:
    """``, away until Fri 27 Nov 2026: A. Reid covers``; empty where nobody covers, for a journey ``with_cover``."""
    cover = getattr(journey, "cover", None)
    if not cover:
        return ""
    return f", away until {clock.day_in_words(date.fromisoformat(cover['until']))}: {cover['name']} covers"


def is_nobodys(at: datetime) -> Case:
    """Whether nobody has an open handoff in hand at ``at``, to count and to filter by."""
    nobody = Q(state__in=OPEN) & ~Exists(_running(at)) & ~_named_here(at)
    return Case(When(nobody, then=Value(True)), default=Value(False))


def in_hand(handoff: Handoff) -> InHand:
    """Who has a handoff of ``with_owner`` in hand. Its journey comes with its named midwife. No SQL query."""
    told: Any = handoff
    owner, named = told.last_owner or {}, told.named_works or {}
    if owner and owner["until"] is None and owner["works"]:
        return InHand(owner["user"], owner["name"], owner["how"], datetime.fromisoformat(owner["since"]))
    midwife = handoff.journey.named_midwife if handoff.moment in CASELOAD_MOMENTS else None
    if midwife and named.get("works"):
        return InHand(midwife.pk, str(midwife), "named", handoff.opened_at, told.named_covered_by or "")
    lost = [datetime.fromisoformat(owner["until"])] if owner and owner["until"] else _end_of(owner.get("left"))
    return InHand(None, "", "", max([handoff.opened_at, *lost, *(_end_of(named.get("left")) if midwife else [])]))


def _end_of(day: str | None) -> list[datetime]:
    """When a last day here was over; nothing where there was none."""
    return [midnight_after(date.fromisoformat(day), clock.LONDON)] if day else []


def _running(at: datetime) -> Any:
    """The owner who runs for the outer handoff and still works somewhere."""
    works = Membership.objects.current(clock.today(at)).filter(user=OuterRef("user"))
    return Owner.objects.filter(Exists(works), handoff=OuterRef("pk"), until=None, user__is_active=True)


def _named_here(at: datetime) -> Q:
    """Whether the outer handoff is a caseload's, and her named midwife works at her site."""
    works = Membership.objects.current(clock.today(at)).filter(
        user=OuterRef("journey__named_midwife"), user__is_active=True, team__site=OuterRef("journey__site")
    )
    return Q(moment__in=CASELOAD_MOMENTS) & Q(Exists(works))


# -- verbs ---------------------------------------------------------------------------------------


@transaction.atomic
def assign(handoff: Handoff, user: User, reason: str = "", *, by: User) -> Owner:
    """Give one open handoff to ``user``; whoever had it no longer does. Theirs already: nothing changes.

    They must take part in her care already: a handoff is never what opens a record. Raises Refused.
    """
    journey = _locked(handoff, by)
    if not takes_part(journey, user):
        raise Refused(f"{user} does not take part in her care. Choose somebody else.", field="user")
    running = Owner.objects.filter(handoff=handoff, until=None).first()
    if running and running.user_id == user.pk:
        return running
    return put_in_hand(handoff, user, Owner.How.TAKEN if user == by else Owner.How.ASSIGNED, reason=reason, by=by)


def put_in_hand(handoff: Handoff, user: User, how: Owner.How, *, reason: str = "", by: User) -> Owner:
    """``user`` has it from now on, and whoever had it no longer. For verbs that hold her journey's lock."""
    _end(handoff)
    return Owner.objects.create(
        journey_id=handoff.journey_id,
        handoff=handoff,
        handoff_key=handoff.key,
        user=user,
        how=how,
        by=by,
        reason=reason.strip(),
    )


@transaction.atomic
def hand_back(handoff: Handoff, *, by: User) -> bool:
    """Whoever has a handoff in hand gives it back: to her named midwife, or to the queue of what is nobody's.

    False where nobody had taken it. Her caseload's midwives may take it off somebody. Raises PermissionDenied.
    """
    journey = _locked(handoff, by)
    running = Owner.objects.filter(handoff=handoff, until=None).first()
    if running is None:
        return False
    if running.user_id != by.pk:
        check_may(by, Ability.ASSIGN_MIDWIFE, woman_id=journey.woman_id)
    return _end(handoff)


def let_go(at: datetime) -> int:
    """The worker's upkeep: what somebody had in hand who no longer works here falls back. Returns of how many."""
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, {"at": at, "today": clock.today(at)})
        return int(cursor.rowcount)


def end_of_person(journey: Journey, user: User) -> int:
    """All of one journey that ``user`` had taken falls to her named midwife or the queue. The caller has locked it."""
    return Owner.objects.filter(journey=journey, user=user, until=None).update(
        until=Greatest(Value(clock.now(), output_field=DateTimeField()), F("since"))
    )


def _end(handoff: Handoff) -> bool:
    running = Owner.objects.filter(handoff=handoff, until=None)
    return bool(running.update(until=Greatest(Value(clock.now(), output_field=DateTimeField()), F("since"))))


def _locked(handoff: Handoff, by: User) -> Journey:
    """Her journey, locked; raises where ``by`` may not, or the handoff has ended meanwhile."""
    journey = lock(handoff.journey)
    check_may(by, Ability.ANSWER_HANDOFF, woman_id=journey.woman_id)
    handoff.refresh_from_db()
    if handoff.state not in OPEN_STATES:
        raise Refused("This handoff has ended meanwhile. Nobody needs to have it in hand any more.")
    return journey


def takes_part(journey: Journey, user: User) -> bool:
    """Whether her record is open to ``user`` by their work, and they answer handoffs. Asked with the database's own
    functions, since a page's role reads nobody else's grants and conflicts.
    """
    if not user.is_active or Ability.ANSWER_HANDOFF not in user.abilities:
        return False
    return user.pk in who_takes_part(journey)


def who_takes_part(journey: Journey) -> set[int]:
    """Everybody to whom her record is open now and who is not to be kept from it. Three SQL queries."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT team, person, starts_at, ends_at FROM access_who_sees(%s)", [journey.woman_id])
        running = [row[:2] for row in cursor.fetchall() if row[2] <= now and (row[3] is None or row[3] > now)]
    members = Membership.objects.current().filter(team__in={team for team, _ in running if team})
    people = {person for _, person in running if person} | set(members.values_list("user", flat=True))
    return people - {known.person.pk for known in conflicts_of(journey.woman)}
