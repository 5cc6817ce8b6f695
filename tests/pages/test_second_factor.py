"""Second factors: everybody needs one, a session without reaches nothing, and no seed is stored in the clear."""

from __future__ import annotations

import re
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection, connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from carecoord import clock
from carecoord.access import encryption
from carecoord.access.second_factor import SET_UP_PAGES
from tests.signin import PASSWORD, code, is_signed_in, person, sign_in, with_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def required(settings: Any) -> None:
    """As in production."""
    settings.MFA_REQUIRED = True


def every_route() -> list[tuple[str, str]]:
    """Each route's name and an address for it."""
    found = []

    def walk(patterns: list[Any], before: str) -> None:
        for each in patterns:
            route = before + str(each.pattern)
            if isinstance(each, URLResolver):
                walk(each.url_patterns, route)
            elif isinstance(each, URLPattern):
                found.append((each.name or "", route))

    walk(get_resolver().url_patterns, "/")
    return found


def address(route: str) -> str:
    parts = [
        ("1" if "int:" in part else "booking_completed") if part.startswith("<") else part for part in route.split("/")
    ]
    return "/".join(parts)


# Open to anybody, signed in or not, or only a way out.
OPEN = {"lock", "unlock", "switch_user", "come_back", "save_draft", "account_logout", "account_inactive"}
NOBODY_YET = ("login", "signup", "password/reset", "confirm-email", "health/", "2fa/authenticate", "login/code")


def test_a_password_alone_reaches_nothing_but_setting_up_a_second_step(client: Client, required: None) -> None:
    user = person()
    assert sign_in(client, user).status_code == 302
    refused = 0
    for name, route in every_route():
        if name in OPEN or name in SET_UP_PAGES or any(part in route for part in NOBODY_YET):
            continue
        if "^" in route:
            continue
        for method in ("get", "post", "put", "delete"):
            answer = getattr(client, method)(address(route))
            assert answer.status_code == 302, (route, method, answer.status_code)
            assert answer["Location"] == "/accounts/2fa/", (route, method)
            refused += 1
    assert refused > 100
    assert client.get("/accounts/2fa/").status_code == 200


def test_with_a_second_step_everything_opens(client: Client, required: None) -> None:
    user = person()
    seed = with_app(user)
    assert sign_in(client, user)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not is_signed_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": code(seed)}).status_code == 302
    assert client.get("/caseload/").status_code == 200


def test_setting_up_the_app_opens_the_rest_and_shows_recovery_codes_once(client: Client, required: None) -> None:
    user = person()
    sign_in(client, user)
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    seed = page.context["form"].secret
    assert '<svg class="qr"' in page.content.decode()
    assert "data:image" not in page.content.decode()
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    done = client.post("/accounts/2fa/totp/activate/", {"code": code(seed)}, follow=True)
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()
    assert all(each in done.content.decode() for each in codes)
    again = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert not any(each in again for each in codes)
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 404
    assert client.get("/caseload/").status_code == 200


def test_a_recovery_code_works_once(client: Client, required: None) -> None:
    user = person()
    with_app(user)
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    for number, expected in enumerate((True, False)):
        client = Client()
        sign_in(client, user)
        client.post("/accounts/2fa/authenticate/", {"code": spare})
        assert is_signed_in(client) is expected, number


def test_the_demonstration_demands_nothing(client: Client) -> None:
    sign_in(client, person())
    assert client.get("/caseload/").status_code == 200
    assert client.get("/accounts/2fa/").status_code == 200


def test_the_only_second_step_cannot_be_removed_where_one_is_needed(client: Client, required: None) -> None:
    user = person()
    seed = with_app(user)
    sign_in(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": code(seed)})
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_removing_the_last_one_takes_the_session_back_to_one_step(client: Client, settings: Any) -> None:
    user = person()
    seed = with_app(user)
    sign_in(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": code(seed)})
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=user).exists()
    settings.MFA_REQUIRED = True
    assert client.get("/caseload/")["Location"] == "/accounts/2fa/"


def everything_stored() -> str:
    """Every text of every row of every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT array_agg(row_to_json(t)::text) FROM "{table}" t')  # noqa: S608
            found += cursor.fetchone()[0] or []
    return "\n".join(found)


def test_the_database_holds_no_seed_and_no_session_does_either(client: Client) -> None:
    user = person()
    sign_in(client, user)
    waiting = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    assert waiting not in repr(dict(client.session.items()))
    assert waiting not in everything_stored()
    client.post("/accounts/2fa/totp/activate/", {"code": code(waiting)})
    stored = everything_stored()
    seed = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert encryption.decrypt(seed) == waiting
    assert waiting not in stored
    codes = Authenticator.objects.get(user=user, type="recovery_codes")
    assert encryption.decrypt(codes.data["seed"]) not in stored
    assert not any(each in stored for each in RecoveryCodes(codes).get_unused_codes())


def test_a_new_key_in_front_still_reads_what_the_old_one_wrote(settings: Any) -> None:
    written = encryption.encrypt("seed")
    old = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = ["dGhpcnR5LXR3byByYW5kb20gYnl0ZXMgZm9yIHRlc3Q=", *old]
    assert encryption.decrypt(written) == "seed"
    anew = encryption.encrypt("seed")
    settings.ENCRYPTION_KEYS = old
    with pytest.raises(encryption.Unreadable):
        encryption.decrypt(anew)


@pytest.mark.django_db(transaction=True)
def test_one_code_sent_by_several_at_once_is_taken_once() -> None:
    for _ in range(10):
        user = person()
        seed = with_app(user)
        browsers = [Client() for _ in range(6)]
        for browser in browsers:
            sign_in(browser, user)
        if (begun := time.time() % 30) > 15:  # a code holds for half a minute: enough of it has to be left
            time.sleep(31 - begun)  # a second into the next: a sleep may end a little before its time
        sent, start = code(seed), threading.Barrier(len(browsers))

        said: list[str] = []

        def send(browser: Client, sent: str = sent, start: threading.Barrier = start, said: list[str] = said) -> None:
            start.wait()
            answer = browser.post("/accounts/2fa/authenticate/", {"code": sent})
            said += re.findall(r"(?s)error-message[^>]*>(.*?)</", answer.content.decode())
            connections.close_all()

        threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(map(is_signed_in, browsers)) == 1, said


def test_a_factor_is_added_only_by_somebody_who_signed_in_just_now(client: Client, time_machine: Any) -> None:
    user = person()
    sign_in(client, user)
    time_machine.move_to(clock.now() + timedelta(seconds=301))
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
