"""The declared critical moments: what clinicians decide, once, as data, each with its source.

Adding a moment is one entry in one of these modules and in ``ALL``; boards, timeline, alerts, the generated
reference page and the tests read it from here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pathways import engine
from pathways.engine import Moment, Problem, SiteRules, Vocabulary
from pathways.moments import across, antenatal, birth, booking, community, medication, separation, ward
from pathways.moments.ladders import LADDERS
from pathways.moments.products import PRODUCTS
from pathways.moments.sources import SOURCES

ALL: tuple[Moment, ...] = (
    booking.BOOK_10W,
    booking.BOOK_LATE_14D,
    booking.NAMED_MIDWIFE,
    booking.DRUG_SERVICE_REFERRAL,
    booking.PRESCRIBER_TOLD_PREGNANT,
    booking.INFO_DRUG_EFFECTS,
    booking.NALOXONE_ANTENATAL,
    booking.MH_BOOKING_SCREEN,
    antenatal.PREBIRTH_DECISION,
    antenatal.PREBIRTH_CONFERENCE,
    antenatal.POSTNATAL_TX_OPTIONS,
    antenatal.FEEDING_PLAN,
    antenatal.BIRTH_MED_PLAN,
    antenatal.NEONATAL_ANAES_REVIEW,
    antenatal.HV_ANTENATAL,
    antenatal.SEPARATION_PLAN,
    birth.UNBOOKED_LABOUR,
    birth.NEONATAL_ALERT,
    medication.OST_VERIFY,
    medication.OST_ADMISSION_NOTICE,
    medication.POCD_RECEIPT,
    medication.OST_FIRST_DOSE,
    medication.OST_DOSE_LATE,
    medication.OST_3DAY_GAP,
    birth.NOWS_START,
    birth.NOWS_COMPLETE,
    ward.FEEDING_CONFLICT,
    ward.MOTHER_STAYS,
    ward.PREDISCHARGE_MEETING,
    ward.DISCHARGE_OST_HANDOVER,
    ward.NALOXONE_DISCHARGE,
    ward.CONTRACEPTION,
    medication.FIRST_COMMUNITY_DOSE,
    community.PN_MIDWIFE_36H,
    community.DRUG_KW_7D,
    community.HV_NEW_BABY,
    community.PN_TX_START,
    community.MH_4_6W,
    community.GP_6_8W,
    community.MIDWIFERY_END_HANDOVER,
    separation.SEP_NOTIFY,
    separation.SEP_EXPLAIN,
    separation.SEP_CONTACT,
    separation.SEP_OST_NALOXONE_24H,
    separation.SEP_RISK_7D,
    separation.SEP_MH_7D,
    separation.SEP_MIDWIFERY,
    separation.SEP_FOLLOWUP,
    across.SITE_TRANSFER,
    across.LOST_CONTACT,
    across.LOSS_BEREAVEMENT,
    across.CLOSE_12M,
)

by_key: Mapping[str, Moment] = {moment.key: moment for moment in ALL}


def check_definitions(definitions: Sequence[Moment] = ALL) -> None:
    """Raise ``DefinitionError`` where declarations are incomplete or contradict themselves. Run at start-up."""
    engine.check_definitions(definitions, ladders=LADDERS, sources=SOURCES)


def check_site(site: SiteRules) -> None:
    """Raise ``DefinitionError`` where a site's parameters name or hold something that the rules cannot read."""
    engine.check_site(ALL, site)


def validate_details(
    kind: str, baby: int | str | None, details: Mapping[str, str], *, sites: Collection[str] | None = None
) -> list[Problem]:
    """What is wrong with a fact that somebody enters: (column, problem) pairs, empty when nothing is.

    ``baby`` as it stands in its column, or as a number. With ``sites``, site codes are checked against them.
    """
    return engine.problems_in_fact(kind, baby, details, Vocabulary(moments=by_key, products=PRODUCTS, sites=sites))
