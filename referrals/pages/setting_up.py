"""What comes again at the reader's sites: the rhythm, the sessions of each day, the days to come."""

from __future__ import annotations

from typing import NamedTuple

from carecoord import clock
from carecoord.access.models import User
from referrals.models import Clinic, Series, SeriesSession
from referrals.series import days_made
from referrals.wording.clinics import on_holiday_in_words, rhythm_in_words

NEXT_DAYS = 8


class SeriesLine(NamedTuple):
    """One series in words. ``has_ended``: its last day has passed."""

    series: Series
    rhythm: str
    holidays: str
    span: str
    has_ended: bool
    sessions: list[SeriesSession]
    days: list[Clinic]


def series_of(reader: User) -> list[SeriesLine]:
    """Those of the reader's sites that go on, by place."""
    here = Series.objects.filter(place__site__in=reader.site_ids).select_related("place__site")
    lines = [series_line(each) for each in here.order_by("place__site__name", "place__name", "first_on", "pk")]
    return [line for line in lines if not line.has_ended]


def series_line(series: Series) -> SeriesLine:
    """One of them. Two queries."""
    today = clock.today()
    return SeriesLine(
        series,
        rhythm_in_words(series),
        on_holiday_in_words(series),
        _span(series),
        series.until is not None and series.until < today,
        list(series.sessions.select_related("room", "service", "clinician").order_by("starts", "room__name")),
        list(days_made(series)[:NEXT_DAYS]),
    )


def _span(series: Series) -> str:
    last = f" to {clock.day_in_words(series.until)}" if series.until else ""
    return f"from {clock.day_in_words(series.first_on)}{last}"
