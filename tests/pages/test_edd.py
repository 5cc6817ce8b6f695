"""Agreeing the EDD: nothing is saved before what moves was shown."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from pathways.models import Journey
from pathways.seen import Seen
from tests.factories import ago, happened, journey, staff
from tests.pages.test_journey import edd_in, text_of
from tests.pages.test_record import messages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> Journey:
    made = journey(edd=edd_in(20))
    happened(made, ("first_contact", ago(80)), ("booking_completed", ago(75)))
    return made


@pytest.fixture
def signed_in(client: Any) -> Any:
    client.force_login(staff(name="A. Reid"))
    return client


def url(record: Journey) -> str:
    return reverse("edd", args=[record.pk])


def sent(edd: date | str, **more: str) -> dict[str, str]:
    stood = str(Seen.of(f"edd {record_pk()}", {"edd": Journey.objects.get().edd}))
    return {"edd": str(edd), "submission": str(uuid.uuid4()), "stood": stood, **more}


def record_pk() -> int:
    return Journey.objects.values_list("pk", flat=True).get()


def test_the_preview_lists_every_due_time_that_moves_and_saves_nothing(signed_in: Any, record: Journey) -> None:
    stored = {row.key: row.due_at for row in record.handoffs.all()}
    answer = signed_in.post(url(record), sent(edd_in(16)))
    preview = answer.context["preview"]
    assert answer.status_code == 200
    assert "Nothing is saved yet" in text_of(answer)
    assert not record.events.filter(kind="dating_agreed").exists()
    signed_in.post(url(record), sent(edd_in(16), seen="on"))
    moved = [row.key for row in record.handoffs.all() if row.key in stored and row.due_at != stored[row.key]]
    assert len(preview.moved) + len(preview.moved_ended) == len(moved) > 5


def test_the_preview_says_what_would_be_late_at_once(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record), sent(edd_in(4)))
    late = [line for line in answer.context["preview"].moved if line.is_late]
    assert late
    assert f"{len(late)} would be overdue or missed at once" in text_of(answer)


def test_the_preview_carries_everything_on_to_the_saving(signed_in: Any, record: Journey) -> None:
    html = signed_in.post(url(record), sent(edd_in(19), note="dating scan")).content.decode()
    form = html[html.index('<form class="section"') :]
    fields = dict(re.findall(r'<input type="hidden" name="(edd|note|submission|stood)" value="([^"]*)"', form))
    signed_in.post(url(record), {**fields, "seen": "on"})
    record.refresh_from_db()
    assert record.edd == edd_in(19)
    assert record.events.get(kind="dating_agreed").note == "dating scan"


def test_agreeing_saves_the_edd_and_says_what_moved(signed_in: Any, record: Journey) -> None:
    form = sent(edd_in(19), seen="on", note="dating scan")
    answer = signed_in.post(url(record), form, follow=True)
    assert messages_of(answer).startswith(f"EDD agreed: {clock.day_in_words(edd_in(19))}. Moved: ")
    record.refresh_from_db()
    assert record.edd == edd_in(19)
    signed_in.post(url(record), form)
    assert record.events.filter(kind="dating_agreed").count() == 1
    assert record.events.get(kind="dating_agreed").note == "dating scan"


def test_going_back_from_the_preview_keeps_what_was_typed(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record), sent(edd_in(16), edit="1", note="from the scan"))
    assert "from the scan" in text_of(answer)
    assert "Show what moves" in text_of(answer)
    assert not record.events.filter(kind="dating_agreed").exists()


def test_an_edd_that_changes_nothing_says_so(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record), sent(record.edd))
    assert "None of her handoffs changes." in text_of(answer)


@pytest.mark.parametrize(
    "edd",
    [
        clock.today() + timedelta(days=290),
        clock.today() - timedelta(days=40),
        "2026-02-30",
        "0001-01-01",
        "",
        "x" * 500,
    ],
)
def test_an_edd_with_which_she_could_not_be_pregnant_is_refused(signed_in: Any, record: Journey, edd: Any) -> None:
    for seen in ({}, {"seen": "on"}):
        answer = signed_in.post(url(record), sent(edd, **seen))
        assert answer.status_code == 200
        assert answer.context["form"].errors["edd"]
    assert not record.events.filter(kind="dating_agreed").exists()


def test_only_midwifery_agrees_an_edd(client: Any, record: Journey) -> None:
    for person, status in (
        (staff(Role.HEALTH_VISITOR), 403),
        (staff(site="GLEN"), 404),
        (staff(Role.WARD_MIDWIFE), 200),
    ):
        client.force_login(person)
        assert client.get(url(record)).status_code == status
