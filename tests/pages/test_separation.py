"""The pages about a baby placed away: what each role is asked and shown, her own care first on her page, the list."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.engine import Stage
from pathways.models import Journey, NamedWorker, PlacedAway, Telling
from pathways.moves.separation import Away, place_away
from pathways.separations import Known, placement_of, separations_of
from pathways.telling import Told, explain
from tests.factories import ago, claimed, happened, journey, staff

pytestmark = pytest.mark.django_db

COURT = "Canary family court"
KNOWN = Known("inpatient", {1: "foster"}, "eng_s38", COURT)


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: User) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(2)))
    happened(
        made,
        ("first_contact", ago(150)),
        ("booking_completed", ago(140)),
        ("treatment_started", ago(130), {"medication": "methadone_oral_1mg_ml"}),
        ("admitted", ago(3), {"reason": "labour"}),
        ("baby_born", ago(2), {"place": "hospital"}, 1),
    )
    return made


@pytest.fixture
def apart(record: Journey, midwife: User) -> Journey:
    place_away(record, Away(frozenset({1}), ago(hours=30), KNOWN), by=midwife)
    record.refresh_from_db()
    return record


def as_somebody_else(client: Any, record: Journey, role: Role, team: str) -> Any:
    other = staff(role, team=team)
    claimed(record, other)
    client.force_login(other)
    return client


def when(name: str, at: Any) -> dict[str, str]:
    local = at.astimezone(clock.LONDON)
    parts = (str(local.day), str(local.month), str(local.year), f"{local:%H:%M}")
    return {f"{name}_{place}": part for place, part in enumerate(parts)}


def on(name: str, day: Any) -> dict[str, str]:
    return {f"{name}_{place}": str(part) for place, part in enumerate((day.day, day.month, day.year))}


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def url(name: str, record: Journey, *more: Any) -> str:
    return reverse(name, args=[record.pk, *more])


class TestPlacedAway:
    def test_a_midwife_says_all_of_it_on_one_page(self, signed_in: Any, record: Journey) -> None:
        sent = {
            **when("occurred_at", ago(hours=2)),
            "submission": str(uuid4()),
            "with_whom_1": "foster",
            "setting": "inpatient",
            "legal_basis": "eng_s44",
            "decided_by": COURT,
            "told_by": "M. Shaw, social worker",
            "how": "in_person",
        }
        answer = signed_in.post(url("placed_away", record), sent, follow=True)
        assert "Recorded." in text(answer)
        assert placement_of(separations_of(record)[0]).legal_basis == "eng_s44"
        assert Telling.objects.get().told_by == "M. Shaw, social worker"

    def test_a_ward_is_asked_for_the_time_alone(self, client: Any, record: Journey) -> None:
        ward = as_somebody_else(client, record, Role.WARD_MIDWIFE, "maple")
        page = ward.get(url("placed_away", record)).content.decode()
        assert "occurred_at_0" in page
        for name in ("legal_basis", "with_whom_1", "decided_by", "told_by"):
            assert f'name="{name}"' not in page
        sent = {**when("occurred_at", ago(hours=2)), "submission": str(uuid4()), "legal_basis": "eng_s44"}
        ward.post(url("placed_away", record), sent)
        record.refresh_from_db()
        assert record.stage == Stage.SEPARATED
        assert not PlacedAway.objects.exists()

    def test_each_chosen_baby_is_with_somebody_and_who_told_her_says_how(self, signed_in: Any, record: Journey) -> None:
        happened(record, ("baby_born", ago(1.9), {"place": "hospital"}, 2))
        sent = {
            **when("occurred_at", ago(hours=2)),
            "submission": str(uuid4()),
            "babies": ["2"],
            "setting": "inpatient",
            "told_by": "M. Shaw",
        }
        page = text(signed_in.post(url("placed_away", record), sent))
        assert "Choose with whom baby 2 is." in page
        assert "Choose how she was told." in page
        assert "with whom baby 1 is." not in page

    def test_where_no_baby_is_with_her_the_page_says_so(self, signed_in: Any, apart: Journey) -> None:
        assert "This does not fit where she is now" in text(signed_in.get(url("placed_away", apart)))

    def test_the_plain_form_leads_to_it(self, signed_in: Any, record: Journey) -> None:
        choose = signed_in.get(url("record", record)).content.decode()
        assert url("placed_away", record) in choose
        assert signed_in.get(url("record_kind", record, "separated")).status_code == 302


class TestWhatStandsUnderTheLabel:
    def test_it_stands_on_its_own_page_alone(self, signed_in: Any, apart: Journey) -> None:
        assert COURT in text(signed_in.get(url("separation", apart)))
        for page in (
            url("journey", apart),
            f"{url('journey', apart)}?show=entries",
            reverse("separated"),
            reverse("caseload"),
            url("entry", apart, separations_of(apart)[0].pk),
        ):
            answer = text(signed_in.get(page))
            assert COURT not in answer
            assert "section 38" not in answer

    @pytest.mark.parametrize(("role", "team"), [(Role.WARD_MIDWIFE, "maple"), (Role.DRUG_SERVICE_KEYWORKER, "harbour")])
    def test_other_roles_find_no_such_page_and_no_link_to_it(
        self, client: Any, apart: Journey, role: Role, team: str
    ) -> None:
        other = as_somebody_else(client, apart, role, team)
        for name, more in (
            ("separation", ()),
            ("separation_possible", ()),
            ("separation_arrange", ()),
            ("separation_told", ()),
            ("separation_sign_off", ()),
            ("separation_known", (1,)),
            ("separation_explained", (1,)),
            ("separation_copy", (1,)),
        ):
            assert other.get(url(name, apart, *more)).status_code == 404
        for page in (other.get(url("journey", apart)), other.get(url("record", apart))):
            assert url("separation", apart) not in page.content.decode()
            assert url("separation_possible", apart) not in page.content.decode()
        assert other.get(reverse("separated")).status_code == 403

    def test_who_may_not_read_of_a_plan_is_not_led_to_its_page(self, client: Any, midwife: User) -> None:
        pregnant = journey(midwife=midwife)
        happened(pregnant, ("booking_completed", ago(30)))
        page = url("separation_possible", pregnant)
        ward = as_somebody_else(client, pregnant, Role.WARD_MIDWIFE, "maple")
        assert page not in ward.get(url("record", pregnant)).content.decode()
        client.force_login(midwife)
        assert page in client.get(url("record", pregnant)).content.decode()

    def test_another_number_is_not_there(self, signed_in: Any, apart: Journey) -> None:
        for name in ("separation_known", "separation_explained", "separation_copy"):
            assert signed_in.get(url(name, apart, 2)).status_code == 404

    def test_a_new_version_begins_with_what_holds(self, signed_in: Any, apart: Journey) -> None:
        page = signed_in.get(url("separation_known", apart, 1)).content.decode()
        assert COURT in page
        sent = {"submission": str(uuid4()), "with_whom_1": "kinship", "setting": "community", "legal_basis": "eng_s31"}
        signed_in.post(url("separation_known", apart, 1), sent)
        assert "Family or friends" in text(signed_in.get(url("separation", apart)))

    def test_what_was_entered_in_error_takes_it_along(self, signed_in: Any, apart: Journey) -> None:
        event = separations_of(apart)[0]
        signed_in.post(url("correct", apart, event.pk), {"reason": "another woman", "submission": str(uuid4())})
        assert COURT not in text(signed_in.get(url("separation", apart)))


class TestHowSheHears:
    @pytest.fixture
    def pregnant(self, midwife: User) -> Journey:
        made = journey(midwife=midwife, edd=clock.today(ago(-60)))
        happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)))
        return made

    def test_from_the_plan_to_being_told(self, signed_in: Any, pregnant: Journey) -> None:
        sent = {**when("occurred_at", ago(3)), "submission": str(uuid4()), "note": ""}
        arrived = signed_in.post(url("separation_possible", pregnant), sent, follow=True)
        assert "It is not arranged yet how she hears of it." in text(arrived)
        arrange = {
            "submission": str(uuid4()),
            "told_by": "M. Shaw",
            "place": "at home",
            "beside_her": "her sister",
            **on("latest_on", clock.today(ago(-10))),
        }
        arranged = text(signed_in.post(url("separation_arrange", pregnant), arrange, follow=True))
        assert "her sister" in arranged
        told = {
            **when("told_at", ago(hours=5)),
            **on("copy_on", clock.today()),
            "submission": str(uuid4()),
            "told_by": "M. Shaw",
            "how": "phone",
            "words": "Social care worries…",
            "plan_version": "1",
            "advocate_offered": "yes",
        }
        assert "signs for that first" in text(signed_in.post(url("separation_told", pregnant), told))
        signed = {
            **when("signed_at", ago(hours=6)),
            "submission": str(uuid4()),
            "name": "K. Ross",
            "post": "safeguarding_lead",
            "reason": "She is moving tonight.",
        }
        signed_in.post(url("separation_sign_off", pregnant), signed)
        page = text(signed_in.post(url("separation_told", pregnant), told, follow=True))
        assert "She was told" in page
        assert "K. Ross, safeguarding lead" in page
        assert pregnant.handoffs.get(moment="SEPARATION_PLAN").state == "completed_on_time"

    def test_a_form_sent_twice_with_other_words_says_so(self, signed_in: Any, pregnant: Journey) -> None:
        sent = {
            "submission": str(uuid4()),
            "told_by": "M. Shaw",
            "place": "at home",
            "beside_her": "her sister",
            **on("latest_on", clock.today(ago(-10))),
        }
        signed_in.post(url("separation_arrange", pregnant), sent)
        again = signed_in.post(url("separation_arrange", pregnant), {**sent, "place": "on the ward"})
        assert again.status_code == 409
        assert "on the ward" in text(again)


class TestHerOwnCareFirst:
    def test_it_stands_first_and_says_that_she_is_a_mother(self, signed_in: Any, apart: Journey) -> None:
        page = signed_in.get(url("journey", apart)).content.decode()
        assert page.index('id="her-care"') < page.index('id="timeline"')
        words = text(signed_in.get(url("journey", apart)))
        assert "She is a mother. Her baby lives away from her." in words
        for title in ("Somebody with her", "Her medicine", "Naloxone", "How she is", "Six weeks to twelve months"):
            assert title in words
        assert url("separation_explained", apart, 1) in page

    def test_what_is_done_says_what_was_written_down(self, signed_in: Any, apart: Journey, midwife: User) -> None:
        told = Told(ago(hours=1), "M. Shaw, social worker", words="…", copy_on=clock.today(), advocate_offered=True)
        explain(apart, separations_of(apart)[0], told, by=midwife)
        assert "Explained by: M. Shaw, social worker" in text(signed_in.get(url("journey", apart)))

    def test_other_roles_see_her_care_and_record_on_the_plain_page(self, client: Any, apart: Journey) -> None:
        keyworker = as_somebody_else(client, apart, Role.DRUG_SERVICE_KEYWORKER, "harbour")
        page = keyworker.get(url("journey", apart)).content.decode()
        assert 'id="her-care"' in page
        assert url("separation_explained", apart, 1) not in page

    def test_it_is_not_there_without_a_separation(self, signed_in: Any, record: Journey) -> None:
        assert 'id="her-care"' not in signed_in.get(url("journey", record)).content.decode()

    def test_who_stays_with_her(self, signed_in: Any, apart: Journey) -> None:
        assert "Nobody is named yet." in text(signed_in.get(url("journey", apart)))
        sent = {
            "submission": str(uuid4()),
            "name": "C. Mbeki",
            "service": "keyworker",
            "told_her": "no",
            **on("from_on", clock.today()),
        }
        answer = text(signed_in.post(url("named_worker", apart), sent, follow=True))
        assert "C. Mbeki stays with her. Tell her who it is." in answer
        assert "C. Mbeki, keyworker, from" in answer
        assert NamedWorker.objects.get().told_her is False

    def test_her_copy_speaks_to_her_and_says_nothing_else(self, signed_in: Any, apart: Journey, midwife: User) -> None:
        told = Told(ago(hours=1), "M. Shaw", words="Your son is with carers.", family_time="Tuesdays at ten")
        explain(apart, separations_of(apart)[0], told, by=midwife)
        page = text(signed_in.get(url("separation_copy", apart, 1)))
        assert "Your son is with carers." in page
        assert "When you meet Tuesdays at ten" in page
        assert COURT not in page


class TestTheListOfSupport:
    def test_the_most_urgent_first_and_no_more_queries_for_more_women(
        self, signed_in: Any, apart: Journey, midwife: User
    ) -> None:
        with CaptureQueriesContext(connection) as of_one:
            assert "Tara R." in text(signed_in.get(reverse("separated")))
        for name in ("Una", "Vera"):
            other = journey(midwife=midwife, first_name=name)
            happened(other, ("booking_completed", ago(90)), ("baby_born", ago(20), {"place": "home"}, 1))
            place_away(other, Away(frozenset({1}), ago(hours=2)), by=midwife)
        with CaptureQueriesContext(connection) as of_three:
            page = text(signed_in.get(reverse("separated")))
        assert page.index("Tara R.") < page.index("Una R.") < page.index("Vera R.")
        assert len(of_three) == len(of_one)

    def test_only_women_who_are_open_and_apart(self, signed_in: Any, record: Journey) -> None:
        other = journey(midwife=staff(name="R. Ali"), first_name="Una")
        happened(other, ("booking_completed", ago(90)), ("baby_born", ago(20), {"place": "home"}, 1))
        place_away(other, Away(frozenset({1}), ago(hours=2)), by=other.named_midwife)
        page = text(signed_in.get(reverse("separated")))
        assert "No woman who is open to you is apart from her baby" in page
        assert "Una" not in page
