"""The forms of medicine that she brought herself: one for each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.access.models import Team, User
from carecoord.formfields import LocalDateTimeField
from medications.models import OwnMedicineStep, OwnMedicineTaken
from medications.models.own import LONGEST_QUANTITY
from medications.models.statements import LONGEST_WORDS
from pathways.forms.once import LONGEST_REASON, OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.forms.signing import SecondForm

YES_NO = (("yes", "Yes"), ("no", "No, not yet"))
_REGISTER = "The page of the register for patients’ own medicines. This page is not the register."
_AS_MEASURED = "Write it as you measured it, with its unit. Nothing is worked out from it."


class BringForm(OnceForm):
    """What she has brought."""

    what = Text(
        "What is it, as it is labelled?",
        LONGEST_WORDS,
        required=True,
        error_messages={"required": "Write what it is, as it is labelled."},
        help_text="For example: methadone 1 mg/ml oral solution, Bell pharmacy, her name.",
    )
    at = LocalDateTimeField(label="When did she show it to you?", what="when she showed it", past_only=True)


class AskForm(OnceForm):
    """Explained, then asked; and what she answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explained"] = radios("Have you explained what happens with it, and why?", YES_NO, needed=True)
        self.fields["consent"] = radios(
            "Does she agree that it is stored for her?", OwnMedicineStep.Consent.choices, needed=True
        )
        self.fields["words"] = Text(
            "In her words",
            LONGEST_WORDS,
            lines=2,
            help_text="What she said or asked, as if she reads it with you.",
        )


class KeptForm(OnceForm):
    """She keeps it: what was agreed."""

    words = Text(
        "What was agreed with her, and with whom?",
        LONGEST_WORDS,
        lines=3,
        required=True,
        error_messages={"required": "Write what was agreed with her, and with whom."},
        help_text="For example: locked drawer at her bed, her key; ward pharmacist J. Ross agrees.",
    )


class StoreForm(SecondForm):
    """Measured by two, and put away."""

    quantity = Text(
        "What did you two measure?",
        LONGEST_QUANTITY,
        required=True,
        error_messages={"required": "Measure it, and write what you measured."},
        help_text=_AS_MEASURED,
    )
    register_page = Text(
        "Register page",
        20,
        width=10,
        required=True,
        error_messages={"required": "Write the page of the register."},
        help_text=_REGISTER,
    )
    place = Text("Where is it kept?", 120, required=True, error_messages={"required": "Write where it is kept."})

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_second(people, label="Who measured it with you?", help_text="One of you is a registered midwife.")


class ReceiptForm(OnceForm):
    """She has the receipt, and saw when her next dose comes."""

    def __init__(self, *args: Any, has_time: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given"] = forms.BooleanField(
            label="She has the receipt in her hands",
            error_messages={"required": "Print the receipt, give it to her, then tick this."},
        )
        if has_time:
            self.fields["shown"] = forms.BooleanField(
                label="She was shown when her next dose is due",
                error_messages={"required": "Show her the time above, then tick this."},
            )
        missing = "" if has_time else "Write what she was told about her next dose."
        self.fields["words"] = Text(
            "What she was told about her next dose",
            LONGEST_WORDS,
            lines=2,
            required=not has_time,
            error_messages={"required": missing},
        )


class CheckForm(OnceForm):
    """The daily check."""

    quantity = Text(
        "What did you find?",
        LONGEST_QUANTITY,
        required=True,
        error_messages={"required": "Write what you found, as you measured it."},
        help_text=_AS_MEASURED,
    )
    words = Text(
        "Anything that differs",
        LONGEST_WORDS,
        lines=2,
        help_text="Tell the ward coordinator and the pharmacist too.",
    )


class MoveForm(SecondForm):
    """It goes with her to another ward."""

    place = Text("Where does it go?", 120, required=True, error_messages={"required": "Write where it goes."})
    words = Text(
        "Who took it there?",
        LONGEST_WORDS,
        required=True,
        error_messages={"required": "Write who took it there: their name and what they are."},
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_second(people, label="Who signs with you?")


class OutcomeForm(SecondForm):
    """What became of it."""

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = radios("What became of it?", OwnMedicineStep.Outcome.choices, needed=True)
        self.fields["words"] = Text(
            "In words",
            LONGEST_WORDS,
            lines=2,
            help_text="How she agreed that it is destroyed, or the name of the person she chose.",
        )
        self.add_second(people, label="Who signs with you?")


class StrikeForm(OnceForm):
    """Why an entry is wrong."""

    reason = Text(
        "What was wrong?",
        LONGEST_REASON,
        lines=2,
        required=True,
        error_messages={"required": "Say what was wrong, so that the next reader understands."},
    )


class TakenForm(OnceForm):
    """What was taken from her without what belongs to it."""

    def __init__(self, *args: Any, wards: Sequence[Team], ward: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"] = Text("What was taken?", LONGEST_WORDS, required=True)
        self.fields["what"].error_messages["required"] = "Write what was taken."
        self.fields["happened_at"] = LocalDateTimeField(label="When?", what="when it was taken", past_only=True)
        self.fields["ward"] = radios("On which ward?", [(str(each.pk), each.name) for each in wards], needed=True)
        self.fields["ward"].initial = str(ward) if ward else None
        self.fields["missing"] = forms.MultipleChoiceField(
            label="What was left out?",
            choices=OwnMedicineTaken.Missing.choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Tick what was left out."},
        )
        for name, label, missing in (
            ("reason", "Why was it taken?", "Write why it was taken."),
            ("told", "What was she told?", "Write what she was told. If nobody told her anything, write that."),
        ):
            self.fields[name] = Text(label, LONGEST_WORDS, lines=2, required=True, error_messages={"required": missing})
