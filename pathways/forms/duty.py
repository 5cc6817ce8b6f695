"""Who holds a post of the ladders, and when they are on duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms

from carecoord import clock
from carecoord.formfields import CareForm, NhsDateField
from pathways.actions import Refused
from pathways.alerting.duty import NAMED_BY_THE_SITE
from pathways.alerting.posts import Hours
from pathways.forms.shared import fields_only, refuse
from pathways.moments.ladders import Post

_DAYS = tuple(enumerate("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(), start=1))
_POSTS = [("", "Choose"), *((post.value, post.value) for post in NAMED_BY_THE_SITE)]
_FORMATS = ["%H:%M", "%H.%M", "%H%M"]


def _time(label: str, **kwargs: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=_FORMATS,
        widget=forms.TextInput({"class": "nhsuk-input--width-5", "autocomplete": "off"}),
        error_messages={"invalid": "Write the time like 09:00."},
        **kwargs,
    )


class DutyForm(CareForm):
    """Post, person, days, hours, dates."""

    post = forms.ChoiceField(label="Post", choices=_POSTS, error_messages={"required": "Choose a post."})
    starts_on = NhsDateField(label="First day", what="the first day", required=False, help_text="Empty: today.")
    ends_on = NhsDateField(
        label="Last day", what="the last day", required=False, help_text="Empty: until somebody ends it."
    )
    days = forms.TypedMultipleChoiceField(
        label="Days",
        coerce=int,
        choices=_DAYS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None ticked: every day. A night belongs to the day on which it begins.",
    )
    begins = _time("On duty from", help_text="For example 20:00. Both times empty: day and night.")
    ends = _time("On duty until", help_text="For example 08:00: earlier than the beginning means the next morning.")

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
        user = forms.ChoiceField(label="Who", choices=[("", "Choose"), *people])
        user.error_messages["required"] = "Choose somebody."
        self.fields = {"post": self.fields.pop("post"), "user": user, **self.fields}

    @property
    def hours(self) -> Hours:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        begins, ends = (self._clock(data[name]) for name in ("begins", "ends"))
        return Hours(data["starts_on"] or clock.today(), data["ends_on"], data["days"], begins, ends)

    @property
    def post_held(self) -> Post:
        """The post that was chosen; of a valid form."""
        return Post(self.cleaned_data["post"])

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form where it has none."""
        refuse(self, refused)

    @staticmethod
    def _clock(value: time | None) -> time | None:
        return value.replace(second=0, microsecond=0) if value else None
