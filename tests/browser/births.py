"""What the browser's journeys around a birth share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from carecoord import clock


def fill_when(page: Any, at: datetime, field: str = "occurred_at") -> None:
    """A date in its three boxes, and the time."""
    local = at.astimezone(clock.LONDON)
    parts = (str(local.day), str(local.month), str(local.year), f"{local:%H:%M}")
    for number, part in enumerate(parts):
        page.locator(f"[name={field}_{number}]").fill(part)


def choose(page: Any, field: str, value: str) -> None:
    """One answer of a question."""
    page.locator(f"[name={field}][value={value}]").check()


def open_page(page: Any, record: Any, words: Any) -> None:
    """From what happened to the page that records it."""
    page.goto(f"/journeys/{record.pk}/record/")
    page.get_by_role("link", name=words).first.click()


def fits(page: Any) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
