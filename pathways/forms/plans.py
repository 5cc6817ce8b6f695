"""The forms of a plan: writing it, signing it, sending it, saying that one has it, talking it through with her."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.access.models import Team
from carecoord.formfields import LocalDateTimeField
from pathways.forms.once import LONGEST_REASON, OnceForm
from pathways.forms.record import radios
from pathways.forms.seen import SeenForm
from pathways.forms.shared import Text
from pathways.models import PlanCopy
from pathways.models.plans import LONGEST_NAME, LONGEST_WORDS
from pathways.plans.sending import To
from pathways.rules.plans import LONGEST_SECTION, PlanKind, Side

OUTSIDE, NOT_NEEDED = "outside", "not_needed"


class WriteForm(OnceForm, SeenForm):
    """The sections of the next version."""

    def __init__(self, *args: Any, kind: PlanKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for each in kind.sections:
            needed = f"Write something here, also when it is that nothing is agreed yet: {each.title}."
            self.fields[each.key] = Text(
                each.title,
                LONGEST_SECTION,
                lines=4,
                required=each.needed,
                help_text=each.hint,
                error_messages={"required": needed},
            )

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, without what was left to others; of a valid form."""
        kept = self.left_to_others
        return {each.key: self.cleaned_data[each.key] for each in self.kind.sections if each.key not in kept}


class SaidYesForm(OnceForm):
    """Somebody without an account agreed for their side."""

    who = Text(
        "Who agreed?",
        LONGEST_NAME,
        required=True,
        help_text="Their name and what they are.",
        error_messages={"required": "Write who agreed: their name and what they are."},
    )
    at = LocalDateTimeField(label="When?", what="when they agreed", past_only=True)

    def __init__(self, *args: Any, side: Side, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].label = f"{side.title}: who agreed?"


class SendForm(OnceForm):
    """To whom one receiver's copy goes."""

    outside = Text("Who, outside?", LONGEST_NAME, help_text="Their name and what they are. Ring them, and send it.")
    not_needed = Text("Why is it not needed?", LONGEST_REASON, lines=2, help_text="For example: she has no prescriber.")

    def __init__(self, *args: Any, teams: Sequence[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {str(each.pk): each for each in teams}
        choices = [(key, team.name) for key, team in self.teams.items()]
        choices += [(OUTSIDE, "Somebody without an account here"), (NOT_NEEDED, "Nobody there needs it")]
        self.fields["to"] = radios("To whom?", choices, needed=True)
        self.order_fields(["submission", "to", "outside", "not_needed"])

    def clean(self) -> dict[str, Any]:
        """Whoever chooses somebody outside, or nobody, says who or why."""
        data = super().clean() or {}
        for choice, problem in (
            (OUTSIDE, "Write who it is sent to: their name and what they are."),
            (NOT_NEEDED, "Write why nobody there needs it."),
        ):
            if data.get("to") == choice and not data.get(choice, "").strip():
                self.add_error(choice, problem)
        return data

    @property
    def chosen(self) -> To:
        """Of a valid form."""
        data = self.cleaned_data
        return To(
            team=self.teams.get(data["to"]),
            outside=data["outside"] if data["to"] == OUTSIDE else "",
            not_needed=data["not_needed"] if data["to"] == NOT_NEEDED else "",
        )


class HaveItForm(OnceForm):
    """Somebody outside said on the phone that they have it."""

    who = Text(
        "Who said that they have it?",
        LONGEST_NAME,
        required=True,
        help_text="Their name and what they are.",
        error_messages={"required": "Write who said so: their name and what they are."},
    )
    at = LocalDateTimeField(label="When did they say so?", what="when they said so", past_only=True)


class GivenForm(OnceForm):
    """It was talked through with her."""

    how = forms.ChoiceField(
        label="Does she have it on paper?",
        choices=PlanCopy.How.choices,
        widget=forms.RadioSelect,
        help_text="Ask her whether paper is safe where she lives. She may also just read it with you.",
        error_messages={"required": "Choose whether she has it on paper."},
    )
    at = LocalDateTimeField(label="When was it talked through with her?", what="when it was", past_only=True)
    given_by = Text("Who went through it with her?", LONGEST_NAME, help_text="Leave it blank if it was you.")
    her_words = Text("What she said to it", LONGEST_WORDS, lines=2, help_text="In her words. What she wants changed.")
