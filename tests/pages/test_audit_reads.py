"""Whoever is shown a woman is written down, in the transaction of the page; what cannot be written is not shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from carecoord import clock
from carecoord.access.labels import Label
from carecoord.access.models import Conflict, Seal
from carecoord.access.roles import Role
from carecoord.audit.models import Change, Read
from carecoord.audit.reads import LISTED, record_read
from medications.models import Observation
from pathways.background import record_background
from pathways.models import Event, Journey
from tests.alerting import told
from tests.ending import service_choice
from tests.factories import after_a_loss, after_her_death, ago, happened, journey, offer_of, owed, staff
from tests.medicine import observed, statement
from tests.pages.test_add_woman import boxes, filled
from tests.pages.test_record import sent
from tests.routes import OF_GAPS, OF_PLANS, OF_REFERRALS, OF_THE_WARD, named_views

pytestmark = pytest.mark.django_db

OURS = ("pathways", "medications", "referrals")
# Pages that show no woman, or no woman yet; and those that only take what is sent.
NOBODY_ON_IT = {
    *("start", "search", "add_woman", "add_in_labour", "confirm_contact", "contact_unsafe"),
    *("claim", "sealed", "close_opening"),
    *("engagement", "engagement_enter", "engagement_not_now", "questions", "questions_thanks"),
    *("own_conflict", "cover", "end_cover", "notices", "reviews", "review", "matches", "match", "remind"),
    *(
        "staying_together",
        "reassign",
        "honesty",
        "duty",
        "add_duty",
        "end_duty",
        "confirm_death",
        "withdraw_death",
        "take_flag",
        "undo_hold",
        "take_told",
        "give_back_alert",
    ),
}
BESIDE_AND_AT_THE_END = ("earlier", "declining", "custody_start", "custody_end", "outside", "ending", "reopen")
OF_SERVICES = (
    *("services", "service", "service_add", "service_change", "service_confirm", "service_end"),
    *("places", "place_add", "place_change"),
)
LISTS = {"caseload", "ask_again", "separated", "handoffs", "alerts"}
OF_OTHERS = {"sign_off"}  # shown to somebody else: tests/pages/test_ending.py
ABOUT_AN_OFFER = (
    *("offer", "accept_offer", "decline_offer", "ask_sender", "answer_question", "pass_offer"),
    *("tell_her", "withdraw_offer"),
)


@pytest.fixture
def midwife() -> Any:
    return staff()


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    client.raise_request_exception = False
    return client


@pytest.fixture
def record(midwife: Any) -> Journey:
    made = journey(midwife=midwife, first_name="Xanthippe", last_name="Quillfeather")
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)))
    happened(made, ("admitted", ago(1.5)), ("baby_born", ago(1), {"place": "hospital"}, 1))
    happened(made, ("baby_born", ago(1), {"place": "hospital"}, 2), ("separated", ago(hours=3), {}, 2))
    observed(made)
    owed(made, due=ago(1))
    offer_of(made, handoff=owed(made, "FEEDING_PLAN", due=ago(1)))
    Seal.objects.create(woman=made.woman, reason="a relative works here")
    record_background(made.woman, Label.ABUSE, text="He knows her car.", by=midwife)
    return made


def addresses(record: Journey) -> dict[str, str]:
    """Each page on which she stands, by the name of its route."""
    event, handoff = record.events.first(), record.handoffs.get(moment="NAMED_MIDWIFE")
    offered = record.offers.first()
    assert event is not None
    assert offered is not None
    her = {"pk": record.pk}
    baby = {**her, "baby": 1}
    lost, died = after_a_loss(record), after_her_death(record)
    given: dict[str, dict[str, Any]] = {
        "caseload": {},
        "ask_again": {},
        "handoffs": {},
        "woman_details": {"pk": record.woman_id},
        "add_pregnancy": {"pk": record.woman_id},
        "safe_contact": {"pk": record.woman_id},
        "address": {"pk": record.woman_id},
        "open_contact": {"pk": record.woman_id},
        "background": {"pk": record.woman_id},
        "background_edit": {"pk": record.woman_id, "label": "abuse"},
        "background_withdraw": {"pk": record.woman_id, "label": "abuse"},
        "journey": her,
        **{name: her for name in ("engagement_offer", "engagement_called")},
        "looked": her,
        **{name: her for name in ("outreach", "outreach_try", "outreach_ask", "outreach_decide")},
        **{name: her for name in ("catch_up", "late_reason")},
        "who_may_see": her,
        "never": her,
        "see_again": {**her, "conflict": Conflict.objects.create(woman=record.woman, user=staff()).pk},
        "seal": her,
        "unseal": her,
        "know_her": her,
        "edd": her,
        "midwife": her,
        "record": her,
        "labour": her,
        **{name: her for name in ("stay_offer", "plan_home", "placement_start", "placement_end", "left_early")},
        **{name: her for name in ("first_record", "home_undelivered", "admitted", "birth")},
        **{name: her for name in ("readmitted", "baby_places", "baby_home")},
        **{name: her for name in ("loss", "baby_died", "her_death")},
        **{name: {"pk": lost.pk} for name in ("her_words", "loss_lead")},
        "told_of_baby": {"pk": lost.pk, "baby": 1},
        "told_of_death": {"pk": died.pk, "who": "gp"},
        **{name: her for name in BESIDE_AND_AT_THE_END},
        "asked_again": {**her, "service": service_choice(record, review_on=clock.today()).service},
        "close": {**her, "reason": "withdrew"},
        "separated": {},
        **{name: her for name in ("separation_possible", "placed_away", "at_relatives", "back_with_her")},
        **{name: her for name in ("separation", "separation_arrange", "separation_told", "separation_sign_off")},
        **{name: {**her, "number": 1} for name in ("separation_known", "separation_explained", "separation_copy")},
        "named_worker": her,
        "record_kind": {**her, "kind": "contact_made"},
        "entry": {**her, "event": event.pk},
        "correct": {**her, "event": event.pk},
        "answer": {"pk": handoff.pk, "answer": "done"},
        "offer_handoff": {"pk": handoff.pk},
        "move": her,
        **{name: {"pk": offered.pk} for name in ABOUT_AN_OFFER},
        "handoff_owner": {"pk": handoff.pk},
        **{name: her for name in ("her_medicine", "who_says_medicine", "asked_medicine", "community_supply")},
        "say_medicine": {**her, "source": "prescriber"},
        "strike_medicine": {**her, "what": "statement", "row": statement(record).pk},
        "observation": baby,
        "observation_told": {**baby, "step": "shown"},
        "end_observation": baby,
        "strike_observation": {**baby, "entry": Observation.objects.get(journey=record).pk},
        "leaving": her,
        "leaving_point": {**her, "item": "naloxone"},
        "left": her,
        "her_copy": her,
        "taken": her,
        **{name: her for name in ("services_for_her", "options")},
        "option": {**her, "kind": "residential"},
        "alerts": {},
        "put_off_flag": {"pk": told(record.handoffs.get(moment="HV_ANTENATAL"), record.named_midwife).pk},
    }
    return {name: reverse(name, kwargs=arguments) for name, arguments in given.items()}


def test_there_is_an_address_for_every_page(record: Journey) -> None:
    ours = named_views(*OURS) - named_views(*OF_THE_WARD, *OF_PLANS, *OF_REFERRALS, *OF_GAPS)
    assert addresses(record).keys() == ours - NOBODY_ON_IT - OF_OTHERS - {*OF_SERVICES}


def test_every_page_that_shows_her_leaves_one_entry(signed_in: Any, midwife: Any, record: Journey) -> None:
    for name, address in addresses(record).items():
        before = Read.objects.count()
        answer = signed_in.get(address)
        assert "Quillfeather" in answer.content.decode() or "Xanthippe" in answer.content.decode(), name
        assert Read.objects.count() == before + 1, name
        entry = Read.objects.latest("id")
        assert (entry.actor_id, entry.page, entry.women) == (midwife.pk, name, [record.woman_id])
        assert entry.purpose == (LISTED if name in LISTS else "")


def test_a_page_whose_entry_cannot_be_written_shows_nothing(signed_in: Any, record: Journey) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_read ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    for name, address in addresses(record).items():
        answer = signed_in.get(address)
        assert answer.status_code == 500, name
        assert not re.search("Quillfeather|Xanthippe", answer.content.decode()), name


def test_a_change_whose_entry_cannot_be_written_is_not_made(signed_in: Any, record: Journey) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_change ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    before = Event.objects.count()
    answer = signed_in.post(reverse("record_kind", args=[record.pk, "contact_made"]), sent())
    assert answer.status_code == 500
    assert Event.objects.count() == before


def test_a_list_is_one_entry_with_everybody_on_that_page(signed_in: Any, midwife: Any) -> None:
    women = {journey(midwife=midwife).woman_id for _ in range(60)}
    first = signed_in.get("/caseload/")
    shown = {row.pk for row in first.context["rows"]}
    entry = Read.objects.get()
    assert len(entry.women) == 50
    assert set(entry.women) == set(Journey.objects.filter(pk__in=shown).values_list("woman_id", flat=True))
    signed_in.get("/caseload/?page=2")
    assert {pk for each in Read.objects.all() for pk in each.women} == women


def test_those_who_are_to_have_another_midwife_are_one_entry(signed_in: Any, midwife: Any) -> None:
    women = {journey(midwife=midwife).woman_id for _ in range(3)}
    signed_in.get("/caseload/reassign/", {"of": str(midwife.pk)})
    assert (Read.objects.get().page, set(Read.objects.get().women)) == ("reassign", women)


def test_what_a_search_found_is_an_entry(signed_in: Any, record: Journey) -> None:
    journey(first_name="Other")
    signed_in.post("/caseload/search/", {"q": "Quillfeather"}, follow=True)
    assert Read.objects.get().women == [record.woman_id]


def test_a_page_that_shows_nobody_leaves_none(signed_in: Any) -> None:
    for address in ("/caseload/", "/handoffs/", "/women/add/", "/journeys/987654/"):
        signed_in.get(address)
    assert not Read.objects.exists()


def test_a_manager_who_sees_numbers_leaves_none(client: Any, record: Journey) -> None:
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    assert client.get("/handoffs/").status_code == 200
    assert client.get(reverse("journey", args=[record.pk])).status_code == 403
    assert not Read.objects.exists()


def test_a_possible_duplicate_that_is_shown_is_an_entry(signed_in: Any, record: Journey) -> None:
    born = boxes("date_of_birth", record.woman.date_of_birth)
    form = filled(preferred_name="Xanthippe", last_name="Quillfeather", **born)
    answer = signed_in.post("/women/add/", form)
    assert answer.context["candidates"], answer.context["form"].errors
    assert Read.objects.get().women == [record.woman_id]


def test_the_same_woman_twice_on_a_page_is_named_once(midwife: Any) -> None:
    record_read(midwife, [7, 3, 7], page="handoffs", purpose=LISTED, labels={"address"})
    entry = Read.objects.get()
    assert (entry.women, entry.labels) == ([3, 7], ["address"])
    assert Change.objects.filter(table="audit_read").count() == 0
