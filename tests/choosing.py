"""What the page of both texts sends: its hidden fields, and a choice for each field that it asks about."""

from __future__ import annotations

import html
import re
from typing import Any

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_OURS = {"csrfmiddlewaretoken", "opened_by"}


def hidden_of(page: Any) -> dict[str, list[str]]:
    """The hidden fields of the page's own form."""
    shown = page.content.decode()
    found: dict[str, list[str]] = {}
    for name, value in _HIDDEN.findall(shown[shown.index("<main") :]):
        if name not in _OURS:
            found.setdefault(name, []).append(html.unescape(value))
    return found


def chosen(page: Any, *, theirs: tuple[str, ...] = (), **mine: Any) -> dict[str, Any]:
    """The form as sent after choosing: ``theirs`` for those fields, and for the others what is given."""
    sent: dict[str, Any] = hidden_of(page)
    for name in sent.get("asked", []):
        sent[f"keep_{name}"] = "theirs" if name in theirs else "mine"
    return {**sent, **mine}
