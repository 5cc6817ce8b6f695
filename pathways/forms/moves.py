"""What the forms of the guided pages share, and the shortest of them."""

from __future__ import annotations

from pathways.forms.once import OnceForm, note_field, when_field


class WhenForm(OnceForm):
    """When it happened, and a note."""

    occurred_at = when_field()
    note = note_field()
