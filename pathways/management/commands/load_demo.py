"""`manage.py load_demo`: the demonstration's staff and women, whose dates follow today. Demo mode only."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction

from carecoord import clock
from carecoord.access.demo import DEMO_SITES, POSTS, email_of, load_accounts
from carecoord.access.roles import ROLE_NAMES
from carecoord.environment import kept_secret
from carecoord.sites.definitions import site_definition
from pathways.demo.duties import load_duties
from pathways.demo.following import follow_today
from pathways.demo.handing import hand_over
from pathways.demo.loading import load_missing
from pathways.demo.parts import parts
from pathways.demo.sharing import arrange, move_leave

PASSWORD_LENGTH = 16
_ONE_AT_A_TIME = 2026_11_20  # any number that no other lock of this product has


class Command(BaseCommand):
    """Adds who is missing, and moves whose story stands at an earlier day. On the same day it changes nothing."""

    help = "Load the demonstration: four sites, their staff and about sixty invented women. Demo mode only."
    requires_system_checks = ()  # `make run` has just checked, and waits for this

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, then print what was done and how to sign in. Raises CommandError outside demo mode."""
        if settings.CARECOORD_MODE != "demo":
            raise CommandError(
                f"The demonstration is for demo mode; this is {settings.CARECOORD_MODE}. Nothing was changed."
            )
        password = demonstration_password()
        try:
            added, moved = _load(password)
        except ProgrammingError as problem:
            raise CommandError("The tables are not there yet. Run `manage.py migrate` first.") from problem
        self.stdout.write(f"Demonstration: {added} women added, {moved} moved to today.\n\n")
        self.stdout.write(_accounts(password))


@transaction.atomic
def _load(password: str) -> tuple[int, int]:
    """Bring the demonstration up to today; returns how many women were added and how many moved."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    staff = load_accounts(password)
    move_leave(now)
    moved = follow_today(now)
    added = load_missing(staff, now)
    arrange(staff, now)
    load_duties(staff, now)
    hand_over(staff, now)
    for part in parts():
        part.tell(staff, now)
    return added, moved


def demonstration_password() -> str:
    """The password of all demonstration accounts: from the environment, otherwise made once and kept."""
    given = os.environ.get("CARECOORD_DEMO_PASSWORD")
    return given or kept_secret(settings.CARECOORD_DATA / "demo-password", PASSWORD_LENGTH)


def _accounts(password: str) -> str:
    """Everybody who can sign in, by site, and the password of all of them."""
    lines = ["Sign in with one of these addresses.", f"Password of all of them: {password}"]
    for site_code in DEMO_SITES:
        lines += ["", site_definition(site_code).name]
        lines += [
            f"  {email_of(name, site_code):<34}{post.names[site_code]:<20}{ROLE_NAMES[post.role].lower()}"
            for name, post in POSTS.items()
        ]
    return "\n".join(lines)
