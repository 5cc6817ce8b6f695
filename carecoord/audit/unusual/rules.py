"""The rules, one entry each: what is unusual, and why it is worth a question. Pure Python.

A rule says that somebody should ask, never that somebody did wrong. Where staff with a duty to a woman would set a
rule off every day it asks for more: that they wrote nothing for her, or that no caseload and no ward explains it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

NIGHT_WOMEN = 5
VOLUME_WOMEN, VOLUME_TIMES, VOLUME_UNKNOWN = 15, 3, 40
WATCHED_DAYS = 6
CROWD = 8


class Name(NamedTuple):
    """What of a name can be compared: staff are written as colleagues write them, ``A. Reid``."""

    last: str
    initial: str


@dataclass(frozen=True)
class Look:
    """One person's looks at one woman's record on one day; lists that only name her do not count."""

    actor_id: int
    woman_id: int
    first_at: datetime
    at_night: bool = False
    has_duty: bool = False  # caseload, ward, referral or cover held it open at the time
    is_own: bool = False  # caseload, cover or ward, theirs or their team's: more than a referral
    had_duty: bool = False  # one that had ended by then
    claimed: bool = False  # they opened it themselves: "I am caring for her", or in an emergency
    wrote: bool = False  # they recorded something for her on that day or the next
    days: int = 1  # on how many of the last 14 days they looked
    wrote_lately: bool = False  # in those 14 days
    is_first: bool = True  # in 28 days


@dataclass(frozen=True)
class Her:
    """What the rules ask of a woman."""

    site_id: int
    last: str
    initials: frozenset[str]

    def is_called(self, name: Name) -> bool:
        """Whether this could be that person's own name."""
        return name.last == self.last and name.initial in self.initials


@dataclass(frozen=True)
class Day:
    """All looks of one London day, with whom they concern."""

    looks: list[Look]
    staff: Mapping[int, Name]
    women: Mapping[int, Her]
    at_site: Mapping[int, frozenset[Name]] = field(default_factory=dict)  # who works at a site
    usual: Mapping[int, float] = field(default_factory=dict)  # women a working day, of the last 28 days

    def __iter__(self) -> Iterator[tuple[Look, Name, Her]]:
        for look in self.looks:
            if look.actor_id in self.staff and look.woman_id in self.women:
                yield look, self.staff[look.actor_id], self.women[look.woman_id]

    @property
    def by_actor(self) -> dict[int, list[Look]]:
        """The looks of each person."""
        found: dict[int, list[Look]] = defaultdict(list)
        for look, _, _ in self:
            found[look.actor_id].append(look)
        return found


class Found(NamedTuple):
    """One find; without ``actor_id`` it is about several people, without ``woman_id`` about several women."""

    actor_id: int | None
    woman_id: int | None
    site_id: int
    first_at: datetime
    number: int = 1


@dataclass(frozen=True)
class Rule:
    """``why`` is said to the privacy officer; ``{number}`` in it is what was counted."""

    key: str
    title: str
    why: str
    find: Callable[[Day], Iterable[Found]]


def _of(look: Look, her: Her, number: int = 1) -> Found:
    return Found(look.actor_id, look.woman_id, her.site_id, look.first_at, number)


def _own_record(day: Day) -> Iterable[Found]:
    return [_of(look, her) for look, name, her in day if her.is_called(name)]


def _same_last_name(day: Day) -> Iterable[Found]:
    return [
        _of(look, her)
        for look, name, her in day
        if name.last == her.last and not her.is_called(name) and not look.wrote
    ]


def _colleague(day: Day) -> Iterable[Found]:
    return [
        _of(look, her)
        for look, name, her in day
        if not look.wrote
        and not look.is_own
        and not her.is_called(name)
        and any(her.is_called(other) for other in day.at_site.get(her.site_id, ()))
    ]


def _after_duty(day: Day) -> Iterable[Found]:
    return [_of(look, her) for look, _, her in day if look.had_duty and not look.has_duty]


def _unexplained_claim(day: Day) -> Iterable[Found]:
    return [
        _of(look, her) for look, _, her in day if look.claimed and not (look.has_duty or look.had_duty or look.wrote)
    ]


def _volume(day: Day) -> Iterable[Found]:
    for actor, looks in day.by_actor.items():
        usual = day.usual.get(actor)
        limit = VOLUME_UNKNOWN if usual is None else max(VOLUME_WOMEN, VOLUME_TIMES * usual)
        if len(looks) > limit:
            yield Found(actor, None, _most(day, looks), min(look.first_at for look in looks), len(looks))


def _at_night(day: Day) -> Iterable[Found]:
    for actor, looks in day.by_actor.items():
        strange = [look for look in looks if look.at_night and not look.is_own and not look.wrote]
        if len(strange) >= NIGHT_WOMEN:
            yield Found(actor, None, _most(day, strange), min(look.first_at for look in strange), len(strange))


def _watched(day: Day) -> Iterable[Found]:
    return [
        _of(look, her, look.days)
        for look, _, her in day
        if look.days >= WATCHED_DAYS and not look.wrote_lately and not look.is_own
    ]


def _crowd(day: Day) -> Iterable[Found]:
    curious: dict[int, list[Look]] = defaultdict(list)
    for look, _, _ in day:
        if look.is_first and not look.is_own and not look.wrote:
            curious[look.woman_id].append(look)
    for woman, looks in curious.items():
        if len(looks) >= CROWD:
            yield Found(None, woman, day.women[woman].site_id, min(look.first_at for look in looks), len(looks))


def _most(day: Day, looks: Iterable[Look]) -> int:
    """The site of most of these women."""
    sites = [day.women[look.woman_id].site_id for look in looks]
    return max(set(sites), key=lambda site: (sites.count(site), -site))


RULES = (
    Rule("own_record", "Perhaps their own record", "The woman has this colleague's own name.", _own_record),
    Rule(
        "same_last_name",
        "The same last name",
        "The woman has this colleague's last name, and nothing was recorded for her. It may be family.",
        _same_last_name,
    ),
    Rule(
        "colleague",
        "Perhaps a colleague's record",
        "The woman has the name of somebody who works at the site; she is on no caseload or ward of theirs.",
        _colleague,
    ),
    Rule(
        "after_duty",
        "After their part in her care had ended",
        "They once cared for her; at this time no caseload, ward or referral held her record open to them.",
        _after_duty,
    ),
    Rule(
        "unexplained_claim",
        "Opened by their own word alone",
        "They said that they care for her, or opened her record in an emergency, and recorded nothing for her.",
        _unexplained_claim,
    ),
    Rule(
        "volume",
        "Far more women than usual",
        "{number} records in one day, three times what they usually open.",
        _volume,
    ),
    Rule(
        "at_night",
        "Many women of others at night",
        "{number} records between 22:00 and 6:00, of women on no caseload or ward of theirs.",
        _at_night,
    ),
    Rule(
        "watched",
        "The same woman again and again",
        "On {number} of 14 days, without recording anything for her; she is on no caseload or ward of theirs.",
        _watched,
    ),
    Rule(
        "crowd",
        "Many who had not looked before",
        "{number} people opened her record that day who had not in four weeks, and recorded nothing.",
        _crowd,
    ),
)
BY_KEY = {rule.key: rule for rule in RULES}
