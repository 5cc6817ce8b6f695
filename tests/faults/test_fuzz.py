"""Whatever is sent to whatever address by whomever, the answer is a page: never 5xx, and nothing odd reaches the
database as a statement that it cannot read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.signals import request_started
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction
from django.http import HttpResponse
from django.test import Client

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.wsgi import application
from pathways.models import Journey, SweepRun
from pathways.pages.recordable import OFFERED
from pathways.sweep import sweep
from pathways.views.handoffs import ANSWERS
from tests.factories import ago, happened, journey
from tests.faults.hostile import Hostile, Record, fitting_in
from tests.faults.people import everybody, one_in
from tests.routes import Route, routes

pytestmark = pytest.mark.django_db

SITES = ("ASHF", "GLEN")
STRAIGHT = 40  # requests of one person in one browser; then the records are as before


@pytest.fixture
def records() -> dict[str, Record]:
    """A woman's record at each of two sites. The sweep's last run is not old before the test ends."""
    found = {}
    for site in SITES:
        her = journey(site=site, midwife=one_in(Role.SPECIALIST_MIDWIFE, site))
        events = happened(her, ("first_contact", ago(40)), ("booking_completed", ago(30)), ("contact_made", ago(3)))
        found[site] = {
            "journeys": [her.pk],
            "women": [her.woman_id],
            "event": [event.pk for event in events],
            "handoffs": list(her.handoffs.open().values_list("pk", flat=True)[:4]),
            "answer": list(ANSWERS),
            "kind": sorted(OFFERED)[::3],
        }
    sweep()
    SweepRun.objects.update(finished_at=clock.now() + timedelta(days=1))
    return found


def test_no_request_is_answered_5xx(fault: Any, records: dict[str, Record]) -> None:
    insiders = [(each.named_midwife, each.site.code) for each in Journey.objects.select_related("site")]
    others: list[tuple[User | None, str]] = [(user, "ASHF") for user in (None, *everybody(*SITES).values())]
    hostile = Hostile(fault.chance, list(records.values()))
    learn(hostile, insiders, records)
    every, deep = list(routes()), [route for route in routes() if hostile.fields[route.path] or route.converters]
    size = fault.size(full=20_000, small=600)
    with errors_of_the_database(fault.found), errors_in_the_log(fault.found):
        while fault.tried < size:
            with undone():
                user, site = fault.chance.choice(insiders if fault.chance.random() < 0.6 else others)
                hostile.own = records[site]
                client = a_browser(user, check_csrf=fault.chance.random() < 0.05)
                for _ in range(min(STRAIGHT, size - fault.tried)):
                    # Every other request takes each route in turn: none is left out, however few are tried.
                    half, odd = divmod(fault.tried, 2)
                    route = fault.chance.choice(deep) if odd else every[half % len(every)]
                    sent = hostile.request(route)
                    fault.tried += 1
                    answer = client.generic(sent.method, sent.path, sent.body, sent.content_type, **sent.headers)
                    if answer.status_code >= 500:
                        fault.found(f"{answer.status_code} {getattr(answer, 'exc_info', None)} for {sent}")
                        break  # the transaction may be broken: the next browser starts afresh
                    learn_from(answer, hostile, route)


class Browser(Client):
    """The test client; for what is so odd that it cannot make a request of it, asks what the web server would say."""

    def request(self, **request: Any) -> Any:
        try:
            return super().request(**request)
        except SuspiciousOperation:
            statuses: list[str] = []
            request_started.disconnect(close_old_connections)  # the test's transaction goes on
            application(self._base_environ(**request), lambda status, headers: statuses.append(status))
            request_started.connect(close_old_connections)
            return HttpResponse(status=int(statuses[0].split()[0]), content_type="text/plain")


def a_browser(user: User | None, *, check_csrf: bool = False) -> Client:
    client = Browser(enforce_csrf_checks=check_csrf, raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def learn(hostile: Hostile, insiders: list[tuple[User, str]], records: dict[str, Record]) -> None:
    """Open every page once, as those who may, so that the first form sent is one that the page has."""
    for route in routes():
        hostile.fields.setdefault(route.path, {})
        for user, site in insiders:
            places = {name: fitting_in(route, name, records[site]) or [1] for name in route.converters}
            for values in product(*places.values()):
                address = route.address(**dict(zip(places, values, strict=True)))
                learn_from(a_browser(user).get(address), hostile, route)


def learn_from(answer: Any, hostile: Hostile, route: Route) -> None:
    """A page that a form led to may hold other fields than the page before."""
    if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
        hostile.learn(route, answer.content.decode())


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes is taken back at its end, also after an error that broke the transaction."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def errors_of_the_database(found: Callable[[str], None]) -> Iterator[None]:
    """Statements that PostgreSQL could not read or would not run. A constraint that refuses is its answer, no error."""

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except IntegrityError:
            raise
        except DatabaseError as problem:
            found(f"{type(problem).__name__} {str(problem).splitlines()[0]} in {sql[:200]}")
            raise

    with connection.execute_wrapper(watch):
        yield


@contextmanager
def errors_in_the_log(found: Callable[[str], None]) -> Iterator[None]:
    """Lines at level ERROR, but for those about a host name that is not ours, or about an answer that is counted."""

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(("django.security", "django.request")):
                found(f"logged by {record.name}: {record.getMessage()[:300]}")

    watch = Watch(level=logging.ERROR)
    logging.getLogger().addHandler(watch)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(watch)
