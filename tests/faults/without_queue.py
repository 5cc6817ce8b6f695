"""The three things that must not wait for the queue, asked in turns while it is well and while it is not.

Signing in, the caseload and recording, so many requests of each in either state. Small blocks alternate, so that
whatever else the machine does slows both alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.models import Alert, Flag, Handoff, Journey, SweepRun
from tests.factories import ago, owed
from tests.faults.service import Browser, account, form_of, record_of

BLOCK = 10  # requests of each kind in a row
PEOPLE = 5
SLOWER = 1.2  # at most so many times as long, at the ninety-fifth of a hundred
SWEPT_WITHIN = 90  # seconds after the queue is back; the worker looks for it again less and less often
KINDS = ("sign-in", "caseload", "recording")


@dataclass
class Requests:
    """How long each kind took, well and not; and how many were wrong."""

    people: list[User]
    records: list[Journey]
    took: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    recorded: int = 0
    signed_in: dict[tuple[int, int], dict[str, str]] = field(default_factory=dict)

    def block(self, state: str, port: int, number: int, fault: Any) -> None:
        """So many requests of each kind. In a state other than ``well`` they are tried, and an error is wrong."""
        for kind in KINDS:
            for nth in range(number):
                status, wanted, seconds = self._one(kind, port, nth)
                self.took.setdefault((kind, state), []).append(seconds)
                if state != "well":
                    fault.tried += 1
                if status != wanted:
                    fault.found(f"{kind}, {state}: {status}")

    def _one(self, kind: str, port: int, nth: int) -> tuple[int, int, float]:
        user, record = self.people[nth % PEOPLE], self.records[nth % PEOPLE]
        browser = Browser(port)
        if kind == "sign-in":
            status, _, seconds = browser.sign_in(user)
            return status, 302, seconds
        browser.cookies = self.session(port, nth % PEOPLE)
        if kind == "caseload":
            status, text, seconds = browser.ask("/caseload/")
            return (status if record.woman.preferred_name in text else 0), 200, seconds
        status, _, seconds = browser.ask(f"/journeys/{record.pk}/record/contact_made/", form_of())
        self.recorded += 1
        return status, 302, seconds

    def session(self, port: int, nth: int) -> dict[str, str]:
        """That person's cookies; they sign in once for each server."""
        if (port, nth) not in self.signed_in:
            browser = Browser(port)
            assert browser.sign_in(self.people[nth])[0] == 302
            self.signed_in[port, nth] = browser.cookies
        return self.signed_in[port, nth]

    def verdict(self, state: str, fault: Any) -> None:
        """Print what each kind took, well and in that state; at full size, slower than agreed is wrong."""
        for kind in KINDS:
            well, now = (_p95(self.took[kind, each]) for each in ("well", state))
            number = len(self.took[kind, state])
            line = f"{kind}, queue {state}: {number} requests, p95 {now:.0f} ms, well {well:.0f} ms, {now / well:.2f}"
            fault.note(line)
            if fault.full and now > SLOWER * well:
                fault.found(f"slower than {SLOWER} times: {line}")


def _p95(seconds: list[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=20)[-1]


def five_people() -> Requests:
    """Five midwives, each with a woman."""
    people = [account() for _ in range(PEOPLE)]
    return Requests(people, [record_of(user) for user in people])


def in_turns(
    asked: Requests, state: str, ports: tuple[int, int], break_it: Callable[[], Any], mend_it: Callable[[], Any],
    number: int, fault: Any,
) -> None:  # fmt: skip
    """Blocks of requests in turns, ``number`` of each kind in either state; ``ports``: while it is well, while not."""
    well, broken = ports
    for port, nth in product(ports, range(min(PEOPLE, number))):
        asked.session(port, nth)
    for begun in range(0, number, BLOCK):
        size = min(BLOCK, number - begun)
        asked.block("well", well, size, fault)
        break_it()
        try:
            asked.block(state, broken, size, fault)
        finally:
            mend_it()


def fall_due(record: Journey, number: int) -> None:
    """So many handoffs are overdue that no sweep has seen."""
    so_far = Handoff.objects.filter(moment="HV_ANTENATAL").count()
    for nth in range(number):
        owed(record, due=ago(hours=1), occurrence=so_far + nth + 1)


def came_up() -> None:
    """Wait for the sweep that a worker does when it comes up: on a busy machine it would count as one more later."""
    sites, until = Site.objects.count(), time.monotonic() + SWEPT_WITHIN
    while SweepRun.objects.filter(finished_at__isnull=False).count() < sites:
        assert time.monotonic() < until, f"the worker has not swept within {SWEPT_WITHIN} seconds"
        time.sleep(0.1)


def nothing_is_lost(record: Journey, ask_for_a_sweep: Callable[[], Any], fault: Any) -> None:
    """One sweep after the queue is back, every overdue handoff has its one flag."""
    begun = SweepRun.objects.count()
    ask_for_a_sweep()
    sites, until = Site.objects.count(), time.monotonic() + SWEPT_WITHIN
    while time.monotonic() < until:
        if SweepRun.objects.filter(finished_at__isnull=False).count() >= begun + sites:
            break
        time.sleep(0.1)
    sweeps, due = SweepRun.objects.count() - begun, overdue(record)
    flags = Flag.objects.filter(handoff__journey=record, cleared_at=None).count()
    alerts = Alert.objects.filter(journey=record, rung=0, flag__cleared_at=None).values("flag").distinct().count()
    found = f"{due} overdue, {flags} flags, {alerts} alerts after {sweeps / sites:.0f} sweep of {sites} sites"
    fault.note(found)
    if not flags == alerts == due or sweeps != sites:
        fault.found(found)


def ask_for_a_sweep(address: str) -> None:
    """As the clock does each minute."""
    from celery import Celery

    Celery(broker=address).send_task("pathways.tasks.sweep")


def overdue(record: Journey) -> int:
    """What is true, whatever was swept."""
    late = Handoff.objects.filter(journey=record).with_live_state().filter(live_state__in=("overdue", "missed"))
    return late.count()


def all_recorded(asked: Requests, fault: Any) -> None:
    """What was answered with yes is there."""
    kept = sum(record.events.filter(kind="contact_made").count() for record in asked.records)
    if kept != asked.recorded:
        fault.found(f"{kept} events of {asked.recorded} that were recorded")
