"""How somebody wants to be told."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from carecoord.delivery.models import Channel
from carecoord.delivery.numbers import spaced, uk_mobile
from carecoord.delivery.people import Person, Wish
from carecoord.formfields import CareForm

AT_ONCE = ("urgent", "At once, when something is urgent")
ONCE_A_DAY = ("digest", "Once a day, at 8 on working days, how much else waits")


BY = {Channel.EMAIL: "By e-mail", Channel.TEXT: "By text message", Channel.WEBHOOK: "By your site’s own system"}


class Ticks(forms.MultipleChoiceField):
    """Boxes of which none need be ticked: that is an answer, so the label does not say "optional" either."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class WaysForm(CareForm):
    """Two ticks for each way that is set up here; a way that is not has no box to tick."""

    def __init__(self, *args: Any, person: Person, possible: dict[str, list[str]], **kwargs: Any) -> None:
        self.possible = possible  # by channel: the kinds of message that can go that way
        super().__init__(*args, initial=_shown(person), **kwargs)
        for channel, kinds in possible.items():
            choices = [choice for choice in (AT_ONCE, ONCE_A_DAY) if choice[0] in kinds]
            hint = f"To {person.email}" if channel == Channel.EMAIL else ""
            self.fields[channel] = Ticks(label=BY[Channel(channel)], choices=choices, help_text=hint)
            if channel == Channel.TEXT:
                self.fields["number"] = _number()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_number(self) -> str:
        """As it is dialled from anywhere."""
        typed: str = self.cleaned_data["number"].strip()
        try:
            return uk_mobile(typed) if typed else ""
        except ValueError:
            raise forms.ValidationError("Write a mobile number of the UK, with all its digits: 07700 900123.") from None

    def clean(self) -> dict[str, Any]:
        """A text needs a number to go to."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get(Channel.TEXT) and not cleaned.get("number") and "number" not in self.errors:
            self.add_error("number", "Write the number that text messages go to, or take the ticks away.")
        return cleaned

    @property
    def ways(self) -> dict[str, Wish]:
        """What was chosen, by channel; of a valid form."""
        return {
            channel: Wish(
                urgent="urgent" in self.cleaned_data[channel],
                digest="digest" in self.cleaned_data[channel],
                number=self.cleaned_data.get("number", "") if channel == Channel.TEXT else "",
            )
            for channel in self.possible
        }


def _number() -> forms.CharField:
    return forms.CharField(
        label="Your mobile number",
        required=False,
        help_text="Of the UK, for instance 07700 900123. Use a phone that only you read.",
        widget=forms.TextInput({"class": "nhsuk-input--width-10", "autocomplete": "tel", "inputmode": "tel"}),
    )


def _shown(person: Person) -> dict[str, Any]:
    """What holds now, for the boxes."""
    wishes = {channel: person.wish(channel) for channel in Channel.values}
    ticked = {
        channel: [kind for kind, wanted in (("urgent", wish.urgent), ("digest", wish.digest)) if wanted]
        for channel, wish in wishes.items()
    }
    return {**ticked, "number": spaced(wishes[Channel.TEXT].number)}
