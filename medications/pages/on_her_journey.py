"""One line of her medicine on the page of her journey: what it is, in whose words, and how far it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from medications.pages.standings import known_of
from medications.rules.products import WARD_PRODUCTS
from medications.rules.verification import State
from medications.wording.verification import SEES, title_of
from pathways.models import Journey


@dataclass(frozen=True)
class Line:
    """The line."""

    title: str
    shape: str
    tone: str
    words: str
    product: str
    url: str
    is_conflict: bool


def on_her_journey(journey: Journey, reader: User, now: datetime) -> Line | None:
    """The line; None for who does not see her medicine, and where nothing asks for it."""
    if Ability.SEE_MEDICINE not in reader.abilities or journey.is_closed:
        return None
    known = known_of([journey], now)[journey.pk]
    if not (known.statements or known.calls or journey.in_hospital or journey.medication_at_entry):
        return None
    found = known.standing(now)
    _, _, shape, tone = SEES[found.state]
    is_conflict = found.state is State.CONFLICT  # neither version stands alone
    said = None if is_conflict else found.prescriber or found.pharmacy
    return Line(
        title=title_of(found),
        shape=shape,
        tone=tone,
        words=said.words if said else "",
        product=WARD_PRODUCTS[said.product].name if said else "",
        url=reverse("her_medicine", args=[journey.pk]),
        is_conflict=is_conflict,
    )
