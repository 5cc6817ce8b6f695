"""Short ways to declare what is written down when a step is completed."""

from __future__ import annotations

from pathways.engine.definitions import Evidence, EvidenceKind

Choice = tuple[str, str]


def words(key: str, label: str, *steps: str) -> Evidence:
    """An answer in words."""
    return Evidence(key, label, (), EvidenceKind.TEXT, steps)


def day(key: str, label: str, *steps: str) -> Evidence:
    """A date."""
    return Evidence(key, label, (), EvidenceKind.DATE, steps)


def yes_no(key: str, label: str, *steps: str) -> Evidence:
    """Yes or no."""
    return Evidence(key, label, (("yes", "Yes"), ("no", "No")), EvidenceKind.YES_NO, steps)


def choice(key: str, label: str, choices: tuple[Choice, ...], *steps: str) -> Evidence:
    """One of several answers, as (value, label)."""
    return Evidence(key, label, choices, EvidenceKind.CHOICE, steps)


NALOXONE_OUTCOMES: tuple[Choice, ...] = (
    ("supplied", "Supplied"),
    ("has_in_date", "She has one that is in date"),
    ("declined", "She declined"),
)
OPTION_OUTCOMES: tuple[Choice, ...] = (
    ("offered", "Offered"),
    ("accepted", "Accepted"),
    ("declined", "She declined"),
    ("not_commissioned", "Does not exist here"),
    ("no_place", "No place now"),
    ("criteria_not_met", "The service's criteria were not met"),
)
