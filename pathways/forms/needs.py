"""The forms of her own words, and of what she needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.access.models import Team, User
from carecoord.formfields import NhsDateField
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.seen import ChoosingForm, seen_version
from pathways.forms.shared import Text
from pathways.models import HerWords, Need, NeedStep
from pathways.models.needs import LONGEST_NAME, LONGEST_WORDS
from pathways.needs import Came, SeesTo

OUTSIDE, ME = "outside", "me"


class HerWordsForm(OnceForm):
    """What she says of herself."""

    text = Text(
        "In her words",
        LONGEST_WORDS,
        lines=3,
        required=True,
        help_text="As she says it, and as she wants to read it again.",
        error_messages={"required": "Write it as she says it."},
    )
    said_on = NhsDateField(label="When did she say it?", required=False, past_only=True, help_text="Blank: today.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = radios("What does she speak of?", HerWords.Kind.choices, needed=True)
        self.order_fields(["submission", "kind", "text", "said_on"])


class EndWordsForm(OnceForm):
    """What became of what she said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended"] = radios("What became of it?", HerWords.Ended.choices, needed=True)


class SeenToForm(OnceForm):
    """Who sees to a need: whoever writes, others who have to do with it, a team of the site, or somebody outside."""

    def __init__(self, *args: Any, writer: User, others: Sequence[User], teams: Sequence[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {ME: writer} | {f"user-{each.pk}": each for each in others if each != writer}
        self.teams = {f"team-{each.pk}": each for each in teams}
        choices = [(key, f"I do ({each})" if key == ME else str(each)) for key, each in self.people.items()]
        choices += [(key, team.name) for key, team in self.teams.items()]
        choices.append((OUTSIDE, "Somebody without an account here"))
        self.fields["sees_to"] = forms.ChoiceField(
            label="Who sees to it?",
            choices=[("", "Choose who"), *choices],
            error_messages={"required": "Choose who sees to it: every need has somebody."},
        )
        self.fields["outside"] = Text(
            "Who, outside?",
            LONGEST_NAME,
            help_text="Only where they have no account: their name and what they are.",
        )

    def clean(self) -> dict[str, Any]:
        """Whoever chooses somebody outside says who."""
        data = super().clean() or {}
        if data.get("sees_to") == OUTSIDE and not data.get("outside", "").strip():
            self.add_error("outside", "Write who sees to it: their name and what they are.")
        return data

    @property
    def chosen(self) -> SeesTo:
        """Of a valid form."""
        key = self.cleaned_data["sees_to"]
        outside = self.cleaned_data["outside"] if key == OUTSIDE else ""
        return SeesTo(self.people.get(key), self.teams.get(key), outside)

    def choice_of(self, step: NeedStep) -> str:
        """What stands chosen for who sees to it now."""
        if step.owner_outside:
            return OUTSIDE
        if step.owner_team_id:
            return f"team-{step.owner_team_id}"
        return next((key for key, person in self.people.items() if person.pk == step.owner_id), "")


class NeedForm(SeenToForm):
    """One thing that she needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"] = forms.ChoiceField(
            label="What is it about?",
            choices=[("", "Choose one"), *Need.Area.choices],
            error_messages={"required": "Choose what it is about."},
        )
        self.fields["text"] = Text(
            "What does she need?",
            LONGEST_WORDS,
            lines=2,
            required=True,
            help_text="As she puts it. What she wants nobody to read but a few stands in her background.",
            error_messages={"required": "Write what she needs, in a few words."},
        )
        self.order_fields(["submission", "text", "area", "sees_to", "outside"])


class StepForm(SeenToForm, ChoosingForm):
    """What came of it so far."""

    seen = seen_version()

    def __init__(self, *args: Any, newest: NeedStep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = radios("What came of it?", NeedStep.Outcome.choices, needed=True)
        self.fields["reason"] = radios(
            "If it is not met: why?", NeedStep.Reason.choices, needed=False, nothing="It is met, or still being seen to"
        )
        self.fields["words"] = Text("In a few words", LONGEST_WORDS, lines=2)
        self.initial = {
            **self.initial,
            "seen": newest.pk,
            "outcome": newest.outcome,
            "reason": newest.reason,
            "sees_to": self.choice_of(newest),
            "outside": newest.owner_outside,
        }
        self.order_fields(["submission", "seen", "outcome", "reason", "words", "sees_to", "outside"])

    @property
    def came(self) -> Came:
        """Of a valid form."""
        data = self.cleaned_data
        return Came(self.chosen, data["outcome"], data["reason"], data["words"])
