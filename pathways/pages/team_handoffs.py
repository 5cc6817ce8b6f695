"""The team's list of handoffs: whose, which of them, in which order, and how many of each kind.

Two SQL queries whatever its size: the counts, and one page. Everything is true by the clock at one
instant, also when no sweep runs. Who may not see the women sees rounded numbers by moment instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.engine import LATE_STATES, OPEN_STATES, URGENCY, Stage, State, SubjectKind
from pathways.models import Handoff
from pathways.moments import ALL
from pathways.owning import in_hand, is_nobodys, with_owner
from pathways.visibility import handoffs_visible_to
from pathways.wording.handoffs import due_in_words, live_state, sender_and_receiver, step_of, subject_in_words
from pathways.words import in_lists

PAGE_SIZE = 50
RECENT = timedelta(days=7)
SMALLEST_SHOWN = 8  # of women; fewer are not counted for somebody who may not see them
ROUNDED_TO = 5
ENDED_BY_SOMEBODY = (
    State.COMPLETED_ON_TIME,
    State.COMPLETED_LATE,
    State.DECLINED,
    State.NOT_APPLICABLE,
    State.UNABLE,
)


@dataclass(frozen=True)
class Chip:
    """A part of the list. ``key`` is what the address says; ``empty`` says why it has nothing to show."""

    key: str
    label: str
    condition: Q
    empty: str


CHIPS = (
    Chip("action", "Needs action", Q(live_state__in=LATE_STATES), "Nothing is overdue or missed."),
    Chip("soon", "Due soon", Q(live_state=State.DUE_SOON), "Nothing falls due within its warning time."),
    Chip(
        "unowned",
        "Unowned",
        Q(is_nobodys=True),
        "Somebody has every open handoff in hand.",
    ),
    Chip("done", "Ended this week", Q(recently_ended=True), "Nothing was completed or ended in the last seven days."),
)
BY_KEY = {chip.key: chip for chip in CHIPS}


@dataclass(frozen=True)
class Row:
    """One handoff of the list. The short list title gives away no drug, no reason, no separation."""

    journey: int
    state: State
    name: str
    where: str
    title: str
    sender: str
    receiver: str
    due: str
    distance: str
    is_late: bool
    catch_up: bool
    midwife: str


def team_list(user: User, at: datetime) -> QuerySet[Handoff]:
    """The handoffs that ``user`` works with: caseload midwives their teams' women, others those of their role.

    Annotated with ``live_state``, who has it in hand, and ``recently_ended`` (by a person, in the last seven days).
    """
    visible = with_owner(handoffs_visible_to(user).with_live_state(at), at).alias(is_nobodys=is_nobodys(at))
    if Ability.SEE_CASELOAD in user.abilities:
        teams = [membership.team_id for membership in user.current_memberships]
        mine = Q(journey__team__in=teams) | Q(journey__named_midwife=user) | Q(journey__buddy=user)
    else:
        mine = Q(moment__in=moments_of(user))
    recently = Q(state__in=ENDED_BY_SOMEBODY, ended_at__gt=at - RECENT, ended_at__lte=at)
    return visible.filter(mine).annotate(recently_ended=Case(When(recently, then=True), default=False))


def moments_of(user: User) -> list[str]:
    """The keys of the moments that name one of the user's roles as sender or receiver."""
    return moments_with(user.roles)


def moments_with(roles: Set[Role]) -> list[str]:
    """The keys of the moments that name one of these roles as sender or receiver."""
    return [moment.key for moment in ALL if not roles.isdisjoint((*moment.senders, *moment.receivers))]


def counts(handoffs: QuerySet[Handoff]) -> dict[str, int]:
    """How many rows each chip shows, by its key. One SQL query."""
    return handoffs.aggregate(**{chip.key: Count("pk", filter=chip.condition) for chip in CHIPS})


def shown(handoffs: QuerySet[Handoff], chip: Chip) -> QuerySet[Handoff]:
    """The rows of a chip: the most urgent first, inside a state by due time; what was done, the latest first."""
    rows = handoffs.filter(chip.condition).select_related("journey__woman", "journey__named_midwife")
    if chip.key == "done":
        return rows.order_by("-ended_at", "pk")
    urgency = Case(
        *(When(live_state=state, then=Value(place)) for state, place in URGENCY.items()),
        default=Value(len(URGENCY)),
        output_field=IntegerField(),
    )
    return rows.annotate(urgency=urgency).order_by("urgency", "due_at", "pk")


def rows(handoffs: Iterable[Handoff], reader: User, at: datetime) -> list[Row]:
    """The rows of a page. No SQL query."""
    return [_row(handoff, reader, at) for handoff in handoffs]


def _row(handoff: Handoff, reader: User, at: datetime) -> Row:
    journey, state = handoff.journey, live_state(handoff)
    _, step = step_of(handoff)
    sender, receiver = sender_and_receiver(handoff, journey, reader)
    ended = handoff.ended_at if state not in OPEN_STATES else None
    return Row(
        journey=journey.pk,
        state=state,
        name=journey.woman.list_name,
        where=journey.point_on(clock.today(at)),
        title=f"{step.list_title}{_which(handoff)}",
        sender=in_lists(sender),
        receiver=in_lists(receiver),
        due=due_in_words(ended or handoff.due_at, at),
        distance="" if ended else clock.distance_in_words(handoff.due_at, at),
        is_late=state in LATE_STATES,
        catch_up=handoff.late_entry and ended is None,
        midwife=in_hand(handoff).words(reader, at) if state in OPEN_STATES else "",
    )


def _which(handoff: Handoff) -> str:
    """Which baby, from the second on; never which separation."""
    if handoff.subject != SubjectKind.BABY or handoff.subject_number < 2:
        return ""
    return f", {subject_in_words(handoff.subject, handoff.subject_number, babies=handoff.subject_number)}"


# -- for those who may not see the women ---------------------------------------------------------

_NEVER_BY_SITE = {Stage.SEPARATED, Stage.BEREAVEMENT}


@dataclass(frozen=True)
class Tally:
    """One moment in numbers of women that give nobody away."""

    title: str
    needs_action: str
    due_soon: str


def tallies(user: User, at: datetime) -> list[Tally]:
    """How many women need action or have something due soon, by moment, at the user's sites. One SQL query.

    Women are counted, not handoffs: eight handoffs can be one woman's. A moment is listed only where one of its
    numbers may be shown, so that no row tells that there is somebody. What concerns a separation or a loss is
    left out: it is never shown by site. The database counts for whoever runs a service there, and shows no row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT moment, late, soon FROM pathways_tallies(%s)", [at])
        numbers = {moment: (late, soon) for moment, late, soon in cursor.fetchall()}
    shown_moments = [moment for moment in ALL if max(numbers.get(moment.key, (0, 0))) >= SMALLEST_SHOWN]
    return [
        Tally(moment.list_title, *(few_or_rounded(number) for number in numbers[moment.key]))
        for moment in shown_moments
        if moment.subject is not SubjectKind.SEPARATION and not _NEVER_BY_SITE.issuperset(moment.stages)
    ]


def few_or_rounded(number: int) -> str:
    """``fewer than 8``, also for none, else the nearest 5."""
    if number < SMALLEST_SHOWN:
        return f"fewer than {SMALLEST_SHOWN}"
    return str(ROUNDED_TO * round(number / ROUNDED_TO))
