"""Asking kindly what made it later that she came."""

from __future__ import annotations

from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.models import LateReason


class LateReasonForm(OnceForm):
    """What she said, if she wanted to say."""

    reason = radios("What does she say made it later?", LateReason.Reason.choices, needed=True)
