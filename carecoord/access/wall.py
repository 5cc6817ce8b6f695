"""Row-level security, declared: which rows of each table the web server's role sees, and what each role may do.

Every app declares its own tables in its ``wall.py`` and has them applied after each ``migrate``.
A table that nobody declares is closed to every role but the owner; a test refuses it. FORCE makes
the owner pass the policies too, by one of its own that says so.

A policy names both tables' columns in full: inside it a bare ``id`` means the inner table's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, transaction
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string

from carecoord.access.labels import LABELS

ALL = "SELECT, INSERT, UPDATE, DELETE"


@dataclass(frozen=True)
class Walled:
    """A table with a woman's data. ``shows`` is the SQL condition for a row that the acting person may see.

    ``writes`` is the condition for a row that they may write, where it is another one. Worker and audit see every
    row of a table on which they have a privilege.
    """

    table: str
    shows: str
    app: str = ""
    worker: str = ""
    audit: str = ""
    writes: str = ""


@dataclass(frozen=True)
class Open:
    """A table without a woman's data: privileges alone. ``why`` says what it holds instead."""

    table: str
    why: str
    app: str = "SELECT"
    worker: str = "SELECT"
    audit: str = ""


@dataclass(frozen=True)
class Wall:
    """What one app declares. Web and worker may run its ``functions`` (named with arguments) and read its ``views``."""

    tables: tuple[Walled | Open, ...]
    functions: tuple[str, ...] = ()
    views: tuple[str, ...] = ()


def of_woman(table: str, column: str = "woman_id") -> str:
    """The condition for a table whose ``column`` is the woman's id."""
    return f"{table}.{column} IN (SELECT cc_my_women())"


def of_journey(table: str, column: str = "journey_id") -> str:
    """The condition for a table whose ``column`` is the id of one of her journeys."""
    return f"{table}.{column} IN (SELECT cc_my_journeys())"


def through(table: str, column: str, parent: str) -> str:
    """The condition for a table that belongs to a row of ``parent``: seen when that row is."""
    return f"EXISTS (SELECT FROM {parent} WHERE {parent}.id = {table}.{column})"


def labelled(table: str, label: str, column: str = "woman_id") -> str:
    """The condition for a table of one woman's sensitive data; ``label`` is SQL: a column or a quoted word."""
    return f"EXISTS (SELECT FROM access_my_label mine WHERE mine.woman_id = {table}.{column} AND mine.label = {label})"


def build(wall: Wall, *, using: str) -> None:
    """Apply the declaration where it differs from what stands; does nothing, and locks nothing, where it does not."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        here = set(connections[using].introspection.table_names(cursor))
        for entry in wall.tables:
            if entry.table not in here:
                continue
            lines = [*(_walled(entry) if isinstance(entry, Walled) else _privileges(entry)), *_sequences(cursor, entry)]
            mark = f"wall {sha256(';'.join(lines).encode()).hexdigest()[:16]}"
            cursor.execute("SELECT obj_description(%s::regclass)", [entry.table])
            if cursor.fetchone()[0] != mark:
                cursor.execute("; ".join((*lines, f"COMMENT ON TABLE {entry.table} IS '{mark}'")))
        for line in _runnable(wall):
            cursor.execute(line)


def build_after_migrate(app: AppConfig, module: str, *, needs: str) -> None:
    """Apply the ``WALL`` of ``module`` after every ``migrate`` of ``app``, as soon as its table ``needs`` is there."""

    def apply(*, using: str, **signal: Any) -> None:
        if needs in connections[using].introspection.table_names():
            build(import_string(f"{module}.WALL"), using=using)

    post_migrate.connect(apply, sender=app, weak=False)


def load_role_labels(*, using: str) -> None:
    """Write the table of labels by role where the policies read it."""
    model = apps.get_model("access", "RoleLabel").objects.using(using)
    wanted = {(role.value, label.value) for role, labels in LABELS.items() for label in labels}
    stored = {(row.role, row.label): row.pk for row in model.all()}
    model.filter(pk__in=[pk for key, pk in stored.items() if key not in wanted]).delete()
    model.bulk_create([model.model(role=role, label=label) for role, label in sorted(wanted - stored.keys())])


def _walled(entry: Walled) -> Iterable[str]:
    table = entry.table
    lines = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"]
    for role, shows, writes in (
        ("cc_owner", "true", "true"),
        ("cc_app", entry.shows if entry.app else "", entry.writes or entry.shows),
        ("cc_worker", "true" if entry.worker else "", "true"),
        ("cc_audit", "true" if entry.audit else "", "false"),
    ):
        lines.append(f"DROP POLICY IF EXISTS {role} ON {table}")
        if shows:
            lines.append(f"CREATE POLICY {role} ON {table} TO {role} USING ({shows}) WITH CHECK ({writes})")
    return [*lines, *_privileges(entry)]


def _privileges(entry: Walled | Open) -> Iterable[str]:
    table = entry.table
    lines = [f"REVOKE ALL ON {table} FROM PUBLIC, cc_app, cc_worker, cc_audit, cc_backup"]
    rights = {"cc_app": entry.app, "cc_worker": entry.worker, "cc_audit": entry.audit, "cc_backup": "SELECT"}
    lines += [f"GRANT {right} ON {table} TO {role}" for role, right in rights.items() if right]
    return lines


def _sequences(cursor: Any, entry: Walled | Open) -> Iterable[str]:
    """Who may insert needs the numbers of new rows; a backup is to say how far they got."""
    writers = [role for role, right in (("cc_app", entry.app), ("cc_worker", entry.worker)) if "INSERT" in right]
    cursor.execute(
        "SELECT objid::regclass::text FROM pg_depend JOIN pg_class ON pg_class.oid = objid "
        "WHERE refobjid = %s::regclass AND relkind = 'S' AND deptype IN ('a', 'i') ORDER BY objid",
        [entry.table],
    )
    for (name,) in cursor.fetchall():
        yield f"GRANT SELECT ON SEQUENCE {name} TO cc_backup"
        for role in writers:
            yield f"GRANT USAGE ON SEQUENCE {name} TO {role}"


def _runnable(wall: Wall) -> Iterable[str]:
    for function in wall.functions:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO cc_app, cc_worker"
    for view in wall.views:
        yield f"GRANT SELECT ON {view} TO cc_app, cc_worker"
