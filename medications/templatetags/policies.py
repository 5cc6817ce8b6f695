"""A site's own policy texts in templates: ``{% policy "own_medicine" journey.site %}``."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template

from carecoord import clock
from carecoord.sites.definitions import POLICY_KEYS, Policy
from carecoord.sites.models import Site

register = template.Library()


@register.inclusion_tag("medications/policy.html")
def policy(key: str, site: Site, today: date | None = None) -> dict[str, Any]:
    """The site's text on ``key``, word for word, with its owner, version and review date; or that there is none."""
    return {"policy": site.definition.policy(key), "key": key, "site": site, "today": today or clock.today()}


@register.filter
def expired_on(text: Policy, today: date) -> bool:
    """Whether the review of a text was due before ``today``."""
    return text.is_expired(today)


@register.filter
def policy_about(key: str) -> str:
    """What a key of a policy is about, as a heading: ``she brings medicine of her own``."""
    words = POLICY_KEYS[key]
    return f"{words[:1].upper()}{words[1:]}"
