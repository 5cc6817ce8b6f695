"""How far a due time lies from its anchor: ``P14D``, ``PT36H``, ``P2WD``, ``34+0`` or ``24:00``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d{1,4})D|(?P<working_days>\d{1,3})WD|T(?P<hours>\d{1,4})H)", re.ASCII
)
_GESTATION = re.compile(r"(?P<weeks>\d{1,2})\+(?P<days>[0-6])", re.ASCII)
END_OF_DAY = "24:00"


class Unit(StrEnum):
    """What an offset counts."""

    DAYS = "days"
    HOURS = "hours"
    WORKING_DAYS = "working days"
    GESTATION = "days of gestation"
    END_OF_DAY = "end of the day"


@dataclass(frozen=True, slots=True)
class Offset:
    """An amount of one unit; gestation is counted in days (34+0 is 238)."""

    amount: int
    unit: Unit

    @property
    def is_gestation(self) -> bool:
        return self.unit is Unit.GESTATION

    def __str__(self) -> str:
        sign, amount = ("-" if self.amount < 0 else ""), abs(self.amount)
        return {
            Unit.DAYS: f"{sign}P{amount}D",
            Unit.HOURS: f"{sign}PT{amount}H",
            Unit.WORKING_DAYS: f"{sign}P{amount}WD",
            Unit.GESTATION: f"{amount // 7}+{amount % 7}",
            Unit.END_OF_DAY: END_OF_DAY,
        }[self.unit]

    @property
    def in_words(self) -> str:
        """``14 days``, ``1 working day``, ``36 hours``, ``34+0``, ``the end of the day``; without a sign."""
        if self.is_gestation:
            return str(self)
        if self.unit is Unit.END_OF_DAY:
            return "the end of the day"
        amount = abs(self.amount)
        return f"{amount} {self.unit.value.removesuffix('s') if amount == 1 else self.unit.value}"


@lru_cache(maxsize=1024)
def parse_offset(text: str) -> Offset:
    """Read an offset. Raises ValueError with the text and the forms that are understood."""
    if text == END_OF_DAY:
        return Offset(0, Unit.END_OF_DAY)
    if match := _GESTATION.fullmatch(text):
        return Offset(int(match["weeks"]) * 7 + int(match["days"]), Unit.GESTATION)
    if match := _DURATION.fullmatch(text):
        for unit, digits in (
            (Unit.DAYS, match["days"]),
            (Unit.WORKING_DAYS, match["working_days"]),
            (Unit.HOURS, match["hours"]),
        ):
            if digits is not None:
                return Offset(int(match["sign"] + digits), unit)
    raise ValueError(f"{text!r} is not a window; write days P14D, hours PT36H, working days P2WD or gestation 34+0")
