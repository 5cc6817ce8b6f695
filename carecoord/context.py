"""What every page is given."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from carecoord.health import last_sweep


def every_page(request: HttpRequest) -> dict[str, Any]:
    """``demo_mode``; ``pulse``: when the flags were last checked (asked only by pages that show it)."""
    return {"demo_mode": settings.CARECOORD_MODE == "demo", "pulse": SimpleLazyObject(last_sweep)}
