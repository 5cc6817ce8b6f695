"""`manage.py restore_drill`: does a backup restore? Tried in a scratch database, which goes again."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from carecoord.backup.drill import drill
from carecoord.backup.making import kept
from carecoord.backup.programs import Failed
from carecoord.backup.sealed import Damaged
from carecoord.backup.telling import table
from carecoord.environment import backup_folder, backup_keys


class Command(BaseCommand):
    """Exits with 0 when the backup would do, else with 1 and what is wrong with it."""

    help = "Restore a backup into a scratch database and compare all of it; the newest backup, or FILE."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--anchors", type=Path, metavar="FILE", help="the anchors; else the file of the settings")

    def handle(self, *args: Any, file: Path | None = None, anchors: Path | None = None, **options: Any) -> None:
        file = file or next(iter(kept(backup_folder())), None)
        if file is None:
            raise CommandError(f"There is no backup in {backup_folder()}. Name a file, or make one: manage.py backup")
        began = time.monotonic()
        try:
            done = drill(file, backup_keys(), anchors or Path(settings.AUDIT_ANCHOR_FILE))
        except (Damaged, Failed, DatabaseError, OSError, ValueError) as problem:
            raise CommandError(f"{file} does NOT restore. {problem}") from problem
        self.stdout.write(table(done.lines))
        for sentence in [*done.seen, *done.problems]:
            self.stdout.write(sentence)
        if done.problems:
            self.stdout.write(f"{file} does NOT restore as it was: {len(done.problems)} problems.")
            sys.exit(1)
        took = time.monotonic() - began
        self.stdout.write(f"{file} restores: everything is as it was at {done.manifest.made_at}. It took {took:.0f} s.")
