"""`manage.py anchor_audit`: tell the head of the chain outside the database, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from carecoord.audit.anchors import anchor


class Command(BaseCommand):
    """What the worker does every hour: before a release, a restore or an inspection, do it by hand."""

    help = "Write the head of the audit chain to the anchors' file, the log and the addresses."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(anchor().line)
