"""Locked pages: by time, by hand, on shared machines; PIN, switch user, drafts, and sessions that end with a role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory

from carecoord import clock
from carecoord.access import drafts, machines
from carecoord.access.encryption import is_hash_of
from carecoord.access.models import Draft, Membership, Pin, SignIn, Team, User
from carecoord.access.reauthentication import recently
from carecoord.access.roles import Role
from carecoord.access.unlocking import set_pin
from pathways.models import Event
from tests.factories import UserFactory, ago, journey, staff
from tests.signin import PASSWORD, hidden, is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db
CANARY = "Zebulon was here"


@pytest.fixture
def midwife() -> User:
    return person()


@pytest.fixture
def desk(midwife: User) -> Client:
    made = Client()
    sign_in(made, midwife)
    return made


@pytest.fixture
def later(time_machine: Any) -> Any:
    """``later(seconds)``: the clock stands there."""
    began = clock.now()
    return lambda seconds: time_machine.move_to(began + timedelta(seconds=seconds), tick=False)


def share(desk: Client, site: str = "ASHF") -> None:
    """Make the browser a shared machine of the site's first ward."""
    ward = Team.objects.filter(site__code=site, kind=Team.Kind.WARD).order_by("code")[0]
    coordinator = Client()
    coordinator.force_login(staff(Role.WARD_COORDINATOR, site=site, team=ward.code))
    session = coordinator.session
    session["account_authentication_methods"] = [{"method": "password", "at": clock.now().timestamp()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    assert coordinator.post("/accounts/machine/", {"ward": ward.pk}).status_code == 302
    desk.cookies[settings.MACHINE_COOKIE_NAME] = coordinator.cookies[settings.MACHINE_COOKIE_NAME].value


def note(desk: Client, record: Any, text: str = CANARY, tokens: dict[str, str] | None = None) -> Any:
    """Record a contact with a note, from a page of the browser."""
    path = f"/journeys/{record.pk}/record/contact_made/"
    page = desk.get(path)
    tokens = hidden(page) if tokens is None else tokens
    when = ago(0.1).astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M")
    return desk.post(path, {**tokens, "occurred_at": when, "note": text, "submission": uuid4().hex})


@pytest.mark.parametrize(("shared", "limit"), [(False, 15 * 60), (True, 10 * 60)])
def test_a_page_locks_when_nobody_used_it(desk: Client, later: Any, shared: bool, limit: int) -> None:
    if shared:
        share(desk)
    assert desk.get("/caseload/").status_code == 200
    later(limit - 15)
    assert desk.get("/caseload/").status_code == 200
    later(2 * limit - 15)
    answer = desk.get("/caseload/?page=1")
    assert answer["Location"] == "/accounts/lock/?next=%2Fcaseload%2F%3Fpage%3D1"
    page = desk.get(answer["Location"])
    assert page.status_code == 200
    assert "Switch user" in page.content.decode()
    assert 'href="/caseload/"' not in page.content.decode()


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(desk: Client, later: Any) -> None:
    for seconds in range(60, 15 * 60, 60):
        later(seconds)
        assert desk.get("/caseload/", headers={"X-Background": "1"}).status_code == 200
    later(15 * 60 + 1)
    answer = desk.get("/caseload/", headers={"X-Background": "1"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/accounts/lock/")
    assert desk.get("/caseload/").status_code == 302


def test_a_locked_form_is_not_taken_and_its_text_is_kept(desk: Client, midwife: User, later: Any) -> None:
    record = journey(midwife=midwife)
    page = desk.get(f"/journeys/{record.pk}/record/contact_made/")
    tokens = hidden(page)
    later(16 * 60)
    before = Event.objects.count()
    answer = desk.post(f"/journeys/{record.pk}/record/contact_made/", {**tokens, "note": CANARY})
    assert answer["Location"].startswith("/accounts/lock/")
    assert Event.objects.count() == before
    unlocked = desk.post(
        "/accounts/unlock/", {"password": PASSWORD, "next": f"/journeys/{record.pk}/record/contact_made/"}
    )
    assert unlocked["Location"] == f"/journeys/{record.pk}/record/contact_made/"
    kept = desk.get(f"/accounts/draft/?path=/journeys/{record.pk}/record/contact_made/").json()["forms"]
    assert ["note", CANARY] in kept[f"/journeys/{record.pk}/record/contact_made/"]


def test_every_page_of_a_locked_session_is_the_lock_page(desk: Client, midwife: User) -> None:
    record = journey(midwife=midwife)
    desk.post("/accounts/lock/", {"next": "/caseload/"})
    for address in ("/", "/caseload/", "/handoffs/", f"/journeys/{record.pk}/", "/accounts/2fa/", "/accounts/drafts/"):
        for method in ("get", "post", "put", "delete"):
            assert getattr(desk, method)(address)["Location"].startswith("/accounts/lock/"), (address, method)
    assert desk.get("/accounts/draft/?path=/").status_code == 401
    assert desk.post("/accounts/unlock/", {"password": "wrong"}).status_code == 200
    assert desk.get("/caseload/").status_code == 302
    assert desk.post("/accounts/unlock/", {"password": PASSWORD})["Location"] == "/caseload/"
    assert desk.get("/caseload/").status_code == 200


def test_the_session_has_a_new_key_after_unlocking(desk: Client) -> None:
    before = desk.session.session_key
    desk.post("/accounts/lock/")
    desk.post("/accounts/unlock/", {"password": PASSWORD})
    assert desk.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_unlocking_leads_to_no_other_site(desk: Client) -> None:
    for place in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "/accounts/logout/"):
        desk.post("/accounts/lock/", {"next": "/caseload/"})
        assert desk.post("/accounts/unlock/", {"password": PASSWORD, "next": place})["Location"] == "/caseload/"


def test_after_twelve_hours_it_is_over_however_busy(desk: Client, later: Any) -> None:
    session = desk.session
    session.set_expiry(24 * 3600)  # busy pages prolong the session's own row
    session.save()
    for minutes in range(0, 12 * 60, 10):
        later(minutes * 60)
        assert desk.get("/caseload/").status_code == 200
    later(12 * 3600)
    assert desk.get("/caseload/")["Location"].startswith("/accounts/login/")
    assert not is_signed_in(desk)


class TestPin:
    def test_it_unlocks_on_a_shared_machine_of_the_own_site(self, desk: Client, midwife: User) -> None:
        share(desk)
        set_pin(midwife, "203981")
        desk.post("/accounts/lock/")
        assert "PIN" in desk.get("/accounts/lock/").content.decode()
        assert desk.post("/accounts/unlock/", {"pin": "203981"})["Location"] == "/"
        assert desk.get("/caseload/").status_code == 200

    @pytest.mark.parametrize("where", ["no shared machine", "another site", "somebody's own cookie"])
    def test_it_unlocks_nowhere_else(self, desk: Client, midwife: User, where: str) -> None:
        if where == "another site":
            share(desk, "CALD")
        elif where == "somebody's own cookie":
            desk.cookies[settings.MACHINE_COOKIE_NAME] = "WzEsMSwiTWFwbGUiLCJBc2hmb3JkIl0:1x:y"
        set_pin(midwife, "203981")
        desk.post("/accounts/lock/")
        assert 'name="pin"' not in desk.get("/accounts/lock/").content.decode()
        assert desk.post("/accounts/unlock/", {"pin": "203981"}).status_code == 200
        assert desk.get("/caseload/").status_code == 302

    def test_five_wrong_tries_and_the_right_one_no_longer_works(self, desk: Client, midwife: User) -> None:
        share(desk)
        set_pin(midwife, "203981")
        desk.post("/accounts/lock/")
        for _ in range(5):
            desk.post("/accounts/unlock/", {"pin": "000000"})
        assert desk.post("/accounts/unlock/", {"pin": "203981"}).status_code == 200
        assert desk.get("/caseload/").status_code == 302
        assert desk.post("/accounts/unlock/", {"password": PASSWORD}).status_code == 302
        desk.post("/accounts/lock/")
        assert desk.post("/accounts/unlock/", {"pin": "203981"}).status_code == 302

    def test_it_is_stored_hashed_and_is_no_proof_of_who_it_is(self, desk: Client, midwife: User, later: Any) -> None:
        share(desk)
        set_pin(midwife, "203981")
        assert "203981" not in Pin.objects.get(user=midwife).hashed
        later(301)
        desk.post("/accounts/lock/")
        desk.post("/accounts/unlock/", {"pin": "203981"})
        request = RequestFactory().get("/")
        request.session, request.user = desk.session, midwife
        assert not recently(request)
        assert desk.get("/accounts/pin/")["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fpin%2F"

    def test_the_database_alone_does_not_tell_it(self, midwife: User, settings: Any) -> None:
        """The same digits of two people differ; an older key reads what it wrote; without the key it is nothing."""
        second = person(name="S. Ito")
        for user in (midwife, second):
            set_pin(user, "203981")
        first, other = Pin.objects.order_by("user").values_list("hashed", flat=True)
        assert first != other
        settings.ENCRYPTION_KEYS = ["another key", *settings.ENCRYPTION_KEYS]
        assert is_hash_of(f"pin {midwife.pk} 203981", Pin.objects.get(user=midwife).hashed)
        settings.ENCRYPTION_KEYS = ["another key"]
        assert not is_hash_of(f"pin {midwife.pk} 203981", Pin.objects.get(user=midwife).hashed)

    @pytest.mark.parametrize("digits", ["12345", "1234567", "abcdef", "111111", "123456", "987654", "١٢٣٤٥٦"])
    def test_a_plain_one_is_refused(self, desk: Client, midwife: User, digits: str) -> None:
        page = desk.post("/accounts/pin/", {"pin": digits, "again": digits})
        assert page.status_code == 200
        assert not Pin.objects.exists()

    def test_it_is_set_and_removed_on_its_page(self, desk: Client, midwife: User) -> None:
        assert desk.post("/accounts/pin/", {"pin": "203981", "again": "203982"}).status_code == 200
        assert desk.post("/accounts/pin/", {"pin": "203981", "again": "203981"}).status_code == 302
        assert Pin.objects.get().user == midwife
        desk.post("/accounts/pin/", {"remove": "1"})
        assert not Pin.objects.exists()


class TestMachine:
    def test_only_who_leads_the_ward_or_the_site_enrols_one(self, desk: Client) -> None:
        assert desk.get("/accounts/machine/").status_code == 403

    def test_of_no_other_ward(self) -> None:
        coordinator = person(Role.WARD_COORDINATOR, team="maple")
        desk = Client()
        sign_in(desk, coordinator)
        foreign = Team.objects.filter(kind=Team.Kind.WARD).exclude(site__code="ASHF")[0]
        assert desk.post("/accounts/machine/", {"ward": foreign.pk}).status_code == 200
        assert settings.MACHINE_COOKIE_NAME not in desk.cookies

    def test_it_says_where_it_stands_and_can_be_released(self) -> None:
        desk = Client()
        sign_in(desk, person(Role.WARD_COORDINATOR, team="maple"))
        ward = Team.objects.get(site__code="ASHF", code="maple")
        assert desk.post("/accounts/machine/", {"ward": ward.pk}).status_code == 302
        desk.post("/accounts/logout/")
        page = desk.get("/accounts/login/").content.decode()
        assert f"{ward.name}, Ashford Bridge" in page
        assert "locks after 10 minutes" in page
        sign_in(desk, person(Role.WARD_COORDINATOR, team="maple"))
        desk.post("/accounts/machine/", {"release": "1"})
        request = RequestFactory().get("/")
        request.COOKIES = {key: value.value for key, value in desk.cookies.items()}
        assert machines.machine_of(request) is None


class TestSwitchUser:
    def test_the_other_signs_in_and_the_first_finds_their_place(self, desk: Client, midwife: User) -> None:
        other = person()
        first = desk.session.session_key
        assert desk.post("/accounts/switch/", {"next": "/handoffs/"})["Location"] == "/accounts/login/"
        assert not is_signed_in(desk)
        assert midwife.name in desk.get("/accounts/login/").content.decode()
        sign_in(desk, other)
        assert desk.session["_auth_user_id"] == str(other.pk)
        desk.post("/accounts/switch/")
        waiting = SignIn.objects.get(user=midwife)
        token = desk.cookies[settings.CSRF_COOKIE_NAME].value
        assert desk.post("/accounts/return/", {"sign_in": waiting.pk})["Location"] == "/accounts/lock/"
        assert desk.cookies[settings.CSRF_COOKIE_NAME].value != token  # the other's forms no longer fit
        assert desk.session["_auth_user_id"] == str(midwife.pk)
        assert desk.session.session_key != first
        assert desk.get("/caseload/").status_code == 302
        assert desk.post("/accounts/unlock/", {"password": PASSWORD})["Location"] == "/handoffs/"

    def test_the_cookie_of_another_browser_brings_nobody_back(self, desk: Client, midwife: User) -> None:
        desk.post("/accounts/switch/")
        waiting = SignIn.objects.get(user=midwife)
        stranger = Client()
        assert stranger.post("/accounts/return/", {"sign_in": waiting.pk})["Location"] == "/accounts/login/"
        assert not is_signed_in(stranger)
        for sent in ("", "x", "-1", "9" * 30, "1; DROP"):
            assert desk.post("/accounts/return/", {"sign_in": sent})["Location"] == "/accounts/login/"

    def test_whoever_signs_in_anew_no_longer_waits(self, desk: Client, midwife: User) -> None:
        desk.post("/accounts/switch/")
        sign_in(desk, midwife)
        desk.post("/accounts/logout/")
        assert "Waiting at this computer" not in desk.get("/accounts/login/").content.decode()

    def test_a_waiting_session_is_over_after_twelve_hours(self, desk: Client, midwife: User, later: Any) -> None:
        desk.post("/accounts/switch/")
        waiting = SignIn.objects.get(user=midwife)
        later(12 * 3600)
        desk.post("/accounts/return/", {"sign_in": waiting.pk})
        assert not is_signed_in(desk)


class TestDrafts:
    def test_they_are_encrypted_and_their_authors_alone(self, desk: Client, midwife: User) -> None:
        record = journey(midwife=midwife)
        path = f"/journeys/{record.pk}/record/contact_made/"
        tokens = hidden(desk.get(path))
        sent = {**tokens, "data": f'{{"{path}": [["note", "{CANARY}"], ["password", "secret"]]}}'}
        assert desk.post("/accounts/draft/", sent).status_code == 204
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(d)::text FROM access_draft d")
            assert CANARY not in cursor.fetchone()[0]
        assert drafts.of_page(midwife, path)[1] == {path: [["note", CANARY]]}
        other = Client()
        sign_in(other, person())
        assert other.get(f"/accounts/draft/?path={path}").json()["forms"] == {}
        assert CANARY not in other.get("/accounts/drafts/").content.decode()
        assert CANARY in desk.get("/accounts/drafts/").content.decode()

    def test_a_form_that_is_taken_leaves_none(self, desk: Client, midwife: User) -> None:
        record = journey(midwife=midwife)
        path = f"/journeys/{record.pk}/record/contact_made/"
        tokens = hidden(desk.get(path))
        desk.post("/accounts/draft/", {**tokens, "data": f'{{"{path}": [["note", "{CANARY}"]]}}'})
        assert Draft.objects.count() == 1
        assert note(desk, record, tokens=tokens).status_code == 302
        assert Draft.objects.count() == 0
        assert not SignIn.objects.filter(has_drafts=True).exists()

    def test_one_that_was_filled_in_again_goes_with_the_form_that_has_it(self, desk: Client, midwife: User) -> None:
        record = journey(midwife=midwife)
        path = f"/journeys/{record.pk}/record/contact_made/"
        for text in ("one", "another"):
            tokens = hidden(desk.get(path))
            desk.post("/accounts/draft/", {**tokens, "data": f'{{"{path}": [["note", "{text}"]]}}'})
        back = desk.get(f"/accounts/draft/?path={path}").json()
        assert back["forms"] == {path: [["note", "another"]]}
        note(desk, record, tokens={**hidden(desk.get(path)), "restored": back["opening"]})
        assert drafts.of_page(midwife, path)[1] == {path: [["note", "one"]]}

    def test_they_go_after_twelve_hours(self, desk: Client, midwife: User, later: Any) -> None:
        drafts.save(SignIn.objects.get(user=midwife), "/women/add/", "1", {"/women/add/": [["first_name", "Zebulon"]]})
        later(12 * 3600 + 1)
        assert drafts.of_page(midwife, "/women/add/") == ("", {})
        assert drafts.forget_expired() == 1

    @pytest.mark.parametrize("data", ["", "[]", "nonsense", '{"/": 1}', '{"/": [["a"]]}'])
    def test_nonsense_is_not_kept(self, desk: Client, data: str) -> None:
        tokens = hidden(desk.get("/women/add/"))
        assert desk.post("/accounts/draft/", {**tokens, "data": data}).status_code == 400
        assert Draft.objects.count() == 0

    @pytest.mark.parametrize("left", ['{"/women/add/": [["first_name", ""]]}', "{}"])
    def test_what_was_emptied_again_is_no_longer_kept(self, desk: Client, midwife: User, left: str) -> None:
        drafts.save(SignIn.objects.get(user=midwife), "/women/add/", "1", {"/women/add/": [["first_name", "Yolanda"]]})
        tokens = hidden(desk.get("/women/add/"))
        data = '{"/women/add/": [["first_name", "Zebulon"]]}'
        for sent in (data, left):
            assert desk.post("/accounts/draft/", {**tokens, "data": sent}).status_code == 204
        assert drafts.lines_of(Draft.objects.get()) == [("First name", "Yolanda")]  # another tab's stays

    def test_one_can_be_discarded(self, desk: Client, midwife: User) -> None:
        drafts.save(SignIn.objects.get(user=midwife), "/women/add/", "1", {"/women/add/": [["first_name", "Zebulon"]]})
        desk.post("/accounts/drafts/", {"path": "/women/add/"})
        assert Draft.objects.count() == 0


class TestRoleEnded:
    def test_no_role_no_session(self, desk: Client, midwife: User) -> None:
        other = Client()
        sign_in(other, midwife)
        Membership.objects.filter(user=midwife).update(ends_on=clock.today() - timedelta(days=1))
        page = desk.get("/caseload/")
        assert page.status_code == 403
        assert "ask your team’s administrator" in page.content.decode()
        assert not is_signed_in(desk)
        assert not is_signed_in(other) or other.get("/caseload/").status_code in (302, 403)

    def test_nor_one_for_somebody_who_never_had_a_role(self, desk: Client) -> None:
        desk.force_login(UserFactory())
        assert "no role here" in desk.get("/caseload/").content.decode()
        assert not is_signed_in(desk)

    def test_a_role_that_ends_ends_the_session_and_a_new_one_does_not(self, desk: Client, midwife: User) -> None:
        team = Team.objects.get(site__code="ASHF", code="maple")
        second = Membership.objects.create(user=midwife, team=team, role=Role.WARD_MIDWIFE)
        assert desk.get("/caseload/").status_code == 200
        desk.post("/accounts/logout/")
        sign_in(desk, midwife)
        second.delete()
        page = desk.get("/caseload/")
        assert page.status_code == 403
        assert "Sign in again" in page.content.decode()

    def test_an_account_that_is_switched_off_is_out_at_the_next_request(self, desk: Client, midwife: User) -> None:
        User.objects.filter(pk=midwife.pk).update(is_active=False)
        assert desk.get("/caseload/")["Location"].startswith("/accounts/login/")

    def test_a_parked_session_of_somebody_without_a_role_does_not_come_back(self, desk: Client, midwife: User) -> None:
        desk.post("/accounts/switch/")
        Membership.objects.filter(user=midwife).delete()
        desk.post("/accounts/return/", {"sign_in": SignIn.objects.get(user=midwife).pk})
        assert desk.get("/accounts/lock/").status_code == 403


def test_signing_out_ends_it_and_clears_what_the_browser_holds(desk: Client, midwife: User) -> None:
    answer = desk.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert SignIn.objects.get(user=midwife).ended_at is not None
    assert "Clear-Site-Data" not in desk.get("/accounts/login/")


def test_somebody_signed_in_twice_sees_both_and_can_end_the_other(desk: Client, midwife: User) -> None:
    other = Client()
    sign_in(other, midwife)
    assert desk.get("/accounts/sessions/").content.decode().count("Another browser") == 1
    desk.post("/accounts/sessions/")
    assert other.get("/caseload/")["Location"].startswith("/accounts/login/")
    assert desk.get("/caseload/").status_code == 200
    desk.post("/accounts/lock/")
    desk.post("/accounts/unlock/", {"password": PASSWORD})
    assert "This browser" in desk.get("/accounts/sessions/").content.decode()
