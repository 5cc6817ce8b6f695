"""Opening a record by saying why: found or not, sealed or not, told and recorded."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from carecoord.access.acting import acting_as
from carecoord.access.actions import break_glass, claim
from carecoord.access.models import ClaimAttempt, Conflict, Grant, Ground, Notice, Opening, Seal, User
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.models import Journey
from tests.factories import ago, happened, journey, staff
from tests.pages.test_journey import text_of

pytestmark = pytest.mark.django_db

BORN = date(1991, 4, 3)
WHY = "Bleeding, on the labour ward, midwife not reached"


@pytest.fixture
def reid() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(reid: User) -> Journey:
    return journey(midwife=reid, nhs_number="9990000018")


@pytest.fixture
def ward() -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")


def asked(**changes: str) -> dict[str, str]:
    """The form as somebody sends it who knows her names."""
    known = {
        "born_0": "3", "born_1": "4", "born_2": "1991", "number": "", "first_name": "Tara", "last_name": "Reid",
        "reason": "came_in", "note": "", "sure": "on",
    }  # fmt: skip
    return {**known, **changes}


def signed_in_just_now(client: Any, user: User) -> None:
    """As after the sign-in form, or after proving again that it is them."""
    client.force_login(user)
    session = client.session
    at = int(time.time())
    session["account_authentication_methods"] = [
        {"method": "password", "at": at, "email": user.email},
        {"method": "password", "at": at, "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def seen(client: Any, record: Journey) -> bool:
    return client.get(reverse("journey", args=[record.pk])).status_code == 200


def body(answer: Any) -> str:
    """The page without what differs from request to request."""
    return re.sub(r'<input type="hidden" name="[^"]+" value="[^"]+">', "", answer.content.decode())


# -- level 1 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [{}, {"number": "999 000 0018", "first_name": "", "last_name": ""}])
def test_who_cares_for_her_opens_her_record_for_twelve_hours(
    client: Any, record: Journey, ward: User, reid: User, sent: dict[str, str]
) -> None:
    client.force_login(ward)
    assert not seen(client, record)
    answer = client.post("/access/claim/", asked(**sent), follow=True)
    assert answer.redirect_chain == [(f"/journeys/{record.pk}/", 302)]
    assert "Open to you because you said that you care for her. Closes in 11 hours" in text_of(answer)
    grant = Grant.objects.get(woman=record.woman, kind="self_claim")
    assert (grant.user, grant.ends_at - grant.starts_at, grant.labels) == (ward, timedelta(hours=12), [])
    opening = Opening.objects.get()
    assert (opening.level, opening.ground, opening.user, opening.site) == (1, "came_in", ward, record.site)
    assert [(each.user, each.key) for each in Notice.objects.all()] == [(reid, "claimed")]


def test_what_was_typed_is_kept_nowhere(client: Any, record: Journey, ward: User) -> None:
    client.force_login(ward)
    client.post("/access/claim/", asked(first_name="Tarra"))
    client.post("/access/claim/", asked())
    columns = {field.name for field in ClaimAttempt._meta.fields}
    assert columns == {"id", "user", "at", "outcome", "woman"}
    for session in Session.objects.all():
        assert "Tar" not in str(session.get_decoded())
    assert client.get("/access/claim/?first_name=Tara&last_name=Reid").status_code == 200
    assert ClaimAttempt.objects.count() == 2, "only a POST asks"


def moved_to(record: Journey, code: str) -> None:
    glen = Site.objects.get(code=code)
    record.woman.__class__.objects.update(site=glen)
    Journey.objects.update(site=glen)


def worlds(record: Journey, ward: User) -> dict[str, Any]:
    """Every reason for which nothing may be opened, as changes to the record that would be."""
    return {
        "none": lambda: record.woman.__class__.objects.update(date_of_birth=date(1990, 1, 1)),
        "foreign": lambda: moved_to(record, "GLEN"),
        "conflict": lambda: Conflict.objects.create(woman=record.woman, user=ward),
        "locked": lambda: Seal.objects.create(woman=record.woman, level=3, reason="court"),
        "several": lambda: journey(),
    }


@pytest.mark.parametrize("world", ["none", "foreign", "conflict", "locked", "several"])
def test_nothing_opened_is_one_answer_whatever_the_reason(client: Any, record: Journey, ward: User, world: str) -> None:
    client.force_login(ward)
    expected = client.post("/access/claim/", asked(born_2="1992"))
    worlds(record, ward)[world]()
    answer = client.post("/access/claim/", asked())
    assert answer.status_code == expected.status_code == 200
    assert answer.headers.keys() == expected.headers.keys()
    assert body(answer) == body(expected).replace('value="1992"', 'value="1991"')
    assert "No record was opened" in text_of(answer)
    assert not Grant.objects.filter(user=ward).exists()
    recorded = {"none": "nothing", "foreign": "nothing"}.get(world, world)
    assert list(ClaimAttempt.objects.order_by("pk").values_list("outcome", flat=True)) == ["nothing", recorded]


def test_a_record_that_is_open_anyway_is_only_opened(client: Any, record: Journey, reid: User) -> None:
    client.force_login(reid)
    assert client.post("/access/claim/", asked()).headers["Location"] == f"/journeys/{record.pk}/"
    assert not Opening.objects.exists()
    assert not Notice.objects.exists()


def test_the_eleventh_time_within_an_hour_waits(client: Any, record: Journey, ward: User) -> None:
    client.force_login(ward)
    for _ in range(10):
        client.post("/access/claim/", asked(born_2="1992"))
    assert "You have asked ten times" in text_of(client.post("/access/claim/", asked()))
    assert not Grant.objects.filter(user=ward).exists()
    ClaimAttempt.objects.update(at=ago(hours=2))
    assert client.post("/access/claim/", asked()).status_code == 302
    assert ClaimAttempt.objects.count() == 12


@pytest.mark.parametrize("role", [Role.SERVICE_MANAGER, Role.SITE_ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_who_gives_no_care_cannot_ask(client: Any, record: Journey, role: Role) -> None:
    client.force_login(staff(role, team="office"))
    assert client.get("/access/claim/").status_code == client.post("/access/claim/", asked()).status_code == 403
    assert not ClaimAttempt.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"last_name": " "}, "last_name"),
        ({"number": "1234567890"}, "number"),
        ({"born_0": ""}, "born"),
        ({"reason": ""}, "reason"),
        ({"reason": "other"}, "note"),
        ({"sure": ""}, "sure"),
    ],
)
def test_two_things_that_identify_her_and_a_reason_are_needed(
    client: Any, ward: User, sent: dict[str, str], field: str
) -> None:
    client.force_login(ward)
    assert field in client.post("/access/claim/", asked(**sent)).context["form"].errors
    assert not ClaimAttempt.objects.exists()


# -- level 2 -------------------------------------------------------------------------------------


@pytest.fixture
def sealed(record: Journey) -> Journey:
    Seal.objects.create(woman=record.woman, reason="works here")
    return record


def ground(**changes: Any) -> dict[str, Any]:
    return {"ground": "vital_interest", "reason": WHY, **changes}


def test_a_sealed_record_opens_for_an_hour_with_its_ground(
    client: Any, sealed: Journey, ward: User, reid: User
) -> None:
    officer = staff(Role.PRIVACY_OFFICER, team="office")
    signed_in_just_now(client, ward)
    assert client.post("/access/claim/", asked()).headers["Location"] == "/access/sealed/"
    assert not seen(client, sealed)
    page = client.get("/access/sealed/")
    assert "Tara" not in page.content.decode()
    answer = client.post("/access/sealed/", ground(), follow=True)
    assert "Opened in an emergency. Closes in 59 minutes" in text_of(answer)
    grant = Grant.objects.get(woman=sealed.woman, kind="break_glass")
    assert (grant.ends_at - grant.starts_at, grant.labels) == (timedelta(hours=1), ["general"])
    opening = Opening.objects.get()
    assert (opening.level, opening.ground, opening.reason) == (2, "vital_interest", WHY)
    assert {(each.user, each.key) for each in Notice.objects.all()} == {(reid, "unsealed"), (officer, "unsealed")}
    assert client.get("/access/sealed/").headers["Location"] == "/access/claim/", "once"


def test_who_did_not_sign_in_just_now_proves_it_again(client: Any, sealed: Journey, ward: User) -> None:
    client.force_login(ward)
    client.post("/access/claim/", asked())
    for answer in (client.get("/access/sealed/"), client.post("/access/sealed/", ground())):
        assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Faccess%2Fsealed%2F"
    assert not Opening.objects.exists()


def test_only_the_parts_that_were_asked_for_and_that_the_role_may_see(sealed: Journey) -> None:
    doctor, midwife = staff(Role.OBSTETRIC_DOCTOR, team="hospital"), staff(team="valley")
    for person, wanted, given in (
        (doctor, ["general", "psychological", "address"], ["general"]),
        (midwife, ["address"], ["address", "general"]),
    ):
        with acting_as(person):
            claim(_sought(), "came_in", by=person)  # type: ignore[arg-type]
            break_glass(sealed.woman_id, Ground.CONSENT, WHY, wanted, by=person)  # type: ignore[arg-type]
        assert Grant.objects.get(user=person).labels == given


def _sought() -> Any:
    from carecoord.access.actions import Sought

    return Sought(BORN, names=["tara", "reid"])


@pytest.mark.parametrize("role", [Role.DRUG_SERVICE_KEYWORKER, Role.HEALTH_VISITOR])
def test_to_who_may_open_no_sealed_record_it_is_not_there(client: Any, sealed: Journey, role: Role) -> None:
    client.force_login(staff(role, team="hv"))
    assert "No record was opened" in text_of(client.post("/access/claim/", asked()))
    assert client.get("/access/sealed/").status_code == 403


@pytest.mark.parametrize("sent", [{"reason": "too short"}, {"reason": " " * 30}, {"ground": ""}])
def test_a_sealed_record_needs_ground_and_a_sentence(
    client: Any, sealed: Journey, ward: User, sent: dict[str, str]
) -> None:
    signed_in_just_now(client, ward)
    client.post("/access/claim/", asked())
    assert client.post("/access/sealed/", ground(**sent)).context["form"].errors
    assert not Opening.objects.exists()


def test_only_a_record_asked_for_just_now_can_be_opened(sealed: Journey, ward: User) -> None:
    with acting_as(ward):
        assert break_glass(sealed.woman_id, Ground.CONSENT, WHY, [], by=ward) is None
        assert break_glass(10**15, Ground.CONSENT, WHY, [], by=ward) is None
        claim(_sought(), "came_in", by=ward)  # type: ignore[arg-type]
    ClaimAttempt.objects.filter(outcome="sealed").update(at=ago(minutes=16))
    with acting_as(ward):
        assert break_glass(sealed.woman_id, Ground.CONSENT, WHY, [], by=ward) is None
    assert not Grant.objects.filter(user=ward).exists()


def test_a_conflict_or_a_lock_that_came_meanwhile_opens_nothing(client: Any, sealed: Journey, ward: User) -> None:
    signed_in_just_now(client, ward)
    for forbid in (
        lambda: Seal.objects.update(level=3),
        lambda: Conflict.objects.create(woman=sealed.woman, user=ward),
    ):
        Seal.objects.update(level=2)
        client.post("/access/claim/", asked())
        forbid()
        answer = client.post("/access/sealed/", ground(), follow=True)
        assert "No record was opened" in text_of(answer)
    assert not Opening.objects.exists()


# -- while it is open, and after -----------------------------------------------------------------


@pytest.fixture
def opened(client: Any, sealed: Journey, ward: User) -> Opening:
    signed_in_just_now(client, ward)
    client.post("/access/claim/", asked())
    client.post("/access/sealed/", ground())
    return Opening.objects.get()


def test_every_page_about_her_counts_down(client: Any, opened: Opening, record: Journey) -> None:
    happened(record, ("first_contact", ago(5)))
    event = record.events.get()
    for name, arguments in (
        ("journey", [record.pk]),
        ("record", [record.pk]),
        ("woman_details", [record.woman_id]),
        ("entry", [record.pk, event.pk]),
    ):
        page = client.get(reverse(name, args=arguments))
        assert "Opened in an emergency. Closes in 59 minutes" in text_of(page), name
        assert "data-closes-in=" in page.content.decode()


def test_who_sees_her_by_their_work_meanwhile_counts_no_more(client: Any, opened: Opening, record: Journey) -> None:
    happened(record, ("first_contact", ago(5)), ("admitted", ago(hours=3), {"reason": "other"}))
    page = client.get(reverse("journey", args=[record.pk]))
    assert page.status_code == 200
    assert "data-closes-in" not in page.content.decode()


def test_closing_ends_it_at_once_and_only_ones_own(client: Any, opened: Opening, record: Journey, ward: User) -> None:
    address = reverse("close_opening", args=[opened.pk])
    assert client.get(address).status_code == 405
    client.force_login(staff(Role.WARD_MIDWIFE, team="maple"))
    client.post(address)
    client.force_login(ward)
    assert seen(client, record)
    assert client.post(address).headers["Location"] == "/"
    assert not seen(client, record)
    assert client.post(reverse("close_opening", args=[10**30])).status_code == 302


def test_after_its_end_it_shows_nothing(client: Any, opened: Opening, record: Journey) -> None:
    before = ago(hours=2)
    Grant.objects.filter(pk=opened.grant_id).update(starts_at=before, ends_at=before + timedelta(minutes=60))
    assert not seen(client, record)


def test_on_the_ward_she_is_seen_by_her_admission_sealed_or_not(client: Any, sealed: Journey, ward: User) -> None:
    happened(sealed, ("first_contact", ago(5)), ("admitted", ago(hours=3), {"reason": "other"}))
    client.force_login(ward)
    page = client.get(reverse("journey", args=[sealed.pk]))
    assert page.status_code == 200
    assert "data-closes-in" not in page.content.decode()
    assert client.post("/access/claim/", asked()).headers["Location"] == f"/journeys/{sealed.pk}/"
    assert not Opening.objects.exists()


def test_an_opening_is_no_wider_for_asking_twice(client: Any, opened: Opening, sealed: Journey) -> None:
    client.post("/access/claim/", asked())
    client.post("/access/sealed/", ground())
    assert Opening.objects.count() == 1
    client.post("/access/claim/", asked())
    client.post("/access/sealed/", ground(ground="consent", labels=["address"]))
    assert Opening.objects.count() == 1, "the ward sees no address, whatever it asks for"


def test_two_hundred_ordinary_openings_ask_for_nothing(client: Any) -> None:
    """Whose work brings her: her midwife, the ward she is on, the service with a handoff of hers."""
    tried = prompted = 0
    reid = staff()
    for number in range(10):
        made = journey(midwife=reid, first_name=f"Ann{number}")
        happened(made, ("first_contact", ago(5)), ("admitted", ago(hours=3), {"reason": "other"}))
        for person in (reid, staff(Role.WARD_MIDWIFE, team="maple"), staff(Role.PHARMACIST, team="hospital")):
            client.force_login(person)
            for _ in range(7):
                tried += 1
                prompted += not seen(client, made)
    assert (tried, prompted, Opening.objects.count()) == (210, 0, 0)
