"""Opioid-replacement products as the ward keeps them (pathway 4.1). One entry each; they are not interchangeable.

An entry says what the product is called, in which unit its amount is stated, how often it may be prescribed, and
whether giving it takes two signatures. It holds no amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pathways.moments.products import PRODUCTS as NAMES


class Frequency(StrEnum):
    """How often; the value is stored."""

    OD = "od"
    BD = "bd"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CUSTOM = "custom"


FREQUENCY_WORDS: dict[Frequency, str] = {
    Frequency.OD: "once a day",
    Frequency.BD: "twice a day",
    Frequency.WEEKLY: "every 7 days",
    Frequency.MONTHLY: "every 28 days",
    Frequency.CUSTOM: "as its source says",
}


@dataclass(frozen=True, slots=True)
class WardProduct:
    """One product on the ward.

    ``unit``: the only unit in which its amount is written; "" where it is free text. ``every_days``: 1 for what is
    taken by mouth, the days between two injections otherwise; ``window_days``: how late an injection may be
    (K19, K20). ``two_sign``: giving it needs a second person's signature. ``selectable``: not without a site's say.
    """

    key: str
    unit: str
    frequencies: tuple[Frequency, ...]
    every_days: int = 1
    window_days: int = 0
    strengths: tuple[str, ...] = ()
    two_sign: bool = True
    is_injection: bool = False
    selectable: bool = True
    note: str = ""

    @property
    def name(self) -> str:
        return NAMES[self.key].name


_DAILY = (Frequency.OD, Frequency.BD, Frequency.CUSTOM)

_ALL = (
    WardProduct(
        "methadone_oral_1mg_ml",
        "mg",
        _DAILY,
        strengths=("1 mg/ml",),
        note="1 mg/ml only. Another strength needs the pharmacist. [R28]",
    ),
    WardProduct("buprenorphine_sl", "mg", _DAILY, note="Supervised until dissolved, by the ward's own procedure."),
    WardProduct(
        "buprenorphine_oral_lyo",
        "mg",
        (Frequency.OD, Frequency.CUSTOM),
        note="Not interchangeable with sublingual tablets: keep the exact product.",
    ),
    WardProduct(
        "buprenorphine_naloxone_sl",
        "mg",
        (Frequency.OD, Frequency.CUSTOM),
        note="Guidance differs on pregnancy and breastfeeding [R53, R40]: see the site's own policy.",
    ),
    WardProduct("laib_weekly", "mg", (Frequency.WEEKLY,), every_days=7, window_days=2, is_injection=True),
    WardProduct("laib_monthly", "mg", (Frequency.MONTHLY,), every_days=28, window_days=7, is_injection=True),
    WardProduct(
        "laib_sublocade",
        "mg",
        (Frequency.MONTHLY,),
        every_days=28,
        is_injection=True,
        selectable=False,
        note="Until a site confirms that it is available in the UK. At least 26 days apart. [K20]",
    ),
    WardProduct("dihydrocodeine_other", "", (Frequency.CUSTOM,), note="For specialists only. Written as stated."),
    WardProduct(
        "none_illicit_or_rx_opioid",
        "",
        (Frequency.CUSTOM,),
        two_sign=False,
        note="Not on replacement: see the site's policy for women who are dependent and not in treatment.",
    ),
)
WARD_PRODUCTS: dict[str, WardProduct] = {product.key: product for product in _ALL}
