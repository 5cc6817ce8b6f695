"""Words that stand in one field of one woman's record and nowhere else: who meets one knows what leaked, and whose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from carecoord import clock
from carecoord.access.labels import Label
from pathways.actions import Draft, record_history
from pathways.models import (
    Address,
    Background,
    ContactDetail,
    Event,
    Journey,
    SafeContact,
    Telling,
    TellingArranged,
    TellingSignOff,
    Woman,
)
from tests.factories import UserFactory, ago

WORD = re.compile(r"zq[a-z]+")
NUMBER = re.compile(r"\d[\d ()/.-]{6,}\d")
MEDICINE = "methadone_oral_1mg_ml"


class Canary(NamedTuple):
    """A field of the record, and the relation of whose record it is."""

    kind: str
    whose: str


@dataclass
class Canaries:
    """Every word that was planted, and finding them in what was answered, logged or stored."""

    planted: dict[str, Canary] = field(default_factory=dict)

    def word(self, kind: str, whose: str) -> str:
        """A new word for that field: letters only, so that a name, a search key and a sentence can hold it."""
        return self._plant(f"zq{kind}zz{whose.replace('_', '')}zq", kind, whose).capitalize()

    def plant(self, whose: str, record: Journey) -> None:
        """Put a canary into every field of her record that says something of her."""
        nth = len({canary.whose for canary in self.planted.values()}) + 1
        self._in_her_row(whose, record.woman, nth)
        history = [
            Draft("treatment_started", ago(50), details={"medication": MEDICINE}),
            Draft("concern_accepted", ago(20), note=self.word("concern", whose)),
            Draft("contact_made", ago(1), note=self.word("note", whose)),
        ]
        record_history(record, history, source=Event.Source.SCREEN, by=None)
        self._behind_a_label(whose, record.woman, nth)
        self._of_a_separation(whose, record)

    def found_in(self, text: str) -> set[Canary]:
        """Which of them stand in the text, whatever its case, and numbers however they are grouped."""
        lower = text.lower()
        words = set(WORD.findall(lower)) | {re.sub(r"\D", "", number) for number in NUMBER.findall(lower)}
        dates = (word for word in self._dates if word in lower)
        return {self.planted[word] for word in (*words, *dates) if word in self.planted}

    def _in_her_row(self, whose: str, her: Woman, nth: int) -> None:
        for kind, name in NAMES.items():
            setattr(her, name, self.word(kind, whose))
        her.date_of_birth = date(1988, 1, 1) + timedelta(days=37 * nth)
        for form in (clock.day_in_words(her.date_of_birth, weekday=False), f"{her.date_of_birth:%d/%m/%Y}",
                     her.date_of_birth.isoformat()):  # fmt: skip
            self._plant(form.lower(), "born", whose)
        her.save()
        her.identifiers.create(kind="nhs", value=self._plant(f"9990000{nth:03}", "number", whose))

    def _behind_a_label(self, whose: str, her: Woman, nth: int) -> None:
        for label in (Label.ETHNICITY, Label.ABUSE, Label.CHILD_PROTECTION, Label.PSYCHOLOGICAL):
            for version in ("before", ""):  # an earlier version stays readable to the same people
                text = self.word(label.value.replace("_", "") + version, whose)
                Background.objects.create(woman=her, label=label.value, text=text)
        SafeContact.objects.create(
            woman=her, channel="text", note=self.word("safe", whose), confirmed_on=clock.today(), hours="mornings"
        )
        for detail in ContactDetail.Kind:
            value = self.word(f"private{detail.value.replace('_', '')}", whose)
            if detail == ContactDetail.Kind.NUMBER:
                value = self._plant(f"07700900{nth:03}", "privatenumber", whose)
            ContactDetail.objects.create(woman=her, kind=detail.value, value=value)
        lines, postcode = self.word("lines", whose), self._plant(f"zqpostcode{chr(97 + nth)}", "postcode", whose)
        home = {"lines": lines, "postcode": postcode.upper(), "safe_to_visit": True, "safe_to_write": True}
        Address.objects.create(woman=her, kind="home", **home)
        Address.objects.create(woman=her, kind="refuge", protected=True, lines=self.word("refuge", whose))

    def _of_a_separation(self, whose: str, record: Journey) -> None:
        hers = {"woman": record.woman, "journey": record, "recorded_by": UserFactory()}
        places = {
            name: self.word(f"arranged{name.replace('_', '')}", whose) for name in ("told_by", "place", "beside_her")
        }
        TellingArranged.objects.create(latest_on=clock.today(), **places, **hers)
        signed = {"name": self.word("signedby", whose), "reason": self.word("signedwhy", whose), "post": "manager"}
        TellingSignOff.objects.create(signed_at=ago(2), **signed, **hers)
        said = {name: self.word(f"told{name.replace('_', '')}", whose) for name in ("words", "place", "beside_her")}
        Telling.objects.create(told_at=ago(1), told_by=self.word("toldby", whose), how="in_person", **said, **hers)

    def _plant(self, word: str, kind: str, whose: str) -> str:
        assert self.planted.get(word, (kind, whose)) == (kind, whose), f"{word} is planted twice"
        self.planted[word] = Canary(kind, whose)
        return word

    @property
    def kinds(self) -> list[str]:
        """Every field that holds one."""
        return sorted({canary.kind for canary in self.planted.values()})

    @property
    def _dates(self) -> Iterable[str]:
        return (word for word, canary in self.planted.items() if canary.kind == "born")


NAMES = {
    "preferred": "preferred_name",
    "legal": "first_name",
    "last": "last_name",
    "pronouns": "pronouns",
    "allergies": "allergies",
    "interpreter": "interpreter",
    "matters": "what_matters",
}
