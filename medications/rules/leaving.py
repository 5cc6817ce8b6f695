"""The checklist of going home, as data: what each point asks and can be answered with (pathway 4.6).

The phrases for instalment prescriptions are quoted with their source; the product writes no prescription.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NOT_DONE = "not_done"
ACKNOWLEDGED = "acknowledged"

# item -> what it can be answered with, as (value, words). Each can be left undone with a reason besides.
ANSWERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "last_dose": (),
    "next_dose": (("agreed", "Agreed"),),
    "cover": (
        ("prior_day_supply", "Supply on the day before"),
        ("alt_pharmacy", "Another pharmacy"),
        ("ward_supply", "Supply from the ward"),
    ),
    "pharmacy": (("told", "Told, answer to come"), (ACKNOWLEDGED, "They said that they have it")),
    "prescriber": (("told", "Told, answer to come"), (ACKNOWLEDGED, "They said that they have it")),
    "own_medicine": (
        ("none_kept", "Nothing of hers is kept here"),
        ("returned", "Given back to her"),
        ("sent_home", "Sent home with somebody she named"),
        ("destroyed", "Destroyed, with her consent"),
        ("used", "Used while she was here"),
    ),
    "naloxone": (
        ("supplied", "Supplied"),
        ("has_in_date", "She has one that is in date"),
        ("declined", "She declined"),
    ),
    "sleep": (("given", "Talked about"),),
    "copy": (("given", "She has it"),),
    "left": (("planned", "As planned"), ("own_choice", "She chose to leave before it was arranged")),
}

MEDICINE_ITEMS = ("last_dose", "next_dose", "cover", "pharmacy", "prescriber")  # only where she is in treatment
ITEMS = tuple(item for item in ANSWERS if item != "left")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Approved words of an instalment prescription, quoted: the prescriber decides and writes."""

    about: str
    text: str


# Approved wording for instalments of controlled drugs, word for word: only these words carry the approval.
PHRASES_SOURCE = "Home Office wording, as in the NHSGGC Medicines Update [R31]"
PHRASES_NOTE = "The first is for closures in usual hours, such as bank holidays, not for the usual weekend. [R31]"
PHRASES: tuple[Phrase, ...] = (
    Phrase("Closed days", "Please dispense instalments due on pharmacy closed days on a prior suitable day."),
    Phrase(
        "A missed collection day",
        "If an instalment’s collection day has been missed, please still dispense the amount due for any remaining "
        "day(s) of that instalment.",
    ),
    Phrase("Missed days", "Consult the prescriber if 3 or more consecutive days of a prescription have been missed."),
    Phrase("Supervision", "Supervise consumption on collection days."),
    Phrase("Containers", "Dispense daily doses in separate containers."),
)


def in_words(item: str, answer: str) -> str:
    """An answer as people read it."""
    if answer == NOT_DONE:
        return "Not done"
    return dict(ANSWERS[item])[answer]
