"""Naming her midwife and a buddy."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from carecoord.access.roles import Role
from pathways.models import Journey
from tests.factories import ago, happened, journey, staff, stand_at
from tests.pages.test_journey import text_of
from tests.pages.test_record import messages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> Journey:
    made = journey()
    happened(made, ("first_contact", ago(5)), ("drug_use_disclosed", ago(4), {"opioid": "yes"}))
    return made


def url(record: Journey) -> str:
    return reverse("midwife", args=[record.pk])


def sent(midwife: Any, buddy: Any = "") -> dict[str, str]:
    return {
        "midwife": str(getattr(midwife, "pk", midwife)),
        "buddy": str(getattr(buddy, "pk", buddy)),
        "submission": str(uuid.uuid4()),
    }


def test_each_midwife_is_shown_with_how_many_women_she_has(client: Any, record: Journey) -> None:
    reid, ali = staff(name="A. Reid"), staff(name="R. Ali", team="valley")
    for _ in range(2):
        journey(midwife=reid)
    closed = journey(midwife=reid)
    Journey.objects.filter(pk=closed.pk).update(buddy=ali)
    stand_at(closed, "closed")
    client.force_login(reid)
    words = text_of(client.get(url(record)))
    assert "A. Reid, Bridge caseload team: 2 women" in words
    assert "R. Ali, Valley caseload team: 0 women" in words


def test_naming_is_saved_and_completes_what_asked_for_it(client: Any, record: Journey) -> None:
    reid, ali = staff(name="A. Reid"), staff(name="R. Ali")
    client.force_login(reid)
    form = sent(reid, ali)
    for _ in range(2):
        answer = client.post(url(record), form, follow=True)
    assert "Her midwife is A. Reid, her buddy R. Ali." in messages_of(answer)
    record.refresh_from_db()
    assert (record.named_midwife, record.buddy) == (reid, ali)
    assert record.events.filter(kind="named_midwife_assigned").count() == 1
    assert record.handoffs.get(moment="NAMED_MIDWIFE").state.startswith("completed")


def test_one_person_cannot_be_both(client: Any, record: Journey) -> None:
    reid = staff()
    client.force_login(reid)
    answer = client.post(url(record), sent(reid, reid))
    assert answer.context["form"].errors["buddy"] == ["Her buddy has to be somebody else."]
    record.refresh_from_db()
    assert record.named_midwife is None


@pytest.mark.parametrize("chosen", ["", "0", "nonsense", "9" * 40])
def test_somebody_who_is_not_in_the_list_is_refused(client: Any, record: Journey, chosen: str) -> None:
    foreign = staff(site="GLEN")
    client.force_login(staff())
    for midwife in (chosen, foreign):
        assert client.post(url(record), sent(midwife)).context["form"].errors["midwife"]
    record.refresh_from_db()
    assert record.named_midwife is None


def test_only_caseload_midwives_of_the_site_name_one(client: Any, record: Journey) -> None:
    for person, status in ((staff(Role.WARD_MIDWIFE), 403), (staff(site="CALD"), 404), (staff(Role.MIDWIFE), 200)):
        client.force_login(person)
        assert client.get(url(record)).status_code == status


def test_whoever_gives_her_away_is_led_where_they_may_go(client: Any) -> None:
    reid, ali = staff(name="A. Reid"), staff(name="R. Ali", team="valley")
    record = journey(midwife=reid)
    happened(record, ("first_contact", ago(5)))
    client.force_login(reid)
    form = {**sent(ali), "stood": str(client.get(url(record)).context["form"].now)}
    answer = client.post(url(record), form)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("caseload"))
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert messages_of(page) == "Her midwife is R. Ali, without a buddy yet."
    record.refresh_from_db()
    assert record.named_midwife == ali
    assert client.post(url(record), form).status_code == 404, "her record is no longer open to who gave her away"


def test_who_still_may_open_her_record_goes_back_to_it(client: Any, record: Journey) -> None:
    reid = staff()
    client.force_login(reid)
    answer = client.post(url(record), sent(reid))
    assert answer.headers["Location"] == reverse("journey", args=[record.pk])
