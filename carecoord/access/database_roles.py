"""The five PostgreSQL roles, and the SQL that makes them. No Django: the embedded server runs it too.

On a server of one's own: ``python -m carecoord.access.database_roles`` with ``DATABASE_URL_SUPERUSER`` and the address
of each role. It makes the roles with their passwords and the database, again and again without harm.

=============  =====================================================================================
``cc_owner``   owns the tables; migrations only
``cc_app``     the web server: sees only what the acting person's grants show
``cc_worker``  background jobs and imports: facts and handoffs of every woman, nothing private
``cc_backup``  reads everything past row-level security, changes nothing
``cc_audit``   reads the audit trail and verifies it
=============  =====================================================================================

None is a superuser, none but the backup passes row-level security, and none is a member of another.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from carecoord.environment import DATABASE_ROLES, database_from, url_variable

ROLES = tuple(f"cc_{role}" for role in DATABASE_ROLES)
_BYPASS = {"cc_backup": "BYPASSRLS"}

_MAKE = """
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE {bypass};
    END IF;
"""

MAKE_ROLES = (
    # One at a time: two processes may start on the same new server.
    "DO $$ BEGIN\n    PERFORM pg_advisory_xact_lock(40914);"
    + "".join(_MAKE.format(role=role, bypass=_BYPASS.get(role, "NOBYPASSRLS")) for role in ROLES)
    + "END $$;"
)

# A database from before the roles existed belongs to the server's superuser: hand over what is ours in it.
HAND_OVER = """
DO $$ DECLARE thing record; BEGIN
    FOR thing IN
        SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, relname AS name
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') AND relowner <> 'cc_owner'::regrole
          -- a sequence that belongs to a column moves with its table
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('a', 'i'))
    LOOP
        EXECUTE format('ALTER %s public.%I OWNER TO cc_owner', thing.kind, thing.name);
    END LOOP;
    FOR thing IN
        SELECT oid::regprocedure::text AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proowner <> 'cc_owner'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO cc_owner', thing.name);
    END LOOP;
END $$;
"""


def main(env: Mapping[str, str] = os.environ) -> None:
    """Make or mend roles and database on the server of ``DATABASE_URL_SUPERUSER``. Exits with a sentence."""
    addresses = {role: env.get(url_variable(role), "") for role in DATABASE_ROLES}
    missing = [url_variable(role) for role, address in addresses.items() if not address]
    superuser = env.get("DATABASE_URL_SUPERUSER", "")
    if missing or not superuser:
        sys.exit(f"Set {', '.join([*missing, *([] if superuser else ['DATABASE_URL_SUPERUSER'])])} first.")
    known = {role: database_from(address) for role, address in addresses.items()}
    strange = [role for role, database in known.items() if database["USER"] != f"cc_{role}"]
    if strange:
        sys.exit(f"{url_variable(strange[0])} has to sign in as cc_{strange[0]}.")
    server = database_from(superuser)
    _run(server, MAKE_ROLES)
    for role, database in known.items():
        _run(server, f"ALTER ROLE cc_{role} PASSWORD %s", database["PASSWORD"])
    name = known["owner"]["NAME"]
    if not _run(server, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        _run(server, f'CREATE DATABASE "{name}" OWNER cc_owner')
    print(f"The roles and the database {name} are there.")


def _run(server: Mapping[str, Any], statement: str, *values: str) -> list[tuple[Any, ...]]:
    import psycopg2

    connection = psycopg2.connect(
        host=server["HOST"],
        port=server["PORT"],
        user=server["USER"],
        password=server["PASSWORD"],
        dbname=server["NAME"] or "postgres",
        **server["OPTIONS"],
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


if __name__ == "__main__":
    main()
