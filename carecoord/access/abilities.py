"""What each role may do: one table. A role that is not in it may do nothing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from carecoord.access.roles import Role


class Ability(StrEnum):
    """One thing that a member of staff may do. Every page declares the one that it needs."""

    SEE_CASELOAD = "see a caseload"
    SEE_HANDOFFS = "see the team's handoffs"
    SEE_JOURNEY = "see a woman's journey"
    ADD_WOMAN = "add a woman"
    RECORD_EVENT = "record what happened"
    ANSWER_HANDOFF = "complete or end a handoff"
    HAND_OVER = "offer a handoff, and accept or decline one"
    CORRECT_ENTRY = "mark an entry as entered in error"
    ASSIGN_MIDWIFE = "name her midwife"
    AGREE_EDD = "agree the estimated date of delivery"
    CLAIM = "open a record by saying: I am caring for her"
    BREAK_GLASS = "open a sealed record in an emergency"
    MANAGE_ACCESS = "say who may see a record, and who covers a caseload"
    SEE_NOTICES = "be told who opened a record"
    SEE_WHO_LOOKED = "see who has looked at a record"
    REVIEW_ACCESS = "review how records are used"
    OPEN_ADDRESS = "open her number and her address, for a purpose"
    DECIDE_OUTREACH = "decide how the search for a woman goes on"
    MANAGE_DUTY = "say who holds which post of the ladders, and when"
    ENROL_MACHINE = "make a computer a shared machine of the ward"
    SEE_SYSTEM = "see whether the product does its work"
    SEE_UNMET_NEEDS = "see what women of a site need and do not get, in numbers"
    SEE_SEPARATED = "see the support of women from whom a baby was placed away"
    SEE_WARD = "see the board of a ward"
    SEE_MEDICINE = "see what is stated of her medicine"
    STATE_MEDICINE = "write down what a source says of her medicine"
    PRESCRIBE = "sign a ward plan, and decide about a dose"
    WORK_ON_WARD = "give medicine on a ward, keep its beds and hand it over"
    WITNESS = "sign as the second person"
    COUNT_STAYS = "see how often a mother could stay with her baby"
    RECORD_DEATH = "report that a woman has died, and confirm it as the second person"
    END_JOURNEY = "close a woman's journey"
    REOPEN = "open a closed journey again, with a manager's word"
    AGREE_REOPENING = "agree that a closed journey is opened again"
    SIGN_OFF = "sign off for safeguarding"
    SEE_SERVICES = "see which services exist, and for whom"
    KEEP_SERVICES = "keep the directory of services"
    SEE_REFERRALS = "see the team's referrals"
    REFER = "refer a woman to a service, and answer a referral"
    SEE_CLINICS = "see the days of the clinics"
    KEEP_CLINICS = "set up clinics, and cancel one"
    SEE_GAPS = "see where care breaks between sites, in numbers"
    ACT_ON_GAPS = "set an aim for a number, and note what was changed"
    BOOK = "book her appointments, and say what became of them"
    OFFER_ENGAGEMENT = "offer her the questions of CE-8"
    ENTER_ENGAGEMENT = "type in answers to CE-8 from paper"


_CARE = frozenset(
    {
        Ability.SEE_HANDOFFS,
        Ability.SEE_JOURNEY,
        Ability.RECORD_EVENT,
        Ability.ANSWER_HANDOFF,
        Ability.HAND_OVER,
        Ability.CORRECT_ENTRY,
        Ability.CLAIM,
        Ability.SEE_SERVICES,
        Ability.SEE_REFERRALS,
        Ability.REFER,
        Ability.SEE_CLINICS,
        Ability.BOOK,
        Ability.OFFER_ENGAGEMENT,
        Ability.ENTER_ENGAGEMENT,
    }
)
# Who keeps what others rely on: the directory and the days of the clinics.
_KEEPS = frozenset({Ability.SEE_SERVICES, Ability.KEEP_SERVICES, Ability.SEE_CLINICS, Ability.KEEP_CLINICS})
_EMERGENCY = _CARE | {Ability.BREAK_GLASS}
_MIDWIFERY = _EMERGENCY | {Ability.ADD_WOMAN, Ability.AGREE_EDD, Ability.RECORD_DEATH, Ability.REOPEN}
_CASELOAD = (
    _MIDWIFERY
    | _KEEPS
    | {
        Ability.SEE_CASELOAD,
        Ability.ASSIGN_MIDWIFE,
        Ability.SEE_WHO_LOOKED,
        Ability.MANAGE_ACCESS,
        Ability.SEE_NOTICES,
        Ability.END_JOURNEY,
        Ability.SEE_UNMET_NEEDS,
        Ability.SEE_SEPARATED,
    }
)
# Go and look for her: her number with the label for it (see labels.py), and how the search goes on.
_REACHES_HER = frozenset({Ability.OPEN_ADDRESS, Ability.DECIDE_OUTREACH})
_COUNTS_ONLY = frozenset({Ability.SEE_HANDOFFS})  # without SEE_JOURNEY: numbers, never women

_SEES_MEDICINE = frozenset({Ability.SEE_WARD, Ability.SEE_MEDICINE})
_MEDICINE = _SEES_MEDICINE | {Ability.STATE_MEDICINE}
_FROM_OUTSIDE = frozenset({Ability.SEE_MEDICINE, Ability.STATE_MEDICINE})
_ON_WARD = _MEDICINE | {Ability.WORK_ON_WARD, Ability.WITNESS}
_WARD = _MIDWIFERY | _ON_WARD
_WARD_LEAD = _WARD | {Ability.ENROL_MACHINE, Ability.COUNT_STAYS}

ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.SPECIALIST_MIDWIFE: _CASELOAD | _REACHES_HER | _MEDICINE | {Ability.WITNESS},
    Role.MIDWIFE: _CASELOAD | _REACHES_HER | _MEDICINE | {Ability.WITNESS},
    Role.SAFEGUARDING_MIDWIFE: _EMERGENCY
    | _REACHES_HER
    | {Ability.RECORD_DEATH, Ability.SIGN_OFF, Ability.SEE_SEPARATED},
    Role.WARD_MIDWIFE: _WARD,
    Role.WARD_COORDINATOR: _WARD_LEAD,
    Role.LABOUR_WARD_COORDINATOR: _WARD_LEAD,
    Role.OBSTETRIC_DOCTOR: _EMERGENCY | _MEDICINE | {Ability.PRESCRIBE, Ability.WITNESS, Ability.RECORD_DEATH},
    Role.NEONATAL_TEAM: _EMERGENCY | _SEES_MEDICINE,
    Role.ANAESTHETIST: _EMERGENCY | _SEES_MEDICINE,
    Role.PHARMACIST: _CARE | _MEDICINE | {Ability.WITNESS},
    Role.OST_PRESCRIBER: _CARE | _REACHES_HER | _FROM_OUTSIDE | {Ability.PRESCRIBE, Ability.RECORD_DEATH},
    Role.DRUG_SERVICE_KEYWORKER: _CARE | _REACHES_HER | _FROM_OUTSIDE | {Ability.RECORD_DEATH},
    Role.HEALTH_VISITOR: _CARE | _REACHES_HER,
    Role.PERINATAL_MENTAL_HEALTH: _CARE,
    Role.BEREAVEMENT_LEAD: _CARE | _REACHES_HER | {Ability.RECORD_DEATH, Ability.END_JOURNEY},
    Role.SERVICE_MANAGER: _COUNTS_ONLY
    | _KEEPS
    | {
        Ability.SEE_SYSTEM,
        Ability.MANAGE_DUTY,
        Ability.COUNT_STAYS,
        Ability.AGREE_REOPENING,
        Ability.SEE_UNMET_NEEDS,
        Ability.SEE_GAPS,
        Ability.ACT_ON_GAPS,
    },
    Role.SITE_ADMINISTRATOR: _COUNTS_ONLY
    | _KEEPS
    | {Ability.ENROL_MACHINE, Ability.SEE_SYSTEM, Ability.MANAGE_DUTY, Ability.ENTER_ENGAGEMENT},
    Role.PRIVACY_OFFICER: _COUNTS_ONLY | {Ability.REVIEW_ACCESS, Ability.SEE_NOTICES},
}


def roles_with(ability: Ability) -> frozenset[Role]:
    """The roles that may do it."""
    return frozenset(role for role, held in ABILITIES.items() if ability in held)


CASELOAD_ROLES = roles_with(Ability.SEE_CASELOAD)


def abilities_of(roles: Iterable[Role]) -> frozenset[Ability]:
    """Everything that any of ``roles`` may do."""
    return frozenset().union(*(ABILITIES.get(role, frozenset()) for role in roles))
