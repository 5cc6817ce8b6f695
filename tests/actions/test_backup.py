"""Backups: made past the wall or not at all, whole or refused, restored as they were, and proven by a drill."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from carecoord import clock
from carecoord.access.models import Grant
from carecoord.audit.anchors import anchor
from carecoord.audit.sealing import seal
from carecoord.backup import databases, making, programs, restoring
from carecoord.backup import drill as drilling
from carecoord.backup.databases import scratch_database, working_on
from carecoord.backup.drill import drill
from carecoord.backup.making import back_up, check, kept
from carecoord.backup.nightly import next_night
from carecoord.backup.programs import Failed
from carecoord.backup.restoring import restore
from carecoord.backup.sealed import CHUNK_BYTES, Damaged, Sealer, unsealed
from carecoord.environment import BASE_DIR, backup_keys
from carecoord.management.commands import backup
from pathways.models import Journey
from tests.factories import ago, happened, journey, staff

KEYS = [bytes(range(32))]
OTHER = [bytes(range(1, 33))]
Signed = Callable[[str], Any]


@pytest.fixture
def women(transactional_db: None) -> list[Journey]:
    """Two women with events, of two midwives; what was written down is sealed."""
    midwives = [staff(site="ASHF"), staff(site="GLEN")]
    records = [journey(site=site, midwife=each) for site, each in zip(("ASHF", "GLEN"), midwives, strict=True)]
    for record in records:
        happened(record, ("first_contact", ago(40)), ("booking_completed", ago(30)))
    seal()
    return records


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def signed_in(transactional_db: None) -> Iterator[Signed]:
    """``signed_in("cc_backup")``: this process's connection is that role's own, as `manage.py` makes it."""
    blocks = []

    def as_whom(role: str) -> None:
        block = working_on(USER=role)
        block.__enter__()
        blocks.append(block)

    yield as_whom
    for block in reversed(blocks):
        block.__exit__(None, None, None)


def made(signed_in: Signed, folder: Path) -> Path:
    """A backup, made by its own role; the connection is the owner's afterwards."""
    signed_in("cc_backup")
    file = back_up(folder, KEYS).file
    signed_in("cc_owner")
    return file


# -- made -------------------------------------------------------------------------------------------


def test_a_backup_holds_every_row_and_is_its_owners_alone(women: Any, signed_in: Signed, folder: Path) -> None:
    file = made(signed_in, folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [found.name for found in folder.iterdir()] == [file.name]
    manifest = check(file, KEYS)
    assert manifest.tables["pathways_woman"][0] == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        assert len(manifest.tables) == cursor.fetchone()[0]
    assert b"Tara" not in file.read_bytes()


@pytest.mark.parametrize("role", ["cc_app", "cc_worker", "cc_audit", "cc_owner"])
def test_a_role_that_does_not_pass_the_wall_gets_an_error_and_no_part(
    role: str, women: Any, signed_in: Signed, folder: Path
) -> None:
    signed_in(role)
    with pytest.raises((Failed, DatabaseError), match=r"row-level security|permission denied"):
        back_up(folder, KEYS)
    assert list(folder.iterdir()) == []


def test_pg_dump_itself_refuses_a_role_to_which_policies_apply(women: Any) -> None:
    """Should our own question of the role ever go: the program does not write the part that a policy shows either."""
    address, environment = programs.address_for({**connection.settings_dict, "USER": "cc_owner"})
    program = programs.find("pg_dump", 18_0000, connection.settings_dict)
    command = [program, "--format=custom", f"--dbname={address}"]
    with pytest.raises(Failed, match="row-level security"), programs.dumping(command, environment) as dump:
        dump.read()


def test_what_is_written_meanwhile_is_in_neither_or_in_both(
    women: list[Journey], signed_in: Signed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts and the dump are of one instant, however busy the database is between them."""
    find = programs.find
    other = psycopg2.connect(**{**connection.get_connection_params(), "user": "cc_owner", "cursor_factory": None})

    def busy(*arguments: Any) -> str:
        with other, other.cursor() as cursor:
            cursor.execute("UPDATE pathways_woman SET preferred_name = 'Changed'")
            cursor.execute("INSERT INTO django_session VALUES ('a-new-one', '', now())")
        return find(*arguments)

    monkeypatch.setattr(making, "find", busy)
    file = made(signed_in, folder)
    other.close()
    assert drill(file, KEYS, None).problems == []


def test_the_oldest_go_and_what_a_killed_one_left(women: Any, signed_in: Signed, folder: Path) -> None:
    folder.mkdir()
    old = [folder / f"carecoord-202601{day:02}T013000Z.backup" for day in range(1, 17)]
    for file in [*old, folder / "of-mine.backup"]:
        file.write_bytes(b"")
    left = folder / ".carecoord-20260101T013000Z.backup.1.part"
    left.write_bytes(b"")
    os.utime(left, (0, 0))
    file = made(signed_in, folder)
    assert kept(folder) == [file, *reversed(old[3:])]
    assert (folder / "of-mine.backup").exists()
    assert not left.exists()


def test_what_cannot_be_finished_leaves_nothing(
    women: Any, signed_in: Signed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Sealer, "finish", full)
    signed_in("cc_backup")
    with pytest.raises(OSError, match="No space"):
        back_up(folder, KEYS)
    assert list(folder.iterdir()) == []


def test_a_program_that_is_too_old_or_missing_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failed, match="Install the package postgresql-client-99"):
        programs.find("pg_dump", 99_0001, {"OPTIONS": {}})
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Failed, match=r"there is no pg_dump as new as that. Install"):
        programs.find("pg_dump", 18_0001, {"OPTIONS": {"sslmode": "require"}})


# -- restored ---------------------------------------------------------------------------------------


def test_the_drill_restores_all_of_it_and_leaves_no_database(women: Any, signed_in: Signed, folder: Path) -> None:
    done = drill(made(signed_in, folder), KEYS, None)
    assert done.problems == []
    assert all(line.same for line in done.lines)
    by_name = {line.what: line for line in done.lines}
    assert {"tables", "rows", "policies", "triggers", "functions", "constraints", "privileges"} <= by_name.keys()
    assert int(by_name["policies"].found) > 50
    assert any(sentence.startswith("canary: woman") for sentence in done.seen)
    assert databases_of_drills() == []


def test_what_a_killed_drill_left_goes_and_what_another_works_in_stays(signed_in: Signed) -> None:
    signed_in("cc_owner")
    left, another = (f"{databases.SCRATCH}{int(clock.now().timestamp()) - ago}_0_ab" for ago in (7200, 5))
    with databases._administering() as cursor:
        for name in (left, another):
            cursor.execute(f"CREATE DATABASE {name}")
        try:
            with scratch_database():
                assert left not in databases_of_drills()
                assert another in databases_of_drills()
        finally:
            for name in (left, another):
                cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def databases_of_drills() -> list[str]:
    """Those of this process's drills, and those without a process: other tests drill at the same time."""
    own = (f"_{os.getpid()}_", "_0_")
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [databases.SCRATCH])
        return [name for (name,) in cursor.fetchall() if any(part in name for part in own)]


def test_the_product_works_on_what_was_restored(women: list[Journey], signed_in: Signed, folder: Path) -> None:
    """Her page opens for her midwife, is not there for another, and the facts cannot be changed."""
    file = made(signed_in, folder)
    hers, other = women[0], women[1].named_midwife
    with scratch_database() as name, working_on(NAME=name, USER="cc_owner"):
        restore(file, KEYS)
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"):
            cursor.execute("UPDATE pathways_event SET note = 'altered'")
        with working_on(USER="cc_app"):
            for user, status in ((hers.named_midwife, 200), (other, 404)):
                client = Client()
                client.force_login(user)
                assert client.get(f"/journeys/{hers.pk}/").status_code == status


DAMAGE = {
    "rows": "DELETE FROM django_session; DELETE FROM pathways_sweeprun; DELETE FROM access_notice; "
    "UPDATE access_user SET name = 'X' WHERE id = (SELECT min(id) FROM access_user)",
    "policies": "DROP POLICY cc_audit ON audit_read",
    "triggers": "ALTER TABLE pathways_event DISABLE TRIGGER USER",
    "sequences": "SELECT setval('pathways_event_id_seq', 1)",
    "constraints": "ALTER TABLE pathways_flag DROP CONSTRAINT pathways_flag_journey_id_fk",
    "walled tables": "ALTER TABLE pathways_woman NO FORCE ROW LEVEL SECURITY",
    "privileges": "GRANT DELETE ON pathways_event TO cc_app",
    "functions": "CREATE OR REPLACE FUNCTION cc_now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()'",
}


@pytest.mark.parametrize("what", sorted(DAMAGE))
def test_the_drill_tells_what_did_not_come_back(
    what: str, women: Any, signed_in: Signed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_damage(*arguments: Any) -> Any:
        manifest = restore(*arguments)
        with connection.cursor() as cursor:
            statement = DAMAGE[what]
            if what == "constraints":
                cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'pathways_flag'::regclass "
                               "AND contype = 'f' LIMIT 1")  # fmt: skip
                statement = f"ALTER TABLE pathways_flag DROP CONSTRAINT {cursor.fetchone()[0]}"
            cursor.execute(statement)
        return manifest

    monkeypatch.setattr(drilling, "restore", with_damage)
    assert f"Not as it was: {what}." in drill(made(signed_in, folder), KEYS, None).problems


def test_the_drill_tells_when_the_wall_is_open(
    women: Any, signed_in: Signed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*arguments: Any) -> Any:
        manifest = restore(*arguments)
        with connection.cursor() as cursor:
            cursor.execute("CREATE POLICY everybody ON pathways_woman TO cc_app USING (true)")
        return manifest

    monkeypatch.setattr(drilling, "restore", opened)
    problems = drill(made(signed_in, folder), KEYS, None).problems
    assert any("The wall is open" in problem for problem in problems)


def test_the_drill_tells_when_nobody_sees_anybody(women: Any, signed_in: Signed, folder: Path) -> None:
    Grant.objects.update(ends_at=clock.now())
    problems = drill(made(signed_in, folder), KEYS, None).problems
    assert problems == ["Nobody sees a woman: no grant that runs shows anybody their own."]


def test_the_drill_holds_the_trail_to_the_anchors_told_before(
    women: Any, signed_in: Signed, folder: Path, settings: Any, tmp_path: Path, time_machine: Any
) -> None:
    """An older backup lacks what came after it, and that is no fault; what was cut off before it is one."""
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors"
    began = clock.now()
    time_machine.move_to(began - timedelta(minutes=5))
    anchor()
    time_machine.move_to(began)
    file = made(signed_in, folder)
    assert drill(file, KEYS, settings.AUDIT_ANCHOR_FILE).problems == []
    happened(journey(), ("first_contact", ago(3)))
    seal()
    time_machine.move_to(began + timedelta(hours=30))
    anchor()
    assert drill(file, KEYS, settings.AUDIT_ANCHOR_FILE).problems == []
    text = settings.AUDIT_ANCHOR_FILE.read_text()
    settings.AUDIT_ANCHOR_FILE.write_text(text.replace('"links":', '"links":9', 1))
    assert any("not signed" in problem for problem in drill(file, KEYS, settings.AUDIT_ANCHOR_FILE).problems)


def test_a_restore_needs_an_empty_database_and_the_roles(
    women: Any, signed_in: Signed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = made(signed_in, folder)
    with pytest.raises(Failed, match="not empty"):
        restore(file, KEYS)
    monkeypatch.setattr(restoring, "missing_roles", lambda: ["cc_audit"])
    with pytest.raises(Failed, match="no role cc_audit"):
        restore(file, KEYS)


def test_a_restore_that_breaks_leaves_the_database_empty(women: Any, signed_in: Signed, folder: Path) -> None:
    """The file changes between the check and the restore: what was begun is undone."""
    file = made(signed_in, folder)

    def spoilt(*arguments: Any) -> Any:
        manifest = check(*arguments)
        file.write_bytes(file.read_bytes()[:-40])
        return manifest

    with scratch_database() as name, working_on(NAME=name), pytest.MonkeyPatch.context() as patch:
        patch.setattr(restoring, "check", spoilt)
        with pytest.raises(Damaged):
            restore(file, KEYS)
        assert databases.tables() == 0


# -- the commands, as processes of their own --------------------------------------------------------


def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=env, capture_output=True, text=True, timeout=120
    )


def test_the_commands(women: Any, own_environment: dict[str, str], folder: Path) -> None:
    env = {**own_environment, "BACKUP_FOLDER": str(folder), "AUDIT_ANCHOR_FILE": str(folder / "none")}
    assert "There is no backup in" in run(env, "restore_drill").stderr
    assert run(env, "backup", "--check").returncode == 1
    first = run(env, "backup")
    assert first.returncode == 0, first.stderr
    assert run(env, "backup", "--check").returncode == 0
    done = run(env, "restore_drill")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "restores: everything is as it was" in done.stdout
    full = run(env, "restore", str(kept(folder)[0]))
    assert (full.returncode, "not empty" in full.stderr) == (1, True)
    other = run({**env, "CARECOORD_BACKUP_KEY": "B" * 20 + "dGhpcnR5LXR3byByYW5kb20"}, "restore_drill")
    assert other.returncode == 1
    assert "No key of CARECOORD_BACKUP_KEY opens it" in other.stderr


def test_a_restore_into_an_empty_database_by_command(
    women: Any, signed_in: Signed, folder: Path, own_environment: dict[str, str]
) -> None:
    env = {**own_environment, "BACKUP_FOLDER": str(folder)}
    assert run(env, "backup").returncode == 0
    signed_in("cc_owner")
    known = connection.settings_dict["NAME"]
    with scratch_database() as name:
        there = {key: value.replace(f"/{known}?", f"/{name}?") for key, value in env.items()}
        done = run(there, "restore", str(kept(folder)[0]))
        assert done.returncode == 0, done.stderr
        assert "DIFFERS" not in done.stdout
        assert run(there, "recompute", "--check").returncode == 0


def test_a_command_says_what_is_wrong_with_its_options(folder: Path) -> None:
    with pytest.raises(CommandError, match="1 or more"):
        call_command("backup", to=folder, keep=0, stdout=StringIO())
    with pytest.raises(CommandError, match="There is no backup"):
        call_command("backup", "--check", to=folder, stdout=StringIO())
    folder.mkdir()
    old = clock.now() - timedelta(hours=37)
    (folder / f"carecoord-{old:%Y%m%dT%H%M%SZ}.backup").touch()
    with pytest.raises(CommandError, match="older than 36 hours"):
        call_command("backup", "--check", to=folder, stdout=StringIO())


def test_every_night_one_and_a_failed_one_again_soon(
    folder: Path, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    """Where there is none it begins at once; then at half past one, and a quarter of an hour after one that failed."""
    made_then: list[datetime] = []
    time_machine.move_to(datetime(2026, 11, 20, 15, 0, tzinfo=UTC), tick=False)

    def sleep(seconds: float) -> None:
        time_machine.shift(timedelta(seconds=seconds))

    def one(*arguments: Any) -> None:
        made_then.append(clock.now())
        if len(made_then) == 2:
            raise CommandError("There is no new backup.") from OSError("full")
        if len(made_then) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(backup.time, "sleep", sleep)
    monkeypatch.setattr(backup.Command, "_back_up", one)
    with pytest.raises(KeyboardInterrupt):
        call_command("backup", "--every-night-at", "01:30", to=folder, stdout=StringIO(), stderr=StringIO())
    assert [f"{at:%d %H:%M}" for at in made_then] == ["20 15:00", "21 01:30", "21 01:45", "22 01:30"]


# -- the file, and the key --------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_is_sealed_comes_back(length: int) -> None:
    out, text = BytesIO(), bytes(range(256)) * (length // 256 + 1)
    sealer = Sealer(out, KEYS[0])
    for start in range(0, length, 70_001):
        sealer.write(text[start : min(start + 70_001, length)])
    sealer.finish()
    assert b"".join(unsealed(BytesIO(out.getvalue()), [*OTHER, *KEYS])) == text[:length]
    for keys in ([], OTHER):
        with pytest.raises(Damaged):
            list(unsealed(BytesIO(out.getvalue()), keys))


def test_the_keys_are_read_and_refused_by_name(tmp_path: Path) -> None:
    env = {"CARECOORD_DATA": str(tmp_path), "CARECOORD_MODE": "demo"}
    assert backup_keys(env) == backup_keys(env)
    assert (tmp_path / "backup-key").exists()
    with pytest.raises(ValueError, match="CARECOORD_BACKUP_KEY is missing"):
        backup_keys({**env, "CARECOORD_MODE": "production"})
    with pytest.raises(ValueError, match="CARECOORD_BACKUP_KEY"):
        backup_keys({**env, "CARECOORD_BACKUP_KEY": "short"})


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        ("2026-11-22T00:10", "2026-11-22T01:30"),
        ("2026-11-22T01:30", "2026-11-23T01:30"),
        ("2026-07-01T00:10", "2026-07-01T00:30"),  # half past one in summer
        ("2027-03-27T20:00", "2027-03-28T01:30"),  # skipped: an hour later
        ("2026-10-24T20:00", "2026-10-25T00:30"),  # twice: the first
        ("2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_a_backup_is_made_once_each_night(after: str, wanted: str) -> None:
    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert next_night(instant(after), time(1, 30)) == instant(wanted)
