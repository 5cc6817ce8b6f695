"""The form of one piece of her background, and the one that marks it as entered in error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazystr

from carecoord.access.labels import LABEL_NAMES, Label
from pathways.actions import Refused
from pathways.ethnicity import choices_for
from pathways.forms.once import LONGEST_REASON
from pathways.forms.shared import Text, fields_only, refuse
from pathways.models import Background
from pathways.models.background import LONGEST_BACKGROUND

_HINTS = {
    Label.ETHNICITY: "As she describes herself.",
    Label.ABUSE: "What she wants the team to know, and what keeps her safe. Ask only when she is alone.",
    Label.CHILD_PROTECTION: "What was decided, when and by whom, and what she was told. Earlier removals in her words.",
    Label.PSYCHOLOGICAL: "What helps her and what to avoid, before what happened to her.",
}


class BackgroundForm(forms.Form):
    """What is known under one label."""

    category = forms.ChoiceField(label="Category", required=False)
    text = Text("In words", LONGEST_BACKGROUND, lines=6)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, label: Label, nation: str, newest: Background | None, **kwargs: Any) -> None:
        holds = newest if newest and not newest.entered_in_error else None
        kwargs["initial"] = {
            "seen": newest.pk if newest else None,
            **({"category": holds.category, "text": holds.text} if holds else {}),
        }
        super().__init__(*args, **kwargs)
        self.newest = newest
        text = self.fields["text"]
        text.label = "In her own words" if label is Label.ETHNICITY else LABEL_NAMES[label]
        text.help_text = lazystr(_HINTS[label])
        if label is Label.ETHNICITY:
            category = self.fields["category"]
            assert isinstance(category, forms.ChoiceField)  # noqa: S101 for the type checker
            category.choices = choices_for(nation)
        else:
            del self.fields["category"]
        self.helper = fields_only()

    def clean(self) -> dict[str, Any]:
        """Refuse to write over what somebody else wrote meanwhile."""
        cleaned: dict[str, Any] = super().clean() or {}
        current = self.initial["seen"]
        if "seen" in cleaned and cleaned["seen"] != current:
            self.data = {name: self.data[name] for name in self.data} | {"seen": current}
            now = self.newest.text if self.newest and not self.newest.entered_in_error else ""
            self.add_error("text", f"Her record now says: {now or 'nothing'}. Keep yours, or write that.")
        return cleaned

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form."""
        refuse(self, refused)


class WithdrawForm(forms.Form):
    """Why it was wrong."""

    text = Text(
        "What was wrong with it?",
        LONGEST_REASON,
        lines=2,
        required=True,
        error_messages={"required": "Say what was wrong, so that the next reader understands."},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form."""
        refuse(self, refused)
