"""The roles of the database: what makes them, who signs in as which, and that none passes the wall but the backup."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

from carecoord.environment import BASE_DIR, DATABASE_ROLES, database_url, role_for, url_variable


@pytest.mark.django_db
def test_the_tests_sign_in_as_the_web_does_and_it_is_no_superuser_owner_or_exempt() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("cc_app",)
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'cc\\_%'"
        )
        assert sorted(cursor.fetchall()) == [
            (f"cc_{role}", False, role == "backup", False) for role in sorted(DATABASE_ROLES)
        ]
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchall() == [("cc_owner",)]


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("migrate", "owner"),
        ("load_demo", "owner"),
        ("import_caseload", "worker"),
        ("export_handoffs", "worker"),
        ("sweep", "worker"),
        ("recompute", "worker"),
        ("backup", "backup"),
        ("verify_audit", "audit"),
        ("shell", "app"),
        ("add_account", "app"),
    ],
)
def test_a_command_signs_in_as_its_own_role(command: str, role: str) -> None:
    assert role_for(["manage.py", command]) == role


@pytest.mark.django_db
def test_the_roles_are_made_with_their_passwords_again_and_again() -> None:
    connection.ensure_connection()
    known = {**connection.settings_dict, "NAME": "carecoord"}
    addresses = {
        url_variable(role): database_url({**known, "USER": f"cc_{role}", "PASSWORD": f"of-{role}"})
        for role in DATABASE_ROLES
    }
    superuser = {"DATABASE_URL_SUPERUSER": database_url({**known, "USER": "postgres", "NAME": "postgres"})}
    for _ in range(2):
        done = made({**addresses, **superuser})
        assert (done.returncode, done.stdout) == (0, "The roles and the database carecoord are there.\n"), done.stderr
    assert "DATABASE_URL_SUPERUSER" in made(addresses).stderr
    wrong = made({**addresses, **superuser, "DATABASE_URL": addresses["DATABASE_URL_OWNER"]})
    assert "DATABASE_URL has to sign in as cc_app" in wrong.stderr


def made(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "carecoord.access.database_roles"],
        env={"PATH": os.environ["PATH"], **env},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )
