"""The pages of a handoff's two sides: what is offered to whom, and what each side can do there."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from pathways.models import Handoff, Journey, Offer
from pathways.moments import by_key
from tests.factories import ago, claimed, happened, journey, offer_of, owed, staff
from tests.pages.test_journey import text_of
from tests.pages.test_record import ODD, local, messages_of
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db

URL = "/handoffs/"


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def visitor() -> User:
    return staff(Role.HEALTH_VISITOR, team="hv", name="O. Bright")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-60)), first_name="Xanthippe")
    happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)), ("contact_made", ago(2)))
    return made


@pytest.fixture
def made(record: Journey, midwife: User, visitor: User) -> Offer:
    return offer_of(record, told="yes", told_words="O. Bright will visit", told_by="A. Reid")


def sent(**more: str) -> dict[str, str]:
    return {"submission": str(uuid.uuid4()), **more}


def counts(answer: Any) -> dict[str, int]:
    return {label: count for label, count, _, _ in answer.context["chips"]}


def at(name: str, made: Offer) -> str:
    return reverse(name, args=[made.pk])


# -- the list --


def test_the_receiver_sees_first_what_is_offered(client: Any, made: Offer, visitor: User) -> None:
    client.force_login(visitor)
    answer = client.get(URL)
    words = text_of(answer)
    assert counts(answer)["Offered to you"] == 1
    assert [card.pk for card, _ in answer.context["cards"]] == [made.pk]
    for part in (
        "Xanthippe R.",
        "Antenatal health-visitor contact",
        "Bridge caseload team, A. Reid",
        "“O. Bright will visit”, told by A. Reid",
        "Safe contact",
        "the sender stays responsible",
        "Which day suits her?",
    ):
        assert part in words, part
    assert "She likes mornings." not in words  # a note is for her own page
    assert '<span class="bar__count">1' in answer.content.decode()


def test_the_sender_waits_and_the_team_that_accepted_has_it_open(
    client: Any, made: Offer, midwife: User, visitor: User
) -> None:
    client.force_login(midwife)
    answer = client.get(URL)
    assert counts(answer)["You wait for others"] == 1
    assert answer.context["chip"].key == "waiting"
    assert "Ashford health visiting · offered" in text_of(answer)
    client.force_login(visitor)
    client.post(at("accept_offer", made))
    answer = client.get(URL, {"show": "accepted"})
    assert counts(answer)["Open, accepted"] == len(answer.context["waiting"]) == 1
    assert counts(answer)["Offered to you"] == 0
    client.force_login(midwife)
    assert "Ashford health visiting · accepted" in text_of(client.get(URL, {"show": "waiting"}))


def test_what_was_declined_came_back_and_can_be_offered_again(
    client: Any, made: Offer, midwife: User, visitor: User
) -> None:
    client.force_login(visitor)
    client.post(at("decline_offer", made), sent(kind="not_ours", reason="Not in our area"))
    assert counts(client.get(URL))["Offered to you"] == 0
    client.force_login(midwife)
    answer = client.get(URL)
    (row,) = answer.context["waiting"]
    assert row.came_back
    assert "Came back" in text_of(answer)
    assert "Not in our area" not in text_of(answer)
    assert reverse("offer_handoff", args=[made.handoff_id]) in answer.content.decode()
    offer_of(made.journey, handoff=made.handoff)
    assert [row.came_back for row in client.get(URL).context["waiting"]] == [False]


def test_the_list_says_no_drug_no_reason_and_no_separation(client: Any, record: Journey, midwife: User) -> None:
    staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")
    for moment in by_key.values():
        for step in moment.steps:
            offer_of(record, "harbour", handoff=owed(record, moment.key, step.key, due=ago(1), occurrence=7), brings=[])
    client.force_login(midwife)
    words = " ".join(text_of(client.get(URL, {"show": "waiting", "page": page})) for page in (1, 2)).lower()
    for giveaway in ("drug", "opioid", "methadone", "separat", "removal", "social care", "abuse", "bereave"):
        assert giveaway not in words, giveaway


def test_an_offer_of_a_labelled_moment_is_not_there_for_who_may_not_see_it(client: Any, record: Journey) -> None:
    labelled = next(each for each in by_key.values() if each.seen_with == "child_protection")
    made = offer_of(record, "hospital", handoff=owed(record, labelled.key, due=ago(1), occurrence=7))
    pharmacist = staff(Role.PHARMACIST, team="hospital")
    client.force_login(pharmacist)
    assert counts(client.get(URL))["Offered to you"] == 0
    assert client.get(at("offer", made)).status_code == 404
    assert client.post(at("accept_offer", made)).status_code == 404


@pytest.mark.parametrize("show", ["offered", "waiting", "accepted"])
def test_no_more_queries_however_long_the_list(
    client: Any, midwife: User, visitor: User, record: Journey, show: str
) -> None:
    def another() -> None:
        more = journey(midwife=midwife)
        offer_of(more, handoff=owed(more, due=ago(-1)), state="accepted" if show == "accepted" else "offered",
                 **({"answered_at": clock.now(), "answered_by": visitor} if show == "accepted" else {}))  # fmt: skip

    client.force_login(midwife if show == "waiting" else visitor)
    another()
    client.get(URL, {"show": show})
    with CaptureQueriesContext(connection) as few:
        client.get(URL, {"show": show})
    for _ in range(12):
        another()
    with CaptureQueriesContext(connection) as many:
        client.get(URL, {"show": show})
    assert len(many) == len(few)
    assert len([query for query in many if not query["sql"].startswith(BOOKKEEPING)]) <= 11


def test_the_caseload_says_how_many_are_offered(client: Any, record: Journey, midwife: User) -> None:
    offer_of(record, "bridge", by=staff(name="R. Ali", team="valley"))
    client.force_login(midwife)
    assert "1 offered to you" in text_of(client.get("/caseload/"))


# -- one offer --


def test_accepting_is_by_name_and_the_second_reads_who_has_it(client: Any, made: Offer, visitor: User) -> None:
    other = staff(Role.HEALTH_VISITOR, team="hv")
    client.force_login(visitor)
    assert messages_of(client.post(at("accept_offer", made), follow=True)) == "You have it now."
    client.force_login(other)
    answer = client.post(at("accept_offer", made), follow=True)
    assert "O. Bright of Ashford health visiting accepted this" in messages_of(answer)
    assert Offer.objects.get(pk=made.pk).answered_by == visitor


def test_who_was_not_asked_is_told_so(client: Any, made: Offer, midwife: User) -> None:
    client.force_login(midwife)
    answer = client.post(at("accept_offer", made), follow=True)
    assert "somebody of that team answers" in messages_of(answer)
    assert at("accept_offer", made) not in client.get(at("offer", made)).content.decode()


def test_declining_asks_why_and_leads_back_to_the_list(client: Any, made: Offer, visitor: User) -> None:
    client.force_login(visitor)
    answer = client.post(at("decline_offer", made), sent())
    assert "Choose why you cannot take this." in text_of(answer)
    answer = client.post(at("decline_offer", made), sent(kind="no_place", reason="full"))
    assert "Enter the day from which you have a place." in text_of(answer)
    answer = client.post(at("decline_offer", made), sent(kind="missing", reason="The plan"), follow=True)
    assert answer.redirect_chain[0][0] == URL
    assert messages_of(answer) == "Sent back. The sender has it."


def test_asking_and_answering(client: Any, made: Offer, midwife: User, visitor: User) -> None:
    made.questions.all().delete()
    client.force_login(visitor)
    client.post(at("ask_sender", made), sent(words="Which pharmacy?"))
    client.force_login(midwife)
    assert "they ask you something" in text_of(client.get(URL, {"show": "waiting"}))
    client.post(at("answer_question", made), sent(words="Mill Lane"))
    client.force_login(visitor)
    words = text_of(client.get(URL))
    assert "Which pharmacy?" in words
    assert "A. Reid: Mill Lane" in words


def test_reminding_shows_on_the_card(client: Any, made: Offer, midwife: User, visitor: User) -> None:
    client.force_login(midwife)
    client.post(at("remind", made))
    assert "less than an hour ago" in messages_of(client.post(at("remind", made), follow=True))
    client.force_login(visitor)
    assert "they wait for an answer" in text_of(client.get(URL))


def test_passing_on_asks_a_colleague_of_the_team(client: Any, made: Offer, visitor: User) -> None:
    colleague = staff(Role.HEALTH_VISITOR, team="hv", name="C. Dee")
    client.force_login(visitor)
    assert "C. Dee" in text_of(client.get(at("pass_offer", made)))
    client.post(at("pass_offer", made), sent(to=str(colleague.pk)))
    client.force_login(colleague)
    assert "Passed to you" in text_of(client.get(URL))


def test_who_said_so_by_phone_is_recorded(client: Any, record: Journey, midwife: User) -> None:
    made = offer_of(record, "", to_outside="Dr Shah, Mill Lane surgery")
    client.force_login(midwife)
    assert "Record who said that they have it" in text_of(client.get(at("offer", made)))
    Offer.objects.filter(pk=made.pk).update(offered_at=ago(1))
    client.post(at("accept_offer", made), sent(who="J. Ross, practice nurse", **boxes("at", ago(0.1))))
    assert "J. Ross, practice nurse has it, as A. Reid was told" in text_of(client.get(at("offer", made)))


def boxes(name: str, instant: Any) -> dict[str, str]:
    """A time in the boxes of its field."""
    here = instant.astimezone(clock.LONDON)
    parts = (here.day, here.month, here.year, f"{here:%H:%M}")
    return {f"{name}_{place}": str(part) for place, part in enumerate(parts)}


def test_she_can_be_told_later(client: Any, record: Journey, midwife: User, visitor: User) -> None:
    made = offer_of(record)
    client.force_login(visitor)
    client.post(at("accept_offer", made))
    client.post(at("tell_her", made), sent(words="I will visit on Monday"))
    assert "“I will visit on Monday”, told by O. Bright" in text_of(client.get(at("offer", made)))


def test_taking_back(client: Any, made: Offer, midwife: User) -> None:
    client.force_login(midwife)
    answer = client.post(at("withdraw_offer", made), sent(words=""), follow=True)
    assert "It is the sender’s again." in messages_of(answer)
    assert "A. Reid took this back" in text_of(client.get(at("offer", made)))


# -- offering --


@pytest.fixture
def handoff(record: Journey, visitor: User) -> Handoff:
    return record.handoffs.get(moment="HV_ANTENATAL")


def test_the_form_offers_teams_contents_and_the_usual_time(client: Any, handoff: Handoff, midwife: User) -> None:
    client.force_login(midwife)
    answer = client.get(reverse("offer_handoff", args=[handoff.pk]))
    words = text_of(answer)
    assert "Ashford health visiting (usual)" in words
    assert "Agreed due date" in words
    assert "You stay responsible until somebody accepts it by name." in words
    assert "Calder" not in words


def test_an_offer_is_saved_and_her_page_says_how_it_stands(client: Any, handoff: Handoff, midwife: User) -> None:
    client.force_login(midwife)
    hv = Team.objects.get(site__code="ASHF", code="hv")
    form = sent(to=str(hv.pk), also="Her own list", note="n", told="yes", told_words="O. Bright will visit")
    address = reverse("offer_handoff", args=[handoff.pk])
    answer = client.post(address, form, follow=True)
    assert messages_of(answer) == "Offered. You stay responsible until somebody accepts."
    assert "to Ashford health visiting, not accepted" in text_of(answer)
    assert Offer.objects.get().brings == ["Her own list"]
    client.post(address, form)
    assert Offer.objects.count() == 1
    assert client.get(address).headers["Location"] == at("offer", Offer.objects.get())


def test_she_was_told_something_or_not_yet(client: Any, handoff: Handoff, midwife: User) -> None:
    client.force_login(midwife)
    hv = Team.objects.get(site__code="ASHF", code="hv")
    answer = client.post(reverse("offer_handoff", args=[handoff.pk]), sent(to=str(hv.pk), told="yes"))
    assert "Write what she was told." in text_of(answer)
    answer = client.post(reverse("offer_handoff", args=[handoff.pk]), sent(to="outside", told="not_yet"))
    assert "Write who it is." in text_of(answer)


def test_an_offer_that_ended_meanwhile_says_so(client: Any, made: Offer, midwife: User, visitor: User) -> None:
    client.force_login(midwife)
    form = {"occurred_at": local(clock.now()), **sent(reason="Her choice")}
    client.post(reverse("answer", args=[made.handoff_id, "declined"]), {**form, **boxes("occurred_at", clock.now())})
    client.force_login(visitor)
    words = text_of(client.get(at("offer", made)))
    assert "This ended meanwhile" in words
    assert "ended meanwhile" in messages_of(client.post(at("accept_offer", made), follow=True))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_answers_never_break_a_form_and_change_nothing(client: Any, made: Offer, midwife: User, odd: str) -> None:
    client.force_login(midwife)
    other = made.journey.handoffs.open().exclude(pk=made.handoff_id).first()
    pages = [
        reverse("move", args=[made.journey_id]),
        reverse("offer_handoff", args=[other.pk]),
        *(at(name, made) for name in ("decline_offer", "ask_sender", "answer_question", "pass_offer", "tell_her")),
    ]
    for page in pages:
        fields = {name: odd for name in client.get(page).context["form"].fields}
        for form in (fields, {**fields, "submission": str(uuid.uuid4())}):
            assert client.post(page, form).status_code in (200, 302), page
    assert Offer.objects.count() == 1
    assert not made.journey.events.filter(kind="transfer_requested").exists()


# -- moving --


def test_a_move_is_asked_for_on_its_own_page(client: Any, record: Journey, midwife: User) -> None:
    there = staff(name="P. Lowe", site="CALD")
    client.force_login(midwife)
    kind = reverse("record_kind", args=[record.pk, "transfer_requested"])
    assert client.get(kind).headers["Location"] == reverse("move", args=[record.pk])
    assert client.get(reverse("record_kind", args=[record.pk, "transfer_accepted"])).status_code == 404
    calder = Team.objects.get(site__code="CALD", code="calder")
    answer = client.post(
        reverse("move", args=[record.pk]), sent(to=str(calder.pk), told="yes", told_words="she chose to"), follow=True
    )
    assert "Calder Vale has been asked" in messages_of(answer)
    client.force_login(there)
    answer = client.get(URL)
    assert "Move to Calder Vale" in text_of(answer)
    assert "coming from Ashford Bridge" in text_of(answer)
    made = Offer.objects.get()
    assert client.get(reverse("answer", args=[made.handoff_id, "done"])).status_code == 302
    client.post(at("accept_offer", made))
    record.refresh_from_db()
    assert record.site.code == "CALD"
    assert client.get(reverse("journey", args=[record.pk])).status_code == 200


def test_her_page_offers_no_answer_to_what_another_site_answers(client: Any, record: Journey, midwife: User) -> None:
    staff(name="P. Lowe", site="CALD")
    happened(record, ("transfer_requested", ago(1), {"to": "CALD"}))
    step = record.handoffs.get(moment="SITE_TRANSFER", step="accepted")
    Handoff.objects.filter(pk=step.pk).update(due_at=ago(0.1), missed_at=ago(0.05), warn_at=ago(1))
    client.force_login(midwife)
    html = client.get(reverse("journey", args=[record.pk])).content.decode()
    assert reverse("offer_handoff", args=[step.pk]) in html
    assert reverse("answer", args=[step.pk, "declined"]) not in html
    answer = client.get(reverse("answer", args=[step.pk, "done"]))
    assert answer.headers["Location"] == reverse("offer_handoff", args=[step.pk])


def test_a_claimed_record_shows_both_sides_but_answers_neither(client: Any, made: Offer) -> None:
    other = staff(Role.WARD_MIDWIFE, team="maple")
    claimed(made.journey, other)
    client.force_login(other)
    assert client.get(at("offer", made)).status_code == 200
    assert counts(client.get(URL))["Offered to you"] == 0
