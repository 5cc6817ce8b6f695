"""The board of a ward: who is there, in bed order, what comes next in time order, and who is expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Q

from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.compiled import Given
from medications.pages.summaries import DECIDE, Summary, first_ward, summary_of
from medications.pages.tonight import FOUR_WEEKS, IS_EXPECTED, Expected, days_of, expected_of
from medications.pages.visiting import Visit, has_baby_in, visits_of
from medications.pages.ward_facts import known_of, with_ward
from medications.wording.times import away, hour, when
from pathways.engine import State
from pathways.visibility import OpenJourneys

MOST_NEXT = 5
MOST_EXPECTED = 3
AHEAD = timedelta(hours=24)


@dataclass(frozen=True)
class Soon:
    """One thing of the strip: whose bed, what, when, and how it stands (a state of the engine's, or "")."""

    at: datetime
    state: str
    words: str
    bed: str
    what: str
    note: str


@dataclass(frozen=True)
class Board:
    """One ward at one instant, as its reader sees it."""

    ward: Team
    at: datetime
    women: list[Summary]
    soon: list[Soon]
    expected: list[Expected]
    visits: list[Visit]

    @property
    def with_plan(self) -> int:
        return sum(woman.has_plan for woman in self.women)

    @property
    def first_expected(self) -> list[Expected]:
        return self.expected[:MOST_EXPECTED]

    @property
    def more_expected(self) -> int:
        return len(self.expected) - len(self.first_expected)

    @property
    def ids(self) -> list[int]:
        """The women (ids) whom it names."""
        return [
            *(each.woman_id for each in self.women),
            *(each.woman_id for each in self.expected),
            *(each.woman_id for each in self.visits),
        ]


def wards_of(user: User) -> list[Team]:
    """The wards that ``user`` may look at: their own; for who works on none, their sites'. At most one query."""
    if Ability.SEE_WARD not in user.abilities:
        return []
    own = {each.team for each in user.current_memberships if each.team.kind == Team.Kind.WARD}
    if own:
        return sorted(own, key=lambda team: (team.site.code, team.code))
    wards = Team.objects.filter(kind=Team.Kind.WARD, site__in=user.site_ids).select_related("site")
    return list(wards.order_by("site__code", "code"))


_HERE_OR_NEAR = OpenJourneys(
    lambda open_: with_ward(open_).filter(
        Q(in_hospital=True) | IS_EXPECTED | has_baby_in(), site=Given("site", BigIntegerField())
    )
)


def board_of(ward: Team, reader: User, now: datetime) -> Board:
    """The board. The same queries however many women there are."""
    journeys = _HERE_OR_NEAR(reader, site=ward.site_id, **days_of(now, within=FOUR_WEEKS))
    found = known_of(journeys, now)
    women = [summary_of(found[each.pk], reader, now) for each in journeys if found[each.pk].admission is not None]
    women = [each for each in women if is_on(each, ward)]
    away = [known for known in found.values() if not known.journey.in_hospital]
    expected = expected_of([known for known in away if known.journey.born_at is None], reader, now)
    visits = visits_of(known for known in away if known.journey.born_at)
    return Board(ward, now, in_bed_order(women), list(what_is_next(women, now)), expected, visits)


def is_on(woman: Summary, ward: Team) -> bool:
    """Whether she is on this ward. Who has no bed yet stands on the site's first."""
    if woman.ward_id is not None:
        return woman.ward_id == ward.pk
    return ward.code == first_ward(ward.site)


def in_bed_order(women: Iterable[Summary]) -> list[Summary]:
    """Bed 2 before bed 11; last, by name, who has none yet. Nothing moves a row but another bed."""
    return sorted(women, key=lambda woman: (not woman.bed, _natural(woman.bed), woman.name, woman.pk))


def _natural(bed: str) -> list[tuple[int, str]]:
    return [(int(number or 0), letters) for number, letters in re.findall(r"(\d*)(\D*)", bed)]


def what_is_next(women: Sequence[Summary], now: datetime) -> Iterable[Soon]:
    """The next few things of the ward in time order, what is late among them."""
    found = sorted((each for woman in women for each in _of_one(woman, now)), key=lambda each: (each.at, each.bed))
    return found[:MOST_NEXT]


def _of_one(woman: Summary, now: datetime) -> Iterable[Soon]:
    bed = f"bed {woman.bed}" if woman.bed else "no bed yet"
    due = woman.due
    if due.at and due.at <= now + AHEAD:
        late = due.state not in ("", State.PENDING)
        word = due.words.partition(",")[0] if late else ""
        note = "" if woman.medicine.kind == DECIDE else away(due.at, now)
        yield Soon(due.at, due.state if late else "", word, bed, f"{due.lead} {due.big}".strip(), note)
    if woman.home_at and now <= woman.home_at <= now + AHEAD:
        yield Soon(woman.home_at, "", "", bed, f"home {hour(woman.home_at)}", woman.home.owed if woman.home else "")
    if woman.back_at and woman.back_at <= now + AHEAD:
        yield Soon(woman.back_at, "", "", bed, f"back {when(woman.back_at, now)}", woman.place.partition(",")[0])
