"""The directory of services: what is written down, by whom, and what the verbs refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.seen import Changed, Seen
from referrals.directory import add_service, change_service, confirm_service, end_service, values_of
from referrals.models import Place, Service
from referrals.places import add_place, change_place
from referrals.places import values_of as values_of_place
from tests.factories import staff
from tests.services import place, service

pytestmark = pytest.mark.django_db
ROWAN = {"kind": "mother_and_baby", "name": "Rowan House", "capacity": 6, "free_places": 2}


@pytest.fixture
def keeper(db: None) -> User:
    return staff(Role.SERVICE_MANAGER, team="office", name="H. Quinn")


@pytest.fixture
def site(db: None) -> Site:
    return Site.objects.get(code="ASHF")


def refused(field: str, verb: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    assert caught.value.field == field
    return caught.value.sentence


def test_what_is_added_counts_as_confirmed_that_day(site: Site, keeper: User) -> None:
    made = add_service(site, {**ROWAN, "takes_late_bookers": "yes"}, by=keeper)
    made.refresh_from_db()
    assert (made.confirmed_on, made.confirmed_by) == (clock.today(), keeper)
    assert (made.exists, made.takes_late_bookers, made.takes_babies) == ("here", "yes", "ask")


def test_what_does_not_exist_is_a_row_with_nothing_of_what_a_service_has(site: Site, keeper: User) -> None:
    here = place()
    made = add_service(
        site, {**ROWAN, "exists": "not_commissioned", "place": here, "note": "Closed in 2024.", "where": ""}, by=keeper
    )
    made.refresh_from_db()
    assert (made.capacity, made.free_places, made.place, made.hours) == (None, None, None, {})
    assert (made.name, made.note) == ("Rowan House", "Closed in 2024.")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"free_places": 7}, "free_places"),
        ({"hours": {"mon-fri": "9-17", "bank_holidays": "closed"}}, "hours"),
        ({"hours": {"mon-fri": "09:00-17:00"}}, "hours"),
    ],
)
def test_what_cannot_be_is_refused(site: Site, keeper: User, wrong: dict[str, Any], field: str) -> None:
    refused(field, add_service, site, {**ROWAN, **wrong}, by=keeper)
    assert not Service.objects.exists()


def test_a_name_stands_once_at_a_site_until_its_service_ended(site: Site, keeper: User) -> None:
    first = add_service(site, ROWAN, by=keeper)
    refused("name", add_service, site, ROWAN, by=keeper)
    assert add_service(Site.objects.get(code="CALD"), ROWAN, by=None)
    Service.objects.filter(pk=first.pk).update(ended_on=clock.today(), ended_why="Funding ended")
    assert add_service(site, ROWAN, by=keeper).pk != first.pk


def test_place_and_team_are_the_sites_own(site: Site, keeper: User) -> None:
    refused("place", add_service, site, {**ROWAN, "place": place(site="GLEN")}, by=keeper)
    team = Team.objects.get(site__code="GLEN", code="hv")
    refused("team", add_service, site, {**ROWAN, "team": team}, by=keeper)


def test_a_service_stays_what_it_is(site: Site, keeper: User) -> None:
    made = add_service(site, ROWAN, by=keeper)
    refused("kind", change_service, made, {"kind": "residential"}, by=keeper)
    assert "has closed" in refused("exists", change_service, made, {"exists": "not_commissioned"}, by=keeper)
    change_service(made, {"exists": "elsewhere"}, by=keeper)


def test_whoever_saves_second_is_told_what_stands(site: Site, keeper: User) -> None:
    made = add_service(site, ROWAN, by=keeper)
    seen = Seen.of(f"service {made.pk}", values_of(made))
    change_service(made, {"free_places": 1}, seen=seen, by=keeper)
    with pytest.raises(Changed) as caught:
        change_service(made, {**ROWAN, "free_places": 0}, seen=seen, by=keeper)
    assert caught.value.fields == ("free_places",)
    change_service(made, {**values_of(made), "waiting_days": 5}, seen=seen, by=keeper)  # another field goes through
    made.refresh_from_db()
    assert (made.free_places, made.waiting_days) == (1, 5)


def test_confirming_says_who_and_when(keeper: User) -> None:
    made = service(confirmed_on=clock.today() - timedelta(days=200))
    confirm_service(made, by=keeper)
    made.refresh_from_db()
    assert (made.confirmed_on, made.confirmed_by) == (clock.today(), keeper)


@pytest.mark.parametrize("role", [Role.HEALTH_VISITOR, Role.OBSTETRIC_DOCTOR])
def test_who_only_reads_changes_nothing(site: Site, role: Role) -> None:
    reader, made = staff(role), service()
    for verb in (
        lambda: add_service(site, ROWAN, by=reader),
        lambda: change_service(made, {"name": "x"}, by=reader),
        lambda: confirm_service(made, by=reader),
        lambda: end_service(made, "x", by=reader),
        lambda: add_place(site, {"name": "x", "neutral_name": "x"}, by=reader),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_who_keeps_one_site_changes_no_other(keeper: User) -> None:
    far = service(site="GLEN")
    with pytest.raises(PermissionDenied):
        confirm_service(far, by=keeper)
    with pytest.raises(PermissionDenied):
        change_place(place(site="GLEN"), {"name": "x"}, by=keeper)


# -- places -------------------------------------------------------------------------------------------


HUB = {"name": "Ashford Bridge hub", "neutral_name": "Mill Lane"}


def rooms_of(here: Place) -> list[str]:
    return sorted(here.rooms.values_list("name", flat=True))


def test_a_place_has_its_rooms_and_two_can_change_their_names(site: Site, keeper: User) -> None:
    here = add_place(site, HUB, ["Room 1", " ", "Room 2 "], by=keeper)
    assert rooms_of(here) == ["Room 1", "Room 2"]
    first, second = here.rooms.order_by("name")
    change_place(here, {}, {first.pk: "Room 2", second.pk: "Room 1"}, ["Room 3"], by=keeper)
    first.refresh_from_db()
    assert (first.name, rooms_of(here)) == ("Room 2", ["Room 1", "Room 2", "Room 3"])


def test_rooms_keep_names_of_their_own(site: Site, keeper: User) -> None:
    here = add_place(site, HUB, ["Room 1", "Room 2"], by=keeper)
    first = here.rooms.order_by("name")[0]
    for names, more in (({first.pk: " "}, []), ({first.pk: "Room 2"}, []), ({}, ["Room 1"])):
        refused("rooms", change_place, here, {}, names, more, by=keeper)
    assert rooms_of(here) == ["Room 1", "Room 2"]


def test_a_place_has_two_names_and_stands_once(site: Site, keeper: User) -> None:
    here = add_place(site, HUB, by=keeper)
    refused("neutral_name", change_place, here, {"neutral_name": ""}, by=keeper)
    refused("name", add_place, site, HUB, by=keeper)
    assert add_place(Site.objects.get(code="GLEN"), HUB, by=None)


def test_whoever_saves_a_place_second_is_told(site: Site, keeper: User) -> None:
    here = add_place(site, HUB, by=keeper)
    seen = Seen.of(f"place {here.pk}", values_of_place(here))
    change_place(here, {"address": "Mill Lane 3"}, seen=seen, by=keeper)
    with pytest.raises(Changed):
        change_place(here, {"address": "Mill Lane 5"}, seen=seen, by=keeper)
