"""The forms with which managers act on a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.access.models import User
from carecoord.formfields import CareForm, NhsDateField
from pathways.forms.once import OnceForm
from pathways.forms.shared import Text
from pathways.gaps.aiming import Aimable
from pathways.gaps.aims import Aimed
from pathways.gaps.models import LONGEST_GROUP, LONGEST_WORDS, Aim

GROUP = "group"


class AimForm(CareForm, OnceForm):
    """What a number is to reach, by when, and who sees to it. ``aim``: the one that is changed."""

    value = forms.IntegerField(
        label="What is it to reach?",
        min_value=0,
        max_value=100,
        widget=forms.TextInput({"class": "nhsuk-input--width-3", "inputmode": "numeric", "autocomplete": "off"}),
        help_text="A whole number of a hundred.",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Enter a whole number from 0 to 100."),
    )
    reach_by = NhsDateField(label="By when?", what="the day")
    owner_group = Text("The group", LONGEST_GROUP, help_text="Only if a group sees to it. For example: the ward forum.")

    def __init__(
        self, *args: Any, lines: Sequence[Aimable], people: Sequence[User], aim: Aim | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {each.key: each for each in lines}
        self.people = {str(person.pk): person for person in people}
        if len(lines) > 1:
            self.fields["line"] = forms.ChoiceField(
                label="Which number?", choices=[(each.key, each.line.words) for each in lines]
            )
        owners = [("", "Choose"), (GROUP, "A group"), *((key, str(person)) for key, person in self.people.items())]
        self.fields["owner"] = forms.ChoiceField(
            label="Who sees to it?",
            choices=owners,
            error_messages={"required": "Choose who sees to it: somebody of this site, or a group."},
        )
        self.order_fields(["submission", "line", "value", "reach_by", "owner", "owner_group"])
        if aim:
            owner = str(aim.owner_id) if aim.owner_id else GROUP
            stands = {"value": aim.value, "reach_by": aim.reach_by, "owner": owner, "owner_group": aim.owner_group}
            self.initial = {**stands, **self.initial}

    @property
    def aimed(self) -> Aimed:
        """What was entered; of a valid form."""
        entered = self.cleaned_data
        line = self.lines[entered["line"]] if "line" in entered else next(iter(self.lines.values()))
        group = entered["owner"] == GROUP
        return Aimed(
            line.table,
            line.line,
            entered["value"],
            entered["reach_by"],
            None if group else self.people[entered["owner"]],
            entered["owner_group"] if group else "",
        )


class EndAimForm(CareForm, OnceForm):
    """Why nobody works towards it any more."""

    why = Text("Why does it end?", LONGEST_WORDS, required=True, help_text="For example: reached, and kept for a year.")


class NoteForm(CareForm, OnceForm):
    """What was changed, and when."""

    words = Text(
        "What was changed?",
        LONGEST_WORDS,
        lines=2,
        required=True,
        help_text="In the service, never of a woman: all sites read it. For example: the cupboard stands nearer now.",
    )
    changed_on = NhsDateField(label="When?", what="the day", past_only=True)
