"""How sites differ: how often things go well there. Invented; the four of the demonstration as their stories tell.

A share is between 0 and 1. Sites without an entry of their own vary about the first one, each by its code.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from random import Random
from zlib import crc32

# In the order of OPTION_OUTCOMES: offered, accepted, declined, does not exist here, no place, criteria not met.
Options = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """One site. ``size`` says how many women come, beside the others'; ``turn`` what ``kept`` gains in a year."""

    size: int = 10
    early: float = 0.70  # first contact before 9+0
    booked: float = 0.66  # booked in time
    unbooked: float = 0.03  # comes in labour for the first time
    treated: float = 0.72  # of women who use opioids: in treatment some time in the pregnancy
    kept: float = 0.76  # a handoff is done by its due time
    mended: float = 0.55  # of the others: done later
    named: float = 0.58  # a contact is with her named midwife
    together: float = 0.45  # a visit has several services in one place
    verified: float = 0.66  # medicine confirmed in time
    first_dose: float = 0.62  # given by her usual time
    doses: float = 0.90  # later doses in time
    stays: float = 0.55  # has a place to stay with her baby
    conflicts: float = 0.18  # contradictory feeding advice
    naloxone: float = 0.62
    handed: float = 0.64  # medicine handed over before she goes home
    apart: float = 0.16  # a baby is placed away
    after_apart: float = 0.58  # kept, after that
    gp: float = 0.60
    retained: float = 0.68  # in treatment a year later
    turn: float = 0.0
    options: Options = (30, 20, 10, 20, 15, 5)


USUAL = Rates()
RATES: dict[str, Rates] = {
    "ASHF": Rates(size=14, early=0.78, booked=0.76, kept=0.82, named=0.68, together=0.62, stays=0.78, naloxone=0.78,
                  first_dose=0.74, options=(38, 28, 12, 4, 12, 6), turn=0.02),
    "CALD": Rates(size=12, booked=0.62, kept=0.70, named=0.50, together=0.30, stays=0.35, conflicts=0.27,
                  first_dose=0.48, naloxone=0.48, retained=0.60, options=(8, 4, 4, 62, 14, 8)),
    "GLEN": Rates(size=10, early=0.74, kept=0.79, together=0.70, verified=0.78, handed=0.76, gp=0.70,
                  options=(34, 24, 12, 10, 14, 6)),
    "TAYM": Rates(size=8, early=0.58, booked=0.56, unbooked=0.06, kept=0.72, named=0.72, together=0.22, stays=0.45,
                  naloxone=0.70, gp=0.48, options=(14, 8, 8, 34, 30, 6), turn=-0.02),
}  # fmt: skip
_VARIES = 0.14  # at most, either way


@cache
def rates_of(site: str) -> Rates:
    """The rates of a site, by its code."""
    return RATES.get(site) or _varied(site)


def _varied(site: str) -> Rates:
    chance = Random(crc32(site.encode()))  # noqa: S311 - invented lives, no secret
    shares = {
        field.name: min(max(value + chance.uniform(-_VARIES, _VARIES) * _room(value), 0.01), 0.98)
        for field in fields(USUAL)
        if isinstance(value := getattr(USUAL, field.name), float) and field.name != "turn"
    }
    options = tuple(chance.randint(1, 2 * weight) for weight in USUAL.options)
    return replace(USUAL, **shares, size=chance.randint(5, 15), options=options, turn=chance.choice((-0.03, 0.0, 0.03)))


def _room(value: float) -> float:
    """A rate close to 0 varies less than one in the middle."""
    return min(1.0, 4 * value * (1 - value) + 0.1)
