"""The verbs of places and their rooms. A room is never taken away: what was held in it stays readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.seen import Seen, one_at_a_time
from pathways.visibility import check_may_at
from referrals.models import Place, Room

# What somebody writes down of a place, in the order in which it is asked.
COLUMNS = ("name", "neutral_name", "address", "getting_there", "telephone", "access")


def values_of(place: Place) -> dict[str, Any]:
    """What stands of a place, by column, as forms show it and verbs compare it."""
    return {name: getattr(place, name) for name in COLUMNS} | {"access": sorted(place.access)}


@transaction.atomic
def add_place(site: Site, values: Mapping[str, Any], rooms: Iterable[str] = (), *, by: User | None) -> Place:
    """Write down a place with its rooms. ``values`` by column."""
    _keep(site, by)
    return _save(Place(site=site), values, {}, rooms)


@transaction.atomic
def change_place(
    place: Place,
    values: Mapping[str, Any],
    names: Mapping[int, str] | None = None,
    rooms: Iterable[str] = (),
    *,
    seen: Seen | None = None,
    by: User,
) -> Place:
    """Change a place and the ``names`` of its rooms (by id), add ``rooms``. Raises Changed as change_service does."""
    _keep(place.site, by)
    place = Place.objects.select_related("site").get(pk=place.pk)
    wanted = {**values_of(place), **values}
    return _save(place, seen.merged(values_of(place), wanted) if seen else wanted, names or {}, rooms)


def _keep(site: Site, by: User | None) -> None:
    check_may_at(by, Ability.KEEP_SERVICES, site_id=site.pk)
    one_at_a_time(f"places of {site.code}")


def _save(place: Place, values: Mapping[str, Any], names: Mapping[int, str], rooms: Iterable[str]) -> Place:
    for name, what in (("name", "what the place is called"), ("neutral_name", "a name that says nothing of a service")):
        if not values[name].strip():
            raise Refused(f"Write {what}.", field=name)
    if Place.objects.filter(site=place.site, name=values["name"]).exclude(pk=place.pk).exists():
        raise Refused("This site has a place of that name already.", field="name")
    for name, value in values.items():
        setattr(place, name, value)
    place.save()
    _save_rooms(place, names, [name.strip() for name in rooms if name.strip()])
    return place


def _save_rooms(place: Place, names: Mapping[int, str], more: list[str]) -> None:
    known = list(place.rooms.order_by("name"))
    after = [names.get(room.pk, room.name).strip() for room in known]
    if not all(after):
        raise Refused("A room keeps a name. Write one for each.", field="rooms")
    all_names = [*after, *more]
    twice = next((name for name in all_names if all_names.count(name) > 1), None)
    if twice:
        raise Refused(f"Two rooms are called {twice}. Give one of them another name.", field="rooms")
    # By way of names that no room has, so that two rooms can change theirs with each other.
    changed = [(room, name) for room, name in zip(known, after, strict=True) if room.name != name]
    for room, _ in changed:
        Room.objects.filter(pk=room.pk).update(name=f"room {room.pk} is being renamed")
    for room, name in changed:
        Room.objects.filter(pk=room.pk).update(name=name)
    Room.objects.bulk_create([Room(place=place, name=name) for name in more])
