"""`manage.py backup`: the whole database into one encrypted file; once, or every night."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import time as wall_time
from pathlib import Path
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from carecoord import clock
from carecoord.backup.making import KEEP, MAY_BE_OLD, back_up, kept, made_at
from carecoord.backup.nightly import AGAIN_AFTER, next_night
from carecoord.backup.programs import Failed
from carecoord.backup.sealed import Damaged
from carecoord.environment import backup_folder, backup_keys

log = structlog.get_logger("carecoord.backup")


class Command(BaseCommand):
    """Exits with 0 once the file is whole, on the disk and read back; with 1 and a sentence when there is none."""

    help = "Back the whole database up into one encrypted file, and remove the oldest ones."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FOLDER", help="where it is kept; else BACKUP_FOLDER")
        parser.add_argument("--keep", type=int, default=KEEP, help=f"how many are kept, the newest ({KEEP})")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--every-night-at", type=wall_time.fromisoformat, metavar="HH:MM", help="stay, London time")
        way.add_argument("--check", action="store_true", help="only say whether the newest is younger than 36 hours")

    def handle(self, *args: Any, to: Path | None = None, keep: int = KEEP, **options: Any) -> None:
        folder = (to or backup_folder()).expanduser().absolute()
        if keep < 1:
            raise CommandError("--keep has to be 1 or more: a backup that is removed at once is none.")
        if options["check"]:
            self._say_how_old(folder)
        elif at := options["every_night_at"]:
            self._every_night(folder, keep, at)
        else:
            self._back_up(folder, keep)

    def _back_up(self, folder: Path, keep: int) -> None:
        try:
            made = back_up(folder, backup_keys(), keep=keep)
        except (Failed, Damaged, DatabaseError, OSError, ValueError) as problem:
            raise CommandError(f"There is no new backup. {problem}") from problem
        held = made.manifest
        self.stdout.write(
            f"{made.file}: {made.bytes / 2**20:,.1f} MiB, {len(held.tables)} tables, {held.rows:,} rows, "
            f"{made.seconds:.1f} s. {made.pruned} older removed."
        )

    def _every_night(self, folder: Path, keep: int, at: wall_time) -> None:
        """A backup now where the newest is old, then one each night; one that failed is tried again soon."""
        due = clock.now() if self._age_problem(folder) else next_night(clock.now(), at)
        while True:
            while (left := (due - clock.now()).total_seconds()) > 0:
                time.sleep(min(left, 60))  # the machine's clock may be set meanwhile
            try:
                self._back_up(folder, keep)
                due = next_night(clock.now(), at)
            except CommandError as problem:
                log.error("no backup was made", error=type(problem.__cause__).__name__)
                self.stderr.write(str(problem))
                due = clock.now() + AGAIN_AFTER
            connection.close()

    def _say_how_old(self, folder: Path) -> None:
        if problem := self._age_problem(folder):
            raise CommandError(problem)
        self.stdout.write(f"{kept(folder)[0]} is the newest.")

    def _age_problem(self, folder: Path) -> str:
        """Why the newest backup is not good enough; empty when it is."""
        files = kept(folder)
        if not files:
            return f"There is no backup in {folder}."
        if clock.now() - made_at(files[0]) > MAY_BE_OLD:
            return f"{files[0]} is the newest, and older than {MAY_BE_OLD.total_seconds() / 3600:.0f} hours."
        return ""
