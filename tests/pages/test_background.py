"""Her background by label, and what of a journey, its notes and its handoffs a role does not see."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.labels import LABEL_NAMES, LABELS, Label
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.actions import Draft, correct_event, record_event
from pathways.background import record_background
from pathways.engine import FACT_KINDS
from pathways.models import Background, Journey
from pathways.models.background import BACKGROUND_LABELS
from pathways.moments import ALL
from tests.choosing import chosen
from tests.factories import ago, happened, journey, owed, staff
from tests.pages.test_contact import contact_sent, sees, text

pytestmark = pytest.mark.django_db

CANARIES = {label: f"canary-{label.value}" for label in BACKGROUND_LABELS}
CLINICAL = [role for role in Role if role in LABELS]


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    """A journey with child-protection facts, and a canary under every label of her background."""
    made = journey(midwife=midwife)
    happened(
        made,
        ("first_contact", ago(90)),
        ("booking_completed", ago(80)),
        ("concern_accepted", ago(40)),
        ("separation_possible", ago(30)),
        ("treatment_started", ago(20), {"medication": "methadone_oral_1mg_ml"}),
        ("contact_made", ago(2)),
    )
    for label, canary in CANARIES.items():
        category = "e_asian_indian" if label is Label.ETHNICITY else ""
        record_background(made.woman, label, canary, category, by=midwife)
    return made


def url(record: Journey, *parts: str) -> str:
    return "/".join([reverse("background", args=[record.woman_id]).rstrip("/"), *parts, ""])


# -- her background ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", CLINICAL)
def test_each_role_sees_the_pieces_of_its_labels_and_no_trace_of_others(
    client: Any, record: Journey, role: Role
) -> None:
    client.force_login(sees(record, staff(role)))
    covered = [label for label in BACKGROUND_LABELS if label in LABELS[role]]
    answer = client.get(url(record))
    assert answer.status_code == (200 if covered else 404)
    html = answer.content.decode()
    for label, canary in CANARIES.items():
        assert (canary in html) == (label in covered)
        assert (LABEL_NAMES[label] in html) == (label in covered)
        for place in ((label.value,), (label.value, "error")):
            assert client.get(url(record, *place)).status_code == (200 if label in covered else 404)
            sent = client.post(url(record, *place), {"text": "x", "seen": "0"}).status_code
            assert sent in ((200, 409) if label in covered else (404,))
    assert Background.objects.count() == len(CANARIES)
    page = client.get(reverse("journey", args=[record.pk])).content.decode()
    assert ("background" in page) == bool(covered)


def test_a_piece_is_written_changed_and_marked_as_wrong(client: Any, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    form = client.get(url(record, "abuse")).context["form"]
    sent = {"text": "what she said later", "seen": str(form["seen"].value())}
    assert client.post(url(record, "abuse"), sent).status_code == 302
    assert "what she said later" in text(client.get(url(record)))
    form = client.get(url(record, "abuse", "error")).context["form"]
    client.post(url(record, "abuse", "error"), {"text": "of another woman", "seen": str(form["seen"].value())})
    html = client.get(url(record)).content.decode()
    assert re.search(r"<s>\s*what she said later\s*</s> <b>Entered in error:</b> of another woman", html)
    assert "canary-abuse" in html, "the version before stays readable"
    piece = next(piece for piece in client.get(url(record)).context["pieces"] if piece.label == "abuse")
    assert piece.holds is None


def test_somebody_elses_change_is_not_written_over(client: Any, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    seen = str(client.get(url(record, "abuse")).context["form"]["seen"].value())
    record_background(record.woman, Label.ABUSE, "somebody was faster", by=midwife)
    answer = client.post(url(record, "abuse"), {"text": "mine", "seen": seen})
    assert answer.status_code == 409
    assert "somebody was faster" in text(answer)
    assert "mine" in text(answer)
    assert record.woman.background.filter(label="abuse").latest("id").text == "somebody was faster"
    both = chosen(answer, text="mine")
    assert client.post(url(record, "abuse"), both | {"text": "both", "keep_text": ""}).status_code == 409
    assert client.post(url(record, "abuse"), both | {"text": "both"}).status_code == 302
    assert record.woman.background.filter(label="abuse").latest("id").text == "both"


def test_the_same_piece_sent_twice_is_one_version(client: Any, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    seen = str(client.get(url(record, "abuse")).context["form"]["seen"].value())
    for _ in range(2):
        assert client.post(url(record, "abuse"), {"text": "once", "seen": seen}).status_code == 302
    assert record.woman.background.filter(text="once").count() == 1


def test_a_reason_that_came_too_late_is_shown_beside_the_first(client: Any, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    seen = str(client.get(url(record, "abuse", "error")).context["form"]["seen"].value())
    client.post(url(record, "abuse", "error"), {"text": "of another woman", "seen": seen})
    late = client.post(url(record, "abuse", "error"), {"text": "written twice", "seen": seen})
    assert late.status_code == 409
    assert "of another woman" in text(late)
    assert "written twice" in text(late)


@pytest.mark.parametrize(
    ("site", "offered", "not_offered"), [("ASHF", "e_arab", "s_arab"), ("GLEN", "s_arab", "e_arab")]
)
def test_ethnicity_is_asked_as_the_nation_asks_it(client: Any, site: str, offered: str, not_offered: str) -> None:
    midwife = staff(site=site)
    made = journey(site=site, midwife=midwife)
    client.force_login(midwife)
    html = client.get(url(made, "ethnicity")).content.decode()
    assert f'value="{offered}"' in html
    assert f'value="{not_offered}"' not in html
    assert 'value="not_said"' in html
    client.post(url(made, "ethnicity"), {"category": "not_said", "text": "", "seen": ""})
    assert made.woman.background.get().category == "not_said"
    refused = client.post(url(made, "ethnicity"), {"category": not_offered, "text": "", "seen": ""})
    assert refused.status_code == 200
    assert made.woman.background.count() == 1


def test_the_page_costs_one_query_for_all_pieces(client: Any, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    client.get(url(record))
    with CaptureQueriesContext(connection) as before:
        client.get(url(record))
    for n in range(20):
        record_background(record.woman, Label.ABUSE, f"version {n}", by=None)
    with CaptureQueriesContext(connection) as after:
        client.get(url(record))
    assert len(after) == len(before)


def test_fields_that_were_not_asked_for_change_nothing(client: Any, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    models = [model for label in ("pathways", "access") for model in apps.get_app_config(label).get_models()]
    names = {field.name for model in models for field in model._meta.fields}
    seen = str(client.get(url(record, "abuse")).context["form"]["seen"].value())
    extra = dict.fromkeys(names - {"text", "seen"}, "7") | {"label": "psychological", "woman": "1"}
    client.post(url(record, "abuse"), extra | {"text": "mine", "seen": seen, "entered_in_error": "on"})
    newest = Background.objects.latest("id")
    assert (newest.label, newest.text, newest.category, newest.entered_in_error, newest.recorded_by) == (
        "abuse", "mine", "", False, midwife,
    )  # fmt: skip


# -- facts and handoffs by label -----------------------------------------------------------------

CHILD_PROTECTION = (
    "Child-protection concern accepted",
    "Concern accepted",
    "Social-care plan includes possible",
    "Separation possible",
)


@pytest.mark.parametrize("role", CLINICAL)
def test_child_protection_facts_are_there_for_the_label_alone(client: Any, record: Journey, role: Role) -> None:
    client.force_login(sees(record, staff(role)))
    may = Label.CHILD_PROTECTION in LABELS[role]
    here = reverse("journey", args=[record.pk])
    pages = [
        client.get(f"{here}{query}") for query in ("", "?show=entries", "?timeline=list&around=year", "?show=done")
    ]
    found = [words for words in CHILD_PROTECTION if any(words in answer.content.decode() for answer in pages)]
    assert bool(found) == may
    counted = len(pages[0].context["page"].entries)
    assert counted == (6 if may else 4)
    event = record.events.get(kind="concern_accepted")
    assert client.get(reverse("entry", args=[record.pk, event.pk])).status_code == (200 if may else 404)
    form = client.get(reverse("record_kind", args=[record.pk, "concern_accepted"]))
    assert form.status_code == (200 if may else 404)
    assert ("Child-protection concern" in text(client.get(reverse("record", args=[record.pk])))) == may


def test_an_entry_that_is_not_there_cannot_be_marked_as_wrong(client: Any, record: Journey) -> None:
    client.force_login(sees(record, staff(Role.WARD_MIDWIFE, team="maple")))
    event = record.events.get(kind="separation_possible")
    address = reverse("correct", args=[record.pk, event.pk])
    assert client.get(address).status_code == client.post(address, {"reason": "x"}).status_code == 404
    assert not hasattr(record.events.get(pk=event.pk), "correction")


@pytest.mark.parametrize("role", CLINICAL)
def test_a_labelled_handoff_is_there_for_the_label_and_for_who_gives_or_receives_it(
    client: Any, midwife: User, role: Role
) -> None:
    made = journey(midwife=midwife)
    labelled = [moment for moment in ALL if moment.seen_with is not Label.GENERAL]
    assert {moment.key for moment in labelled} == {
        "PREBIRTH_DECISION", "PREBIRTH_CONFERENCE", "SEPARATION_PLAN", "PREDISCHARGE_MEETING",
    }  # fmt: skip
    client.force_login(sees(made, staff(role)))
    for moment in labelled:
        handoff = owed(made, moment.key, due=ago(1))
        may = moment.seen_with in LABELS[role] or role in {*moment.senders, *moment.receivers}
        page = client.get(reverse("journey", args=[made.pk])).content.decode()
        title = moment.steps[0].title.split(" (")[0].replace("'", "&#x27;")
        assert (title in page) == may, moment.key
        assert client.get(reverse("answer", args=[handoff.pk, "done"])).status_code == (200 if may else 404)


def test_what_follows_is_told_without_what_the_reader_does_not_see(client: Any, midwife: User) -> None:
    words = {}
    for role in (Role.SPECIALIST_MIDWIFE, Role.OBSTETRIC_DOCTOR):
        made = journey(midwife=midwife, edd=clock.today() + timedelta(weeks=26))
        happened(made, ("first_contact", ago(5)))
        client.force_login(sees(made, staff(role)))
        address = reverse("record_kind", args=[made.pk, "booking_completed"])
        words[role] = text(client.post(address, contact_sent(), follow=True))
    assert "Pre-birth assessment decision" in words[Role.SPECIALIST_MIDWIFE]
    assert "Pre-birth" not in words[Role.OBSTETRIC_DOCTOR]
    assert "New:" in words[Role.OBSTETRIC_DOCTOR]


def test_where_her_baby_is_now_the_ward_can_see(client: Any, midwife: User) -> None:
    assert FACT_KINDS["separated"].seen_with is FACT_KINDS["reunified"].seen_with is Label.GENERAL
    made = journey(midwife=midwife)
    happened(made, ("baby_born", ago(3), {"place": "hospital"}), ("separated", ago(2)))
    client.force_login(sees(made, staff(Role.WARD_MIDWIFE, team="maple")))
    assert "placed away from her" in text(client.get(reverse("journey", args=[made.pk])))


# -- notes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "writer", "hidden_from"),
    [
        ("treatment_started", Role.SPECIALIST_MIDWIFE, {Role.HEALTH_VISITOR}),
        ("contact_made", Role.DRUG_SERVICE_KEYWORKER, {Role.HEALTH_VISITOR}),
        ("contact_made", Role.SPECIALIST_MIDWIFE, set()),
        ("postnatal_visit", Role.SPECIALIST_MIDWIFE, {Role.DRUG_SERVICE_KEYWORKER, Role.OST_PRESCRIBER}),
        ("first_contact", Role.WARD_MIDWIFE, set()),
    ],
)
def test_whose_notes_a_role_does_not_read(client: Any, kind: str, writer: Role, hidden_from: set[Role]) -> None:
    made = journey()
    author = sees(made, staff(writer))
    event = record_event(made, Draft(kind, ago(1), note="canary-note"), by=author)
    correct_event(event, reason="canary-reason", by=author)
    for role in (Role.SPECIALIST_MIDWIFE, Role.HEALTH_VISITOR, Role.DRUG_SERVICE_KEYWORKER, Role.OST_PRESCRIBER):
        client.force_login(sees(made, staff(role)))
        html = client.get(reverse("entry", args=[made.pk, event.pk])).content.decode()
        assert ("canary-note" in html) == ("canary-reason" in html) == (role not in hidden_from), role
        listed = client.get(reverse("journey", args=[made.pk]) + "?show=entries").content.decode()
        assert "canary-note" not in listed
        assert "canary-reason" not in listed or role not in hidden_from


def test_everybody_reads_their_own_notes(client: Any) -> None:
    made = journey()
    visitor = sees(made, staff(Role.HEALTH_VISITOR))
    event = record_event(made, Draft("drug_use_disclosed", ago(1), note="canary-note"), by=visitor)
    client.force_login(visitor)
    assert "canary-note" in client.get(reverse("entry", args=[made.pk, event.pk])).content.decode()


def test_free_words_among_the_details_go_with_the_note(client: Any, midwife: User) -> None:
    made = journey(midwife=midwife)
    (event,) = happened(made, ("mother_died", ago(1), {"reason": "canary-words"}))
    for role, may in ((Role.SPECIALIST_MIDWIFE, True), (Role.DRUG_SERVICE_KEYWORKER, False)):
        client.force_login(sees(made, staff(role)))
        html = client.get(reverse("entry", args=[made.pk, event.pk])).content.decode()
        assert ("canary-words" in html) == may
        assert "Mother died" in html
