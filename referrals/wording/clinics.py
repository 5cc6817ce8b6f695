"""Clinics, sessions and their times in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from carecoord import clock
from referrals.models import Series, Session
from referrals.rules.days import CHOICES
from referrals.rules.kinds import BY_KEY

_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()


def hours_in_words(since: datetime, until: datetime) -> str:
    """``09:30–10:00``, by London's clocks."""
    return "–".join(f"{at.astimezone(clock.LONDON):%H:%M}" for at in (since, until))


def span_in_words(span: timedelta) -> str:
    """``5 h 15 min``, ``45 min``, ``2 h``."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else "")))


def long_day(day: date) -> str:
    """``Tuesday 24 November 2026``: the title of a day."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def session_in_words(session: Session) -> str:
    """``Scan, 10:00–12:00, A. Bell``."""
    hours = hours_in_words(session.during.lower, session.during.upper)
    return ", ".join(filter(None, (BY_KEY[session.kind].name, hours, clinician_in_words(session))))


def clinician_in_words(session: Session) -> str:
    """Who holds it: somebody with an account here, else the name that was written; "" where nobody is named."""
    return str(session.clinician) if session.clinician else session.clinician_name


def rhythm_in_words(series: Series) -> str:
    """``Every Tuesday``, ``Every second Tuesday``, ``Every 4 weeks on Tuesday``."""
    day = _WEEKDAYS[series.first_on.weekday()]
    often = {1: f"Every {day}", 2: f"Every second {day}"}
    return often.get(series.every_weeks, f"Every {series.every_weeks} weeks on {day}")


def on_holiday_in_words(series: Series) -> str:
    """``On a bank holiday: there is none that day``."""
    words = dict(CHOICES)[series.on_holiday]
    return f"On a bank holiday: {words[0].lower()}{words[1:]}"
