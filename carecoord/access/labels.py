"""What of a woman's record each role may see, of a woman whom it may see at all: one table.

A label stands on every field, fact and page that needs more care than the rest. A role that is
not in the table sees nothing. A grant can narrow what a role sees (a break-glass opens only the
labels that were asked for); nothing widens it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from carecoord.access.roles import Role


class Label(StrEnum):
    """How sensitive something is. The value is stored; ``LABEL_NAMES`` has the words for people."""

    GENERAL = "general"
    ETHNICITY = "ethnicity"
    ABUSE = "abuse"
    CHILD_PROTECTION = "child_protection"
    PSYCHOLOGICAL = "psychological"
    ADDRESS = "address"


LABEL_NAMES: dict[Label, str] = {
    Label.GENERAL: "Her care",
    Label.ETHNICITY: "Ethnicity",
    Label.ABUSE: "Domestic abuse",
    Label.CHILD_PROTECTION: "Child protection and earlier removals",
    Label.PSYCHOLOGICAL: "Trauma and psychological history",
    Label.ADDRESS: "Address and phone number",
}

_ALL = frozenset(Label)
_GENERAL = frozenset({Label.GENERAL})
_WARD = _GENERAL  # never trauma, legal papers, engagement answers or earlier removals
_REACHES_HER = frozenset({Label.GENERAL, Label.ADDRESS})

LABELS: dict[Role, frozenset[Label]] = {
    Role.SPECIALIST_MIDWIFE: _ALL,
    Role.MIDWIFE: _ALL,
    Role.SAFEGUARDING_MIDWIFE: _ALL - {Label.PSYCHOLOGICAL},
    Role.WARD_MIDWIFE: _WARD,
    Role.WARD_COORDINATOR: _WARD,
    Role.LABOUR_WARD_COORDINATOR: _WARD,
    Role.OBSTETRIC_DOCTOR: _GENERAL,
    Role.NEONATAL_TEAM: _GENERAL,
    Role.ANAESTHETIST: _GENERAL,
    Role.PHARMACIST: _GENERAL,
    Role.OST_PRESCRIBER: _REACHES_HER,
    Role.DRUG_SERVICE_KEYWORKER: _REACHES_HER,
    Role.HEALTH_VISITOR: _REACHES_HER,
    Role.PERINATAL_MENTAL_HEALTH: frozenset({Label.GENERAL, Label.PSYCHOLOGICAL, Label.ABUSE}),
    Role.BEREAVEMENT_LEAD: _REACHES_HER,
}


def labels_of(roles: Iterable[Role]) -> frozenset[Label]:
    """Every label that any of ``roles`` may see."""
    return frozenset().union(*(LABELS.get(role, frozenset()) for role in roles))
