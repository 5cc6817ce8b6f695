"""The alerts that somebody was told of: by woman, the most urgent first; and those whose woman they may not see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from carecoord import clock
from carecoord.access.models import User
from pathways.alerting.listing import Blind, Hers, Open, Told, spread, told_blindly, told_per_day, told_to
from pathways.engine import Severity
from pathways.moments.ladders import LADDERS
from pathways.wording.handoffs import due_in_words, step_of

MOST_NAMED = 3  # of those told at one level
WEEK = timedelta(days=6)

# The shape that a severity borrows: colour only repeats what the words say.
SHAPES = {Severity.S1: "missed", Severity.S2: "overdue", Severity.S3: "due_soon", Severity.S4: "pending"}


@dataclass(frozen=True)
class Line:
    """One open alert as it stands on a page. ``submission`` makes a button that is pressed twice count once."""

    flag: int
    handoff: int
    state: str
    severity: str
    title: str
    due: str
    distance: str
    level: str
    told: tuple[str, ...]
    owner: str
    held: str
    held_by_me: bool
    next_up: str
    submission: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def can_take(self) -> bool:
        """Nobody holds it, or it is the reader who put it off."""
        return not self.held or self.held_by_me


@dataclass(frozen=True)
class Card:
    """One woman, and what is open for her."""

    journey: int
    woman: int
    name: str
    where: str
    midwife: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Group:
    """The women whose most urgent alert is of one sort."""

    key: str
    title: str
    note: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class BlindLine:
    """An alert whose woman the reader may not see: how urgent, how late, whom to ring; never what or whose."""

    alert: int
    state: str
    severity: str
    words: str
    since: str
    held: str
    held_by_me: bool
    is_held: bool
    submission: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class AlertsPage:
    """Everything the page shows."""

    groups: tuple[Group, ...]
    blind: tuple[BlindLine, ...]
    numbers: str

    @property
    def women(self) -> list[int]:
        """Whom the page names, for the trail of looks."""
        return [card.woman for group in self.groups for card in group.cards]


_GROUPS = (
    ("now", "Needs you now", "Nobody has these. At once or today."),
    ("digest", "Can wait for the day’s digest", "Not urgent, and told in the morning’s message only."),
    ("held", "Somebody has them", "They come back by themselves when the time is over, unless the act is recorded."),
    ("decide", "Weeks past due", "Decide what still matters to her: record it, or end it with a reason."),
)


def page_for(user: User, at: datetime) -> AlertsPage:
    """The open alerts of ``user`` at ``at``. Eight SQL queries, however many there are."""
    sorted_in: dict[str, list[Card]] = {key: [] for key, *_ in _GROUPS}
    for hers in told_to(user, at):
        sorted_in[_sort_of(hers)].append(_card(hers, user, at))
    groups = [Group(key, title, note, tuple(sorted_in[key])) for key, title, note in _GROUPS if sorted_in[key]]
    blind = tuple(_blind(each, user, at) for each in told_blindly(user, at))
    return AlertsPage(tuple(groups), blind, numbers_in_words(at))


def numbers_in_words(at: datetime) -> str:
    """How much somebody is told, and how much colleagues are: nobody reads more than a few. Two SQL queries."""
    today = clock.today(at)
    days = told_per_day(today - WEEK, today)
    mine = f"You were told of {_women(days.get(today, 0))} today, of {_women(sum(days.values()))} in seven days."
    others = spread(today, today)
    median = f" The median among colleagues told today: {_women_band(others[0].median)}." if others else ""
    return f"{mine}{median}"


def line_of(alert: Open, reader: User, at: datetime) -> Line:
    """One alert in words."""
    return Line(
        flag=alert.flag.pk,
        handoff=alert.handoff.pk,
        state=SHAPES[alert.severity],
        severity=_capital(alert.severity.in_words),
        title=alert.title,
        due=due_in_words(alert.handoff.due_at, at),
        distance=clock.distance_in_words(alert.handoff.due_at, at),
        level=f"Level {alert.alert.rung + 1} of {alert.levels}",
        told=tuple(told_in_words(alert.told, reader, at)) or ("nobody was on duty",),
        owner=_owner(alert, reader),
        held=held_in_words(alert, reader),
        held_by_me=bool(alert.held and alert.held.mine),
        next_up=_next(alert, at),
    )


def told_in_words(told: Sequence[Told], reader: User, at: datetime) -> Iterable[str]:
    """``you (owner), Tue 17 Nov, 09:00`` for each level."""
    for rung in sorted({each.rung for each in told}):
        here = [each for each in told if each.rung == rung]
        people = ["you" if each.user == reader else str(each.user) for each in here]
        people.sort(key=lambda name: name != "you")
        more = f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else ""
        posts = " and ".join(dict.fromkeys(each.post for each in here))
        yield f"{', '.join(people[:MOST_NAMED])}{more} ({posts}), {due_in_words(here[0].told_at, at)}"


def held_in_words(alert: Open, reader: User) -> str:
    """``You have this until Fri 20 Nov, 13:05``; ``Put off by A. Reid until …: her reason``; empty for nobody."""
    held = alert.held
    if held is None:
        return ""
    until = clock.due_in_words(held.until)
    if held.taken:
        return f"You have this until {until}" if held.mine else f"{held.by} has this until {until}"
    return f"Put off by {'you' if held.mine else held.by} until {until}: {held.reason}"


def _sort_of(hers: Hers) -> str:
    """Where a woman stands: by what is most urgent of hers and in nobody's hands."""
    free = [each for each in hers.alerts if each.held is None and not each.needs_decision]
    if any(each.severity in (Severity.S1, Severity.S2) for each in free):
        return "now"
    if free:
        return "digest"
    return "held" if any(each.held for each in hers.alerts) else "decide"


def _card(hers: Hers, user: User, at: datetime) -> Card:
    journey = hers.journey
    midwife = "" if journey.named_midwife_id == user.pk else str(journey.named_midwife or "nobody")
    lines = tuple(line_of(each, user, at) for each in hers.alerts)
    woman = journey.woman
    return Card(journey.pk, woman.pk, woman.list_name, journey.point_on(clock.today(at)), midwife, lines)


def _blind(alert: Blind, user: User, at: datetime) -> BlindLine:
    late = clock.distance_in_words(alert.due_at, at)
    whose = f"of {alert.owner}’s" if alert.owner else "that is nobody’s yet"
    ring = f" Ring {alert.owner}." if alert.owner and alert.owner != user.name else ""
    is_held = alert.held_until is not None and alert.held_until > at
    mine = is_held and alert.held_by == user.name
    until = clock.due_in_words(alert.held_until) if alert.held_until else ""
    held = (
        f"{'You have' if mine else f'{alert.held_by} has'} this until {until}."
        if is_held
        else "Nobody has said “I have this”."
    )
    return BlindLine(
        alert=alert.alert,
        state=SHAPES[alert.severity],
        severity=_capital(alert.severity.in_words),
        words=f"Something {whose} at {alert.site}, {late}.{'' if is_held else ring}",
        since=f"You were told as {alert.post}: level {alert.rung + 1}, {due_in_words(alert.fired_at, at)}",
        held=held,
        held_by_me=mine,
        is_held=is_held,
    )


def _owner(alert: Open, reader: User) -> str:
    owner = alert.owner or alert.journey.named_midwife
    return "nobody’s yet" if owner is None else "you" if owner == reader else str(owner)


def _next(alert: Open, at: datetime) -> str:
    """Who is told next, and when, if nobody takes it."""
    if alert.next_level is None:
        return "This was the last level."
    moment, _ = step_of(alert.handoff)
    above = LADDERS[moment.ladder].rungs[alert.alert.rung + 1 :]
    if not above:  # nothing is left to tell
        return ""
    following = above[0]
    when = "at once" if alert.next_level <= at else due_in_words(max(alert.next_level, _held_until(alert)), at)
    return f"Then {following.told}, {when}."


def _held_until(alert: Open) -> datetime:
    return alert.held.until if alert.held else alert.next_level or alert.handoff.due_at


def _women(number: int) -> str:
    return "1 woman" if number == 1 else f"{number} women"


def _women_band(words: str) -> str:
    return f"{words} women"


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
