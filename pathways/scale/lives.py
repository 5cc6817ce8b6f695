"""Many invented lives from a seed: the same seed tells the same lives. Pure and cheap, no Django.

Each life stands by itself, so that several processes can tell their share of them (``first`` and ``step``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from pathways.engine import Fact
from pathways.scale import after, before, hospital
from pathways.scale.rates import rates_of
from pathways.scale.telling import Telling, Told

YEARS = 4
VISIT = ("midwifery", "drug_service")  # of which services the appointments of one day are, in their order
_DAY = timedelta(days=1)
_MIDWIVES = ("booking_completed", "contact_made", "postnatal_visit")


@dataclass(frozen=True, slots=True)
class Life:
    """One pregnancy and the year after it, as far as it is known at ``until``. All instants are aware, UTC.

    ``by``: beside each fact, which part of the team recorded it (``named`` is her named midwife). ``appointments``:
    each that she came to, and whether there were several on that day at that place. ``engagement``: when she
    answered, her score in tenths.
    """

    number: int
    site: str
    edd: date
    came: datetime
    facts: list[Fact]
    by: tuple[str, ...]
    medication: str
    moved_to: str
    named: bool
    appointments: list[tuple[datetime, bool]]
    engagement: list[tuple[datetime, int]]

    @property
    def contacts(self) -> list[tuple[datetime, bool]]:
        """The midwives' contacts with her: when, and whether it was her named midwife."""
        pairs = zip(self.facts, self.by, strict=True)
        return [(fact.at, by == "named") for fact, by in pairs if fact.kind in _MIDWIVES]


def lives(
    seed: int, sites: Sequence[str], count: int, until: datetime, *, first: int = 0, step: int = 1, thin: bool = False
) -> Iterator[Life]:
    """``count`` lives at these sites up to ``until`` (aware): those numbered ``first``, ``first + step``, …

    ``thin`` leaves out much of the lives that are over, so that all have about twenty facts each.
    """
    sizes = [rates_of(site).size for site in sites]
    for number in range(first, count, step):
        chance = Random(f"{seed}/{number}")  # noqa: S311 - invented lives, no secret
        life = None
        while life is None:
            life = _life(chance, number, sites, sizes, until, thin=thin)
        yield life


def _life(
    chance: Random, number: int, sites: Sequence[str], sizes: Sequence[int], until: datetime, *, thin: bool
) -> Life | None:
    """One life; None where nothing of it has happened yet."""
    site = chance.choices(sites, sizes)[0]
    conceived = until.date() - timedelta(days=chance.randrange(36, YEARS * 365))
    telling = Telling(chance, site, rates_of(site), conceived, until, thin=thin)
    medication = _tell(telling, sites)
    told = sorted((one for one in telling.told if one.at <= until), key=lambda one: one.at)
    came = next((one.at for one in told if one.kind == "first_contact"), None)
    if came is None:
        return None
    appointments, engagement = _besides(telling, told)
    return Life(
        number=number,
        site=site,
        edd=conceived + timedelta(days=before.TERM),
        came=came,
        facts=[_fact(one, place) for place, one in enumerate(told, start=1)],
        by=tuple(one.by for one in told),
        medication=medication,
        moved_to=_moved_to(told),
        named="named" in telling.known and any(one.kind == "named_midwife_assigned" for one in told),
        appointments=appointments,
        engagement=engagement,
    )


def _fact(one: Told, place: int) -> Fact:
    return Fact(one.kind, one.at, place, one.baby, one.details)


def _tell(telling: Telling, sites: Sequence[str]) -> str:
    """All of her story; returns the medicine that she came with."""
    days = _length(telling)
    if before.is_unbooked(telling):
        medication = _comes_in_labour(telling, days)
    else:
        booked = before.arrives(telling)
        medication = before.uses(telling, booked)
        before.is_worried_about(telling)
        days = max(days, (booked - telling.conceived).days + 6)
    lost = "booking" in telling.anchors and telling.happens(0.05)
    if lost:
        telling.anchors["end"] = before.loses(telling)
    ends = telling.anchors.get("end") or telling.conceived + timedelta(days=days) - _DAY
    if "booking" in telling.anchors:
        before.is_prepared(telling, ends)
        if len(sites) > 1 and telling.happens(0.035):
            before.moves(telling, sites, ends)
    if not lost:
        _is_born(telling, days)
    over = after.ends(telling)
    after.lives_on(telling, over)
    telling.told = [one for one in telling.told if one.at <= over]
    return medication


def _length(telling: Telling) -> int:
    """Days from her last period to the birth: most at term, some early."""
    if telling.happens(0.12):
        return telling.chance.randint(190, 258)
    return max(259, min(294, round(telling.chance.gauss(274, 8))))


def _comes_in_labour(telling: Telling, days: int) -> str:
    """Nobody knew her before: first contact and admission are one."""
    arrived = telling.conceived + timedelta(days=days) - telling.between(0.1, 0.4)
    telling.tell("first_contact", arrived - telling.between(0.02, 0.1), "ward")
    telling.anchors["unbooked"] = arrived
    return before.uses(telling, arrived)


def _is_born(telling: Telling, days: int) -> None:
    born = hospital.gives_birth(telling, days)
    baby_home = hospital.has_her_baby(telling, days)
    stays = telling.happens(telling.rates.stays) or baby_home - born < 3 * _DAY
    left = baby_home if stays and days >= 238 else telling.by_day(born + telling.between(1.5, 4))
    babies = (1, 2) if "twins" in telling.known else (1,)
    drawn, apart = telling.chance.random(), telling.rates.apart * (2.2 if "planned" in telling.anchors else 0.7)
    at_birth = drawn < apart * 0.6
    if "admitted" in telling.anchors:
        if "in treatment" in telling.known:
            hospital.has_her_medicine(telling, left)
        hospital.goes_home(telling, left, baby_home, () if at_birth else babies)
    if at_birth:
        after.parts(telling, min(born + telling.between(0.4, 3), left - _DAY / 12), left)
    elif drawn < apart:
        after.parts(telling, telling.by_day(max(left, baby_home) + telling.between(3, 120)), left)
    after.is_visited(telling, left)


def _moved_to(told: Sequence[Told]) -> str:
    """Where the last move that was accepted led; empty where she did not move."""
    asked = moved = ""
    for one in told:
        if one.kind == "transfer_requested":
            asked = one.details["to"]
        elif one.kind == "transfer_accepted":
            moved = asked
    return moved


def _besides(telling: Telling, told: Sequence[Told]) -> tuple[list[tuple[datetime, bool]], list[tuple[datetime, int]]]:
    """Appointments that she came to, and what she answered about a contact; both beside the facts."""
    appointments, engagement = [], []
    for one in told:
        if one.kind == "contact_made":
            if telling.happens(0.6):
                begins, together = one.at - _DAY / 12, telling.happens(telling.rates.together)
                appointments += [(begins, together), *([(begins + _DAY / 24, True)] if together else [])]
            if telling.happens(0.12):
                score = max(0, min(40, round(telling.chance.gauss(24 + 12 * telling.rates.named, 6))))
                engagement.append((min(one.at + telling.between(0.1, 5), telling.until), score))
    return appointments, engagement
