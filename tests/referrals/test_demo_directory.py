"""The demonstration's directories: four sites that differ, whole, and again without a second of anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carecoord import clock
from pathways.models import DemoWoman
from referrals.demo.directory import tell
from referrals.directory import confirm_service
from referrals.models import Place, Room, Service, TreatmentOption
from referrals.rules.kinds import AFTER_BIRTH
from tests.factories import ago, happened, journey, staff

pytestmark = pytest.mark.django_db

DONE = {"moment": "POSTNATAL_TX_OPTIONS", "step": "done"}


def told(days: int = 0) -> None:
    tell({}, clock.now() + timedelta(days=days))


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Service, Place, Room, TreatmentOption))


def at(site: str, kind: str) -> str:
    """What one site says of mother-and-baby treatment and the like."""
    return Service.objects.get(site__code=site, kind=kind).exists


def test_the_sites_differ_as_the_study_found() -> None:
    told()
    assert [at(site, "mother_and_baby") for site in ("ASHF", "CALD", "GLEN", "TAYM")] == [
        "here",
        "not_commissioned",
        "here",
        "elsewhere",
    ]
    late = Service.objects.filter(kind="mother_and_baby", takes_late_bookers="yes", free_places__gt=0)
    assert [row.site.code for row in late] == ["GLEN"]
    for site in ("ASHF", "CALD", "GLEN", "TAYM"):
        here = Service.objects.filter(site__code=site)
        assert here.exclude(team=None).exclude(place=None).exists()
        assert here.filter(kind__in=AFTER_BIRTH).count() >= 4


def test_told_again_it_is_the_same_and_its_dates_follow_today() -> None:
    told()
    first, dates = counts(), dict(Service.objects.values_list("pk", "confirmed_on"))
    told()
    assert (counts(), dict(Service.objects.values_list("pk", "confirmed_on"))) == (first, dates)
    told(days=3)
    assert counts() == first
    assert dict(Service.objects.values_list("pk", "confirmed_on")) == {
        pk: day + timedelta(days=3) for pk, day in dates.items()
    }


def test_what_somebody_did_to_it_stays() -> None:
    told()
    keeper = staff()
    touched, closed = Service.objects.filter(site__code="ASHF", team=None).order_by("pk")[:2]
    confirm_service(touched, by=keeper)
    Service.objects.filter(pk=closed.pk).update(ended_on=clock.today(), ended_why="Funding ended")
    told(days=3)
    touched.refresh_from_db()
    assert (touched.confirmed_on, touched.confirmed_by) == (clock.today(), keeper)
    assert Service.objects.filter(name=closed.name, site=closed.site).count() == 1


@pytest.mark.parametrize(
    ("site", "status", "name"),
    [("ASHF", "no_place", "Ferry House, mother and baby"), ("CALD", "not_commissioned", None)],
)
def test_what_a_story_says_of_an_option_is_a_row_once(site: str, status: str, name: str | None) -> None:
    record = journey(site=site, midwife=staff(site=site), edd=clock.today(ago(-40)))
    DemoWoman.objects.create(woman=record.woman, stands_on=clock.today())
    said = {**DONE, "option": "Mother-and-baby treatment", "option_status": status}
    happened(record, ("booking_completed", ago(90)), ("handoff_completed", ago(20), said))
    for _ in range(2):
        told()
    row = TreatmentOption.objects.get()
    assert (row.status, str(row.service) if row.service else None) == (status, name)
    assert clock.today(row.at) == clock.today(ago(20))
