"""Queries whose SQL is worked out once answer like those that are worked out each time."""

from __future__ import annotations

import gc
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.urls import get_resolver

from carecoord import clock
from carecoord.compiled import Compiled, Given, IsOneOf
from pathways.models import Event
from tests.factories import ago, happened, journey

_SINCE = Compiled(
    lambda: (
        Event.objects.filter(
            IsOneOf(models.F("journey"), Given("journeys", ArrayField(models.BigIntegerField()))),
            occurred_at__gt=Given("since", models.DateTimeField()),
        )
        .select_related("journey__woman")
        .annotate(her=models.F("journey__woman__sort_key"))
        .order_by("pk")
    )
)


@pytest.mark.django_db
def test_it_is_asked_with_other_values_each_time() -> None:
    one, two = journey(), journey()
    happened(one, ("first_contact", ago(60)), ("booking_completed", ago(40)))
    happened(two, ("first_contact", ago(30)))
    assert [each.kind for each in _SINCE(journeys=[one.pk], since=ago(50))] == ["booking_completed"]
    both = _SINCE(journeys=[one.pk, two.pk], since=ago(100))
    assert [each.journey_id for each in both] == [one.pk, one.pk, two.pk]
    assert both[0].journey.woman == one.woman
    assert both[0].her == one.woman.sort_key  # type: ignore[attr-defined]
    assert _SINCE(journeys=[], since=ago(100)) == []
    first = _SINCE.first(journeys=[two.pk], since=ago(100))
    assert first is not None
    assert first.journey_id == two.pk
    assert _SINCE.first(journeys=[two.pk], since=clock.now()) is None


@pytest.mark.django_db
def test_nothing_is_kept_of_the_rows() -> None:
    her = journey()
    assert _SINCE(journeys=[her.pk], since=ago(100)) == []
    happened(her, ("first_contact", ago(30)))
    assert len(_SINCE(journeys=[her.pk], since=ago(100))) == 1


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection() -> None:
    her = journey()
    happened(her, ("first_contact", ago(30)))
    here = _SINCE(journeys=[her.pk], since=ago(100))
    there: list[tuple[object, list[Event]]] = []

    def ask() -> None:
        with connection.cursor() as cursor:  # the connection of this thread, as the owner of the tables
            cursor.execute("SET ROLE cc_owner")
        there.append((connection.connection, _SINCE(journeys=[her.pk], since=ago(100))))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    ((its_own, rows),) = there
    assert its_own is not connection.connection
    assert rows == here


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        _SINCE(journeys=[1])


def test_nothing_in_a_compiled_query_depends_on_the_clock() -> None:
    """A time of day that stood in the SQL would stand there until the process ends."""
    assert get_resolver().url_patterns  # every page is loaded, and with it what it asks
    found = [each for each in gc.get_objects() if type(each) is Compiled and each is not _SINCE]
    assert len(found) > 5
    for each in found:
        made = []
        for later in (0, 400):
            with time_machine.travel(clock.present() + timedelta(days=later), tick=False):
                sql, places = each._make().query.sql_with_params()
                made.append((sql, [str(getattr(place, "adapted", place)) for place in places]))
        assert made[0] == made[1], made[0]
