"""Answering a handoff: done with its evidence, or ended with a reason."""

from __future__ import annotations

from typing import Any

from carecoord.formfields import LocalDateTimeField
from pathways.actions import Draft
from pathways.engine import Detail, DetailType, Evidence, EvidenceKind
from pathways.forms.once import LONGEST_REASON, OnceForm, note_field
from pathways.forms.record import as_text, field_of
from pathways.forms.shared import Text

COMPLETED = "handoff_completed"
_TYPES = {
    EvidenceKind.TEXT: DetailType.TEXT,
    EvidenceKind.DATE: DetailType.DATE,
    EvidenceKind.YES_NO: DetailType.YES_NO,
    EvidenceKind.CHOICE: DetailType.CHOICE,
}


class AnswerForm(OnceForm):
    """When it was, and what the declaration asks to be written down; or why it ends without."""

    occurred_at = LocalDateTimeField(label="When was it?", what="when it was", past_only=True)

    def __init__(self, *args: Any, kind: str, evidence: tuple[Evidence, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.evidence = kind, evidence if kind == COMPLETED else ()
        for item in self.evidence:
            self.fields[_name(item)] = _field(item)
        if kind != COMPLETED:
            self.fields["reason"] = Text(
                "Why?", LONGEST_REASON, lines=2, required=True, error_messages={"required": "Say why, in a few words."}
            )
        self.fields["note"] = note_field()

    @property
    def draft(self) -> Draft:
        """The answer that was entered; of a valid form."""
        data = self.cleaned_data
        details = {item.key: text for item in self.evidence if (text := as_text(data[_name(item)]))}
        if self.kind != COMPLETED:
            details["reason"] = data["reason"]
        return Draft(self.kind, data["occurred_at"], details=details, note=data["note"], submission=data["submission"])


def _name(item: Evidence) -> str:
    return f"evidence_{item.key}"


def _field(item: Evidence) -> Any:
    """Choices are needed, because what follows depends on them; words and dates are not."""
    needed = item.kind in (EvidenceKind.CHOICE, EvidenceKind.YES_NO)
    detail = Detail(item.key, _TYPES[item.kind], item.label, choices=item.choices)
    return field_of(detail, needed=needed)
