"""The forms of a link: making one, and what the service answers through it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from carecoord.formfields import NhsDateField
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text
from referrals.linking import DAYS, USUAL_DAYS, Making
from referrals.looping import Stepping
from referrals.models import ReferralStep
from referrals.models.columns import LONGEST_NAME, LONGEST_WORDS
from referrals.rules.loop import State

BY_EMAIL = "email"
Reason = ReferralStep.Reason
# A no, as the service says it of itself.
REASONS = [
    (Reason.SERVICE_FULL.value, "We have no place now"),
    (Reason.SERVICE_CRITERIA.value, "She does not fit our conditions"),
    (Reason.SERVICE_LATE.value, "We do not take women who booked late"),
    (Reason.SERVICE_AREA.value, "It is not our area"),
    (Reason.SERVICE_MISSING.value, "We need something first"),
    (Reason.OTHER.value, "Another reason"),
]


class MakeLinkForm(OnceForm):
    """Who is given a link, for how long, and how its address gets there. ``email``: the service's, or nothing."""

    to_whom = Text(
        "Who is it for?",
        LONGEST_NAME,
        required=True,
        help_text="Whom you are going to ring: their name, and what they are. It stands beside their answer.",
        error_messages={"required": "Write who is given it: their name, and what they are."},
    )
    days = radios("How long can it be opened?", [(str(days), f"{days} days") for days in DAYS], needed=True)

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = str(USUAL_DAYS)
        if email:
            ways = [(BY_EMAIL, f"By e-mail to {email}"), ("self", "I send it, or hand it over on paper")]
            self.fields["how"] = radios("How does the address get there?", ways, needed=True)

    @property
    def making(self) -> Making:
        """What the form asks for; for a valid one."""
        data = self.cleaned_data
        return Making(data["to_whom"], int(data["days"]), data.get("how") == BY_EMAIL, data["submission"])


class AnswerForm(OnceForm):
    """The service's decision, by whoever was given the link."""

    LABELS: ClassVar[dict[State, str]] = {
        State.ACCEPTED: "Yes, we take her on",
        State.WAITING: "Yes, and she has to wait for a place",
        State.DECLINED: "No, we cannot take her on",
    }

    state = radios("Can you take her on?", [(state.value, words) for state, words in LABELS.items()], needed=True)
    place_from = NhsDateField(
        label="If she has to wait: from about which day?",
        what="the day",
        required=False,
        help_text="Leave it blank if you do not know.",
    )
    reason = forms.ChoiceField(
        label="If you cannot: why?", choices=REASONS, widget=forms.RadioSelect, required=False, initial=None
    )
    words = Text("Anything they should know?", LONGEST_WORDS, lines=3, help_text="For instance what happens next.")
    name = Text(
        "Your name, and what you are",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write your name, and what you are."},
    )

    def clean(self) -> dict[str, Any]:
        """A no has its reason, and no other answer has one."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("state") != State.DECLINED:
            return {
                **data,
                "reason": "",
                "place_from": data.get("place_from") if data.get("state") == State.WAITING else None,
            }
        if not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Choose why, so that they can look for something else.")
        if data.get("reason") == Reason.OTHER and not data.get("words", "").strip():
            self.add_error("words", "Write the reason in a few words.")
        return {**data, "place_from": None}

    @property
    def stepping(self) -> Stepping:
        """The answer as a step; for a valid one."""
        data = self.cleaned_data
        return Stepping(
            State(data["state"]),
            reason=data["reason"],
            words=data["words"],
            place_from=data["place_from"],
            by_outside=data["name"],
            submission=data["submission"],
        )
