"""Where a baby is, in words. They read after "Her baby, …" and "Baby 2, …"."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.rules.baby_places import Place

PLACES: Mapping[Place, str] = {
    Place.WITH_MOTHER: "with her",
    Place.TRANSITIONAL_CARE: "in transitional care, with her",
    Place.NEONATAL_UNIT: "in the neonatal unit",
    Place.OTHER_HOSPITAL: "in another hospital",
    Place.WITH_MOTHER_AND_KIN: "with her, at relatives’",
    Place.BOTH_IN_HOSPITAL: "in hospital, she is too",
    Place.IN_HOSPITAL_WITHOUT_HER: "in hospital, she is not",
    Place.HOME_WITHOUT_HER: "at home, she is in hospital",
    Place.PLACED_AWAY: "placed away from her",
    Place.DIED: "died",
}


def baby_in_words(number: int, babies: int) -> str:
    """``Her baby``, or ``Baby 2`` where there are several."""
    return f"Baby {number}" if babies > 1 else "Her baby"
