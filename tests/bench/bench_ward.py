"""A ward at its busiest: fifty nurses, each recording a dose every five seconds, while the board is read.

Real processes: the web server with its two workers, as `make run` starts it. Every entry is four requests (her critical
card, the form, the first signature, the second), signed by PIN at a shared machine of the ward.

A woman takes one dose a day, and a minute of fifty nurses is 600 of them: so each woman has a past of sixteen days of
which nothing is recorded yet. It was forty days once; a ward has a few, so this still asks for more than a ward does.
The doses of the next 48 hours stand already, as the worker writes them.

Beside the times it prints what a request cost in CPU, web server and PostgreSQL apart, and what the nurses' own threads
took of the same processors: those figures can be compared where other programs run, the times cannot.
"""

from __future__ import annotations

import re
import statistics
import threading
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import psutil
import pytest
from django.conf import settings
from django.core import signing
from django.db import connection

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from carecoord.access.unlocking import set_pin
from medications import planning
from medications.models import Dose, DueDose
from pathways.models import Journey
from tests.bench.conftest import Bench
from tests.faults.service import Browser, Process, account, web_process
from tests.medicine import due_dose, on_ward, plan

pytestmark = pytest.mark.django_db(transaction=True)

NURSES, WOMEN, DAYS = 50, 40, 16
EVERY, SECONDS = 5.0, 60.0
PIN = "203981"


def admitted(number: int) -> tuple[Journey, list[DueDose]]:
    """A woman in a bed for weeks, with a due dose on each day of them, none of them recorded yet."""
    her = on_ward(since=clock.now() - timedelta(days=DAYS + 1), bed=str(number + 1))
    prescribed = plan(her, first_on=clock.today() - timedelta(days=DAYS))
    first = clock.now() - timedelta(days=DAYS)
    doses = [due_dose(prescribed, first + timedelta(days=day)) for day in range(DAYS)]
    planning.materialise(prescribed, clock.now() + planning.AHEAD)  # as the worker does
    return her, doses


@dataclass
class Spent:
    """Seconds of CPU since somebody began to look: of the web server, of PostgreSQL and of this process."""

    web: float
    postgresql: float
    nurses: float

    @classmethod
    def by(cls, server: Process) -> Spent:
        """Since each began."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = psutil.Process(cursor.fetchone()[0])
        return cls(
            _family(psutil.Process(server.pid)), _family(backend.parent()), sum(psutil.Process().cpu_times()[:2])
        )

    def until(self, later: Spent, requests: int) -> dict[str, float]:
        """What there is to print."""
        spent = {name: getattr(later, name) - getattr(self, name) for name in ("web", "postgresql", "nurses")}
        return {f"{name}_ms": 1000 * seconds / requests for name, seconds in spent.items()}


def _family(process: psutil.Process) -> float:
    """Of a process and its children, those that have ended too."""
    return float(sum(process.cpu_times()[:4]) + sum(sum(child.cpu_times()[:2]) for child in process.children()))


def machine() -> str:
    """The cookie of a shared machine of Maple ward."""
    ward = Team.objects.select_related("site").get(site__code="ASHF", code="maple")
    named = [ward.pk, ward.site_id, ward.name, ward.site.name]
    return signing.dumps(named, salt="carecoord.access.machines")


class Nurse(threading.Thread):
    """One nurse at a machine of the ward: an entry every five seconds until the time is over."""

    def __init__(self, port: int, who: User, second: User, doses: list[DueDose], began: float, number: int) -> None:
        super().__init__()
        self.browser = Browser(port, {settings.MACHINE_COOKIE_NAME: machine()})
        self.who, self.second, self.doses = who, second, doses
        self.began, self.number = began, number
        self.took: dict[str, list[float]] = defaultdict(list)
        self.refused: list[str] = []
        self.stored = 0

    def run(self) -> None:
        """Spread over the five seconds, as people are."""
        for turn, due in enumerate(self.doses):
            start = self.began + turn * EVERY + self.number * EVERY / NURSES
            time.sleep(max(0.0, start - time.monotonic()))
            if time.monotonic() > self.began + SECONDS:
                return
            self.entry(due)

    def entry(self, due: DueDose) -> None:
        """Her card, the dose, the second signature."""
        self.ask("card", f"/ward/maple/{due.journey_id}/")
        page = f"/journeys/{due.journey_id}/medicine/dose/{due.pk}/"
        self.ask("form", page)
        local = due.due_at.astimezone(clock.LONDON)
        typed = {
            "seen": str(due.plan_id),
            "outcome": "given",
            "given_time": f"{local:%H:%M}",
            "given_day_0": str(local.day),
            "given_day_1": str(local.month),
            "given_day_2": str(local.year),
            "place": "side_room",
            "register_page": "B 214",
            "decision": "none",  # their days are long past: a reassessment is owed after the first
            "override_reason": "measured",
            "submission": str(uuid.uuid4()),
            "pin": PIN,
        }
        status, text, place = self.ask("first", page, typed)
        if status != 302:
            self.refused.append(f"first {status}: {_problem(text)}")
            return
        status, text, _ = self.ask(
            "second", place, {"second": str(self.second.pk), "pin": PIN, "submission": str(uuid.uuid4())}
        )
        if status == 302:
            self.stored += 1
        else:
            self.refused.append(f"second {status}: {_problem(text)}")

    def ask(self, what: str, page: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        status, text, seconds = self.browser.ask(page, form)
        self.took[what].append(seconds * 1000)
        return status, text, self.browser.location


def _problem(text: str) -> str:
    """What has to be put right, as the page says it."""
    start = text.find("nhsuk-error-summary__list")
    return " ".join(re.sub(r"<[^>]*>", " ", text[start : start + 600]).split())[28:200] if start > 0 else text[:200]


def test_fifty_nurses(bench: Bench, own_environment: dict[str, str]) -> None:
    """Prints how long each kind of page took, and how many doses were stored of those that were signed."""
    people = [account(role=Role.WARD_MIDWIFE, team="maple") for _ in range(NURSES)]
    for person in people:
        set_pin(person, PIN)
    days = [doses for _, doses in map(admitted, range(WOMEN))]
    # Each nurse has doses of her own: of one woman after the other, so that two are often at the same bed.
    shared: list[list[DueDose]] = [[] for _ in people]
    for number, due in enumerate(each for row in zip(*days, strict=True) for each in row):
        shared[number % NURSES].append(due)
    keys = {"CARECOORD_ENCRYPTION_KEY": ",".join(settings.ENCRYPTION_KEYS)}  # under which the PINs stand
    with web_process({**own_environment, **keys}) as (port, server):
        nurses = [
            Nurse(port, who, people[number - 1], doses, 0, number)
            for number, (who, doses) in enumerate(zip(people, shared, strict=True))
        ]
        for nurse in nurses:
            assert nurse.browser.sign_in(nurse.who)[0] == 302
        before = Spent.by(server)
        began = time.monotonic() + 1
        for nurse in nurses:
            nurse.began = began
            nurse.start()
        board = Browser(port, dict(nurses[0].browser.cookies))
        boards = []
        while any(nurse.is_alive() for nurse in nurses):
            boards.append(board.ask("/ward/maple/")[2] * 1000)
            time.sleep(1)
        after = Spent.by(server)
    signed, refused = sum(nurse.stored for nurse in nurses), [each for nurse in nurses for each in nurse.refused]
    assert not refused, (len(refused), signed, refused[:3])
    assert Dose.objects.count() == signed
    took = {what: [it for nurse in nurses for it in nurse.took[what]] for what in ("card", "form", "first", "second")}
    for what, times in (*took.items(), ("ward_board", boards)):
        cuts = statistics.quantiles(times, n=20)
        bench(what, "50", p50_ms=statistics.median(times), p95_ms=cuts[18], most_ms=max(times), asked=len(times))
    asked = len(boards) + sum(map(len, took.values()))
    bench("cpu_a_request", "50", **before.until(after, asked))
    bench("doses", "50", stored=signed, entries_a_second=signed / SECONDS)
