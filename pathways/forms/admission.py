"""The forms of coming into hospital again, and of going home undelivered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carecoord.formfields import NhsDateField
from pathways.forms.moves import WhenForm
from pathways.forms.record import YES_NO, radios
from pathways.wording.babies import baby_in_words


class ReadmissionForm(WhenForm):
    """When she came back, and which of her ``babies`` came with her."""

    def __init__(self, *args: Any, babies: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.babies = babies
        for number in babies:
            words = baby_in_words(number, len(babies))
            self.fields[f"with_her_{number}"] = radios(
                f"Is {words[:1].lower()}{words[1:]} with her in hospital?", YES_NO, needed=True
            )
        self.order_fields(["occurred_at", *(f"with_her_{number}" for number in babies), "note"])

    @property
    def with_her(self) -> list[int]:
        """The babies who came with her; of a valid form."""
        return [number for number in self.babies if self.cleaned_data[f"with_her_{number}"] == "yes"]


class UndeliveredForm(WhenForm):
    """When she went home, and her next dose where she is in treatment."""

    def __init__(self, *args: Any, in_treatment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["own_decision"] = radios(
            "Did she decide herself to go, before it was advised?", YES_NO, needed=True
        )
        if in_treatment:
            self.fields["next_dose_on"] = NhsDateField(
                label="On which day is her next dose?",
                what="the day of her next dose",
                required=False,
                help_text="As agreed with her pharmacy or prescriber. Leave it empty if nobody has agreed it yet.",
            )
        self.order_fields(["occurred_at", "own_decision", "next_dose_on", "note"])
