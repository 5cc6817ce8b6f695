"""From the record to the analysis of a year: who counts, when it is told, and that it is off until it is wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from carecoord import clock
from carecoord.access.roles import Role
from pathways.gaps.counting import cases_of
from pathways.gaps.engagement.cohorts import analysis_of, tell_what_is_due, woman_of, years_due
from pathways.gaps.models.engagement import DEVICE, Analysis, Response
from pathways.gaps.refreshing import refresh
from pathways.gaps.rules.engagement.analysis import Woman
from pathways.models import Journey
from tests.factories import happened, journey, staff
from tests.medicine import METHADONE
from tests.roles import as_role

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
YEAR = clock.today().year - 3
BORN = datetime(YEAR, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def mother(stopped_on: int | None = None, **fields: Any) -> Journey:
    """A woman in treatment at the birth; she stopped so many days after."""
    record, due = journey(**fields), (BORN + 7 * DAY).date().isoformat()
    stopped = [("treatment_ended", BORN + stopped_on * DAY)] if stopped_on else []
    happened(
        record,
        ("first_contact", BORN - 200 * DAY),
        ("booking_completed", BORN - 190 * DAY),
        ("dating_agreed", BORN - 190 * DAY, {"edd": due}),
        ("treatment_started", BORN - 180 * DAY, {"medication": METHADONE}),
        ("baby_born", BORN, {"place": "home"}, 1),
        *stopped,
    )
    return record


def answered(record: Journey, at: datetime, answer: int = 3) -> None:
    Response.objects.create(journey=record, way=DEVICE, answered_at=at, answers=[answer] * 8)


def of(record: Journey) -> Woman | None:
    return woman_of(cases_of([record.pk])[record.pk], YEAR)


def test_the_last_answer_from_28_weeks_to_the_birth_counts() -> None:
    record = mother()
    weeks_28 = BORN + 7 * DAY - 84 * DAY
    answered(record, weeks_28 - 2 * DAY, 0)
    found = of(record)
    assert found is not None
    assert found.score is None
    answered(record, weeks_28 + DAY, 1)
    answered(record, BORN - DAY, 2)
    answered(record, BORN + 41 * DAY, 4)
    answered(record, BORN + 43 * DAY, 0)
    found = of(record)
    assert found is not None
    assert (found.score, found.after) == (50, 100)


def test_retention_and_time_in_treatment() -> None:
    assert of(mother()) == Woman(None, None, True, True, 365, False)
    assert of(mother(100)) == Woman(None, None, False, False, 100, True)
    assert of(mother(300)) == Woman(None, None, True, False, 300, True)


def test_who_came_back_had_stopped_all_the_same() -> None:
    record = mother(100)
    happened(record, ("treatment_started", BORN + 120 * DAY, {"medication": METHADONE}))
    assert of(record) == Woman(None, None, True, True, 100, True)


def test_death_and_a_move_end_what_is_followed() -> None:
    died = mother()
    happened(died, ("mother_died", BORN + 200 * DAY))
    assert of(died) == Woman(None, None, True, None, 200, False)
    moved = mother()
    happened(moved, ("closed", BORN + 150 * DAY, {"reason": "moved_out"}))
    assert of(moved) == Woman(None, None, False, False, 150, False)


def test_another_year_and_who_was_in_no_treatment_are_left_out() -> None:
    record = mother()
    assert woman_of(cases_of([record.pk])[record.pk], YEAR + 1) is None
    other = journey()
    happened(other, ("first_contact", BORN - 100 * DAY), ("baby_born", BORN, {"place": "home"}, 1))
    assert of(other) is None


def test_it_is_off_unless_it_is_switched_on(settings: Any) -> None:
    assert settings.ENGAGEMENT_ANALYSIS is False
    answered(mother(), BORN - DAY)
    assert tell_what_is_due() == 0
    assert not Analysis.objects.exists()


def test_each_year_is_told_once_after_a_year_and_two_weeks(settings: Any) -> None:
    settings.ENGAGEMENT_ANALYSIS = True
    answered(mother(), BORN - DAY)
    refresh()
    last = datetime(YEAR + 2, 1, 14, 12, tzinfo=LONDON)  # 365 days and 14 after the last of December
    assert years_due(last - DAY) == []
    assert years_due(last) == [YEAR]
    with as_role("cc_worker"):
        assert tell_what_is_due(last) == 1
        assert tell_what_is_due(last) == 0
    assert Analysis.objects.get().shown == {"told": "nothing", "correlation": None, "after": None}
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        Analysis.objects.update(shown={})


def test_a_cohort_of_sixty_and_those_who_did_not_answer() -> None:
    for number in range(60):
        answered(mother(100 if number % 20 < 8 else None), BORN - DAY, number // 20 * 2)
    for number in range(20):
        mother(200 if number < 9 else None)
    refresh()
    shown = analysis_of(YEAR)
    assert shown["told"] == "tertiles"
    assert shown["rows"] == [{"women": 20, "m6": 50, "m12": 50}] * 3
    assert shown["others"] is None  # seven or fewer had stopped by six months
    assert shown["curves"][0]["steps"][1][:2] == (120, 60)


def test_the_page_shows_what_was_told(client: Client, settings: Any) -> None:
    Analysis.objects.create(
        year=2024,
        told_at=clock.now(),
        shown={
            "told": "tertiles",
            "rows": [{"women": women, "m6": 60, "m12": 50} for women in (20, 20, 30)],
            "others": None,
            "curves": [{"steps": [[0, 100, 100, 100], [90, 60, 40, 75]], "at_risk": [20, 10, 10, 10, 10]}] * 3,
            "after": -0.2,
        },
    )
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    off = client.get("/gaps/engagement/").content.decode()
    assert "switched off" in off
    assert "2024" not in off
    settings.ENGAGEMENT_ANALYSIS = True
    said = client.get("/gaps/engagement/").content.decode()
    for words in ("CE-8 (own items, not validated)", "Association only", "about 30", "60 % (40 to 75)", "[c]", "−0.2"):
        assert words in said
