"""Who is told next while nobody has taken a handoff, counted from its due time.

Local decisions until a site approves its own. Where a level has nobody on duty, the next one is told: a
level is skipped upwards and never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from carecoord.access.roles import Role
from pathways.engine.offsets import Offset, parse_offset


class Post(StrEnum):
    """Somebody who is told. A site says who holds a post; else everybody there with one of its roles does."""

    OWNER = "owner"
    ASSIGNED_MIDWIFE = "assigned midwife"
    NAMED_WORKER = "named worker"
    NAMED_MIDWIFE = "specialist midwife"
    KEYWORKER = "keyworker"
    SAFEGUARDING_MIDWIFE = "safeguarding midwife"
    WARD_COORDINATOR = "ward coordinator"
    ON_CALL_OBSTETRICIAN = "on-call obstetric doctor"
    ON_CALL_PHARMACIST = "on-call pharmacist"
    DUTY_MANAGER = "site duty manager"
    PRESCRIBER = "prescriber or duty prescriber"
    TEAM_LEAD = "team lead"
    MIDWIFE_LEAD = "specialist-midwife lead"
    DRUG_SERVICE_MANAGER = "drug-service manager"
    SERVICE_MANAGER = "service manager"
    NAMED_PROFESSIONAL = "named professional for safeguarding"
    HEAD_OF_MIDWIFERY = "head of midwifery"
    CHILDRENS_SERVICES = "counterpart in children's services"
    EXECUTIVE_LEAD = "executive lead for safeguarding and inequalities"


# Who holds a post where the site has not said. Empty: only whoever the site names.
# The first four are found through the handoff first: alerting/duty.py.
POST_ROLES: dict[Post, tuple[Role, ...]] = {
    Post.OWNER: (),
    Post.ASSIGNED_MIDWIFE: (),
    Post.NAMED_WORKER: (),
    Post.NAMED_MIDWIFE: (),
    Post.KEYWORKER: (Role.DRUG_SERVICE_KEYWORKER,),
    Post.SAFEGUARDING_MIDWIFE: (Role.SAFEGUARDING_MIDWIFE,),
    Post.WARD_COORDINATOR: (Role.WARD_COORDINATOR,),
    Post.ON_CALL_OBSTETRICIAN: (Role.OBSTETRIC_DOCTOR,),
    Post.ON_CALL_PHARMACIST: (Role.PHARMACIST,),
    Post.DUTY_MANAGER: (Role.SERVICE_MANAGER,),
    Post.PRESCRIBER: (Role.OST_PRESCRIBER,),
    Post.TEAM_LEAD: (),
    Post.MIDWIFE_LEAD: (),
    Post.DRUG_SERVICE_MANAGER: (),
    Post.SERVICE_MANAGER: (Role.SERVICE_MANAGER,),
    Post.NAMED_PROFESSIONAL: (),
    Post.HEAD_OF_MIDWIFERY: (),
    Post.CHILDRENS_SERVICES: (),
    Post.EXECUTIVE_LEAD: (),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told, how long after the due time."""

    after: Offset
    posts: tuple[Post, ...]
    then: str = ""

    @property
    def told(self) -> str:
        """``ward coordinator``, ``on-call obstetric doctor and on-call pharmacist``."""
        return " and ".join(self.posts) + self.then


@dataclass(frozen=True, slots=True)
class Ladder:
    """One ladder: its key, and its rungs from the first person on."""

    key: str
    rungs: tuple[Rung, ...]

    @property
    def in_words(self) -> str:
        """``owner, after 1 hour ward coordinator, …``; ``nobody: reporting only`` without rungs."""
        if not self.rungs:
            return "nobody: reporting only"
        return ", ".join(
            f"after {rung.after.in_words} {rung.told}" if rung.after.amount else rung.told for rung in self.rungs
        )


def _rung(after: str, *posts: Post, then: str = "") -> Rung:
    return Rung(parse_offset(after), posts, then)


_ALL = (
    Ladder(
        "E-WARD",
        (
            _rung("PT0H", Post.ASSIGNED_MIDWIFE),
            _rung("PT1H", Post.WARD_COORDINATOR),
            _rung("PT2H", Post.ON_CALL_OBSTETRICIAN, Post.ON_CALL_PHARMACIST),
            _rung("PT4H", Post.DUTY_MANAGER, then=", with a prompt for an incident report"),
        ),
    ),
    Ladder(
        "E-OST",
        (
            _rung("PT0H", Post.NAMED_MIDWIFE, Post.KEYWORKER),
            _rung("PT4H", Post.PRESCRIBER),
            _rung("PT8H", Post.DRUG_SERVICE_MANAGER, Post.MIDWIFE_LEAD),
            _rung("PT24H", Post.SERVICE_MANAGER),
        ),
    ),
    Ladder(
        "E-CASE",
        (
            _rung("PT0H", Post.OWNER),
            _rung("P1WD", Post.TEAM_LEAD),
            _rung("P3WD", Post.SERVICE_MANAGER, then=", then the weekly gap report"),
        ),
    ),
    Ladder(
        "E-SAFE",
        (
            _rung("PT0H", Post.NAMED_MIDWIFE, Post.SAFEGUARDING_MIDWIFE),
            _rung("P1WD", Post.NAMED_PROFESSIONAL),
            _rung("P3WD", Post.HEAD_OF_MIDWIFERY, Post.CHILDRENS_SERVICES),
        ),
    ),
    Ladder(
        "E-SEP",
        (
            _rung("PT0H", Post.NAMED_WORKER),
            _rung("PT12H", Post.MIDWIFE_LEAD),
            _rung("PT24H", Post.SERVICE_MANAGER, Post.DRUG_SERVICE_MANAGER),
            _rung("P3D", Post.EXECUTIVE_LEAD),
        ),
    ),
    Ladder("E-INFO", ()),
)

LADDERS: dict[str, Ladder] = {ladder.key: ladder for ladder in _ALL}
