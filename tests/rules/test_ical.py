"""Calendars: read back by two other programs they say the same, over both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from carecoord import clock
from referrals.rules.ical import Entry, calendar_of

SPRING, AUTUMN = datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
PLACE = "Mill Lane; Block B, 2nd floor"


def entry(number: int, starts: datetime, **fields: object) -> Entry:
    known = {
        "uid": f"appointment-{number}@carecoord",
        "title": "Appointment",
        "where": PLACE,
        "starts": starts,
        "ends": starts + timedelta(minutes=30),
        "standing": "CONFIRMED",
        "busy": True,
        "revision": number,
        "revised_at": datetime(2026, 10, 1, 12, tzinfo=UTC),
    }
    return Entry(**{**known, **fields})


def read_by_icalendar(text: bytes) -> list[Entry]:
    return [
        Entry(
            uid=str(event["UID"]),
            title=str(event["SUMMARY"]),
            where=str(event["LOCATION"]),
            starts=event["DTSTART"].dt,
            ends=event["DTEND"].dt,
            standing=str(event["STATUS"]),
            busy=event["TRANSP"] == "OPAQUE",
            revision=int(event["SEQUENCE"]),
            revised_at=event["LAST-MODIFIED"].dt,
        )
        for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
    ]


def read_by_ical(text: bytes) -> list[Entry]:
    (calendar,) = IcsCalendarStream.from_ics(text.decode()).calendars
    return [
        Entry(
            uid=event.uid,
            title=event.summary or "",
            where=event.location or "",
            starts=event.dtstart,
            ends=event.dtend,
            standing=event.status.value if event.status else "",
            busy=event.transparency == "OPAQUE",
            revision=event.sequence or 0,
            revised_at=event.last_modified,
        )
        for event in calendar.events
    ]


@pytest.mark.parametrize("read", [read_by_icalendar, read_by_ical])
@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_over_a_change_of_the_clocks_every_hour_is_read_as_it_was_written(read: object, change: datetime) -> None:
    hours = [change + timedelta(minutes=30 * half) for half in range(-8, 9)]
    entries = [entry(number, at) for number, at in enumerate(hours)]
    found = read(calendar_of("Mill Lane", entries))  # type: ignore[operator]
    assert found == entries
    on_the_wall = [each.starts.astimezone(clock.LONDON).replace(tzinfo=None) for each in found]
    assert on_the_wall == [at.astimezone(clock.LONDON).replace(tzinfo=None) for at in hours]
    steps = {after - before for before, after in pairwise(on_the_wall)}
    jump = timedelta(hours=1) if change == SPRING else timedelta(hours=-1)
    assert steps == {timedelta(minutes=30), timedelta(minutes=30) + jump}
    assert all(after.starts - before.starts == timedelta(minutes=30) for before, after in pairwise(found))


@pytest.mark.parametrize("zone", ["Europe/London", "Australia/Lord_Howe"])
def test_an_instant_of_any_zone_is_written_in_utc(zone: str) -> None:
    at = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    text = calendar_of("Mill Lane", [entry(1, at.astimezone(ZoneInfo(zone)).astimezone(UTC))])
    assert b"DTSTART:20261025T013000Z" in text
    assert b"VTIMEZONE" not in text


def test_what_stands_for_nothing_is_said_and_programs_are_asked_to_look_again() -> None:
    text = calendar_of("Mill Lane", [entry(1, SPRING, standing="CANCELLED"), entry(2, SPRING, standing="TENTATIVE")])
    assert [each.standing for each in read_by_icalendar(text)] == ["CANCELLED", "TENTATIVE"]
    assert [each.standing for each in read_by_ical(text)] == ["CANCELLED", "TENTATIVE"]
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert b"X-PUBLISHED-TTL:PT1H" in text
    assert b"CLASS:PRIVATE" in text


def test_a_calendar_without_entries_is_one() -> None:
    assert read_by_icalendar(calendar_of("Mill Lane", [])) == []


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=120).filter(
    lambda text: text == text.strip()
)


@given(where=NAMES, minutes=st.lists(st.integers(0, 60 * 24 * 400), max_size=8), revision=st.integers(0, 30000))
def test_whatever_a_place_is_called_both_read_it_and_it_is_written_the_same_again(
    where: str, minutes: list[int], revision: int
) -> None:
    entries = [
        entry(number, AUTUMN + timedelta(minutes=each), where=where, revision=revision)
        for number, each in enumerate(minutes)
    ]
    text = calendar_of(where, entries)
    assert read_by_icalendar(text) == read_by_ical(text) == entries
    assert text == calendar_of(where, entries)
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
