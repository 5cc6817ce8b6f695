"""Databases to restore into: a scratch one that goes again, and this process working on another than its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from carecoord import embedded
from carecoord.access.database_roles import ROLES
from carecoord.backup.programs import Failed
from carecoord.environment import database_from

SCRATCH = "carecoord_drill_"
LONGEST_DRILL = 3600  # seconds; what is older was left by one that was killed
_WHO_MAKES_IT = (
    "This role may not make a database to try the backup in. Give DATABASE_URL_SUPERUSER for this command, or let "
    "cc_owner: ALTER ROLE cc_owner CREATEDB."
)


@contextmanager
def scratch_database() -> Iterator[str]:
    """The name of a new, empty database that belongs to cc_owner and is dropped when the block ends. Raises Failed."""
    connection.ensure_connection()
    with _administering() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp())::bigint"
        )  # the server's: every drill's is the same
        now = cursor.fetchone()[0]
        name = f"{SCRATCH}{now}_{os.getpid()}_{secrets.token_hex(6)}"
        _drop_leftovers(cursor, now - LONGEST_DRILL)
        try:
            cursor.execute(f"CREATE DATABASE {name} OWNER cc_owner")
        except psycopg2.errors.InsufficientPrivilege as problem:
            raise Failed(_WHO_MAKES_IT) from problem
    try:
        yield name
    finally:
        with _administering() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def working_on(**address: Any) -> Iterator[None]:
    """Within the block this process's connection goes elsewhere: ``NAME``, ``USER`` … as in Django's settings."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(address)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def web_address(name: str) -> dict[str, Any] | None:
    """How the web's role reaches the database of that name; None where this process was not told (DATABASE_URL)."""
    if url := os.environ.get("DATABASE_URL"):
        return {**database_from(url), "NAME": name}
    if _is_embedded():
        return {"USER": "cc_app", "NAME": name}
    return None


def missing_roles() -> list[str]:
    """Of the product's database roles, those that the server does not have. A dump has none: they are the server's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [list(ROLES)])
        return sorted(set(ROLES) - {name for (name,) in cursor.fetchall()})


def tables() -> int:
    """How many tables the database has."""
    with connection.cursor() as cursor:
        return len(connection.introspection.table_names(cursor))


@contextmanager
def _administering() -> Iterator[Any]:
    """A cursor of whoever may make databases: the superuser that was named, the embedded server's, or this role."""
    if url := os.environ.get("DATABASE_URL_SUPERUSER"):
        with _alone(database_from(url)) as cursor:
            yield cursor
    elif _is_embedded() and settings.CARECOORD_MODE != "test":
        with embedded.administering(settings.CARECOORD_DATA) as cursor:
            yield cursor
    else:
        with _alone(connection.settings_dict) as cursor:
            yield cursor


@contextmanager
def _alone(database: Mapping[str, Any]) -> Iterator[Any]:
    """A cursor outside any transaction."""
    known = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    options = {name: value for name, value in database["OPTIONS"].items() if name.startswith("ssl")}
    server = psycopg2.connect(**{key: database[name] or None for key, name in known.items()}, **options)
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            yield cursor
    finally:
        server.close()


def _drop_leftovers(cursor: Any, before: int) -> None:
    """Scratch databases of drills that were killed: they hold women's records.

    By the second in their names: another drill may be about to work in its own.
    """
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [SCRATCH])
    for (name,) in cursor.fetchall():
        begun = name.removeprefix(SCRATCH).split("_")[0]
        if not begun.isdigit() or int(begun) < before:
            with suppress(psycopg2.errors.ObjectInUse, psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _is_embedded() -> bool:
    return str(connection.settings_dict["ENGINE"]) == "carecoord.postgresql"
