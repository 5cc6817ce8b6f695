"""The worklist of referrals: what came back, what the reader's team answers, what others owe; nobody's stands with its
team. One SQL query counts all parts; the part that is shown is one more, whatever its length.

Each part shows exactly as many rows as it says, also with the filters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Membership, User
from pathways.engine import Stage
from pathways.engine.times import midnight_after
from pathways.owning import span_in_words
from pathways.pages.offers import Part
from pathways.receivers import is_in
from pathways.visibility import journeys_visible_to
from pathways.wording.handoffs import due_in_words
from referrals.models import Referral
from referrals.rules.loop import CLOSED, THEIR_TURN, State
from referrals.wording.referrals import LOOKS, SHORT, service_in_lists

PAGE_SIZE = 50
BACK, ANSWER, WAITING, OPEN, ENDED = "back", "answer", "waiting", "open", "closed"


PARTS = (
    Part(BACK, "Back with you", "Nothing has come back."),
    Part(ANSWER, "Your team’s turn", "Nothing waits for your team."),
    Part(WAITING, "You wait for others", "You wait for nobody."),
    Part(OPEN, "All open", "No referral is open."),
    Part(ENDED, "Closed", "No referral has been closed yet."),
)
PART_OF = {part.key: part for part in PARTS}


@dataclass(frozen=True)
class Filters:
    """What narrows every part: those in the reader's hands, those in nobody's, those past their time."""

    whose: str = ""  # mine, nobody
    late: bool = False

    @property
    def query(self) -> str:
        """As the address says it, to be followed by more."""
        return f"{f'whose={self.whose}&' if self.whose else ''}{'late=yes&' if self.late else ''}"


WHOSE = (("", "Everybody’s"), ("mine", "In your hands"), ("nobody", "In nobody’s hands"))


@dataclass(frozen=True)
class Row:
    """One referral of one woman. ``look`` is when somebody looks at it again; ``hand`` who sees that it is not lost."""

    pk: int
    journey: int
    state: str
    word: str
    name: str
    where: str
    service: str
    since: str
    look: str
    distance: str
    is_late: bool
    hand: str
    is_nobodys: bool
    acknowledges: bool


# -- which -----------------------------------------------------------------------------------------


def referrals_visible_to(user: User) -> QuerySet[Referral]:
    """The referrals of the women whom ``user`` may open."""
    if Ability.SEE_REFERRALS not in user.abilities:
        return Referral.objects.none()
    return Referral.objects.filter(journey__in=journeys_visible_to(user))


def counts(user: User, filters: Filters, at: datetime) -> dict[str, int]:
    """How many rows each part shows, by its key. One SQL query."""
    rows = _filtered(user, filters, at)
    return rows.aggregate(**{part.key: Count("pk", filter=_in_part(part.key, user)) for part in PARTS})


def listed(user: User, part: str, filters: Filters, at: datetime) -> QuerySet[Referral]:
    """The rows of a part: what is to be looked at first stands first, what was closed last among the closed."""
    rows = _filtered(user, filters, at).filter(_in_part(part, user))
    rows = rows.order_by("-since", "-pk") if part == ENDED else rows.order_by("flag_at", "pk")
    rows = rows.select_related("service", "to_team", "from_team", "owner", "journey__woman", "journey__site")
    return with_owner(rows)


def with_owner(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    """Annotate what ``in_hand`` tells of each. Costs no query of its own."""
    left = Membership.objects.filter(user=OuterRef("owner")).values("user").annotate(last=Max("ends_on"))
    return rows.annotate(owner_works=_owner_works(), owner_left=Subquery(left.values("last")))


def _filtered(user: User, filters: Filters, at: datetime) -> QuerySet[Referral]:
    rows = referrals_visible_to(user)
    if filters.whose == "mine":
        rows = rows.filter(owner=user)
    if filters.whose == "nobody":
        rows = rows.filter(~Q(_owner_works()))
    return rows.filter(flag_at__lte=at) if filters.late else rows


def _owner_works() -> Exists:
    working = Membership.objects.current().filter(user=OuterRef("owner"), user__is_active=True)
    return Exists(working)


def _in_part(part: str, user: User) -> Q:
    """What belongs to a part, for this reader."""
    teams = [each.team_id for each in user.current_memberships]
    received = Q(to_team__in=teams)
    sent = Q(owner=user) | Q(sent_by=user) | Q(from_team__in=teams)
    if Ability.SEE_CASELOAD in user.abilities:
        sent |= Q(journey__named_midwife=user) | Q(journey__buddy=user)
    from_others = sent & (Q(to_team=None) | ~received)
    # Nobody is to chase what a closed journey, or a death, has left behind.
    over = Q(state__in=CLOSED) | Q(journey__stage=Stage.CLOSED)
    return {
        BACK: sent & Q(state=State.DECLINED) & ~over,
        ANSWER: received & Q(state__in=THEIR_TURN) & ~over,
        WAITING: from_others & Q(state__in=THEIR_TURN | {State.APPOINTED, State.ATTENDED}) & ~over,
        OPEN: ~over,
        ENDED: over,
    }[part]


# -- how they look ---------------------------------------------------------------------------------


def rows_of(referrals: Iterable[Referral], reader: User, at: datetime) -> list[Row]:
    """The rows of a page (``listed``). No SQL query."""
    return [_row(each, reader, at) for each in referrals]


def _row(referral: Referral, reader: User, at: datetime) -> Row:
    state, her = State(referral.state), referral.journey
    hand, is_nobodys = in_hand(referral, reader, at)
    is_late = referral.flag_at is not None and referral.flag_at <= at
    back = state is State.DECLINED
    return Row(
        pk=referral.pk,
        journey=her.pk,
        state=LOOKS[state],
        word=SHORT[state],
        name=her.woman.list_name,
        where=her.point_on(clock.today(at)),
        service=service_in_lists(referral.service),
        since=due_in_words(referral.since, at),
        look=due_in_words(referral.flag_at, at) if referral.flag_at and not back else "",
        distance=clock.distance_in_words(referral.flag_at, at) if referral.flag_at and not back else "",
        is_late=is_late,
        hand=hand,
        is_nobodys=is_nobodys,
        acknowledges=state is State.SENT and is_in(reader, referral.to_team_id),
    )


def in_hand(referral: Referral, reader: User, at: datetime) -> tuple[str, bool]:
    """Who sees that a referral (``with_owner``) is not lost, in words; and whether that is nobody but its team."""
    known: Any = referral
    if referral.flag_at is None:
        return "", False
    if known.owner_works:
        return ("you" if referral.owner_id == reader.pk else str(referral.owner)), False
    left = [midnight_after(known.owner_left, clock.LONDON)] if known.owner_left else []
    since = max([referral.since, *left])
    team = f", with {referral.from_team}" if referral.from_team else ""
    return f"nobody for {span_in_words(since, at)}{team}", True
