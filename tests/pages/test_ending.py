"""The pages on which a journey ends, is opened again, and on which what runs beside its stages is written down."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import Journey, OutsideTry, ServiceChoice
from tests.ending import outside_try, reopening, service_choice, settle
from tests.factories import ago, claimed, happened, journey, staff
from tests.pages.test_journey import text_of
from tests.pages.test_record import local, messages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: User) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(366)))
    happened(made, ("booking_completed", ago(500)), ("baby_born", ago(366), {"place": "home"}, 1))
    happened(made, ("contact_made", ago(1)))
    return made


def page(client: Any, name: str, *args: Any) -> str:
    return text_of(client.get(reverse(name, args=args)))


def send(client: Any, name: str, *args: Any, **form: str) -> Any:
    return client.post(reverse(name, args=args), {"submission": str(uuid.uuid4()), **form}, follow=True)


def today() -> str:
    return clock.day_in_words(clock.today(), year=False)


def by_day(name: str, days: int) -> dict[str, str]:
    """A date in its boxes, so many days from today."""
    day = clock.today() + timedelta(days=days)
    return {f"{name}_{place}": str(part) for place, part in enumerate((day.day, day.month, day.year))}


def test_each_way_to_end_says_what_is_missing_and_where_to_write_it(signed_in: Any, record: Journey) -> None:
    shown = page(signed_in, "ending", record.pk)
    assert "It never ends because a baby was removed, because nobody reached her, or because she used again." in shown
    assert "The twelve-month review is to be held and recorded." in shown
    review = record.handoffs.get(moment="CLOSE_12M")
    assert (
        reverse("answer", args=[review.pk, "done"])
        in signed_in.get(reverse("ending", args=[record.pk])).content.decode()
    )
    missing = page(signed_in, "close", record.pk, "completed")
    assert "Still missing" in missing
    assert "How does it stand with her treatment?" not in missing
    assert signed_in.get(reverse("close", args=[record.pk, "lost_contact"])).status_code == 404


def test_closed_her_page_says_why_and_leads_back(signed_in: Any, record: Journey) -> None:
    staff(Role.SERVICE_MANAGER, name="M. Okafor")
    settle(record)
    answer = send(signed_in, "close", record.pk, "completed", retention="never")
    assert "Recorded." in messages_of(answer)
    assert f"This journey was closed on {today()}: The year after the pregnancy is over" in text_of(answer)
    assert "is closed already" in page(signed_in, "ending", record.pk)
    manager = User.objects.get(name="M. Okafor")
    answer = send(signed_in, "reopen", record.pk, why="She is back.", agreed_by=str(manager.pk))
    record.refresh_from_db()
    assert "This journey was closed" not in text_of(answer)
    assert not record.is_closed


def test_what_a_verb_refuses_stands_at_its_field(signed_in: Any, record: Journey) -> None:
    answer = send(signed_in, "close", record.pk, "withdrew", naloxone="has_it", words="Stop it.")
    assert "Explain to her first what stays" in text_of(answer)
    assert "Stop it." in text_of(answer)
    record.refresh_from_db()
    assert not record.is_closed


def test_the_managers_read_in_whose_word_one_was_opened_again(client: Any, record: Journey, midwife: User) -> None:
    manager = staff(Role.SERVICE_MANAGER, name="M. Okafor")
    reopening(record, opened_by=midwife, agreed_by=manager)
    client.force_login(manager)
    shown = page(client, "handoffs")
    assert "A. Reid opened one again; M. Okafor agreed." in shown
    assert record.woman.first_name not in shown
    client.force_login(staff(Role.SERVICE_MANAGER, site="CALD"))
    assert "M. Okafor" not in page(client, "handoffs")


def test_asked_outside_and_signed_off(client: Any, signed_in: Any, record: Journey) -> None:
    form = {"because": "moving", "what": "care", "to_whom": "Maternity, Porto", "tried_at": local(ago(hours=1))}
    answer = send(signed_in, "outside", record.pk, **form, result="acknowledged")
    assert "Write who said so" in text_of(answer)
    assert not OutsideTry.objects.exists()
    for _ in range(3):
        send(signed_in, "outside", record.pk, **form, result="no_answer")
    assert "The safeguarding lead is to read what was tried" in page(signed_in, "close", record.pk, "moved_out")
    assert "Maternity, Porto" in page(signed_in, "outside", record.pk)
    assert signed_in.get(reverse("sign_off", args=[record.pk])).status_code == 403
    lead = staff(Role.SAFEGUARDING_MIDWIFE)
    claimed(record, lead)
    client.force_login(lead)
    assert "Maternity, Porto" in page(client, "sign_off", record.pk)
    assert (Read.objects.latest("id").page, Read.objects.latest("id").women) == ("sign_off", [record.woman_id])
    assert "Recorded." in messages_of(send(client, "sign_off", record.pk, words="Her sister sees her."))


def test_custody_stands_on_her_page_for_who_may_know_where_she_is(client: Any, signed_in: Any, record: Journey) -> None:
    since = ago(hours=3)
    answer = send(signed_in, "custody_start", record.pk, occurred_at=local(since))
    assert f"In custody since {clock.day_in_words(clock.today(since), year=False)}" in text_of(answer)
    outside_try(record, because="custody", to_whom="Healthcare, HMP Low Moss")
    on_ward = staff(Role.WARD_MIDWIFE, team="maple")
    claimed(record, on_ward)
    client.force_login(on_ward)
    assert "ustody" not in page(client, "journey", record.pk)
    assert client.get(reverse("custody_end", args=[record.pk])).status_code == 403
    client.force_login(record.named_midwife)
    assert "In custody" not in text_of(send(client, "custody_end", record.pk, occurred_at=local(ago(hours=1))))


def test_a_declined_service_is_asked_about_again(signed_in: Any, record: Journey) -> None:
    form = {"service": "maternity_care", "occurred_at": local(ago(hours=1)), "words": "Not now."}
    assert "within 14 days" in text_of(send(signed_in, "declining", record.pk, **form, **by_day("review_on", 20)))
    shown = text_of(send(signed_in, "declining", record.pk, **form, **by_day("review_on", 14)))
    assert "she does not want it for now" in shown
    assert "Ask her again" not in shown
    assert "“Not now.”" in page(signed_in, "asked_again", record.pk, "maternity_care")
    answer = {"occurred_at": local(ago(minutes=5)), "answer": "takes_up"}
    assert "does not want" not in text_of(send(signed_in, "asked_again", record.pk, "maternity_care", **answer))
    assert signed_in.get(reverse("asked_again", args=[record.pk, "maternity_care"])).status_code == 404
    assert ServiceChoice.objects.count() == 2


def test_on_the_day_her_page_says_so(signed_in: Any, record: Journey) -> None:
    service_choice(record, review_on=clock.today())
    service_choice(record, service="mental_health")  # only tomorrow
    assert "Ask her again" in page(signed_in, "journey", record.pk)
    assert "1 to ask again about a service" in page(signed_in, "caseload")
    shown = page(signed_in, "ask_again")
    assert "maternity care" in shown
    assert "mental" not in shown
