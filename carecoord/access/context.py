"""What every page is told about signing in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from carecoord.access import machines, own_forms, parking, second_factor
from carecoord.access.abilities import Ability
from carecoord.access.models import SignIn


def at_the_door(request: HttpRequest) -> dict[str, Any]:
    """For every form ``opened_by``; for the frame ``idle_seconds``, ``has_drafts``, ``machine`` (where one stands).

    For the pages of signing in: ``waiting`` (whose sessions are parked here), ``issuers`` (the sites' own services),
    ``second_step_missing``, ``may_enrol``.
    """
    sign_in: SignIn | None = getattr(request, "sign_in", None)
    idle_seconds = machines.idle_seconds(request)
    return {
        own_forms.FIELD: SimpleLazyObject(lambda: own_forms.token(request)) if sign_in else "",
        "idle_seconds": idle_seconds if sign_in else None,
        "idle_minutes": idle_seconds // 60,
        "has_drafts": bool(sign_in and sign_in.has_drafts),
        "machine": machines.machine_of(request),
        "waiting": SimpleLazyObject(lambda: parking.parked(request)),
        "issuers": SimpleLazyObject(_issuers),
        "second_step_missing": bool(sign_in) and settings.MFA_REQUIRED and not second_factor.did_second_step(request),
        "may_enrol": sign_in is not None and Ability.ENROL_MACHINE in sign_in.user.abilities,
    }


def _issuers() -> list[tuple[str, str]]:
    return [(each["name"], reverse("openid_connect_login", args=[each["site"]])) for each in settings.OIDC_ISSUERS]
