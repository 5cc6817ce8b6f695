"""What the ground floor refuses, and what every answer carries, before any page has its say."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from carecoord.environment import BASE_DIR
from carecoord.logs import formatter
from carecoord.wsgi import application

LOGIN = "/accounts/login/"


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda client: client.get(f"{LOGIN}?next=%00"), id="value in the address"),
        pytest.param(lambda client: client.get(f"{LOGIN}?a%00b=1"), id="name in the address"),
        pytest.param(lambda client: client.get("/%00/"), id="path"),
        pytest.param(lambda client: client.post(LOGIN, {"login": "a\0@demo.example"}), id="form value"),
        pytest.param(lambda client: client.post(LOGIN, {"log\0in": "a"}), id="form name"),
        pytest.param(
            lambda client: client.post(LOGIN, "login=a%00b", content_type="application/x-www-form-urlencoded"),
            id="urlencoded",
        ),
        pytest.param(
            lambda client: client.get(LOGIN, headers={"cookie": f'{settings.SESSION_COOKIE_NAME}="abcdefgh\\000"'}),
            id="cookie",
        ),
    ],
)
def test_a_nul_is_refused_with_our_page(client: Client, ask) -> None:
    answer = ask(client)
    assert answer.status_code == 400
    assert b"CareCoord" in answer.content


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", None])
def test_a_ten_megabyte_field_is_refused_with_a_sentence(client: Client, content_type: str | None) -> None:
    text = "x" * 10_000_000
    if content_type:
        answer = client.post(LOGIN, f"login={text}", content_type=content_type)
    else:
        answer = client.post(LOGIN, {"login": text})
    assert answer.status_code == 400
    assert b"too large" in answer.content


def test_too_many_fields_are_refused(client: Client) -> None:
    assert client.post(LOGIN, {f"f{number}": "" for number in range(2_000)}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_too_many_fields_in_an_address_are_refused_before_there_is_a_request() -> None:
    environment = {
        **RequestFactory()._base_environ(),
        "QUERY_STRING": "&" * 3_000,
        "CONTENT_TYPE": "a/b; charset=utf-8",
    }
    statuses: list[str] = []
    (said,) = application(environment, lambda status, headers: statuses.append(status))
    assert statuses == ["400 Bad Request"]
    assert b"try again" in said


def test_a_broken_upload_is_refused(client: Client) -> None:
    assert client.post(LOGIN, b"--x\r\nnonsense", content_type="multipart/form-data").status_code == 400


def test_another_host_name_is_refused(client: Client) -> None:
    assert client.get(LOGIN, headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
def test_an_upload_may_be_larger_than_a_field(client: Client) -> None:
    upload = SimpleUploadedFile("events.csv", b"\0" * 3_000_000)
    assert client.post(LOGIN, {"login": "a", "file": upload}).status_code == 200


@pytest.mark.django_db
def test_every_page_carries_the_headers_that_protect_it(client: Client) -> None:
    answer = client.get(LOGIN)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_no_page_is_kept_by_the_browser(client: Client) -> None:
    assert client.get("/no-such-page/")["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
def test_a_request_is_logged_by_its_path_alone(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "carecoord.requests"):
        answer = client.post(f"{LOGIN}?next=/from-the-address/", {"login": "from-the-form@demo.example"})
    (record,) = [record for record in caplog.records if record.name == "carecoord.requests"]
    line = json.loads(formatter().format(record))
    assert (line["event"], line["path"], line["status"]) == ("POST", LOGIN, 200)
    assert line["request"] == answer["X-Request-Id"]
    assert "from-the" not in json.dumps(line)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/calendar/the-secret.ics", "/r/the-secret/", "/r/the-secret", "/calendar/the-secret"]
)
def test_no_log_line_says_an_address_that_opens_something(
    client: Client, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    with caplog.at_level("DEBUG"):
        client.get(address)
        client.post(address)
    lines = [formatter().format(record) for record in caplog.records]
    said = {json.loads(line).get("path") for line in lines}
    assert said & {"/calendar/…", "/r/…"}
    assert "the-secret" not in "".join(lines)


def test_a_log_line_holds_nothing_that_was_sent(capfd: pytest.CaptureFixture[str]) -> None:
    program = """
import logging, django
django.setup()
import structlog
try:
    raise ValueError("Key (nhs_number)=(9434765919) already exists")
except ValueError as error:
    logging.getLogger("celery.app.trace").exception("Task %s raised unexpected: %r", "sweep", error)
structlog.get_logger("pathways").warning("swept", task="sweep", name="Aoife", status=3)
"""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "carecoord.settings"}
    subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, env=env, check=True)
    raised, swept = map(json.loads, capfd.readouterr().err.splitlines())
    assert raised["event"] == "Task sweep raised unexpected: ValueError"
    assert raised["trace"]
    assert "9434765919" not in json.dumps(raised)
    assert (swept["event"], swept["task"], swept["status"]) == ("swept", "sweep", 3)
    assert "Aoife" not in json.dumps(swept)
