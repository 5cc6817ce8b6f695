"""What happens to every request before a view sees it, and to its answer after."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string

from carecoord.watching.counting import count

GetResponse = Callable[[HttpRequest], HttpResponse]
AGAIN_IN_SECONDS = 15  # a database that was restarted answers sooner
# PostgreSQL's codes for: no connection, no room for one, stopping or starting. A lost connection comes without a code.
_AWAY = ("08", "53", "57P")
DRAINED_BYTES = 50 * 1024 * 1024
log = structlog.get_logger("carecoord.requests")


class RequestLog:
    """Writes one line for each request: its path, never its query or form. The answer carries the line's id.

    And counts it, by the name of its route.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, request_id = time.monotonic(), uuid.uuid4().hex[:16]
        # Cleared by the next request, not after this one: Django's own line about an error comes later still.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        seconds = time.monotonic() - began
        count(request, response, seconds)
        if not request.path.startswith("/health/"):
            milliseconds = round(seconds * 1000)
            log.info(request.method, path=request.path, status=response.status_code, milliseconds=milliseconds)
        return response


class RefuseUnreadable:
    """Answers 400 to what no field can hold: a NUL in the address, the form or a cookie (PostgreSQL stores none)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any("\0" in text for text in _texts(request)):
            raise BadRequest("a NUL character")
        return self.get_response(request)


class NeverStored:
    """Pages are not kept by browsers or proxies: the next person at this computer must not see them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store, private")
        return response


class OwnWindow:
    """No other site opens, embeds or reads our pages, and no page asks for the camera, the place or a payment."""

    HEADERS = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    }

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.setdefault(name, value)
        return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be read. It says what to do, never what was sent."""
    if isinstance(exception, SessionInterrupted) and _is_away(exception):
        return _away(request)  # Django takes any trouble with storing the session for one that has ended
    message = ""
    if isinstance(exception, RequestDataTooBig):
        message = "What you sent is too large. Shorten the text, or send the file through the import."
        _drain(request)
    return HttpResponseBadRequest(render_to_string("400.html", {"message": message}))


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an exception: something is wrong with us, or the database is away."""
    if _is_away(sys.exc_info()[1]):
        return _away(request)
    return HttpResponse(render_to_string("500.html"), status=500)


def _away(request: HttpRequest) -> HttpResponse:
    """How to go on by hand, and when to ask again; what was sent can be sent once more, under the key that it has."""
    is_secret = request.path.startswith("/accounts/")  # passwords and codes
    again = [] if is_secret else [(name, value) for name, values in request.POST.lists() for value in values]
    known = {"asked": request.method in ("GET", "HEAD"), "again": again}
    page = HttpResponse(render_to_string("503.html", known), status=503)
    page["Retry-After"] = str(AGAIN_IN_SECONDS)
    return page


def _is_away(problem: BaseException | None) -> bool:
    """Whether somewhere behind a problem the database did not answer, which is not something that it said."""
    while problem is not None:
        lost = isinstance(problem, InterfaceError) or type(problem) in (OperationalError, DatabaseError)
        code = getattr(problem.__cause__, "pgcode", None)
        if lost and (code is None or code.startswith(_AWAY)):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _texts(request: HttpRequest) -> Iterable[str]:
    yield request.path
    for parameters in (request.GET, request.POST):
        for name, values in parameters.lists():
            yield name
            yield from values
    yield from request.COOKIES.values()


def _drain(request: HttpRequest) -> None:
    """Read the rest, up to a limit: a browser that is still sending would show a broken connection, not our page."""
    left = DRAINED_BYTES
    with suppress(OSError):  # it gave up
        while left > 0 and (chunk := request.read(min(left, 65536))):
            left -= len(chunk)
