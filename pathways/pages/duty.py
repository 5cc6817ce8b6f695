"""Who holds which post of the ladders at a site, and whom each level would reach at this hour. Six SQL queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from carecoord import clock
from carecoord.access.models import Membership, User
from carecoord.access.roles import ROLE_NAMES
from carecoord.sites.models import Site
from pathways.alerting.duty import NAMED_BY_THE_SITE, OF_THE_HANDOFF, Roster, is_on_duty
from pathways.models import DutyPost
from pathways.moments import ALL
from pathways.moments.ladders import LADDERS, POST_ROLES, Ladder, Post

MOST_NAMED = 4
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# What a ladder is for, by what it carries.
LADDER_NAMES = {
    "E-WARD": "On the ward",
    "E-OST": "Treatment goes on",
    "E-CASE": "Her caseload",
    "E-SAFE": "Safeguarding",
    "E-SEP": "Separation and loss",
}
_FOUND = {
    Post.OWNER: "whoever has the handoff in hand, else whose it is to give",
    Post.ASSIGNED_MIDWIFE: "whoever has it in hand, else the ward midwives",
    Post.NAMED_WORKER: "whoever has it in hand, else her midwife",
    Post.NAMED_MIDWIFE: "her midwife, or whoever covers",
}


@dataclass(frozen=True)
class Level:
    """One level of a ladder: after how long, who, and whom it reaches at this hour."""

    after: str
    posts: str
    now: str
    nobody: bool


@dataclass(frozen=True)
class LadderNow:
    """One ladder, what it is for, how many moments climb it."""

    title: str
    moments: int
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Held:
    """One row of who holds a post."""

    pk: int
    who: str
    hours: str
    span: str
    now: bool
    has_left: bool


@dataclass(frozen=True)
class PostHeld:
    """One post: whom the site names for it, or who holds it where nobody is named."""

    post: str
    rows: tuple[Held, ...]
    without: str


@dataclass(frozen=True)
class DutyPage:
    """Everything the page shows."""

    ladders: tuple[LadderNow, ...]
    posts: tuple[PostHeld, ...]


def duty_page(site: Site, at: datetime) -> DutyPage:
    """The posts of one site at one instant."""
    roster = Roster.of(site.pk, at)
    on_duty = {post: roster.on_duty(post) for post in NAMED_BY_THE_SITE}
    names = {
        pk: str(user) for pk, user in User.objects.in_bulk({pk for each in on_duty.values() for pk in each}).items()
    }
    known = {post: _names([names[pk] for pk in people]) for post, people in on_duty.items()}
    rows = DutyPost.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today(at)), site=site)
    held: dict[str, list[DutyPost]] = {}
    for row in rows.select_related("user").order_by("user__name", "starts_on", "pk"):
        held.setdefault(row.post, []).append(row)
    return DutyPage(
        tuple(_ladder(ladder, known) for ladder in LADDERS.values() if ladder.rungs),
        tuple(_post(post, held.get(post.value, []), set(roster.roles), at) for post in NAMED_BY_THE_SITE),
    )


def staff_of(site: Site) -> list[tuple[str, str]]:
    """Everybody who works at the site today: (id, name and role). One SQL query."""
    held = Membership.objects.current().filter(team__site=site, user__is_active=True).select_related("user")
    words: dict[int, str] = {}
    for each in held.order_by("user__name", "user_id", "role"):
        words.setdefault(each.user_id, f"{each.user}, {each.get_role_display().lower()}")
    return [(str(pk), text) for pk, text in words.items()]


def hours_in_words(row: DutyPost) -> str:
    """``Mon to Fri, 09:00 to 17:00``; ``every day, through the day``."""
    if not row.days or len(row.days) == len(DAY_NAMES):
        days = "every day"
    elif list(row.days) == [1, 2, 3, 4, 5]:
        days = "Mon to Fri"
    else:
        days = ", ".join(DAY_NAMES[day - 1] for day in row.days)
    if row.begins is None or row.ends is None:
        return f"{days}, day and night"
    night = " next morning" if row.begins >= row.ends else ""
    return f"{days}, {row.begins:%H:%M} to {row.ends:%H:%M}{night}"


def _ladder(ladder: Ladder, known: dict[Post, str]) -> LadderNow:
    levels = []
    for number, rung in enumerate(ladder.rungs):
        by_site = [post for post in rung.posts if post not in OF_THE_HANDOFF]
        reached = [_FOUND[post] for post in rung.posts if post in OF_THE_HANDOFF]
        reached += [known[post] for post in by_site if known[post]]
        nobody = not reached
        last = number == len(ladder.rungs) - 1
        further = "goes to her caseload team" if last else "goes to the next level at once"
        after = f"{rung.after.in_words} after it is due" if rung.after.amount else "when it is due"
        levels.append(Level(after, rung.told, f"nobody now: {further}" if nobody else "; ".join(reached), nobody))
    count = sum(moment.ladder == ladder.key for moment in ALL)
    return LadderNow(LADDER_NAMES.get(ladder.key, ladder.key), count, tuple(levels))


def _post(post: Post, rows: list[DutyPost], here: set[int], at: datetime) -> PostHeld:
    roles = " and ".join(ROLE_NAMES[role].lower() for role in POST_ROLES[post])
    without = f"Nobody is named, so everybody as {roles}." if roles else "Nobody is named, and nobody is told."
    today = clock.today(at)
    return PostHeld(post.value, tuple(_held(row, here, today, at) for row in rows), "" if rows else without)


def _held(row: DutyPost, here: set[int], today: date, at: datetime) -> Held:
    began = f"from {clock.day_in_words(row.starts_on)}" if row.starts_on > today else ""
    ends = f"until {clock.day_in_words(row.ends_on)}" if row.ends_on else ""
    return Held(
        pk=row.pk,
        who=str(row.user),
        hours=hours_in_words(row),
        span=" ".join(filter(None, (began, ends))),
        now=is_on_duty(row, at),
        has_left=row.user_id not in here,
    )


def _names(people: Iterable[str]) -> str:
    people = list(people)
    more = f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else ""
    return f"{', '.join(people[:MOST_NAMED])}{more}"
