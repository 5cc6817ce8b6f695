"""The forms of a handoff's two sides: offering, declining, asking, acknowledging by phone, passing on, moving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.forms.once import LONGEST_REASON, OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.models import Offer
from pathways.pages.offer_contents import LONGEST, OUTSIDE, Contents

LONGEST_NOTE = 2000
LONGEST_NAME = 120
_TOLD = ((Offer.Told.YES.value, "Yes"), (Offer.Told.NOT_YET.value, "Not yet"))


class _WithContents(OnceForm):
    """What comes with it, a note, and whether she has been told."""

    def add_contents(self, contents: Contents) -> None:
        """What can be ticked; what is known to be there is ticked."""
        if contents.choices:
            self.fields["brings"] = forms.MultipleChoiceField(
                label="What comes with it",
                choices=[(words, words) for words in contents.choices],
                initial=contents.known,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text="Tick what is there for whoever takes over. What the record already holds is ticked.",
            )
        self.fields["also"] = Text("Something else that comes with it", LONGEST)
        self.fields["note"] = Text(
            "Note to them", LONGEST_NOTE, lines=3, help_text="Write as if she reads it with you."
        )

    def add_told(self) -> None:
        """Whether she knows who it will be; what she was told is needed where she does."""
        self.fields["told"] = radios("Has she been told who it will be?", _TOLD, needed=True)
        self.fields["told_words"] = Text(
            "What she was told, or why not yet", LONGEST_REASON, lines=2, help_text="In the words that were used."
        )
        self.fields["told_by"] = Text("Who told her", LONGEST_NAME, help_text="Leave it blank if it was you.")

    def clean(self) -> dict[str, Any]:
        """Somebody who was told was told something."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("told") == Offer.Told.YES and not cleaned.get("told_words", "").strip():
            self.add_error("told_words", "Write what she was told.")
        return cleaned

    @property
    def brings(self) -> list[str]:
        """Everything that comes with it, as it was ticked and written."""
        data = self.cleaned_data
        return [*data.get("brings", []), *filter(None, [data["also"]])]


class OfferForm(_WithContents):
    """To whom, what comes with it, by when, and whether she knows."""

    def __init__(self, *args: Any, teams: Sequence[tuple[str, str]], contents: Contents, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = radios("Who is to take it over?", teams, needed=True)
        if any(key == OUTSIDE for key, _ in teams):
            self.fields["to_outside"] = Text(
                "Who, if they have no account here",
                LONGEST,
                help_text="For example: Dr Shah, Mill Lane surgery. Ring them, and record who said that they have it.",
            )
        self.add_contents(contents)
        self.fields["answer_by"] = LocalDateTimeField(
            label="By when do you need an answer?",
            what="the time by which you need an answer",
            required=False,
            help_text="Leave it blank for the usual time.",
        )
        self.add_told()

    def clean(self) -> dict[str, Any]:
        """Somebody outside has to be named."""
        cleaned = super().clean()
        if cleaned.get("to") == OUTSIDE and not cleaned.get("to_outside", "").strip():
            self.add_error("to_outside", "Write who it is.")
        return cleaned


class MoveForm(_WithContents):
    """To which site she moves, what comes with it, and whether she knows who will be there for her."""

    def __init__(self, *args: Any, teams: Sequence[tuple[str, str]], contents: Contents, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = radios("Where does she move to?", teams, needed=True)
        self.add_contents(contents)
        self.add_told()


class DeclineForm(OnceForm):
    """Why the team cannot take it."""

    kind = forms.ChoiceField(
        label="Why can you not take this?",
        choices=Offer.Decline.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why you cannot take this."},
        help_text="The sender sees your words. It goes back to them at once.",
    )
    reason = Text(
        "What is missing, or why",
        LONGEST_REASON,
        lines=2,
        required=True,
        error_messages={"required": "Say it in a few words: the sender reads them."},
    )
    place_from = NhsDateField(
        label="If there is no place: from which day",
        what="the day from which you have a place",
        required=False,
    )


class AcknowledgeForm(OnceForm):
    """Who said by phone that they have it, and when."""

    who = Text(
        "Who said that they have it?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write who said so: their name and what they are."},
        help_text="For example: J. Ross, pharmacist at Mill Lane.",
    )
    at = LocalDateTimeField(label="When did they say so?", what="when they said so", past_only=True)


class WordsForm(OnceForm):
    """One text: a question, its answer, a reason."""

    def __init__(self, *args: Any, label: str, longest: int, missing: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"] = Text(
            label, longest, lines=3, required=bool(missing), error_messages={"required": missing}
        )


class ToldForm(OnceForm):
    """She has been told who it will be."""

    words = Text(
        "What she was told",
        LONGEST_REASON,
        lines=2,
        required=True,
        error_messages={"required": "Write what she was told."},
        help_text="In the words that were used.",
    )
    told_by = Text("Who told her", LONGEST_NAME, help_text="Leave it blank if it was you.")


class PassForm(OnceForm):
    """To which colleague of the same team. ``people`` are (id as text, name)."""

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = radios("Which colleague?", people, needed=True)
