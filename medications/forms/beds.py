"""The forms of beds: which one, and where she is while she is away from it."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from carecoord import clock
from carecoord.access.models import Team
from carecoord.sites.models import Site
from medications.models import Stay
from medications.models.statements import LONGEST_WORDS
from medications.wording.times import hour


class BedForm(forms.Form):
    """Which bed, on which ward."""

    ward = forms.ChoiceField(label="Ward")
    bed = forms.CharField(label="Bed", max_length=12, help_text="Its number or name")

    def __init__(self, data: Any = None, *, site: Site, **more: Any) -> None:
        super().__init__(data, **more)
        wards = list(Team.objects.filter(site=site, kind=Team.Kind.WARD).order_by("code"))
        self.wards = {str(ward.pk): ward for ward in wards}
        field = cast("forms.ChoiceField", self.fields["ward"])
        field.choices = [(key, ward.name) for key, ward in self.wards.items()]
        if len(wards) == 1:
            field.widget = forms.HiddenInput()
            field.initial = str(wards[0].pk)

    @property
    def chosen_ward(self) -> Team:
        """The ward that was chosen."""
        return self.wards[self.cleaned_data["ward"]]


class VisitorsForm(forms.Form):
    """Who may visit her."""

    words = forms.CharField(
        label="Who may visit her?",
        max_length=LONGEST_WORDS,
        required=False,
        help_text="In her words: who, and who not. Ask her alone. Empty takes back what she said before.",
    )


class AwayForm(forms.Form):
    """Where she is, and when she is expected back."""

    location = forms.ChoiceField(label="Where is she?", choices=Stay.Location.choices, widget=forms.RadioSelect)
    back_at = forms.CharField(
        label="Expected back (if known)", required=False, max_length=5, help_text="The time, such as 11:00"
    )

    def clean_back_at(self) -> Any:
        """The next time that the clock shows this; None where nothing was written."""
        text = self.cleaned_data["back_at"].strip().replace(".", ":")
        if not text:
            return None
        try:
            return next_time(text)
        except ValueError:
            raise forms.ValidationError("Write the time as 11:00, or leave it empty.") from None


def next_time(text: str) -> Any:
    """The first instant to come at which London's clocks show ``text``. Raises ValueError."""
    now = clock.now()
    today = clock.today(now)
    for ahead in range(3):
        instant, _ = clock.parse_instant(f"{today.fromordinal(today.toordinal() + ahead)} {text.zfill(5)}")
        if instant > now:
            return instant
    raise ValueError(hour(now))
