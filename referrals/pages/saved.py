"""How many trips were saved at a site. A number of few women is told to nobody: it would say who they are."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

from carecoord.sites.models import Site
from pathways.pages.team_handoffs import SMALLEST_SHOWN, few_or_rounded

YEAR = timedelta(days=365)


def trips_saved(site: Site, today: date) -> str:
    """``about 40 trips`` in the twelve months before today; blank where they were of fewer than eight women."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT women, trips FROM referrals_trips_saved(%s, %s, %s)", [site.pk, today - YEAR, today])
        women, trips = cursor.fetchone()
    return f"about {few_or_rounded(trips)} trips" if women >= SMALLEST_SHOWN else ""
