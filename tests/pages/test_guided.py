"""The guided pages share one way: offered where they fit, saved once, and her page says what follows."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pathways.engine import Stage
from pathways.guided import MOVES
from pathways.models import Event, Journey
from pathways.projection import differences
from tests.factories import ago, happened, journey, staff
from tests.pages.test_record import messages_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(client: Any) -> Journey:
    midwife = staff(name="A. Reid")
    client.force_login(midwife)
    found = journey(midwife=midwife)
    happened(found, ("first_contact", ago(60)), ("booking_completed", ago(50)))
    happened(found, ("drug_use_disclosed", ago(50), {"opioid": "yes"}))
    return found


def labour(record: Journey) -> str:
    return reverse("labour", args=[record.pk])


def test_the_page_of_what_happened_leads_to_those_that_fit(client: Any, record: Journey) -> None:
    assert labour(record) in client.get(reverse("record", args=[record.pk])).content.decode()
    happened(record, ("admitted", ago(1), {"reason": "labour"}))
    assert labour(record) not in client.get(reverse("record", args=[record.pk])).content.decode()


def test_saved_once_and_her_page_says_what_follows(client: Any, record: Journey) -> None:
    form = sent(ago(hours=2), note="Came by taxi.")
    answer = client.post(labour(record), form, follow=True)
    assert messages_of(answer).startswith("Recorded. New: Neonatal team told")
    assert client.post(labour(record), form).status_code == 302
    record.refresh_from_db()
    assert record.stage == Stage.INTRAPARTUM
    assert not differences(record, ago(0))
    assert Event.objects.get(kind="admitted").note == "Came by taxi."


def test_where_it_does_not_fit_the_page_says_so(client: Any, record: Journey) -> None:
    happened(record, ("admitted", ago(1), {"reason": "labour"}))
    page = client.get(labour(record)).content.decode()
    assert "This does not fit where she is now" in page
    assert "Record it" not in page


def test_what_stopped_fitting_meanwhile_is_refused_and_what_was_typed_stays(client: Any, record: Journey) -> None:
    happened(record, ("admitted", ago(1), {"reason": "labour"}))
    answer = client.post(labour(record), sent(ago(hours=2), note="Came by taxi."))
    assert answer.status_code == 200
    assert "no longer fits" in answer.content.decode()
    assert "Came by taxi." in answer.content.decode()
    assert Event.objects.filter(kind="admitted").count() == 1


def test_the_same_form_with_other_words_is_shown_both(client: Any, record: Journey) -> None:
    form = sent(ago(hours=2), note="Came by taxi.")
    client.post(labour(record), form)
    assert client.post(labour(record), {**form, "note": "Came by bus."}).status_code == 409


def test_every_page_of_the_table_has_its_address_and_says_why() -> None:
    for move in MOVES.values():
        assert reverse(move.page, args=[1]).startswith("/journeys/1/")
        assert all((move.title, move.lead, move.group))
