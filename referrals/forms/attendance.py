"""The form of a day's list: for each appointment that has begun, what became of it."""

from __future__ import annotations

from typing import Any

from django import forms

from carecoord.refused import Refused
from pathways.forms.shared import refuse
from referrals.attending import ANSWERS
from referrals.pages.attendance import Guest

NOT_YET = ("open", "Not written down yet")


class GuestForm(forms.Form):
    """One woman's part of the list. Nothing is chosen for anybody: what is left open stays open."""

    def __init__(self, *args: Any, guest: Guest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guest = guest
        for line in guest.lines:
            if line.begun:
                self.fields[f"came_{line.row.pk}"] = forms.ChoiceField(
                    label=f"{line.hours}, {line.what}",
                    help_text=line.who,
                    choices=[*([] if line.answer else [NOT_YET]), *ANSWERS.items()],
                    initial=line.answer,
                    error_messages={"required": "Say what became of it, or leave it open."},
                )
        if guest.interpreter and guest.asks:
            self.fields[f"interpreter_{guest.visit.pk}"] = forms.BooleanField(
                label=f"An interpreter was with her ({guest.interpreter})",
                required=False,
                initial=guest.visit.interpreter_booked,
            )

    @property
    def answers(self) -> dict[int, str]:
        """What was chosen, by the appointment's id; of a valid form."""
        chosen = {
            line.row.pk: self.cleaned_data.get(f"came_{line.row.pk}", "") for line in self.guest.lines if line.begun
        }
        return {pk: answer for pk, answer in chosen.items() if answer in ANSWERS}

    @property
    def interpreter(self) -> bool:
        """Whether an interpreter was with her; of a valid form."""
        return bool(self.cleaned_data.get(f"interpreter_{self.guest.visit.pk}"))

    @property
    def rows(self) -> list[tuple[Any, forms.BoundField | None]]:
        """Each line with its question, where there is one."""
        names = [(line, f"came_{line.row.pk}") for line in self.guest.lines]
        return [(line, self[name] if name in self.fields else None) for line, name in names]

    @property
    def with_interpreter(self) -> forms.BoundField | None:
        """The question for the interpreter, where there is one."""
        name = f"interpreter_{self.guest.visit.pk}"
        return self[name] if name in self.fields else None

    def refuse(self, refused: Refused) -> None:
        """Show beside its question why something was not written down."""
        refuse(self, refused)
