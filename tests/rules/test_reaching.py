"""Whether she may be reached: never without her word, never out of her hours, never after she said it is unsafe."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord import clock
from carecoord.clock import LONDON
from pathways.models import SafeContact
from pathways.models.contact import CONFIRMED_FOR
from pathways.reaching import EARLIEST, LATEST, MESSAGES, decide
from pathways.wording.contact import confirmation_in_words, contact_in_words

CHANNELS = SafeContact.Channel.values
REACHABLE = [channel for channel in CHANNELS if channel != "none"]
# Three years with every clock change in them, and the minutes around those twice as often.
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2027, 10, 31, 1, tzinfo=UTC),
]
INSTANTS = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(datetime.__add__, st.sampled_from(CHANGES), st.timedeltas(timedelta(hours=-30), timedelta(hours=30))),
)
HOURS = st.tuples(st.none() | st.times(), st.none() | st.times()).filter(
    lambda pair: pair[0] is None or pair[1] is None or pair[0] < pair[1]
)
DAYS = st.lists(st.integers(1, 7), unique=True)


def contact(at: datetime, *, channel: str = "text", asked: int = 0, **fields: Any) -> SafeContact:
    """What she agreed to, confirmed so many London days before ``at``."""
    confirmed_on = clock.today(at) - timedelta(days=asked)
    return SafeContact(channel=channel, confirmed_on=confirmed_on, **fields)


@given(INSTANTS, st.sampled_from(REACHABLE), HOURS, DAYS, st.integers(0, CONFIRMED_FOR))
def test_within_her_hours_by_the_clock_on_the_wall_and_not_outside(
    at: datetime, channel: str, hours: tuple[time | None, time | None], days: list[int], asked: int
) -> None:
    begins, ends = hours
    hers = contact(at, channel=channel, asked=asked, safe_from=begins, safe_until=ends, days=days)
    wall = at.astimezone(LONDON)
    on_her_days = not days or wall.isoweekday() in days
    inside = (begins or EARLIEST) <= wall.time() < (ends or LATEST)
    assert decide(hers, channel, at).allowed == (on_her_days and inside)


@given(INSTANTS, st.sampled_from(CHANNELS), st.sampled_from(CHANNELS), HOURS, DAYS, st.integers(-5, 60), st.booleans())
def test_whatever_is_allowed_is_what_she_confirmed(
    at: datetime,
    agreed: str,
    asked_for: str,
    hours: tuple[time | None, time | None],
    days: list[int],
    asked: int,
    still_safe: bool,
) -> None:
    hers = contact(
        at, channel=agreed, asked=asked, safe_from=hours[0], safe_until=hours[1], days=days, still_safe=still_safe
    )
    if decide(hers, asked_for, at).allowed:
        assert still_safe
        assert 0 <= asked <= CONFIRMED_FOR
        assert agreed == asked_for != "none"
    assert not decide(hers, asked_for, at, silent="She has died.").allowed


def test_the_hour_that_comes_twice_is_the_same_hour_both_times() -> None:
    for hour in (0, 1):  # 01:30 summer time, then 01:30 winter time
        at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        hers = contact(at, safe_from=time(1), safe_until=time(2))
        assert decide(hers, "text", at).allowed
        assert not decide(hers, "text", at + timedelta(hours=2)).allowed


def test_the_hour_that_is_skipped_reaches_nobody() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    for minutes in range(-90, 90, 5):
        at = change + timedelta(minutes=minutes)
        assert not decide(contact(at, safe_from=time(1), safe_until=time(2)), "text", at).allowed


@pytest.mark.parametrize(("asked", "allowed"), [(0, True), (28, True), (29, False), (400, False), (-1, False)])
def test_she_is_asked_again_after_four_weeks(asked: int, allowed: bool) -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert decide(contact(at, asked=asked), "text", at).allowed == allowed


def test_hours_in_words_alone_are_left_to_a_person() -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert not decide(contact(at, hours="after the school run"), "text", at).allowed
    assert decide(contact(at, hours="after the school run", safe_from=time(9)), "text", at).allowed


def test_nothing_goes_where_nothing_is_agreed() -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert not decide(None, "text", at).allowed
    assert not decide(contact(at, channel="", note="text is fine"), "", at).allowed
    assert not decide(contact(at, channel="none"), "none", at).allowed


# -- what is said --------------------------------------------------------------------------------

LISTED = """
    drug drugs methadone buprenorphine opioid opiate heroin treatment prescription prescriber pharmacy dose clinic
    hospital ward midwife midwives maternity doctor nurse nhs gp health visitor keyworker service pregnant pregnancy
    baby babies birth born due labour scan booking antenatal postnatal newborn child children protection social work
    worker care removal removed separated separation court order police refuge abuse violence partner mental psychiatric
    addiction recovery detox naloxone overdose withdrawal feeding breastfeeding loss appointment referral team record
""".split()


def test_a_message_says_nothing_of_her_care() -> None:
    assert len(LISTED) >= 60
    for text in MESSAGES.values():
        words = {word.strip(".,:;!?").lower() for word in text.split()}
        assert not words & set(LISTED), text
        assert "{" not in text
        assert "%" not in text


# -- in words ------------------------------------------------------------------------------------

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"channel": "text", "safe_until": time(14), "voicemail": False}, "text only, before 14:00, no voicemail"),
        (
            {"channel": "call", "safe_from": time(16), "voicemail": True},
            "phone call only, after 16:00, voicemail is all right",
        ),
        ({"channel": "call", "days": [1, 2, 3, 4, 6, 7]}, "phone call only, not Fri"),
        (
            {"channel": "text", "days": [1, 2, 3, 4], "safe_from": time(9), "safe_until": time(14)},
            "text only, Mon to Thu, 09:00 to 14:00",
        ),
        ({"channel": "text", "days": [5, 1]}, "text only, Mon, Fri"),
        ({"channel": "visits", "hours": "never said"}, "only in person, when she comes or is visited"),
        ({"channel": "", "note": "ring first"}, "ring first"),
        ({"channel": "text", "still_safe": False}, "do not reach her: she said that it is not safe"),
    ],
)  # fmt: skip
def test_the_summary_says_how_and_when(fields: dict[str, Any], words: str) -> None:
    assert contact_in_words(SafeContact(**fields)) == words


@pytest.mark.parametrize(
    ("confirmed_on", "words"),
    [
        (date(2026, 11, 18), "(she confirmed 18 Nov)"),
        (date(2026, 10, 23), "(she confirmed 23 Oct)"),
        (date(2026, 10, 22), "(ask her again: she confirmed 22 Oct)"),
        (date(2025, 12, 30), "(ask her again: she confirmed 30 Dec 2025)"),
        (None, "(ask her: it is not confirmed)"),
    ],
)
def test_it_says_when_she_confirmed_it_and_when_to_ask_again(confirmed_on: date | None, words: str) -> None:
    assert confirmation_in_words(SafeContact(channel="text", confirmed_on=confirmed_on), FRIDAY) == words
