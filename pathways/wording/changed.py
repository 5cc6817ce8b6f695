"""What somebody else changed, and what stands now, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms

from carecoord import clock
from pathways.wording.entries import time_in_words

NOTHING = "Nothing"


def ago_in_words(at: datetime, now: datetime) -> str:
    """``just now``, ``2 minutes ago``, ``today at 14:02``, or the day and the time."""
    minutes = int((now - at).total_seconds()) // 60
    if minutes < 60:
        return "just now" if minutes < 1 else "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
    if clock.today(at) == clock.today(now):
        return f"today at {at.astimezone(clock.LONDON):%H:%M}"
    return time_in_words(at)


def value_of_field(field: forms.Field, value: Any) -> str:
    """A stored value as its form would say it."""
    choices = getattr(field, "choices", None)
    if isinstance(value, list | tuple):
        return ", ".join(value_of_field(field, each) for each in value) or NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return clock.day_in_words(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    words = "" if value is None else str(value)
    return _of_choices(choices, words) or words or NOTHING


def _of_choices(choices: Iterable[Any] | None, value: str) -> str:
    """The words of a choice, also of one in a group."""
    for key, words in choices or ():
        if isinstance(words, list | tuple):
            found = _of_choices(words, value)
            if found:
                return found
        elif value and str(key) == value:
            return str(words)
    return ""
