"""The pages of own medicine, feeding and policies: who is shown what, each look once, small numbers left out."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from carecoord import clock
from carecoord.access import machines
from carecoord.access.acting import acting_as
from carecoord.access.models import Grant, SignIn, Team, User
from carecoord.access.roles import Role
from carecoord.access.unlocking import set_pin
from carecoord.audit.models import Read
from carecoord.sites.definitions import POLICY_KEYS
from carecoord.sites.models import Site
from medications import feeding, handing_over, receiving
from medications.models import OwnMedicine, OwnMedicineStep
from medications.pages.own import taken_by_month
from medications.views.policies import of_site
from pathways.models import Journey
from pathways.wording.pages import PAGE_NAMES
from tests.factories import ago, staff
from tests.medications.test_receiving import stored, taken
from tests.medicine import due_dose, on_ward, plan, ward_midwife
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db
PIN = "203981"


@pytest.fixture
def record() -> Journey:
    return on_ward(first_name="Xanthippe", last_name="Quillfeather")


@pytest.fixture
def ito() -> User:
    return ward_midwife(name="S. Ito")


@pytest.fixture
def moe() -> User:
    return ward_midwife(name="K. Moe")


@pytest.fixture
def own(record: Journey, ito: User, moe: User) -> OwnMedicine:
    row = receiving.identify(record, "Methadone, Bell pharmacy", at=ago(hours=0.5), by=ito)
    stored(row, ito, moe)
    return row


def addresses(record: Journey, own: OwnMedicine) -> dict[str, str]:
    her, one = [record.pk], [record.pk, own.pk]
    given: dict[str, list[Any]] = {
        "own_medicines": her,
        "bring_own": her,
        "own_taken": her,
        "one_own": one,
        "own_receipt": one,
        "feeding": her,
        "feeding_write": her,
        "feeding_differently": her,
        "feeding_sign": [record.pk, 1],
        "feeding_share": [record.pk, 1],
        "feeding_take_back": [record.pk, 1],
        "ward_own": ["maple"],
        "handover_sign": ["maple"],
    }
    return {name: reverse(name, args=args) for name, args in given.items()} | {
        f"own_step {step}": reverse("own_step", args=[*one, step])
        for step in ("asked", "stored", "given", "checked", "moved", "outcome", "strike")
    }


def test_every_page_leaves_one_entry_and_has_a_name(client: Any, record: Journey, own: OwnMedicine, ito: User) -> None:
    feeding.write_plan(record, "Together", by=ito)
    client.force_login(ito)
    for name, address in addresses(record, own).items():
        before = Read.objects.count()
        assert client.get(address).status_code == 200, name
        assert Read.objects.count() == before + 1, name
        entry = Read.objects.latest("id")
        assert (entry.page, entry.women) == (name.partition(" ")[0], [record.woman_id])
        assert entry.page in PAGE_NAMES


def test_what_is_anothers_is_not_there(client: Any, record: Journey, own: OwnMedicine, ito: User) -> None:
    other = on_ward(bed="7")
    client.force_login(ito)
    for address in (
        reverse("one_own", args=[other.pk, own.pk]),
        reverse("own_receipt", args=[other.pk, own.pk]),
        reverse("own_step", args=[other.pk, own.pk, "checked"]),
        reverse("own_step", args=[record.pk, own.pk, "confiscated"]),
    ):
        assert client.get(address).status_code == 404


def test_a_wrong_password_stores_nothing_and_loses_nothing(client: Any, record: Journey, ito: User, moe: User) -> None:
    row = receiving.identify(record, "Methadone", at=ago(hours=0.2), by=ito)
    receiving.ask(row, "yes", explained=True, by=ito)
    client.force_login(ito)
    sent = {
        "submission": str(uuid.uuid4()),
        "quantity": "210 ml",
        "register_page": "OWN 12",
        "place": "Cupboard",
        "second": str(moe.pk),
        "password": "not hers",
    }
    answer = client.post(reverse("own_step", args=[record.pk, row.pk, "stored"]), sent)
    assert answer.status_code == 200
    assert "210 ml" in answer.content.decode()
    assert "not hers" not in answer.content.decode()
    assert not OwnMedicineStep.objects.filter(own=row, kind="stored").exists()


def places_to_sign(record: Journey, ito: User) -> dict[str, dict[str, str]]:
    """Every page on which somebody signs beside the first, with what the first enters there."""
    row = receiving.identify(record, "Methadone", at=ago(hours=0.2), by=ito)
    receiving.ask(row, "yes", explained=True, by=ito)
    feeding.write_plan(record, "Together", by=ito)
    handing_over.sign(Team.objects.get(site__code="ASHF", code="maple"), "day", [record], {}, by=ito)
    kept = {"quantity": "210 ml", "register_page": "OWN 12", "place": "Cupboard"}
    return {
        reverse("own_step", args=[record.pk, row.pk, "stored"]): kept,
        reverse("feeding_sign", args=[record.pk, 1]) + "?beside=1": {},
        reverse("handover_accept", args=["maple"]): {},
    }


def test_who_signs_beside_the_first_does_so_with_pin_or_password_and_is_offered_a_passkey(
    client: Any, record: Journey, ito: User, moe: User
) -> None:
    doctor = staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="Dr A. Shah")
    answer = HttpResponse()
    machines.enrol(answer, Team.objects.get(site__code="ASHF", code="maple"))
    places = places_to_sign(record, ito)
    client.force_login(ito)
    for address in places:
        page = client.get(address).content.decode()
        assert 'data-passkey-button="known"' in page
        assert 'data-passkey="known"' in page
        assert "js/passkeys" in page
        assert 'name="pin"' not in page  # no shared machine
    client.cookies.update(answer.cookies)
    for address, entered in places.items():
        second = doctor if "feeding" in address else moe
        set_pin(second, PIN)
        SignIn.objects.get_or_create(user=second, defaults={"signed_in_at": ago(hours=1)})
        assert 'name="pin"' in client.get(address).content.decode()
        sent = {"submission": str(uuid.uuid4()), "second": str(second.pk), **entered}
        for wrong in ({}, {"pin": "111111"}, {"credential": "{}"}):
            assert client.post(address, {**sent, **wrong}).status_code == 200, address
        assert client.post(address, {**sent, "pin": PIN}).status_code == 302, address
        assert client.session["_auth_user_id"] == str(ito.pk)


def test_who_signs_first_is_not_among_the_second(client: Any, record: Journey, own: OwnMedicine, ito: User) -> None:
    client.force_login(ito)
    text = client.get(reverse("own_step", args=[record.pk, own.pk, "outcome"])).content.decode()
    assert f'<option value="{ito.pk}"' not in text


def test_her_receipt_says_what_she_needs_and_nothing_else(
    client: Any, record: Journey, own: OwnMedicine, ito: User
) -> None:
    due_dose(plan(record), ago(-0.5))
    client.force_login(ito)
    text = client.get(reverse("own_receipt", args=[record.pk, own.pk])).content.decode()
    paper = text.partition('<article class="receipt">')[2].partition("</article>")[0]
    assert "This medicine is yours." in paper
    assert "210 ml, as measured" in paper
    assert "S. Ito and K. Moe" in paper
    assert "<title>" in text
    assert "Quillfeather" not in text.partition("</title>")[0]
    for word in ("confiscat", "taken off", "controlled"):
        assert word not in text.lower()


def test_a_receipt_exists_only_for_what_is_stored(client: Any, record: Journey, ito: User) -> None:
    row = receiving.identify(record, "Methadone", at=ago(hours=0.2), by=ito)
    client.force_login(ito)
    assert client.get(reverse("own_receipt", args=[record.pk, row.pk])).status_code == 404


def test_one_form_sent_twice_counts_once(client: Any, record: Journey, ito: User) -> None:
    client.force_login(ito)
    local = ago(hours=0.2).astimezone(clock.LONDON)
    sent = {"submission": str(uuid.uuid4()), "what": "Methadone", "at_0": local.day, "at_1": local.month}
    sent |= {"at_2": local.year, "at_3": f"{local:%H:%M}"}
    for _ in range(2):
        assert client.post(reverse("bring_own", args=[record.pk]), sent).status_code == 302
    assert OwnMedicine.objects.count() == 1


# -- counted -----------------------------------------------------------------------------------------


def month_of(ito: User) -> list[str]:
    ward = Team.objects.get(site__code="ASHF", code="maple")
    with as_role(WEB), acting_as(ito):
        return [each.words for each in taken_by_month(ward, clock.now())]


def test_small_numbers_of_women_who_are_not_open_are_not_told(record: Journey, ito: User) -> None:
    at = ago(hours=0.1)
    receiving.record_taken(record, taken(happened_at=at), by=ito)
    assert month_of(ito) == ["1"]
    other = on_ward(bed="8")
    receiving.record_taken(other, taken(happened_at=at), by=ito)
    assert month_of(ito) == ["2"]
    Grant.objects.filter(woman=other.woman).delete()
    assert month_of(ito) == ["fewer than 8"]
    for bed in range(9, 15):
        receiving.record_taken(on_ward(bed=str(bed)), taken(happened_at=at), by=ito)
    assert month_of(ito) == ["8"]


def test_another_site_counts_nothing(record: Journey, ito: User) -> None:
    receiving.record_taken(record, taken(), by=ito)
    assert month_of(staff(site="CALD")) == []


# -- policies ----------------------------------------------------------------------------------------


def with_policies(monkeypatch: Any, **changed: Any) -> Site:
    """Ashford Bridge with these texts changed; None takes one away."""
    site = Site.objects.get(code="ASHF")
    texts = {**site.definition.policies, **changed}
    other = replace(site.definition, policies={key: text for key, text in texts.items() if text})
    monkeypatch.setattr("carecoord.sites.models.site_definition", lambda code: other)
    return Site.objects.get(code="ASHF")


def test_a_text_past_its_review_is_marked_and_stands_as_it_was(client: Any, monkeypatch: Any, ito: User) -> None:
    text = Site.objects.get(code="ASHF").definition.policy("own_medicine")
    assert text
    site = with_policies(monkeypatch, own_medicine=replace(text, review_on=clock.today() - timedelta(days=1)))
    assert of_site(site, clock.today()).expired == 1
    assert of_site(site, clock.today()).texts[0] == "own_medicine"
    client.force_login(ito)
    page = client.get("/policies/").content.decode()
    assert page.count("Review is overdue") == 1
    assert text.text in page


def test_what_is_missing_is_said_and_nothing_general_stands_there(
    client: Any, monkeypatch: Any, record: Journey, ito: User
) -> None:
    site = with_policies(monkeypatch, own_medicine=None)
    found = of_site(site, clock.today())
    assert "own_medicine" in found.missing
    assert set(found.missing) | set(found.texts) == set(POLICY_KEYS)
    client.force_login(ito)
    assert "She brings medicine of her own" in client.get("/policies/").content.decode()
    on_her_page = client.get(reverse("own_medicines", args=[record.pk])).content.decode()
    assert "No policy text is set up here." in on_her_page
    assert "<blockquote" not in on_her_page


def test_everybody_who_works_there_reads_them(client: Any) -> None:
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    text = client.get("/policies/").content.decode()
    assert "Ashford medicines group" in text
    assert "Calder Vale" not in text
