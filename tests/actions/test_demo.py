"""`manage.py load_demo`: what it loads, that it changes nothing the second time, and how its dates follow today."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from carecoord import clock
from carecoord.access import demo as accounts
from carecoord.access.models import Conflict, Cover, Grant, Seal, User
from carecoord.clock import LONDON
from carecoord.sites.models import Site
from pathways import projection
from pathways.actions import Draft, correct_event, record_event, update_woman
from pathways.alerting.duty import Asked, Roster
from pathways.alerting.levels import by_the_hour
from pathways.demo import parts
from pathways.demo.duties import HOLDERS, load_duties
from pathways.demo.following import append_only_lifted
from pathways.demo.routine import OF_THE_WARD
from pathways.demo.stories import stories_of
from pathways.engine import Stage
from pathways.models import (
    Address,
    Background,
    ContactDetail,
    DemoWoman,
    DutyPost,
    Event,
    Flag,
    Handoff,
    Identifier,
    Journey,
    SafeContact,
    Woman,
)
from pathways.moments import ALL
from pathways.moments.ladders import LADDERS
from pathways.wording.contact import contact_in_words
from tests.roles import as_role

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
RANK = ["missed", "overdue", "due_soon", "pending"]
PASSWORD = "a password for tests"
SAMPLE = Path(__file__).parent.parent / "data"
SHOWS = {
    (f"DEMO-{woman.ref}", journey.number): journey.shows
    for site_code in accounts.DEMO_SITES
    for woman in stories_of(site_code)
    for journey in woman.journeys
}


@pytest.fixture(scope="module", autouse=True)
def without_other_parts() -> Iterator[None]:
    """The women alone: what other parts tell of them is tested with those parts."""
    with mock.patch.object(parts, "NAMED", []):
        yield


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[time_machine.Traveller]:
    """The demonstration, loaded once for all tests at noon of an ordinary Tuesday; gives the clock."""
    demo_mode = override_settings(CARECOORD_MODE="demo", CARECOORD_DATA=tmp_path_factory.mktemp("demo"))
    password = mock.patch.dict(os.environ, CARECOORD_DEMO_PASSWORD=PASSWORD)
    frozen = time_machine.travel(NOON, tick=False)
    with (
        django_db_blocker.unblock(),
        as_role("cc_owner"),
        demo_mode,
        password,
        frozen as traveller,
        transaction.atomic(),
    ):
        load()
        yield traveller
        transaction.set_rollback(True)


@pytest.fixture
def noon(loaded: time_machine.Traveller, db: None) -> time_machine.Traveller:
    """The clock, at noon of the day on which the demonstration was loaded; each test's changes are undone."""
    loaded.move_to(NOON)
    return loaded


def load() -> str:
    """Run the command; returns what it printed."""
    printed = StringIO()
    call_command("load_demo", stdout=printed)
    return printed.getvalue()


def shown(journey: Journey) -> str:
    """What the caseload says of a journey now: the most urgent of what is open.

    The medicine of women who are on the ward now is no part of a story: the ward's own demonstration tells it.
    """
    handoffs = journey.handoffs.with_live_state().filter(live_state__in=RANK)
    if journey.in_hospital:
        handoffs = handoffs.exclude(moment__in=OF_THE_WARD)
    states = handoffs.values_list("live_state", flat=True)
    worst = min(states, key=RANK.index, default="pending")
    return "on_track" if worst == "pending" else worst


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of this product."""
    models = [model for label in ("access", "sites", "pathways") for model in apps.get_app_config(label).get_models()]
    return {model.__name__: list(model._base_manager.order_by("pk").values_list()) for model in models}


def her(ref: str) -> Woman:
    return Woman.objects.get(person_ref=f"DEMO-{ref}")


def local(instant: datetime) -> datetime:
    """The London wall clock."""
    return instant.astimezone(LONDON).replace(tzinfo=None)


def user(post: str) -> User:
    return User.objects.get(email=f"{post}@demo.example")


# -- what is loaded ------------------------------------------------------------------------------


def test_every_woman_stands_where_her_story_says(noon: time_machine.Traveller) -> None:
    journeys = {(each.woman.person_ref, each.number): each for each in Journey.objects.select_related("woman", "site")}
    assert {key: shown(journey) for key, journey in journeys.items()} == SHOWS
    assert {journey.stage for journey in journeys.values()} == set(Stage)
    sites = Counter(Woman.objects.values_list("site__code", flat=True))
    assert sites == {"ASHF": 34, "CALD": 13, "GLEN": 13, "TAYM": 12}
    mine = Journey.objects.filter(named_midwife=user("midwife.ashf")).exclude(stage=Stage.CLOSED)
    assert Counter(map(shown, mine)) == {"missed": 3, "overdue": 4, "due_soon": 7, "on_track": 16}
    late = Handoff.objects.filter(state__in=RANK[:2])
    assert Flag.objects.filter(cleared_at=None).count() == late.count()
    assert late.exclude(moment__in=OF_THE_WARD).count() == 10


def test_stored_rows_equal_a_recomputation(noon: time_machine.Traveller) -> None:
    for journey in Journey.objects.select_related("site"):
        assert projection.differences(journey, clock.now()) == []


def test_there_are_women_of_every_kind(noon: time_machine.Traveller) -> None:
    assert her("A18").journeys.get().babies.count() == 2
    assert her("A18").journeys.get().stage == Stage.POSTNATAL_INPATIENT
    assert not her("A18").journeys.get().in_hospital, "she is at home, one of her babies is not"
    assert her("G10").journeys.get().stage == Stage.POSTNATAL_COMMUNITY, "one twin with her, one placed away"
    assert sorted(her("A23").journeys.values_list("stage", flat=True)) == ["booking", "closed"]
    assert her("A22").pronouns == "they/them"
    assert (her("A01").called, her("A01").first_name) == ("Shan", "Siân")
    assert her("G03").search_key == "lucja wisniewska"
    assert her("A26").journeys.get().named_midwife is None
    assert her("A24").journeys.get().team.code == "valley"
    kinds = {ref: {number.kind for number in her(ref).numbers} for ref in ("C05", "T04", "G03")}
    assert kinds == {"C05": set(), "T04": {"chi"}, "G03": {"nhs", "chi"}}
    happened = set(Event.objects.values_list("kind", flat=True))
    assert {"transfer_requested", "transfer_accepted", "reunified", "pregnancy_loss", "baby_died"} <= happened
    assert Event.objects.filter(kind="baby_born", details__place="home").exists()


def test_what_is_recorded_was_recorded_by_staff_of_the_site_soon_after_it_happened(
    noon: time_machine.Traveller,
) -> None:
    for event in Event.objects.select_related("recorded_by", "journey__site"):
        assert event.recorded_by.email.endswith(f".{event.journey.site.code.lower()}@demo.example")
        assert timedelta(0) <= event.recorded_at - event.occurred_at < timedelta(hours=1)
    assert all(flag.raised_at == flag.handoff.due_at for flag in Flag.objects.select_related("handoff"))
    assert Journey.objects.filter(created_at__gt=NOON - timedelta(days=1)).count() == 0


def test_every_number_is_one_that_nobody_has(noon: time_machine.Traveller) -> None:
    files = "".join(path.read_text(encoding="utf-8-sig") for path in SAMPLE.glob("*/women.csv"))
    impossible = {"3002", "3102", "3104", "3106", "3109", "3111"}
    for number in Identifier.objects.all():
        assert number.value not in files, "the sample files could not be imported beside the demonstration"
        assert number.value.startswith("999000") if number.kind == "nhs" else number.value[:4] in impossible


def test_women_say_how_they_can_be_reached_and_where_they_are(noon: time_machine.Traveller) -> None:
    assert SafeContact.objects.exclude(channel="").count() == SafeContact.objects.count() == 18
    shan = her("A01").safe_contacts.get()
    assert (contact_in_words(shan), shan.confirmed_by) == (
        "text only, before 14:00, no voicemail",
        user("midwife.ashf"),
    )
    asked_again = [each for each in SafeContact.objects.all() if not each.is_confirmed(clock.today())]
    assert [each.woman.person_ref for each in asked_again] == ["DEMO-A20"]
    assert {"refuge", "none", "staying", "home", "outreach"} == set(Address.objects.values_list("kind", flat=True))
    assert {row.label for row in Background.objects.all()} == {
        "ethnicity", "abuse", "child_protection", "psychological",
    }  # fmt: skip
    for number in ContactDetail.objects.filter(kind="number"):
        assert number.value.startswith("07700 900"), "a number that nobody has"


# -- loaded again ----------------------------------------------------------------------------------


def test_on_the_same_day_it_changes_nothing_and_asks_little(noon: time_machine.Traveller) -> None:
    before = contents()
    noon.shift(timedelta(hours=9))
    with CaptureQueriesContext(connection) as queries:
        load()
    assert contents() == before
    assert len(queries) < 18


@pytest.mark.parametrize("days", [1, 30, 240], ids=["one day", "over the spring change", "over both changes"])
def test_on_a_later_day_every_date_moves_and_nothing_else(noon: time_machine.Traveller, days: int) -> None:
    before, events = contents(), {event.pk: event for event in Event.objects.all()}
    journeys = {journey.pk: journey for journey in Journey.objects.all()}
    distance = timedelta(days=days)
    # A minute after midnight: it does not wait for the hour at which it was first loaded.
    noon.move_to(clock.from_local(datetime.combine(clock.today() + distance, time(0, 1))))
    load()

    assert {name: [row[0] for row in rows] for name, rows in contents().items()} == {
        name: [row[0] for row in rows] for name, rows in before.items()
    }, "ids stay"
    for event in Event.objects.all():
        was = events[event.pk]
        assert local(event.occurred_at) == local(was.occurred_at) + distance
        assert local(event.recorded_at) == local(was.recorded_at) + distance
        assert event.details.keys() == was.details.keys()
        assert (event.kind, event.baby, event.note) == (was.kind, was.baby, was.note)
    for journey in Journey.objects.select_related("site", "woman"):
        was_journey = journeys[journey.pk]
        assert journey.edd_at_entry == was_journey.edd_at_entry + distance
        assert local(journey.created_at) == local(was_journey.created_at) + distance
        assert projection.differences(journey, clock.now()) == []
        assert shown(journey) == SHOWS[journey.woman.person_ref, journey.number], journey.woman.person_ref
    assert set(DemoWoman.objects.values_list("stands_on", flat=True)) == {clock.today()}
    assert her("A01").what_matters_on == clock.today() - timedelta(days=5)
    assert her("A01").safe_contacts.get().confirmed_on == clock.today() - timedelta(days=2)


def test_dates_among_the_details_move_too(noon: time_machine.Traveller) -> None:
    journey = her("A08").journeys.get()
    planned = journey.events.get(kind="mother_discharge_planned")
    agreed = journey.events.get(kind="dating_agreed")
    given = journey.events.filter(details__moment="NALOXONE_ANTENATAL").get()
    noon.shift(timedelta(days=30))
    load()
    assert journey.events.get(pk=planned.pk).details == {"planned_for": "2026-04-10T12:00:00+01:00"}
    for event, names in ((agreed, ["edd"]), (given, ["naloxone_offered_on", "naloxone_expiry"])):
        days = {name: date.fromisoformat(event.details[name]) + timedelta(days=30) for name in names}
        moved = {name: day.isoformat() for name, day in days.items()}
        assert journey.events.get(pk=event.pk).details == event.details | moved


def test_what_users_added_moves_with_her_and_never_past_the_present(noon: time_machine.Traveller) -> None:
    midwife, wanjiru = user("midwife.ashf"), her("A15")
    journey = wanjiru.journeys.get()
    first = journey.events.earliest("occurred_at")
    three = NOON + timedelta(hours=3)
    noon.move_to(three)
    event = record_event(journey, Draft("contact_made", three, note="Rang after lunch"), by=midwife)
    correction = correct_event(event, reason="It was her sister", by=midwife)
    update_woman(wanjiru, {"what_matters": "My sister"}, by=midwife)

    noon.move_to(NOON + timedelta(days=1))  # at three today nothing has happened yet
    load()
    event.refresh_from_db()
    assert event.occurred_at == three
    assert journey.events.get(pk=first.pk).occurred_at == first.occurred_at
    assert her("A19").demo.stands_on == clock.today()

    noon.move_to(three + timedelta(days=1))
    load()
    event.refresh_from_db()
    correction.refresh_from_db()
    assert event.occurred_at == event.recorded_at == correction.made_at == three + timedelta(days=1)
    assert journey.events.get(pk=first.pk).occurred_at == first.occurred_at + timedelta(days=1)
    assert her("A15").what_matters_on == clock.today()
    assert her("A15").demo.stands_on == clock.today()


def test_on_an_earlier_day_nothing_moves(noon: time_machine.Traveller) -> None:
    before = contents()
    noon.move_to(NOON - timedelta(days=3))
    load()
    assert contents() == before


def test_events_are_append_only_again_afterwards(noon: time_machine.Traveller) -> None:
    noon.shift(timedelta(days=1))
    load()
    with pytest.raises(InternalError, match="append-only"), transaction.atomic():
        Event.objects.update(note="changed")


def test_a_woman_whom_a_later_version_brings_is_added_to_those_who_are_here(noon: time_machine.Traveller) -> None:
    before = contents()
    story = stories_of("GLEN")[0]
    renamed = type(story)(**{**vars(story), "ref": "G99", "chi": "", "journeys": story.journeys})
    noon.shift(timedelta(hours=1))
    with mock.patch("pathways.demo.loading.stories_of", lambda code: (*stories_of(code), *[renamed][: code == "GLEN"])):
        assert "1 women added, 0 moved" in load()
    after = contents()
    assert all(after[name][: len(rows)] == rows for name, rows in before.items())
    assert shown(her("G99").journeys.get()) == story.journeys[0].shows


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["production", "test"])
def test_outside_demo_mode_it_refuses_and_changes_nothing(settings: Any, mode: str) -> None:
    settings.CARECOORD_MODE = mode
    before = contents()
    with pytest.raises(CommandError, match=f"demo mode; this is {mode}. Nothing was changed") as refused:
        load()
    assert refused.value.returncode == 1
    assert contents() == before
    with pytest.raises(RuntimeError, match="demonstration only"), append_only_lifted():
        pytest.fail("it let events be changed")


def test_before_the_tables_are_there_it_says_what_to_do(noon: time_machine.Traveller) -> None:
    with mock.patch.object(DemoWoman._meta, "db_table", "not_there_yet"), pytest.raises(CommandError, match="migrate"):
        load()


# -- who sees whom ---------------------------------------------------------------------------------


def test_it_shows_a_seal_a_conflict_and_a_cover(noon: time_machine.Traveller) -> None:
    assert Seal.objects.get().woman == her("A05")
    assert (Conflict.objects.get().woman, Conflict.objects.get().user) == (her("A07"), user("keyworker.ashf"))
    covered = Journey.objects.filter(named_midwife=user("midwife2.ashf")).exclude(stage="closed")
    seen = Grant.objects.of(user("midwife.ashf")).filter(kind="cover").values_list("journey", flat=True)
    assert set(covered.values_list("pk", flat=True)) <= set(seen)
    assert covered.count() == 3
    noon.shift(timedelta(days=20))
    load()
    assert Cover.objects.get().ends_on == clock.today() + timedelta(days=13)


# -- accounts --------------------------------------------------------------------------------------


def test_every_site_has_an_account_for_every_post(noon: time_machine.Traveller) -> None:
    printed = load()
    for site_code in accounts.DEMO_SITES:
        for name, post in accounts.POSTS.items():
            person = user(f"{name}.{site_code.lower()}")
            assert person.roles == {post.role}
            assert person.current_memberships[0].team.site.code == site_code
            assert person.check_password(PASSWORD)
            assert re.search(rf"{re.escape(person.email)} +{person.name} ", printed)
    assert PASSWORD in printed
    people = User.objects.filter(email__endswith="@demo.example")
    assert len(people) == len({person.name for person in people}) == 68
    teams = [user(f"{name}.ashf").current_memberships[0].team.code for name in ("midwife", "midwife2")]
    assert teams == ["bridge", "valley"]


def test_a_changed_password_reaches_every_account_and_is_hashed_once(noon: time_machine.Traveller) -> None:
    with mock.patch.object(accounts, "make_password", wraps=accounts.make_password) as hashed:
        load()
        with mock.patch.dict(os.environ, CARECOORD_DEMO_PASSWORD="another password"):
            load()
    assert [call.args for call in hashed.call_args_list] == [("another password",)]
    assert all(person.check_password("another password") for person in User.objects.filter(email__contains="@demo."))


def test_without_one_a_password_is_made_once_and_kept(
    noon: time_machine.Traveller, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CARECOORD_DEMO_PASSWORD")
    settings.CARECOORD_DATA = tmp_path
    load()
    kept = tmp_path / "demo-password"
    password = kept.read_text()
    assert re.fullmatch(r"[\w-]{16}", password)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert password in load()
    assert kept.read_text() == password
    assert user("ward.taym").check_password(password)


# -- ladders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [3, 12, 21])
def test_no_level_of_a_ladder_is_empty_in_the_demonstration(hour):
    staff = accounts.load_accounts("x")
    load_duties(staff, clock.now())
    load_duties(staff, clock.now())
    when = clock.now().astimezone(clock.LONDON).replace(hour=hour) + timedelta(days=1)
    for site_code in accounts.DEMO_SITES:
        site = Site.objects.get(code=site_code)
        midwife = staff[accounts.email_of("midwife", site_code)]
        team = midwife.current_memberships[0].team
        record = Journey(site=site, team=team, named_midwife=midwife)
        roster = Roster.of(site.pk, when)
        for moment in ALL:
            asked = Asked(moment.key, moment.subject, record)
            ladder = LADDERS[moment.ladder]
            for rung in ladder.rungs:
                told = [roster.holders(post, asked, by_the_hour=by_the_hour(ladder)) for post in rung.posts]
                assert any(told), (site_code, moment.key, rung.told)
    assert DutyPost.objects.count() == len(HOLDERS) * len(accounts.DEMO_SITES)
