"""What a site's file says of who can confirm medicine and of local policy, and what it is refused for."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from carecoord.sites.definitions import (
    POLICY_KEYS,
    InvalidSiteFile,
    SiteDefinition,
    all_site_definitions,
    read_site_file,
    site_definition,
)
from pathways.moments.sources import SOURCES

TODAY = date(2026, 11, 22)
FILE = """
name = "Testbridge"
nation = "SCO"

[[teams]]
code = "one"
name = "One"
kind = "caseload"
"""
SOURCE = """
[[sources]]
code = "corner"
name = "Corner Pharmacy"
kind = "pharmacy"
phone = "01632 960999"
mon-fri = "09:00-13:00, 14:00-17:30"
sat = "09:00-12:00"
bank_holidays = "closed"
closed_on = ["2026-12-24"]
out_of_hours = "The on-call pharmacist"
"""
POLICY = """
[[policies]]
key = "feeding"
title = "Feeding"
text = "One plan."
owner = "Neonatal governance"
version = "2"
review_on = 2027-03-31
sources = ["R40"]
"""


def read(folder: Path, text: str) -> SiteDefinition:
    (folder / "test.toml").write_text(text, encoding="utf-8")
    return read_site_file(folder / "test.toml")


def test_a_source_and_a_policy_are_read_as_they_stand(tmp_path: Path) -> None:
    site = read(tmp_path, FILE + SOURCE + POLICY)
    corner = site.source("corner")
    assert corner
    assert (corner.kind, corner.phone, corner.out_of_hours) == ("pharmacy", "01632 960999", "The on-call pharmacist")
    assert corner.hours_text == {"mon-fri": "09:00-13:00, 14:00-17:30", "sat": "09:00-12:00"}
    assert corner.hours.closed_days_from(date(2026, 12, 24)) == [date(2026, 12, day) for day in range(24, 29)]
    assert corner.hours.opens_on(date(2026, 12, 19))
    assert site.source("nobody") is None
    feeding = site.policy("feeding")
    assert feeding
    assert (feeding.text, feeding.owner, feeding.sources) == ("One plan.", "Neonatal governance", ["R40"])
    assert not feeding.is_expired(date(2027, 3, 31))
    assert feeding.is_expired(date(2027, 4, 1))
    assert site.policy("gap_72h") is None
    with pytest.raises(KeyError):
        site.policy("fedding")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SOURCE + SOURCE, "two sources have the same code"),
        (SOURCE.replace('"pharmacy"', '"shop"'), "unknown kind of a source: shop"),
        (SOURCE.replace("01632 960999", " "), "no phone number of a source: corner"),
        (SOURCE.replace("09:00-12:00", "9-12"), "no opening time"),
        (SOURCE.replace('"closed"', '"perhaps"'), "perhaps"),
        (SOURCE.replace("2026-12-24", "24 December"), "Invalid isoformat"),
        (SOURCE.replace("phone", "telephone"), "telephone"),
        (POLICY + POLICY, "two policies have the same key"),
        (POLICY.replace('"feeding"', '"feeling"'), "unknown key of a policy: feeling"),
        (POLICY.replace("One plan.", ""), "needs a title, a text, an owner and a version"),
        (POLICY.replace("2027-03-31", '"soon"'), "review_on is a date"),
    ],
)
def test_what_is_wrong_is_said_at_start_up(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidSiteFile, match=problem) as refused:
        read(tmp_path, FILE + text)
    assert str(refused.value).startswith("test.toml: ")


def test_the_demonstration_has_every_text_but_one_and_one_is_past_its_review() -> None:
    missing = {(site.code, key) for site in all_site_definitions() for key in POLICY_KEYS if not site.policy(key)}
    assert missing == {("CALD", "observation")}
    texts = [(site.code, policy) for site in all_site_definitions() for policy in site.policies.values()]
    assert {(code, policy.key) for code, policy in texts if policy.is_expired(TODAY)} == {("GLEN", "feeding")}


def test_texts_hold_no_amount_and_cite_known_sources() -> None:
    for site in all_site_definitions():
        for policy in site.policies.values():
            assert not re.search(r"\d\s*(mg|ml|milligram|millilitre|microgram)\b", policy.text, re.I), policy.key
            assert policy.sources, policy.key
            assert set(policy.sources) <= set(SOURCES)


def test_the_texts_of_the_gap_are_those_of_the_pathway() -> None:
    ashford = site_definition("ASHF")
    texts = {key: policy.text for key, policy in ashford.policies.items()}
    assert texts["gap_48h"] == "Third missed day tomorrow"
    assert texts["gap_72h"] == "Tolerance may be lost. Prescriber reassessment required before next dose"
    assert texts["gap_120h"] == "≥5 days: reassess as for restart"
    assert texts["part_dose"] == "Prescriber to decide. No automatic repeat"


OUTREACH = """
[outreach]
tries = 4
days = 10
pause_days = 7
owner = "Outreach group"
approved_on = 2026-10-01
"""


def test_how_a_woman_is_looked_for_is_the_sites_own_or_the_default(tmp_path: Path) -> None:
    said, silent = read(tmp_path, FILE + OUTREACH).outreach, read(tmp_path, FILE).outreach
    assert (said.tries, said.days, said.pause_days, said.owner) == (4, 10, 7, "Outreach group")
    assert (silent.tries, silent.days, silent.pause_days, silent.owner) == (6, 14, 14, "")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("tries = 4", "tries = 40", "tries of outreach"),
        ("days = 10", "days = 90", "days of outreach"),
        ("pause_days = 7", "pause_days = 60", "pause_days of outreach"),
        ('owner = "Outreach group"', "", "needs an owner"),
        ("tries = 4", "times = 4", "times"),
    ],
)
def test_a_search_without_a_near_end_or_an_owner_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(InvalidSiteFile, match=problem):
        read(tmp_path, FILE + OUTREACH.replace(old, new, 1))
