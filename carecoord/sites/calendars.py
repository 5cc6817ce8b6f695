"""Which days are working days in each nation. Pure Python, no Django.

Working days are Monday to Friday without the bank holidays of the nation (rules, section 4).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import holidays

_SUBDIVISIONS = {"ENG": "ENG", "SCO": "SCT"}  # our nation code to the library's
_SATURDAY = 5


@cache
def bank_holidays(nation: str, year: int) -> frozenset[date]:
    """The bank holidays of ``nation`` (``ENG`` or ``SCO``) in ``year``. Raises KeyError for another nation."""
    return frozenset(holidays.country_holidays("GB", subdiv=_SUBDIVISIONS[nation], years=year))


@cache
def working_days(nation: str) -> Callable[[date], bool]:
    """Whether a date is a working day in ``nation`` (``ENG`` or ``SCO``). Raises KeyError for another nation."""
    _SUBDIVISIONS[nation]

    @cache
    def is_working_day(day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in bank_holidays(nation, day.year)

    return is_working_day
