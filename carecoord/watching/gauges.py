"""How things stand now, in numbers: two functions in the database count, past the wall, and tell no id and no name.

A number of handoffs or alerts under eight is told as 0: who reads figures may not see the women behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from carecoord import clock

# What the functions call a figure: its help, and what its label names ("" for none).
_FIGURES = {
    "sweep_age_seconds": ("Since the last sweep of the site ended.", "site"),
    "sweep_duration_seconds": ("How long that sweep took.", "site"),
    "outbox_waiting": ("Messages that should have gone by now.", ""),
    "outbox_oldest_seconds": ("How long the oldest of them waits.", ""),
    "outbox_failed": ("Messages of the last seven days that were given up.", "channel"),
    "handoffs": ("Open handoffs by their state now; under eight is 0.", "state"),
    "alerts_open": ("Flags that somebody was told of, by the level of the ladder; under eight is 0.", "level"),
}


@dataclass(frozen=True)
class Figure:
    """One number, with the site, state… that it is of."""

    name: str
    label: str
    value: float


def running(at: datetime) -> list[Figure]:
    """How the sweeps and the outbox stand; quick."""
    return list(_asked("SELECT name, label, value FROM cc_running(%s)", at))


def care(at: datetime) -> list[Figure]:
    """How many handoffs and alerts there are; counts them all."""
    return list(_asked("SELECT name, label, value FROM cc_care(%s)", at))


def _asked(question: str, at: datetime) -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(question, [at])
        yield from (Figure(name, label, float(value)) for name, label, value in cursor.fetchall())


class _Now(Collector):
    """Asks when it is collected."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        at = clock.now()
        try:
            found = [*running(at), *care(at)]
        except DatabaseError:
            found = None
        answers = GaugeMetricFamily("carecoord_database_up", "Whether the database answers.")
        answers.add_metric([], float(found is not None))
        yield answers
        for name, (help_text, label) in _FIGURES.items():
            family = GaugeMetricFamily(f"carecoord_{name}", help_text, labels=[label] if label else [])
            for figure in found or []:
                if figure.name == name:
                    family.add_metric([figure.label] if label else [], figure.value)
            yield family


def now() -> CollectorRegistry:
    """A registry that asks the database when it is read."""
    registry = CollectorRegistry()
    registry.register(_Now())
    return registry
