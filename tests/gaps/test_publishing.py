"""Numbers are told at the end of a quarter, once, and never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from carecoord.sites.models import Site
from pathways.gaps.measures import TABLES
from pathways.gaps.models import Block, Cell, Standing, Told
from pathways.gaps.publishing import publish

pytestmark = pytest.mark.django_db
TABLE = "M03.born"  # settles at once


def counted(site: str, month: date, *parts: int, table: str = TABLE) -> None:
    for part, count in enumerate(parts):
        Cell.objects.create(
            of_table=table, site=Site.objects.get(code=site), month=month, part=part, count=count, women=count
        )


def told(site: str | None = "ASHF", table: str = TABLE) -> list[tuple[date, date, list[int] | None]]:
    blocks = Block.objects.filter(of_table=table, site__code=site).order_by("since")
    return list(blocks.values_list("since", "until", "groups"))


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def everywhere(month: date, *parts: int) -> None:
    for site in ("ASHF", "CALD", "GLEN", "TAYM"):
        counted(site, month, *parts)


def test_a_quarter_is_told_when_what_was_written_late_has_come_in() -> None:
    everywhere(date(2026, 2, 1), 21, 12)

    assert publish(on(2026, 4, 14)) == 0
    assert publish(on(2026, 4, 16)) == 4

    assert told() == [(date(2026, 1, 1), date(2026, 4, 1), [20, 10])]


def test_what_is_recorded_later_changes_no_number() -> None:
    everywhere(date(2026, 2, 1), 21, 12)
    publish(on(2026, 4, 16))
    Cell.objects.update(count=40, women=40)

    assert publish(on(2026, 4, 20)) == 0

    assert told() == [(date(2026, 1, 1), date(2026, 4, 1), [20, 10])]


def test_while_no_table_is_due_they_are_asked_about_together(django_assert_num_queries: Any) -> None:
    everywhere(date(2026, 2, 1), 21, 12)
    tables = [TABLES[TABLE], TABLES["M02.late"]]
    for table in tables:
        Told.objects.create(of_table=table.key, until=date(2026, 4, 1), told_at=on(2026, 4, 16))

    with django_assert_num_queries(1):
        assert publish(on(2026, 7, 14), tables=tables) == 0


def test_a_small_quarter_waits_for_the_next_one() -> None:
    everywhere(date(2026, 2, 1), 6, 12)
    everywhere(date(2026, 5, 1), 5, 12)

    publish(on(2026, 4, 16))
    assert told() == []
    assert Told.objects.filter(of_table=TABLE).count() == 1
    publish(on(2026, 7, 16))

    assert told() == [(date(2026, 1, 1), date(2026, 7, 1), [10, 25])]


def test_steps_that_were_missed_are_taken_one_after_the_other() -> None:
    for month in (1, 4, 7):
        everywhere(date(2026, month, 1), 21, 12)

    assert publish(on(2026, 10, 16)) == 12

    assert [since for since, _, _ in told()] == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]


def test_after_a_separation_all_sites_are_told_of_together_and_two_years_at_once() -> None:
    for site in ("ASHF", "CALD", "GLEN", "TAYM"):
        counted(site, date(2024, 5, 1), 4, 3, 2, table="M13.reached")
        counted(site, date(2025, 5, 1), 1, 0, 1, table="M13.reached")

    publish(on(2026, 3, 1))

    assert told("ASHF", "M13.reached") == []
    assert told(None, "M13.reached") == [(date(2024, 1, 1), date(2025, 1, 1), [15, 10, 10])]
    assert Standing.objects.get(of_table="M13.reached").lines["24h"]["some"] == 15


def test_medians_come_with_their_block_and_only_of_ten() -> None:
    site = Site.objects.get(code="ASHF")
    for value in range(12):
        Cell.objects.create(
            of_table="M05.share", site=site, month=date(2026, 1, 1), part=0, value=50 + value, count=1, women=1
        )
    for code in ("CALD", "GLEN", "TAYM"):
        counted(code, date(2026, 1, 1), 9, table="M05.share")

    publish(on(2026, 7, 1))

    assert Block.objects.get(of_table="M05.share", site=site).spread == [53, 55.5, 58.5]
    assert set(Block.objects.filter(of_table="M05.share").exclude(site=site).values_list("spread")) == {(None,)}


def test_of_whom_it_is_not_known_is_told_beside_and_hidden_when_few() -> None:
    for code, unknown in (("ASHF", 0), ("CALD", 3), ("GLEN", 8), ("TAYM", 9)):
        counted(code, date(2026, 1, 1), 21, 12, table="M08.doses")
        counted(code, date(2026, 1, 1), 0, 0, table="M03.born")
        Cell.objects.create(
            of_table="M08.doses",
            site=Site.objects.get(code=code),
            month=date(2026, 1, 1),
            part=-1,
            count=unknown,
            women=min(unknown, 8),
        )

    publish(on(2026, 7, 1))

    said = dict(Block.objects.filter(of_table="M08.doses", since="2026-01-01").values_list("site__code", "missing"))
    assert said == {"ASHF": 0, "CALD": None, "GLEN": 10, "TAYM": 10}


def test_the_standing_says_what_changed() -> None:
    for month in range(1, 13):
        everywhere(date(2024, month, 1), 10, 30)
        everywhere(date(2025, month, 1), 30, 10)

    publish(on(2026, 1, 20))

    row = Standing.objects.get(of_table=TABLE, site__code="ASHF")
    assert (row.since, row.until) == (date(2025, 1, 1), date(2026, 1, 1))
    assert row.lines["born"] == {"some": 360, "whole": 480, "change": "better", "since": "2025-01-01"}


def test_what_was_told_stays() -> None:
    everywhere(date(2026, 2, 1), 21, 12)
    publish(on(2026, 4, 16))

    for statement in ("UPDATE gaps_block SET groups = '{0,0}'", "DELETE FROM gaps_told"):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    block = Block.objects.filter(site__code="ASHF").get()
    with pytest.raises(DatabaseError, match="nothing_is_told_twice"), transaction.atomic():
        Block.objects.create(of_table=TABLE, site=block.site, since=date(2026, 3, 1), until=date(2026, 5, 1))
