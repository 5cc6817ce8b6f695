"""The verbs about her background: versions, errors, and who may write under which label."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from carecoord.access.acting import acting_as
from carecoord.access.labels import LABELS, Label
from carecoord.access.roles import Role
from pathways.actions import Refused
from pathways.background import background_labels, record_background, withdraw_background
from pathways.ethnicity import CATEGORIES, NAMES
from pathways.models import Background
from pathways.models.background import BACKGROUND_LABELS
from tests.factories import claimed, journey, staff
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db


def test_a_change_is_a_new_version() -> None:
    midwife = staff()
    her = journey(midwife=midwife).woman
    first = record_background(her, Label.ABUSE, "what she said", by=midwife)
    second = record_background(her, Label.ABUSE, "what she said later", by=midwife)
    assert list(her.background.order_by("id")) == [first, second]


def test_an_error_stays_and_says_why() -> None:
    midwife = staff()
    her = journey(midwife=midwife).woman
    wrong = record_background(her, Label.PSYCHOLOGICAL, "of another woman", by=midwife)
    withdraw_background(her, Label.PSYCHOLOGICAL, "it was another woman", seen=wrong.pk, by=midwife)
    assert her.background.get(pk=wrong.pk).text == "of another woman"
    with pytest.raises(Refused, match="changed meanwhile"):
        withdraw_background(her, Label.PSYCHOLOGICAL, "again", seen=wrong.pk, by=midwife)
    with pytest.raises(Refused, match="Say what was wrong"):
        withdraw_background(her, Label.PSYCHOLOGICAL, " ", seen=wrong.pk, by=midwife)


@pytest.mark.parametrize(
    ("label", "text", "category"),
    [
        (Label.ABUSE, " ", ""),
        (Label.ABUSE, "x", "e_arab"),
        (Label.ETHNICITY, "x", "no_such"),
        (Label.ETHNICITY, "", ""),
    ],
)
def test_what_cannot_be_is_refused(label: Label, text: str, category: str) -> None:
    midwife = staff()
    with pytest.raises(Refused):
        record_background(journey(midwife=midwife).woman, label, text, category, by=midwife)
    assert not Background.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role in LABELS])
def test_nobody_writes_under_a_label_that_their_role_does_not_cover(role: Role) -> None:
    record, person = journey(), staff(role)
    her = record.woman
    claimed(record, person)
    assert background_labels(person, her.pk) == [label for label in BACKGROUND_LABELS if label in LABELS[role]]
    for label in BACKGROUND_LABELS:
        with as_role(WEB), acting_as(person):
            if label in LABELS[role]:
                record_background(her, label, "x", by=person)
            else:
                with pytest.raises(PermissionDenied):
                    record_background(her, label, "x", by=person)
    assert {row.label for row in her.background.all()} == {label.value for label in background_labels(person, her.pk)}


@pytest.mark.parametrize("role", [role for role in Role if role in LABELS])
def test_the_database_shows_and_takes_what_the_labels_cover(role: Role) -> None:
    record, person = journey(), staff(role)
    claimed(record, person)
    for label in BACKGROUND_LABELS:
        record_background(record.woman, label, "x", by=None)
    with as_role(WEB), acting_as(person):
        shown = {row.label for row in Background.objects.all()}
    assert shown == {label.value for label in BACKGROUND_LABELS if label in LABELS[role]}
    for label in BACKGROUND_LABELS:
        if label not in LABELS[role]:
            refused = pytest.raises(DatabaseError, match="row-level security")
            with refused, transaction.atomic(), as_role(WEB), acting_as(person):
                Background.objects.create(woman=record.woman, label=label.value, text="y")


def test_every_category_of_either_census_has_a_name_of_its_own() -> None:
    keys = [key for groups in CATEGORIES.values() for _, choices in groups for key, _ in choices]
    assert len(keys) == len(set(keys)) == 19 + 18
    assert NAMES["e_asian_indian"] == "Asian or Asian British: Indian"
    assert NAMES["not_said"] == "She prefers not to say"
