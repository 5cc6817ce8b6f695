"""The forms of her own death: reporting it, confirming it, taking a report back, and whom somebody told."""

from __future__ import annotations

from typing import Any

from pathways.forms.once import OnceForm, when_field
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.models.losses import LONGEST_NAME, LONGEST_WORDS
from pathways.moves.death import Notified

_HOW = "For example: I was there; the hospital rang, and whom you spoke to. Not the cause."


class ReportForm(OnceForm):
    """When she died, and how the reporter knows."""

    died_at = when_field("When did she die?", "when she died, as far as it is known")
    known_from = Text("How do you know?", LONGEST_WORDS, lines=2, required=True, help_text=_HOW)


class ConfirmForm(OnceForm):
    """How the second person knows it."""

    confirmed_from = Text("How do you know?", LONGEST_WORDS, lines=2, required=True, help_text=_HOW)


class WithdrawForm(OnceForm):
    """Why the report was wrong."""

    because = Text("What was wrong?", LONGEST_WORDS, lines=2, required=True)


class NotifiedForm(OnceForm):
    """Whom somebody spoke to; or that it is not needed, and why."""

    needed = radios("Have they been told?", (("yes", "Yes"), ("no", "They need not be told")), needed=True)
    spoke_to = Text("Whom you spoke to", LONGEST_NAME, help_text="By name.")
    told_at = when_field("When?", "when they were told", required=False)
    words = Text("Note, or why they need not be told", LONGEST_WORDS, lines=2)

    @property
    def notified(self) -> Notified:
        """What was entered."""
        data: dict[str, Any] = self.cleaned_data
        return Notified(data["needed"] == "yes", data["spoke_to"], data["told_at"], data["words"])
