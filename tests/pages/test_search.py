"""Searching for a woman: by what people type, never by an address."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from carecoord.access.roles import Role
from pathways.engine import Stage
from pathways.finding.search import MOST_SHOWN, how_well, read
from pathways.finding.spelling import alike, edits
from pathways.models import Journey
from tests.factories import journey, staff, stand_at, woman

# -- reading what was typed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number", "born", "words"),
    [
        ("Shan", "", None, ("shan",)),
        ("  Siân  O’Connor-Łukasz ", "", None, ("sian", "oconnor", "lukasz")),
        ("999 000 0018", "9990000018", None, ()),
        ("NHS no. 999-000-0018", "9990000018", None, ()),
        ("310298 0007", "3102980007", None, ()),
        ("4/3/1994", "", date(1994, 3, 4), ()),
        ("04.03.94", "", date(1994, 3, 4), ()),
        ("4 March 1994", "", date(1994, 3, 4), ()),
        ("1994-03-04", "", date(1994, 3, 4), ()),
        ("04031994", "", date(1994, 3, 4), ()),
        ("Shan 4 mar 1994", "", date(1994, 3, 4), ("shan",)),
        ("31/2/1994", "", None, ("3121994",)),
        ("999 000 001", "", None, ("999", "000", "001")),
        ("", "", None, ()),
        ("'%;--_\\", "", None, ()),
    ],
)
def test_what_is_typed_is_read_as_number_date_or_names(
    typed: str, number: str, born: date | None, words: tuple[str, ...]
) -> None:
    assert read(typed) == type(read(""))(number, born, words)


@pytest.mark.parametrize(
    "typed", ["x" * 10_000_000, "9" * 100_000, "😀" * 500, "\u202e\u200b", "1/1/1/1/1/1", "٣/٤/١٩٩٤"]
)
def test_anything_can_be_typed(typed: str) -> None:
    assert len(read(typed).words) <= 6


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        ("siobhan", "siobahn", True),  # swapped
        ("kirsty", "kristy", True),
        ("sian", "shan", True),
        ("mya", "mia", True),
        ("alexandra", "aleksandra", True),
        ("mary", "marianne", False),
        ("jo", "jay", False),
        ("li", "lo", False),
        ("reid", "read", True),
        ("reid", "ward", False),
    ],
)
def test_small_slips_are_alike(one: str, other: str, are: bool) -> None:
    assert alike(one, other) is alike(other, one) is are


def test_edits_counts_a_swap_of_neighbours_as_one() -> None:
    assert [edits("abcd", other) for other in ("abcd", "abdc", "acbde", "", "xxxx")] == [0, 1, 2, 4, 4]


def test_an_exact_name_fits_better_than_a_beginning_and_that_better_than_a_slip() -> None:
    key = "shan sian oconnor lukasz"
    fits = [how_well(words, key) for words in (["shan"], ["sha"], ["shun"], ["shan", "ward"], ["connor"])]
    assert fits[0] > fits[1] > fits[2] > 0 == fits[3]
    assert fits[4] > 0


# -- finding her -------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client: Any, db: None) -> Any:
    client.force_login(staff(name="A. Reid"))
    return client


def found(client: Any, typed: str) -> list[str]:
    answer = client.post("/caseload/search/", {"q": typed})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/caseload/?found=1")
    return [row.name for row in client.get(answer.headers["Location"]).context["rows"]]


@pytest.fixture
def shan(db: None) -> Journey:
    for first, last in (("Sharon", "Connolly"), ("Jane", "Smith"), ("Amina", "Yusuf"), ("Łucja", "Nowak")):
        journey(first_name=first, last_name=last, date_of_birth=date(1990, 1, 1))
    return journey(
        first_name="Siân",
        preferred_name="Shan",
        last_name="O’Connor-Łukasz",
        date_of_birth=date(1994, 3, 4),
        nhs_number="9990000018",
        chi_number="3102980007",
    )


@pytest.mark.parametrize(
    "typed",
    [
        "Shan",
        "sian",
        "SIÂN",
        "oconnor",
        "O'Connor",
        "O Connor",
        "Connor Shan",
        "lukasz shan",
        "o’connor-łukasz",
        "oconnorlukasz",
        "Shan O'Conor",
        "Oconner",
        "Lukazs",
        "sh o",
        "999 000 0018",
        "9990000018",
        "310298 0007",
        "4/3/1994",
        "Shan 4/3/1994",
    ],
)
def test_she_is_found_first(signed_in: Any, shan: Journey, typed: str) -> None:
    assert found(signed_in, typed)[0] == "Shan O’C."


@pytest.mark.parametrize("typed", ["Shan Ward", "9990000026", "999 000 001", "5/3/1994", "Shan 5/3/1994", "Zzzz", "☃"])
def test_she_is_not_found_by_what_is_not_hers(signed_in: Any, shan: Journey, typed: str) -> None:
    answer = signed_in.post("/caseload/search/", {"q": typed}, follow=True)
    assert "Shan O’C." not in [row.name for row in answer.context["rows"]]


def test_nothing_found_says_what_to_try(signed_in: Any, shan: Journey) -> None:
    page = signed_in.post("/caseload/search/", {"q": "Zebedee"}, follow=True).content.decode()
    assert "Nobody found" in page
    assert "date of birth" in page
    assert "Zebedee" not in page


def test_closed_journeys_and_colleagues_women_are_found_too(signed_in: Any, shan: Journey) -> None:
    stand_at(shan, Stage.CLOSED)
    answer = signed_in.post("/caseload/search/", {"q": "Shan O'Connor"}, follow=True)
    assert [(row.name, row.status_word) for row in answer.context["rows"]] == [("Shan O’C.", "Closed")]
    assert "1 woman found" in answer.content.decode()


def test_a_woman_with_two_pregnancies_is_found_once_at_the_latest(signed_in: Any, shan: Journey) -> None:
    second = journey(woman=shan.woman)
    answer = signed_in.post("/caseload/search/", {"q": "Shan"}, follow=True)
    assert [row.pk for row in answer.context["rows"]] == [second.pk]


def test_women_of_other_sites_are_not_found(signed_in: Any) -> None:
    journey(site="CALD", first_name="Elsewhere", nhs_number="9990000018")
    for typed in ("Elsewhere", "9990000018", "3/4/1991"):
        assert found(signed_in, typed) == []


def test_results_of_a_site_left_meanwhile_are_not_shown(signed_in: Any) -> None:
    elsewhere = journey(site="CALD")
    session = signed_in.session
    session["caseload_found"] = [elsewhere.pk, 10**30, 0]
    session.save()
    assert signed_in.get("/caseload/?found=1").context["rows"] == []


def test_what_was_typed_is_kept_nowhere(signed_in: Any, shan: Journey) -> None:
    signed_in.post("/caseload/search/", {"q": "Shan O'Connor"})
    signed_in.get("/caseload/?found=1")
    (session,) = Session.objects.all()
    assert session.get_decoded()["caseload_found"] == [shan.pk]
    assert session.get_decoded()["caseload_place"] == "found=1"
    assert "onnor" not in str(session.get_decoded())


def test_searching_for_nothing_shows_the_list(signed_in: Any) -> None:
    for typed in ({}, {"q": ""}, {"q": "  …  "}):
        assert signed_in.post("/caseload/search/", typed).headers["Location"] == "/caseload/"


def test_searching_is_by_post_and_for_those_with_a_caseload(client: Any, db: None) -> None:
    client.force_login(staff())
    assert client.get("/caseload/search/?q=Shan").status_code == 405
    client.force_login(staff(Role.SERVICE_MANAGER))
    assert client.post("/caseload/search/", {"q": "Shan"}).status_code == 403


def test_many_results_say_how_to_narrow_them(signed_in: Any) -> None:
    for number in range(MOST_SHOWN + 5):
        journey(first_name="Mary", last_name=f"Ann{chr(97 + number % 26)}")
    answer = signed_in.post("/caseload/search/", {"q": "mary"}, follow=True)
    assert len(answer.context["rows"]) == MOST_SHOWN
    assert "narrow the search" in answer.content.decode()


def test_a_woman_without_a_journey_is_left_out(signed_in: Any) -> None:
    woman(first_name="Alone")
    assert found(signed_in, "Alone") == []
