"""What stands on the privacy officer's first screen. An app that has something for them registers it in its ``ready``.

Panels stand in the order of their numbers: what is due comes first, what is good to know last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carecoord.access.models import User


@dataclass(frozen=True)
class Panel:
    """One part of the screen. ``context``, asked with the reader and the time, answers with the template's ``panel``.

    It shows staff by name, women by reference number, and only the reader's own sites.
    """

    key: str
    order: int
    template: str
    context: Callable[[User, datetime], Any]


_registered: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Put a panel on the screen; one of the same key is replaced."""
    _registered[panel.key] = panel


def registered() -> list[Panel]:
    """Every panel, in the order of the screen."""
    return sorted(_registered.values(), key=lambda panel: (panel.order, panel.key))
