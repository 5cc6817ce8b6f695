"""The chain: sealed by the worker, anchored outside, verified from its first link."""

from __future__ import annotations

import json
import logging
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from carecoord import clock
from carecoord.audit import sealing
from carecoord.audit.anchors import anchor
from carecoord.audit.chain import START
from carecoord.audit.models import Change, Read, Seal, Verification, Waiting
from carecoord.audit.reads import record_read
from carecoord.audit.sealing import oldest_waiting, seal
from carecoord.audit.verifying import Verdict, verify
from pathways.models import Woman
from tests.actions.test_sweep import in_threads
from tests.audit import lifted
from tests.factories import UserFactory, woman
from tests.roles import as_role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchors(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors.log")
    return tmp_path / "anchors.log"


@pytest.fixture
def entries() -> None:
    """Some changes and some reads."""
    somebody = UserFactory()
    for number in range(3):
        her = woman()
        record_read(somebody, [her.pk, number + 1], page="journey")


def verified(file: Path | None = None) -> Verdict:
    return verify(file.read_text().splitlines() if file and file.exists() else None)


def sentences(file: Path | None = None) -> str:
    return "\n".join(verified(file).sentences)


# -- sealing -----------------------------------------------------------------------------------


def test_everything_is_sealed_once_in_one_chain(entries: None) -> None:
    count = Change.objects.count() + Read.objects.count()
    assert Waiting.objects.count() == count > 5
    assert seal() == count
    assert seal() == 0
    assert not Waiting.objects.exists()
    chain = list(Seal.objects.order_by("chain_no"))
    order = [(link.stream, link.entry_id) for link in chain]
    assert order == sorted(order)
    assert [link.chain_no for link in chain] == list(range(1, count + 1))
    assert [link.previous for link in chain] == [START, *(link.hash for link in chain[:-1])]
    record_read(UserFactory(), [1], page="journey")
    assert seal() == 2  # the account and the read
    assert verified().problems == 0
    assert verified().links == count + 2


def test_many_are_sealed_in_several_goes(entries: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 3)
    monkeypatch.setattr(sealing, "_WAITING", sealing._WAITING.replace("LIMIT 1000", "LIMIT 3"))
    count = Waiting.objects.count()
    assert count > 6
    assert seal() == count
    assert verified().problems == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_with_a_smaller_number_that_is_committed_later_is_sealed_too() -> None:
    begun, sealed = threading.Event(), threading.Event()
    late: list[int] = []

    def slow() -> None:
        with as_role("cc_owner"), transaction.atomic():
            record_read(UserFactory(), [1], page="journey")
            late.append(Read.objects.latest("id").pk)
            begun.set()
            assert sealed.wait(30)

    def quick() -> None:
        assert begun.wait(30)
        with as_role("cc_owner"):
            record_read(UserFactory(), [2], page="journey")
        seal()
        assert Seal.objects.filter(stream="read", entry_id__gt=late[0]).count() == 1, "sealed without waiting for it"
        sealed.set()

    in_threads(slow, quick)
    assert not Seal.objects.filter(stream="read", entry_id=late[0]).exists()
    seal()
    assert Seal.objects.filter(stream="read", entry_id=late[0]).exists()
    assert verified().problems == 0


@pytest.mark.django_db(transaction=True)
def test_several_sealers_at_once_make_one_chain() -> None:
    for _ in range(40):
        record_read(UserFactory(), [1], page="journey")
    count = Waiting.objects.count()
    together = threading.Barrier(4)

    def one() -> None:
        together.wait()
        seal()

    in_threads(*[one] * 4)
    seal()
    assert Seal.objects.count() == count
    assert verified().problems == 0


@pytest.mark.django_db(transaction=True)
def test_nobody_who_writes_waits_for_the_sealer() -> None:
    record_read(UserFactory(), [1], page="journey")
    somebody = UserFactory()
    holding, done = threading.Event(), threading.Event()

    def sealer() -> None:
        with transaction.atomic():
            assert sealing._seal_some() > 0
            holding.set()
            assert done.wait(30), "a writer waited for the sealer"

    def writer() -> None:
        assert holding.wait(30)
        with as_role("cc_owner"), connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
            record_read(somebody, [2], page="journey")
            woman()
        done.set()

    in_threads(sealer, writer)


def test_a_run_reads_what_waits_and_not_what_is_sealed() -> None:
    somebody = UserFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_read (actor_id, page, women) SELECT %s, 'journey', '{1}' FROM generate_series(1, 5000)",
            [somebody.pk],
        )
    seal()
    record_read(somebody, [1], page="journey")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_read, audit_change, audit_seal, audit_waiting")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sealing._WAITING}")
        plan = json.dumps(cursor.fetchone()[0])
    assert '"Relation Name": "audit_read"' in plan
    for node in plan.split('"Node Type": ')[1:]:
        if '"Seq Scan"' in node[:12]:
            assert '"Relation Name": "audit_waiting"' in node or '"Relation Name": "audit_change"' in node, node


def test_what_waits_too_long_is_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    record_read(UserFactory(), [1], page="journey")
    entry = Read.objects.latest("id").pk
    with lifted("audit_read"):
        Read.objects.filter(pk=entry).delete()  # so that it can never be sealed
    seal()
    assert oldest_waiting() is not None
    assert not [line for line in caplog.records if line.levelno == logging.ERROR], "not yet"
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        seal()
    (line,) = (line.msg for line in caplog.records if line.levelno == logging.ERROR)
    assert line["entries"] == [f"read {entry}"]


# -- anchors -----------------------------------------------------------------------------------


def test_an_anchor_goes_to_the_file_the_log_and_the_addresses(
    entries: None, anchors: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.AUDIT_ANCHOR_EMAILS = ["privacy@hospital.example", "second@hospital.example"]
    caplog.set_level(logging.INFO)
    seal()
    told = [anchor(), anchor()]
    lines = anchors.read_text().splitlines()
    assert lines == [each.line for each in told]
    head = Seal.objects.latest("chain_no")
    assert (told[0].links, told[0].head) == (head.chain_no, head.hash)
    assert (told[1].number, told[1].before) == (2, told[0].signature)
    assert anchors.stat().st_mode & 0o777 == 0o600
    assert [line.msg["anchor"] for line in caplog.records if "anchor" in line.msg] == lines
    assert [message.to for message in mail.outbox] == [settings.AUDIT_ANCHOR_EMAILS] * 2
    assert lines[0] in mail.outbox[0].body
    assert verified(anchors).anchors == 2


def test_a_mail_server_that_is_down_keeps_no_anchor_from_the_file(
    anchors: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AUDIT_ANCHOR_EMAILS = ["privacy@hospital.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    anchor()
    assert len(anchors.read_text().splitlines()) == 1


def test_a_line_cut_short_is_told_and_ends_nothing(entries: None, anchors: Path) -> None:
    seal()
    anchor()
    anchors.write_text(anchors.read_text() + '{"number": 2, "at\n')
    anchor()
    assert sentences(anchors) == "Line 2 of the anchors cannot be read."


def test_anchors_that_somebody_else_wrote_or_removed_are_found(entries: None, anchors: Path, settings: Any) -> None:
    seal()
    for _ in range(3):
        anchor()
    lines = anchors.read_text().splitlines(keepends=True)
    anchors.write_text(lines[0] + lines[2])
    assert "does not follow from the line before" in sentences(anchors)
    anchors.write_text("".join(lines).replace('"links":', '"links":1', 1))
    assert "Line 1 of the anchors is not signed with our key." in sentences(anchors)
    anchors.write_text("".join(lines))
    settings.AUDIT_ANCHOR_KEY = "another key"
    assert verified(anchors).problems == 3


# -- verification ------------------------------------------------------------------------------


def test_an_untouched_trail_is_as_it_was_written(entries: None, anchors: Path) -> None:
    seal()
    anchor()
    woman()
    verdict = verified(anchors)
    assert (verdict.problems, verdict.sentences, verdict.anchors) == (0, [], 1)
    assert verdict.waiting == Waiting.objects.count() > 0


def test_an_entry_from_before_its_neighbours_is_found(entries: None) -> None:
    seal()
    with lifted("audit_read"):  # the owner adds one of last week, and puts it on the list like any other
        her = Read.objects.create(at=clock.now() - timedelta(days=7), actor_id=1, page="journey", women=[1])
        Waiting.objects.create(stream="read", entry_id=her.pk, since=clock.now())
    seal()
    assert f"The entry read {her.pk} says" in sentences()


def test_an_entry_that_nobody_waits_for_is_found(entries: None) -> None:
    seal()
    with lifted("audit_read"):
        forged = Read.objects.create(actor_id=1, page="journey", women=[1])
    assert f"The entry read {forged.pk} was never sealed" in sentences()


def test_links_that_are_missing_are_counted(entries: None) -> None:
    seal()
    with lifted("audit_seal", "audit_change", "audit_read"):
        for link in Seal.objects.filter(chain_no__in=(3, 4)):
            (Change if link.stream == "change" else Read).objects.filter(pk=link.entry_id).delete()
            link.delete()
    assert sentences().splitlines() == [
        "Links 3 to 4 are missing.",
        "Link 5 does not follow from the link before it.",
    ]


def test_an_entry_that_waits_for_ever_is_found(entries: None) -> None:
    entry = Waiting.objects.first()
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert f"The entry {entry} waits to be sealed since" in sentences()


def test_an_unsealed_entry_that_is_gone_is_found(entries: None) -> None:
    gone = Read.objects.latest("id").pk
    with lifted("audit_read"):
        Read.objects.filter(pk=gone).delete()
    assert sentences() == f"The entry read {gone} is gone; it had not been sealed yet."


def test_without_anchors_it_says_that_a_missing_end_could_not_be_seen(entries: None, anchors: Path) -> None:
    seal()
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        assert "There is no anchor" in sentences()
    anchor()
    with time_machine.travel(clock.now() + timedelta(hours=9)):
        assert verified(anchors).problems == 0, "nothing has come since"
        with lifted("audit_seal"):
            Seal.objects.filter(chain_no=Seal.objects.count()).update(sealed_at=clock.now() - timedelta(hours=6))
        assert "Nothing was anchored after" in sentences(anchors)


@pytest.mark.parametrize(
    ("table", "trigger"),
    [("pathways_woman", "audit_change"), ("pathways_event", "audit_emptied"), ("audit_read", "append_only")],
)
def test_a_trigger_that_is_switched_off_is_found(table: str, trigger: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    assert f"The trigger {trigger} of {table} is missing or switched off." in sentences()


def test_it_reads_a_few_rows_at_a_time(entries: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seal()
    asked = []
    from carecoord.audit import chain, verifying

    def links(cursor: Any) -> Any:
        asked.append(cursor.name)
        return chain.links(cursor, at_once=2)

    monkeypatch.setattr(verifying, "links", links)
    assert verified().links == Seal.objects.count()
    assert asked[0] is not None, "a cursor on the server's side"


# -- the commands ------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_that_all_is_well(entries: None, anchors: Path) -> None:
    call_command("seal_audit", stdout=StringIO())
    call_command("anchor_audit", stdout=StringIO())
    code, said = run()
    assert code == 0
    assert said.startswith("All is as it was written: ")
    assert "anchors 1, not yet sealed 0" in said
    kept = Verification.objects.get()
    assert (kept.links, kept.anchors, kept.problems) == (Seal.objects.count(), 1, 0)


def test_the_command_says_what_is_wrong_and_exits_with_1(entries: None, anchors: Path, tmp_path: Path) -> None:
    call_command("seal_audit", stdout=StringIO())
    with lifted("audit_read"):
        Read.objects.filter(pk=Read.objects.earliest("id").pk).update(women=[99])
    code, said = run()
    assert code == 1
    assert "is not as it was sealed" in said
    assert "NOT as it was written. Problems 1; links" in said
    assert Verification.objects.get().problems == 1
    with pytest.raises(CommandError, match="There is no file"):
        run("--anchors", str(tmp_path / "elsewhere"))


def test_a_woman_whose_row_is_gone_leaves_her_trail(entries: None) -> None:
    her = Woman.objects.first()
    assert her is not None
    Woman.objects.filter(pk=her.pk).delete()
    seal()
    assert verified().problems == 0
    assert Change.objects.filter(woman_id=her.pk).count() >= 2
