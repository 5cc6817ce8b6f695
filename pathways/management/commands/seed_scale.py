"""`manage.py seed_scale`: a population of invented women, for measuring. Never in production."""

from __future__ import annotations

import os
import resource
from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carecoord import clock
from pathways.management.commands.load_demo import demonstration_password
from pathways.scale.seeding import ALIKE, THIN_FROM, NotHere, seed
from pathways.scale.writing import Progress

_EVERY = 5.0  # seconds between two lines


class Command(BaseCommand):
    """The same numbers and the same day give the same rows."""

    help = "Fill an empty database with a realistic, invented population, written with COPY. Not in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--journeys", type=int, required=True, metavar="N", help="how many pregnancies")
        parser.add_argument("--sites", type=int, default=4, metavar="K", help="at how many sites (4)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another number, other lives (1)")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DAY", help="the day it stands at (today)")
        parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), help="that tell lives (2)")
        parser.add_argument(
            "--alike", type=int, help=f"women who live one story (1; {ALIKE} from {THIN_FROM:,} journeys on)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        if options["journeys"] < 1 or not 1 <= options["sites"] <= 99:
            raise CommandError("Give one journey or more, at 1 to 99 sites.")
        password = demonstration_password()
        try:
            written = seed(
                options["journeys"],
                options["sites"],
                options["seed"],
                options["as_of"] or clock.today(),
                password=password,
                processes=options["processes"],
                say=_Screen(self, options["journeys"]),
                alike=options["alike"],
            )
        except NotHere as reason:
            raise CommandError(str(reason)) from reason
        for table, rows in written.items():
            self.stdout.write(f"{table + ':':24}{rows:>12,} rows")
        took = monotonic() - began
        largest = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        self.stdout.write(f"{took:,.0f} seconds, {options['journeys'] / took:,.0f} journeys a second, ", ending="")
        self.stdout.write(f"{largest / 1024:,.0f} MiB at most in one process")
        self.stdout.write(f"Sign in as midwife.ashf@demo.example or manager.ashf@demo.example, password {password}")


class _Screen(Progress):
    """Writes how far it is every few seconds, and each step."""

    def __init__(self, command: BaseCommand, journeys: int) -> None:
        self.command, self.journeys = command, journeys
        self.began = self.said = monotonic()

    def lives(self, done: int) -> None:
        if monotonic() - self.said >= _EVERY or done == self.journeys:
            self.said = monotonic()
            self.command.stdout.write(f"{self.said - self.began:8.0f} s  {done:>9,} of {self.journeys:,} journeys")

    def step(self, words: str) -> None:
        self.command.stdout.write(f"{monotonic() - self.began:8.0f} s  {words}")
