"""The five PostgreSQL roles, and the SQL that makes them. No Django: the embedded server and a set-up script run it.

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

ROLES = ("cc_owner", "cc_app", "cc_worker", "cc_backup", "cc_audit")
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
