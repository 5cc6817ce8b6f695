"""Putting an alert off: why, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from carecoord import clock
from pathways.alerting.holding import PUT_OFF_REASONS
from pathways.forms.once import LONGEST_REASON, OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text

OTHER = "other"


class _Instant(forms.ChoiceField):
    """An end that was offered when the page was opened; the verb knows the cap."""

    def valid_value(self, value: Any) -> bool:
        return True

    def clean(self, value: Any) -> datetime:
        """The instant. Raises ValidationError for what is none."""
        text = super().clean(value)
        try:
            return clock.parse_instant(text)[0]
        except ValueError:
            raise forms.ValidationError("Choose one of these times.") from None


class PutOffForm(OnceForm):
    """Until when, and why."""

    why = radios(
        "Why can it wait?", [*((each, each) for each in PUT_OFF_REASONS), (OTHER, "Another reason")], needed=True
    )
    in_words = Text("The other reason", LONGEST_REASON, lines=2, help_text="Colleagues who see her record read it.")

    def __init__(self, *args: Any, ends: Sequence[tuple[datetime, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(end.isoformat(), words) for end, words in ends]
        until = _Instant(
            label="Until when?",
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose until when it can wait."},
        )
        self.fields = {"until": until, **self.fields}

    def clean(self) -> dict[str, Any]:
        """Another reason is written in words."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("why") == OTHER and not cleaned.get("in_words", "").strip() and "in_words" not in self.errors:
            self.add_error("in_words", "Say why it can wait, in a few words.")
        return cleaned

    @property
    def reason(self) -> str:
        """The sentence that was chosen, or the words; of a valid form."""
        data = self.cleaned_data
        return str(data["in_words"] if data["why"] == OTHER else data["why"]).strip()
