"""``{% her_ways %}``: from a page about her medicine to the others."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from medications.pages.her_ways import ways_of

register = template.Library()


@register.inclusion_tag("medications/her_ways.html", takes_context=True)
def her_ways(context: Context) -> dict[str, Any]:
    """The ways from the page that is shown; itself is not among them."""
    request = context["request"]
    found = ways_of(context["journey"], request.user)
    return {"ways": [(words, url) for words, url in found if url != request.path]}
