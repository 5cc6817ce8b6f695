"""The only way in which this product asks another server by HTTP itself: no redirect is followed, no answer is read."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit


class Unreachable(Exception):
    """Nothing answered in time. Says nothing more: an address in the settings can be a secret."""


def ask(method: str, url: str, *, body: str = "", headers: Mapping[str, str] | None = None, seconds: float) -> int:
    """The status with which ``url`` answers; it comes from the settings, never from somebody's input.

    Raises Unreachable.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    place = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request(method, place, body.encode() or None, dict(headers or {}))
        return connection.getresponse().status
    except (OSError, HTTPException):
        raise Unreachable from None
    finally:
        connection.close()
