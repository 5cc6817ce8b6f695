"""The page of one journey: who she is, where she is, what is next, and what it costs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from pathways.actions import correct_event, update_woman
from pathways.models import Journey
from tests.factories import ago, happened, journey, owed, staff, woman
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


def url(record: Journey, query: str = "") -> str:
    return reverse("journey", args=[record.pk]) + query


def text_of(answer: Any) -> str:
    """The words of a page, in one line."""
    html = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").split())


def edd_in(weeks: int) -> date:
    return clock.today() + timedelta(weeks=weeks)


@pytest.fixture
def separated(midwife: Any) -> Journey:
    """Twelve days after the birth, the baby placed away ten days ago; mental-health contact is missed."""
    record = journey(
        midwife=midwife,
        edd=clock.today() - timedelta(days=10),
        first_name="Siân",
        preferred_name="Shan",
        last_name="O’Connor-Łukasz",
        pronouns="she/her",
        nhs_number="9990000018",
        safe_contact="text only, before 14:00",
    )
    happened(
        record,
        ("first_contact", ago(230)),
        ("booking_completed", ago(215)),
        ("treatment_started", ago(300), {"medication": "methadone_oral_1mg_ml"}),
        ("admitted", ago(13), {"reason": "labour"}),
        ("baby_born", ago(12), {"place": "hospital"}),
        ("mother_discharged", ago(10.5)),
        ("separated", ago(10)),
        ("contact_made", ago(2)),
    )
    return record


# -- who she is --


def test_the_banner_gives_the_name_she_uses_first_and_everything_that_keeps_her_safe(
    signed_in: Any, separated: Journey
) -> None:
    banner = signed_in.get(url(separated)).context["page"].banner
    assert banner.name == "Shan O’Connor-Łukasz"
    assert banner.about == "she/her · legal first name Siân"
    facts = {fact.label: f"{fact.words} {fact.more}".strip() for fact in (*banner.core, *banner.rest)}
    assert facts["Born"].startswith("3 Apr 1991 (")
    assert facts["NHS number"] == "999 000 0018"
    assert facts["Allergies"] == "not asked yet"
    assert facts["Named midwife"] == "A. Reid"
    assert facts["Safe contact"] == "text only, before 14:00 (ask her: it is not confirmed)"
    assert facts["Now"].startswith("Mother, separated since ")
    assert facts["Now"].endswith("day 12 after birth")


def test_her_own_words_stand_on_the_page_and_on_the_timeline(signed_in: Any, separated: Journey, midwife: Any) -> None:
    update_woman(separated.woman, {"what_matters": "I want to know how he is doing."}, by=midwife)
    answer = signed_in.get(url(separated))
    assert "“I want to know how he is doing.”" in text_of(answer)
    hers = [lane for lane in answer.context["drawing"].lanes if lane.key == "her"]
    assert [mark.kind for mark in hers[0].marks] == ["hers"]


def test_a_title_holds_no_name(signed_in: Any, separated: Journey) -> None:
    html = signed_in.get(url(separated)).content.decode()
    assert re.search(r"<title>(.*?)</title>", html, re.S)[1].strip() == "Journey · CareCoord"


# -- handoffs --


def test_open_handoffs_are_grouped_and_the_missed_stand_first(signed_in: Any, separated: Journey) -> None:
    page = signed_in.get(url(separated)).context["page"]
    states = [card.state for card in page.needs_action]
    assert states == sorted(states, key=["missed", "overdue"].index)
    assert "missed" in states
    assert {card.state for card in page.due_soon} <= {"due_soon"}
    assert {row.state for row in page.later} == {"pending"}


def test_a_card_says_from_whom_to_whom_by_when_and_how_late(signed_in: Any, separated: Journey) -> None:
    page = signed_in.get(url(separated)).context["page"]
    (card,) = [card for card in page.needs_action if card.title == "First mental-health contact after separation"]
    assert card.sender == "you"
    assert "mental health" in card.receiver
    assert card.distance == "3 days late"
    assert card.is_late


def test_a_card_says_why_it_matters_and_that_its_time_is_a_default(signed_in: Any, separated: Journey) -> None:
    words = text_of(signed_in.get(url(separated)))
    assert (
        "The pathway's default, not yet ratified by a clinician. Ashford Bridge has set no number of its own." in words
    )
    assert "Stepping Stones" in words
    assert "[R1" not in words


def test_a_local_number_is_shown_with_its_owner_and_date() -> None:
    from dataclasses import replace

    from carecoord.sites.definitions import Parameter, site_definition
    from carecoord.sites.models import Site
    from pathways.moments import by_key
    from pathways.wording.handoffs import reasons_for

    site = Site.objects.get(code="ASHF")
    moment = by_key["SEP_MH_7D"]
    local = {"SEP_MH_7D.first_contact": Parameter("P5D", "Lead midwife", date(2026, 3, 3))}
    site.definition = replace(site_definition("ASHF"), parameters=local)
    assert reasons_for(moment, moment.step("first_contact"), site).origin == (
        "Set by Ashford Bridge: P5D. Owner: Lead midwife. Approved Tue 3 Mar 2026."
    )
    assert "default" in reasons_for(moment, moment.step("referral"), site).origin


def test_a_late_entry_is_called_catch_up_and_nobody_is_late(signed_in: Any) -> None:
    record = journey(edd=edd_in(15))
    happened(record, ("first_contact", ago(3)), ("booking_completed", ago(1)))
    page = signed_in.get(url(record)).context["page"]
    assert page.catching_up
    assert not any(card.is_late for card in page.catching_up)
    assert not any(card.catch_up for card in page.due_soon)
    words = text_of(signed_in.get(url(record)))
    assert "catch-up: its week was past when she came" in words
    assert "her plan from here" in words


def test_what_she_catches_up_with_is_never_shown_as_missed_but_immediate_safety_is(signed_in: Any) -> None:
    record = journey()
    owed(record, "BIRTH_MED_PLAN", due=ago(10), late_entry=True)
    owed(record, "DISCHARGE_OST_HANDOVER", due=ago(10), late_entry=True)  # severity S1
    answer = signed_in.get(url(record))
    page = answer.context["page"]
    assert (len(page.catching_up), len(page.needs_action), page.to_catch_up, page.open_count) == (1, 1, 2, 2)
    states = [item.state for part in (page.listed.earlier, page.listed.near) for item in part if item.state]
    assert sorted(states) == ["due_soon", "missed"]


def test_later_shows_the_first_few_until_all_are_asked_for(signed_in: Any, separated: Journey) -> None:
    few = signed_in.get(url(separated))
    page = few.context["page"]
    assert len(page.later) > 4
    assert list(few.context["later"]) == list(page.later[:4])
    assert f"Show all {len(page.later)}" in text_of(few)
    everything = signed_in.get(url(separated, "?later=all"))
    assert list(everything.context["later"]) == list(page.later)
    assert "Show all" not in text_of(everything)


def test_done_is_one_link_away_and_counts_equal_lists(signed_in: Any, separated: Journey) -> None:
    answer = signed_in.get(url(separated, "?show=done"))
    page = answer.context["page"]
    assert answer.content.decode().count('class="later__row"') == len(page.done) > 0
    assert [words for words, _, _ in answer.context["shows"]] == [
        f"Open {page.open_count}", f"Done {len(page.done)}", f"All entries {len(page.entries)}",
    ]  # fmt: skip


def test_an_entry_made_in_error_is_struck_through_in_the_list_and_gone_from_the_timeline(
    signed_in: Any, separated: Journey, midwife: Any
) -> None:
    wrong = separated.events.get(kind="contact_made")
    correct_event(wrong, reason="written for another woman", by=midwife)
    answer = signed_in.get(url(separated, "?show=entries"))
    assert "<s>Contact with her</s>" in answer.content.decode()
    assert "entered in error: written for another woman" in text_of(answer)
    marks = [mark.key for lane in answer.context["drawing"].lanes for spot in lane.marks for mark in spot.marks]
    assert f"entry-{wrong.pk}" not in marks
    assert f"entry-{separated.events.get(kind='separated').pk}" in marks


def test_a_dose_is_drawn_on_the_wards_lane_and_its_plan_is_not(signed_in: Any, separated: Journey) -> None:
    happened(
        separated,
        ("dose_scheduled", ago(12.5), {"dose": "1", "scheduled_for": ago(12.2).isoformat()}),
        ("dose_given", ago(12.2), {"dose": "1"}),
    )
    answer = signed_in.get(url(separated))
    lanes = {
        mark.key: lane.key for lane in answer.context["drawing"].lanes for spot in lane.marks for mark in spot.marks
    }
    assert lanes[f"entry-{separated.events.get(kind='dose_given').pk}"] == "ward"
    assert f"entry-{separated.events.get(kind='dose_scheduled').pk}" not in lanes


# -- right column --


def test_medicine_is_the_product_as_stated_last_without_an_amount(signed_in: Any, separated: Journey) -> None:
    medicine = signed_in.get(url(separated)).context["page"].medicine
    assert medicine.words == "Methadone oral solution 1 mg/ml"
    assert medicine.more.startswith("since ")
    happened(separated, ("treatment_ended", ago(1), {"medication": "methadone_oral_1mg_ml"}))
    assert signed_in.get(url(separated)).context["page"].medicine.words == "Opioid replacement ended"


def test_each_baby_stands_there_with_where_it_is(signed_in: Any) -> None:
    record = journey()
    happened(
        record,
        ("baby_born", ago(5), {"place": "hospital"}, 1),
        ("baby_born", ago(5), {"place": "hospital"}, 2),
        ("baby_discharged", ago(2), {}, 1),
        ("separated", ago(1), {}, 1),
    )
    babies = signed_in.get(url(record)).context["page"].babies
    assert [(baby.name, baby.place) for baby in babies] == [
        ("Baby 1", "placed away from her"), ("Baby 2", "in hospital, she is too"),
    ]  # fmt: skip


def test_other_journeys_of_hers_are_linked(signed_in: Any) -> None:
    her = woman()
    first, second = journey(woman=her), journey(woman=her)
    html = signed_in.get(url(second)).content.decode()
    assert f'href="{url(first)}">Pregnancy 1<' in html


def test_pages_that_the_reader_may_not_open_are_not_linked(client: Any, separated: Journey) -> None:
    client.force_login(staff(Role.HEALTH_VISITOR, team="hv"))
    html = client.get(url(separated)).content.decode()
    assert reverse("record", args=[separated.pk]) in html
    for name in ("midwife", "edd"):
        assert reverse(name, args=[separated.pk]) not in html
    assert reverse("add_pregnancy", args=[separated.woman_id]) not in html
    assert reverse("add_woman") not in html


# -- the timeline --


def test_every_mark_is_a_link_with_a_full_name(signed_in: Any, separated: Journey) -> None:
    html = signed_in.get(url(separated)).content.decode()
    svg = html[html.index("timeline__svg") : html.index("</svg>", html.index("timeline__svg"))]
    marks = re.findall(r'<a class="mark [^"]*" href="([^"]+)" data-lane="(\w+)" aria-label="([^"]+)"', svg)
    assert len(marks) == svg.count("<a ")
    assert any("handoffs, missed: first mental-health contact after separation" in name for _, _, name in marks)
    separation = separated.events.get(kind="separated")
    assert reverse("entry", args=[separated.pk, separation.pk]) in [link for link, _, _ in marks]


@pytest.mark.parametrize("around", ["today", "pregnancy", "year"])
def test_the_list_has_the_same_marks_in_the_same_order(signed_in: Any, separated: Journey, around: str) -> None:
    answer = signed_in.get(url(separated, f"?around={around}"))
    drawing, listed = answer.context["drawing"], answer.context["listed"]
    drawn = [mark for lane in drawing.lanes for spot in lane.marks for mark in spot.marks]
    keys = [item.key for part in (listed.earlier, listed.near, listed.later) for item in part if item.key]
    assert len(keys) == len(set(keys))
    assert sorted(keys) == sorted(mark.key for mark in drawn)
    when = {mark.key: mark.at for mark in drawn}
    assert [when[key] for key in keys] == sorted(when.values())


def test_done_handoffs_lead_to_the_entry_that_ended_them(signed_in: Any, separated: Journey) -> None:
    happened(
        separated,
        ("handoff_completed", ago(3), {"moment": "SEP_EXPLAIN", "step": "verbal_and_written", "separation": "1"}),
    )
    entry = separated.events.get(kind="handoff_completed")
    page = signed_in.get(url(separated, "?show=done")).context["page"]
    links = {row.title: row.url for row in page.done}
    assert links["Separation explained in person and in writing"] == reverse("entry", args=[separated.pk, entry.pk])


def test_the_wide_part_is_chosen_in_the_address_and_nonsense_is_the_default(signed_in: Any, separated: Journey) -> None:
    def chosen(query: str) -> list[str]:
        return [label for label, _, current in signed_in.get(url(separated, query)).context["views"] if current]

    assert chosen("") == chosen("?around=nonsense") == ["Around today"]
    assert chosen("?around=year") == ["Whole year"]


def test_what_was_chosen_stays_when_something_else_is_chosen(signed_in: Any, separated: Journey) -> None:
    answer = signed_in.get(url(separated, "?around=year&show=done&nonsense=1"))
    links = [link for _, link, _ in answer.context["views"]]
    assert "?around=pregnancy&show=done#timeline" in links


# -- the way back, and limits --


def test_the_way_back_keeps_the_place(signed_in: Any, separated: Journey) -> None:
    session = signed_in.session
    session["caseload_place"] = "show=action&page=2"
    session.save()
    back = signed_in.get(url(separated)).context["back"]
    assert back == {"url": f"/caseload/?show=action&page=2#w{separated.pk}", "words": "Back to caseload"}
    from_list = signed_in.get(url(separated, "?from=handoffs")).context["back"]
    assert from_list["url"].startswith("/handoffs/")


def test_an_empty_journey_has_a_page(signed_in: Any) -> None:
    answer = signed_in.get(url(journey()))
    assert answer.status_code == 200
    words = text_of(answer)
    assert "Nothing is open for her now" in words
    assert "Nothing recorded yet" in words


def test_a_foreign_journey_is_answered_like_a_missing_one(client: Any, separated: Journey) -> None:
    client.force_login(staff(site="GLEN"))
    foreign, missing = client.get(url(separated)), client.get("/journeys/987654321/")
    assert foreign.status_code == missing.status_code == 404
    assert text_of(foreign) == text_of(missing)


@pytest.mark.parametrize("pk", ["9" * 19, "9" * 40])
def test_an_id_too_large_for_the_database_is_missing(signed_in: Any, pk: str) -> None:
    for page in ("", "edd/", "midwife/", "record/", "record/contact_made/", "entries/1/", f"entries/{pk}/correct/"):
        assert signed_in.get(f"/journeys/{pk}/{page}").status_code == 404


def test_a_manager_is_refused(client: Any, separated: Journey) -> None:
    client.force_login(staff(Role.SERVICE_MANAGER))
    assert client.get(url(separated)).status_code == 403


def test_reading_changes_nothing(signed_in: Any, separated: Journey) -> None:
    with CaptureQueriesContext(connection) as queries:
        signed_in.get(url(separated))
    others = [query["sql"] for query in queries if not query["sql"].startswith(("SELECT", *BOOKKEEPING))]
    assert [sql.split(" (")[0] for sql in others] == ["INSERT INTO audit_read"]


def test_a_page_takes_no_more_queries_however_much_has_happened(
    signed_in: Any, separated: Journey, midwife: Any
) -> None:
    with CaptureQueriesContext(connection) as before:
        signed_in.get(url(separated))
    happened(separated, *[("contact_made", ago(9 - number / 10)) for number in range(60)])
    with CaptureQueriesContext(connection) as after:
        signed_in.get(url(separated))
    assert len(after) == len(before) <= 45  # most of them for its panels, from her own care to her plans


def test_what_is_long_past_does_not_bury_what_is_new_but_immediate_safety_never_hides(signed_in: Any) -> None:
    record = journey()
    owed(record, "FEEDING_PLAN", due=ago(40))
    owed(record, "BIRTH_MED_PLAN", due=ago(3))
    owed(record, "DISCHARGE_OST_HANDOVER", due=ago(40))  # severity S1
    page = signed_in.get(url(record)).context["page"]
    assert len(page.long_past) == 1
    assert [card.is_long_past for card in page.needs_action] == [False, False]
    assert page.open_count == 3
    assert "1 long past due" in text_of(signed_in.get(url(record)))
