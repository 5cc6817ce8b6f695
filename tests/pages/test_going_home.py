"""The pages of going home and of a baby's observation: what is typed is kept, what is refused says why."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications import leaving, observing
from medications.leaving import Entry
from medications.models import LeavingEntry, Observation
from medications.rules.leaving import PHRASES
from pathways.contact import Agreed, agree_contact
from pathways.models import Journey
from tests.factories import ago, claimed, happened, staff
from tests.medicine import leaves, observed, on_ward, statement, ward_midwife
from tests.pages.test_journey import text_of

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with time_machine.travel(clock.from_local(datetime.fromisoformat(f"{FRIDAY} 12:00")), tick=False):
        yield


@pytest.fixture
def midwife() -> User:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def record(friday: None) -> Journey:
    made = on_ward(since=ago(4), first_name="Xanthippe", last_name="Quillfeather")
    happened(
        made,
        ("supply_arranged", ago(3), {"pharmacy": "quay-pharmacy"}),
        ("baby_born", ago(2), {"place": "hospital"}, 1),
        ("mother_discharge_planned", ago(hours=3), {"planned_for": "2026-11-27 15:00"}),
    )
    return made


@pytest.fixture
def signed_in(client: Client, midwife: User) -> Client:
    client.force_login(midwife)
    return client


def at(name: str, record: Journey, *more: object) -> str:
    return reverse(name, args=[record.pk, *more])


def sent(**more: str) -> dict[str, str]:
    return {"submission": str(uuid.uuid4()), **more}


def page(client: Client, url: str) -> str:
    return text_of(client.get(url))


class TestGoingHome:
    def test_it_says_each_day_and_what_is_missing(self, signed_in: Client, record: Journey) -> None:
        words = page(signed_in, at("leaving", record))
        assert "Sat 28 Nov 2026 Quay Pharmacy: closed on Saturdays" in words
        assert "Mon 30 Nov 2026 Next dose. Quay Pharmacy is open 08:30 to 18:00" in words
        assert "No dose arranged for Sat 28 Nov" in words
        assert "Nothing of it keeps her from leaving" in words

    def test_approved_words_are_quoted_with_their_source(self, signed_in: Client, record: Journey) -> None:
        words = page(signed_in, at("leaving", record))
        for phrase in PHRASES:
            assert f"“{phrase.text}”" in words
        assert "[R31]" in words
        assert "CareCoord writes no prescription" in words

    def test_a_closed_day_is_covered_from_the_page(self, signed_in: Client, record: Journey) -> None:
        url = at("leaving_point", record, "cover") + "?day=2026-11-28"
        assert "closed on Saturdays" in page(signed_in, url)
        signed_in.post(url, sent(answer="prior_day_supply", words="collected on Friday"))
        assert record.leaving_entries.get().day == date(2026, 11, 28)
        assert "Supply on the day before, collected on Friday" in page(signed_in, at("leaving", record))

    @pytest.mark.parametrize("day", ["", "2026-11-30", "2026-12-28", "yesterday"])
    def test_a_day_that_needs_no_cover_has_no_page(self, signed_in: Client, record: Journey, day: str) -> None:
        assert signed_in.get(at("leaving_point", record, "cover") + f"?day={day}").status_code == 404

    @pytest.mark.parametrize("item", ["left", "nothing", "cover"])
    def test_other_points_have_no_page(self, signed_in: Client, record: Journey, item: str) -> None:
        assert signed_in.get(at("leaving_point", record, item)).status_code == 404

    def test_what_is_refused_keeps_what_was_typed(self, signed_in: Client, record: Journey) -> None:
        answer = signed_in.post(
            at("leaving_point", record, "next_dose"),
            sent(answer="agreed", source="quay-pharmacy", day_0="28", day_1="11", day_2="2026", words=""),
        )
        words = text_of(answer)
        assert "Quay Pharmacy does not open on Sat 28 Nov 2026: closed on Saturdays." in words
        assert 'value="28"' in answer.content.decode()
        assert not LeavingEntry.objects.exists()

    def test_leaving_is_written_down_with_everything_missing(self, signed_in: Client, record: Journey) -> None:
        assert "Nothing here keeps her" in page(signed_in, at("left_early", record))
        answer = signed_in.post(at("left_early", record), sent(baby_1="stays", words=""), follow=True)
        assert "Still owed: 9 points of going home." in text_of(answer)
        record.refresh_from_db()
        assert not record.in_hospital

    def test_whoever_states_no_medicine_can_write_down_that_she_left(self, client: Client, record: Journey) -> None:
        doctor = staff(Role.NEONATAL_TEAM, team="neonatal")
        claimed(record, doctor)
        client.force_login(doctor)
        assert client.get(at("leaving", record)).status_code == 403
        answer = client.post(at("left", record), sent(baby_1="with_her", where="home", words="her lift came early"))
        assert answer.status_code == 302
        record.refresh_from_db()
        assert not record.in_hospital


class TestHerCopy:
    def test_it_holds_nobody_else_s_data_and_its_title_gives_nothing_away(
        self, signed_in: Client, record: Journey, midwife: User
    ) -> None:
        statement(record, said_by="Dr P. Anand")
        leaving.write(record, Entry("naloxone", "supplied", who="she and her sister Jane"), by=midwife)
        leaving.write(record, Entry("pharmacy", "acknowledged", who="T. Ford", at=ago(hours=1)), by=midwife)
        answer = signed_in.get(at("her_copy", record))
        copy = answer.content.decode().split("<article", 1)[1].split("</article>", 1)[0]
        for name in ("Quillfeather", "P. Anand", "Jane", "T. Ford", "L. Grant", "1991", "NHS"):
            assert name not in copy
        assert "<title>Your next steps · CareCoord</title>" in answer.content.decode()
        assert "methadone oral solution 1 mg/ml, 45 mg once a day, supervised" in copy

    def test_unnamed_it_says_neither_medicine_nor_service(self, signed_in: Client, record: Journey) -> None:
        statement(record)
        copy = signed_in.get(at("her_copy", record) + "?medicine=unnamed").content.decode()
        copy = copy.split("<article", 1)[1].lower()
        for word in ("methadone", "naloxone", "drug", "medicine", "harbour"):
            assert word not in copy


class TestTaken:
    def test_she_did_not_come_says_who_reaches_her_and_how(self, client: Client, record: Journey) -> None:
        record.named_midwife = staff(name="A. Reid")
        record.save()
        agree_contact(record.woman, Agreed("text"), {}, seen=None, by=record.named_midwife)
        client.force_login(record.named_midwife)
        leaving.leave(record, leaves(ago(hours=1), with_her=frozenset({1})), by=record.named_midwife)
        url = at("taken", record)
        client.post(url, sent(outcome="not_attended", said_by="pharmacy", who="T. Ford, pharmacist"))
        words = page(client, url)
        assert "She did not come. Reach her safely" in words
        assert "A. Reid" in words
        assert "text only" in words

    def test_a_dose_of_both_places_shows_the_site_s_policy(
        self, signed_in: Client, record: Journey, midwife: User
    ) -> None:
        happened(record, ("dose_given", ago(hours=3), {"admission": "1"}))
        leaving.leave(record, leaves(ago(hours=2), with_her=frozenset({1})), by=midwife)
        happened(record, ("dose_confirmed", ago(hours=1), {"admission": "1", "confirmed_by": "pharmacy"}))
        for name in ("taken", "leaving", "journey"):
            words = page(signed_in, at(name, record))
            assert "Doses from two places on one day" in words, name
            assert "Ring the on-call prescriber at once and stay with her." in words, name


class TestObservation:
    def test_it_starts_with_the_first_look(self, signed_in: Client, record: Journey) -> None:
        url = at("observation", record, 1)
        form = sent(
            tool="finnegan_modified", entry="6", where="with_her", mother_present="yes", settled_by="mother",
            note="", whom="Xanthippe, her mother",
        )  # fmt: skip
        signed_in.post(url, form)
        signed_in.post(url, form)
        seen = Observation.objects.get()
        assert (seen.entry, seen.mother_present, seen.observer.name) == ("6", True, "L. Grant")
        words = page(signed_in, url)
        assert "Day 2 of 5" in words
        assert "Xanthippe, her mother" in words

    def test_a_blank_time_is_now(self, signed_in: Client, record: Journey) -> None:
        plan = observed(record)
        signed_in.post(
            at("observation", record, 1),
            sent(entry="4", where="with_her", mother_present="no", settled_by="staff", note=""),
        )
        assert plan.observations.order_by("-pk")[0].observed_at == clock.now()

    def test_a_baby_who_is_not_there_is_not_found(self, signed_in: Client, record: Journey) -> None:
        for name in ("observation", "end_observation"):
            assert signed_in.get(at(name, record, 2)).status_code == 404
        assert signed_in.get(at("observation_told", record, 1, "shown")).status_code == 404

    def test_another_woman_s_entry_is_not_struck_through_here(self, signed_in: Client, record: Journey) -> None:
        other = on_ward(since=ago(3), bed="5")
        happened(other, ("baby_born", ago(1), {"place": "hospital"}, 1))
        theirs = observed(other).observations.get()
        observed(record)
        assert signed_in.post(at("strike_observation", record, 1, theirs.pk), sent(reason="x")).status_code == 404
        theirs.refresh_from_db()
        assert theirs.stands

    def test_the_text_on_naloxone_stands_only_where_the_site_has_one(
        self, signed_in: Client, record: Journey, monkeypatch: Any
    ) -> None:
        url = at("observation", record, 1)
        assert "Local policy: avoid naloxone in this baby" in page(signed_in, url)
        definition = record.site.definition
        without = {key: text for key, text in definition.policies.items() if key != "naloxone_baby"}
        monkeypatch.setattr(type(definition), "policy", lambda self, key: without.get(key))
        assert "naloxone" not in page(signed_in, url).lower()

    def test_late_signs_stay_owed_until_somebody_was_told(
        self, signed_in: Client, record: Journey, midwife: User
    ) -> None:
        plan = observed(record)
        observing.end(plan, clock.now(), senior="Dr A. Khan", reason="home", by=midwife)
        url = at("observation", record, 1)
        assert "Owed: tell the mother, or whoever looks after the baby" in page(signed_in, url)
        signed_in.post(at("observation_told", record, 1, "late_signs"), sent(whom="M. Brown, foster carer", who=""))
        assert "Told what to look for later: M. Brown, foster carer" in page(signed_in, url)
