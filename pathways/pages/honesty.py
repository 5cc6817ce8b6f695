"""Whether alerts are honest: what became of those of each moment, why they were put off, how many people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pathways.alerting.listing import Honest, Spread, honesty, put_off_reasons, spread

SPANS = (28, 90)  # days
DAYS_SHOWN = timedelta(days=27)  # of how many people were told
FEW = "fewer than 8"


@dataclass(frozen=True)
class HonestRow:
    """One moment in numbers that may be shown."""

    title: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class HonestyPage:
    """Everything the page shows. ``over`` says on how many days somebody was told of more than 15 women."""

    rows: tuple[HonestRow, ...]
    reasons: tuple[tuple[str, str], ...]
    days: tuple[Spread, ...]

    @property
    def over(self) -> int:
        return sum(each.many > 0 for each in self.days)


COLUMNS = ("First told", "Acted on within a day", "Acted on later", "Ended by itself", "Still open", "Taken", "Put off")


def honesty_page(since: date, until: date) -> HonestyPage:
    """The numbers of two London days and what lies between, at the reader's sites. Three SQL queries."""
    rows = sorted(honesty(since, until), key=lambda each: -(each.fired or 0))
    reasons = sorted(put_off_reasons(since, until).items(), key=lambda pair: (-(pair[1] or 0), pair[0]))
    days = spread(max(since, until - DAYS_SHOWN), until)
    return HonestyPage(
        tuple(HonestRow(each.title, _cells(each)) for each in rows),
        tuple((reason, few_or(times)) for reason, times in reasons),
        tuple(reversed(days)),
    )


def few_or(number: int | None) -> str:
    """A number that may be shown, or that it may not."""
    return FEW if number is None else str(number)


def _cells(each: Honest) -> tuple[str, ...]:
    numbers = (each.fired, each.acted, each.later, each.by_itself, each.open, each.taken, each.put_off)
    return tuple(few_or(number) for number in numbers)
