"""`manage.py pathway_reference`: the page that lists every critical moment, from the declarations."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pathways.moments.reference import reference_markdown

PAGE = settings.BASE_DIR / "docs" / "pathway-reference.md"


class Command(BaseCommand):
    """Writes docs/pathway-reference.md; a test holds that it is up to date."""

    help = "Write docs/pathway-reference.md from the declared moments."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(reference_markdown(), encoding="utf-8")
        self.stdout.write(f"Written: {PAGE.name}")
