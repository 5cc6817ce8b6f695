"""The forms of a referral: sending it, its next step, and taking back what she agreed to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.forms.once import OnceForm, moment_field
from pathways.forms.record import radios
from pathways.forms.shared import Text
from referrals.consenting import Answer, Purpose
from referrals.looping import Stepping
from referrals.models import ReferralStep, Shared
from referrals.models.columns import LONGEST_NAME, LONGEST_NOTE, LONGEST_WORDS
from referrals.pages.shared import Line
from referrals.wording.referrals import Way

_SAYS = ((Answer.AGREED.value, "Yes, she agrees"), (Answer.REFUSED.value, "No"))
_ASKS = {
    Purpose.SHARE: "May they read what is ticked above?",
    Purpose.CONTACT: "May they get in touch with her?",
    Purpose.REPORT: "May they tell us whether she came?",
}
USUALLY_SHARED = (Shared.NAME, Shared.REACH, Shared.MIDWIFE)


class ReferForm(OnceForm):
    """What is asked, what they read of her, and what she says to each purpose. ``lines``: what each tick shows them."""

    asks = Text(
        "What do you ask them for?",
        LONGEST_NOTE,
        lines=4,
        required=True,
        help_text="Write as if she reads it with you. They read this, and what you tick below.",
        error_messages={"required": "Write what you ask them for."},
    )

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shared"] = forms.MultipleChoiceField(
            label="What they read of her",
            choices=[(line.key, f"{line.label}: {line.words}") for line in lines],
            initial=[key.value for key in USUALLY_SHARED],
            widget=forms.CheckboxSelectMultiple,
            help_text="Exactly these words. Go through them with her; less is often enough.",
            error_messages={"required": "Tick at least one: without anything they cannot know whom it is about."},
        )
        for purpose, question in _ASKS.items():
            override = [(Answer.OVERRIDE.value, "Shared without her agreement")] if purpose == Purpose.SHARE else []
            self.fields[purpose] = radios(question, [*_SAYS, *override], needed=True)
        self.fields["override_why"] = Text(
            "If it is shared without her agreement: why",
            LONGEST_WORDS,
            lines=2,
            help_text="The reason in law or for safety. The privacy officer is told and reads it.",
        )
        self.fields["consent_words"] = Text("What she said, if she wants it written down", LONGEST_WORDS, lines=2)
        self.fields["answer_by"] = LocalDateTimeField(
            label="By when do you need an answer?",
            what="the time by which you need an answer",
            required=False,
            help_text="Leave it blank for the usual time: three days.",
        )

    @property
    def consents(self) -> dict[str, tuple[str, str]]:
        """What she said to each purpose; of a valid form."""
        data = self.cleaned_data
        found = {}
        for purpose in Purpose:
            answer = data[purpose]
            found[purpose.value] = (
                answer,
                data["override_why"] if answer == Answer.OVERRIDE else data["consent_words"],
            )
        return found


class StepForm(OnceForm):
    """One step of a referral, with what its way asks. ``by_phone``: somebody writes down what the service said."""

    def __init__(self, *args: Any, way: Way, by_phone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.way = way
        if by_phone:
            self.fields["by_outside"] = Text(
                "Who of the service said so?",
                LONGEST_NAME,
                required=True,
                error_messages={"required": "Write who said so: their name and what they are."},
                help_text="For example: J. Ross, duty worker.",
            )
        for name in way.asks:
            self.fields[name] = self._field(name)
        if by_phone or not way.theirs:
            self.fields["at"] = moment_field("When was that?", "when that was")

    def _field(self, name: str) -> forms.Field:
        way = self.way
        if name == "reason":
            return _grouped("Why?", way.reasons)
        if name == "outcome":
            return radios("What came of it?", ReferralStep.Outcome.choices, needed=True)
        if name == "place_from":
            hint = "Leave it blank if nobody knows yet."
            return NhsDateField(label="A place from about", what="the day", required=False, help_text=hint)
        if name == "appointment_at":
            return LocalDateTimeField(label="When is the appointment?", what="when the appointment is")
        return Text("In a few words", LONGEST_WORDS, lines=2, help_text="Write as if she reads it with you.")

    @property
    def stepping(self) -> Stepping:
        """The step that was entered; of a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return Stepping(self.way.state, **data)


class TakeBackForm(OnceForm):
    """What she takes back, and her words."""

    def __init__(self, *args: Any, standing: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, str(Purpose(key).label)) for key in standing]
        self.fields["purpose"] = radios("What does she take back?", choices, needed=True)
        self.fields["words"] = Text("Her words, if she wants them written down", LONGEST_WORDS, lines=2)


def _grouped(label: str, groups: Sequence[tuple[str, tuple[str, ...]]]) -> forms.ChoiceField:
    """A choice among reasons; in one list under their groups where there are several."""
    labels = dict(ReferralStep.Reason.choices)
    if len(groups) == 1:
        return radios(label, [(key, labels[key]) for key in groups[0][1]], needed=True)
    listed = [(group, [(key, labels[key]) for key in keys]) for group, keys in groups]
    missing = {"required": "Choose why."}
    return forms.ChoiceField(label=label, choices=[("", "Choose one"), *listed], error_messages=missing)
