"""Whether the database refuses something, and whether it is one constraint that refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, models, transaction


def refused(forbidden: Callable[[], object]) -> bool:
    """Whether the database refuses; nothing of the attempt stays."""
    try:
        with transaction.atomic():
            forbidden()
            transaction.set_rollback(True)
    except DatabaseError:
        return True
    return False


def without(statement: str, forbidden: Callable[[], object]) -> bool:
    """Whether it is still refused after ``statement``; the schema is put back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        still_refused = refused(forbidden)
        transaction.set_rollback(True)
    return still_refused


def taken_away(model: type[models.Model], name: str) -> str:
    """The statement that removes a constraint or the unique index that carries it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [name])
        is_constraint = cursor.fetchone()
    return f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {name}" if is_constraint else f"DROP INDEX {name}"


@contextmanager
def gone(model: type[models.Model], name: str) -> Iterator[None]:
    """Without one constraint or unique index, for everybody; it is put back, and the rows of its table are gone."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        if found := cursor.fetchone():
            back = f"ALTER TABLE {table} ADD CONSTRAINT {name} {found[0]}"
        else:
            cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
            back = cursor.fetchone()[0]
    statement = taken_away(model, name)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        try:
            yield
        finally:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(back)
