"""The words that people read for the engine's terms: one word per thing, in every list and page."""

from __future__ import annotations

from collections.abc import Collection

from carecoord.access.roles import ROLE_NAMES, Role
from pathways.engine import Stage, State

STAGE_NAMES: dict[Stage, str] = {
    Stage.BOOKING: "Before booking",
    Stage.ANTENATAL: "Antenatal",
    Stage.INTRAPARTUM: "Labour and birth",
    Stage.POSTNATAL_INPATIENT: "On the postnatal ward",
    Stage.POSTNATAL_COMMUNITY: "Home after birth",
    Stage.RESIDENTIAL_PLACEMENT: "Mother-and-baby placement",
    Stage.SEPARATED: "Separated",
    Stage.BEREAVEMENT: "After a loss",
    Stage.CLOSED: "Closed",
}

STATE_NAMES: dict[State, str] = {
    State.PENDING: "On track",
    State.DUE_SOON: "Due soon",
    State.OVERDUE: "Overdue",
    State.MISSED: "Missed",
    State.COMPLETED_ON_TIME: "Done on time",
    State.COMPLETED_LATE: "Done late",
    State.DECLINED: "She declined",
    State.NOT_APPLICABLE: "Not applicable",
    State.UNABLE: "Could not be done",
    State.SUPERSEDED: "No longer needed",
}

# In lists of several women, where a team's name would say why somebody is on the list.
LIST_ROLE_NAMES: dict[Role, str] = {
    **ROLE_NAMES,
    Role.OST_PRESCRIBER: "Prescriber",
    Role.DRUG_SERVICE_KEYWORKER: "Keyworker",
    Role.COMMUNITY_PHARMACIST: "Pharmacy",
    Role.BEREAVEMENT_LEAD: "Named lead",
}


def roles_in_lists(roles: Collection[Role]) -> str:
    """``Keyworker and GP``, ``Ward midwife and 4 more``: short, and without what gives a reason away."""
    names = [LIST_ROLE_NAMES[role] for role in roles]
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} more"
    return " and ".join([*names[:1], *(inside_a_sentence(name) for name in names[1:])])


def inside_a_sentence(name: str) -> str:
    """A role's name that does not begin the sentence: ``health visitor``, ``GP``."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


# In a list of several women nobody's row may say why she is on it.
_GIVEAWAYS = (
    ("drug-service ", ""),
    ("drug service", "partner service"),
    ("recovery service", "partner service"),
    ("controlled-drug cupboard", "ward"),
    ("bereavement midwife", "midwife"),
    ("bereavement care", "named lead"),
    ("children's social care", "partner service"),
    ("social worker", "partner service"),
)


def in_lists(words: str) -> str:
    """Who gives or takes, without a drug, a loss or social care: ``drug-service keyworker`` is ``keyworker``."""
    for giveaway, neutral in _GIVEAWAYS:
        words = words.replace(giveaway, neutral)
    return words
