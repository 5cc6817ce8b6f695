"""From every page about her medicine to the others, as far as the reader may open them: nothing is a dead end."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from medications.models import Stay
from medications.pages.board import wards_of
from pathways.models import Journey


def ways_of(journey: Journey, reader: User) -> list[tuple[str, str]]:
    """(words, address). At most three queries: her bed, the reader's wards, her babies."""
    return list(_ways(journey, reader))


def _ways(journey: Journey, reader: User) -> Iterator[tuple[str, str]]:
    pk, may = journey.pk, reader.abilities
    if journey.in_hospital and Ability.SEE_WARD in may:
        yield from _on_ward(journey, reader)
    if Ability.SEE_MEDICINE in may:
        yield "Her medicine", reverse("her_medicine", args=[pk])
        yield "Medicine she brought", reverse("own_medicines", args=[pk])
    if not journey.after_loss:
        yield "Feeding plan", reverse("feeding", args=[pk])
    if journey.born_at and not journey.after_loss and Ability.RECORD_EVENT in may:
        numbers = list(journey.babies.order_by("number").values_list("number", flat=True))
        for number in numbers:
            words = f"Baby {number}: observation" if len(numbers) > 1 else "Baby’s observation"
            yield words, reverse("observation", args=[pk, number])
    if Ability.STATE_MEDICINE in may:
        yield "Going home", reverse("leaving", args=[pk])
    yield "Local policy", reverse("policies")


def _on_ward(journey: Journey, reader: User) -> Iterator[tuple[str, str]]:
    """Her critical card, on a ward that the reader may look at."""
    ward = Stay.objects.filter(journey=journey, until=None).values_list("ward", flat=True).first()
    for each in wards_of(reader):
        if each.pk == ward:
            yield f"On {each.name}", reverse("ward_woman", args=[each.code, journey.pk])
