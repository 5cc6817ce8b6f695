"""Which calendar somebody makes an address for."""

from __future__ import annotations

from typing import Any

from django import forms

from carecoord.access.models import User
from referrals.models import Place

_NOT_HERE = "This place is not one of your sites. Open the page again and choose another."


class FeedForm(forms.Form):
    """A place, or nothing for somebody's own appointments."""

    place = forms.ModelChoiceField(
        Place.objects.none(), required=False, widget=forms.HiddenInput, error_messages={"invalid_choice": _NOT_HERE}
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = Place.objects.filter(site__in=reader.site_ids)  # type: ignore[attr-defined]
