"""The wall in the database: every table stands behind it or says why not, and it holds without any help from Python.

Everything here speaks SQL as the web server's own role: what a page's code filters or forgets plays no part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from carecoord.access.acting import acting_as
from carecoord.access.database_roles import ROLES
from carecoord.access.models import Conflict, Grant, Seal, User
from carecoord.access.roles import Role
from carecoord.access.wall import Open, Wall, Walled
from carecoord.embedded import DATABASE, join_postgresql, leave_postgresql
from pathways.models import Baby, Correction, Event, Journey
from tests.factories import ago, happened, journey, staff
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db


def walls() -> list[Wall]:
    """What every app declares."""
    found = [f"{app.name}.wall" for app in apps.get_app_configs()]
    declaring = [name for name in found if find_spec(name) and hasattr(import_module(name), "WALL")]
    return [import_module(name).WALL for name in declaring]


ENTRIES: list[Walled | Open] = [entry for wall in walls() for entry in wall.tables]
WALLED = [entry for entry in ENTRIES if isinstance(entry, Walled)]
READABLE = [entry for entry in WALLED if "SELECT" in entry.app]


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query finds, as whoever is at work."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def count(table: str) -> int:
    return int(rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - a table's name, from our own declaration


@pytest.fixture
def two_midwives() -> Iterator[tuple[User, User]]:
    """Each at a site of her own with one woman, of whom there is something in every table that we can fill."""
    midwives = staff(site="ASHF"), staff(site="GLEN")
    for site, midwife, number in (("ASHF", midwives[0], "9990000018"), ("GLEN", midwives[1], "9990000034")):
        record = journey(site=site, midwife=midwife, nhs_number=number)
        happened(record, ("first_contact", ago(200)), ("booking_completed", ago(190)), ("baby_born", ago(2)))
        Correction.objects.create(event=record.events.first(), reason="twice", made_by=midwife)
        Seal.objects.create(woman=record.woman, reason="works here")
    return midwives


# -- every table is declared, and walled in earnest ------------------------------------------------


def test_every_table_is_declared_once() -> None:
    declared = [entry.table for entry in ENTRIES]
    stored = rows("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")
    assert {name for (name,) in stored} <= set(declared)
    assert len(declared) == len(set(declared))


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if isinstance(entry, Open)], ids=lambda entry: entry.table
)
def test_a_table_without_a_wall_says_why_and_points_at_no_womans_row(entry: Open) -> None:
    assert entry.why
    keys = "SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid = to_regclass(%s)"
    assert not {name for (name,) in rows(keys, entry.table)} & {walled.table for walled in WALLED}


@pytest.mark.parametrize("table", [entry.table for entry in WALLED])
def test_a_walled_table_is_so_for_its_owner_too(table: str) -> None:
    [(enabled, forced, owner)] = rows(
        "SELECT relrowsecurity, relforcerowsecurity, relowner::regrole::text FROM pg_class WHERE oid = %s::regclass",
        table,
    )
    assert (enabled, forced, owner) == (True, True, "cc_owner")


def test_what_runs_with_the_owners_rights_is_closed_to_strangers_and_to_their_tables() -> None:
    loose = rows("""
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND (
            NOT coalesce('search_path=public, pg_temp' = ANY (proconfig), false)
            -- a trigger's function runs as a trigger or not at all
            OR prorettype <> 'trigger'::regtype
            AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))
        )
    """)
    assert loose == []


# -- the roles -------------------------------------------------------------------------------------


def test_no_role_of_the_product_passes_the_wall_but_the_backup(tmp_path: Path) -> None:
    """On a server as `make run` starts it. The tests' own server lets the web's role become the owner."""
    address = join_postgresql(tmp_path)
    server = psycopg2.connect(host=address["HOST"], port=address["PORT"], user="cc_app", dbname=DATABASE)
    try:
        with server.cursor() as cursor:
            cursor.execute("SELECT rolname::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication "
                           "FROM pg_roles WHERE rolname LIKE 'cc!_%' ESCAPE '!'")  # fmt: skip
            may = {name: set(filter(None, ("passes" * passes, "more" * any((superuser, *more)))))
                   for name, superuser, passes, *more in cursor.fetchall()}  # fmt: skip
            cursor.execute("SELECT count(*) FROM pg_auth_members WHERE member::regrole::text LIKE 'cc!_%' ESCAPE '!'")
            members = cursor.fetchone()[0]
    finally:
        server.close()
        leave_postgresql(tmp_path)
    assert may == {role: {"passes"} if role == "cc_backup" else set() for role in ROLES}
    assert members == 0


def test_the_tests_requests_run_as_the_web_role(client: Any, two_midwives: tuple[User, User]) -> None:
    seen: set[str] = set()

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT current_user::text")
            seen.add(cursor.fetchone()[0])
        return execute(sql, *rest)

    client.force_login(two_midwives[0])
    with connection.execute_wrapper(watch):
        assert client.get("/caseload/").status_code == 200
    assert seen == {"cc_app"}


# -- what it shows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", READABLE, ids=lambda entry: entry.table)
def test_without_a_context_there_are_no_rows(entry: Walled, two_midwives: tuple[User, User]) -> None:
    Conflict.objects.create(woman=Journey.objects.first().woman, user=staff())
    with as_role(WEB):
        assert count(entry.table) == 0


def test_who_acts_sees_their_own_womans_rows_and_no_other(two_midwives: tuple[User, User]) -> None:
    every = {entry.table: count(entry.table) for entry in READABLE}
    shown: dict[str, list[int]] = {table: [] for table in every}
    for midwife in two_midwives:
        with as_role(WEB), acting_as(midwife):
            for table in every:
                shown[table].append(count(table))
    filled = {table for table in every if every[table]}
    assert filled >= {model._meta.db_table for model in (Journey, Event, Baby, Correction, Grant, Seal)}
    for table in filled - {"access_grant"}:  # a service's grant is its team's, not the midwife's
        assert sum(shown[table]) == every[table], table
        assert min(shown[table]) > 0, table


def test_a_conflict_hides_every_row(two_midwives: tuple[User, User]) -> None:
    midwife, hers = two_midwives[0], Journey.objects.get(named_midwife=two_midwives[0])
    Conflict.objects.create(woman=hers.woman, user=midwife)
    with as_role(WEB), acting_as(midwife):
        left = {entry.table: count(entry.table) for entry in READABLE}
    assert {table for table, number in left.items() if number} <= {"access_grant", "access_conflict"}


@pytest.mark.parametrize("role", [Role.SERVICE_MANAGER, Role.SITE_ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_the_offices_see_no_womans_row(role: Role, two_midwives: tuple[User, User]) -> None:
    with as_role(WEB), acting_as(staff(role, team="office")):
        assert {entry.table for entry in READABLE if count(entry.table)} == set()


def test_without_the_wall_the_rows_would_show(two_midwives: tuple[User, User]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pathways_woman DISABLE ROW LEVEL SECURITY")
    with as_role(WEB):
        assert count("pathways_woman") == 2


# -- what it lets nobody write ---------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "INSERT INTO access_grant (woman_id, user_id, kind, labels, starts_at, made_at, reason) "
    "SELECT id, cc_user(), 'caseload', '{}', now(), now(), '' FROM pathways_woman",
    "UPDATE access_grant SET ends_at = NULL",
    "DELETE FROM access_grant",
    "DELETE FROM access_conflict",
    "UPDATE access_conflict SET user_id = user_id + 1",
    "DELETE FROM access_seal",
    "INSERT INTO access_rolelabel (role, label) VALUES ('ward_midwife', 'psychological')",
    "TRUNCATE pathways_woman CASCADE",
    "UPDATE pathways_event SET note = ''",
    "DELETE FROM pathways_event",
    "CREATE TABLE mine (id int)",
    "ALTER TABLE pathways_woman DISABLE ROW LEVEL SECURITY",
    "CREATE OR REPLACE FUNCTION cc_user() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
])  # fmt: skip
def test_the_web_role_widens_nothing_itself(statement: str, two_midwives: tuple[User, User]) -> None:
    with as_role(WEB), acting_as(two_midwives[0]), pytest.raises(ProgrammingError), transaction.atomic():
        rows(statement)


def test_a_row_cannot_be_written_to_a_woman_who_is_not_shown(two_midwives: tuple[User, User]) -> None:
    others = Journey.objects.get(named_midwife=two_midwives[1])
    with as_role(WEB), acting_as(two_midwives[0]):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Event.objects.create(journey_id=others.pk, kind="contact_made", occurred_at=ago(1))
        assert Journey.objects.filter(pk=others.pk).update(buddy=two_midwives[0]) == 0
