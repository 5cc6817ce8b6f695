"""What pages about her appointments share: their title, and the way back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from pathways.models import Journey


def about_appointments(her: Journey, title: str, button: str) -> dict[str, Any]:
    """Context of a page with one form (pathways.views.one_form), back to her appointments."""
    return {
        "title": title,
        "button": button,
        "back": reverse("appointments", args=[her.pk]),
        "back_words": "Back to her appointments",
    }
