"""The forms of staying together: the offer of a place with her baby, and planning that she goes home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.formfields import LocalDateTimeField
from pathways.forms.once import OnceForm, moment_field
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.models import StayOffer
from pathways.models.together import LONGEST_PLAN
from pathways.moves.together import Answer, Plan
from pathways.rules.together import named

WITH_HER, STAYS = "with_her", "stays"
NOT_SAID = "Something was available"
HERS = "In words that she would recognise as hers."


def babies_fields(babies: Sequence[int], born: int) -> dict[str, forms.ChoiceField]:
    """For each baby in hospital: does it leave with her?"""
    choices = ((WITH_HER, "Yes, they leave together"), (STAYS, "No, the baby stays in hospital"))
    return {
        f"baby_{baby}": radios(f"Does {named(baby, born)} leave with her?", choices, needed=True) for baby in babies
    }


def leaving_with_her(data: dict[str, Any], babies: Sequence[int]) -> frozenset[int]:
    """The babies who leave with her, of a valid form with ``babies_fields``."""
    return frozenset(baby for baby in babies if data[f"baby_{baby}"] == WITH_HER)


class StayOfferForm(OnceForm):
    """One baby: what was offered, what she chose, and how it goes if they are apart."""

    def __init__(self, *args: Any, babies: Sequence[int], born: int, treated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.babies = babies
        if len(babies) > 1:
            choices = [(str(baby), named(baby, born, first=True)) for baby in babies]
            self.fields["baby"] = radios("Which baby?", choices, needed=True)
        self.fields["offer"] = radios("What was offered to her?", StayOffer.Offer.choices, needed=True)
        self.fields["because"] = radios(
            "If nothing was available: why?", StayOffer.Because.choices, needed=False, nothing=NOT_SAID
        )
        self.fields["choice"] = radios("What did she choose?", StayOffer.Choice.choices, needed=True)
        self.fields["visiting"] = _plan(
            "If they are apart: how and when does she visit?", "Times, and how she travels."
        )
        self.fields["feeding"] = _plan("How is the baby fed while she is away?", HERS)
        if treated:
            self.fields["medicine_from"] = _plan(
                "Where does she get her medicine on the days when she visits?", "Which service or pharmacy. No amounts."
            )
        self.fields["note"] = _plan("What else should colleagues know?", "Write as if she reads it with you.")
        self.fields["at"] = moment_field("When was she asked?", "when she was asked")

    @property
    def answer(self) -> Answer:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        names = ("offer", "because", "choice", "visiting", "feeding", "note", "submission")
        return Answer(
            baby=int(data.get("baby") or self.babies[0]),
            offered_at=data["at"],
            medicine_from=data.get("medicine_from", ""),
            **{name: data[name] for name in names},
        )


class PlanHomeForm(OnceForm):
    """When she is to leave, and whether each baby leaves with her."""

    planned_for = LocalDateTimeField(label="When is she expected to leave?", what="when she is expected to leave")

    def __init__(self, *args: Any, babies: Sequence[int], born: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.babies = babies
        for baby, (name, field) in zip(babies, babies_fields(babies, born).items(), strict=True):
            self.fields[name] = field
            who = named(baby, born)
            self.fields[f"later_{baby}"] = LocalDateTimeField(
                label=f"If {who} stays: when is {who} expected to go home?",
                what=f"when {who} is expected to go home",
                required=False,
                help_text="Leave this blank where nobody knows yet.",
            )

    @property
    def plan(self) -> Plan:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        with_her = leaving_with_her(data, self.babies)
        later = {baby: at for baby in self.babies if baby not in with_her and (at := data[f"later_{baby}"])}
        return Plan(data["planned_for"], with_her, later, submission=data["submission"])


def _plan(label: str, hint: str) -> Text:
    return Text(label, LONGEST_PLAN, lines=2, help_text=hint)
