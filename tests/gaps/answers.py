"""What stands in answers of made-up populations beside the step that they answer."""

from __future__ import annotations

from random import Random

from pathways.moments import by_key

ASKED = (
    *("late_reason", "naloxone_outcome", "option_status", "stay_offer", "dose_decision", "pharmacy_confirmation"),
    *("contact_successful", "invite_variant", "result"),
)


def evidence_for(moment: str, step: str, chance: Random) -> dict[str, str]:
    """A choice for each piece of evidence of that step that a measure may ask for; sometimes none."""
    found = {}
    for item in by_key[moment].evidence_for(step):
        if item.key in ASKED and chance.random() < 0.85:
            found[item.key] = chance.choice([value for value, _ in item.choices])
    return found
