"""Who says what about feeding, with where it comes from (pathway 4.7). None of it speaks of one woman."""

from __future__ import annotations

from typing import NamedTuple


class Says(NamedTuple):
    """One source, what it says in general, and its mark: the source and how sure we are of it."""

    source: str
    says: str
    mark: str


WHO_SAYS = (
    Says(
        "NHS Specialist Pharmacy Service",
        "Methadone preferred (more evidence); buprenorphine including with naloxone less evidence but compatible; "
        "babies exposed in pregnancy can breastfeed as normal after delivery; observe the baby; avoid bed-sharing when "
        "sedating medicines are used.",
        "R40, confidence high",
    ),
    Says(
        "ABM Clinical Protocol #21 (2023)",
        "Services should set consistent guidance; support if non-prescribed use stopped by delivery; avoid during "
        "non-prescribed opioid, stimulant or sedative use.",
        "R41, confidence high",
    ),
    Says(
        "Wales Neonatal Network",
        "Encouraged; HIV the only contraindication named.",
        "R45, confidence medium, older",
    ),
    Says("NHS Lothian resource pack (2003)", "Do not give contradictory advice.", "R42, principle"),
    Says(
        "British National Formulary",
        "Lowest effective dose; urgent report of sleepiness, breathing difficulty, limpness.",
        "K7b, confidence high, from knowledge",
    ),
    Says(
        "Orange Book; UNICEF Baby Friendly Initiative",
        "Generally supportive of breastfeeding on opioid-replacement treatment.",
        "K1, confidence medium, not read again",
    ),
    Says("Product information of Buvidal", "Words of caution.", "K19, confidence medium, from knowledge"),
    Says(
        "Stepping Stones study",
        "“Breast feeding is safe for infants of women… receiving medications for opioid use”",
        "R1, a quotation",
    ),
)
