"""What a seeded population has of services and appointments (`seed_scale`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from random import Random

from django.db import connection

from pathways.scale.lives import VISIT, lives
from pathways.scale.rates import rates_of
from pathways.scale.rows import Job
from pathways.scale.writing import copy, standing_open
from referrals.models import Place, Service
from referrals.rules.kinds import AFTER_BIRTH, BY_KEY

AT_ONCE = 2_000  # stories whose rows are held at once
ROOM = 64  # ids for the visits, and for the appointments, of one journey
_LASTS = timedelta(minutes=40)
_VISIT = ("id", "journey_id", "on", "place_id", "elsewhere", "children", "interpreter_booked", "planned", "instead_of")
_APPOINTMENT = (
    "id", "journey_id", "woman_id", "visit_id", "kind", "during", "words", "her_words", "need_key",
    "needs_interpreter", "state", "booked_at", "cancelled_whose", "cancelled_why", "took_place", "attended",
    "recorded_at",
)  # fmt: skip


def add_services_and_visits(job: Job, processes: int) -> dict[str, int]:
    """Add a place and what treatment there is after birth to each site, and the appointments of every life."""
    places = {code: _place(job, code) for code in job.sites}
    services = Service.objects.bulk_create(
        (s for code in job.sites for s in _services(job, code)), ignore_conflicts=True
    )
    written = {"referrals_service": len(services), "referrals_visit": 0, "referrals_appointment": 0}
    tables = ("referrals_visit", "referrals_appointment")
    with connection.cursor() as cursor, standing_open(cursor, tables):
        base = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - our own names
            base[table] = cursor.fetchone()[0]
        for first in range(0, job.stories, AT_ONCE):
            rows: dict[str, list[str]] = {table: [] for table in tables}
            for table, row in _rows(job, first, places, base):
                rows[table].append(row)
            for table, columns in zip(tables, (_VISIT, _APPOINTMENT), strict=True):
                written[table] += copy(cursor, table, [f'"{name}"' for name in columns], "".join(rows[table]))
        for table in tables:
            last = base[table] + (job.journeys + 1) * ROOM
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
    return written


def _place(job: Job, code: str) -> int:
    site = job.sites[code].site
    place, _ = Place.objects.get_or_create(site=site, name=f"{site.name} hub", defaults={"neutral_name": site.name})
    return place.pk


def _services(job: Job, code: str) -> Iterator[Service]:
    """What treatment there is after birth: as often none as women are told that there is none."""
    options = rates_of(code).options
    for kind in AFTER_BIRTH:
        is_none = Random(f"{code}/{kind}").random() < 1.2 * options[3] / sum(options)  # noqa: S311 - no secret
        yield Service(
            site=job.sites[code].site,
            kind=kind,
            name=BY_KEY[kind].name,
            exists=Service.Exists.NOT_COMMISSIONED if is_none else Service.Exists.HERE,
            confirmed_on=job.at.date(),
        )


def _rows(job: Job, first: int, places: dict[str, int], base: dict[str, int]) -> Iterator[tuple[str, str]]:
    last = min(first + AT_ONCE, job.stories)
    for life in lives(job.seed, list(job.sites), last, job.at, first=first, thin=job.thin):
        days = [list(them) for _, them in groupby((at for at, _ in life.appointments), key=lambda at: at.date())]
        for number in range(life.number, job.journeys, job.stories):
            woman, journey = job.base["pathways_woman"] + number + 1, job.base["pathways_journey"] + number + 1
            appointment = base["referrals_appointment"] + number * ROOM
            for visit, times in enumerate(days, start=base["referrals_visit"] + number * ROOM + 1):
                on, place = times[0].date(), places[life.site]
                yield "referrals_visit", f"{visit}\t{journey}\t{on}\t{place}\t\t0\tf\tf\t{len(times)}\n"
                for kind, at in zip(VISIT, times, strict=False):
                    appointment += 1
                    yield (
                        "referrals_appointment",
                        f'{appointment}\t{journey}\t{woman}\t{visit}\t{kind}\t["{at}","{at + _LASTS}")\tAppointment'
                        f"\t\t\tf\tbooked\t{at}\t\t\tt\tyes\t{at + _LASTS}\n",
                    )
