"""A grant that opens some labels only: the rest of her record is as if it were not there, whatever the role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from carecoord import clock
from carecoord.access.labels import Label
from carecoord.access.models import Grant, User
from pathways.actions import open_journey
from pathways.background import record_background
from pathways.models import Journey
from tests.factories import ago, happened, journey, staff

pytestmark = pytest.mark.django_db
LABELLED = (Label.ABUSE, Label.CHILD_PROTECTION, Label.PSYCHOLOGICAL)


def opened_for(record: Journey, person: User, *labels: Label) -> None:
    at = clock.now()
    Grant.objects.create(
        woman=record.woman,
        user=person,
        kind=Grant.Kind.BREAK_GLASS,
        labels=list(labels),
        starts_at=at,
        ends_at=at + timedelta(hours=1),
    )


@pytest.fixture
def record() -> Journey:
    midwife = staff()
    first = journey(midwife=midwife)
    happened(
        first,
        ("first_contact", ago(900)),
        ("concern_accepted", ago(890)),
        ("closed", ago(500), {"reason": "completed"}),
    )
    now = open_journey(first.woman, number=2, named_midwife=midwife, by=None)
    happened(now, ("first_contact", ago(60)), ("concern_accepted", ago(40)))
    for label in LABELLED:
        record_background(now.woman, label, f"canary-{label.value}", by=None)
    return now


def test_only_what_was_asked_for_is_there(client: Any, record: Journey) -> None:
    person = staff()
    opened_for(record, person, Label.GENERAL, Label.ABUSE)
    client.force_login(person)
    page = client.get(f"/journeys/{record.pk}/?show=entries").content.decode()
    assert "First contact" in page
    assert "Child-protection concern" not in page
    background = client.get(f"/women/{record.woman_id}/background/").content.decode()
    assert "canary-abuse" in background
    assert "canary-child_protection" not in background
    assert "canary-psychological" not in background
    assert client.get(f"/women/{record.woman_id}/background/psychological/").status_code == 404
    assert client.get(f"/women/{record.woman_id}/safe-contact/open/").status_code == 403
    earlier = record.woman.journeys.get(number=1)
    assert client.get(f"/journeys/{earlier.pk}/").status_code == 404


def test_a_whole_grant_beside_it_shows_all_of_what_the_role_may(client: Any, record: Journey) -> None:
    client.force_login(record.named_midwife)
    assert record.named_midwife is not None
    opened_for(record, record.named_midwife, Label.GENERAL)
    assert "Child-protection concern" in client.get(f"/journeys/{record.pk}/?show=entries").content.decode()
    assert client.get(f"/journeys/{record.woman.journeys.get(number=1).pk}/").status_code == 200


def test_asking_for_more_than_the_role_may_opens_no_more(client: Any, record: Journey) -> None:
    nurse = staff("ward_midwife", team="maple")  # type: ignore[arg-type]
    opened_for(record, nurse, *Label)
    client.force_login(nurse)
    assert "Child-protection concern" not in client.get(f"/journeys/{record.pk}/?show=entries").content.decode()
    assert client.get(f"/women/{record.woman_id}/background/").status_code == 404
