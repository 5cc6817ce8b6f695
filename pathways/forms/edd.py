"""Agreeing the estimated date of delivery: entered, looked at, then saved."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.forms import BooleanField, HiddenInput

from carecoord import clock
from carecoord.formfields import NhsDateField
from pathways.actions import Refused, check_edd
from pathways.forms.once import OnceForm, note_field
from pathways.forms.seen import SeenForm


class EddForm(SeenForm, OnceForm):
    """The new EDD. ``seen`` says that what moves with it was shown."""

    edd = NhsDateField(label="Estimated date of delivery (EDD)", what="the EDD")
    note = note_field("Where it comes from: dating scan, last period, another hospital's record.")
    seen = BooleanField(required=False, widget=HiddenInput)

    def clean_edd(self) -> date:
        """An EDD with which she could be pregnant today."""
        edd: date = self.cleaned_data["edd"]
        try:
            check_edd(edd, on=clock.today(), field="edd")
        except Refused as refused:
            raise ValidationError(refused.sentence) from refused
        return edd
