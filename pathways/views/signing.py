"""What templates/pathways/sign_box.html asks for, on every page where somebody signs."""

from __future__ import annotations

from typing import Any

from carecoord.access import machines, unlocking
from carecoord.access.middleware import StaffRequest
from carecoord.access.models import User
from carecoord.access.vouching import passkey_options, pin_signs, vouch
from pathways.forms.once import OnceForm
from pathways.forms.signing import SecondForm


def signs(request: StaffRequest, person: User | None) -> dict[str, Any]:
    """Which ways of signing there are here: for whoever is signed in, or for a colleague who is still to be named."""
    options = passkey_options(person)
    return {
        "signer": person or "",
        "js_data": {"request_options": options} if options else None,
        "pin_possible": pin_signs(request, person) if person else machines.machine_of(request) is not None,
        "digits": unlocking.DIGITS,
    }


def signs_beside(request: StaffRequest, form: OnceForm) -> dict[str, Any]:
    """The same where the form asks for a second person; nothing of who signs with their session alone."""
    return {"two": True, **signs(request, None)} if isinstance(form, SecondForm) else {}


def second_is_here(request: StaffRequest, form: OnceForm) -> bool:
    """Where a second person signs, of a valid form: whether what they gave shows that it is them."""
    if not isinstance(form, SecondForm):
        return True
    if problem := vouch(request, form.second):
        form.add_error(None, problem)
        return False
    return True
