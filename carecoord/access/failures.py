"""Wrong passwords: who is being tried, and whether somebody tries everybody.

The limits themselves are the library's (ACCOUNT_RATE_LIMITS). One wrong password for each of many accounts passes
them all, so they are counted here by five minutes; whoever then gets in is no longer counted, or every shift change
would look like an attack.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from django.db import connection
from django.db.models import Count, Sum

from carecoord import clock
from carecoord.access.models import SignInAlert, SignInFailure, User

WINDOW_SECONDS = 300
MANY_ACCOUNTS = 20  # in one window: fewer are people who mistype
MANY_TRIES_OF_NOBODY = 60  # addresses that are no account are not told apart
log = structlog.get_logger("carecoord.signin")


def failed(email: str) -> None:
    """Count a wrong password; raise the alert when they are too many."""
    user_id = User.objects.filter(email=email.strip().lower()).values_list("pk", flat=True).first()
    window = _window()
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO access_signin_failure AS counted ("window", user_id, tries) VALUES (%s, %s, 1) '
            'ON CONFLICT ("window", user_id) DO UPDATE SET tries = counted.tries + 1',
            [window, user_id],
        )
    _raise_if_many(window)


def succeeded(user: User) -> None:
    """They only mistyped."""
    SignInFailure.objects.filter(user=user, window=_window()).delete()


def forget_before(moment: datetime) -> None:
    """Drop the counts; alerts stay."""
    SignInFailure.objects.filter(window__lt=moment).delete()


def _window() -> datetime:
    seconds = int(clock.now().timestamp())
    return datetime.fromtimestamp(seconds - seconds % WINDOW_SECONDS, UTC)


def _raise_if_many(window: datetime) -> None:
    found = SignInFailure.objects.filter(window=window).aggregate(accounts=Count("user"), tries=Sum("tries"))
    unknown = SignInFailure.objects.filter(window=window, user=None).aggregate(tries=Sum("tries"))["tries"] or 0
    if found["accounts"] < MANY_ACCOUNTS and unknown < MANY_TRIES_OF_NOBODY:
        return
    alert, is_new = SignInAlert.objects.update_or_create(window=window, defaults=found)
    if is_new:
        log.warning("sign-in: many accounts tried", alert=alert.pk, accounts=found["accounts"])
