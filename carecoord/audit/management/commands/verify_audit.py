"""`manage.py verify_audit`: is everything that was written down still there, as it was written?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from carecoord.audit.models import Verification
from carecoord.audit.verifying import Verdict, verify


class Command(BaseCommand):
    """Walks the whole chain and compares every anchor. Exits with 0 when all is well, else with 1 and the reasons."""

    help = "Verify the audit trail: the sealed chain, every entry, every anchor, the triggers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchors", type=Path, metavar="FILE", help="the anchors; else the file of the settings")

    def handle(self, *args: Any, anchors: Path | None = None, **options: Any) -> None:
        file = anchors or Path(settings.AUDIT_ANCHOR_FILE)
        if anchors and not anchors.is_file():
            raise CommandError(f"There is no file {anchors}. Name the one that the anchors are written to.")
        verdict = self._verify(file)
        Verification.objects.bulk_create(
            [Verification(links=verdict.links, anchors=verdict.anchors, problems=verdict.problems)]
        )
        for sentence in verdict.sentences:
            self.stdout.write(sentence)
        if verdict.problems > len(verdict.sentences):
            self.stdout.write(f"And {verdict.problems - len(verdict.sentences):,} more.")
        walked = f"links {verdict.links:,}, anchors {verdict.anchors:,}, not yet sealed {verdict.waiting:,}"
        if verdict.problems:
            self.stdout.write(f"NOT as it was written. Problems {verdict.problems:,}; {walked}.")
            sys.exit(1)
        self.stdout.write(f"All is as it was written: {walked}.")

    def _verify(self, file: Path) -> Verdict:
        if not file.is_file():
            return verify(None)
        with file.open(encoding="utf-8", errors="replace") as lines:
            return verify(lines)
