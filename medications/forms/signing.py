"""The second signature in the first person's browser: who, and what shows that it is them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.access.models import User
from pathways.forms.once import OnceForm


class SecondForm(OnceForm):
    """Fields for a second person, added last. The password is read by ``vouch`` and kept nowhere."""

    def add_second(self, people: Sequence[User], *, label: str, help_text: str = "") -> None:
        """Who signs beside the first, with their own password."""
        self.people = {str(each.pk): each for each in people}
        choices = [("", "Choose a name"), *((key, in_words(person)) for key, person in self.people.items())]
        self.fields["second"] = forms.ChoiceField(
            label=label,
            choices=choices,
            help_text=help_text,
            error_messages={"required": "Choose who signs with you."},
        )
        self.fields["password"] = forms.CharField(
            label="Their password",
            widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "nhsuk-input--width-20"}),
            strip=False,
            help_text="They type it themselves. You stay signed in.",
            error_messages={"required": "The second person types their own password here."},
        )

    @property
    def second(self) -> User:
        """The person who was chosen; of a valid form."""
        return self.people[self.cleaned_data["second"]]


def in_words(person: User) -> str:
    """``K. Moe, ward midwife``."""
    return f"{person}, {person.role_in_words}"


def said_by_them(form: Any, problem: str) -> bool:
    """Whether the second person is who they say; else the problem stands at the password."""
    if problem:
        form.add_error("password", problem)
    return not problem
