"""The map of services: what each site states, and what became of referrals as it was told."""

from __future__ import annotations

import csv
import html
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.gaps.models import Block, Cell, Standing
from pathways.gaps.publishing import publish
from referrals.models import Service
from referrals.pages.after_birth import after_birth
from referrals.pages.service_map import AFTER_BIRTH, Row, lines_of, service_map
from referrals.pages.service_map import Cell as OnTheMap
from tests.factories import ago, staff
from tests.roles import BOOKKEEPING
from tests.services import service

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def counted(table: str, *parts: int, site: str = "ASHF", month: date = date(2025, 5, 1)) -> None:
    of = Site.objects.get(code=site)
    for part, count in enumerate(parts):
        Cell.objects.create(of_table=table, site=of, month=month, part=part, count=count, women=count)


def told(table: str, *parts: int, month: date = date(2025, 5, 1)) -> None:
    """At all four sites the same, so that none is hidden beside another."""
    for site in ("ASHF", "CALD", "GLEN", "TAYM"):
        counted(table, *parts, site=site, month=month)
    publish(clock.now().replace(year=2026, month=11, day=20))


def row(words: str) -> Row:
    found = [each for group in service_map(TODAY).groups for each in group.rows if each.words == words]
    assert len(found) == 1
    return found[0]


def at(words: str, site: str = "ASHF") -> OnTheMap:
    return next(cell for cell in row(words).cells if cell.site.code == site)


def test_each_kind_stands_once_by_its_need_and_treatment_after_birth_first() -> None:
    page = service_map(TODAY)

    assert page.groups[0].heading == AFTER_BIRTH
    assert [site.name for site in page.sites] == sorted(site.name for site in page.sites)
    assert len({each.words for group in page.groups for each in group.rows}) == 27
    assert not page.is_told


def test_what_there_is_stands_as_the_site_stated_it() -> None:
    service("mother_and_baby", free_places=0, confirmed_on=date(2026, 10, 26))
    service("mother_and_baby", site="CALD", exists="not_commissioned", confirmed_on=date(2026, 3, 1))
    service("mother_and_baby", site="GLEN", confirmed_on=None)

    here, there, unsaid, silent = (at("Mother-and-baby treatment", code) for code in ("ASHF", "CALD", "GLEN", "TAYM"))

    assert (here.offer.words, here.said) == ("Yes, no place now", "said on 26 Oct 2026")
    assert (there.offer.words, there.said) == ("Does not exist here", "said on 1 Mar 2026: ask again")
    assert (unsaid.offer.words, unsaid.said) == ("Yes", "nobody has confirmed it")
    assert (silent.offer.words, silent.said) == ("Nobody has written it down", "")


def test_a_service_that_ended_is_not_there() -> None:
    made = service("dental")
    Service.objects.filter(pk=made.pk).update(ended_on=TODAY, ended_why="closed")

    assert at("Dentist").offer.words == "Nobody has written it down"


def test_what_became_of_referrals_is_what_was_told() -> None:
    told("S.housing", 31, 12, 0, 0, 9, 0)

    found = at("Housing").outcome

    assert (found.figure.value, found.figure.of) == ("60 %", "of 50 referrals")
    assert found.words == "seen within 8 weeks"
    assert found.more == [
        *(("no answer or no appointment yet", "10"), ("no place", "0"), ("their conditions", "0")),
        *(("her own reasons", "10"), ("something else", "0")),
    ]
    assert found.span == "2025"
    assert service_map(TODAY).is_told


def test_reasons_are_hidden_where_one_of_them_is_small() -> None:
    told("S.housing", 31, 12, 3, 0, 9, 0)

    found = at("Housing").outcome

    assert (found.figure.value, found.figure.of) == ("55 %", "of 55 referrals")
    assert found.more == []


def test_a_small_number_hides_all_of_it() -> None:
    told("S.housing", 4, 12, 0, 0, 0, 0)

    assert not Block.objects.filter(of_table="S.housing", groups__isnull=False).exists()
    assert at("Housing").outcome is None


def test_support_after_a_loss_is_of_all_sites_together() -> None:
    service("loss_support")
    counted("S.loss_support", 30, 10, 0, 0, 0, 0, month=date(2024, 5, 1))
    counted("S.loss_support", 0, 0, 0, 0, 0, 0)
    publish(clock.now().replace(year=2026, month=11, day=20))

    found = row("Support after a loss or a separation")

    assert found.together.figure.value == "75 %"
    assert {cell.outcome for cell in found.cells} == {None}
    assert not Standing.objects.filter(of_table="S.loss_support").exclude(site=None).exists()


def test_what_was_offered_after_birth_stands_with_it() -> None:
    told("M12.offered", 30, 10, 0, 0, 0, 0, 0, 0, 0, 0, month=date(2026, 2, 1))

    found = at("Treatment after birth offered, of births")

    assert (found.offer, found.outcome.figure.value, found.outcome.figure.of) == (None, "75 %", "of 40 births")
    assert ("does not exist here", "10") in found.outcome.more
    assert found.outcome.span == "Jan 2026 to Mar 2026"


@pytest.fixture
def manager(client: Any) -> Any:
    made = staff(Role.SERVICE_MANAGER)
    client.force_login(made)
    return made


def test_the_page_says_it_in_words_and_the_file_says_the_same(client: Any, manager: Any) -> None:
    service("residential", exists="elsewhere", where="64 miles.", takes_late_bookers="no")
    told("S.residential", 31, 12, 0, 0, 9, 0)

    page = html.unescape(client.get(reverse("service_map")).content.decode())
    file = client.get(reverse("service_map_csv"))

    for words in ("Out of area, 64 miles", "Does not take women who booked late", "60 %", "of 50 referrals"):
        assert words in page
    rows = list(csv.DictReader(StringIO(file.content.decode())))
    assert file["Content-Type"].startswith("text/csv")
    (found,) = (each for each in rows if (each["service"], each["site"]) == ("Residential treatment", "Ashford Bridge"))
    assert (found["what there is"], found["number"], found["of"]) == (
        "Out of area, 64 miles",
        "60 %",
        "of 50 referrals",
    )
    assert len(rows) == 27 * 4


def test_no_exact_number_is_in_the_page_or_the_file(client: Any, manager: Any) -> None:
    told("S.housing", 31, 12, 3, 0, 9, 0)

    for name in ("service_map", "service_map_csv"):
        text = client.get(reverse(name)).content.decode()
        assert "55 %" in text
        for exact in ("31 referrals", "yet 12", "yet: 12", "place 3", "place: 3", "of 55 ,", "reasons 9", "reasons: 9"):
            assert exact not in text


def test_it_takes_as_many_queries_for_forty_sites_as_for_four(client: Any, manager: Any) -> None:
    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(name)).status_code == 200
        return sum(not query["sql"].startswith(BOOKKEEPING) for query in found)

    few = [queries("service_map"), queries("service_map_csv")]
    for number in range(36):
        made = Site.objects.create(code=f"S{number:03}", name=f"Site {number}")
        service("housing", site=made.code, name="Housing")
        Standing.objects.create(of_table="S.housing", site=made, since=ago(400), until=ago(30), lines={})

    many = [queries("service_map"), queries("service_map_csv")]

    assert many == few
    assert max(many) <= 10


def test_the_overview_says_what_exists_after_birth(client: Any, manager: Any) -> None:
    service("mother_and_baby", free_places=0, confirmed_on=date(2026, 10, 26))
    sites = list(Site.objects.order_by("name"))

    panel = after_birth(sites, manager, clock.now())

    rows = {words: [offer.words for _, offer in cells] for words, cells in panel.rows}
    assert rows["Mother-and-baby treatment"][0] == "Yes, no place now"
    assert panel.said == "Oct 2026"
    assert all(words == "None" or " of " in words for words in rows["Pharmacy open on Sundays"])
    page = html.unescape(client.get(reverse("gaps")).content.decode())
    assert "What exists after birth" in page
    assert reverse("service_map") in page


def test_the_file_holds_a_line_for_all_sites_together() -> None:
    counted("S.loss_support", 30, 10, 0, 0, 0, 0, month=date(2024, 5, 1))
    publish(clock.now().replace(year=2026, month=11, day=20))

    together = [line for line in lines_of(service_map(TODAY)) if line[2] == "all sites together"]

    assert len(together) == 1
    assert together[0][7:9] == ("75 %", "of 40 referrals")
