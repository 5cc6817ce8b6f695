"""Measures one population: `python -m tests.bench.measure WHAT`, in a process with the population's CARECOORD_DATA.

Prints lines of JSON: what, and its figures. ``pages`` runs as the web's database role, ``sweep`` and ``import`` as the
worker's, ``copy`` as the owner. Whatever they write is rolled back: the population stays as it was built.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

ROLES = {"pages": "app", "sweep": "worker", "import": "worker", "copy": "owner"}
ROUNDS = 25
ODD = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SELECT set_config")
WOMEN = 100  # of an import


def say(what: str, **figures: float) -> None:
    """One line for whoever started this."""
    print(json.dumps([what, figures]), flush=True)


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def percentile(times: list[float], share: float) -> float:
    """The time that this share of them does not pass."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def timed(do: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - began)


class Counted:
    """How many queries a page makes, without what opens transactions and says who acts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += not sql.startswith(ODD)
        return execute(sql, params, many, context)


# -- pages, as the web's role --------------------------------------------------------------------------------------


def pages() -> None:
    """Each page beside the bare one, by turns."""
    from carecoord.access.models import Team

    midwife, ward, manager = (signed_in(f"{post}.ashf") for post in ("midwife", "ward", "manager"))
    journey = re.findall(r'href="(/journeys/\d+/)"', midwife.get("/caseload/").content.decode())[2]
    board = Team.objects.filter(site__code="ASHF", kind=Team.Kind.WARD).order_by("pk").first()
    look: dict[str, Callable[[], Any]] = {
        "caseload": lambda: midwife.get("/caseload/"),
        "journey": lambda: midwife.get(journey),
        "handoffs": lambda: midwife.get("/handoffs/"),
        "ward_board": lambda: ward.get(f"/ward/{board.code}/" if board else ""),
        "gaps": lambda: manager.get("/gaps/"),
        "search": lambda: midwife.post("/caseload/search/", {"q": "sarah m"}, follow=True),
    }
    for what, get in look.items():
        beside(what, get, lambda: midwife.get("/bench/bare/"), "ratio_floor_b")
    form = {"occurred_at": local_now(minutes=90)}
    with undone():
        beside(
            "record_event",
            lambda: midwife.post(f"{journey}record/contact_made/", {**form, "submission": uuid.uuid4()}),
            lambda: midwife.post(journey.replace("/journeys/", "/bench/insert/")),
            "ratio_insert",
        )


def local_now(minutes: int) -> str:
    """Some minutes ago, as forms take it."""
    from carecoord import clock

    return (clock.now() - timedelta(minutes=minutes)).astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M")


def signed_in(post: str) -> Any:
    """A browser of somebody at the seeded sites."""
    from django.test import Client

    from carecoord.access.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email=f"{post}@demo.example"))
    return client


def beside(what: str, do: Callable[[], Any], bare: Callable[[], Any], ratio: str, rounds: int = ROUNDS) -> None:
    """Measure one thing and a bare one by turns."""
    from django.db import connection

    answer = do()
    if answer.status_code not in (200, 302):
        say(what, status=answer.status_code)
        return
    do(), bare()
    times, floor = [], []
    for _ in range(rounds):
        times.append(timed(do))
        floor.append(timed(bare))
    counted = Counted()
    with connection.execute_wrapper(counted):
        do()
    middle = statistics.median(times)
    figures = {"ms": middle, "p95_ms": percentile(times, 0.95), "queries": counted.count}
    say(what, **figures, **{ratio: middle / statistics.median(floor)})


# -- the sweep and the import, as the worker's role --------------------------------------------------------------------


def sweep() -> None:
    """A sweep with nothing due, and its upkeep of grants; one site's sweep where everything open is due at once, beside
    one UPDATE of the same rows.
    """
    from django.db import connection, transaction

    from carecoord import clock
    from carecoord.sites.models import Site
    from pathways.covering import regrant
    from pathways.sweep import sweep, sweep_site

    now = clock.now()
    with undone():
        sweep(now)
        counted = Counted()
        with connection.execute_wrapper(counted):
            sweep(now)
        times = [timed(lambda: sweep(now)) for _ in range(5)]
        say("sweep_idle", ms=statistics.median(times), p95_ms=max(times), queries=counted.count)
        regrant()
        upkeep = [timed(regrant) for _ in range(3)]
        say("upkeep", ms=statistics.median(upkeep), p95_ms=max(upkeep))
        site = Site.objects.get(code="ASHF")
        later = now + timedelta(days=800)
        with connection.cursor() as cursor:
            cursor.execute(_ALL_DUE, [site.pk, later])
            ids = [row[0] for row in cursor.fetchall()]
            took = []
            for _ in range(3):
                with transaction.atomic():
                    took.append(timed(lambda: cursor.execute(_BARE, [ids])))
                    transaction.set_rollback(True)
        with transaction.atomic():
            all_at_once = timed(lambda: sweep_site(site.pk, later, seconds=0))
            transaction.set_rollback(True)
        say("sweep_all", ms=all_at_once, rows=len(ids), ratio_update=all_at_once / statistics.median(took))


_ALL_DUE = """
    SELECT id FROM pathways_handoff
    WHERE site_id = %s AND state IN ('pending', 'due_soon', 'overdue') AND missed_at <= %s
"""
_BARE = "UPDATE pathways_handoff SET state = 'missed' WHERE id = ANY (%s)"


def import_caseload() -> None:
    """A hundred invented women with all that happened to them, from two files."""
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        women, events, count = files(Path(folder))
        with undone(), open(os.devnull, "w") as nowhere:
            took = timed(lambda: call_command("import_caseload", women=women, events=events, stdout=nowhere))
    say("import", ms=took / WOMEN, events_per_s=1000 * count / took, mib=most_memory())


def most_memory() -> float:
    """The most MiB that this program held; getrusage also counts whoever started it."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


def files(folder: Path) -> tuple[Path, Path, int]:
    """Both tables of an import, and how many events they hold."""
    from carecoord import clock
    from pathways.scale.lives import lives
    from pathways.scale.people import invented

    women, events = [_WOMEN], [_EVENTS]
    for life in lives(99, ["ASHF"], WOMEN, clock.now()):
        ref, her = f"BENCH-{life.number}", invented(99, life.number, life.came.date())
        # The column is of who is pregnant today; whoever has given birth brings her dates with her events.
        edd = life.edd if life.edd >= clock.today() else ""
        women.append(f"{ref},{her.first},{her.last},{her.born},ASHF,{edd}")
        for fact in life.facts:
            details = ";".join(f"{key}={value}" for key, value in fact.details.items())
            events.append(f"{ref},1,{fact.kind},{fact.at.isoformat()},{fact.baby or ''},{details}")
    paths = folder / "women.csv", folder / "events.csv"
    for path, lines in zip(paths, (women, events), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return *paths, len(events) - 1


_WOMEN = "person_ref,first_name,last_name,date_of_birth,site,edd"
_EVENTS = "person_ref,pregnancy,event,occurred_at,baby,details"


# -- the same rows by COPY alone, as the owner -------------------------------------------------------------------------


def copy() -> None:
    """How long the rows of the population take where nothing is worked out, checked or indexed."""
    import io

    from django.db import connection

    from pathways.scale.rows import COLUMNS

    seconds = 0.0
    with undone(), connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            names, text = ", ".join(columns), io.StringIO()
            cursor.copy_expert(f"COPY (SELECT {names} FROM {table}) TO STDOUT", text)  # noqa: S608 - our own names
            cursor.execute(f"CREATE TEMP TABLE bare_{table} ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0")  # noqa: S608
            text.seek(0)
            into = f"COPY bare_{table} FROM STDIN"
            seconds += timed(lambda into=into, text=text: cursor.copy_expert(into, text)) / 1000  # type: ignore[misc]
    say("copy", seconds=seconds)


def main() -> None:
    """Measure what the command line names."""
    what = sys.argv[1]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
    os.environ |= {"CARECOORD_MODE": "demo", "CARECOORD_DATABASE_ROLE": ROLES[what]}
    import django

    django.setup()
    {"pages": pages, "sweep": sweep, "import": import_caseload, "copy": copy}[what]()


if __name__ == "__main__":
    main()
