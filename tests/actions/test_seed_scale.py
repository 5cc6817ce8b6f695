"""`manage.py seed_scale`: deterministic, engine-correct, with something for every measure, and never in production."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.sites import definitions
from pathways.engine import Vocabulary, problems_in_fact
from pathways.engine.times import midnight_before
from pathways.gaps.refreshing import differences as cells_differing
from pathways.models import Event, Handoff, Journey, Woman
from pathways.moments import PRODUCTS, by_key
from pathways.projection import differences
from pathways.scale.lives import Life, lives
from pathways.scale.seeding import NotHere, seed
from pathways.scale.sites import site_codes
from pathways.scale.writing import Progress
from tests.factories import woman

JOURNEYS, SITES, SEED = 60, 6, 4
DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODES = site_codes(SITES)
ROWS = {
    "pathways_woman": "person_ref, first_name, last_name, preferred_name, date_of_birth, search_key, created_at",
    "pathways_event": "kind, occurred_at, baby, details, recorded_at",
    "pathways_handoff": "moment, step, subject, subject_number, occurrence, due_at, state, ended_at, late_entry",
    "pathways_flag": "handoff_key, level, raised_at, rung",
    "access_grant": "kind, reason, starts_at, ends_at",
}


@pytest.fixture(autouse=True)
def sites_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The files of made-up sites go to a folder that only this test knows."""
    monkeypatch.setattr(definitions, "invented_sites", lambda: tmp_path)
    monkeypatch.setattr("pathways.scale.sites.invented_sites", lambda: tmp_path)
    yield
    definitions.all_site_definitions.cache_clear()


def seeded(number: int = SEED, journeys: int = JOURNEYS, alike: int = 1) -> dict[str, int]:
    return seed(journeys, SITES, number, DAY, password="correct horse", processes=1, say=Progress(), alike=alike)


def told(number: int, count: int = 150) -> list[Life]:
    return list(lives(number, CODES, count, NOON))


def as_text(life: Life) -> str:
    return f"{life.site}{life.edd}{[(fact.kind, fact.at, fact.baby, fact.details) for fact in life.facts]}{life.by}"


def test_the_same_seed_tells_the_same_lives() -> None:
    one, again, other = ([as_text(life) for life in told(number, 50)] for number in (1, 1, 2))
    assert one == again
    assert one != other


def test_a_life_does_not_depend_on_who_tells_the_others() -> None:
    alone = list(lives(1, CODES, 40, NOON, first=3, step=4))
    assert [as_text(life) for life in alone] == [as_text(life) for life in told(1, 40)][3::4]


def test_lives_are_what_the_rules_can_read() -> None:
    known = Vocabulary(by_key, PRODUCTS, CODES)
    facts = [fact for life in told(3) for fact in life.facts]
    assert [fact for fact in facts if problems_in_fact(fact.kind, fact.baby, fact.details, known)] == []
    assert all(fact.at <= NOON for fact in facts)


def test_sites_differ() -> None:
    """At one site treatment after birth often does not exist, at another seldom."""
    none = {code: 0 for code in ("ASHF", "CALD")}
    asked = dict.fromkeys(none, 0)
    for life in lives(1, ("ASHF", "CALD"), 200, NOON):
        said = [fact.details["option_status"] for fact in life.facts if "option_status" in fact.details]
        asked[life.site] += len(said)
        none[life.site] += said.count("not_commissioned")
    assert none["CALD"] / asked["CALD"] > 3 * none["ASHF"] / asked["ASHF"]


@pytest.mark.django_db
def test_a_population_is_what_the_engine_says_and_the_same_again() -> None:
    """Three women live each story here, so that this is tried too."""
    written = seeded(alike=3)
    assert written["pathways_journey"] == Journey.objects.count() == JOURNEYS
    now = clock.now()
    journeys = list(Journey.objects.select_related("site", "entered_site"))
    assert [found for journey in journeys for found in differences(journey, now)] == []
    assert cells_differing(midnight_before(DAY, clock.LONDON)) == []
    assert Woman.objects.values("first_name", "last_name", "date_of_birth").distinct().count() == JOURNEYS
    assert set(Handoff.objects.values_list("state", flat=True)) >= {"missed", "completed_on_time", "completed_late"}
    assert not Event.objects.filter(recorded_by=None).exists()
    midwives = User.objects.filter(memberships__team__site__code=CODES[-1], memberships__team__kind=Team.Kind.CASELOAD)
    assert Journey.objects.filter(site__code=CODES[-1], named_midwife__in=midwives).exists()
    standing = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D' AND NOT tgisinternal"
    unforced = (
        "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity AND relname LIKE 'path%%'"
    )
    with connection.cursor() as cursor:
        for question in (standing, unforced):
            cursor.execute(question)
            assert cursor.fetchone()[0] == 0


def digest() -> dict[str, str]:
    """Of every table's rows, without the ids that the database gives."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in ROWS.items():
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}")  # noqa: S608 - our own names
            found[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_rows() -> None:
    digests = []
    for _ in range(2):
        with transaction.atomic():
            seeded(journeys=15)
            digests.append(digest())
            transaction.set_rollback(True)
        definitions.all_site_definitions.cache_clear()
    assert digests[0] == digests[1]


@pytest.mark.django_db
def test_not_in_production(settings: object) -> None:
    settings.CARECOORD_MODE = "production"  # type: ignore[attr-defined]
    with pytest.raises(NotHere, match="demo mode"):
        seeded()
    assert not Woman.objects.exists()


@pytest.mark.django_db
def test_not_beside_real_women() -> None:
    woman()
    with pytest.raises(CommandError, match="not invented"):
        call_command("seed_scale", journeys=10, stdout=StringIO())
    assert Woman.objects.count() == 1
