"""How staff sign in."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from carecoord.access import failures
from carecoord.access.reauthentication import recently


class StaffAccounts(DefaultAccountAdapter):
    """Accounts are made by an administrator: nobody signs up. A wrong address and a wrong password read alike."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail and password do not belong together. Try again, or ask your team’s "
        "administrator.",
        "too_many_login_attempts": "Too many tries for this account. Wait five minutes, or ask your team’s "
        "administrator.",
        "rate_limited": "Too many tries. Wait five minutes and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        failures.failed(credentials.get("email", ""))

    def is_reauthentication_required(self, *, app: str, **asked: Any) -> bool:
        """Somebody who signed in this minute is not asked again."""
        return not recently(context.request)


@login_not_required
def closed(request: HttpRequest, **named: Any) -> HttpResponse:
    """In place of a page of the library that we do not offer."""
    raise Http404
