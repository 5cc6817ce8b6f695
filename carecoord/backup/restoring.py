"""A backup is read to its end before anything of it is restored, and restored in one transaction: all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import connection, transaction

from carecoord.backup.databases import missing_roles, tables
from carecoord.backup.making import check, opened
from carecoord.backup.manifest import Compared, Manifest, compare, describe
from carecoord.backup.programs import Failed, address_for, fed, find


def restore(file: Path, keys: Sequence[bytes]) -> Manifest:
    """Restore a backup into the empty database of this process's connection, as its owner.

    Returns what the backup says of itself. Raises Damaged before anything is written, Failed when the database is not
    empty, lacks the roles or PostgreSQL refuses something; the database is then as empty as before.
    """
    manifest = check(file, keys)
    if missing := missing_roles():
        raise Failed(
            f"The server has no role {', '.join(missing)}. Make them first: python -m carecoord.access.database_roles"
        )
    if tables():
        raise Failed("The database is not empty. Restore into a new one, so that nothing is lost or mixed.")
    address, environment = address_for(connection.settings_dict)
    program = find("pg_restore", max(manifest.server, int(connection.cursor().connection.server_version)),
                   connection.settings_dict)  # fmt: skip
    command = [program, "--no-password", "--exit-on-error", "--single-transaction", f"--dbname={address}"]
    with file.open("rb") as text:
        _, chunks = opened(text, keys)  # checked again on the way: it may have changed since
        fed(command, environment, chunks)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return manifest


def compared(manifest: Manifest) -> list[Compared]:
    """What was restored into the database of this connection, beside what the backup says of itself."""
    with transaction.atomic(), connection.cursor() as cursor:
        return compare(manifest, describe(cursor, manifest.made_at))
