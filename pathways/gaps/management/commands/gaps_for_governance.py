"""`manage.py gaps_for_governance`: what no page shows, for the operator to hand to the governance group."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from pathways.gaps.figures import span_in_words
from pathways.gaps.measures import ALL, Shown
from pathways.gaps.models import Block
from pathways.gaps.rules.disclosure import in_words


class Command(BaseCommand):
    """Prints what was told of such measures: all sites together, hidden where it is small."""

    help = "Print the numbers that only the governance group is told: all sites together, 1 to 7 hidden."

    def handle(self, *args: Any, **options: Any) -> None:
        tables = [(measure, table) for measure in ALL for table in measure.tables if table.shown is Shown.GOVERNANCE]
        for measure, table in tables:
            self.stdout.write(f"{measure.key} {measure.title}: all sites together, 1 to 7 hidden, rounded to 5")
            blocks = Block.objects.filter(of_table=table.key, site=None).order_by("since")
            for block in blocks:
                count = in_words(None if block.groups is None else sum(block.groups))
                self.stdout.write(f"{span_in_words(block.since, block.until)}: {count}")
            if not blocks:
                self.stdout.write("Nothing was told yet.")
