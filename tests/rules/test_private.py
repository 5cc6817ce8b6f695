"""What says where she is goes to the private side; what says only how to reach her stays readable."""

from __future__ import annotations

import pytest

from pathways.private import gives_away


@pytest.mark.parametrize(
    "text",
    [
        "07700 900123",
        "ring (07700) 900-123 after six",
        "+44 7700 900 123",
        "write to tara@mail.example",
        "at AB1 2CD",
        "ab12cd",
        "Flat 2",
        "14 Weaver Row",
        "12a High Street",
        "31 Old Mill Hill",
    ],
)
def test_a_number_an_address_or_an_e_mail_is_noticed(text: str) -> None:
    assert gives_away(text)


@pytest.mark.parametrize(
    "text",
    [
        "text only, before 14:00",
        "Ring after 16:00, not on Fridays",
        "+44 before noon",
        "At her nan’s, evenings",
        "Text in the morning; no signal at the farm after noon",
        "From 09:00 to 14:00, Mon 3 Mar to Fri 7 Mar 2026",
        "first line\r\nsecond line",
        "",
    ],
)
def test_hours_and_ways_are_not(text: str) -> None:
    assert not gives_away(text)
