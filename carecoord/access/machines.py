"""Shared machines of a ward: enrolled by a site administrator or ward coordinator, known by a signed cookie.

On one of them pages lock sooner, and a PIN unlocks. The cookie says which ward it stands on; it signs nobody in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from carecoord.access.models import Team

_SALT = "carecoord.access.machines"
_DAYS = 400  # as long as browsers keep any cookie


@dataclass(frozen=True)
class Machine:
    """Where a shared machine stands."""

    team_id: int
    site_id: int
    ward: str
    site: str

    def __str__(self) -> str:
        return f"{self.ward}, {self.site}"


def machine_of(request: HttpRequest) -> Machine | None:
    """The shared machine that this request comes from; None for any other computer."""
    sent = request.COOKIES.get(settings.MACHINE_COOKIE_NAME, "")
    if not sent:
        return None
    try:
        return Machine(*signing.loads(sent, salt=_SALT, max_age=_DAYS * 86400))
    except (signing.BadSignature, TypeError):
        return None


def idle_seconds(request: HttpRequest) -> int:
    """How long a page stays open here without anybody there."""
    return settings.IDLE_LOCK_SECONDS_SHARED if machine_of(request) else settings.IDLE_LOCK_SECONDS


def enrol(response: HttpResponse, team: Team) -> None:
    """From this answer on the browser is a shared machine of that team."""
    named = [team.pk, team.site_id, team.name, team.site.name]
    response.set_cookie(
        settings.MACHINE_COOKIE_NAME,
        signing.dumps(named, salt=_SALT),
        max_age=_DAYS * 86400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def release(response: HttpResponse) -> None:
    """The browser is a shared machine no longer."""
    response.delete_cookie(settings.MACHINE_COOKIE_NAME, samesite="Lax")
