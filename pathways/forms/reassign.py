"""Giving women another midwife or buddy: entered, looked at, then done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.formfields import CareForm
from pathways.actions import Refused
from pathways.forms.record import radios
from pathways.forms.shared import fields_only, refuse

MIDWIFE, BUDDY = "midwife", "buddy"
AS = ((MIDWIFE, "As her named midwife"), (BUDDY, "As her buddy, who stands in for her midwife"))


class ReassignForm(CareForm):
    """Which women, to whom, as what. ``seen`` says that what comes of it was shown."""

    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, women: Sequence[tuple[str, str]], people: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
        many = len(women) > 1
        self.fields = {
            **({"everyone": forms.BooleanField(label=f"All {len(women)} women", required=False)} if many else {}),
            "women": forms.MultipleChoiceField(
                label="Or tick women" if many else "Woman",
                choices=women,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=None if many else [key for key, _ in women],
            ),
            "to": radios("To whom?", people, needed=True),
            "place": radios("As what?", AS, needed=True),
            **self.fields,
        }
        self.all_women = [key for key, _ in women]

    def clean(self) -> dict[str, Any]:
        """Somebody has to be ticked."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("everyone"):
            cleaned["women"] = self.all_women
        elif not cleaned.get("women") and "women" not in self.errors:
            self.add_error("women", "Tick at least one woman, or all of them.")
        return cleaned

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form where it has none."""
        refuse(self, refused)
