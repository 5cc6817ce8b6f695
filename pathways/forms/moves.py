"""What the forms of the guided pages share, and the shortest of them."""

from __future__ import annotations

from carecoord.formfields import LocalDateTimeField
from pathways.forms.once import OnceForm, note_field


class WhenForm(OnceForm):
    """When it happened, and a note."""

    occurred_at = LocalDateTimeField(
        label="When did it happen?",
        what="when it happened",
        past_only=True,
        help_text="For example 4 3 2026 and 09:30.",
    )
    note = note_field()
