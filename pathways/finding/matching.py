"""Comparing each new woman with the women of all sites, by the worker: whoever adds her is never told.

A number or a person that exists at another site makes no difference to any page (they could be somebody hiding).
It makes a row in the queue of the privacy officers, who look at both (pathways_matches).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from carecoord import clock
from pathways.finding.duplicates import Names, possible_duplicates
from pathways.models import Identifier, MatchReview, Woman

AT_ONCE = 100  # women compared by one sweep
_Because = MatchReview.Because


def match() -> int:
    """Compare women who have not been compared yet; returns how many. One query where there are none."""
    waiting = list(Woman.objects.filter(matched_at=None).order_by("pk")[:AT_ONCE])
    for woman in waiting:
        _match_one(woman)
    return len(waiting)


@transaction.atomic
def _match_one(woman: Woman) -> None:
    # Locked: a number that is added meanwhile makes her wait for the next comparison.
    woman = Woman.objects.select_for_update().get(pk=woman.pk)
    others = Woman.objects.exclude(pk=woman.pk)
    names = Names.of((woman.preferred_name, woman.first_name), woman.last_name)
    alike = possible_duplicates(others, names, woman.date_of_birth, on=clock.today())
    found = {candidate.woman.pk: _Because.NAMES for candidate in alike}
    found |= dict.fromkeys(_with_her_number(woman), _Because.NUMBER)
    MatchReview.objects.bulk_create(
        [
            MatchReview(woman_id=min(woman.pk, other), other_id=max(woman.pk, other), because=because)
            for other, because in sorted(found.items())
        ],
        ignore_conflicts=True,  # the pair was found before
    )
    Woman.objects.filter(pk=woman.pk).update(matched_at=clock.now())


def _with_her_number(woman: Woman) -> list[int]:
    """Women who have one of her numbers, hers or theirs disputed."""
    same = Q()
    for number in woman.identifiers.all():
        same |= Q(kind=number.kind, value=number.value)
    return list(Identifier.objects.filter(same).exclude(woman=woman).values_list("woman", flat=True)) if same else []
