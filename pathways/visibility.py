"""Who may see and change which journey. Every page, command and verb asks here and nowhere else.

Until care-based grants come, a person with a clinical role sees the women of the sites they
work at; a role without clinical abilities sees none. A journey that one may not see is
answered exactly like one that does not exist.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.models import Handoff, Journey, Woman
from pathways.models.handoffs import HandoffQuerySet


def journeys_visible_to(user: User) -> QuerySet[Journey]:
    """The journeys that ``user`` may open."""
    if Ability.SEE_JOURNEY not in user.abilities:
        return Journey.objects.none()
    return Journey.objects.filter(site__in=user.site_ids)


def women_visible_to(user: User) -> QuerySet[Woman]:
    """The women with a journey that ``user`` may open, or registered at a site of theirs."""
    if Ability.SEE_JOURNEY not in user.abilities:
        return Woman.objects.none()
    return Woman.objects.filter(site__in=user.site_ids)


def handoffs_visible_to(user: User) -> HandoffQuerySet:
    """The handoffs of the journeys that ``user`` may open."""
    return Handoff.objects.filter(journey__in=journeys_visible_to(user))


def check_may(user: User | None, ability: Ability, *, site_id: int) -> None:
    """Raise PermissionDenied unless ``user`` has the ability at that site. None is the product itself (imports)."""
    if user is not None and (ability not in user.abilities or site_id not in user.site_ids):
        raise PermissionDenied("Your role does not allow this here.")
