"""Months as the rules count them: since the year 0, so that one can be taken from another."""

from __future__ import annotations

from datetime import date

from pathways.gaps.rules.releases import Month


def month_of(day: date) -> Month:
    """The month in which a day lies."""
    return day.year * 12 + day.month - 1


def first_day(month: Month) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)
