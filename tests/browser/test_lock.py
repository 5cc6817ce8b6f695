"""Locking in a real browser: what the page holds, what comes back, what the back button shows. And passkeys."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from carecoord import clock
from carecoord.access import drafts
from carecoord.access.models import Draft, SignIn, Team, User
from carecoord.access.roles import Role
from carecoord.access.unlocking import set_pin
from pathways.models import Journey
from tests.conftest import assert_accessible
from tests.factories import journey
from tests.signin import PASSWORD, code, person

CANARY = "Zebulon"


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return person(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    return journey(midwife=midwife, first_name=CANARY)


@pytest.fixture
def visit(page: Any, live_server: Any) -> Any:
    """``visit(path)``: the browser is there."""
    return lambda path: page.goto(f"{live_server.url}{path}")


def arrive(page: Any, visit: Any, user: User) -> None:
    visit("/accounts/login/")
    page.get_by_label("Work e-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def at_shared_machine(page: Any, live_server: Any) -> None:
    """The browser is a shared machine of the ward."""
    from django.http import HttpResponse

    from carecoord.access.machines import enrol

    answer = HttpResponse()
    enrol(answer, Team.objects.select_related("site").get(site__code="ASHF", code="maple"))
    value = answer.cookies[settings.MACHINE_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.MACHINE_COOKIE_NAME, "value": value, "url": live_server.url}])


def test_a_second_after_the_limit_nothing_of_the_page_is_left_and_what_was_typed_comes_back(
    page: Any, visit: Any, midwife: User, record: Journey, settings: Any
) -> None:
    arrive(page, visit, midwife)
    settings.IDLE_LOCK_SECONDS = 4
    visit(f"/journeys/{record.pk}/record/contact_made/")
    assert CANARY in page.content()
    page.get_by_label("Note").fill("She rang at nine.")
    page.wait_for_timeout(5000)
    assert CANARY not in page.content()
    assert "She rang" not in page.content()
    page.wait_for_url("**/accounts/lock/**")
    settings.IDLE_LOCK_SECONDS = 900
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/journeys/{record.pk}/record/contact_made/")
    page.get_by_text("What you typed before is back").wait_for()
    assert page.get_by_label("Note").input_value() == "She rang at nine."


def test_what_has_to_be_put_right_is_kept_when_somebody_leaves_it(
    page: Any, visit: Any, midwife: User, record: Journey
) -> None:
    arrive(page, visit, midwife)
    visit(f"/journeys/{record.pk}/record/contact_made/")
    page.get_by_label("Note").fill("She rang at nine.")
    page.get_by_label("Day", exact=True).fill("32")
    page.get_by_role("button", name="Record it").click()
    page.get_by_text("There is something to put right").wait_for()
    visit("/caseload/")
    assert any(Draft.objects.exists() or page.wait_for_timeout(100) for _ in range(50))
    visit(f"/journeys/{record.pk}/record/contact_made/")
    page.get_by_text("What you typed before is back").wait_for()
    assert page.get_by_label("Note").input_value() == "She rang at nine."
    assert page.get_by_label("Day", exact=True).input_value() == "32"


def test_what_is_taken_out_again_does_not_come_back(page: Any, visit: Any, midwife: User, record: Journey) -> None:
    arrive(page, visit, midwife)
    page.clock.install()
    visit(f"/journeys/{record.pk}/record/contact_made/")
    for typed, kept in (("Meant for another page.", True), ("", False)):
        page.get_by_label("Note").fill(typed)
        page.clock.fast_forward(31_000)
        assert any(Draft.objects.exists() is kept or page.wait_for_timeout(100) for _ in range(50))


def test_what_is_still_on_its_way_when_the_page_is_left_is_sent_again(
    page: Any, visit: Any, midwife: User, record: Journey
) -> None:
    arrive(page, visit, midwife)
    page.clock.install()
    visit(f"/journeys/{record.pk}/record/contact_made/")
    # The first attempt never gets as far as the server, as on a slow connection.
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = () => { window.fetch = real; return new Promise(() => {}); };
        }"""
    )
    page.get_by_label("Note").fill("She rang at nine.")
    page.clock.fast_forward(31_000)
    visit("/caseload/")
    assert any(Draft.objects.exists() or page.wait_for_timeout(100) for _ in range(50))
    assert drafts.lines_of(Draft.objects.get())[-1] == ("Note", "She rang at nine.")


def test_what_somebody_typed_before_the_kept_text_came_is_left_alone(
    page: Any, visit: Any, midwife: User, record: Journey
) -> None:
    arrive(page, visit, midwife)
    path = f"/journeys/{record.pk}/record/contact_made/"
    drafts.save(SignIn.objects.get(user=midwife), path, "before", {path: [["note", "She rang at nine."]]})
    asked: list[Any] = []
    page.route(f"**/accounts/draft/?path={quote(path, safe='')}", lambda route: asked.append(route))
    visit(path)
    page.get_by_label("Note").fill("She rang at ten.")
    with page.expect_response("**/accounts/draft/**"):
        asked[0].continue_()
    page.wait_for_timeout(300)
    assert page.get_by_label("Note").input_value() == "She rang at ten."
    assert drafts.all_of(midwife)


def test_somebody_who_reads_and_types_is_not_locked_out(
    page: Any, visit: Any, midwife: User, record: Journey, settings: Any
) -> None:
    arrive(page, visit, midwife)
    settings.IDLE_LOCK_SECONDS = 3
    visit("/caseload/")
    for _ in range(5):
        page.wait_for_timeout(1000)
        page.mouse.move(100, 100)
        page.mouse.move(200, 200)
    assert CANARY in page.content()


def test_the_server_hears_that_somebody_is_there(page: Any, visit: Any, midwife: User, record: Journey) -> None:
    arrive(page, visit, midwife)
    visit("/caseload/")
    SignIn.objects.update(active_at=clock.now() - timedelta(minutes=14))
    page.evaluate("Date.now = (real => () => real() + 25000)(Date.now)")
    with page.expect_response("**/accounts/awake/"):
        page.mouse.move(120, 130)
    assert clock.now() - SignIn.objects.get().active_at < timedelta(minutes=1)


def test_every_tab_locks_with_the_first(
    page: Any, visit: Any, midwife: User, record: Journey, live_server: Any
) -> None:
    at_shared_machine(page, live_server)
    arrive(page, visit, midwife)
    visit("/caseload/")
    other = page.context.new_page()
    other.goto(f"{live_server.url}/caseload/")
    assert CANARY in page.content()
    other.get_by_role("button", name="Lock").click()
    page.wait_for_url("**/accounts/lock/**")
    assert CANARY not in page.content()
    other.get_by_label("Password").fill(PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url("**/caseload/")
    other.get_by_role("button", name="Sign out").click()
    page.reload()
    assert "/accounts/login/" in page.url
    other.close()


def test_after_signing_out_back_shows_nothing(page: Any, visit: Any, midwife: User, record: Journey) -> None:
    arrive(page, visit, midwife)
    visit("/caseload/")
    visit(f"/journeys/{record.pk}/")
    assert CANARY in page.content()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    for _ in range(3):
        page.go_back(wait_until="load")
        assert CANARY not in page.content()
        assert "/accounts/login/" in page.url
    page.go_forward()
    assert CANARY not in page.content()


def test_a_page_that_the_browser_kept_is_blanked_and_asked_for_anew(
    page: Any, visit: Any, midwife: User, record: Journey
) -> None:
    arrive(page, visit, midwife)
    visit("/caseload/")
    page.context.clear_cookies()
    with page.expect_navigation():
        left = page.evaluate(
            "() => { window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));"
            " return document.body.innerText }"
        )
    assert left == ""
    assert "/accounts/login/" in page.url


def test_switch_user_and_come_back_by_pin(
    page: Any, visit: Any, midwife: User, record: Journey, live_server: Any
) -> None:
    second = person(name="S. Ito")
    set_pin(midwife, "203981")
    at_shared_machine(page, live_server)
    arrive(page, visit, midwife)
    visit(f"/journeys/{record.pk}/")
    page.get_by_role("button", name="Lock").click()
    page.wait_for_url("**/accounts/lock/**")
    assert CANARY not in page.content()
    assert_accessible(page)
    page.get_by_role("button", name="Switch user").click()
    page.wait_for_url("**/accounts/login/**")
    assert_accessible(page)
    arrive(page, visit, second)
    page.get_by_text("S. Ito").first.wait_for()
    page.get_by_role("button", name="Lock").click()
    page.get_by_role("button", name="Switch user").click()
    page.get_by_role("button", name="Unlock for A. Reid").click()
    page.get_by_label("PIN").fill("203981")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/journeys/{record.pk}/")


def virtual_passkey(page: Any) -> None:
    """A device that answers for the person, as their finger would."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_unlocks_and_is_never_held_up(page: Any, visit: Any, midwife: User, settings: Any) -> None:
    virtual_passkey(page)
    settings.MFA_REQUIRED = True
    arrive(page, visit, midwife)
    page.wait_for_url("**/accounts/2fa/")
    assert_accessible(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/")
    assert_accessible(page)
    visit("/caseload/")
    assert "/caseload/" in page.url
    page.get_by_role("button", name="Sign out").click()
    # Somebody else has used up every try of the password.
    stranger = Client()
    for _ in range(6):
        answer = stranger.post("/accounts/login/", {"login": midwife.email, "password": "wrong"})
    assert "Too many tries" in answer.content.decode()
    page.get_by_role("button", name="Continue with passkey").click()
    page.wait_for_url("**/caseload/")
    SignIn.objects.update(active_at=clock.now() - timedelta(hours=1))
    visit("/caseload/?page=1")
    page.wait_for_url("**/accounts/lock/**")
    assert_accessible(page)
    page.get_by_role("button", name="Unlock with passkey").click()
    page.wait_for_url("**/caseload/?page=1")


def test_a_passkey_as_the_second_step_is_not_held_up_by_wrong_codes(page: Any, visit: Any, midwife: User) -> None:
    virtual_passkey(page)
    arrive(page, visit, midwife)
    visit("/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/")
    page.context.clear_cookies()
    arrive(page, visit, midwife)
    for _ in range(6):
        wrong = page.get_by_label("Code from your app")
        wrong.fill("000000")
        with page.expect_navigation():
            wrong.press("Enter")  # in the field: the list of errors takes the focus when the page has loaded
    assert "Too many tries" in page.content()
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/caseload/")


def pages_of_signing_in(user: User) -> list[str]:
    drafts.save(SignIn.objects.filter(user=user).latest("pk"), "/women/add/", "1", {"/women/add/": [["note", "kept"]]})
    names = ("2fa", "2fa/totp/activate", "2fa/webauthn", "2fa/webauthn/add", "sessions", "drafts", "pin", "machine")
    return [f"/accounts/{name}/" for name in (*names, "reauthenticate", "password/change", "logout")]


def test_every_page_is_accessible_and_fits(page: Any, visit: Any, transactional_db: None, shots: Any) -> None:
    coordinator = person(Role.WARD_COORDINATOR, team="maple", name="L. Grant")
    visit("/accounts/login/")
    shots("login")
    arrive(page, visit, coordinator)
    for address in pages_of_signing_in(coordinator):
        visit(address)
        assert page.url.endswith(address)
        shots(address.strip("/").replace("/", "-"))
    visit("/accounts/2fa/totp/activate/")
    seed = page.locator(".door__key").inner_text()
    page.wait_for_timeout((30 - time.time() % 30) * 1000)  # the next code, good for half a minute
    page.get_by_label("Code that the app shows").fill(code(seed))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/recovery-codes/" in page.url, page.locator("main").inner_text()
    shots("recovery-codes")
    for address in (
        "2fa",
        "2fa/recovery-codes",
        "2fa/recovery-codes/generate",
        "2fa/totp/deactivate",
        "2fa/reauthenticate",
    ):
        visit(f"/accounts/{address}/")
        shots(address.replace("/", "-") + "-with-app")
    visit("/handoffs/")
    SignIn.objects.update(active_at=clock.now() - timedelta(hours=1))
    visit("/handoffs/")
    shots("lock")
    page.get_by_role("button", name="Switch user").click()
    shots("waiting")
    arrive_only_password(page, coordinator)
    shots("second-step")
    assert Draft.objects.count() == 1


def arrive_only_password(page: Any, user: User) -> None:
    page.get_by_label("Work e-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/authenticate/")


@pytest.fixture
def shots(page: Any) -> Any:
    """``shots(name)``: the page is accessible, wide and narrow, and nothing has to be scrolled sideways."""
    import os

    def look(name: str) -> None:
        for width, height in ((1280, 900), (320, 640)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert_accessible(page)
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    return look
