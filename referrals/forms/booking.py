"""The forms of her appointments: book a time, another time, cancel, wait for a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms

from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text
from referrals.models import Appointment, Place, Waiting
from referrals.models.columns import LONGEST_NAME, LONGEST_WORDS
from referrals.pages.reasons import SOMETHING_ELSE, Reason
from referrals.rules import kinds
from referrals.waiting import Wish

Whose = Appointment.Whose
WHOSE = [(each.value, str(each.label)) for each in (Whose.HERS, Whose.OURS, Whose.SERVICE)]
ENDED = [(each.value, str(each.label)) for each in (Waiting.Ended.NOT_NEEDED, Waiting.Ended.HER_CHOICE)]


def _minutes(initial: int | None = None) -> forms.IntegerField:
    return forms.IntegerField(
        label="How many minutes?", min_value=5, max_value=480, initial=initial, widget=_number(width=3)
    )


def _number(width: int) -> forms.NumberInput:
    return forms.NumberInput({"class": f"nhsuk-input--width-{width}", "inputmode": "numeric"})


class _ForWhat(OnceForm):
    """What an appointment is for: something that she needs already, or words."""

    def add_reasons(self, reasons: Sequence[Reason]) -> None:
        """Put the choice in front of the words; without anything to choose, words alone."""
        if reasons:
            choices = [(each.key, each.words) for each in reasons]
            self.fields["reason"] = radios(
                "What is it for?", [*choices, (SOMETHING_ELSE, "Something else")], needed=True
            )
        self.fields["words"] = Text(
            "What is it for, in a few words" if not reasons else "If something else: what is it for",
            LONGEST_NAME,
            required=not reasons,
            help_text="As the team says it. It stands on her slip only where her post is hers alone.",
            error_messages={"required": "Say what it is for, in a few words."},
        )
        self.reasons = {each.key: each for each in reasons}

    @property
    def reason(self) -> Reason:
        """What was chosen, with its words; of a valid form."""
        words = self.cleaned_data["words"].strip()
        found = self.reasons.get(self.cleaned_data.get("reason", ""))
        return found or Reason(SOMETHING_ELSE, words)


class BookForm(_ForWhat):
    """One time in a session. ``starts``: those that are free."""

    def __init__(
        self, *args: Any, starts: Sequence[str], minutes: int, reasons: Sequence[Reason], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.add_reasons(reasons)
        self.fields["starts_at"] = forms.ChoiceField(
            label="From when?",
            choices=[(at, at) for at in starts],
            error_messages={"invalid_choice": "This is no time of the session. Choose another one."},
        )
        self.fields["minutes"] = _minutes(minutes)
        self.fields["her_words"] = Text("What she should bring or know", LONGEST_WORDS, lines=2)
        self.fields["children"] = forms.IntegerField(
            label="How many children come with her and need looking after?",
            min_value=0,
            max_value=9,
            initial=0,
            required=False,
            widget=_number(width=2),
        )
        self.fields["agreed"] = forms.BooleanField(label="She has said that this time suits her", required=False)
        reason = ["reason"] if reasons else []
        self.helper.layout = Layout(
            "submission", *reason, "words", "starts_at", "minutes", "her_words", "children", "agreed"
        )


class ElsewhereForm(_ForWhat):
    """An appointment that is in none of our sessions."""

    def __init__(self, *args: Any, reasons: Sequence[Reason] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label="With which service?", choices=[("", ""), *kinds.CHOICES])
        self.add_reasons(reasons)
        self.fields["elsewhere"] = Text(
            "Where is it?", LONGEST_NAME, required=True, error_messages={"required": "Say where it is."}
        )
        self.fields["starts_at"] = LocalDateTimeField(label="When does it begin?", what="when it begins")
        self.fields["minutes"] = _minutes(30)
        self.fields["her_words"] = Text("What she should bring or know", LONGEST_WORDS, lines=2)


class CancelForm(OnceForm):
    """Cancel one. Who cancelled is asked, since only what she could not come to is hers."""

    whose = radios("Who cancels it?", WHOSE, needed=True)
    why = Text("Why?", LONGEST_WORDS, lines=2, help_text="Needed where we or the service cancel: she is told.")
    waits = radios(
        "Does she wait for another time?",
        [("yes", "Yes: put her on the waiting list, from when this one was booked"), ("no", "No")],
        needed=True,
    )


class MoveForm(OnceForm):
    """Another time for the same thing. ``times``: (``session at``, words) of what is free."""

    def __init__(self, *args: Any, times: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = radios("To which time?", times, needed=True)
        self.fields["to"].error_messages["invalid_choice"] = "This time is taken by now. Choose another one."
        self.fields["whose"] = radios("Who asks for another time?", WHOSE, needed=True)
        self.fields["why"] = Text("Why?", LONGEST_WORDS, lines=2, help_text="Needed where we or the service move it.")


class KeptForm(OnceForm):
    """What she said to a place that is kept for her."""

    said = radios(
        "What does she say?",
        [
            ("yes", "It suits her"),
            ("other", "It does not suit her: she waits for another one"),
            ("no", "She does not want to wait any more"),
        ],
        needed=True,
    )


class WaitForm(_ForWhat):
    """Put her on the waiting list."""

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label="For which service?", choices=[("", ""), *kinds.CHOICES])
        self.add_reasons(())
        self.fields["minutes"] = _minutes(30)
        self.fields["place"] = forms.ModelChoiceField(
            Place.objects.filter(pk__in=[place.pk for place in places]),
            label="Where?",
            required=False,
            empty_label="Anywhere here",
        )
        self.fields["not_before"] = NhsDateField(label="Not before", what="the first day", required=False)
        self.fields["until"] = NhsDateField(
            label="Until", what="the last day", required=False, help_text="If it is needed by a day."
        )
        self.helper.layout = Layout(
            "submission", "kind", "words", "minutes", Fieldset("What suits her", "place", "not_before", "until")
        )

    @property
    def wish(self) -> Wish:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Wish(
            data["kind"], data["words"], data["minutes"], None, data["place"], data["not_before"], data["until"]
        )


class EndWaitingForm(OnceForm):
    """Why she waits no more."""

    ended = radios("Why?", ENDED, needed=True)
