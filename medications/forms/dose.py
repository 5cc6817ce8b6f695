"""The forms of one dose: what happened, the second signature, what was wrong. No field takes or changes an amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord import clock
from carecoord.formfields import LocalDateTimeField, NhsDateField
from carecoord.refused import Refused
from medications.forms.looked import OnPlanForm
from medications.giving import Entered
from medications.models import TAKEN, Decision, Outcome, Place
from medications.models.statements import LONGEST_WORDS
from pathways.forms.once import OnceForm
from pathways.forms.record import radios, what_was_wrong
from pathways.forms.shared import Text

# In the order of the page; late is worked out from the time, never chosen.
CHOSEN = tuple((each.value, each.label) for each in Outcome if each != Outcome.GIVEN_LATE)
WITHOUT = "none"


class DoseForm(OnPlanForm):
    """What happened with one dose. Nothing is chosen beforehand, and the time is typed, not the clock's."""

    outcome = forms.ChoiceField(
        label="What happened?",
        choices=CHOSEN,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )
    given_time = Text(
        "When did she take it?",
        20,
        width=5,
        required=True,
        help_text="To the minute, for example 09:31. It cannot be in the future.",
        error_messages={"required": "Enter when it happened, for example 09:31."},
    )
    given_day = NhsDateField(label="On another day", what="the day", required=False, past_only=True)
    place = forms.ChoiceField(
        label="Where, out of others’ sight?",
        choices=Place.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where she took it."},
    )
    register_page = Text("Register page", 20, width=10, help_text="This page is not the register.")
    reason = Text(
        "Why, or what happened",
        LONGEST_WORDS,
        lines=2,
        help_text="Where not all of it was taken. Write as if she reads it with you.",
    )

    plan_changed = False  # set where what was sent was refused for it

    def __init__(self, *args: Any, decisions: Sequence[Decision] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_time"].widget.attrs["inputmode"] = "text"
        if decisions is not None:
            choices = [
                (str(each.pk), f"“{each.words}”, {each.prescriber_words or each.prescriber}") for each in decisions
            ]
            self.fields["decision"] = radios(
                "Which decision stands behind it?", [*choices, (WITHOUT, "None: two people sign for it")], needed=True
            )
            self.fields["override_reason"] = Text(
                "Why it was given without a decision",
                LONGEST_WORDS,
                lines=2,
                help_text="Both signatures stand for this. A prescriber is still owed the reassessment.",
            )

    def clean(self) -> dict[str, Any]:
        """The instant, from the time and the day; today where no other day was entered."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "place" in self.errors and not self.data.get("place") and cleaned.get("outcome", TAKEN[0]) not in TAKEN:
            del self.errors["place"]  # she took nothing: there is no place to ask for
        if cleaned.get("given_time") and not self.has_error("given_day"):
            day = cleaned.get("given_day") or clock.today()
            typed = f"{day.day}/{day.month}/{day.year}"
            parts = [*typed.split("/"), cleaned["given_time"].strip()]
            try:
                cleaned["given_at"] = LocalDateTimeField().to_python(parts)
            except forms.ValidationError as problem:
                self.add_error("given_time", problem)
        return cleaned

    @property
    def entered(self) -> Entered:
        """What was entered, of a valid form."""
        data = self.cleaned_data
        decision = data.get("decision", "")
        return Entered(
            outcome=data["outcome"],
            given_at=data["given_at"],
            place=data.get("place", ""),
            register_page=data["register_page"].strip(),
            reason=data["reason"].strip(),
            decision=int(decision) if decision.isdecimal() else None,
            override_reason=data.get("override_reason", "").strip() if decision == WITHOUT else "",
        )

    def refuse(self, refused: Refused) -> None:
        """A refusal of the verb beside its field."""
        if refused.field == "given_at":
            self.add_error("given_time", refused.sentence)
        else:
            super().refuse(refused)

    @staticmethod
    def again(entered: Entered) -> dict[str, Any]:
        """What stays in the form when the first signature is asked again."""
        local = entered.given_at.astimezone(clock.LONDON)
        return {
            "outcome": entered.outcome,
            "given_time": f"{local:%H:%M}",
            "given_day": local.date() if local.date() != clock.today() else None,
            "place": entered.place,
            "register_page": entered.register_page,
            "reason": entered.reason,
            "decision": entered.decision or (WITHOUT if entered.override_reason else ""),
            "override_reason": entered.override_reason,
        }


class SecondForm(OnceForm):
    """Who signs as the second person. Their password, PIN or passkey is read by ``vouch``, and never kept."""

    too_late = False  # set where the first signature holds no longer

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if people:
            self.fields["second"] = forms.ChoiceField(
                label="Name",
                choices=[("", "Choose"), *people],
                error_messages={"required": "Choose who signs as the second person."},
            )


class WrongForm(SecondForm):
    """What was wrong with a record, and who signs for it as the second person."""

    reason = what_was_wrong("For example: it was the woman in bed 4; it was 09:40, not 19:40.")
    field_order = ("reason", "second")


class TooForm(OnceForm):
    """A dose was given although another had been recorded: when, and what happened."""

    happened_at = LocalDateTimeField(label="When did you give it?", what="when you gave it", past_only=True)
    words = Text(
        "What happened?",
        LONGEST_WORDS,
        lines=3,
        required=True,
        error_messages={"required": "Write what happened, as you would tell the doctor."},
        help_text="As you would tell the doctor on the phone. Nobody is blamed for saying it.",
    )
