"""`manage.py restore FILE`: a backup into an empty database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from carecoord.backup.programs import Failed
from carecoord.backup.restoring import compared, restore
from carecoord.backup.sealed import Damaged
from carecoord.backup.telling import table
from carecoord.environment import backup_keys


class Command(BaseCommand):
    """Exits with 0 when everything came back; with 1 where nothing was restored, or something is not as it was."""

    help = "Restore a backup into the empty database of DATABASE_URL_OWNER."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = restore(file, backup_keys())
            lines = compared(manifest)
        except (Damaged, Failed, DatabaseError, OSError, ValueError) as problem:
            raise CommandError(f"Nothing was restored. {problem}") from problem
        self.stdout.write(table(lines))
        if not all(line.same for line in lines):
            self.stdout.write("NOT everything is as it was when the backup was made. Do not open this to anybody.")
            sys.exit(1)
        self.stdout.write(
            f"Restored as it was at {manifest.made_at}. Next: manage.py migrate, manage.py recompute --check, "
            "manage.py verify_audit; then start web, worker and beat."
        )
