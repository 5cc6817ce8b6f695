"""How staff sign in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


class StaffAccounts(DefaultAccountAdapter):
    """Accounts are made by an administrator: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """In place of a page of the library that we do not offer."""
    raise Http404
