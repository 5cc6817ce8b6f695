"""What is offered to somebody, what they wait for, and what they have accepted: three parts of the list of handoffs.

One SQL query counts all three; each part is one more, and one for the questions, whatever its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, When

from carecoord import clock
from carecoord.access.abilities import Ability, abilities_of
from carecoord.access.labels import Label, labels_of
from carecoord.access.models import Grant, Reader, User
from carecoord.access.roles import Role
from pathways.engine import LATE_STATES, OPEN_STATES, State
from pathways.models import Handoff, Journey, Offer, OfferQuestion
from pathways.models.handoffs import OPEN
from pathways.moments import ALL
from pathways.offering import REMIND_AFTER
from pathways.pages.team_handoffs import RECENT, moments_with
from pathways.receivers import is_in
from pathways.transfers import is_move
from pathways.visibility import journeys_open_to
from pathways.wording.handoffs import due_in_words
from pathways.wording.offers import (
    TAKES_OVER,
    line_in_lists,
    question_in_words,
    sender_of,
    standing_in_words,
    title_in_lists,
    told_in_words,
)
from pathways.words import in_lists

OFFERED, WAITING, ACCEPTED = "offered", "waiting", "accepted"
PAGE_SIZE = 50
CARDS = 20
FEW_WAITING = 10  # below the cards, before "all of them"
_RUNNING = (Offer.State.OFFERED, Offer.State.ACCEPTED)


@dataclass(frozen=True)
class Part:
    """One part of a list. ``key`` is what the address says; ``empty`` says why it has nothing to show."""

    key: str
    label: str
    empty: str


PARTS = (
    Part(OFFERED, "Offered to you", "Nothing is offered to you."),
    Part(WAITING, "You wait for others", "You wait for nobody: what was offered is done or has come back to you."),
    Part(ACCEPTED, "Open, accepted", "Your team has accepted nothing that is still open."),
)
PART_OF = {part.key: part for part in PARTS}


@dataclass(frozen=True)
class Question:
    """What was asked before an answer, and what was said."""

    asked: str
    text: str
    answer: str
    answered_by: str


@dataclass(frozen=True)
class OfferCard:
    """One offer, as its card shows it."""

    pk: int
    journey: int
    handoff: int | None
    state: str
    standing: str
    title: str
    name: str
    where: str
    sent: str
    sender: str
    receiver: str
    answer_by: str
    distance: str
    is_late: bool
    told: str
    is_told: bool
    brings: Sequence[str]
    has_note: bool
    due: str
    reminded: str
    meant_for: str
    questions: Sequence[Question]
    is_move: bool
    keeps_her: str
    to_me: bool


@dataclass(frozen=True)
class WaitingRow:
    """One handoff that somebody else was asked to take, or has taken."""

    pk: int
    journey: int
    handoff: int
    state: str
    word: str
    name: str
    where: str
    title: str
    line: str
    due: str
    distance: str
    is_late: bool
    may_remind: bool
    came_back: bool
    asks: bool
    reminded: str


# -- which -----------------------------------------------------------------------------------------


def offers_visible_to(user: User) -> QuerySet[Offer]:
    """The offers of women whom ``user`` may open, without those of moments that their labels do not cover."""
    return offers_open_to(Reader.of(user), user.roles)


def offers_open_to(reader: Reader, roles: Set[Role]) -> QuerySet[Offer]:
    """The same for a reader with these roles, whose values may come later."""
    if Ability.SEE_JOURNEY not in abilities_of(roles):
        return Offer.objects.none()
    labels = labels_of(roles)
    open_to_all = [moment.key for moment in ALL if moment.seen_with is Label.GENERAL]
    covered = [moment.key for moment in ALL if moment.seen_with in labels - {Label.GENERAL}]
    whole = Grant.objects.of_reader(reader).filter(woman=OuterRef("journey__woman"), labels=[])
    always = Q(handoff__moment__in=sorted({*open_to_all, *moments_with(roles)}))
    seen = always | Q(Exists(whole), handoff__moment__in=covered)
    journeys = journeys_open_to(reader, earlier=Label.CHILD_PROTECTION in labels)
    return Offer.objects.filter(seen, journey__in=journeys)


def offered_to(user: User) -> QuerySet[Offer]:
    """What waits for an answer of the user's teams."""
    return offers_visible_to(user).filter(_offered_to(user))


def offered_to_reader(reader: Reader, roles: Set[Role]) -> QuerySet[Offer]:
    """The same for a reader with these roles, whose values may come later."""
    return offers_open_to(reader, roles).filter(_WAITS, reader.works_in("to_team"))


def counts(user: User) -> dict[str, int]:
    """How many rows each part shows, by its key. One SQL query."""
    conditions = {OFFERED: _offered_to(user), WAITING: _waiting_for(user), ACCEPTED: _accepted_by(user)}
    found = _with_newest(offers_visible_to(user))
    return found.aggregate(**{key: Count("pk", filter=condition) for key, condition in conditions.items()})


def offered(user: User) -> QuerySet[Offer]:
    """The cards: those passed to the reader first, then by when an answer is needed."""
    mine = Case(When(meant_for=user, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = _with_all(offered_to(user)).annotate(mine=mine)
    return rows.order_by("mine", "answer_by", "pk")


def waiting(user: User, at: datetime) -> QuerySet[Offer]:
    """What others were asked to take: what came back first, then the most urgent, inside by due time."""
    rows = _with_newest(offers_visible_to(user)).filter(_waiting_for(user))
    place = Case(
        When(state=Offer.State.DECLINED, then=Value(0)),
        When(handoff__missed_at__lte=at, then=Value(1)),
        When(handoff__due_at__lte=at, then=Value(2)),
        When(handoff__warn_at__lte=at, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return _with_all(rows).order_by(place, "handoff__due_at", "pk")


def accepted(user: User) -> QuerySet[Offer]:
    """What the user's teams have accepted and not yet done, what is due first first."""
    return _with_all(offers_visible_to(user).filter(_accepted_by(user))).order_by("handoff__due_at", "pk")


def _teams(user: User) -> list[int]:
    return [each.team_id for each in user.current_memberships]


_WAITS = Q(state=Offer.State.OFFERED, handoff__state__in=OPEN)


def _offered_to(user: User) -> Q:
    return _WAITS & Q(to_team__in=_teams(user))


def _accepted_by(user: User) -> Q:
    return Q(state=Offer.State.ACCEPTED, to_team__in=_teams(user), handoff__state__in=OPEN)


def _waiting_for(user: User) -> Q:
    hers = Q(journey__named_midwife=user) | Q(journey__buddy=user)
    mine = (
        Q(offered_by=user) | Q(from_team__in=_teams(user)) | (hers if Ability.SEE_CASELOAD in user.abilities else Q())
    )
    to_others = Q(to_team=None) | ~Q(to_team__in=_teams(user))
    goes_on = Q(state__in=_RUNNING) | Q(state=Offer.State.DECLINED, is_newest=True)
    return mine & to_others & goes_on & Q(handoff__state__in=OPEN)


def _with_newest(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    newer = Offer.objects.filter(handoff=OuterRef("handoff"), pk__gt=OuterRef("pk"))
    return offers.annotate(is_newest=~Exists(newer))


def _with_all(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    questions = OfferQuestion.objects.select_related("asked_by", "answered_by").order_by("pk")
    return offers.select_related(
        "handoff", "journey__woman", "journey__site", "from_team__site", "to_team__site", "offered_by", "answered_by",
        "meant_for",
    ).prefetch_related(Prefetch("questions", queryset=questions))  # fmt: skip


# -- how they look ---------------------------------------------------------------------------------


def one(journey: Journey, pk: int) -> Offer | None:
    """One offer of a journey with all that its card names."""
    return _with_all(Offer.objects.filter(journey=journey)).filter(pk=pk).first()


def cards(offers: Iterable[Offer], reader: User, at: datetime) -> list[OfferCard]:
    """The cards of a page. No SQL query."""
    return [card_of_offer(each, reader, at) for each in offers]


def card_of_offer(made: Offer, reader: User, at: datetime) -> OfferCard:
    """The card of one offer."""
    journey, waits = made.journey, made.state == Offer.State.OFFERED
    keeps = str(made.from_team.site) if made.from_team and is_move(made) else ""
    return OfferCard(
        pk=made.pk,
        journey=journey.pk,
        handoff=made.handoff_id,
        state=made.state,
        standing=standing_in_words(made, at),
        title=title_in_lists(made),
        name=journey.woman.list_name,
        where=journey.point_on(clock.today(at)),
        sent=due_in_words(made.offered_at, at),
        sender=sender_of(made),
        receiver=in_lists(str(made.to_team or made.to_outside)),
        answer_by=due_in_words(made.answer_by, at),
        distance=clock.distance_in_words(made.answer_by, at) if waits else "",
        is_late=waits and made.answer_by <= at,
        told=told_in_words(made),
        is_told=made.told == Offer.Told.YES,
        brings=made.brings,
        has_note=bool(made.note),
        due=due_in_words(made.handoff.due_at, at) if made.handoff else "",
        reminded=due_in_words(made.reminded_at, at) if made.reminded_at else "",
        meant_for="you" if made.meant_for_id == reader.pk else str(made.meant_for or ""),
        questions=[
            Question(question_in_words(each, at), each.text, each.answer, str(each.answered_by or ""))
            for each in made.questions.all()
        ],
        is_move=is_move(made),
        keeps_her=keeps,
        to_me=waits and is_in(reader, made.to_team_id),
    )


def waiting_rows(offers: Iterable[Offer], reader: User, at: datetime) -> list[WaitingRow]:
    """The rows of a page. No SQL query."""
    return [_row(each, each.handoff, reader, at) for each in offers if each.handoff]


def _row(made: Offer, handoff: Handoff, reader: User, at: datetime) -> WaitingRow:
    state = _live(handoff, at)
    back = made.state == Offer.State.DECLINED
    reminded_lately = bool(made.reminded_at and at - made.reminded_at < REMIND_AFTER)
    return WaitingRow(
        pk=made.pk,
        journey=made.journey_id,
        handoff=handoff.pk,
        state=made.state if state is State.PENDING and not back else state.value,
        word="Came back" if back else "",
        name=made.journey.woman.list_name,
        where=made.journey.point_on(clock.today(at)),
        title=title_in_lists(made),
        line=line_in_lists(made, at),
        due=due_in_words(handoff.due_at, at),
        distance=clock.distance_in_words(handoff.due_at, at),
        is_late=state in LATE_STATES,
        may_remind=not (back or reminded_lately or is_in(reader, made.to_team_id)) and made.to_team_id is not None,
        came_back=back,
        asks=not is_in(reader, made.to_team_id) and any(each.answered_at is None for each in made.questions.all()),
        reminded=due_in_words(made.reminded_at, at) if made.reminded_at and reminded_lately else "",
    )


def _live(handoff: Handoff, at: datetime) -> State:
    """Its state by the clock, also when no sweep has run."""
    if handoff.state not in OPEN_STATES:
        return State(handoff.state)
    if handoff.missed_at <= at:
        return State.MISSED
    if handoff.due_at <= at:
        return State.OVERDUE
    return State.DUE_SOON if handoff.warn_at <= at else State.PENDING


# -- for those who may not see the women -----------------------------------------------------------


def refused_moves(at: datetime) -> list[str]:
    """For whoever runs either site: moves that were refused in the last seven days; staff and sites, never a woman."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pathways_refused_moves(%s)", [at - RECENT])
        rows = cursor.fetchall()
    return [
        f"{due_in_words(answered, at)}: {coming} to {going}, {TAKES_OVER[Offer.Decline(why)]}. "
        f"{who} keeps her; talk to them."
        for answered, coming, going, why, who in rows
    ]
