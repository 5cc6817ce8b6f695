"""The forms about reaching her: how, where she is, and what somebody opens that for.

The private side is written here and never shown: a box that is left blank keeps what is recorded.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError

from carecoord.formfields import NhsDateField
from pathways.actions import Refused
from pathways.contact import Agreed, Place
from pathways.forms.once import OnceForm
from pathways.forms.seen import ChoosingForm, seen_version
from pathways.forms.shared import Text, fields_only, refuse
from pathways.models import Address, ContactDetail, Opening, SafeContact
from pathways.models.contact import LONGEST_DETAIL, LONGEST_NOTE

Channel, Detail = SafeContact.Channel, ContactDetail.Kind
WEEKDAYS = list(enumerate("Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays".split(), start=1))
_TIME = re.compile(r"(\d{1,2})[:.]?(\d{2})", re.ASCII)
_PHONE = re.compile(r"\+?[\d\s().\-/]{5,30}", re.ASCII)


class WallTimeField(forms.Field):
    """A time of day in London, written 14:00 or 9.30; cleans to a ``time``, or None when empty."""

    widget = forms.TextInput({"class": "nhsuk-input--width-5", "autocomplete": "off", "inputmode": "text"})

    def prepare_value(self, value: Any) -> Any:
        """As it is typed: ``14:00``."""
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def to_python(self, value: Any) -> time | None:
        """The time that was typed. Raises ValidationError with what to do."""
        text = str(value or "").strip()
        if not text:
            return None
        written = _TIME.fullmatch(text)
        if written and int(written[1]) < 24 and int(written[2]) < 60:
            return time(int(written[1]), int(written[2]))
        raise ValidationError("Write the time as 14:00.")


class ContactForm(ChoosingForm):
    """How she can safely be reached, asked of her. ``seen`` is the version that the writer had before them."""

    channel = forms.ChoiceField(
        label="Which way is safe?",
        choices=Channel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the one way that is safe. Ask her."},
    )
    days = forms.TypedMultipleChoiceField(
        label="On which days?",
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None chosen: any day.",
    )
    safe_from = WallTimeField(label="Not before", required=False, help_text="For example 9:00. London time.")
    safe_until = WallTimeField(label="Not after", required=False, help_text="For example 14:00.")
    hours = Text("The hours in her words", 200, help_text="For example: after the school run.")
    voicemail = forms.TypedChoiceField(
        label="May a voicemail be left?",
        choices=[("yes", "Yes"), ("no", "No, never"), ("", "Not asked yet")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    note = Text("Note for everybody who works with her", LONGEST_NOTE, lines=2)
    number = Text("Phone number", LONGEST_DETAIL, width=20)
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=LONGEST_DETAIL,
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    through = Text("Through whom, or where", LONGEST_DETAIL)
    code_name = Text(
        "What we call her, and ourselves",
        LONGEST_DETAIL,
        help_text="A name that is safe to say to whoever answers.",
    )
    say = Text("What to say if somebody else answers", LONGEST_DETAIL, lines=2)
    who_else = Text("Who else sees her phone or post?", LONGEST_DETAIL, lines=2)
    take_away = forms.MultipleChoiceField(
        label="Take away what is recorded of",
        choices=Detail.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="For example a number that she has no more.",
    )
    seen = seen_version()

    PRIVATE = (Detail.NUMBER, Detail.EMAIL, Detail.THROUGH, Detail.CODE_NAME, Detail.SAY, Detail.WHO_ELSE)

    def __init__(self, *args: Any, contact: SafeContact | None, **kwargs: Any) -> None:
        kwargs["initial"] = _shown(contact)
        super().__init__(*args, **kwargs)
        self.contact = contact
        self.helper = fields_only()
        self.helper.layout = Layout(
            Fieldset(
                "What everybody who works with her reads",
                "channel", "days", "safe_from", "safe_until", "hours", "voicemail", "note",
            ),
            Fieldset("Kept apart: opened with a purpose only", *self.PRIVATE, "take_away"),
            "seen",
        )  # fmt: skip

    def clean_number(self) -> str:
        """A phone number as it is dialled, with or without spaces."""
        number: str = self.cleaned_data["number"].strip()
        if number and not _PHONE.fullmatch(number):
            raise ValidationError("Write the number with digits, as it is dialled: 07700 900123.")
        return number

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form."""
        refuse(self, refused)

    @property
    def agreed(self) -> Agreed:
        """What she agreed to; of a valid form. What was left to others is as they wrote it."""
        said = {name: self.cleaned_data[name] for name in SafeContact.AGREED}
        if self.contact:
            said |= {name: value for name, value in self.contact.agreed.items() if name in self.left_to_others}
        return Agreed(**{**said, "days": tuple(said["days"])})

    @property
    def details(self) -> dict[str, str]:
        """What changes of the private side: what was written, and blanks for what is taken away."""
        taken = () if "take_away" in self.left_to_others else self.cleaned_data["take_away"]
        kinds = [kind.value for kind in self.PRIVATE if kind.value not in self.left_to_others]
        return dict.fromkeys(taken, "") | {kind: text for kind in kinds if (text := self.cleaned_data[kind])}


def _shown(contact: SafeContact | None) -> dict[str, Any]:
    """What holds now, for the boxes; none of the private side."""
    if contact is None:
        return {"seen": 0}
    voicemail = {True: "yes", False: "no", None: ""}[contact.voicemail]
    return {**contact.agreed, "voicemail": voicemail, "seen": contact.pk}


class AddressForm(ChoosingForm):
    """Where she is. What is recorded already is not shown here; what is written takes the place of its kind."""

    kind = forms.ChoiceField(
        label="What sort of place is it?",
        choices=Address.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what sort of place it is. No fixed address is an answer."},
    )
    lines = Text("Address", 500, lines=3)
    postcode = Text("Postcode", 12, width=10)
    begins_on = NhsDateField(label="There since", what="the day", required=False)
    ends_on = NhsDateField(
        label="There until", what="the day", required=False, help_text="Leave it open while she is there."
    )
    protected = forms.BooleanField(
        label="Protected: nobody may learn it",
        required=False,
        help_text="A refuge is always protected.",
    )
    safe_to_visit = forms.BooleanField(label="She says that it is safe to visit her here", required=False)
    safe_to_write = forms.BooleanField(label="She says that it is safe to write to her here", required=False)
    seen = seen_version()

    def __init__(self, *args: Any, newest: int, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": newest}
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def clean(self) -> dict[str, Any]:
        """An address has lines, unless there is none or she is there no more."""
        cleaned: dict[str, Any] = super().clean() or {}
        is_there = cleaned.get("ends_on") is None and cleaned.get("kind") != Address.Kind.NONE
        if is_there and "kind" in cleaned and not cleaned.get("lines"):
            self.add_error("lines", "Write the address, or the day until which she was there.")
        return cleaned

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form."""
        refuse(self, refused)

    @property
    def place(self) -> Place:
        """What was entered; of a valid form."""
        return Place(**{name: value for name, value in self.cleaned_data.items() if name != "seen"})


class OpenForm(OnceForm):
    """What somebody opens her number and her address for."""

    purpose = forms.ChoiceField(
        label="What do you need it for?",
        choices=Opening.Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you open it for."},
        help_text="You are shown what this needs, once. That you opened it is written down.",
    )
    in_words = Text("To whom, or for what", 200, help_text="Where you hand over, or for something else.")
