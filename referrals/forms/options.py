"""The forms of treatment after birth: what came of one option, and that all were gone through with her."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.formfields import NhsDateField
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text
from referrals.models import TreatmentOption
from referrals.models.columns import LONGEST_WORDS
from referrals.options import Option
from referrals.pages.directory import Card

_PANEL = {
    "ENG": "When does the funding panel of the local authority or the ICB decide?",
    "SCO": "When is the funding decided (alcohol and drug partnership, residential rehab)?",
}


class OptionForm(OnceForm):
    """What came of one kind of treatment. ``services``: those that she can be offered; ``site`` is hers."""

    def __init__(self, *args: Any, kind: str, services: Sequence[Card], site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.services = {str(card.service.pk): card.service for card in services}
        if services:
            choices = [(str(card.service.pk), _in_words(card, site)) for card in services]
            self.fields["service"] = radios("Which one?", choices, needed=False, nothing="None: it does not exist here")
        self.fields["status"] = radios("What came of it?", TreatmentOption.Status.choices, needed=True)
        self.fields["would_move"] = radios("Would she move for it?", TreatmentOption.WouldMove.choices, needed=True)
        self.fields["panel_on"] = NhsDateField(
            label=_PANEL[site.nation], required=False, what="the day of the panel", help_text="Blank where none does."
        )
        self.fields["words"] = Text(
            "In a few words", LONGEST_WORDS, lines=2, help_text="What she says of it, and what comes next."
        )

    @property
    def option(self) -> Option:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        names = ("status", "would_move", "panel_on", "words", "submission")
        service = self.services.get(data.get("service", ""))
        return Option(self.kind, service=service, **{name: data[name] for name in names})


class GoneThroughForm(OnceForm):
    """Which of them she wants most. ``kinds``: (key, name) of those that something is written down of."""

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wanted"] = forms.ChoiceField(
            label="Which one does she want most?",
            choices=kinds,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose which one she wants most. What came of it is written down with it."},
        )


def _in_words(card: Card, site: Any) -> str:
    """``Rowan House, out of area: Glenmore (no place now)``."""
    service = card.service
    where = f", out of area: {service.site.name}" if service.site_id != site.pk else ""
    return f"{service.name}{where}{f' ({card.places.lower()})' if card.places else ''}"
