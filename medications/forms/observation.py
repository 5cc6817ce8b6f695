"""The forms of a baby's observation. Short: they are filled in at night, with one thumb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carecoord import clock
from carecoord.sites.definitions import OBSERVATION_TOOLS
from medications.models import Observation
from medications.models.observing import LONGEST_ENTRY, LONGEST_NAME
from medications.models.statements import LONGEST_WORDS
from medications.observing import Look, Told
from pathways.forms.once import LONGEST_REASON, OnceForm, moment_field
from pathways.forms.record import YES_NO, radios
from pathways.forms.shared import Text


class LookForm(OnceForm):
    """What somebody saw: the tool's entry as it is, where the baby is, who settled it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"] = Text(
            "Total or assessment",
            LONGEST_ENTRY,
            required=True,
            help_text="As the tool gives it. It is kept as you write it, and nothing is worked out from it.",
            error_messages={"required": "Write the total or the assessment, as the tool gives it."},
        )
        self.fields["where"] = radios("Where is the baby?", Observation.Where.choices, needed=True)
        self.fields["mother_present"] = radios("Is the mother there?", YES_NO, needed=True)
        self.fields["settled_by"] = radios("Who fed or settled the baby?", Observation.Settled.choices, needed=True)
        self.fields["note"] = Text("Note", LONGEST_WORDS, lines=2, help_text="Write as if she reads it with you.")
        self.fields["at"] = moment_field("When was it?", "when it was")

    @property
    def seen(self) -> Look:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Look(
            at=data["at"] or clock.now(),
            entry=data["entry"],
            where=data["where"],
            mother_present=data["mother_present"] == "yes",
            settled_by=data["settled_by"],
            note=data["note"],
        )


class BeginForm(LookForm):
    """The first look, with which tool, and whether the parents were shown it."""

    def __init__(self, *args: Any, tools: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tool = radios("Which tool?", [(code, OBSERVATION_TOOLS[code]) for code in tools], needed=True)
        self.fields = {"submission": self.fields.pop("submission"), "tool": tool, **self.fields}
        if "local" in tools:
            self.fields["tool_words"] = Text("Which, if it is the site’s own", LONGEST_NAME)
        self.fields["whom"] = Text(
            "Who was shown the tool?",
            LONGEST_NAME,
            help_text="The mother, the other parent, or whoever looks after the baby. Leave it blank if nobody yet.",
        )

    def shown(self, who: str) -> Told | None:
        """Who was shown it, at the same time; of a valid form."""
        whom = self.cleaned_data["whom"].strip()
        return Told(whom, self.cleaned_data["at"] or clock.now(), who) if whom else None


class ToldForm(OnceForm):
    """Who was shown or told, when, by whom."""

    def __init__(self, *args: Any, whom: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whom"] = Text(
            whom,
            LONGEST_NAME,
            required=True,
            help_text="The mother, or whoever looks after the baby: by name, and what they are to the baby.",
            error_messages={"required": "Write who it was."},
        )
        self.fields["who"] = Text("By whom?", LONGEST_NAME, help_text="Leave it blank if it was you.")
        self.fields["told_at"] = moment_field("When was it?", "when it was")

    @property
    def told(self) -> Told:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Told(data["whom"], data["told_at"] or clock.now(), data["who"])


class EndForm(OnceForm):
    """When it ended; before its time, which senior decided it and why; who was told of late signs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"] = moment_field("When did it end?", "when it ended")
        self.fields["senior"] = Text(
            "If it stops early: which senior decided it?", LONGEST_NAME, help_text="Their name and what they are."
        )
        self.fields["reason"] = Text("If it stops early: why?", LONGEST_WORDS, lines=2)
        self.fields["whom"] = Text(
            "Who was told what to look for later?",
            LONGEST_NAME,
            help_text="The mother, or whoever takes the baby home. Signs can come up to 14 days after. [K7b] "
            "Leave it blank if nobody yet: it stays on this page as owed.",
        )
        self.fields["who"] = Text("By whom?", LONGEST_NAME, help_text="Leave it blank if it was you.")

    @property
    def late_signs(self) -> Told | None:
        """Who was told; of a valid form."""
        data = self.cleaned_data
        return Told(data["whom"], data["at"] or clock.now(), data["who"]) if data["whom"].strip() else None


class StrikeForm(OnceForm):
    """Why an entry was wrong."""

    reason = Text(
        "What was wrong with it?",
        LONGEST_REASON,
        lines=2,
        required=True,
        error_messages={"required": "Say what was wrong, so that the next reader understands."},
    )
