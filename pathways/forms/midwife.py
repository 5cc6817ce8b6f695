"""Naming her midwife and a buddy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.seen import SeenForm


class MidwifeForm(SeenForm, OnceForm):
    """Who her midwife is, and who stands in. ``choices`` are (id as text, name with how many women they have)."""

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["midwife"] = radios("Named midwife", choices, needed=True)
        buddy = radios("Buddy, who stands in for her", choices, needed=False, nothing="Nobody yet")
        self.fields["buddy"] = buddy

    def clean(self) -> dict[str, Any]:
        """Refuse one person as both."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("midwife") and cleaned["midwife"] == cleaned.get("buddy"):
            raise forms.ValidationError({"buddy": "Her buddy has to be somebody else."})
        return cleaned
