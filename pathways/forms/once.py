"""What forms about one woman's record share: sent twice they count once, and a refusal stands at its field."""

from __future__ import annotations

from typing import Any

from django import forms

from carecoord.formfields import LocalDateTimeField
from pathways.actions import Refused
from pathways.forms.shared import Text, fields_only, refuse, submission_field

LONGEST_NOTE = 4000
LONGEST_REASON = 500
JUST_NOW = "Leave it blank if it is just now."


class OnceForm(forms.Form):
    """A form with a one-time ``submission``: the verbs record it once, however often it is sent."""

    submission = submission_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form where it has none."""
        refuse(self, refused)


def when_field(
    label: str = "When did it happen?", what: str = "when it happened", *, required: bool = True
) -> LocalDateTimeField:
    """When it happened, by the London clock; never in the future. ``what`` names it in messages."""
    return LocalDateTimeField(
        label=label,
        what=what,
        past_only=True,
        required=required,
        help_text="For example 4 3 2026 and 09:30.",
    )


def moment_field(label: str, what: str, *, hint: str = JUST_NOW, required: bool = False) -> LocalDateTimeField:
    """A time up to now; blank is now."""
    return LocalDateTimeField(label=label, what=what, past_only=True, required=required, help_text=hint)


def note_field(help_text: str = "") -> Text:
    """A note in words, for colleagues."""
    return Text("Note", LONGEST_NOTE, lines=3, help_text=help_text or "Write as if she reads it with you.")
