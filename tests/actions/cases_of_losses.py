"""What the database refuses of what belongs to a loss and to her death; test_constraints.py runs the cases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models

from carecoord import clock
from pathways.models import DeathReport, ToldOfBaby, ToldOfDeath, WordsOfLoss
from tests.factories import UserFactory, ago, journey

NOW = clock.now()


def report(**fields: Any) -> DeathReport:
    known = {"died_at": ago(1), "known_from": "the hospital rang", "reported_by": UserFactory(), **fields}
    return DeathReport.objects.create(**{"journey": journey(), **known})


def two_reports() -> None:
    report(journey=report().journey)


def confirmed(**fields: Any) -> DeathReport:
    return report(**{"confirmed_at": NOW, "confirmed_by": UserFactory(), "confirmed_from": "I was there", **fields})


def confirmed_by_themselves() -> None:
    person = UserFactory()
    confirmed(reported_by=person, confirmed_by=person)


def told_her(**fields: Any) -> ToldOfBaby:
    known = {"baby": 1, "how": "in_person", "told_by": "R. Ali", "recorded_by": UserFactory(), **fields}
    return ToldOfBaby.objects.create(journey=journey(), **known)


def told_of_death(**fields: Any) -> ToldOfDeath:
    known = {"who": "gp", "spoke_to": "Dr Shah", "told_at": NOW, "recorded_by": UserFactory(), **fields}
    return ToldOfDeath.objects.create(journey=journey(), **known)


def her_words(**fields: Any) -> WordsOfLoss:
    return WordsOfLoss.objects.create(journey=journey(), bereavement="yes", recorded_by=UserFactory(), **fields)


CASES: dict[str, tuple[type[models.Model], Callable[[], object]]] = {
    "one_waiting_report_of_her_death": (DeathReport, two_reports),
    "her_death_is_not_reported_ahead": (DeathReport, lambda: report(died_at=ago(-1))),
    "her_death_is_confirmed_by_another": (DeathReport, confirmed_by_themselves),
    "a_confirmed_death_is_whole": (DeathReport, lambda: confirmed(confirmed_from="")),
    "a_report_taken_back_says_why": (DeathReport, lambda: report(withdrawn_at=NOW, withdrawn_by=UserFactory())),
    "somebody_tells_her": (ToldOfBaby, lambda: told_her(told_by="")),
    "told_by_phone_says_why": (ToldOfBaby, lambda: told_her(how="by_phone")),
    "told_by_name_or_not_needed_with_why": (ToldOfDeath, lambda: told_of_death(needed=False)),
}


def _same(make: Callable[..., object]) -> Callable[[], None]:
    def twice() -> None:
        form = uuid.uuid4()
        make(submission=form)
        make(submission=form)

    return twice


UNIQUE_COLUMNS: dict[str, tuple[type[models.Model], Callable[[], object]]] = {
    "submission of her words": (WordsOfLoss, _same(her_words)),
    "submission of a telling": (ToldOfBaby, _same(told_her)),
    "submission of a report": (DeathReport, _same(report)),
    "submission of who was told": (ToldOfDeath, _same(told_of_death)),
}
TRIGGERS: dict[str, Callable[[], object]] = {
    "pathways_wordsofloss": lambda: (her_words(), WordsOfLoss.objects.update(words="y")),
    "pathways_toldofbaby": lambda: (told_her(), ToldOfBaby.objects.update(told_by="y")),
    "pathways_toldofdeath": lambda: (told_of_death(), ToldOfDeath.objects.all().delete()),
}


def changed_report() -> None:
    made = confirmed()
    DeathReport.objects.filter(pk=made.pk).update(known_from="x", died_at=NOW - timedelta(days=2))
