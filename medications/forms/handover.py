"""The forms of a change of shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.forms import BoundField

from carecoord.access.models import User
from medications.models import Shift
from medications.models.statements import LONGEST_WORDS
from medications.pages.handover import Row
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.forms.signing import SecondForm


class SignForm(OnceForm):
    """The shift that takes over, and a note for whom it is needed."""

    def __init__(self, *args: Any, rows: Sequence[Row], coming: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_shift"] = radios("Which shift takes over?", Shift.choices, needed=True)
        self.fields["to_shift"].initial = coming
        for row in rows:
            self.fields[f"note_{row.pk}"] = Text(
                f"{row.bed_words}, {row.initials}: a note", LONGEST_WORDS, help_text=row.point
            )

    @property
    def note_fields(self) -> list[BoundField]:
        """The fields of the notes, in bed order."""
        return [self[name] for name in self.fields if name.startswith("note_")]

    @property
    def notes(self) -> dict[int, str]:
        """What was written, by the journey's id; of a valid form."""
        named = {name.removeprefix("note_"): text for name, text in self.cleaned_data.items() if text}
        return {int(pk): text for pk, text in named.items() if pk.isdigit()}


class AcceptForm(SecondForm):
    """Whoever takes over, in the browser of who goes."""

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_second(people, label="Who takes over?")
