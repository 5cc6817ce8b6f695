"""Behind a pooler that hands connections from one request to the next, nobody is shown another's rows.

The real web server, several processes and threads of it, through PgBouncer in transaction mode with fewer connections
than there are threads; people of four sites at once.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg2
import pytest
from django.db import connection

from carecoord.access.models import User
from carecoord.access.roles import Role
from tests.factories import ago, happened, journey
from tests.faults.people import one_in
from tests.faults.pooler import needs_pgbouncer, pooled
from tests.faults.webserver import ask, cookies_of, web_server

pytestmark = [needs_pgbouncer, pytest.mark.django_db(transaction=True)]

SITES = ("ASHF", "CALD", "GLEN", "TAYM")
CONNECTIONS = 3  # of the pooler to PostgreSQL
READERS = 8  # at once; the web server has as many threads
CANARY = re.compile("Canary[a-z]+")


@dataclass
class Reader:
    """Somebody signed in, with what they may see: the names of their own women, and the addresses of all."""

    user: User
    own: list[str]
    own_pages: list[str]
    foreign_pages: list[str] = field(default_factory=list)
    cookies: str = ""


def test_nobody_is_shown_anothers_rows(fault: Any) -> None:
    readers = people_with_women()
    size = fault.size(full=5_000, small=300)
    asked = [(fault.chance.choice(readers), fault.chance.randrange(2**32)) for _ in range(size)]
    known = connection.settings_dict
    with (
        pooled(known, ["cc_app"], connections=CONNECTIONS) as address,
        web_server({**known, **address, "USER": "cc_app"}) as port,
        ThreadPoolExecutor(READERS) as pool,
    ):
        service = Service(port, {**address, "NAME": known["NAME"]})
        for problem in pool.map(lambda each: what_is_wrong(service, *each), asked):
            fault.tried += 1
            if problem:
                fault.found(problem)


def people_with_women() -> list[Reader]:
    """A midwife at each site with three women, whose names nobody else may meet."""
    readers = []
    for site in SITES:
        midwife = one_in(Role.SPECIALIST_MIDWIFE, site)
        names = [f"Canary{site.lower()}{letter}" for letter in "abc"]
        hers = [journey(site=site, midwife=midwife, preferred_name=name, last_name=name) for name in names]
        for record in hers:
            happened(record, ("first_contact", ago(40)), ("booking_completed", ago(30)))
        pages = [f"/journeys/{each.pk}/" for each in hers] + [f"/women/{each.woman_id}/details/" for each in hers]
        readers.append(Reader(midwife, names, pages))
    for reader in readers:
        reader.foreign_pages = [page for other in readers if other is not reader for page in other.own_pages]
        reader.cookies = cookies_of(reader.user)
    return readers


class Service:
    """The two ways in: the web server's port, and the pooler's, to which each thread keeps a connection."""

    def __init__(self, port: int, pooler: dict[str, Any]) -> None:
        self.port, self.pooler, self.kept = port, pooler, threading.local()

    def ask(self, reader: Reader, page: str, form: dict[str, str]) -> tuple[int, str]:
        """The status and the page; when that leads on, of the page it leads to."""
        status, text, to = ask(self.port, page, reader.cookies, form)
        leads_on = status == 302 and not to.startswith("/accounts/")
        return self.ask(reader, to, {}) if leads_on else (status, text)

    def names(self, acting: str) -> set[str]:
        """The names of all women whom the database shows to the web server's role when that user acts."""
        if not hasattr(self.kept, "connection"):
            address = {"host": self.pooler["HOST"], "port": self.pooler["PORT"], "dbname": self.pooler["NAME"]}
            self.kept.connection = psycopg2.connect(user="cc_app", **address)
        with self.kept.connection, self.kept.connection.cursor() as cursor:
            if acting:
                cursor.execute("SELECT set_config('app.user', %s, true)", [acting])
            cursor.execute("SELECT preferred_name FROM pathways_woman")
            return {name for (name,) in cursor.fetchall()}


def what_is_wrong(service: Service, reader: Reader, seed: int) -> str:
    """Ask for something, chosen by ``seed``; empty when the reader was shown their own women and no others."""
    chance = random.Random(seed)
    kind = chance.choice(("own", "own", "foreign", "caseload", "handoffs", "search", "record", "rows", "no context"))
    if kind in ("rows", "no context"):
        shown, wanted = (
            service.names(str(reader.user.pk) if kind == "rows" else ""),
            reader.own if kind == "rows" else [],
        )
        return "" if shown == set(wanted) else f"{kind}: the database showed {sorted(shown)} to {reader.user.pk}"
    page, form = _page(kind, reader, chance)
    status, body = service.ask(reader, page, form)
    shown = set(CANARY.findall(body))
    if status >= 500:
        return f"{status} for {page}"
    if foreign := shown - set(reader.own):
        return f"{reader.user.pk} was shown {sorted(foreign)} on {page}"
    if kind == "foreign" and status != 404:
        return f"{reader.user.pk} got {status} for {page}, which is another's"
    # What was found is kept in the session, which another request of the same reader may overwrite meanwhile.
    if kind in ("own", "caseload") and not shown:
        return f"{reader.user.pk} was not shown their own women on {page} ({status})"
    return ""


def _page(kind: str, reader: Reader, chance: random.Random) -> tuple[str, dict[str, str]]:
    """The address, and what is sent to it."""
    if kind in ("own", "foreign"):
        return chance.choice(reader.own_pages if kind == "own" else reader.foreign_pages), {}
    if kind == "search":
        return "/caseload/search/", {"q": "Canary"}
    if kind == "record":
        return chance.choice(reader.own_pages[:3]) + "record/contact_made/", {"note": "by telephone"}
    return f"/{kind}/", {}


# -- the figure can be wrong ------------------------------------------------------------------------


TOY = """
    CREATE TABLE toy (owner int, word text);
    INSERT INTO toy SELECT n % 4, 'a word' FROM generate_series(1, 40) AS n;
    ALTER TABLE toy ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON toy USING (owner = nullif(current_setting('app.user', true), '')::int);
    GRANT SELECT ON toy TO cc_app;
"""


@pytest.fixture
def toy() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(TOY)
        yield
        cursor.execute("DROP TABLE toy")


@pytest.mark.parametrize(("local", "leaks"), [("true", False), ("false", True)])
def test_a_setting_of_the_session_would_show_them(toy: None, local: str, leaks: bool) -> None:
    """The same readers on a table of four owners: with a setting of the transaction no row is another's, else many."""

    def foreign_rows(owner: int, execute: Callable[..., Any], cursor: Any) -> int:
        execute("BEGIN")
        execute("SELECT set_config('app.user', %s, %s)", [str(owner), local])
        if local == "false":  # such a setting is made once, for the transactions to come
            execute("COMMIT")
            execute("BEGIN")
        execute("SELECT count(*) FILTER (WHERE owner <> %s), count(*) FROM toy", [owner])
        foreign, every = cursor.fetchone()
        execute("COMMIT")
        assert every == 10 or local == "false"
        return int(foreign)

    def read(owner: int) -> int:
        reader = psycopg2.connect(dbname=connection.settings_dict["NAME"], user="cc_app", **address)
        reader.autocommit = True
        with reader.cursor() as cursor:
            found = sum(foreign_rows(owner, cursor.execute, cursor) for _ in range(25))
        reader.close()
        return found

    with pooled(connection.settings_dict, ["cc_app"], connections=CONNECTIONS) as pooler:
        address = {"host": pooler["HOST"], "port": pooler["PORT"]}
        with ThreadPoolExecutor(READERS) as pool:
            assert (sum(pool.map(read, [n % 4 for n in range(READERS)])) > 0) is leaks
