"""OpenID Connect, against an issuer of our own on this machine: who gets in, and every token that does not."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import CommandError, call_command
from django.test import Client

from carecoord import environment
from carecoord.access.models import User
from tests.signin import is_signed_in, person, with_app

pytestmark = pytest.mark.django_db
SUBJECT, HIGH = "nurse-17", "AAL2"
KEY, FOREIGN_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class Issuer(ThreadingHTTPServer):
    """Answers as an issuer does; ``token`` is what it gives for a code."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.challenge = ""
        self.token: str | None = ""
        self.named = self.address


class Answers(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        here = self.server.address
        if self.path.startswith("/.well-known/"):
            endpoints = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            config = {name: f"{here}/{path}" for name, path in endpoints.items()}
            self._send({**config, "issuer": self.server.named, "userinfo_endpoint": f"{here}/userinfo"})
        elif self.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._send({"keys": [{**key, "kid": "k", "alg": "RS256"}]})

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(sent.get("code_verifier", [""])[0].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.server.challenge:
            self._send({"error": "invalid_grant"}, 400)
            return
        self._send({"access_token": "a", "token_type": "Bearer", "id_token": self.server.token})

    def _send(self, body: dict[str, Any], status: int = 200) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    server = Issuer()
    Thread(target=server.serve_forever, daemon=True).start()
    given = {"ISSUER": server.address, "CLIENT_ID": "carecoord", "CLIENT_SECRET": "s", "ACR": HIGH, "NAME": "Ashford"}
    settings.OIDC_ISSUERS = environment.issuers({f"OIDC_ASHF_{name}": value for name, value in given.items()})
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.oidc_apps(settings.OIDC_ISSUERS)}}
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def nurse(issuer: Issuer) -> User:
    user = person(email="nurse@hospital.example")
    call_command("link_account", user.email, site="ASHF", subject=SUBJECT, verbosity=0)
    return user


def asked(client: Client, issuer: Issuer) -> dict[str, str]:
    """Press the button; what our answer asks of the issuer."""
    answer = client.post("/accounts/oidc/ashf/login/")
    assert answer["Location"].startswith(f"{issuer.address}/authorize?")
    found = {name: value[0] for name, value in parse_qs(urlsplit(answer["Location"]).query).items()}
    issuer.challenge = found["code_challenge"]
    return found


def claims(issuer: Issuer, nonce: str, /, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    known = {"iss": issuer.address, "aud": "carecoord", "sub": SUBJECT, "nonce": nonce, "acr": HIGH}
    given = {**known, "iat": now, "exp": now + 300, "email": "nurse@hospital.example", **changed}
    return {name: value for name, value in given.items() if value is not None}


def signed(body: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str = "k") -> str:
    return jwt.encode(body, key, algorithm=algorithm, headers={"kid": kid})


def come_back(client: Client, state: str) -> Any:
    return client.get(f"/accounts/oidc/ashf/login/callback/?code=c&state={state}")


def test_a_linked_person_gets_in_and_needs_no_second_step_of_ours(
    client: Client, issuer: Issuer, nurse: User, settings: Any
) -> None:
    settings.MFA_REQUIRED = True
    assert "Continue with Ashford" in client.get("/accounts/login/").content.decode()
    question = asked(client, issuer)
    assert (question["scope"], question["acr_values"], question["code_challenge_method"]) == ("openid", HIGH, "S256")
    issuer.token = signed(claims(issuer, question["nonce"]))
    assert come_back(client, question["state"]).status_code == 302
    assert client.session["_auth_user_id"] == str(nurse.pk)
    assert client.get("/caseload/").status_code == 200
    assert SocialAccount.objects.get().extra_data["id_token"] == {"sub": SUBJECT, "iss": issuer.address, "acr": HIGH}


def test_without_a_level_our_own_second_step_stays_needed(
    client: Client, issuer: Issuer, nurse: User, settings: Any
) -> None:
    settings.MFA_REQUIRED = True
    settings.OIDC_ISSUERS[0]["acr"] = []
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.oidc_apps(settings.OIDC_ISSUERS)}}
    question = asked(client, issuer)
    issuer.token = signed(claims(issuer, question["nonce"], acr=None))
    come_back(client, question["state"])
    assert client.get("/caseload/")["Location"] == "/accounts/2fa/"


WRONG = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "somebody-else"},
    "for another client": {"azp": "somebody-else"},
    "expired": {"exp": int(time.time()) - 10},
    "without an end": {"exp": None},
    "without a subject": {"sub": None},
    "without a nonce": {"nonce": None},
    "another nonce": {"nonce": "n" * 64},
    "a low level": {"acr": "AAL1"},
    "no level": {"acr": None},
    "another subject": {"sub": "nurse-18"},
    "an e-mail that is somebody's": {"sub": "nurse-18", "email": "nurse@hospital.example", "email_verified": True},
    "from the future": {"nbf": int(time.time()) + 3600},
    "an empty subject": {"sub": ""},
    "a list of subjects": {"sub": [SUBJECT]},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_quite_right_signs_nobody_in(
    client: Client, issuer: Issuer, nurse: User, change: dict[str, Any]
) -> None:
    accounts = User.objects.count()
    for _ in range(12):
        question = asked(client, issuer)
        issuer.token = signed(claims(issuer, question["nonce"], **change))
        assert come_back(client, question["state"]).status_code in (200, 302)
        assert not is_signed_in(client)
    assert User.objects.count() == accounts


FORGED = {
    "no algorithm": lambda body: jwt.encode(body, None, algorithm="none", headers={"kid": "k"}),
    "a shared secret": lambda body: signed(body, "carecoord" * 8, "HS256"),
    "the public key as secret": lambda body: signed(body, "k" * 64, "HS512"),
    "a foreign key": lambda body: signed(body, FOREIGN_KEY),
    "an unknown key": lambda body: signed(body, FOREIGN_KEY, kid="other"),
    "no key named": lambda body: jwt.encode(body, KEY, algorithm="RS256"),
    "a changed body": lambda body: ".".join([*signed(body).split(".")[:1], "e30", signed(body).split(".")[2]]),
    "no signature": lambda body: signed(body).rsplit(".", 1)[0] + ".",
    "half of it": lambda body: signed(body)[:60],
    "nothing": lambda body: "",
    "null": lambda body: None,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_token_signs_nobody_in(client: Client, issuer: Issuer, nurse: User, forge: Any) -> None:
    for _ in range(12):
        question = asked(client, issuer)
        issuer.token = forge(claims(issuer, question["nonce"]))
        assert come_back(client, question["state"])["Location"] == "/accounts/login/"
        assert not is_signed_in(client)


def test_a_state_works_once_and_in_its_own_browser_only(client: Client, issuer: Issuer, nurse: User) -> None:
    question = asked(client, issuer)
    issuer.token = signed(claims(issuer, question["nonce"]))
    stranger = Client()
    come_back(stranger, question["state"])
    assert not is_signed_in(stranger)
    come_back(client, "made-up")
    assert not is_signed_in(client)
    come_back(client, question["state"])
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    come_back(client, question["state"])
    assert not is_signed_in(client)


def test_an_issuer_that_names_itself_differently_or_answers_nothing_is_refused(
    client: Client, issuer: Issuer, nurse: User
) -> None:
    issuer.named = "https://elsewhere.example"
    assert client.post("/accounts/oidc/ashf/login/")["Location"] == "/accounts/login/"
    issuer.named = issuer.address
    question = asked(client, issuer)
    issuer.shutdown()
    issuer.server_close()
    assert client.post("/accounts/oidc/ashf/login/")["Location"] == "/accounts/login/"
    assert come_back(client, question["state"])["Location"] == "/accounts/login/"


def test_what_is_asked_of_the_issuer_does_not_come_from_the_address(client: Client, issuer: Issuer) -> None:
    answer = client.post("/accounts/oidc/ashf/login/?auth_params=acr_values%3DAAL1&scope=profile&process=connect")
    assert "AAL1" not in answer["Location"]
    assert "profile" not in answer["Location"]


def test_nobody_links_an_account_by_signing_in(client: Client, issuer: Issuer) -> None:
    client.force_login(person())
    answer = client.post("/accounts/oidc/ashf/login/?process=connect")
    question = {name: value[0] for name, value in parse_qs(urlsplit(answer["Location"]).query).items()}
    issuer.challenge = question["code_challenge"]
    issuer.token = signed(claims(issuer, question["nonce"]))
    come_back(client, question["state"])
    assert not SocialAccount.objects.exists()


def test_an_own_second_factor_is_still_asked_for_and_an_account_that_is_off_stays_out(
    client: Client, issuer: Issuer, nurse: User
) -> None:
    with_app(nurse)
    question = asked(client, issuer)
    issuer.token = signed(claims(issuer, question["nonce"]))
    assert come_back(client, question["state"])["Location"] == "/accounts/2fa/authenticate/"
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    other = Client()
    question = asked(other, issuer)
    issuer.token = signed(claims(issuer, question["nonce"]))
    come_back(other, question["state"])
    assert not is_signed_in(other)


def test_where_nothing_is_set_up_there_is_nothing(client: Client) -> None:
    assert client.post("/accounts/oidc/ashf/login/").status_code == 404
    assert client.get("/accounts/oidc/ashf/login/callback/?code=c&state=s").status_code == 404
    assert "Continue with password" in client.get("/accounts/login/").content.decode()
    assert "oidc" not in client.get("/accounts/login/").content.decode()


def test_a_link_is_made_and_taken_away_by_an_administrator(issuer: Issuer, nurse: User) -> None:
    other = person()
    with pytest.raises(CommandError, match="Another account"):
        call_command("link_account", other.email, site="ASHF", subject=SUBJECT)
    with pytest.raises(CommandError, match="No service"):
        call_command("link_account", other.email, site="CALD", subject="x")
    with pytest.raises(CommandError, match="No account"):
        call_command("link_account", "nobody@hospital.example", site="ASHF", subject="x")
    call_command("link_account", nurse.email, site="ASHF", subject=SUBJECT, remove=True)
    assert not SocialAccount.objects.exists()
