"""What waits for a privacy officer: openings to look at, people who asked in vain, records that could be one woman's.

Colleagues are shown by name, women by their reference number alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from carecoord import clock
from carecoord.access.models import Conflict, Membership, Notice, Opening, User
from carecoord.access.roles import ROLE_NAMES, Role
from carecoord.compiled import Given
from carecoord.identifiers import chi_in_groups, nhs_in_groups
from carecoord.sites.calendars import working_days
from carecoord.sites.models import Nation
from pathways.engine.times import midnight_after
from pathways.models import MatchReview
from pathways.wording.entries import time_in_words
from pathways.wording.grants import ground_in_words

FEW_REVIEWED = 20
MOST_TO_REVIEW = 200


@dataclass(frozen=True)
class OpeningRow:
    """One opening as a line: whose, of which woman (by number), and until when it should be looked at."""

    opening: Opening
    who: str
    role: str
    when: str
    ground: str
    due: str
    is_overdue: bool


@dataclass(frozen=True)
class InVain:
    """Somebody who asked for a woman whom they must never see."""

    who: str
    woman: int
    day: str
    times: str


@dataclass(frozen=True)
class Side:
    """One of two women who could be the same. Without ``is_shown`` her record is sealed, and of another site."""

    pk: int
    is_shown: bool
    name: str
    born: str
    numbers: list[str]
    sites: str
    entered: str


@dataclass(frozen=True)
class Match:
    """A pair to look at."""

    pk: int
    because: str
    found: str
    outcome: str
    note: str
    decided: str
    sides: list[Side] = field(default_factory=list)


def review_due(opening: Opening) -> datetime:
    """The end of the next working day of its site's nation."""
    is_working_day = working_days(Nation(opening.site.nation).value)
    day = clock.today(opening.at) + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return midnight_after(day, clock.LONDON)


def openings_for(officer: User) -> QuerySet[Opening]:
    """The openings at the officer's sites that others made, of women whom they may know of."""
    sites = [each.team.site_id for each in officer.current_memberships if each.role == Role.PRIVACY_OFFICER]
    conflict = Conflict.objects.filter(woman=OuterRef("woman"), user=officer)
    found = Opening.objects.filter(site__in=sites).exclude(user=officer).exclude(Exists(conflict))
    return found.select_related("user", "site", "reviewed_by")


def to_review(officer: User, at: datetime) -> list[OpeningRow]:
    """What nobody has looked at yet: what was due first comes first. Three SQL queries."""
    return _rows(openings_for(officer).filter(reviewed_by=None).order_by("at", "pk")[:MOST_TO_REVIEW], at)


@dataclass(frozen=True)
class Waiting:
    """What waits for a privacy officer: openings to review, those of them past their time, pairs to compare."""

    openings: int
    overdue: int
    pairs: int


def waiting(officer: User, at: datetime) -> Waiting:
    """The panel on the privacy officer's first screen. Four SQL queries."""
    rows = to_review(officer, at)
    return Waiting(len(rows), sum(row.is_overdue for row in rows), len(matches()))


def reviewed(officer: User, at: datetime) -> list[OpeningRow]:
    """What was looked at last."""
    return _rows(openings_for(officer).exclude(reviewed_by=None).order_by("-reviewed_at", "-pk")[:FEW_REVIEWED], at)


def row_of(opening: Opening, role: str, at: datetime) -> OpeningRow:
    """One opening as a line; ``role`` is its person's, in words."""
    due = review_due(opening)
    return OpeningRow(
        opening=opening,
        who=str(opening.user),
        role=role,
        when=time_in_words(opening.at),
        ground=ground_in_words(opening.ground),
        due=clock.due_in_words(due),
        is_overdue=opening.reviewed_by_id is None and due <= at,
    )


def _rows(openings: Iterable[Opening], at: datetime) -> list[OpeningRow]:
    listed = list(openings)
    roles = _roles_of({opening.user_id for opening in listed})
    rows = [row_of(opening, roles.get(opening.user_id, "no role today"), at) for opening in listed]
    return sorted(rows, key=lambda row: not row.is_overdue)


def _roles_of(users: set[int]) -> dict[int, str]:
    """What each of them is today. One SQL query."""
    held = Membership.objects.current().filter(user__in=users).order_by("-team__site__code", "-team__code", "-role")
    return {each.user_id: ROLE_NAMES[Role(each.role)] for each in held}


def pages_of(opening: Opening) -> list[tuple[str, int]]:
    """The pages that it showed and how often, as far as reads are written down."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT page, times FROM access_pages_of_opening(%s)", [opening.pk])
        return [(page.replace("_", " "), times) for page, times in cursor.fetchall()]


def asked_in_vain() -> list[InVain]:
    """Who asked, these thirty days, for a woman whom they must never see. As the acting person may know it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT asker, woman, day, times FROM access_asked_in_vain()")
        rows = cursor.fetchall()
    people = User.objects.in_bulk({asker for asker, *_ in rows})
    return [
        InVain(str(people[asker]), woman, clock.day_in_words(day), "once" if times == 1 else f"{times} times")
        for asker, woman, day, times in rows
    ]


def matches(which: int | None = None) -> list[Match]:
    """The pairs that wait, or one pair; as the acting person may know them. One SQL query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pathways_matches(%s)", [which])
        rows = cursor.fetchall()
    found = []
    for _, pair in groupby(rows, key=lambda row: row[0]):
        two = list(pair)
        pk, because, found_at, outcome, note, decided_at, *_ = two[0]
        found.append(
            Match(
                pk=pk,
                because=str(MatchReview.Because(because).label),
                found=time_in_words(found_at),
                outcome=str(MatchReview.Outcome(outcome).label) if outcome else "",
                note=note,
                decided=time_in_words(decided_at) if decided_at else "",
                sides=[_side(*row[7:]) for row in two],
            )
        )
    return found


def _side(
    pk: int, is_shown: bool, name: str, born: date | None, numbers: list[str], sites: list[str], entered: datetime
) -> Side:
    return Side(
        pk=pk,
        is_shown=is_shown,
        name=name,
        born=clock.day_in_words(born, weekday=False) if born else "",
        numbers=[_number_in_words(*number.split(" ", 1)) for number in numbers],
        sites=", ".join(sites),
        entered=clock.day_in_words(clock.today(entered)),
    )


def _number_in_words(kind: str, value: str) -> str:
    return f"NHS number {nhs_in_groups(value)}" if kind == "nhs" else f"CHI number {chi_in_groups(value)}"


def decide_match(pk: int, outcome: str, note: str) -> bool:
    """Write down what the acting privacy officer found; whether it was theirs to decide, and open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pathways_decide_match(%s, %s, %s)", [pk, outcome, note.strip()])
        return bool(cursor.fetchone()[0])


def notices_of(user: User) -> QuerySet[Notice]:
    """What ``user`` was told, the last first; nothing of a woman whom they must never see."""
    return notices_for(user.pk).order_by("-at", "-pk")


def notices_for(user_id: int | Given) -> QuerySet[Notice]:
    """The same for somebody whose id may come later; in no order."""
    conflict = Conflict.objects.filter(woman=OuterRef("woman"), user=user_id)
    return Notice.objects.filter(user=user_id).exclude(Exists(conflict))
