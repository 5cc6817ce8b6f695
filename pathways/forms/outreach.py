"""The forms of looking for her: a try, somebody who was asked, and how to go on. Nobody is made to invent an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms

from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.forms.once import OnceForm, note_field
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.models import Asked, OutreachDecision, Try
from pathways.models.outreach import LONGEST_WORDS
from pathways.moves.outreach import Attempt, News, Onward
from pathways.rules.outreach import Way

_NOT_YET = "Leave it open: a time and a way are proposed"


class TryForm(OnceForm):
    """One try to reach her, or a time with her that did not happen. ``ways``: those by which she may be tried next."""

    at = LocalDateTimeField(label="When was it?", what="when it was", past_only=True)
    way = radios("By which way?", Try.Way.choices, needed=True)
    result = radios("What came of it?", Try.Result.choices, needed=True)
    words = note_field("For example: her phone is off; we were running late and she could not wait.")
    again_at = LocalDateTimeField(
        label="When will you try again?",
        what="when you will try again",
        required=False,
        help_text="Inside her safe days and hours. Left open, another time of day is proposed.",
    )

    def __init__(self, *args: Any, ways: Sequence[Way], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Try.Way.choices)
        open_now = [(way.value, names[way.value]) for way in ways]
        again = radios("By which way will you try again?", open_now, needed=False, nothing=_NOT_YET)
        again.error_messages["invalid_choice"] = "She has not agreed to this way lately. Choose one that is open now."
        self.fields["again_way"] = again
        self.helper.layout = Layout(
            "submission",
            "at",
            "way",
            "result",
            "words",
            Fieldset("If she was not reached", "again_way", "again_at"),
        )

    @property
    def attempt(self) -> Attempt:
        """What was entered; of a valid form."""
        return Attempt(**{name: self.cleaned_data[name] for name in Attempt.__dataclass_fields__})


class AskForm(OnceForm):
    """Somebody who knows her was asked how she is."""

    at = LocalDateTimeField(label="When were they asked?", what="when they were asked", past_only=True)
    whom = radios("Who was asked?", Asked.Whom.choices, needed=True)
    answer = radios("What did they say?", Asked.Answer.choices, needed=True)
    seen_on = NhsDateField(
        label="When did they last see her, or speak to her?",
        what="the day",
        required=False,
        past_only=True,
        help_text="If they know.",
    )
    words = Text(
        "In words",
        LONGEST_WORDS,
        lines=3,
        help_text="Who it was, and what they said. Write as if she reads it with you.",
    )

    @property
    def news(self) -> News:
        """What was entered; of a valid form."""
        return News(**{name: self.cleaned_data[name] for name in News.__dataclass_fields__})


class OnwardForm(OnceForm):
    """How somebody decides to go on."""

    choice = radios("How do we go on?", OutreachDecision.Choice.choices, needed=True)
    partners = forms.MultipleChoiceField(
        label="Who is asked?",
        choices=Asked.Whom.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="A welfare check by the police can frighten her: only where you fear for her life or her safety.",
    )
    review_on = NhsDateField(
        label="When does somebody look again?",
        what="the day on which somebody looks again",
        required=False,
        help_text="Needed where others are asked, and for a pause.",
    )
    reason = Text(
        "Why?",
        LONGEST_WORDS,
        lines=3,
        required=True,
        error_messages={"required": "Say why, so that whoever looks next understands."},
        help_text="What is known of her now, and with whom you talked it over.",
    )

    @property
    def onward(self) -> Onward:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Onward(data["choice"], data["reason"], tuple(data["partners"]), data["review_on"])
