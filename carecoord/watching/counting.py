"""Requests, counted by route and answer in each web process; never by address, which holds the number of a woman.

The processes of one web server count in files of a common folder (folder.py); whichever of them is asked adds them
up. Without that folder a process counts for itself.
"""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from carecoord.watching import folder

_HERE = CollectorRegistry()
_REQUESTS = Counter("carecoord_requests", "Requests answered.", ["route", "status"], registry=_HERE)
_SECONDS = Histogram(
    "carecoord_request_seconds",
    "How long they took.",
    ["route"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_HERE,
)
UNKNOWN = "unknown"  # files, and addresses that are none of ours


def count(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Count one answer under the name of its route."""
    match = request.resolver_match
    route = match.view_name if match else UNKNOWN
    _REQUESTS.labels(route, str(response.status_code)).inc()
    _SECONDS.labels(route).observe(seconds)


def counted() -> bytes:
    """What all processes of this web server counted, as Prometheus reads it."""
    if folder.VARIABLE not in os.environ:
        return generate_latest(_HERE)
    together = CollectorRegistry()
    MultiProcessCollector(together)
    with folder.reading():
        return generate_latest(together)
