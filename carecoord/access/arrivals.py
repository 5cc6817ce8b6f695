"""What happens when somebody signs in or out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from carecoord import clock
from carecoord.access import drafts, failures, parking, second_factor, unlocking
from carecoord.access.models import SignIn, User


def connect() -> None:
    """Called once, when Django has started."""
    from allauth.mfa.signals import authenticator_added, authenticator_removed

    user_logged_in.connect(arrived, dispatch_uid="carecoord.arrived")
    user_logged_out.connect(left, dispatch_uid="carecoord.left")
    authenticator_added.connect(second_factor.on_added, dispatch_uid="carecoord.added")
    authenticator_removed.connect(second_factor.on_removed, dispatch_uid="carecoord.removed")


def arrived(*, request: HttpRequest, user: User, **signal: Any) -> None:
    """A sign-in begins. One of the same person that waits in this browser is over: they are here again."""
    waiting = [sign_in.pk for sign_in in parking.parked(request) if sign_in.user_id == user.pk]
    SignIn.objects.filter(pk__in=waiting).update(ended_at=clock.now())
    sign_in = SignIn.objects.create(
        user=user,
        memberships=list(user.memberships.current().values_list("pk", flat=True)),
        has_drafts=drafts.exist_for(user),
    )
    request.session["sign_in"] = sign_in.pk
    failures.succeeded(user)
    unlocking.forget_tries(user)


def left(*, request: HttpRequest, user: User | None, **signal: Any) -> None:
    """A sign-in ends."""
    SignIn.objects.filter(pk=request.session.get("sign_in", 0), ended_at=None).update(ended_at=clock.now())
