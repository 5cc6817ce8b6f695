"""The forms of what runs beside the stages, and of how a journey ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms

from carecoord import clock
from carecoord.access.models import User
from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.engine import FACT_KINDS, Stage
from pathways.forms.moves import WhenForm
from pathways.forms.once import LONGEST_REASON, OnceForm
from pathways.forms.record import YES_NO, radios
from pathways.forms.shared import Text
from pathways.models import Closing, OutsideTry
from pathways.models.ending import LONGEST_NAME, LONGEST_WORDS
from pathways.moves.declining import Choice
from pathways.moves.outside import Asked
from pathways.rules.apart import MATERNITY_CARE, longest_until_asked
from pathways.rules.ending import Known, Reason, Said

_SERVICE = next(each for each in FACT_KINDS["service_declined"].details if each.name == "service")


def _her_words(label: str, help_text: str = "In her words, as if she reads it with you.") -> Text:
    return Text(label, LONGEST_WORDS, lines=3, help_text=help_text)


def _needed(field: Text, missing: str) -> Text:
    """The same field, not to be left empty; ``missing`` says what to do where it was."""
    field.required = True
    field.error_messages["required"] = missing
    return field


class ClosingForm(OnceForm):
    """What is asked for one reason; the verb says what is missing."""

    def __init__(self, *args: Any, reason: Reason, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, make in _FIELDS[reason].items():
            if field := make(known):
                self.fields[name] = field

    @property
    def said(self) -> Said:
        """What was said; of a valid form."""
        data = self.cleaned_data
        return Said(
            prefers_earlier=data.get("prefers_earlier") == "yes",
            retention=data.get("retention", ""),
            medicine_with=data.get("medicine_with", ""),
            moved_said_by=data.get("moved_said_by", ""),
            medicine_refused=data.get("medicine_refused") == "yes",
            naloxone=data.get("naloxone", ""),
            rights_explained=bool(data.get("rights_explained")),
            words=data.get("words", ""),
        )


def _retention(_: Known) -> forms.Field:
    field = radios("How does it stand with her treatment?", Closing.Retention.choices, needed=True)
    field.help_text = (
        "It is counted over all women, to see whether services keep in touch. It is never held against her."
    )
    return field


def _medicine_with(known: Known) -> forms.Field | None:
    if not known.in_treatment:
        return None
    return Text("Who has her treatment in hand from now on", LONGEST_NAME, help_text="Name and service.")


def _prefers_earlier(known: Known) -> forms.Field | None:
    if known.stage is not Stage.BEREAVEMENT or known.year_is_over:
        return None
    return radios("Does she prefer to end before a year is over?", YES_NO, needed=True)


def _medicine_refused(known: Known) -> forms.Field | None:
    if not known.in_treatment or known.medicine_is_taken:
        return None
    field = radios(
        "May her prescriber be told?",
        (("no", "Yes, and they were told"), ("yes", "No, she does not want it")),
        needed=True,
    )
    field.help_text = "Where they were told, their answer is written down before."
    return field


def _rights(_: Known) -> forms.Field:
    return forms.BooleanField(label="She was told what stays, and how she gets a copy", required=False)


_FIELDS: Mapping[Reason, Mapping[str, Callable[[Known], forms.Field | None]]] = {
    Reason.COMPLETED: {
        "retention": _retention,
        "medicine_with": _medicine_with,
        "prefers_earlier": _prefers_earlier,
        "words": lambda _: _her_words("How she looks back, or what she said"),
    },
    Reason.MOVED_OUT: {
        "moved_said_by": lambda _: radios("Who told you that she has moved?", Closing.MovedSaidBy.choices, needed=True),
        "words": lambda _: _her_words("Anything else"),
    },
    Reason.WITHDREW: {
        "words": lambda _: _needed(
            _her_words("What she said", "As she said it."), "Write what she said, as she said it."
        ),
        "medicine_refused": _medicine_refused,
        "naloxone": lambda _: radios("Naloxone", Closing.Naloxone.choices, needed=True),
        "rights_explained": _rights,
    },
    Reason.OPENED_IN_ERROR: {
        "words": lambda _: _needed(
            Text("What was wrong", LONGEST_WORDS, lines=2, help_text="For the next reader."),
            "Say what was wrong, so that the next reader understands.",
        ),
    },
}


class ReopenForm(OnceForm):
    """Why, and which manager said yes."""

    def __init__(self, *args: Any, managers: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"] = Text("Why is it opened again?", LONGEST_REASON, lines=2, help_text="A few words.")
        choices = [(str(each.pk), str(each)) for each in managers]
        self.fields["agreed_by"] = radios("Which manager said yes?", choices, needed=True)
        self.fields["agreed_by"].help_text = "They read on their own page that you named them."


class OutsideForm(OnceForm):
    """Whom you asked what, when, and what they said."""

    because = radios("Why", OutsideTry.Because.choices, needed=True)
    what = radios("What they are asked to take", OutsideTry.What.choices, needed=True)
    to_whom = Text("Whom you asked", LONGEST_NAME, required=True, help_text="Their service, and where it is.")
    tried_at = LocalDateTimeField(
        label="When?", what="when you asked", past_only=True, help_text="For example 4 3 2026 and 09:30."
    )
    result = radios("What they said", OutsideTry.Result.choices, needed=True)
    said_by = Text("Who said so", LONGEST_NAME, help_text="Their name and what they are. Needed for a yes.")
    words = Text("Anything else", LONGEST_WORDS, lines=2)

    @property
    def asked(self) -> Asked:
        """What was tried; of a valid form."""
        return Asked(**{name: self.cleaned_data[name] for name in Asked.__dataclass_fields__})


class SignOffForm(OnceForm):
    """What was weighed."""

    words = Text(
        "What you weighed",
        LONGEST_WORDS,
        lines=3,
        required=True,
        error_messages={"required": "Write what you weighed, so that the next reader understands."},
        help_text="For example: where she is thought to be, who there was asked, and what she wanted.",
    )


class DecliningForm(WhenForm):
    """Which service she does not want for now, in her words, and when she is asked again."""

    field_order = ("service", "occurred_at", "words", "review_on")

    service = radios(_SERVICE.label, _SERVICE.choices, needed=True)
    words = _her_words("What she said")
    review_on = NhsDateField(
        label="When is she asked again?",
        what="the day on which she is asked again",
        help_text=f"Maternity care: within {longest_until_asked(MATERNITY_CARE).days} days. The offer stays open.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["note"]
        self.fields["review_on"].initial = clock.today() + timedelta(days=longest_until_asked(MATERNITY_CARE).days)

    @property
    def choice(self) -> Choice:
        """What she said; of a valid form."""
        data = self.cleaned_data
        return Choice(data["service"], data["occurred_at"], data["review_on"], data["words"], data["submission"])


class AskedAgainForm(OnceForm):
    """She was asked again: what she says now."""

    answer = radios(
        "What does she say now?",
        (("takes_up", "She wants it now"), ("declines", "She still does not want it")),
        needed=True,
    )
    occurred_at = LocalDateTimeField(label="When did she say so?", what="when she said so", past_only=True)
    words = _her_words("What she said")
    review_on = NhsDateField(
        label="If she still does not want it: when is she asked again?",
        what="the day on which she is asked again",
        required=False,
    )

    @property
    def takes_up(self) -> bool:
        return bool(self.cleaned_data["answer"] == "takes_up")

    def choice_of(self, service: str) -> Choice:
        """What she said of ``service``; of a valid form."""
        data = self.cleaned_data
        review_on = None if self.takes_up else data["review_on"]
        return Choice(service, data["occurred_at"], review_on, data["words"], data["submission"])
