"""How each handoff is usually answered: from when, until when, by whom. Their due times are the engine's alone:
what stands here is only where in time an answer is put, close enough to be sometimes in time and sometimes not.
"""

from __future__ import annotations

from typing import NamedTuple

Choices = tuple[tuple[str, tuple[str, ...]], ...]
NALOXONE = ("naloxone_outcome", ("supplied", "supplied", "has_in_date", "declined"))


class Usual(NamedTuple):
    """One step: days after its anchor from when and until when it is answered, by which part of the team.

    ``also``: what is written with it, one of these. ``needs``: only where that is known of her. ``extra``: not done
    everywhere, and left out where lives are thinned.
    """

    moment: str
    step: str
    anchor: str
    since: float
    until: float
    by: str = "midwife"
    also: Choices = ()
    needs: str = ""
    extra: bool = False


WEEK = 7.0
BEFORE: tuple[Usual, ...] = (
    Usual("MH_BOOKING_SCREEN", "enquiry", "booking", 0.02, 0.2,
          also=(("result", ("negative", "negative", "positive")),)),
    Usual("INFO_DRUG_EFFECTS", "first", "booking", 4, 28),
    Usual("INFO_DRUG_EFFECTS", "repeat", "lmp", 28 * WEEK, 32 * WEEK, extra=True),
    Usual("DRUG_SERVICE_REFERRAL", "sent", "disclosed", 0.05, 0.9, needs="to refer"),
    Usual("DRUG_SERVICE_REFERRAL", "acknowledged", "disclosed", 1.0, 3.0, "keyworker", needs="to refer"),
    Usual("DRUG_SERVICE_REFERRAL", "first_appointment", "disclosed", 3, 9, "keyworker", needs="to refer", extra=True),
    Usual("PRESCRIBER_TOLD_PREGNANT", "acknowledged", "told", 0.2, 2.0, "prescriber", needs="treated"),
    Usual("NALOXONE_ANTENATAL", "done", "booking", 3, 28, "keyworker", (NALOXONE,), "opioid"),
    Usual("PREBIRTH_DECISION", "done", "lmp", 12 * WEEK, 16 * WEEK, "safeguarding",
          (("prebirth_decision", ("not_needed", "early_help", "referral")),)),
    Usual("PREBIRTH_CONFERENCE", "held", "concern", 7, 28, "safeguarding"),
    Usual("POSTNATAL_TX_OPTIONS", "done", "lmp", 24 * WEEK, 30 * WEEK),
    Usual("FEEDING_PLAN", "signed_x2", "lmp", 30 * WEEK, 34 * WEEK),
    Usual("BIRTH_MED_PLAN", "draft", "lmp", 28 * WEEK, 32 * WEEK, extra=True),
    Usual("BIRTH_MED_PLAN", "final_and_acknowledged", "lmp", 31 * WEEK, 34 * WEEK),
    Usual("NEONATAL_ANAES_REVIEW", "done", "lmp", 29 * WEEK, 34 * WEEK, "ward", needs="treated", extra=True),
    Usual("HV_ANTENATAL", "contact", "lmp", 29 * WEEK, 32 * WEEK, "keyworker", extra=True),
    Usual("SEPARATION_PLAN", "told_in_person", "planned", 1, 7, "safeguarding"),
    Usual("CONTRACEPTION", "plan", "lmp", 32 * WEEK, 36 * WEEK, extra=True),
)  # fmt: skip
AFTER: tuple[Usual, ...] = (
    Usual("CONTRACEPTION", "outcome", "birth", 1, 21, extra=True),
    Usual("DRUG_KW_7D", "contact", "birth", 2, 7, "keyworker", needs="in treatment"),
    Usual("HV_NEW_BABY", "visit", "birth", 11, 14, "keyworker", needs="with her"),
    Usual("PN_TX_START", "outcome", "birth", 5, 14),
    Usual("MIDWIFERY_END_HANDOVER", "joint_handover", "birth", 30, 56, extra=True),
)
AFTER_THE_END: tuple[Usual, ...] = (
    Usual("MH_4_6W", "enquiry", "end", 29, 42, extra=True),
    Usual("CLOSE_12M", "review", "end", 340, 365),
)
APART: tuple[Usual, ...] = (
    Usual("SEP_NOTIFY", "all_roles_acknowledged", "apart", 0.04, 0.16, "ward"),
    Usual("SEP_EXPLAIN", "verbal_and_written", "apart", 0.1, 1.0, "safeguarding"),
    Usual("SEP_CONTACT", "contact_1", "apart", 0.2, 1.0),
    Usual("SEP_CONTACT", "contact_2", "apart", 1.5, 3.0, extra=True),
    Usual("SEP_OST_NALOXONE_24H", "done", "apart", 0.1, 1.0, "keyworker", (NALOXONE,), "opioid"),
    Usual("SEP_RISK_7D", "clinician_review", "apart", 1, 7, "prescriber"),
    Usual("SEP_MH_7D", "referral", "apart", 0.3, 1.5, extra=True),
    Usual("SEP_MH_7D", "first_contact", "apart", 2, 7, "keyworker"),
    Usual("SEP_MIDWIFERY", "first_visit", "apart home", 0.3, 1.5),
    Usual("SEP_FOLLOWUP", "w6", "apart", 38, 42, also=(("alive_and_well", ("seen", "spoken", "reliable_report")),)),
    Usual("SEP_FOLLOWUP", "m3", "apart", 85, 91, extra=True),
    Usual("SEP_FOLLOWUP", "m6", "apart", 175, 182, extra=True),
    Usual("SEP_FOLLOWUP", "m9", "apart", 266, 273, extra=True),
    Usual("SEP_MIDWIFERY", "plan_continues_to", "end", 24, 28, extra=True),
)
