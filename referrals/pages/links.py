"""Ways from one page to another."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse


def link(name: str, *args: Any) -> str:
    """The address of a page; "" where this release has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
