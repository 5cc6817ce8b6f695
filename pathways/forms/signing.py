"""The second signature in the first person's browser: who, and what shows that it is them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.access.models import User
from pathways.forms.once import OnceForm


class SecondForm(OnceForm):
    """Who signs second, added last. Their password, PIN or passkey is read by ``vouch``, and never kept."""

    def add_second(self, people: Sequence[User], *, label: str, help_text: str = "") -> None:
        """Who signs beside the first."""
        self.people = {str(each.pk): each for each in people}
        choices = [("", "Choose a name"), *((key, in_words(person)) for key, person in self.people.items())]
        self.fields["second"] = forms.ChoiceField(
            label=label,
            choices=choices,
            help_text=help_text,
            error_messages={"required": "Choose who signs with you."},
        )

    @property
    def second(self) -> User:
        """The person who was chosen; of a valid form."""
        return self.people[self.cleaned_data["second"]]


class BesideForm(SecondForm):
    """Nothing but the second person."""

    def __init__(self, *args: Any, people: Sequence[User], label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_second(people, label=label)


def in_words(person: User) -> str:
    """``K. Moe, ward midwife``."""
    return f"{person}, {person.role_in_words}"
