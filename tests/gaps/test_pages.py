"""The pages about gaps: they show what was told, name what is hidden, and ask the database a handful of times."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord.access.roles import Role
from pathways.gaps.measures import ALL, BY_KEY
from pathways.gaps.models import Told
from pathways.gaps.pages.choice import choices
from pathways.gaps.pages.missed import heat_class
from tests.factories import staff
from tests.gaps.telling import AT, a_picture, tell

pytestmark = pytest.mark.django_db
MOST_QUERIES = 10  # and two for aims and notes, on the page of a measure


@pytest.fixture
def manager(client: Any) -> Any:
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    return client


def words(answer: Any) -> str:
    """What somebody reads, without the tags; what pictures say to a screen reader too."""
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page_of(manager: Any, key: str, **query: str) -> str:
    return words(manager.get(reverse("gap", args=[key]), query))


def test_a_measure_shows_each_site_with_its_numbers_and_what_changed(manager: Any) -> None:
    a_picture()

    page = page_of(manager, "M08")

    assert "Ashford Bridge 19 235 of 1,250" in page
    assert "signal: worse since Oct 2025" in page
    assert re.search(r"Taymouth 13 20 of 160", page)


def test_the_chart_is_of_the_site_asked_for_and_else_of_ones_own(manager: Any) -> None:
    a_picture()

    assert "Ashford Bridge, month by month" in page_of(manager, "M08")
    assert "Calder Vale, quarter by quarter" in page_of(manager, "M08", site="CALD")
    assert "Taymouth over time Ashford" in page_of(manager, "M08", site="TAYM")
    assert "Too few points for a chart" in page_of(manager, "M08", site="TAYM")


def test_where_ones_own_site_has_no_chart_one_with_a_signal_is_shown(client: Any) -> None:
    a_picture()
    client.force_login(staff(Role.SERVICE_MANAGER, site="TAYM", team="office"))

    assert "Ashford Bridge, month by month" in page_of(client, "M08")


def test_the_numbers_of_a_chart_stand_in_a_table_too_a_gap_is_named(manager: Any) -> None:
    a_picture()

    page = page_of(manager, "M08", site="GLEN")

    assert "Jan–Mar 2024 [c] too few to show" in page
    assert "Oct–Dec 2023 10 of 110 9 5 to 16" in page
    assert "5 to 16" in page
    assert "not shown because too few" in page  # what a screen reader hears of the chart


def test_all_sites_stand_in_alphabetical_order_with_where_they_lie(manager: Any) -> None:
    a_picture()

    page = page_of(manager, "M08")

    table = page[page.index("Where it lies") :]
    assert "higher than the inner limit" in table[: table.index("Calder Vale")]
    names = [table.index(name) for name in ("Ashford Bridge", "Calder Vale", "Glenmore", "Taymouth")]
    assert names == sorted(names)
    assert "doses of one woman belong together" in page


def test_what_lay_behind_it_says_what_is_left_out_and_what_is_missing(manager: Any) -> None:
    a_picture()

    page = page_of(manager, "M08")

    assert "What lay behind it, Ashford Bridge" in page
    assert re.search(r"Late 165 \d+ % Not recorded 55 \d+ % Not in stock 15", page)
    assert "Missing, since nobody wrote it down: 60 doses (5 % of all)." in page
    assert "No list of women opens from here." in page


def test_parts_that_are_too_small_to_stand_apart_are_hidden_and_said_to_be(manager: Any) -> None:
    parts = (45, 0, 0, 0, 10, 0, 0, 0, 0, 10)
    tell("M12.offered", "ASHF", [parts], since=date(2025, 10, 1), months=12, missing=None, by_part=False)

    page = page_of(manager, "M12")

    assert "Offered [c]" in page
    assert "Too few for these to stand apart." in page
    assert "[c] in 1 part of these months" in page


def test_every_line_of_every_measure_has_a_page(manager: Any) -> None:
    a_picture()
    for measure in ALL:
        for choice in choices(measure):
            page = page_of(manager, measure.key, line=choice.key)
            assert f"Definition {measure.key}" in page


def test_a_line_or_a_measure_that_does_not_exist_is_not_found(manager: Any) -> None:
    assert manager.get("/gaps/M99/").status_code == 404
    assert manager.get("/gaps/M01/?line=booked.nothing").status_code == 404
    assert manager.get("/gaps/M02/?line=reason.fear").status_code == 404  # stands with its number, never alone


def test_a_site_that_does_not_exist_chooses_nothing(manager: Any) -> None:
    a_picture()

    assert "Ashford Bridge, month by month" in page_of(manager, "M08", site="NOWHERE")
    assert "Taymouth" in words(manager.get("/gaps/?site=NOWHERE"))


def test_the_definition_stands_on_the_page_with_its_sources_by_name(manager: Any) -> None:
    page = page_of(manager, "M01")

    measure = BY_KEY["M01"]
    assert measure.numerator.capitalize() in page
    assert "12+0 in every deprivation quintile" in page
    assert "R9: Scottish antenatal access target" in page


def test_every_source_of_a_measure_is_known(manager: Any) -> None:
    page = words(manager.get(reverse("gaps_definitions")))

    assert all(f"{measure.key} {measure.title}" in page for measure in ALL)


def test_deaths_are_defined_here_and_no_number_of_them_is_shown(manager: Any) -> None:
    tell("M23.deaths", None, [(3570,)], since=date(2024, 1, 1), months=24)

    page = page_of(manager, "M23")

    assert "Told to the governance group only" in page
    assert "3570" not in page
    assert "3,570" not in page


def test_the_label_of_the_engagement_score_stands_on_its_page_word_by_word(manager: Any) -> None:
    label = "CE-8 (own items, not validated). For service learning only. Not for decisions about any woman or worker."

    assert label in page_of(manager, "M24")
    assert label in page_of(manager, "M24", line="answered.answered")


def test_medians_stand_with_their_quartiles_and_have_a_chart_where_there_are_enough(manager: Any) -> None:
    a_picture()

    page = page_of(manager, "M07", line="hours.hours")

    assert "6.5 h (4 to 9)" in page
    assert "Ashford Bridge, quarter by quarter" in page
    assert "Up to 2 hours" in page
    assert "All of these" in page
    assert "Across the sites" not in page  # medians of sites are not shares: no funnel


def test_what_follows_a_separation_is_of_all_sites_together(manager: Any) -> None:
    a_picture()

    page = page_of(manager, "M13")

    assert "All sites together 74 % 140 of 190" in page
    assert "All sites together, year by year" in page
    assert not any(site in page for site in ("Calder Vale", "Glenmore", "Taymouth"))


def test_the_gap_between_separated_women_and_others_is_said_in_words(manager: Any) -> None:
    a_picture()

    page = page_of(manager, "M18")

    assert "Separated women: 56 % of 90" in page
    assert "Others: 87 % of 760" in page
    assert "31 points lower for separated women." in page


def test_missed_handoffs_stand_by_moment_and_site_and_lead_to_each_moment(manager: Any) -> None:
    a_picture()

    answer = manager.get(reverse("gaps_missed"))

    page = words(answer)
    assert re.search(r"First ward medicine .* 31 % of 520", page)
    assert "/gaps/M25/?line=OST_FIRST_DOSE.missed" in answer.content.decode()
    assert "52 % of" not in page
    assert "Contact or outreach due only where nobody reached her in time, so all are missed: read how many" in page
    assert re.search(r"Contact by someone she knows .*? 33 % of 300 · all sites together", page)
    assert 'class="heat-5"' in answer.content.decode()
    assert "missed, of those that began late" in page_of(manager, "M25", line="OST_FIRST_DOSE.missed").lower()


@pytest.mark.parametrize("share", [None, 0, 1, 4, 5, 9, 10, 19, 20, 29, 30, 100])
def test_a_cell_has_the_step_of_heat_of_its_share(share: int | None) -> None:
    steps = {None: "hidden", 0: "0", 1: "1", 4: "1", 5: "2", 9: "2", 10: "3", 19: "3", 20: "4", 29: "4"}
    assert heat_class(share) == f"heat-{steps.get(share, '5')}"


def test_the_measure_of_missed_handoffs_leads_to_them(manager: Any) -> None:
    assert manager.get("/gaps/M25/").url == reverse("gaps_missed")


def test_late_entry_compares_what_the_service_does_and_blames_nobody(manager: Any) -> None:
    a_picture()

    page = words(manager.get(reverse("gaps_late_entry")))

    assert "nobody’s fault" in page
    assert re.search(r"Booked within 14 days .*? 80 % of 50", page)
    assert re.search(r"To women who came at 9\+0 or later .*? 33 % of 30", page)
    assert re.search(r"To the others .*? 60 % of 75", page)
    assert re.search(r"because she came late .*? 50 % of 320 .*? All others .*? 14 % of 1,480", page)
    assert re.search(r"She was afraid .*? 10 ", page)


def test_a_page_before_anything_was_told_says_so(manager: Any) -> None:
    for name in ("gaps", "gaps_missed", "gaps_late_entry"):
        assert "Nothing has been told yet" in words(manager.get(reverse(name)))
    assert "not told yet" in words(manager.get(reverse("gaps_apart")))
    assert "Nothing has been told of this yet" in page_of(manager, "M01")


def test_the_overview_leads_to_each_measure(manager: Any) -> None:
    a_picture()

    html = manager.get("/gaps/").content.decode()

    for measure in ALL:
        assert (reverse("gaps_missed") if measure.key == "M25" else reverse("gap", args=[measure.key])) in html


def test_a_choice_of_sites_is_a_choice_among_numbers_that_were_told(manager: Any, more_sites: Any) -> None:
    more_sites(8)
    a_picture()

    every, some = words(manager.get("/gaps/")), words(manager.get("/gaps/?site=CALD&site=GLEN"))

    assert "Choose among 12 sites" in every
    assert "2 of 12 sites chosen" in some
    figures = re.findall(r"\d+ % of [\d,]+", some)
    assert figures
    assert set(figures) <= set(re.findall(r"\d+ % of [\d,]+", every))


@pytest.mark.parametrize("sites", [4, 40])
def test_a_page_asks_the_database_a_handful_of_times(manager: Any, more_sites: Any, sites: int) -> None:
    a_picture()
    for site in more_sites(sites - 4):
        tell("M08.doses", site.code, [*LATE_MONTHS])
        tell("M25.FEEDING_PLAN", site.code, [(80, 15, 10, 10)] * 4, months=3)
    addresses = [reverse(name) for name in ("gaps", "gaps_missed", "gaps_late_entry", "gaps_apart", "gaps_definitions")]
    addresses += ["/gaps/M08/", "/gaps/M18/", "/gaps/M07/", "/gaps/M13/", "/gaps/M25/?line=FEEDING_PLAN.missed"]
    for address in addresses:
        manager.get(address)  # draws what has not been drawn yet
        with CaptureQueriesContext(connection) as asked:
            assert manager.get(address).status_code == 200
        queries = [query["sql"] for query in asked if " FROM " in query["sql"]]  # of tables: no savepoints, no settings
        assert len(queries) <= MOST_QUERIES + 2 * ("/gaps/M" in address), (address, queries)


def test_the_overview_is_made_anew_from_five_more_reads(manager: Any) -> None:
    """Of sites, standings, quarters, services and what was told last; what keeping it takes is apart."""
    a_picture()

    with CaptureQueriesContext(connection) as asked:
        manager.get("/gaps/")
    queries = [query["sql"] for query in asked if " FROM " in query["sql"] and 'FROM "cache"' not in query["sql"]]
    assert len(queries) == 6 + 5, queries


def test_the_overview_is_kept_for_every_reader_until_more_is_told(manager: Any) -> None:
    a_picture()
    before = words(manager.get("/gaps/"))
    tell("M03.born", "CALD", [(40, 10)] * 8, months=3)
    other = Client()
    other.force_login(staff(Role.SERVICE_MANAGER, team="office"))

    assert numbers_of(words(other.get("/gaps/"))) == numbers_of(before)
    Told.objects.create(of_table="M03.born", until=date(2026, 10, 1), told_at=AT)
    assert numbers_of(words(other.get("/gaps/"))) != numbers_of(before)
    assert numbers_of(words(manager.get("/gaps/", {"site": "GLEN"}))) != numbers_of(words(manager.get("/gaps/")))


def numbers_of(page: str) -> str:
    """The part of the overview that is the same for every reader."""
    return page[page.index("Measures by site") : page.index("Change compares")]


LATE_MONTHS = [(90, 10, 5, 0), (95, 10, 0, 0)] * 12
