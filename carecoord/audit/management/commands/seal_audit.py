"""`manage.py seal_audit`: seal what waits, in this process."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from carecoord.audit.sealing import seal


class Command(BaseCommand):
    """What the worker does every 30 seconds. Running it again seals nothing twice."""

    help = "Seal the audit entries that are committed and wait."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Sealed {seal():,}.")
