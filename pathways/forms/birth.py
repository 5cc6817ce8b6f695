"""The forms of births, of where babies are, and of a baby's going home. Each baby has a part of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms

from carecoord import clock
from carecoord.formfields import LocalDateTimeField
from pathways.forms.moves import WhenForm
from pathways.forms.once import OnceForm, note_field
from pathways.forms.record import radios
from pathways.rules.baby_places import BabyIs, Place
from pathways.rules.birth import Birth, Outcome
from pathways.wording.babies import PLACES, baby_in_words

OUTCOMES = (
    (Outcome.IN_HOSPITAL.value, "Born alive, in hospital"),
    (Outcome.AT_HOME.value, "Born alive, at home or on the way"),
    (Outcome.STILLBORN.value, "Stillborn"),
)
SAID = (Place.WITH_MOTHER, Place.TRANSITIONAL_CARE, Place.NEONATAL_UNIT, Place.OTHER_HOSPITAL)
AT_RELATIVES = Place.WITH_MOTHER_AND_KIN
HOME_WITHOUT_HER = "family"


def _choices(*places: Place) -> list[tuple[str, str]]:
    return [(place.value, _sentence(PLACES[place])) for place in places]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


class BirthForm(OnceForm):
    """One to three births. ``numbers`` are the babies; ``first`` carries the first of them, as the page showed it."""

    first = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=9)

    def __init__(self, *args: Any, numbers: Sequence[int], in_hospital: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["first"] = numbers[0]
        self.numbers = self._numbers_sent(len(numbers)) or list(numbers)
        for number in self.numbers:
            self._add(number)
        came_in = [] if in_hospital else ["came_in_at"]
        if came_in:
            self.fields["came_in_at"] = LocalDateTimeField(
                label="When did she come in to hospital?",
                what="when she came in",
                past_only=True,
                required=False,
                help_text="Nobody has written this down yet. Leave it empty if she stayed at home.",
            )
        self.fields["note"] = note_field()
        parts = [Fieldset(f"Baby {number}", *_names(number)) for number in self.numbers]
        whole = parts if self._several else _names(self.numbers[0])
        self.helper.layout = Layout(*whole, *came_in, "note", "first", "submission")

    def _numbers_sent(self, count: int) -> list[int]:
        """The babies that the page had asked for, where the form has come back."""
        sent = str(self.data.get("first", ""))
        return (
            list(range(int(sent), int(sent) + count)) if sent.isascii() and sent.isdecimal() and len(sent) == 1 else []
        )

    @property
    def _several(self) -> bool:
        return len(self.numbers) > 1 or self.numbers[0] > 1

    def _add(self, number: int) -> None:
        of_whom = f" (baby {number})" if self._several else ""
        at, outcome, now = _names(number)
        self.fields[at] = LocalDateTimeField(
            label=f"When was the birth?{of_whom}",
            what=f"when the birth was{of_whom}",
            past_only=True,
            help_text="For example 4 3 2026 and 09:30.",
        )
        self.fields[outcome] = radios(f"How did it go?{of_whom}", OUTCOMES, needed=True)
        self.fields[now] = radios(
            f"Where is the baby now?{of_whom}", _choices(*SAID), needed=False, nothing="Not known yet"
        )

    @property
    def births(self) -> list[Birth]:
        """What was entered; of a valid form. Nobody asks where a stillborn baby is."""
        found = []
        for number in self.numbers:
            at, outcome, now = (self.cleaned_data[name] for name in _names(number))
            alive = outcome != Outcome.STILLBORN
            found.append(Birth(number, at, Outcome(outcome), now if alive else ""))
        return found


def _names(number: int) -> tuple[str, str, str]:
    return f"at_{number}", f"outcome_{number}", f"now_{number}"


class BabyPlacesForm(WhenForm):
    """Where each baby who is with her is, from when on. What stands already is chosen beforehand."""

    def __init__(self, *args: Any, places: Mapping[int, BabyIs], in_hospital: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = list(places)
        choices = _choices(*SAID, *([] if in_hospital else [AT_RELATIVES]))
        known = {value for value, _ in choices}
        for number, now in places.items():
            words = baby_in_words(number, len(places))
            field = radios(f"Where is {words[:1].lower()}{words[1:]} now?", choices, needed=True)
            field.initial = now.place.value if now.place.value in known else None
            self.fields[_place(number)] = field
        when = self.fields["occurred_at"]
        when.label, when.initial = "Since when?", clock.now()
        self.order_fields([*(_place(number) for number in self.numbers), "occurred_at", "note"])

    @property
    def places(self) -> dict[int, str]:
        """The place chosen for each baby; of a valid form."""
        return {number: self.cleaned_data[_place(number)] for number in self.numbers}


def _place(number: int) -> str:
    return f"place_{number}"


class BabyHomeForm(WhenForm):
    """Which baby went home, when, and to whom. ``with_her`` are those of ``babies`` who are not placed away."""

    def __init__(
        self, *args: Any, babies: Sequence[int], with_her: frozenset[int], she_stays: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.babies = babies
        if len(babies) != 1:
            self.fields["baby"] = radios(
                "Which baby?", [(str(number), f"Baby {number}") for number in babies], needed=True
            )
        if with_her:
            family = [(HOME_WITHOUT_HER, "Home to her family, while she is in hospital")] if she_stays else []
            self.fields["to"] = radios(
                "Where does the baby go?",
                [(Place.WITH_MOTHER.value, "Home with her"), (AT_RELATIVES.value, "To relatives, with her"), *family],
                needed=len(with_her) == len(babies),
                nothing="The baby is placed away from her",
            )
        self.order_fields(["baby", "to", "occurred_at", "note"])

    @property
    def baby(self) -> int:
        """The baby's number; of a valid form."""
        return int(self.cleaned_data.get("baby") or self.babies[0])

    @property
    def to(self) -> str:
        """The place beside her; blank where the baby goes without her."""
        to = self.cleaned_data.get("to", "")
        return "" if to == HOME_WITHOUT_HER else to
