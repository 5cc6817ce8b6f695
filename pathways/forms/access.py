"""Forms around who sees whom: asking for a record, the ground for a sealed one, conflicts, seals, cover, reviews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from carecoord.access.actions import SHORTEST_REASON, Sought
from carecoord.access.labels import LABEL_NAMES, Label
from carecoord.access.models import Ground, Opening, Reason, Seal
from carecoord.formfields import CareForm, NhsDateField
from carecoord.identifiers import InvalidNumber, clean_chi_number, clean_nhs_number
from carecoord.refused import Refused
from pathways.forms.record import radios
from pathways.forms.seen import SeenForm
from pathways.forms.shared import Text, fields_only, refuse
from pathways.models import MatchReview
from pathways.models.women import folded

LONGEST_NOTE = 1000
_NOT_A_NUMBER = "This is neither an NHS nor a CHI number. Check the ten digits, or enter her names instead."


class _Form(CareForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form where it has none."""
        refuse(self, refused)


class WhoForm(_Form):
    """Two things that identify a woman: her date of birth, and her number or both her names."""

    born = NhsDateField(label="Her date of birth", what="her date of birth")
    number = Text(
        "Her NHS or CHI number", 40, width=20, help_text="All ten digits; or leave it empty and give her names"
    )
    first_name = Text("Her first name", 200)
    last_name = Text("Her last name", 200)

    def clean(self) -> dict[str, Any]:
        """The number where there is one, else both names."""
        data: dict[str, Any] = super().clean() or {}
        number = data.get("number", "").strip()
        if number:
            data["number"] = _number(number)
            if not data["number"]:
                self.add_error("number", _NOT_A_NUMBER)
        else:
            for name in ("first_name", "last_name"):
                if not folded(data.get(name, "")) and name not in self.errors:
                    self.add_error(name, "Give her number, or her first and her last name.")
        return data

    @property
    def sought(self) -> Sought:
        """Whom the form describes; for a valid one."""
        data = self.cleaned_data
        if data["number"]:
            return Sought(data["born"], number=data["number"])
        return Sought(data["born"], names=folded(data["first_name"], data["last_name"]).split())


class ClaimForm(WhoForm):
    """Who she is, why her record is needed, and that it is meant."""

    reason = radios("Why do you need her record?", Reason.choices, needed=True)
    note = Text("If something else: what is it?", 200)
    sure = forms.BooleanField(label="I am caring for her now")

    def clean(self) -> dict[str, Any]:
        """Something else has to be said."""
        data = super().clean()
        if data.get("reason") == Reason.OTHER and not data.get("note", "").strip():
            self.add_error("note", "Say in a few words what it is.")
        return data


class SealedForm(_Form):
    """The ground on which a sealed record is opened, and which parts of it."""

    ground = radios("What allows you to open it?", Ground.choices, needed=True)
    reason = Text(
        "Why now?",
        LONGEST_NOTE,
        lines=3,
        required=True,
        help_text=f"{SHORTEST_REASON} characters or more. The privacy officer reads it, and she may ask to.",
    )
    labels = forms.MultipleChoiceField(
        label="What do you need besides her care?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Her care is always open. Tick only what you need now.",
    )

    def __init__(self, *args: Any, labels: Iterable[Label], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        more = [(label.value, LABEL_NAMES[label]) for label in Label if label in set(labels) - {Label.GENERAL}]
        if more:
            self.fields["labels"].choices = more  # type: ignore[attr-defined]
        else:
            del self.fields["labels"]

    def clean_reason(self) -> str:
        """A sentence, not a word."""
        reason: str = self.cleaned_data["reason"].strip()
        if len(reason) < SHORTEST_REASON:
            raise forms.ValidationError(f"Say in a sentence why: {SHORTEST_REASON} characters or more.")
        return reason


class FindColleagueForm(_Form):
    """A member of staff, by what somebody knows of them."""

    who = Text("Their name or work e-mail", 200, required=True, help_text="Of any site. They are not told.")


class NeverForm(_Form):
    """Which of the colleagues found, and why. ``choices`` are (id as text, name with role and site)."""

    who = forms.CharField(widget=forms.HiddenInput)
    reason = Text("Why?", 500, lines=2, help_text="Only her team and the privacy officer read it. It can stay empty.")

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"person": radios("Who must never see her record?", choices, needed=True), **self.fields}


class SealForm(SeenForm, _Form):
    """How firmly her record is sealed, and why."""

    level = radios("How firmly?", [(str(value), words) for value, words in Seal.Level.choices], needed=True)
    reason = Text("Why?", 500, lines=2, required=True, help_text="Colleagues who may see her record read it.")


class CoverForm(SeenForm, _Form):
    """Who covers, and from when until when."""

    starts_on = NhsDateField(label="First day", what="the first day")
    ends_on = NhsDateField(label="Last day", what="the last day")

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"covered_by": radios("Who covers for you?", choices, needed=True), **self.fields}


class ReviewForm(_Form):
    """What a privacy officer found when they looked at an opening."""

    outcome = radios("What did you find?", Opening.Outcome.choices, needed=True)
    note = Text("Note", LONGEST_NOTE, lines=3, help_text="Needed unless it was justified.")


class MatchForm(_Form):
    """Whether two records are one woman's."""

    outcome = radios("Are they the same person?", MatchReview.Outcome.choices, needed=True)
    note = Text("Note", LONGEST_NOTE, lines=3, help_text="How you know: whom you asked, what you compared.")


def _number(text: str) -> str:
    """Ten digits of an NHS or CHI number; empty for anything else."""
    for clean in (clean_nhs_number, clean_chi_number):
        try:
            return clean(text)
        except InvalidNumber:
            continue
    return ""
