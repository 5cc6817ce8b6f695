"""Forms of signing in that are our own."""

from __future__ import annotations

from typing import Any

from django import forms

from carecoord.access import unlocking


class PinForm(forms.Form):
    """A new PIN, twice."""

    pin = forms.CharField(label="New PIN, six digits")
    again = forms.CharField(label="The same again")

    def clean_pin(self) -> str:
        digits: str = self.cleaned_data["pin"].strip()
        if not (digits.isascii() and digits.isdecimal() and len(digits) == unlocking.DIGITS):
            raise forms.ValidationError("A PIN has six digits. Enter six digits.")
        if unlocking.is_too_plain(digits):
            raise forms.ValidationError("This PIN is guessed too easily. Choose digits that are not in a row.")
        return digits

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and "pin" in cleaned and cleaned.get("again", "").strip() != cleaned["pin"]:
            self.add_error("again", "The two are not the same. Enter the PIN once more.")
        return cleaned


class MachineForm(forms.Form):
    """Where a shared machine stands."""

    ward = forms.ChoiceField(label="Ward")

    def __init__(self, *args: Any, wards: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ward"].choices = [(ward.pk, f"{ward.name}, {ward.site.name}") for ward in wards]  # type: ignore[attr-defined]
