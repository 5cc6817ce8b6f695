"""What forms about one woman's record share: sent twice they count once, and a refusal stands at its field."""

from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from pathways.actions import Refused
from pathways.forms.women import Text

LONGEST_NOTE = 4000
LONGEST_REASON = 500


class OnceForm(forms.Form):
    """A form with a one-time ``submission``: the verbs record it once, however often it is sent."""

    submission = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages=dict.fromkeys(
            ("required", "invalid"), "This form is not whole. Open the page again and fill it in once more."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form where it has none."""
        field = refused.field if refused.field in self.fields else None
        self.add_error(field, refused.sentence)


def note_field(help_text: str = "") -> Text:
    """A note in words, for colleagues."""
    return Text("Note", LONGEST_NOTE, lines=3, help_text=help_text or "Write as if she reads it with you.")
