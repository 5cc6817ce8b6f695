"""What all forms share: text that is not cut, a one-time submission, fields without a form tag, a verb's refusal."""

from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import MaxLengthValidator

from pathways.actions import Refused

_TOO_LONG = "Shorten this to %(limit_value)d characters; it has %(show_value)d."
_NOT_WHOLE = "This form is not whole. Open the page again and fill it in once more."


class Text(forms.CharField):
    """Text up to a length. A browser would cut what is too long without a word; we keep it and say so."""

    def __init__(self, label: str, longest: int, *, width: int = 0, lines: int = 0, **kwargs: Any) -> None:
        attrs: dict[str, Any] = {"autocomplete": "off"} | ({"class": f"nhsuk-input--width-{width}"} if width else {})
        kwargs.setdefault("required", False)
        super().__init__(
            label=label,
            widget=forms.Textarea({**attrs, "rows": lines}) if lines else forms.TextInput(attrs),
            validators=[MaxLengthValidator(longest, _TOO_LONG)],
            **kwargs,
        )


def submission_field() -> forms.UUIDField:
    """The hidden one-time name of a form: the verbs record it once, however often it is sent."""
    return forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages=dict.fromkeys(("required", "invalid"), _NOT_WHOLE),
    )


def fields_only() -> FormHelper:
    """Renders the fields alone; the template writes the form around them."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


def refuse(form: forms.Form, refused: Refused) -> None:
    """Show what a verb refused beside its field, or above the form where the field is not on it."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
