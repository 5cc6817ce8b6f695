"""Places on a page that other apps fill: whoever owns the page makes a ``Place``, an app registers in its ``ready``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Panel:
    """One part of a page. ``context``, asked with what its place says, answers with the template's ``panel``.

    Panels stand in the order of their numbers. One whose ``context`` answers None is left out.
    """

    key: str
    order: int
    template: str
    context: Callable[..., Any]


class Place:
    """A page's place for panels."""

    def __init__(self) -> None:
        self.registered: dict[str, Panel] = {}

    def register(self, panel: Panel) -> None:
        """Put a panel here; one of the same key is replaced."""
        self.registered[panel.key] = panel

    def filled(self, *asked: Any) -> list[tuple[str, str, Any]]:
        """(key, template, context) of every panel that has something to say, in order."""
        panels = sorted(self.registered.values(), key=lambda panel: (panel.order, panel.key))
        answers = [(panel.key, panel.template, panel.context(*asked)) for panel in panels]
        return [answer for answer in answers if answer[2] is not None]
