"""Every role, every way of standing to a woman, every route, GET and POST: the answer is what policy.toml says.

What one may not see answers exactly as what does not exist: the same status, the same headers, the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest
import time_machine
from django.db import transaction

from carecoord import clock
from tests.faults.world import World, browser, build, is_of_a_woman, session_of
from tests.policy import SIGN_IN, policy
from tests.routes import Route, routes

METHODS = ("GET", "POST")
NOBODYS = "missing"  # the relation to which every shut one is compared
# What each form carries anew: its token, and who opened it where (the address is the reader's own words, signed).
CHANGING = re.compile(rb'name="(?:csrfmiddlewaretoken|opened_by)" value="[^"]*"|"X-CSRFToken": "[^"]*"')
OF_ONE_REQUEST = {"X-Request-Id", "Content-Length"}  # the length is that of bytes that are compared


class Case(NamedTuple):
    """One request."""

    role: str
    route: Route
    method: str
    relation: str

    def __str__(self) -> str:
        return f"{self.role} {self.method} {self.route.path} {self.relation}"


class Answer(NamedTuple):
    """What of an answer is compared."""

    said: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def test_every_route_has_a_line_in_the_policy() -> None:
    assert {route.path for route in routes()} <= set(policy().routes)


@pytest.mark.django_db
def test_every_answer_is_the_policys(fault: Any) -> None:
    world = build()
    cases = list(every_case())
    assert len(cases) >= fault.size(full=4_000, small=400)
    if not fault.full:
        cases = fault.chance.sample(cases, fault.asked)
    with time_machine.travel(clock.now(), tick=False):
        browsers = {role: session_of(user) for role, user in world.people.items()}
        unknown: dict[Case, Answer] = {}
        for case in cases:
            fault.tried += 1
            answer = ask(world, browsers, case)
            wanted = policy().answer(
                case.role, case.route.path, case.method, case.relation, of_a_woman=is_of_a_woman(case.route)
            )
            if answer.said != wanted:
                fault.found(f"{case}: {answer.said} instead of {wanted}")
            elif case.relation in policy().relations["shut"]:
                like = case._replace(relation=NOBODYS)
                unknown[like] = unknown.get(like) or ask(world, browsers, like)
                if answer != unknown[like]:
                    fault.found(f"{case}: tells that she is there: {difference(answer, unknown[like])}")


def every_case() -> Iterator[Case]:
    """All there are; a route without a woman is asked once, whatever the relation."""
    relations = [name for group in ("open", "shut") for name in policy().relations[group]]
    asked = {route.path: route for route in reversed(routes())}.values()  # of two with one path, the first answers
    for role, route, method in product([*sorted(policy().group("everybody"))], asked, METHODS):
        for relation in relations if is_of_a_woman(route) else relations[:1]:
            yield Case(role, route, method, relation)


def ask(world: World, browsers: dict[str, str], case: Case) -> Answer:
    """Send the request from a fresh browser; what it changed is taken back."""
    client, address = browser(browsers[case.role]), world.address(case.route, case.relation)
    with transaction.atomic():
        answer = client.generic(case.method, address, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    # Where somebody who has not signed in is led, the address that they asked for stands: their own words.
    headers = [(name, value.replace(address, "…")) for name, value in answer.headers.items()]
    compared = sorted((name, value) for name, value in headers if name not in OF_ONE_REQUEST)
    return Answer(in_words(answer), tuple(compared), CHANGING.sub(b"", answer.content))


def in_words(answer: Any) -> str:
    """As the policy says it."""
    if answer.status_code == 302:
        return SIGN_IN if answer.headers["Location"].startswith("/accounts/login/") else "on"
    return "ok" if answer.status_code == 200 else str(answer.status_code)


def difference(one: Answer, other: Answer) -> str:
    """Where the two part, in a few words."""
    if one.headers != other.headers:
        return f"headers {sorted(set(one.headers) ^ set(other.headers))}"
    at = next((n for n, (a, b) in enumerate(zip(one.body, other.body, strict=False)) if a != b), len(one.body))
    return f"{one.body[at - 40 : at + 40]!r} and {other.body[at - 40 : at + 40]!r}"
