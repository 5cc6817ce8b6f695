"""The forms of CE-8: her own, the same typed in from paper, and how she is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from carecoord import clock
from carecoord.formfields import NhsDateField
from pathways.actions import Refused
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text, refuse
from pathways.gaps.engagement.answering import Answers, Sheet
from pathways.gaps.engagement.asking import Asking
from pathways.gaps.models.engagement import DEVICE, PAPER
from pathways.gaps.rules.engagement.items import ITEMS, OTHER_RESPONSES, PEOPLE, RESPONSES, WARD_ITEMS, Item
from pathways.gaps.rules.engagement.windows import Window

NOON = time(12)
_CHOICES = [(str(value), words) for value, words in {**RESPONSES, **OTHER_RESPONSES}.items()]
CALL_ME = "I want someone to call me"


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """Nothing is chosen beforehand, and nothing has to be."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False, initial=None)


class QuestionsForm(forms.Form):
    """The items, none of which has to be answered."""

    about = _choice("When you read “they”, whom do you think of?", list(PEOPLE.items()))
    call = forms.BooleanField(label=CALL_ME, required=False)

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ward = sheet.ward
        for item in self._asked:
            self.fields[item.key] = _choice(item.text, _CHOICES)

    @property
    def _asked(self) -> tuple[Item, ...]:
        return ITEMS + WARD_ITEMS if self.ward else ITEMS

    @property
    def items(self) -> Iterator[BoundField]:
        """The eight, in order."""
        return (self[item.key] for item in ITEMS)

    @property
    def ward_items(self) -> Iterator[BoundField]:
        """The two of her stay, where they are asked."""
        return (self[item.key] for item in WARD_ITEMS if self.ward)

    @property
    def answers(self) -> Answers:
        """What was answered; of a valid form."""
        data = self.cleaned_data
        said = {item.key: int(data[item.key]) for item in self._asked if data.get(item.key)}
        return Answers(said, about=data.get("about", ""), call=data.get("call", False))

    @property
    def is_blank(self) -> bool:
        """Whether nothing was chosen; of a valid form."""
        answers = self.answers
        return not (answers.said or answers.about or answers.call)


class PaperForm(QuestionsForm):
    """The same from a sheet of paper, with the day that stands on it."""

    answered_on = NhsDateField(label="The day on the paper", what="the day", past_only=True, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].label = "She wants someone to call her"

    @property
    def answered_at(self) -> datetime:
        """Noon of that day; now, where it is today."""
        day: date = self.cleaned_data["answered_on"]
        return min(clock.from_local(datetime.combine(day, NOON)), clock.now())

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused."""
        refuse(self, refused)


class CodeForm(forms.Form):
    """The code in the corner of the paper."""

    code = Text(
        "The code in the corner of the paper",
        20,
        width=10,
        required=True,
        help_text="For example k7m3-qx9p-2raw.",
        error_messages={"required": "Enter the code in the corner of the paper."},
    )


class OfferForm(OnceForm):
    """How she answers, and whether she is asked about her stay."""

    way = radios(
        "How does she want to answer?",
        [(PAPER, "On paper"), (DEVICE, "On her own phone, tablet or computer")],
        needed=True,
    )
    with_ward = forms.BooleanField(label="Ask about her stay on the ward too (two questions)", required=False)

    def __init__(self, *args: Any, window: Window, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["with_ward"].initial = window.on_the_ward

    @property
    def asking(self) -> Asking:
        """What is to be made; of a valid form."""
        data = self.cleaned_data
        return Asking(data["way"], data["with_ward"], data["submission"])
