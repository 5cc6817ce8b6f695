"""Which level of its ladder an open flag has reached, and whom that tells. The sweep calls it, site by site."""

from __future__ import annotations

from datetime import datetime


def climb(site: int, at: datetime) -> int:
    """Tell everybody whom the open flags of a site have reached by ``at``; returns how many alerts that made."""
    return 0
