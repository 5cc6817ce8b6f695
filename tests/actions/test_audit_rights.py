"""What each database role may do with the trail: the web adds a look under its own name, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction

from carecoord.access.acting import acting_as
from carecoord.audit.models import Change, Read, Seal
from carecoord.audit.reads import record_read
from carecoord.audit.sealing import seal
from carecoord.audit.unusual import find
from pathways.models import Woman
from tests.factories import claimed, journey, staff, woman
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db

TABLES = ("change", "read", "seal", "waiting", "verification", "unusual", "lookedinto", "hash_key")
STATEMENTS = {
    "SELECT": "SELECT * FROM audit_{} LIMIT 1",
    "UPDATE": "UPDATE audit_{} SET {} = {}",
    "DELETE": "DELETE FROM audit_{}",
    "TRUNCATE": "TRUNCATE audit_{}",
    "INSERT": "INSERT INTO audit_{} DEFAULT VALUES",
}
COLUMNS = {"seal": "hash", "waiting": "stream", "hash_key": "key"}
# Everything else is refused. The web's INSERT into read is tried below: it depends on the name.
ALLOWED = {
    WEB: {("read", "INSERT")},
    "cc_worker": {
        *((table, "SELECT") for table in ("change", "read", "seal", "waiting", "verification", "unusual")),
        ("seal", "INSERT"),
        ("unusual", "INSERT"),
        ("waiting", "DELETE"),
    },
    "cc_audit": {
        *((table, "SELECT") for table in ("change", "read", "seal", "waiting", "verification")),
        ("verification", "INSERT"),
    },
    "cc_backup": {(table, "SELECT") for table in TABLES},
}


@pytest.fixture
def somebody() -> Iterator[Any]:
    person = staff()
    with acting_as(person):
        yield person


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", STATEMENTS)
def test_each_role_may_do_what_it_is_for_and_nothing_else(role: str, table: str, kind: str) -> None:
    column = COLUMNS.get(table, "id")
    statement = STATEMENTS[kind].format(table, column, column)
    said = ""
    with as_role(role), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError as problem:  # also of a row that may be written and is none
            said = str(problem)
    assert ("permission denied" in said) is ((table, kind) not in ALLOWED[role])


def test_the_web_adds_a_look_under_its_own_name_alone(somebody: Any) -> None:
    with as_role(WEB):
        record_read(somebody, [1], page="journey")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            record_read(staff_of_another_session(), [1], page="journey")
    entry = Read.objects.get()
    assert (entry.actor_id, entry.women) == (somebody.pk, [1])


def staff_of_another_session() -> Any:
    from carecoord.access.models import User

    return User(pk=987654)


def test_with_nobody_acting_the_web_adds_no_look() -> None:
    person = staff()
    with as_role(WEB), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        record_read(person, [1], page="journey")


def test_a_change_by_the_web_is_written_down_with_the_owners_rights(somebody: Any) -> None:
    record = journey(midwife=somebody)
    with as_role(WEB):
        Woman.objects.filter(pk=record.woman_id).update(allergies="Latex")
    entry = Change.objects.latest("id")
    assert (entry.actor_id, entry.row_id, entry.new) == (
        somebody.pk,
        record.woman_id,
        {"allergies": "Latex", "version": 2},
    )


def test_who_has_looked_is_told_to_those_who_may_see_her(somebody: Any) -> None:
    record = journey(midwife=staff())
    look = "SELECT count(*) FROM audit_looked(%s, 10, 0)"
    with as_role(WEB), connection.cursor() as cursor:
        record_read(somebody, [record.woman_id], page="journey")
        cursor.execute(look, [record.woman_id])
        assert cursor.fetchone() == (0,)
    claimed(record, somebody)
    with as_role(WEB), connection.cursor() as cursor:
        cursor.execute(look, [record.woman_id])
        assert cursor.fetchone() == (1,)


def test_a_hidden_value_cannot_be_tried_out_by_the_web() -> None:
    with as_role(WEB), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SELECT audit_hashed('\"07700 900123\"')")


def test_the_worker_seals_anchors_and_looks_for_what_is_unusual(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors.log")
    her = woman(last_name="Reid", first_name="Zoe")
    midwife = staff(name="A. Reid")
    record_read(midwife, [her.pk], page="journey")
    with as_role("cc_worker"):
        assert seal() > 0
        assert find() == 1
        call_command("anchor_audit", stdout=StringIO())
    with as_role("cc_audit"):
        call_command("verify_audit", stdout=StringIO())
    assert Seal.objects.exists()
