"""Which open steps of the pathway she has to be seen for, and by which kind of service. One entry each.

What is done at her home, on a ward or between services without her stands in no list here: it needs no trip. Steps that
a referral completes when she was seen are the kind's own (``Kind.seen``).
"""

from __future__ import annotations

from collections.abc import Mapping

from referrals.rules import kinds

SEEN_FOR: Mapping[kinds.Step, str] = {
    ("BOOK_10W", "done"): "midwifery",
    ("BOOK_LATE_14D", "done"): "midwifery",
    ("INFO_DRUG_EFFECTS", "first"): "midwifery",
    ("INFO_DRUG_EFFECTS", "repeat"): "midwifery",
    ("NALOXONE_ANTENATAL", "done"): "midwifery",
    ("MH_BOOKING_SCREEN", "enquiry"): "midwifery",
    ("FEEDING_PLAN", "signed_x2"): "midwifery",
    ("BIRTH_MED_PLAN", "draft"): "midwifery",
    ("BIRTH_MED_PLAN", "final_and_acknowledged"): "midwifery",
    ("MH_4_6W", "enquiry"): "midwifery",
    ("PREBIRTH_CONFERENCE", "held"): "social_work",
    ("NEONATAL_ANAES_REVIEW", "done"): "obstetrics",
    ("HV_ANTENATAL", "contact"): "health_visiting",
    ("DRUG_KW_7D", "contact"): "drug_service",
    ("SEP_RISK_7D", "clinician_review"): "mental_health",
    **{step: kind.key for kind in kinds.ALL for step in kind.seen},
}
