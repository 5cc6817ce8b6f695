"""One life as it is being told: its dates, its chances, what has happened so far. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zlib import crc32

from pathways.scale.rates import Rates
from pathways.scale.usual import Usual

OUTCOMES = ("offered", "accepted", "declined", "not_commissioned", "no_place", "criteria_not_met")
OPTION_STEPS = frozenset({"POSTNATAL_TX_OPTIONS", "PN_TX_START"})
OVER = 660  # days after which a life is told to its end
_TWEAK = 0.10  # how far one moment lies from the others at the same site
_NOT_EVERYWHERE = 0.4  # what is extra is not done at every place
_SELDOM = 0.03  # an answer says that she declined, or that it did not apply


class Told(NamedTuple):
    """Something that happened, before it has its place in the order."""

    at: datetime
    kind: str
    baby: int | None
    details: dict[str, str]
    by: str


class Telling:
    """``anchors``: what later things count from. ``known``: what is known of her, for ``Usual.needs``."""

    def __init__(
        self, chance: Random, site: str, rates: Rates, conceived: date, until: datetime, *, thin: bool = False
    ) -> None:
        self.chance, self.site, self.rates, self.until, self.thin = chance, site, rates, until, thin
        self.is_over = (until.date() - conceived).days > OVER
        self.sparse = thin and self.is_over
        self.conceived = datetime.combine(conceived, time(), UTC)  # the first day of her last period
        self.anchors: dict[str, datetime] = {"lmp": self.conceived}
        self.known: set[str] = set()
        self.told: list[Told] = []
        years_ago = (until - self.conceived).days / 365
        self.gain = max(-0.12, min(0.12, rates.turn * (2 - years_ago)))

    def happens(self, share: float) -> bool:
        """Whether something of that share happens."""
        return self.chance.random() < share

    def on_day(self, days: float) -> datetime:
        """A time by day, that many days after her last period."""
        return self.by_day(self.conceived + timedelta(days=days))

    def by_day(self, at: datetime) -> datetime:
        """A time from 9 to 17 on the same day."""
        return at.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(minutes=5 * self.chance.randrange(96))

    def between(self, since: float, until: float) -> timedelta:
        """Some days, from so many to so many."""
        return timedelta(minutes=int(1440 * (since + self.chance.random() * (until - since))))

    def tell(
        self, kind: str, at: datetime, by: str = "midwife", baby: int | None = None, /, **details: str
    ) -> datetime:
        """Put down what happened. Returns when."""
        self.told.append(Told(at, kind, baby, details, by))
        return at

    def answer(
        self, moment: str, step: str, at: datetime, by: str, baby: int | None = None, **details: str
    ) -> datetime:
        """Put down an answer to a handoff; seldom, that she declined or that it did not apply."""
        kind, seldom = "handoff_completed", self.chance.random()
        if seldom < _SELDOM and not details.get("result"):
            kind = "handoff_declined" if seldom < _SELDOM * 0.6 else "handoff_not_applicable"
            details = {key: value for key, value in details.items() if key in ("admission", "separation", "transfer")}
            details["reason"] = "as she wished" if kind == "handoff_declined" else "looked after elsewhere"
        return self.tell(kind, at, by, baby, moment=moment, step=step, **details)

    def answered(
        self,
        moment: str,
        step: str,
        since: datetime,
        until: datetime,
        share: float,
        by: str = "midwife",
        baby: int | None = None,
        **details: str,
    ) -> datetime | None:
        """Answer a handoff in time, late, or not at all; returns when."""  # fmt: skip
        drawn = self.chance.random()
        window = until - since
        if drawn < share:
            at = since + window * (0.1 + 0.85 * self.chance.random())
        elif drawn < share + (1 - share) * self.rates.mended * (0.2 if self.sparse else 1):
            at = until + max(window, timedelta(hours=6)) * (0.1 + self.chance.random())
        else:
            return None
        if window > timedelta(days=2):
            at = max(self.by_day(at), since)
        return self.answer(moment, step, at, by, baby, **details)

    def keeps(self, moment: str, share: float | None = None) -> float:
        """The share of a moment's handoffs that are done in time here."""
        if self.sparse:
            return 0.38 * (self.rates.kept if share is None else share)
        tweak = (crc32(f"{self.site}{moment}".encode()) % 21 - 10) / 10 * _TWEAK
        return (self.rates.kept if share is None else share) + tweak + self.gain

    def usually(self, steps: Sequence[Usual], *, ends: datetime | None = None, share: float | None = None,
                **subject: str) -> None:  # fmt: skip
        """Answer steps as they usually are; what would be done after ``ends`` is not done any more."""
        for usual in steps:
            anchor = self.anchors.get(usual.anchor)
            if anchor is None or (usual.needs and usual.needs not in self.known):
                continue
            if usual.extra and (self.thin or self.happens(_NOT_EVERYWHERE)):
                continue
            since, until = anchor + timedelta(days=usual.since), anchor + timedelta(days=usual.until)
            if usual.anchor == "lmp":
                since, until = self._not_before_booking(since, until)
            if ends and since >= ends:
                continue
            also = {key: self.chance.choice(values) for key, values in usual.also} | subject
            if usual.moment in OPTION_STEPS:
                also["option_status"] = self.chance.choices(OUTCOMES, self.rates.options)[0]
            place = len(self.told)
            at = self.answered(
                usual.moment, usual.step, since, until, self.keeps(usual.moment, share), usual.by, None, **also
            )
            if ends and at and at >= ends:
                del self.told[place:]

    def _not_before_booking(self, since: datetime, until: datetime) -> tuple[datetime, datetime]:
        """The window of a gestation, or a fortnight where she came too late for it."""
        booked = self.anchors["booking"] + timedelta(days=1)
        since = max(since, booked)
        return (since, until) if until > since + timedelta(days=2) else (booked, booked + timedelta(days=13))
