"""Default deny: a page that declares no ability is not served, and one that does asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from carecoord.access.abilities import Ability
from carecoord.access.acting import acting_as

if TYPE_CHECKING:
    from carecoord.access.models import User

View = Callable[..., HttpResponse]

# Pages of the sign-in library: they look after themselves.
_OWN_DOORS = ("allauth.",)


# Of a page with a form: it is shown, and it takes what was filled in.
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class StaffRequest(HttpRequest):
    """A request as a view behind ``requires`` gets it: somebody has signed in. For the type checker."""

    user: User


def requires(ability: Ability) -> Callable[[View], View]:
    """Declare the ability that a view needs; without this line the view is not served."""

    def declare(view: View) -> View:
        view.required_ability = ability  # type: ignore[attr-defined]
        return view

    return declare


def for_all_staff(view: View) -> View:
    """Declare that a view is everybody's who is signed in: it shows and changes only what is their own."""
    view.for_all_staff = True  # type: ignore[attr-defined]
    return view


class ActingMiddleware:
    """Puts the whole of a signed-in request, rendering too, into one transaction in which the person acts.

    What a view began and did not finish is undone: an exception rolls everything back. Inside the session's
    middleware, so that what is kept of a refused sign-in or of a session does not go with it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        request.view_failed = False  # type: ignore[attr-defined]
        with acting_as(request.user):
            response = self.get_response(request)
            if request.view_failed:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Not rolled back at once: the page that says so is still made in this transaction."""
        request.view_failed = True  # type: ignore[attr-defined]


class AbilityMiddleware:
    """Refuses a signed-in person whose roles lack the view's declared ability (403)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        """Runs after the sign-in check, before the view. Raises PermissionDenied."""
        if view.__module__.startswith(_OWN_DOORS) or not getattr(view, "login_required", True):
            return
        if getattr(view, "for_all_staff", False):
            return
        ability = getattr(view, "required_ability", None)
        if ability is None:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__qualname__} declares no ability")
        if request.user.is_authenticated and ability not in request.user.abilities:
            raise PermissionDenied("Your role does not open this page.")
