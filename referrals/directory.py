"""The verbs of the directory: what exists at a site, for whom, and where. What does not exist is written down too.

As elsewhere: object first, ``by`` last, one transaction, permission checked, and a refusal says what to do. What is
added or changed counts as confirmed on that day: whoever wrote it down has just asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from carecoord.sites.hours import opening_hours
from carecoord.sites.models import Site
from pathways.seen import Seen, one_at_a_time
from pathways.visibility import check_may_at
from referrals.clinics import cancel_session
from referrals.looping import bring_back
from referrals.models import SeriesSession, Service, Session
from referrals.rules.fit import ANSWERS

Exists = Service.Exists

# What somebody writes down of a service, in the order in which it is asked.
COLUMNS = (
    *("kind", "name", "exists", "team", "telephone", "email", *ANSWERS, "criteria"),
    *("capacity", "free_places", "waiting_days", "hours", "place", "where", "access", "funding", "note"),
)
# What a service that does not exist has nothing of.
_OF_WHAT_EXISTS: Mapping[str, Any] = {
    "team": None,
    "telephone": "",
    "email": "",
    **dict.fromkeys(ANSWERS, Service.Whether.ASK),
    "criteria": "",
    "capacity": None,
    "free_places": None,
    "waiting_days": None,
    "hours": {},
    "place": None,
    "access": [],
}


def values_of(service: Service) -> dict[str, Any]:
    """What stands of a service, by column, as forms show it and verbs compare it."""
    values = {name: getattr(service, name) for name in COLUMNS}
    return values | {"hours": dict(sorted(service.hours.items())), "access": sorted(service.access)}


@transaction.atomic
def add_service(site: Site, values: Mapping[str, Any], *, by: User | None) -> Service:
    """Write down a service of a site, or that there is none of its kind. ``values`` by column."""
    _keep(site, by)
    service = Service(site=site)
    return _save(service, {**values_of(service), **values}, by)


@transaction.atomic
def change_service(service: Service, values: Mapping[str, Any], *, seen: Seen | None = None, by: User) -> Service:
    """Change what stands of a service. Raises Changed where somebody else changed the same since it was ``seen``."""
    service = _locked(service, by)
    wanted = {**values_of(service), **values}
    return _save(service, seen.merged(values_of(service), wanted) if seen else wanted, by)


@transaction.atomic
def confirm_service(service: Service, *, by: User) -> Service:
    """Somebody asked, and what stands of it is still right."""
    service = _locked(service, by)
    return _confirm(service, by)


@transaction.atomic
def end_service(service: Service, why: str, *, by: User) -> int:
    """A service closes: its open referrals come back to who sent them, and what it had in clinics is cancelled.

    Returns how many referrals came back now; the worker brings back those of women whom ``by`` does not see.
    """
    service = _locked(service, by)
    if not why.strip():
        raise Refused("Say why it closed, in a few words. Who sent women there reads it.", field="why")
    service.ended_on, service.ended_why = clock.today(), why.strip()
    service.save(update_fields=["ended_on", "ended_why"])
    _leave_clinics(service, by)
    return bring_back(service, service.ended_why, by=by)


def _leave_clinics(service: Service, by: User) -> None:
    """Nothing of it is held any more: each woman who has a place is to be told, and new days are made without it."""
    SeriesSession.objects.filter(service=service).delete()
    coming = Session.objects.filter(service=service, cancelled_at=None, during__startswith__gt=clock.now())
    for session in coming.select_related("clinic__place__site").order_by("pk"):
        cancel_session(session, service.ended_why, by=by)


def _locked(service: Service, by: User) -> Service:
    """The row as it stands now; Refused where it has ended."""
    _keep(service.site, by)
    service = Service.objects.select_related("site", "team", "place").get(pk=service.pk)
    if service.ended_on:
        raise Refused(f"This service ended on {clock.day_in_words(service.ended_on)}. Add a new one if it opens again.")
    return service


def _keep(site: Site, by: User | None) -> None:
    """Whether ``by`` may; whoever else keeps this site's directory waits until this is done."""
    check_may_at(by, Ability.KEEP_SERVICES, site_id=site.pk)
    one_at_a_time(f"services of {site.code}")


def _save(service: Service, values: Mapping[str, Any], by: User | None) -> Service:
    if values["exists"] == Exists.NOT_COMMISSIONED:
        values = {**values, **_OF_WHAT_EXISTS}
    _check(service, values)
    for name in COLUMNS:
        setattr(service, name, values[name])
    service.save()
    return _confirm(service, by)


def _confirm(service: Service, by: User | None) -> Service:
    service.confirmed_on, service.confirmed_by = clock.today(), by
    service.save(update_fields=["confirmed_on", "confirmed_by"])
    return service


def _check(service: Service, values: Mapping[str, Any]) -> None:
    """Raise Refused with what to mend."""
    if not values["name"].strip():
        raise Refused("Write what the service is called.", field="name")
    same = Service.objects.filter(site=service.site, name=values["name"], ended_on=None).exclude(pk=service.pk)
    if same.exists():
        raise Refused(
            "This site has a service of that name already. Change that one, or use another name.", field="name"
        )
    if service.pk:
        _check_stays(service, values)
    capacity, free = values["capacity"], values["free_places"]
    if None not in (capacity, free) and free > capacity:
        raise Refused(f"There are {capacity} places in all, so no more can be free.", field="free_places")
    for name, what in (("place", "place"), ("team", "team")):
        if values[name] and values[name].site_id != service.site_id:
            raise Refused(f"This {what} is another site’s. Choose one of {service.site}.", field=name)
    _check_hours(service.site, values["hours"])


def _check_stays(service: Service, values: Mapping[str, Any]) -> None:
    """What a change cannot do: others rely on what it is, and on that it is there."""
    if values["kind"] != service.kind:
        raise Refused("A service stays what it is. End this one, and add another.", field="kind")
    if values["exists"] == Exists.NOT_COMMISSIONED != service.exists:
        raise Refused(
            "It was there until now. Say that it has closed, so that its open referrals come back; "
            "then write down that there is none.",
            field="exists",
        )


def _check_hours(site: Site, hours: Mapping[str, Any]) -> None:
    if not hours:
        return
    try:
        opening_hours(site.nation, hours)
    except (ValueError, KeyError) as problem:
        raise Refused(f"These hours cannot be read: {problem}", field="hours") from None
