"""A verb from a form: what it refuses stands beside its field, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from carecoord.access.middleware import StaffRequest
from carecoord.refused import Refused
from pathways.forms.once import OnceForm


def sent(request: StaffRequest, form: OnceForm | None) -> bool:
    """Whether the form was sent, and can be read."""
    return form is not None and request.method == "POST" and form.is_valid()


def tried(form: OnceForm, verb: Callable[[], object]) -> bool:
    """Whether the verb went through; what it refused stands on the form."""
    try:
        verb()
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
