"""Who has a handoff in hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carecoord.formfields import CareForm
from pathways.actions import Refused
from pathways.forms.once import LONGEST_REASON
from pathways.forms.record import radios
from pathways.forms.shared import Text, fields_only, refuse

BACK = "back"


class OwnerForm(CareForm):
    """To whom it goes: somebody who takes part in her care, or back."""

    reason = Text("Why?", LONGEST_REASON, lines=2, help_text="If it helps whoever takes it. Colleagues read it.")

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
        choices = [*people, *([(BACK, back)] if back else [])]
        self.fields = {"user": radios("Who?", choices, needed=True), **self.fields}

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form where it has none."""
        refuse(self, refused)
