"""What every test can ask for: the real database, a Celery worker on a real Valkey, a real browser."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.state import ProjectState
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases
from hypothesis.configuration import set_hypothesis_home_dir

from carecoord.embedded import leave_postgresql, valkey
from carecoord.environment import BASE_DIR, DATABASE_ROLES, database_url, url_variable
from tests.roles import MOVABLE_CLOCK, as_role

# The browser's driver runs an event loop in the main thread, where Django would refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

set_hypothesis_home_dir(BASE_DIR / ".venv" / "cache" / "hypothesis")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = {
    "resultTypes": ["violations"],  # every node of what passed as well takes the browser four times as long to tell
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that open a browser; leave them out, and say so, where there is none."""
    for item in items:
        if {"page", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not walk over it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _append_option(self: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    """In place of Django's own, which builds the model and all its relatives anew for each constraint and index.

    That is half of the time of all migrations, and changes nothing in the tables. The programs that tests start
    (`make run`, `manage.py migrate`) migrate as Django does.
    """
    options = self.models[app_label, model_name].options
    options[option_name] = [*options[option_name], obj]
    if "apps" in self.__dict__:  # asked in any other way it would be built here
        meta = self.apps.get_model(app_label, model_name)._meta
        setattr(meta, option_name, [*getattr(meta, option_name), obj])


ProjectState._append_option = _append_option


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_between_tests() -> Iterator[None]:
    """Django empties every table after a test that commits. The audit tables refuse it, save here.

    The cache goes with them: it holds limits and used codes, by address and person. A page that a browser left may
    still be sending its last words: whoever waits for it in a circle tries again.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    from tests.audit import lifted

    flush = DatabaseOperations.execute_sql_flush

    def execute_sql_flush(operations: Any, statements: list[str]) -> None:
        for left in (3, 2, 1, 0):
            try:
                with lifted():
                    flush(operations, [*statements, 'TRUNCATE "cache";'])
                return
            except OperationalError:
                if not left:
                    raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


def pytest_unconfigure() -> None:
    """The last process of the run stops the PostgreSQL."""
    leave_postgresql(settings.CARECOORD_DATA)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The test database, made by its owner and mirrored by the web's role, with a clock that tests can move."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": False, "owner": False})
        with connections["owner"].cursor() as cursor:
            cursor.execute(MOVABLE_CLOCK)
        connections.close_all()
    yield
    with django_db_blocker.unblock():
        connections.close_all()  # the mirror's bars the removal
        for owner, _, _ in made:  # and so would one that a browser's last request still holds
            with owner._nodb_cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [owner.settings_dict["NAME"]],
                )
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def arranged_by_the_owner(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where a test uses the database, its body works as the owner of the tables; its requests do not (roles.py)."""
    if not {"db", "transactional_db"} & set(request.fixturenames) and not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("_django_db_helper")
    with as_role("cc_owner"):
        yield


def _emptied_by_the_owner(self: TransactionTestCase) -> None:
    """In place of Django's own, which leaves a mirrored database as it is; the web's role may not empty tables."""
    with as_role("cc_owner"):
        call_command("flush", verbosity=0, interactive=False, database="default", inhibit_post_migrate=False)


TransactionTestCase._fixture_teardown = _emptied_by_the_owner


@pytest.fixture
def own_environment(transactional_db: None) -> dict[str, str]:
    """The environment of a program that is to work on this test's database, in each of its roles."""
    connection.ensure_connection()
    known = connection.settings_dict
    return {
        **os.environ,
        **{url_variable(role): database_url({**known, "USER": f"cc_{role}"}) for role in DATABASE_ROLES},
    }


@pytest.fixture
def celery_worker(own_environment: dict[str, str]) -> Iterator[str]:
    """A Celery worker in a process of its own, on a Valkey of its own; gives the queue's address."""
    from celery import Celery

    with valkey(settings.CARECOORD_DATA / f"valkey-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as address:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "carecoord", "worker", "--pool=solo", "--without-gossip"],
            env={**own_environment, "REDIS_URL": address},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            inspector = Celery(broker=address).control
            assert any(inspector.ping(timeout=1) for _ in range(30)), "the worker did not answer within 30 s"
            yield address
        finally:
            worker.terminate()
            worker.wait(15)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, quiet and without calling home."""
    quiet = "gpu quic background-networking component-update sync".split()
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{feature}" for feature in quiet)]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture
def console_errors() -> list[str]:
    """What the browser complained about so far. A test that provokes a complaint clears it."""
    return []


@pytest.fixture
def page(page: Any, console_errors: list[str]) -> Iterator[Any]:
    """A page in the browser. The test fails when the console shows an error at its end."""
    page.on("console", lambda line: console_errors.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    yield page
    assert console_errors == []


@pytest.fixture
def sign_in(page: Any, live_server: Any) -> Any:
    """``sign_in(user)``: the browser is signed in as that account, without going through the form."""
    from django.test import Client

    def as_user(user: Any) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return as_user


def assert_accessible(page: Any) -> None:
    """Fail with a readable list when axe finds a violation of WCAG 2.2 AA on the page.

    A click returns as soon as the next page answers, when there may be no document in it yet to look at.
    """
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state("load")
    result = Axe().run(page, options=AXE)
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"


@pytest.fixture
def more_sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], list[Any]]]:
    """``more_sites(36)``: so many more, as Calder Vale is, by name after the four."""
    from carecoord.sites import definitions

    monkeypatch.setattr(definitions, "invented_sites", lambda: tmp_path)
    model = (definitions.FOLDER / "cald.toml").read_text(encoding="utf-8")

    def make(number: int) -> list[Any]:
        from carecoord.sites.models import Site

        for place in range(1, number + 1):
            (tmp_path / f"s{place:03}.toml").write_text(
                model.replace("Calder Vale", f"Town {place:03}"), encoding="utf-8"
            )
        definitions.all_site_definitions.cache_clear()
        return Site.objects.bulk_create(
            Site(code=f"S{place:03}", name=f"Town {place:03}", nation="ENG") for place in range(1, number + 1)
        )

    yield make
    definitions.all_site_definitions.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _few_invented_lives() -> None:
    """The numbers of the demonstration are told of few lives: a test that loads it is not about them.

    Only what `make run` starts, in a process of its own, tells all of them.
    """
    from pathways.gaps import demo

    demo.LIVES = 100
