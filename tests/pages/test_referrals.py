"""The pages of referrals: the worklist and its counts, one referral with its ways on, and sending one."""

from __future__ import annotations

import uuid
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Membership, User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import Journey
from referrals import looping
from referrals.looping import State, Stepping
from referrals.models import Referral, Service
from tests.actions.test_looping import AGREED, fresh, sent
from tests.factories import after_a_loss, ago, happened, journey, staff
from tests.pages.test_journey import text_of
from tests.pages.test_record import local, messages_of
from tests.roles import BOOKKEEPING, WEB, as_role
from tests.routes import named_views
from tests.services import referral, service

pytestmark = pytest.mark.django_db

URL = "/referrals/"


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def keyworker() -> User:
    return staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour", name="K. Moss")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-100)), first_name="Xanthippe")
    disclosed = ("drug_use_disclosed", ago(1), {"in_treatment": "no"})
    happened(made, ("first_contact", ago(20)), ("booking_completed", ago(10)), disclosed)
    return made


@pytest.fixture
def harbour() -> Service:
    return service("drug_service", team="harbour", name="Harbour drug service")


def counts(answer: Any) -> dict[str, int]:
    return {label: count for label, count, _, _ in answer.context["chips"]}


def form(**more: Any) -> dict[str, Any]:
    return {"submission": str(uuid.uuid4()), **more}


def sending(**more: Any) -> dict[str, Any]:
    said = {"share": "agreed", "contact": "agreed", "report": "refused"}
    return form(**{"asks": "A first talk", "shared": ["name", "midwife"], **said, **more})


def step(made: Referral, way: str) -> str:
    return reverse("referral_step", args=[made.pk, way])


# -- sending --


def test_she_is_referred_from_her_journey_and_reads_what_goes_along(
    client: Any, record: Journey, harbour: Service, midwife: User
) -> None:
    client.force_login(midwife)
    ways = [reverse(name, args=[record.pk]) for name in ("journey", "services_for_her")]
    ways.append(reverse("refer_to", args=[record.pk, harbour.pk]))
    for page, leads_to in pairwise(ways):
        assert leads_to in client.get(page).content.decode()
    answer = client.get(ways[-1])
    words = text_of(answer)
    for part in (
        "Refer her to Harbour drug service",
        "Her name and date of birth: Xanthippe Reid, born 3 Apr 1991",
        "Who her midwife is: A. Reid, Bridge caseload team, Ashford Bridge",
        "Sending it also records: Referral to the drug service sent.",
    ):
        assert part in words, part
    answer = client.post(answer.request["PATH_INFO"], sending(), follow=True)
    made = Referral.objects.get()
    assert made.shared == ["name", "midwife"]
    assert answer.redirect_chain == [(reverse("referral", args=[made.pk]), 302)]
    words = text_of(answer)
    assert "Sent, not yet acknowledged" in words
    assert "They may tell us whether she came No She does not agree" in words
    assert "How she wants to be reached" not in words


def test_a_refusal_keeps_what_was_typed(client: Any, record: Journey, harbour: Service, midwife: User) -> None:
    client.force_login(midwife)
    url = reverse("refer_to", args=[record.pk, harbour.pk])
    answer = client.post(url, sending(share="refused", asks="Kept words"))
    assert answer.status_code == 200
    words = text_of(answer)
    assert "Without her agreement nothing can be sent" in words
    assert "Kept words" in words
    assert not Referral.objects.exists()


def test_after_a_loss_nothing_speaks_of_a_birth(client: Any, record: Journey, midwife: User) -> None:
    lost = after_a_loss(record)
    client.force_login(midwife)
    words = text_of(client.get(reverse("refer_to", args=[lost.pk, service("housing").pk])))
    assert "When her baby" not in words


def test_what_does_not_exist_or_has_ended_cannot_be_chosen(
    client: Any, record: Journey, harbour: Service, midwife: User
) -> None:
    service("housing", exists="not_commissioned", name="No housing here")
    service("dental", name="Closed dentist", ended_on=clock.today(), ended_why="closed")
    service("peer_support", site="CALD", name="Calder peers")
    client.force_login(midwife)
    page = client.get(reverse("services_for_her", args=[record.pk])).content.decode()
    assert reverse("refer_to", args=[record.pk, harbour.pk]) in page
    for each in Service.objects.exclude(pk=harbour.pk):
        assert reverse("refer_to", args=[record.pk, each.pk]) not in page, each


# -- one referral --


def test_the_team_acknowledges_with_one_click_and_declines_with_a_reason(
    client: Any, record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    made = sent(record, harbour, midwife)
    client.force_login(keyworker)
    assert counts(client.get(URL))["Your team’s turn"] == 1
    answer = client.post(reverse("referral_acknowledge", args=[made.pk]), follow=True)
    assert "Acknowledged" in messages_of(answer)
    words = text_of(client.get(step(made, "decline")))
    assert "They cannot take her on" in words
    assert "Who of the service said so?" not in words
    answer = client.post(step(made, "decline"), form())
    assert "Choose an answer: why." in text_of(answer)
    client.post(step(made, "decline"), form(reason="service_late", words="From week 20 we cannot"))
    client.force_login(midwife)
    answer = client.get(URL)
    assert counts(answer)["Back with you"] == 1
    assert answer.context["part"].key == "back"
    assert "From week 20" not in text_of(answer)
    words = text_of(client.get(reverse("referral", args=[made.pk])))
    for part in ("They do not take women who booked late", "“From week 20 we cannot”", "Send it to another service"):
        assert part in words, part


def test_who_declines_and_sees_her_no_more_goes_back_to_the_list(client: Any, record: Journey, midwife: User) -> None:
    worker = staff(Role.BEREAVEMENT_LEAD, team="bereavement")
    made = sent(record, service("loss_support", team="bereavement"), midwife)
    client.force_login(worker)
    answer = client.post(step(made, "decline"), form(reason="service_full"), follow=True)
    assert answer.redirect_chain == [(URL, 302)]
    assert client.get(reverse("referral", args=[made.pk])).status_code == 404


def test_the_sender_writes_down_what_was_said_by_phone(client: Any, record: Journey, midwife: User) -> None:
    made = sent(record, service("housing", name="Housing options"), midwife)
    client.force_login(midwife)
    words = text_of(client.get(reverse("referral", args=[made.pk])))
    assert "somebody without an account: by phone, or by a link" in words
    assert "They take her on" in words
    assert "Who of the service said so?" in text_of(client.get(step(made, "accept")))
    assert "Write who said so" in text_of(client.post(step(made, "accept"), form()))
    client.post(step(made, "accept"), form(by_outside="J. Ross", at=local(clock.now())))
    words = text_of(client.get(reverse("referral", args=[made.pk])))
    assert "J. Ross, written down by A. Reid" in words


def test_a_way_that_is_none_any_more_says_so(client: Any, record: Journey, midwife: User) -> None:
    made = sent(record, service("housing"), midwife)
    client.force_login(midwife)
    for way in ("end", "settle", "nonsense"):
        answer = client.get(step(made, way), follow=True)
        assert "no way on any more" in messages_of(answer)


def test_what_she_takes_back_is_not_read_any_more(client: Any, record: Journey, midwife: User) -> None:
    made = sent(record, service("housing"), midwife, shared=["name", "reach"])
    client.force_login(midwife)
    page = reverse("referral", args=[made.pk])
    assert "How she wants to be reached" in text_of(client.get(page))
    client.post(reverse("referral_take_back", args=[made.pk]), form(purpose="contact"))
    assert "How she wants to be reached" not in text_of(client.get(page))
    client.post(reverse("referral_take_back", args=[made.pk]), form(purpose="share"))
    words = text_of(client.get(page))
    assert "Nothing: she does not agree to it, or took it back." in words
    assert "Withdrawn" in words


def test_the_way_on_after_a_decline_leads_to_another_service(client: Any, record: Journey, midwife: User) -> None:
    made = sent(record, service("housing", name="Housing options"), midwife)
    looping.step(made, Stepping(State.DECLINED, reason="service_area", by_outside="J. Ross"), by=fresh(midwife))
    other = service("housing", name="Shelter line")
    client.force_login(midwife)
    query = {"instead_of": made.pk}
    assert "Instead of Housing options" in text_of(client.get(reverse("services_for_her", args=[record.pk]), query))
    answer = client.post(f"{reverse('refer_to', args=[record.pk, other.pk])}?instead_of={made.pk}", sending())
    assert answer.status_code == 302
    words = text_of(client.get(reverse("referral", args=[made.pk])))
    assert "Declined, and something else was found or decided" in words
    assert "Instead of it: the referral to Shelter line" in words


# -- the worklist --


def test_each_part_shows_exactly_as_many_rows_as_it_says(
    client: Any, record: Journey, harbour: Service, midwife: User, keyworker: User
) -> None:
    for state in ("sent", "accepted", "declined", "appointed", "attended"):
        referral(record, harbour, state=state, flag_at=ago(1) if state == "sent" else ago(-1))
    referral(record, harbour, state="ended", flag_at=None)
    for user in (midwife, keyworker):
        client.force_login(user)
        for narrowed in ({}, {"late": "yes"}, {"whose": "mine"}, {"whose": "nobody"}):
            for part in ("back", "answer", "waiting", "open", "closed"):
                answer = client.get(URL, {"show": part, **narrowed})
                label = answer.context["part"].label
                assert counts(answer)[label] == len(answer.context["rows"]), (part, narrowed)
    client.force_login(midwife)
    found = counts(client.get(URL))
    assert found == {"Back with you": 1, "Your team’s turn": 0, "You wait for others": 4, "All open": 5, "Closed": 1}
    client.force_login(keyworker)
    found = counts(client.get(URL))
    assert found == {"Back with you": 0, "Your team’s turn": 2, "You wait for others": 0, "All open": 5, "Closed": 1}


def test_what_a_death_left_open_is_chased_by_nobody(
    client: Any, record: Journey, harbour: Service, midwife: User
) -> None:
    sent(record, harbour, midwife)
    client.force_login(midwife)
    assert counts(client.get(URL))["All open"] == 1

    happened(record, ("mother_died", ago(hours=1)))

    assert [words for words, number in counts(client.get(URL)).items() if number] == ["Closed"]


def test_a_row_says_no_drug_and_no_reason(client: Any, record: Journey, harbour: Service, midwife: User) -> None:
    referral(record, harbour, asks="help with heroin", state="declined")
    client.force_login(midwife)
    words = text_of(client.get(URL))
    assert "Partner service" in words
    for part in ("Harbour", "heroin", "drug"):
        assert part not in words


def test_what_a_leaver_had_stands_with_their_team_and_for_how_long(
    client: Any, record: Journey, harbour: Service, midwife: User
) -> None:
    leaver = staff(name="L. Gone")
    made = referral(record, harbour, sent_by=leaver, since=ago(9), sent_at=ago(9))
    Membership.objects.filter(user=leaver).update(ends_on=clock.today(ago(4)))
    client.force_login(midwife)
    answer = client.get(URL, {"whose": "nobody"})
    assert [row.pk for row in answer.context["rows"]] == [made.pk]
    assert "nobody for 4 days, with Bridge caseload team" in text_of(answer)
    client.post(reverse("referral_take_over", args=[made.pk]))
    assert counts(client.get(URL, {"whose": "nobody"}))["All open"] == 0
    assert [row.hand for row in client.get(URL).context["rows"]] == ["you"]


def test_nobody_else_sees_any_of_it(client: Any, record: Journey, harbour: Service, midwife: User) -> None:
    made = sent(record, harbour, midwife)
    client.force_login(staff(Role.HEALTH_VISITOR, site="CALD", team="hv"))
    assert set(counts(client.get(URL)).values()) == {0}
    refer_to = reverse("refer_to", args=[record.pk, harbour.pk])
    for url in (reverse("referral", args=[made.pk]), step(made, "accept"), refer_to):
        assert client.get(url).status_code == 404
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    assert client.get(URL).status_code == 403


def test_ten_thousand_referrals_are_ten_queries(client: Any, record: Journey, harbour: Service, midwife: User) -> None:
    first = referral(record, harbour)
    columns = [field.column for field in Referral._meta.concrete_fields if field.column not in ("id", "submission")]
    named = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO referrals_referral ({named}) "  # noqa: S608
            f"SELECT {named} FROM referrals_referral, generate_series(1, 9999) WHERE id = %s",
            [first.pk],
        )
        cursor.execute("ANALYZE referrals_referral")
    client.force_login(midwife)
    client.get(URL)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(URL, {"page": 150})
    queries = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(BOOKKEEPING)]
    assert counts(answer)["All open"] == 10_000
    assert len(answer.context["rows"]) == 50
    assert len(queries) <= 10, queries


def test_every_page_that_shows_her_leaves_one_entry(
    client: Any, record: Journey, harbour: Service, midwife: User
) -> None:
    made = referral(record, harbour, state="accepted")
    pages = {
        "referrals": URL,
        "referral": reverse("referral", args=[made.pk]),
        "referral_take_back": reverse("referral_take_back", args=[made.pk]),
        "referral_step": step(made, "attended"),
        "refer_to": reverse("refer_to", args=[record.pk, harbour.pk]),
    }
    only_sent = {"referral_acknowledge", "referral_remind", "referral_take_over"}
    assert pages.keys() | only_sent == named_views("referrals.views.referrals", "referrals.views.sending")
    client.force_login(midwife)
    for name, address in pages.items():
        before = Read.objects.count()
        assert client.get(address).status_code == 200, name
        assert Read.objects.count() == before + 1, name
        assert Read.objects.latest("pk").page == name


# -- the privacy officer --


def test_what_was_shared_without_her_stands_on_the_privacy_officers_screen(
    client: Any, record: Journey, harbour: Service, midwife: User
) -> None:
    here, elsewhere = (staff(Role.PRIVACY_OFFICER, site=site, team="office") for site in ("ASHF", "CALD"))
    sent(record, harbour, midwife, consents={**AGREED, "share": ("override", "Section 47: her baby is at risk")})
    client.force_login(here)
    words = text_of(client.get("/privacy/"))
    assert "Shared without her agreement 1 in twelve months" in words
    assert f"A. Reid reference {record.woman_id}" in words
    assert "“Section 47: her baby is at risk”" in words
    assert "Xanthippe" not in words
    assert "Something was shared with a service without her agreement." in text_of(client.get("/notices/"))
    client.force_login(elsewhere)
    words = text_of(client.get("/privacy/"))
    assert "Shared without her agreement 0 in twelve months" in words
    assert "Section 47" not in words


def test_nobody_tells_of_an_override_of_a_woman_whom_they_do_not_see(
    record: Journey, harbour: Service, midwife: User
) -> None:
    made = sent(record, harbour, midwife, consents={**AGREED, "share": ("override", "Section 47")})
    stranger = staff(Role.HEALTH_VISITOR, site="CALD", team="hv")
    with as_role(WEB), pytest.raises(DatabaseError), acting_as(stranger), connection.cursor() as cursor:
        cursor.execute("SELECT referrals_tell_of_override(%s)", [made.pk])
