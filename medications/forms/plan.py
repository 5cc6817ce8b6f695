"""What a prescriber signs, and what they decide. Nothing is filled in beforehand: what others said stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms

from carecoord.formfields import LocalDateTimeField, NhsDateField
from medications.forms.looked import OnPlanForm
from medications.models import Decision, Dose, Plan, Statement, Supervised
from medications.models.statements import LONGEST_WORDS
from medications.planning import Prescribed
from medications.rules.products import FREQUENCY_WORDS, WARD_PRODUCTS
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text

PRODUCTS = [(each.key, each.name) for each in WARD_PRODUCTS.values() if each.selectable]
UNITS = [(unit, unit) for unit in sorted({each.unit for each in WARD_PRODUCTS.values() if each.unit})]
MOST_TIMES = 6


class PlanForm(OnPlanForm):
    """A version of the ward's plan, in the prescriber's words."""

    product = forms.ChoiceField(
        label="Medicine",
        choices=[("", "Choose"), *PRODUCTS],
        error_messages={"required": "Choose the medicine."},
        help_text="The exact product: these are not interchangeable.",
    )
    words = Text(
        "Prescribed, word for word",
        LONGEST_WORDS,
        lines=2,
        required=True,
        error_messages={"required": "Write what is prescribed, word for word."},
        help_text="As the ward is to read it: product, amount, how often, supervised or not.",
    )
    amount = Text("Amount of one dose, in digits", 12, width=5, help_text="As you prescribe it. Nothing is worked out.")
    unit = forms.ChoiceField(label="Unit", choices=[("", "No unit"), *UNITS], required=False)
    frequency = forms.ChoiceField(
        label="How often",
        choices=[("", "Choose"), *[(each.value, words) for each, words in FREQUENCY_WORDS.items()]],
        error_messages={"required": "Choose how often."},
    )
    times = Text(
        "At which times",
        120,
        required=True,
        error_messages={"required": "Write the time of each dose, for example 09:30."},
        help_text="For example 09:30, or 09:00 and 21:00. London time, also when the clocks change.",
    )
    first_on = NhsDateField(label="First day", what="the first day with a dose")
    gap_hours = forms.IntegerField(
        label="Least gap between two doses, in hours",
        min_value=1,
        max_value=960,
        widget=forms.TextInput({"class": "nhsuk-input--width-3", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": "Enter how far apart two doses have to be, in hours.",
            **dict.fromkeys(("invalid", "min_value", "max_value"), "Enter whole hours, for example 20."),
        },
        help_text="Inside it nobody can record a second dose. A night is an hour shorter when the clocks go forward.",
    )
    supervised = radios("Supervised?", Supervised.choices, needed=True)
    two_sign = radios("Two signatures for each dose?", (("yes", "Yes"), ("no", "No")), needed=True)
    reason = Text("Why does the plan change?", LONGEST_WORDS, lines=2, help_text="The ward reads it.")

    def __init__(self, *args: Any, active: Plan | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if active is None:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "Say in a few words why the plan changes."

    def prescribed(self, statements: Sequence[Statement]) -> Prescribed:
        """What was entered, of a valid form; ``statements`` stood beside it."""
        data = self.cleaned_data
        walls = data["times"].replace(",", " ").replace("and", " ").split()
        submission: UUID = data["submission"]
        return Prescribed(
            product=data["product"],
            words=data["words"],
            amount=data["amount"],
            unit=data["unit"],
            frequency=data["frequency"],
            times=[{"time": wall.zfill(5)} for wall in walls[:MOST_TIMES]],
            first_on=data["first_on"],
            least_gap=timedelta(hours=data["gap_hours"]),
            supervised=data["supervised"],
            two_sign=data["two_sign"] == "yes",
            based_on=[each.pk for each in statements],
            reason=data.get("reason", ""),
            seen=data["seen"] or None,
            submission=submission,
        )


class DecisionForm(OnceForm):
    """What a prescriber decided, in their words; the product suggests none of it."""

    kind = radios("What was decided?", Decision.Kind.choices, needed=True)
    words = Text(
        "In the prescriber’s words",
        LONGEST_WORDS,
        lines=3,
        required=True,
        error_messages={"required": "Write what was decided, in the prescriber’s words."},
    )
    decided_at = LocalDateTimeField(label="When was it decided?", what="when it was decided", past_only=True)

    def __init__(self, *args: Any, doses: Sequence[tuple[Dose, str]], decides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by_phone"] = Text(
            "Who decided",
            120,
            required=not decides,
            help_text=("Leave it empty if it is you. Else: " if decides else "")
            + "their name and what they are, for example Dr P. Anand, on call.",
            error_messages={"required": "Write who decided: their name and what they are."},
        )
        if doses:
            self.fields["about"] = radios(
                "Which dose is it about?",
                [(str(dose.pk), words) for dose, words in doses],
                needed=False,
                nothing="None of them",
            )


class EndForm(OnceForm):
    """Why a plan ends."""

    reason = Text(
        "Why does it end?",
        LONGEST_WORDS,
        lines=2,
        required=True,
        error_messages={"required": "Say in a few words why it ends: the ward reads it."},
    )
