"""The pages of the directory, of places, and of treatment after birth."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import Journey
from referrals.models import Place, Service, TreatmentOption
from tests.choosing import hidden_of
from tests.factories import ago, happened, journey, staff
from tests.roles import BOOKKEEPING
from tests.services import place, service

pytestmark = pytest.mark.django_db
TAKES_ALL = {
    "takes_late_bookers": "yes",
    "needs_earlier_engagement": "no",
    "takes_babies": "yes",
    "takes_after_removal": "yes",
    "takes_from_elsewhere": "yes",
}

BLANK = (
    *("criteria", "capacity", "free_places", "waiting_days", "hours", "team", "place", "where"),
    *("telephone", "email", "funding", "note"),
)


@pytest.fixture
def midwife(client: Any) -> User:
    made = staff(name="A. Reid")
    client.force_login(made)
    return made


@pytest.fixture
def late_booker(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-70)))
    happened(made, ("first_contact", ago(3)), ("booking_completed", ago(2)))
    return made


def words_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def listed(client: Any, **query: Any) -> Any:
    return client.get(reverse("services"), query)


def names(cards: Any) -> list[str]:
    return [card.service.name for card in cards]


def filled(**changed: Any) -> dict[str, Any]:
    """The form of a service, as somebody fills it in."""
    blank = dict.fromkeys(
        ("criteria", "capacity", "free_places", "waiting_days", "hours", "team", "place", "where"), ""
    )
    known = {"kind": "peer_support", "name": "Mothers together", "exists": "here", **dict.fromkeys(TAKES_ALL, "ask")}
    return {**blank, "telephone": "", "email": "", "funding": "", "note": "", **known, **changed}


# -- looking ------------------------------------------------------------------------------------------


def test_a_site_shows_what_exists_what_does_not_and_what_nobody_knows(client: Any, midwife: User) -> None:
    service("housing", name="Council housing")
    service("mother_and_baby", name="Ferry House", exists="not_commissioned", note="Closed in 2024.")
    service("advocacy", name="Old advocacy", ended_on=clock.today(), ended_why="x")
    service("dental", name="Far dentist", site="GLEN")
    found = listed(client).context["found"]
    assert names(found.here) == ["Council housing"]
    assert names(found.missing) == ["Ferry House"]
    assert {"advocacy", "dental"} <= {kind.key for kind in found.unknown}
    page = words_of(listed(client))
    assert "does not exist here. Closed in 2024." in page
    assert names(listed(client, site="GLEN").context["found"].here) == ["Far dentist"]


def test_what_does_not_fit_here_is_found_at_another_site(client: Any, midwife: User) -> None:
    service("mother_and_baby", name="Ferry House", **{**TAKES_ALL, "takes_late_bookers": "no"})
    service("mother_and_baby", site="GLEN", name="Rowan House", free_places=2, **TAKES_ALL)
    service("mother_and_baby", site="CALD", name="Only theirs", **{**TAKES_ALL, "takes_from_elsewhere": "no"})
    service("mother_and_baby", site="TAYM", name="Not late", **{**TAKES_ALL, "takes_late_bookers": "no"})
    on_time = listed(client, need="together").context["found"]
    assert (names(on_time.here), on_time.elsewhere) == (["Ferry House"], [])
    answer = listed(client, need="together", whom=["late_booker"])
    assert [card.stands[2] for card in answer.context["found"].here] == ["Does not fit"]
    assert names(answer.context["found"].elsewhere) == ["Rowan House"]
    assert "would she move" in words_of(answer)


@pytest.mark.parametrize("free", [0, 1])
def test_a_full_service_is_no_place_for_her(client: Any, midwife: User, free: int) -> None:
    service("mother_and_baby", name="Ferry House", capacity=12, free_places=free, **TAKES_ALL)
    service("mother_and_baby", site="GLEN", name="Rowan House", **TAKES_ALL)
    assert len(listed(client, need="together").context["found"].elsewhere) == (not free)


def test_a_card_says_when_it_was_confirmed_and_whether_it_is_open(client: Any, midwife: User) -> None:
    old = service("housing", confirmed_on=clock.today() - timedelta(days=91))
    never = service("dental", confirmed_on=None)
    fresh = service("money", confirmed_on=clock.today() - timedelta(days=90))
    every = service("midwifery", hours={"mon-sun": "00:00-24:00", "bank_holidays": "open"})
    page = {row: words_of(client.get(reverse("service", args=[row.pk]))) for row in (old, never, fresh, every)}
    assert "91 days ago. Ring before you rely on it." in page[old]
    assert "Nobody has confirmed this yet." in page[never]
    assert "Ring before" not in page[fresh]
    assert "Open now, until" in page[every]
    assert "Its hours are not written down." in page[fresh]


def test_a_query_that_nobody_can_read_shows_everything(client: Any, midwife: User) -> None:
    service("housing")
    answer = listed(client, need="nonsense", whom=["x"], site="NONE")
    assert len(answer.context["found"].here) == 1


def test_the_directory_is_a_few_queries_however_long_it_is(client: Any, midwife: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            listed(client, need="health", whom=["late_booker"])
        return len([each for each in caught if not each["sql"].startswith(BOOKKEEPING)])

    first = queries()
    for number in range(40):
        service("dental", name=f"Dentist {number}", place=place())
        service("dental", name=f"Dentist {number}", site="GLEN", takes_from_elsewhere="yes")
    assert queries() == first


# -- for her --------------------------------------------------------------------------------------------


def test_what_the_record_says_of_her_stands_chosen_and_can_be_changed(client: Any, late_booker: Journey) -> None:
    service("mother_and_baby", name="Ferry House", **{**TAKES_ALL, "takes_late_bookers": "no"})
    service("mother_and_baby", site="GLEN", name="Rowan House", **TAKES_ALL)
    here = reverse("services_for_her", args=[late_booker.pk])
    first = client.get(here)
    assert set(first.context["form"]["whom"].value()) == {"late_booker", "new_to_services"}
    found = client.get(here, {"asked": "1", "need": "together", "whom": ["late_booker"]}).context["found"]
    assert (names(found.here), names(found.elsewhere)) == (["Ferry House"], ["Rowan House"])
    assert client.get(here, {"asked": "1", "need": "together"}).context["found"].elsewhere == []
    by_link = client.get(here, {"need": "together"})
    assert names(by_link.context["found"].elsewhere) == ["Rowan House"]  # as the record says


def test_who_was_in_treatment_before_she_booked_is_not_new(client: Any, midwife: User) -> None:
    made = journey(midwife=midwife, edd=clock.today(ago(-70)))
    happened(made, ("treatment_started", ago(90), {"medication": "methadone_solution_1mg_ml"}))
    happened(made, ("first_contact", ago(3)), ("booking_completed", ago(2)))
    answer = client.get(reverse("services_for_her", args=[made.pk]))
    assert answer.context["form"]["whom"].value() == ["late_booker"]


def test_a_mother_and_who_is_apart_from_her_baby_are_told_from_each_other(client: Any, midwife: User) -> None:
    made = journey(midwife=midwife, edd=clock.today(ago(9)))
    happened(made, ("booking_completed", ago(200)), ("baby_born", ago(9), {"place": "home"}, 1))
    here = reverse("services_for_her", args=[made.pk])
    assert client.get(here).context["form"]["whom"].value() == ["with_baby"]
    happened(made, ("separated", ago(2), {}, 1))
    assert client.get(here).context["form"]["whom"].value() == ["after_removal"]


def test_what_a_referral_is_for_goes_along(client: Any, late_booker: Journey) -> None:
    service("housing")
    page = words_of(client.get(reverse("services_for_her", args=[late_booker.pk]), {"instead_of": "7", "x": "y"}))
    assert 'name="instead_of" value="7"' in page
    assert 'name="x"' not in page


# -- keeping ----------------------------------------------------------------------------------------------


def test_a_service_is_added_changed_confirmed(client: Any, midwife: User) -> None:
    answer = client.post(reverse("service_add"), filled(hours="mon 09:00-12:00", access=["creche"]))
    made = Service.objects.get()
    assert answer.url == f"{reverse('services')}?site=ASHF"
    assert made.hours == {"mon": "09:00-12:00", "bank_holidays": "closed"}
    Service.objects.update(confirmed_on=ago(200))
    client.post(reverse("service_confirm", args=[made.pk]))
    made.refresh_from_db()
    assert made.confirmed_on == clock.today()
    change = reverse("service_change", args=[made.pk])
    sent = {**filled(name="Mothers and friends", free_places="4"), **hidden_of(client.get(change))}
    client.post(change, sent)
    made.refresh_from_db()
    assert (made.name, made.free_places, made.hours) == ("Mothers and friends", 4, {})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": ""}, "Choose what kind of service it is."),
        ({"hours": "monday"}, "says no time"),
        ({"hours": "mon 9-17"}, "These hours cannot be read"),
        ({"capacity": "2", "free_places": "3"}, "There are 2 places in all"),
        ({"free_places": "-1"}, "greater than or equal to 0"),
        ({"name": "x" * 121}, "Shorten this to 120 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    client: Any, midwife: User, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.post(reverse("service_add"), filled(note="Kept", **wrong))
    assert answer.status_code == 200
    assert sentence in words_of(answer)
    assert "Kept" in words_of(answer)
    assert not Service.objects.exists()


def test_whoever_saves_second_reads_what_stands_and_saves_once_more(client: Any, midwife: User) -> None:
    made = service("housing", name="Council housing", free_places=3)
    change = reverse("service_change", args=[made.pk])
    mine = {**filled(name="Council housing", free_places="1"), **hidden_of(client.get(change))}
    Service.objects.filter(pk=made.pk).update(free_places=2)
    answer = client.post(change, mine)
    assert "It says now: 2." in words_of(answer)
    made.refresh_from_db()
    assert made.free_places == 2
    client.post(change, {**mine, **hidden_of(answer)})
    made.refresh_from_db()
    assert made.free_places == 1


def test_another_sites_service_is_read_and_not_kept(client: Any, midwife: User) -> None:
    far = service(site="GLEN")
    page = words_of(client.get(reverse("service", args=[far.pk])))
    assert "It is still right" not in page
    for name in ("service_change", "service_end", "service_confirm"):
        assert client.post(reverse(name, args=[far.pk])).status_code == 404
    assert client.get(reverse("place_change", args=[place(site="GLEN").pk])).status_code == 404


def test_who_only_reads_is_offered_nothing_to_keep(client: Any) -> None:
    client.force_login(staff(Role.HEALTH_VISITOR, team="hv"))
    made = service()
    assert "Add a service" not in words_of(listed(client))
    assert "It has closed" not in words_of(client.get(reverse("service", args=[made.pk])))
    assert client.get(reverse("service_add")).status_code == 403


def test_places_and_their_rooms_are_kept(client: Any, midwife: User) -> None:
    form = {"name": "The hub", "neutral_name": "Mill Lane", "address": "", "getting_there": "", "telephone": ""}
    client.post(reverse("place_add"), {**form, "rooms": "Room 1\nRoom 2"})
    here = Place.objects.get()
    first = here.rooms.order_by("name")[0]
    change = reverse("place_change", args=[here.pk])
    other = here.rooms.order_by("name")[1]
    rooms = {f"room_{first.pk}": "Blue room", f"room_{other.pk}": "Room 2", "rooms": ""}
    client.post(change, {**form, **rooms, "access": ["creche", "bus"], **hidden_of(client.get(change))})
    page = words_of(client.get(reverse("places")))
    assert "Blue room · Room 2" in page
    assert "near a bus stop, somebody looks after children" in page
    refused = client.post(change, {**form, **rooms, "rooms": "Room 2", **hidden_of(client.get(change))})
    assert "Two rooms are called Room 2" in words_of(refused)


# -- treatment after birth ------------------------------------------------------------------------------


def options(record: Journey) -> str:
    return reverse("options", args=[record.pk])


def test_what_exists_here_stands_chosen_before_anybody_asked(client: Any, late_booker: Journey) -> None:
    service("mother_and_baby", name="Ferry House", capacity=12, free_places=0, **TAKES_ALL)
    service("day_treatment", exists="not_commissioned")
    service("residential", name="Weald", free_places=1, **{**TAKES_ALL, "takes_babies": "no"})
    service("family_drug_support", **TAKES_ALL)

    def stands(kind: str) -> str:
        form = client.get(reverse("option", args=[late_booker.pk, kind])).context["form"]
        return str(form["status"].value())

    assert stands("mother_and_baby") == "no_place"
    assert stands("day_treatment") == "not_commissioned"
    assert stands("residential") == "criteria_not_met"  # her baby is to come with her
    assert stands("family_drug_support") == ""
    assert stands("parenting") == ""  # nobody has written down whether it exists
    assert client.get(reverse("option", args=[late_booker.pk, "dental"])).status_code == 404


def test_an_option_is_written_down_and_gone_through(client: Any, late_booker: Journey) -> None:
    far = service("mother_and_baby", site="GLEN", name="Rowan House", **TAKES_ALL)
    service("day_treatment", exists="not_commissioned")
    form = {"submission": uuid4(), "service": far.pk, "status": "accepted", "would_move": "yes", "words": "I’ll move."}
    assert client.post(reverse("option", args=[late_booker.pk, "mother_and_baby"]), form).url == options(late_booker)
    page = words_of(client.get(options(late_booker)))
    assert "out of area: Glenmore" in page
    assert "Would she move? Yes" in page
    assert "day programme does not exist here" in page
    answer = client.post(options(late_booker), {"submission": uuid4(), "wanted": ""})
    assert "Choose which one she wants most." in words_of(answer)
    client.post(options(late_booker), {"submission": uuid4(), "wanted": "mother_and_baby"})
    assert TreatmentOption.objects.count() == 2
    done = words_of(client.get(options(late_booker)))
    assert "We went through them" not in done
    panel = words_of(client.get(reverse("journey", args=[late_booker.pk])))
    assert "She accepted, Rowan House" in panel


def test_the_handoff_leads_to_the_page_of_its_own(client: Any, late_booker: Journey) -> None:
    handoff = late_booker.handoffs.get(moment="POSTNATAL_TX_OPTIONS")
    assert client.get(reverse("answer", args=[handoff.pk, "done"])).url == options(late_booker)
    assert client.get(reverse("answer", args=[handoff.pk, "declined"])).status_code == 200


def test_every_earlier_word_stays_readable(client: Any, late_booker: Journey) -> None:
    there = service("residential", **TAKES_ALL)
    address = reverse("option", args=[late_booker.pk, "residential"])
    for status, words in (("no_place", "Ask again in May."), ("offered", "From 3 May.")):
        sent = {"submission": uuid4(), "service": there.pk, "status": status, "would_move": "no", "words": words}
        client.post(address, sent)
    page = words_of(client.get(options(late_booker)))
    assert page.index("From 3 May.") < page.index("“Ask again in May.”")
    assert client.get(address).context["form"]["status"].value() == "offered"


def test_the_page_says_so_where_it_does_not_fit(client: Any, midwife: User) -> None:
    made = journey(midwife=midwife)
    happened(made, ("booking_completed", ago(90)), ("pregnancy_loss", ago(1)))
    service("mother_and_baby", name="Ferry House")
    assert "does not fit where she is now" in words_of(client.get(options(made)))
    assert "Ferry House" not in words_of(client.get(reverse("journey", args=[made.pk])))


def test_every_page_about_her_leaves_one_entry(client: Any, late_booker: Journey) -> None:
    for name, more in (("services_for_her", []), ("options", []), ("option", ["residential"])):
        before = Read.objects.count()
        assert client.get(reverse(name, args=[late_booker.pk, *more])).status_code == 200
        assert Read.objects.count() == before + 1, name


def test_another_sites_staff_find_nothing_of_her(client: Any, late_booker: Journey) -> None:
    client.force_login(staff(site="GLEN"))
    for name, more in (("services_for_her", []), ("options", []), ("option", ["residential"])):
        assert client.get(reverse(name, args=[late_booker.pk, *more])).status_code == 404
