"""Puts the audit trigger on every watched table, as tables.py declares it."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from carecoord.audit.tables import WATCHED, Watched

ROWS, WHOLE = "audit_change", "audit_emptied"  # the two triggers of a table

_STANDING = """
    SELECT class.relname, trigger.tgname, trigger.tgargs
    FROM pg_trigger AS trigger JOIN pg_class AS class ON class.oid = trigger.tgrelid
    WHERE trigger.tgname IN (%s, %s) AND class.relnamespace = 'public'::regnamespace AND trigger.tgenabled <> 'D'
"""


def attach_after_migrate(using: str, **_: Any) -> None:
    """Runs at the end of every ``migrate``; does nothing while the function of the triggers is not there."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('audit_change()') IS NOT NULL")
        if cursor.fetchone()[0]:
            tables = set(connections[using].introspection.table_names(cursor))
            attach(cursor, [watched for watched in WATCHED if watched.table in tables])


def attach(cursor: CursorWrapper, watched: list[Watched]) -> None:
    """Make the triggers equal to the declaration, and switch on what is off. Where all is well nothing is locked."""
    cursor.execute(_STANDING, [ROWS, WHOLE])
    standing = {(table, name): bytes(arguments) for table, name, arguments in cursor.fetchall()}
    for each in watched:
        declared = b"".join(argument.encode() + b"\0" for argument in each.arguments)
        if standing.pop((each.table, ROWS), None) != declared:
            arguments = ", ".join(f"'{argument}'" for argument in each.arguments)
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {ROWS} AFTER INSERT OR UPDATE OR DELETE ON {each.table} "
                f"FOR EACH ROW EXECUTE FUNCTION audit_change({arguments})"
            )
        if standing.pop((each.table, WHOLE), None) is None:
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {WHOLE} BEFORE TRUNCATE ON {each.table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_change()"
            )
    for table, name in standing:
        cursor.execute(f"DROP TRIGGER {name} ON {table}")
