"""The forms of one agreed message on feeding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carecoord.formfields import LocalDateTimeField
from medications.models.feeding import LONGEST_ADVICE, LONGEST_PLAN
from pathways.forms.once import LONGEST_REASON, OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text

LONGEST_NAME = 120


class PlanForm(OnceForm):
    """The next version of the plan."""

    text = Text(
        "What everybody tells her",
        LONGEST_PLAN,
        lines=7,
        required=True,
        error_messages={"required": "Write what everybody tells her, in words that she can read."},
        help_text="In plain words, as she reads it herself: how the baby is fed, what to look out for, whom to ring.",
    )


class SharedForm(OnceForm):
    """She has been told."""

    at = LocalDateTimeField(label="When was she told?", what="when she was told", past_only=True)
    told_by = Text("Who told her?", LONGEST_NAME, help_text="Leave it blank if it was you.")


class TakeBackForm(OnceForm):
    """Why nobody goes on with a version that waits to be signed."""

    reason = Text(
        "Why is it taken back?",
        LONGEST_REASON,
        lines=2,
        required=True,
        error_messages={"required": "Say why, in a few words: whoever wrote it reads them."},
    )


class DifferedForm(OnceForm):
    """What was said differently, by whom, to whom."""

    def __init__(self, *args: Any, babies: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(babies) > 1:
            choices = [(str(number), f"Baby {number}") for number in babies]
            self.fields["baby"] = radios("For which baby?", choices, needed=True)
        for name, label, longest, lines, missing in (
            ("said", "What was said?", LONGEST_ADVICE, 3, "Write what was said, in the words that were used."),
            ("said_by", "Who said it?", LONGEST_NAME, 0, "Write who said it: their name, or what they are."),
            ("said_to", "To whom?", LONGEST_NAME, 0, "Write to whom it was said."),
        ):
            self.fields[name] = Text(label, longest, lines=lines, required=True, error_messages={"required": missing})
        self.fields["said_to"].help_text = "For example: to her; to her and her mother; to the night staff."
        self.fields["said_at"] = LocalDateTimeField(label="When?", what="when it was said", past_only=True)
