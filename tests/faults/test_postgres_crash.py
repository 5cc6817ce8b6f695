"""PostgreSQL is killed under writers and started again: what was acknowledged is there once, also what was sent again.

The real web server records events by its form. A writer who gets no answer, or the page that says that the records
cannot be reached, sends the same form again until it is answered, as a person would.
"""

from __future__ import annotations

import http.client
import random
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from carecoord import clock
from tests.factories import ago, happened, journey, staff
from tests.faults.second_server import SecondServer, now, second_server
from tests.faults.webserver import ask, cookies_of, web_server

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4
BACK_WITHIN = 5.0  # seconds after PostgreSQL answers again
GIVES_UP = 60.0
OURS = "The records cannot be reached right now"


class Silent(Exception):
    """No writer was answered as it should be."""


@dataclass
class Load:
    """Writers on the web server: what was acknowledged, and every answer that should not have come."""

    port: int
    cookies: str
    pages: list[str]
    acknowledged: list[str] = field(default_factory=list)
    retried: int = 0
    odd: list[str] = field(default_factory=list)
    last: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def write(self, seed: int) -> None:
        """Record one event after the other, each under a key of its own, until told to stop."""
        chance = random.Random(seed)
        while not self.stop.is_set():
            key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            form = {"submission": key, "occurred_at": f"{clock.now() - timedelta(days=2):%Y-%m-%d %H:%M}"}
            self._until_acknowledged(chance.choice(self.pages), {**form, "note": "by telephone"})

    def _until_acknowledged(self, page: str, form: dict[str, str]) -> None:
        began = now()
        while now() - began < GIVES_UP and not (self.stop.is_set() and self.odd):
            try:
                status, text, to = ask(self.port, f"{page}record/contact_made/", self.cookies, form)
            except (OSError, http.client.HTTPException) as problem:
                self.odd.append(f"no answer at all: {problem!r}")
                status, text, to = 0, "", ""
            if status == 302 and to.startswith(page):
                self.acknowledged.append(form["submission"])
                self.last = now()
                return
            if not (status == 503 and OURS in text and "Traceback" not in text):
                self.odd.append(f"{status} {to} while recording")
            self.retried += 1
            time.sleep(0.05)
        self.odd.append("never acknowledged")


def test_what_was_acknowledged_is_there_once(fault: Any, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, crashes = fault.size(full=1000, small=40), 10 if fault.full else 2
    midwife = staff()
    records = [journey(midwife=midwife) for _ in range(wanted // 25 + WRITERS)]
    for record in records:
        happened(record, ("first_contact", ago(40)), ("booking_completed", ago(30)))
    cookies, pages = cookies_of(midwife), [f"/journeys/{each.pk}/" for each in records]
    with second_server() as server, web_server(server.database) as port:
        load = Load(port, cookies, pages)
        with writing(load, fault):
            slowest = max(crashed(server, load, fault, number) for number in range(crashes))
            until(lambda: len(load.acknowledged) >= wanted)
        fault.tried = len(load.acknowledged)
        stored = keys_stored(server, [record.pk for record in records])
    for key in set(load.acknowledged) | stored.keys():
        if stored.get(key, 0) != 1 or load.acknowledged.count(key) != 1:
            fault.found(f"{key}: acknowledged {load.acknowledged.count(key)} times, stored {stored.get(key, 0)}")
    assert load.retried, "no crash met a writer"
    with capsys.disabled():
        if fault.full:
            again = f"{load.retried} times sent again, pages back within {slowest:.1f} s"
            print(f"  {crashes} crashes, {again}")


@contextmanager
def writing(load: Load, fault: Any) -> Iterator[None]:
    """The writers at work for as long as the block runs."""
    writers = [threading.Thread(target=load.write, args=[fault.chance.getrandbits(64)]) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        load.stop.set()
        for writer in writers:
            writer.join()
        for problem in load.odd:
            fault.found(problem)


def crashed(server: SecondServer, load: Load, fault: Any, number: int) -> float:
    """Kill the server under load, look at the pages, start it; after how many seconds the next was acknowledged."""
    before = len(load.acknowledged)
    until(lambda: len(load.acknowledged) > before + WRITERS)
    time.sleep(fault.chance.random() / 2)
    server.crash(signal.SIGKILL if number % 2 == 0 else signal.SIGQUIT)
    for page, status in (("/caseload/", 503), ("/accounts/login/", 503), ("/health/ready", 503), ("/health/live", 200)):
        answer = ask(load.port, page, "" if page.startswith("/health/") else load.cookies)
        if answer[0] != status or (not page.startswith("/health/") and OURS not in answer[1]):
            fault.found(f"{page} answered {answer[0]} without a database")
    server.start()
    back = now()
    until(lambda: load.last > back)
    took = load.last - back
    if took > BACK_WITHIN:
        fault.found(f"pages came back {took:.1f} s after PostgreSQL")
    return took


def until(happens: Any) -> None:
    """Wait for it; what does not happen within the writers' patience fails."""
    deadline = now() + GIVES_UP
    while not happens():
        if now() > deadline:
            raise Silent("nothing was acknowledged any more")
        time.sleep(0.01)


def keys_stored(server: SecondServer, journeys: list[int]) -> dict[str, int]:
    """How often each form's key stands in the database, counted with what the audit wrote down of it."""
    known = {name.lower(): value for name, value in server.address.items()}
    reader = psycopg2.connect(user="cc_backup", dbname=server.database["NAME"], **known)
    try:
        with reader.cursor() as cursor:
            cursor.execute(
                "SELECT submission::text, greatest(count(*), count(written.id)) FROM pathways_event AS event "
                "LEFT JOIN audit_change AS written "
                "ON written.table = 'pathways_event' AND written.row_id = event.id AND written.op = 'INSERT' "
                "WHERE event.kind = 'contact_made' AND event.journey_id = ANY (%s) GROUP BY 1",
                [journeys],
            )
            return dict(cursor.fetchall())
    finally:
        reader.close()
