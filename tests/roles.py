"""As whom a test works on the database.

The tests' connection signs in as the web server's role. A test's body arranges and inspects as the owner of the
tables, by SET ROLE; every request that it makes runs as the web server's role again, behind row-level security.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import connection
from django.http import HttpRequest, HttpResponse

from carecoord import clock

# What opens and closes transactions and says who acts; a count of a page's queries leaves it out.
BOOKKEEPING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SELECT set_config")
WEB = "none"  # no other role set: the one that signed in


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Work as ``cc_owner``, ``cc_worker``… or as the web's role (``WEB``); back to the one before at the end.

    Past Django's cursors, so that no count of queries sees it.
    """
    before = _set(role)
    try:
        yield
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            _set(before)


def _set(role: str) -> str:
    with suppress(RuntimeError):  # a test that may not use the database
        connection.ensure_connection()
    if connection.connection is None:
        return WEB
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        before = cursor.fetchone()[0]
        # How far the tests' clock is from the database's: a test that travels takes the grants with it.
        cursor.execute(
            "SELECT set_config('role', %s, false), "
            "set_config('test.moved', (%s::timestamptz - clock_timestamp())::text, false)",
            [role, clock.now()],
        )
    return str(before)


class AsTheWebRole:
    """The outermost middleware of the tests: a request is the web server's, whoever arranged the test."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with as_role(WEB):
            return self.get_response(request)


MOVABLE_CLOCK = """
    CREATE OR REPLACE FUNCTION cc_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT statement_timestamp() + CASE WHEN abs(extract(epoch FROM moved)) > 1 THEN moved ELSE interval '0' END
       FROM (SELECT coalesce(nullif(current_setting('test.moved', true), ''), '0')::interval AS moved) AS tests $$
"""
