"""One population, from nothing to a database that pages can be measured on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from carecoord.clock import LONDON
from pathways.engine.times import midnight_before
from pathways.models import Woman
from pathways.scale.parts import BESIDES
from pathways.scale.rows import REFERENCE, Job
from pathways.scale.sites import make_sites, site_codes
from pathways.scale.staff import load_staff
from pathways.scale.writing import Progress, base_ids, write

THIN_FROM = 300_000  # journeys from which on each has fewer events, and several women live the same story
ALIKE = 8


class NotHere(Exception):
    """This database is not one to be filled; the message says why."""


def check_place() -> None:
    """Raise NotHere in production, and where there are women who are neither of the demonstration nor seeded."""
    if settings.CARECOORD_MODE == "production":
        raise NotHere("Invented women are for demo mode. Nothing was changed.")
    seeded = Woman.objects.filter(person_ref__startswith=REFERENCE)
    if seeded.exists():
        raise NotHere("This database has been seeded already. Give another CARECOORD_DATA. Nothing was changed.")
    if Woman.objects.filter(demo=None).exists():
        raise NotHere("This database has women who are not invented. Nothing was changed.")


def seed(
    journeys: int,
    sites: int,
    seed: int,
    as_of: date,
    *,
    password: str,
    processes: int,
    say: Progress,
    alike: int | None = None,
) -> dict[str, int]:
    """Write a population as it stands at the beginning of a day; returns how many rows each table got.

    ``alike``: how many women live the same story. Raises NotHere.
    """
    check_place()
    make_sites(sites)
    at = midnight_before(as_of, LONDON)
    codes = site_codes(sites)
    with transaction.atomic():
        staffed = load_staff(codes, journeys, password, at)
        with connection.cursor() as cursor:
            base = base_ids(cursor)
        many = journeys >= THIN_FROM
        ordered = {code: staffed[code] for code in codes}
        job = Job(seed, journeys, at, thin=many, alike=alike or (ALIKE if many else 1), sites=ordered, base=base)
        written = write(job, processes, say)
        for name in BESIDES:
            say.step(name)
            written |= _besides(name)(job, processes)
    say.step("ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return written


def _besides(name: str) -> Callable[[Job, int], dict[str, int]]:
    found: Callable[[Job, int], dict[str, int]] = import_string(name)
    return found
