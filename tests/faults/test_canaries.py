"""A word in each field of each woman's record, and everything that the product shows, writes and sends is searched.

It may stand on the pages, and before the roles, that policy.toml names, and nowhere else: not in a log line, a session,
the cache, an address, a mail, a task's arguments or an export.
"""

from __future__ import annotations

import base64
import inspect
import io
import logging
import pickle
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction

from carecoord.celery import app as celery
from carecoord.logs import formatter
from pathways.models import Journey, Opening
from tests.faults.canaries import Canaries, Canary
from tests.faults.world import EVENTS, World, browser, build, is_of_a_woman, session_of
from tests.policy import policy
from tests.roles import as_role
from tests.routes import Route, routes

pytestmark = pytest.mark.django_db

IN_AN_ADDRESS = re.compile(r'(?:href|src|action|formaction|hx-[a-z-]+|content)="([^"]*)"')
# Other views of a page.
QUERIES: dict[str, tuple[str, ...]] = {
    "/caseload/": ("", "?of=all", "?of=nobody", "?of=mine&show=all", "?found=1"),
    "/handoffs/": ("", "?show=all", "?of=site"),
    "/journeys/<int:pk>/": ("", "?show=done", "?show=entries", "?later=all", "?timeline=list", "?around=year"),
}


class Visit(NamedTuple):
    """One request: ``form`` is None for a GET."""

    role: str
    route: Route
    relation: str
    query: str = ""
    form: dict[str, str] | None = None
    nth: int = 0  # of her events

    def __str__(self) -> str:
        return f"{self.role} {'GET' if self.form is None else 'POST'} {self.route.path}{self.query} {self.relation}"


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture
def world(canaries: Canaries) -> World:
    return build(canaries.plant)


def test_every_field_has_a_canary_and_a_label(world: World, canaries: Canaries) -> None:
    named = [field for fields in policy().fields.values() for field in fields]
    assert sorted(named) == canaries.kinds


def test_her_own_midwife_meets_every_canary(world: World, canaries: Canaries) -> None:
    """Where a page shows a field to somebody, the search above would find it before somebody else."""
    session, met = session_of(world.people["specialist_midwife"]), set()
    for visit in every_visit(canaries):
        if (visit.role, visit.relation) == ("specialist_midwife", "own"):
            client, address = browser(session), world.address(visit.route, "own", visit.nth) + visit.query
            with transaction.atomic():
                answer = client.get(address) if visit.form is None else client.post(address, visit.form, follow=True)
                transaction.set_rollback(True)
            met |= canaries.found_in(answer.content.decode())
    assert set(canaries.kinds) - {canary.kind for canary in met if canary.whose == "own"} == set()


def test_no_canary_is_met_where_it_may_not_be(fault: Any, world: World, canaries: Canaries) -> None:
    visits = list(every_visit(canaries))
    assert len(visits) >= fault.size(full=8_000, small=300)
    if not fault.full:
        visits = fault.chance.sample(visits, fault.asked)
    browsers = {role: session_of(user) for role, user in world.people.items()}
    with written_to_the_log() as log:
        for visit in visits:
            fault.tried += 1
            for problem in what_leaks(world, canaries, browsers, visit):
                fault.found(f"{visit}: {problem}")
    for canary in canaries.found_in(log.getvalue()):
        fault.found(f"{canary} is in the log")


def every_visit(canaries: Canaries) -> Iterator[Visit]:
    """Each role, route and relation: every view of the page, the empty form, the forms that show or find something."""
    relations = [name for group in ("open", "shut") for name in policy().relations[group]]
    for role, route in product(sorted(policy().group("everybody")), routes()):
        for relation in relations if is_of_a_woman(route) else relations[:1]:
            for query in QUERIES.get(route.path, ("",)):
                yield Visit(role, route, relation, query)
            yield Visit(role, route, relation, form={})
            if "event" in route.converters:
                yield from (Visit(role, route, relation, nth=nth) for nth in range(1, EVENTS))
        yield from (Visit(role, route, whose, form=form) for whose, form in forms(route, relations, canaries))


def forms(route: Route, relations: list[str], canaries: Canaries) -> Iterator[tuple[str, dict[str, str]]]:
    """What somebody may send there in order to learn something of a woman."""
    words = {(canary.kind, canary.whose): word for word, canary in canaries.planted.items()}
    for whose in [each for each in relations if each != "missing"]:
        name = words["preferred", whose]
        if route.name == "search":
            for kind in ("preferred", "last", "number", "born", "lines", "privatenumber"):
                yield whose, {"q": words[kind, whose]}
        elif route.name in ("add_woman", "add_in_labour"):
            born = dict(zip(("2", "1", "0"), words["born", whose].split("-"), strict=True))
            same = {f"date_of_birth_{place}": part for place, part in born.items()}
            yield whose, {"preferred_name": name, "last_name": words["last", whose], "team": "1", **same}
        elif route.name == "open_contact":
            for purpose in Opening.Purpose:
                yield whose, {"purpose": purpose.value, "in_words": "the crew", "submission": str(uuid.uuid4())}


def what_leaks(world: World, canaries: Canaries, browsers: dict[str, str], visit: Visit) -> Iterator[str]:
    """Every canary that the answer shows or leaves behind and that may not be there; what it changed is taken back."""
    client, address = browser(browsers[visit.role]), world.address(visit.route, visit.relation, visit.nth) + visit.query
    with transaction.atomic():
        answer = client.get(address) if visit.form is None else client.post(address, visit.form)
        pages = [(visit.route, answer)]
        if answer.status_code == 302 and not answer.headers["Location"].startswith("/accounts/"):
            followed = client.get(answer.headers["Location"])
            pages.append((next(each for each in routes() if each.view == followed.resolver_match.func), followed))
        left = list(left_behind(browsers[visit.role]))
        transaction.set_rollback(True)
    typed = canaries.found_in(" ".join((visit.form or {}).values()))
    for route, page in pages:
        yield from (f"shows {canary} on {route.path}" for canary in shown_wrongly(canaries, visit, route, page, typed))
        text = page.content.decode() if "text" in page.headers.get("Content-Type", "") else ""
        addresses = " ".join((*IN_AN_ADDRESS.findall(text), *map(str, page.headers.values())))
        yield from (f"{canary} in an address or a header of {route.path}" for canary in canaries.found_in(addresses))
    for where, text in left:
        yield from (f"left {canary} in {where}" for canary in canaries.found_in(text))


def shown_wrongly(canaries: Canaries, visit: Visit, route: Route, page: Any, typed: set[Canary]) -> Iterator[Canary]:
    """What stands on the page and may not; what was typed into the form may stand there again."""
    hers = is_of_a_woman(route)
    found = canaries.found_in(page.content.decode())
    for canary in found - typed:
        allowed = policy().may_stand(visit.role, route.path, canary.whose, canary.kind, of_a_woman=hers)
        if not allowed or (hers and canary.whose != visit.relation):
            yield canary
    if page.status_code == 200 and visit.form is None:
        always = {Canary(kind, visit.relation) for kind in policy().always.get(route.path, ())}
        yield from (Canary(f"no {kind}", whose) for kind, whose in always - found)


def left_behind(session: str) -> Iterator[tuple[str, str]]:
    """What the request stored beside the record, and what it sent."""
    for stored in Session.objects.filter(session_key=session):
        yield "a session", str(stored.get_decoded())
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        for key, value in cursor.fetchall():
            yield "the cache", f"{key} {pickle.loads(base64.b64decode(value))!r}"  # noqa: S301 - our own
    for message in mail.outbox:
        yield "a mail", f"{message.subject} {message.body} {message.to}"


@contextmanager
def written_to_the_log() -> Iterator[io.StringIO]:
    """Every line, as the product writes it."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(formatter())
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


# -- what is not a page -----------------------------------------------------------------------------


def test_an_error_quotes_nothing_of_her(world: World, canaries: Canaries, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that breaks while it holds her name, as every one about her does; neither answer nor log has it."""

    def broken(journey: Journey, *rest: Any) -> None:
        raise ValueError(f"duplicate key ({journey.woman.preferred_name}, {journey.woman.last_name})")

    for place in ("pathways.views.her.banner", "pathways.views.journey.page_for", "medications.pages.bedside.banner"):
        monkeypatch.setattr(place, broken)
    client, tried = browser(session_of(world.people["specialist_midwife"])), 0
    with written_to_the_log() as log:
        for route in filter(is_of_a_woman, routes()):
            answer = client.get(world.address(route, "own"))
            tried += answer.status_code == 500
            assert canaries.found_in(answer.content.decode()) == set()
    assert tried > 8
    assert "ValueError" in log.getvalue()
    assert canaries.found_in(log.getvalue()) == set()


def test_a_tasks_arguments_are_ids() -> None:
    celery.loader.import_default_modules()
    ours = [task for name, task in celery.tasks.items() if not name.startswith("celery.")]
    assert ours
    for task in ours:
        for parameter in inspect.signature(task.run, eval_str=True).parameters.values():
            assert parameter.annotation is int, f"{task.name}({parameter.name})"
    for entry in celery.conf.beat_schedule.values():
        assert not {"args", "kwargs"} & entry.keys()


def test_what_commands_print_and_export_names_nobody(
    world: World, canaries: Canaries, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "handoffs.csv"
    with as_role("cc_worker"):
        call_command("export_handoffs", csv=str(file))
        call_command("sweep", json=True)
        with suppress(SystemExit):  # it finds the grants that this world made by hand, and says so
            call_command("recompute", check=True)
    written = capsys.readouterr()
    assert str(world.women["own"].woman) in file.read_text()
    assert canaries.found_in(file.read_text() + written.out + written.err) == set()
