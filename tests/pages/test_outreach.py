"""The pages of looking for her: what was tried, what is next, who decides, and what a list says of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.actions import ANSWERS, Draft, answer_handoff
from pathways.contact import Agreed, agree_contact
from pathways.models import Asked, Event, Journey, OutreachDecision, Try
from pathways.moves.outreach import Attempt, News, Onward, ask_about_her, decide_onward, try_to_reach
from pathways.rules.outreach import State, Way
from tests.factories import ago, claimed, happened, journey, staff
from tests.pages.test_journey import edd_in, text_of
from tests.pages.test_record import local

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def record(midwife: Any) -> Journey:
    """Nobody has reached her for twenty days; she agreed to texts a week ago, through her keyworker."""
    made = journey(midwife=midwife, edd=edd_in(20))
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)), ("contact_made", ago(20)))
    agree_contact(made.woman, Agreed("text"), {}, seen=None, by=midwife)
    return made


def url(record: Journey, name: str = "outreach") -> str:
    return reverse(name, args=[record.pk])


def sent(**more: Any) -> dict[str, Any]:
    """A form as a browser sends it."""
    return {"at": local(ago(0.05)), "submission": str(uuid.uuid4()), **more}


def tried(record: Journey, *days: float, result: str = "no_answer") -> None:
    for day in days:
        try_to_reach(record, Attempt(ago(day), Way.TEXT, result), by=record.named_midwife)


def search(answer: Any) -> Any:
    return answer.context["page"].search


# -- how it stands --


def test_out_of_contact_her_page_says_so_without_blame_and_proposes_the_next_try(
    signed_in: Any, record: Journey
) -> None:
    page = text_of(signed_in.get(reverse("journey", args=[record.pk])))
    assert "Not in touch: try to reach her" in page
    assert "She was last reached 20 days ago" in page
    assert "Next:" in page
    assert "text message" in page
    assert "did not attend" not in page.lower()


def test_in_touch_nothing_stands_on_her_page(signed_in: Any, record: Journey) -> None:
    happened(record, ("contact_made", ago(1)))
    assert "Reaching her: what was tried" not in text_of(signed_in.get(reverse("journey", args=[record.pk])))
    assert search(signed_in.get(url(record))).standing.state is State.IN_TOUCH


def test_a_try_is_written_down_and_the_next_one_goes_another_way(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(
        url(record, "outreach_try"), sent(way="text", result="no_answer", words="Off."), follow=True
    )
    assert answer.redirect_chain == [(reverse("journey", args=[record.pk]), 302)]
    found = search(signed_in.get(url(record)))
    assert (found.standing.tries, found.standing.next.way) == (1, Way.WHERE_SHE_COMES)
    page = text_of(signed_in.get(url(record)))
    assert "Text message: nobody answered" in page
    assert "Off." in page
    assert record.events.filter(kind="contact_missed").count() == 1


def test_reached_is_a_contact_and_asks_whether_the_way_is_still_safe(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "outreach_try"), sent(way="text", result="not_now"))
    assert answer["Location"].endswith("?ask=contact")
    assert Event.objects.filter(kind="contact_made").count() == 2
    assert search(signed_in.get(url(record))).standing.state is State.IN_TOUCH


def test_nothing_but_how_it_was_is_asked_for(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "outreach_try"), {"submission": str(uuid.uuid4())})
    assert set(answer.context["form"].errors) == {"at", "way", "result"}


def test_an_unsafe_next_try_is_refused_at_its_field_and_nothing_is_saved(signed_in: Any, record: Journey) -> None:
    more = {"way": "text", "result": "no_answer", "again_way": "call", "again_at": local(ago(-1))}
    answer = signed_in.post(url(record, "outreach_try"), sent(**more))
    assert "She has not agreed to this way lately" in str(answer.context["form"].errors["again_way"])
    assert (Try.objects.count(), Event.objects.filter(kind="contact_missed").count()) == (0, 0)


def test_the_plain_form_leads_to_the_page_and_the_list_of_what_can_be_recorded_too(
    signed_in: Any, record: Journey
) -> None:
    assert signed_in.get(reverse("record_kind", args=[record.pk, "contact_missed"])).status_code == 302
    links = [
        link for _, kinds in signed_in.get(reverse("record", args=[record.pk])).context["groups"] for link in kinds
    ]
    assert url(record, "outreach_try") in [address for _, address in links]


def test_a_try_entered_in_error_no_longer_counts(signed_in: Any, record: Journey) -> None:
    tried(record, 1)
    event = Try.objects.get().event
    signed_in.post(
        reverse("correct", args=[record.pk, event.pk]), {"reason": "another woman", "submission": str(uuid.uuid4())}
    )
    found = signed_in.get(url(record))
    assert search(found).standing.tries == 0
    assert found.context["page"].lines == []


def test_a_missed_contact_of_a_file_is_a_try_of_which_no_more_is_known(signed_in: Any, record: Journey) -> None:
    happened(record, ("contact_missed", ago(2)))
    found = signed_in.get(url(record))
    assert search(found).standing.tries == 1
    assert "Contact did not happen" in text_of(found)


def test_no_answer_lets_the_search_rest(signed_in: Any, record: Journey, midwife: Any) -> None:
    owed = record.handoffs.open().get(moment="LOST_CONTACT")
    assert signed_in.get(reverse("answer", args=[owed.pk, "unable"]))["Location"] == url(record)
    for kind in ANSWERS:
        with pytest.raises(Refused, match="Only reaching her ends this"):
            answer_handoff(owed, Draft(kind, ago(0.01), details={"reason": "not reached"}), by=midwife)
    page = signed_in.get(reverse("journey", args=[record.pk]))
    (card,) = [card for card in page.context["page"].needs_action if card.pk == owed.pk]
    assert card.by_reaching_her
    assert reverse("answer", args=[owed.pk, "declined"]) not in page.content.decode()


# -- a person decides --


def test_after_six_tries_a_person_decides_and_no_try_is_proposed(signed_in: Any, record: Journey) -> None:
    tried(record, 6, 5, 4, 3, 2, 1)
    page = signed_in.get(url(record))
    assert (search(page).standing.state, search(page).next) == (State.DECIDE, "")
    assert "6 tries since did not reach her" in text_of(page)
    assert "Decide how to go on" in text_of(page)


def test_deciding_names_who_it_was_and_her_journey_stays_open(signed_in: Any, record: Journey) -> None:
    tried(record, 6, 5, 4, 3, 2, 1)
    review = clock.today() + timedelta(days=3)
    more = {"choice": "ask_partners", "partners": ["pharmacy", "gp"], "reason": "Her sister is worried."}
    day = {"review_on_0": review.day, "review_on_1": review.month, "review_on_2": review.year}
    form = {"submission": str(uuid.uuid4()), **more, **day}
    assert signed_in.post(url(record, "outreach_decide"), form).status_code == 302
    assert OutreachDecision.objects.get().decided_by == record.named_midwife
    found = search(signed_in.get(url(record)))
    assert (found.standing.state, found.to_ask) == (State.TRY, ("Her pharmacy", "Her GP"))
    record.refresh_from_db()
    assert record.stage == "antenatal"
    changed = signed_in.post(url(record, "outreach_decide"), {**form, "reason": "Something else."})
    assert "saved already, with other words" in text_of(changed)
    assert OutreachDecision.objects.count() == 1


def test_whom_somebody_asked_is_to_be_asked_no_more_and_what_they_saw_stands_above(
    signed_in: Any, record: Journey, midwife: Any
) -> None:
    review = clock.today() + timedelta(days=3)
    decide_onward(record, Onward("ask_partners", "x", ("pharmacy", "gp"), review), by=midwife)
    seen = clock.today() - timedelta(days=1)
    more = {"whom": "pharmacy", "answer": "seen", "words": "She is all right."}
    day = {"seen_on_0": seen.day, "seen_on_1": seen.month, "seen_on_2": seen.year}
    form = {"at": local(clock.now()), "submission": str(uuid.uuid4()), **more, **day}
    assert signed_in.post(url(record, "outreach_ask"), form).status_code == 302
    assert Asked.objects.count() == 1
    found = search(signed_in.get(url(record)))
    assert found.to_ask == ("Her GP",)
    assert found.last_seen.startswith("Her pharmacy: they saw her")


def test_who_does_not_decide_reads_whom_to_ring(client: Any, record: Journey) -> None:
    tried(record, 6, 5, 4, 3, 2, 1)
    ward = staff(Role.WARD_MIDWIFE, team="maple")
    claimed(record, ward)
    client.force_login(ward)
    page = text_of(client.get(url(record)))
    assert "Ring one of them" in page
    assert "Decide how to go on" not in page
    assert client.get(url(record, "outreach_decide")).status_code == 403


def test_words_of_the_drug_service_are_not_the_health_visitors(client: Any, record: Journey, midwife: Any) -> None:
    ask_about_her(record, News(ago(0.1), "pharmacy", "seen", words="She collects daily."), by=midwife)
    ask_about_her(record, News(ago(0.1), "gp", "not_seen", words="She moved house."), by=midwife)
    visitor = staff(Role.HEALTH_VISITOR, team="hv")
    claimed(record, visitor)
    client.force_login(visitor)
    page = text_of(client.get(url(record)))
    assert "Her pharmacy: they saw her" in page
    assert "She collects daily." not in page
    assert "She moved house." in page


# -- lists --


def test_the_caseload_says_how_each_search_stands(signed_in: Any, record: Journey) -> None:
    def note() -> str:
        answer = signed_in.get(reverse("caseload"), {"show": "contact"})
        (row,) = answer.context["rows"]
        return str(row.note)

    assert note().startswith("next try ")
    tried(record, 6, 5, 4, 3, 2, 1)
    assert note().startswith("how to go on is to be decided")
    pause = Onward("pause", "She is with her sister until Friday.", (), clock.today() + timedelta(days=4))
    decide_onward(record, pause, by=record.named_midwife)
    assert note().startswith("the search pauses until ")


def test_the_list_asks_the_same_queries_for_one_woman_and_for_many(
    signed_in: Any, record: Journey, midwife: Any
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(reverse("caseload"), {"show": "contact"})
        return len(queries)

    asked()
    one = asked()
    for _ in range(3):
        other = journey(midwife=midwife, edd=edd_in(20))
        happened(other, ("first_contact", ago(60)), ("booking_completed", ago(40)))
        tried(other, 3, 2, 1)
    assert asked() == one
