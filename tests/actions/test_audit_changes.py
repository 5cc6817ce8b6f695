"""Every change of a watched table leaves an entry in the same transaction, by whatever way it came."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from carecoord.access.acting import acting_as
from carecoord.access.models import Membership, User
from carecoord.audit.attaching import attach_after_migrate
from carecoord.audit.models import Change
from carecoord.audit.tables import NOBODY, NOT_WATCHED, WATCHED, Watched
from carecoord.audit.verifying import verify
from pathways.actions import correct_event
from pathways.models import Event, Identifier, Journey, Woman
from pathways.projection import refresh
from pathways.sweep import sweep
from tests.audit import lifted
from tests.factories import UserFactory, ago, happened, journey, owed, staff, woman

pytestmark = pytest.mark.django_db


def entries(**fields: Any) -> list[tuple[Any, ...]]:
    """(table, row, op) of the entries so far, in their order."""
    return list(Change.objects.filter(**fields).order_by("id").values_list("table", "row_id", "op"))


@pytest.fixture(autouse=True)
def _nothing_yet(db: None) -> None:
    with lifted("audit_change"):
        Change.objects.all().delete()


# -- what an entry says ------------------------------------------------------------------------


def test_an_entry_says_who_what_and_of_whom() -> None:
    her = woman()
    midwife = staff()
    with acting_as(midwife):
        Woman.objects.filter(pk=her.pk).update(allergies="Penicillin", pronouns="she/her")
        entry = Change.objects.latest("id")
    assert (entry.table, entry.row_id, entry.woman_id, entry.op) == ("pathways_woman", her.pk, her.pk, "U")
    assert entry.old == {"allergies": "", "pronouns": "", "version": 1}, "the changed columns alone"
    assert entry.new == {"allergies": "Penicillin", "pronouns": "she/her", "version": 2}
    assert entry.actor_id == midwife.pk
    assert entry.db_role
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, clock_timestamp()")
        transaction_id, now = cursor.fetchone()
    assert entry.transaction == transaction_id
    assert 0 <= (now - entry.at).total_seconds() < 10


def test_what_the_product_does_itself_has_no_actor() -> None:
    her = woman()
    assert set(Change.objects.filter(woman_id=her.pk).values_list("actor_id", flat=True)) == {None}


def test_every_table_finds_the_woman() -> None:
    midwife = staff()
    record = journey(nhs_number="9990000018", midwife=midwife)
    (event,) = happened(record, ("first_contact", ago(4)))
    correct_event(event, reason="of somebody else", by=midwife)
    found = set(Change.objects.filter(woman_id=record.woman_id).values_list("table", flat=True))
    assert {f"pathways_{name}" for name in ("woman", "identifier", "journey", "event", "correction")} <= found


def test_an_added_row_is_kept_without_what_is_empty_and_a_deleted_one_too() -> None:
    her = woman(nhs_number="9990000018")
    number = her.identifiers.get()
    pk = number.pk
    number.delete()
    added, deleted = Change.objects.filter(table="pathways_identifier").order_by("id")
    assert added.new.items() >= {"id": pk, "kind": "nhs", "value": "9990000018", "woman_id": her.pk}.items()
    assert (added.old, deleted.new) == (None, None)
    assert deleted.old == added.new
    assert "allergies" not in Change.objects.get(table="pathways_woman", op="I").new


def test_a_hidden_value_is_kept_as_a_hash_that_nobody_can_try_out(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = Watched("pathways_woman", ("id",), hashed=("what_matters",), left_out=("version",))
    monkeypatch.setattr("carecoord.audit.attaching.WATCHED", (declared,))
    attach_after_migrate("default")
    her, same = woman(), woman()
    Woman.objects.update(what_matters="07700 900123")
    first, second = Change.objects.filter(table="pathways_woman", op="U").order_by("id")
    assert first.new == second.new != {}
    assert len(first.new["what_matters"]["hash"]) == 64
    Woman.objects.filter(pk=her.pk).update(what_matters="")
    Woman.objects.filter(pk=same.pk).update(what_matters="her mother: 07700 900123")
    assert not Change.objects.filter(new__icontains="07700").exists()
    assert not Change.objects.filter(old__icontains="07700").exists()
    emptied = Change.objects.filter(row_id=her.pk, op="U").latest("id")
    assert (emptied.old, emptied.new) == (first.new, {"what_matters": ""})


def test_a_password_is_not_kept_and_signing_in_is_no_change() -> None:
    person = staff()
    person.set_password("correct horse battery staple")
    person.save()
    changed = Change.objects.get(table="access_user", op="U")
    assert changed.new["password"].keys() == {"hash"}
    User.objects.filter(pk=person.pk).update(last_login=ago())
    assert Change.objects.filter(table="access_user", op="U").count() == 1


def test_who_got_which_role_is_written_down() -> None:
    person = staff()
    entry = Change.objects.get(table="access_membership", op="I")
    assert (entry.new["user_id"], entry.new["role"], entry.woman_id) == (person.pk, "specialist_midwife", None)


# -- by whatever way ---------------------------------------------------------------------------


def test_bulk_raw_sql_and_copy_are_caught() -> None:
    her, member = woman(), staff().memberships.get()
    before = Change.objects.count()
    Woman.objects.update(interpreter="Polish")
    Identifier.objects.bulk_create([Identifier(woman=her, kind="nhs", value="9990000018")])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pathways_woman SET allergies = 'Latex' WHERE id = %s", [her.pk])
        cursor.execute("DELETE FROM pathways_identifier WHERE woman_id = %s", [her.pk])
        # Tables behind row-level security take no COPY at all.
        row = f"{member.user_id}\t{member.team_id}\tmidwife\t2026-01-01\n"
        cursor.copy_expert("COPY access_membership (user_id, team_id, role, starts_on) FROM STDIN", io.StringIO(row))
    assert [(table, op) for table, _, op in entries()[before:]] == [
        ("pathways_woman", "U"),
        ("pathways_identifier", "I"),
        ("pathways_woman", "U"),
        ("pathways_identifier", "D"),
        ("access_membership", "I"),
    ]


def test_emptying_a_table_is_caught() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE pathways_identifier")
    assert entries() == [("pathways_identifier", None, "T")]


def test_what_is_undone_leaves_nothing() -> None:
    before = Change.objects.count()
    with transaction.atomic():
        woman()
        transaction.set_rollback(True)
    assert Change.objects.count() == before


def test_a_change_that_cannot_be_written_down_does_not_happen() -> None:
    her = woman()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_change ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    with pytest.raises(DatabaseError), transaction.atomic():
        Woman.objects.filter(pk=her.pk).update(allergies="Penicillin")
    her.refresh_from_db()
    assert her.allergies == ""


# -- what is computed is not -------------------------------------------------------------------


def test_what_can_be_worked_out_again_is_left_out() -> None:
    record = journey()
    happened(record, ("first_contact", ago(30)), ("booking_completed", ago(20)))
    owed(record, due=ago(1))
    Journey.objects.filter(pk=record.pk).update(edd=None, last_contact_at=None)
    record.refresh_from_db()
    before = Change.objects.count()
    refresh(record)
    sweep()
    Woman.objects.get(pk=record.woman_id).save()
    assert Change.objects.count() == before


def test_of_a_journey_only_what_somebody_decided_is_kept() -> None:
    record = journey(edd=date(2027, 3, 1))
    added = Change.objects.get(table="pathways_journey", op="I").new
    assert added["edd_at_entry"] == "2027-03-01"
    assert {"edd", "stage", "in_hospital"}.isdisjoint(added)
    Journey.objects.filter(pk=record.pk).update(named_midwife=staff(), in_hospital=True)
    assert Change.objects.get(table="pathways_journey", op="U").new.keys() == {"named_midwife_id", "version"}


def test_every_table_with_a_womans_data_is_watched_or_says_why_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND NOT attisdropped"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND (attname IN ('woman_id', 'journey_id', 'event_id') OR relname = 'pathways_woman')"
        )
        hers = {name for (name,) in cursor.fetchall() if not name.startswith("audit_")}
    declared = {each.table for each in WATCHED}
    assert hers <= declared | NOT_WATCHED.keys(), "a line is missing in carecoord/audit/tables.py"
    assert declared.isdisjoint(NOT_WATCHED)


def test_every_declared_column_exists() -> None:
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for each in WATCHED:
            if each.table in tables:
                columns = {column.name for column in connection.introspection.get_table_description(cursor, each.table)}
                assert {each.row, *each.woman[:1], *each.hashed, *each.left_out} <= columns, each.table


# -- the triggers ------------------------------------------------------------------------------


def test_a_second_migrate_finds_nothing_to_do_and_locks_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        attach_after_migrate("default")
    statements = [query["sql"] for query in queries]
    assert not [sql for sql in statements if "TRIGGER" in sql.upper() and not sql.lstrip().startswith("SELECT")]


def test_migrate_puts_back_what_is_missing_or_switched_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pathways_woman DISABLE TRIGGER audit_change")
        cursor.execute("ALTER TABLE pathways_woman DISABLE TRIGGER audit_emptied")
        cursor.execute("DROP TRIGGER audit_change ON pathways_identifier")
    attach_after_migrate("default")
    woman(nhs_number="9990000018")
    assert {table for table, _, _ in entries()} == {"pathways_woman", "pathways_identifier"}
    assert "missing or switched off" not in "\n".join(verify(None).sentences)


def test_a_table_whose_declaration_changed_gets_its_new_trigger(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = tuple(each for each in WATCHED if each.table not in ("pathways_woman", "access_membership"))
    changed = Watched("pathways_woman", ("id",), hashed=("pronouns",), left_out=("allergies", "version"))
    monkeypatch.setattr(
        "carecoord.audit.attaching.WATCHED", (*watched, changed, Watched("pathways_sweeprun", NOBODY), Watched("later"))
    )
    attach_after_migrate("default")
    her = woman()
    Woman.objects.filter(pk=her.pk).update(allergies="Latex", pronouns="they/them")
    changed_to = Change.objects.get(table="pathways_woman", op="U").new
    assert changed_to.keys() == {"pronouns"}
    assert changed_to["pronouns"].keys() == {"hash"}
    sweep()
    assert Change.objects.filter(table="pathways_sweeprun", op="I").count() == 4, "one for each site"
    staff()
    assert not Change.objects.filter(table="access_membership").exists(), "no longer watched"


# -- never changed -----------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["audit_change", "audit_read", "audit_seal", "audit_verification"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_changes_deletes_or_empties(table: str, statement: str) -> None:
    from carecoord.audit.models import Verification
    from carecoord.audit.reads import record_read

    woman()
    record_read(UserFactory(), [1], page="journey")
    Verification.objects.create(links=0, anchors=0, problems=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_seal (chain_no, stream, entry_id, sealed_at, previous, hash)"
            " VALUES (1, 'change', 1, now(), '', '')"
        )
    column = {"audit_seal": "hash = 'x'", "audit_verification": "problems = 0"}.get(table, "actor_id = 1")
    with pytest.raises(InternalError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column))


def test_nobody_chooses_the_time_of_an_entry() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_read (at, actor_id, db_role, transaction, page, women)"
            " VALUES ('2020-01-01', 1, 'somebody', 7, 'journey', '{1}')"
            " RETURNING at > '2026-01-01', db_role, transaction"
        )
        now, role, number = cursor.fetchone()
    assert now
    assert role != "somebody"
    assert number != 7


def test_events_that_move_in_the_demonstration_are_written_down_too() -> None:
    record = journey()
    (event,) = happened(record, ("first_contact", ago(4)))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pathways_event DISABLE TRIGGER append_only")
    Event.objects.filter(pk=event.pk).update(note="altered")
    assert Change.objects.get(table="pathways_event", op="U").new == {"note": "altered"}


def test_a_person_without_a_team_is_still_in_the_trail() -> None:
    person = UserFactory()
    assert not Membership.objects.filter(user=person).exists()
    assert Change.objects.get(table="access_user", op="I").row_id == person.pk
