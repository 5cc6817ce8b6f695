"""What the privacy officer fills in."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from carecoord.audit.models import LookedInto
from carecoord.formfields import CareForm

LONGEST_NOTE = 1000


class LookedIntoForm(CareForm):
    """What they found when they asked."""

    outcome = forms.ChoiceField(
        label="What did you find?",
        choices=LookedInto.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it stands."},
    )
    note = forms.CharField(
        label="What was the reason, or who follows it up?",
        help_text="Name no woman here.",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
        error_messages={"required": "Say it in a few words, for whoever looks later."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs.pop("maxlength", None)  # a browser would cut it without a word
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
