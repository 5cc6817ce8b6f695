"""`manage.py export_handoffs`: every handoff as CSV, now or as the facts were at another time."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carecoord import clock
from carecoord.sites.models import Site
from pathways.exporting import export_handoffs
from pathways.management.arguments import instant

WRONG_ARGUMENT = 2


class Command(BaseCommand):
    """Exit code 2: there is no such site, or the file cannot be written."""

    help = "Write the handoffs that follow from the facts to a CSV file. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--csv", required=True, metavar="FILE", help="where to write; - is standard output")
        parser.add_argument("--as-of", type=instant, metavar="TIME", help="only what had happened by then; default now")
        parser.add_argument("--site", metavar="CODE", help="only women who entered at this site")

    def handle(self, *args: Any, csv: str, as_of: datetime | None, site: str | None, **options: Any) -> None:
        at = as_of or clock.now()
        of_site = _site(site) if site else None
        if csv == "-":
            _to_standard_output(at, of_site)
            return
        try:
            with open(csv, "w", encoding="utf-8", newline="") as file:
                count = export_handoffs(file, at, site=of_site)
        except OSError as problem:
            raise CommandError(
                f"{csv} cannot be written: {problem.strerror}. Name another file.", returncode=WRONG_ARGUMENT
            ) from problem
        self.stdout.write(f"{count:,} handoffs as of {at:%Y-%m-%dT%H:%M:%SZ}")


def _to_standard_output(at: datetime, site: Site | None) -> None:
    try:
        export_handoffs(sys.stdout, at, site=site)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has had enough, as `head` has; Python must not flush once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _site(code: str) -> Site:
    site = Site.objects.filter(code=code.upper()).first()
    if site is None:
        codes = ", ".join(Site.objects.values_list("code", flat=True))
        raise CommandError(f"There is no site {code}. Give one of {codes}.", returncode=WRONG_ARGUMENT)
    return site
