"""The form of one piece of her background, and the one that marks it as entered in error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazystr

from carecoord.access.labels import LABEL_NAMES, Label
from pathways.actions import Refused
from pathways.ethnicity import choices_for
from pathways.forms.once import LONGEST_REASON
from pathways.forms.seen import ChoosingForm, seen_version
from pathways.forms.shared import Text, fields_only, refuse
from pathways.models import Background
from pathways.models.background import LONGEST_BACKGROUND

_HINTS = {
    Label.ETHNICITY: "As she describes herself.",
    Label.ABUSE: "What she wants the team to know, and what keeps her safe. Ask only when she is alone.",
    Label.CHILD_PROTECTION: "What was decided, when and by whom, and what she was told. Earlier removals in her words.",
    Label.PSYCHOLOGICAL: "What helps her and what to avoid, before what happened to her.",
}


class BackgroundForm(ChoosingForm):
    """What is known under one label."""

    category = forms.ChoiceField(label="Category", required=False)
    text = Text("In words", LONGEST_BACKGROUND, lines=6)
    seen = seen_version()

    def __init__(self, *args: Any, label: Label, nation: str, newest: Background | None, **kwargs: Any) -> None:
        holds = newest if newest and not newest.entered_in_error else None
        kwargs["initial"] = {
            "seen": newest.pk if newest else 0,
            **({"category": holds.category, "text": holds.text} if holds else {}),
        }
        super().__init__(*args, **kwargs)
        text = self.fields["text"]
        text.label = "In her own words" if label is Label.ETHNICITY else LABEL_NAMES[label]
        text.help_text = lazystr(_HINTS[label])
        if label is Label.ETHNICITY:
            category = self.fields["category"]
            assert isinstance(category, forms.ChoiceField)  # noqa: S101 for the type checker
            category.choices = choices_for(nation)
        else:
            del self.fields["category"]
        self.holds = holds
        self.helper = fields_only()

    @property
    def chosen(self) -> tuple[str, str]:
        """Text and category as entered, or as others wrote them where that was chosen; of a valid form."""
        mine = {"text": self.cleaned_data["text"], "category": self.cleaned_data.get("category", "")}
        theirs = {name: getattr(self.holds, name, "") for name in self.left_to_others & mine.keys()}
        both = mine | theirs
        return both["text"], both["category"]

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
    seen = forms.IntegerField(widget=forms.HiddenInput({"data-kept": ""}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form."""
        refuse(self, refused)
