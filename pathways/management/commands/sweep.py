"""`manage.py sweep`: one sweep in this process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from carecoord.sites.models import Site
from pathways.management.arguments import instant
from pathways.sweep import sweep


class Command(BaseCommand):
    """Moves the handoffs whose time has come, and raises their flags. Running it again changes nothing more."""

    help = "Mark what has become due soon, overdue or missed, and raise one flag for each overdue or missed handoff."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=instant, metavar="TIME", help="sweep for this instant instead of now")
        parser.add_argument("--site", metavar="CODE", help="sweep this site alone")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, as_of: datetime | None = None, site: str | None = None, **options: Any) -> None:
        connection.ensure_connection()  # so that the seconds are the sweep's own
        sites = Site.objects.filter(code=site) if site else None
        if sites is not None and not sites:
            raise CommandError(f"there is no site {site}", returncode=2)
        swept = asdict(sweep(as_of, sites=sites))
        failed = swept.pop("failed")
        swept.pop("told")  # these five are what other programs read
        if options["json"]:
            self.stdout.write(json.dumps(swept))
        else:
            self.stdout.write(", ".join(f"{name} {value:,}" for name, value in swept.items()))
        if failed:
            raise CommandError(f"{failed} sites could not be swept; the log says why")
