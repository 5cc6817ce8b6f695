"""`manage.py measures_reference`: the page that lists every measure, from the declarations."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pathways.gaps.reference import measures_markdown

PAGE = settings.BASE_DIR / "docs" / "measures.md"


class Command(BaseCommand):
    """Writes docs/measures.md; a test holds that it is up to date."""

    help = "Write docs/measures.md from the declared measures."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(measures_markdown(), encoding="utf-8")
        self.stdout.write(f"Written: {PAGE.name}")
