"""Standing in for somebody with the highest rights on the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_OURS = """
    SELECT class.relname, trigger.tgname FROM pg_trigger AS trigger JOIN pg_class AS class ON class.oid = tgrelid
    WHERE tgname IN ('audit_stamp', 'audit_queue', 'append_only', 'never_emptied', 'audit_change', 'audit_emptied')
"""


@contextmanager
def lifted(*tables: str) -> Iterator[None]:
    """Within this block and transaction the tables' owner has switched our triggers off; all of them by default."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks outstanding cannot be altered
        cursor.execute(_OURS)
        switches = [(table, name) for table, name in cursor.fetchall() if not tables or table in tables]
        for table, name in switches:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        yield
        for table, name in switches:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
