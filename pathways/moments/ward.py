"""On the ward after birth, and going home from it."""

from __future__ import annotations

from carecoord.access.labels import Label
from carecoord.access.roles import Role
from pathways.engine.conditions import After, BabyStaysBehind, InTreatment, PharmacyClosedAfterLeaving
from pathways.engine.definitions import (
    Anchor,
    Answers,
    EarlyWarning,
    Moment,
    Pick,
    Severity,
    Step,
    Tier,
    after,
    at_gestation,
    on,
    opens,
)
from pathways.engine.offsets import parse_offset as window
from pathways.engine.stage import Stage
from pathways.engine.subjects import SubjectKind
from pathways.moments.evidence import NALOXONE_OUTCOMES, choice, day, words, yes_no
from pathways.moments.survival import ALL_BUT_HER_DEATH, HER_DEATH

FEEDING_CONFLICT = Moment(
    key="FEEDING_CONFLICT",
    title="Contradictory feeding advice reconciled",
    list_title="Feeding advice, agreed again",
    why="The midwife says yes, the consultant says no, and she is left alone with it. Whoever advised differently "
    "brings both back to one plan, and she is told. [R1, R41]",
    tier=Tier.CORE,
    subject=SubjectKind.BABY,
    stages=(Stage.POSTNATAL_INPATIENT, Stage.POSTNATAL_COMMUNITY),
    trigger="advice was given that contradicts the feeding plan",
    due="12 hours",
    senders=(Role.WARD_MIDWIFE, Role.MIDWIFE, Role.NEONATAL_TEAM, Role.OBSTETRIC_DOCTOR, Role.HEALTH_VISITOR),
    sender_words="any professional",
    receivers=(Role.OBSTETRIC_DOCTOR, Role.SPECIALIST_MIDWIFE),
    receiver_words="owners of the feeding plan: consultant and specialist midwife",
    severity=Severity.S2,
    ladder="E-WARD",
    basis="study; window design",
    confidence="M",
    sources=("R1", "R41", "R42"),
    steps=(
        Step(
            key="reconciled",
            title="Contradictory feeding advice reconciled, and she was told",
            list_title="Feeding advice, agreed again",
            rules=(after(Anchor.CONFLICT_LOGGED, "PT12H"),),
        ),
    ),
    warn=window("PT0H"),
    late=window("PT0H"),
    opens=opens(on("feeding_conflict_logged"), pick=Pick.NEXT_AFTER_COMPLETION),
    answers=Answers.AFTER_OPENING,
    evidence=(
        words("reconciled_text", "What was agreed"),
        words("signed_by_midwife", "Signed by the midwife"),
        words("signed_by_consultant", "Signed by the consultant"),
        day("woman_told_on", "She was told on"),
        words("told_by", "Told by"),
    ),
)

MOTHER_STAYS = Moment(
    key="MOTHER_STAYS",
    title="Mother fit, baby not: accommodation with baby offered before discharge",
    list_title="Staying with her baby",
    why="In some hospitals women were discharged before their baby and found it hard to feed and to care. In a UK "
    "cohort, babies kept with their mother needed less treatment and went home sooner. [R1, R47, R51]",
    tier=Tier.CORE,
    subject=SubjectKind.BABY,
    stages=(Stage.POSTNATAL_INPATIENT,),
    trigger="her going home is planned while the baby stays",
    due="12 hours before her planned discharge",
    senders=(Role.WARD_COORDINATOR,),
    sender_words="ward coordinator",
    receivers=(Role.NEONATAL_TEAM, Role.WOMAN),
    receiver_words="bed manager, transitional care and the woman",
    severity=Severity.S2,
    ladder="E-WARD",
    basis="study + framework",
    confidence="M",
    sources=("R1", "R43", "R47", "R51"),
    england="BAPM NTC",
    scotland="West of Scotland: mothers accommodated (up to 10 d)",
    steps=(
        Step(
            key="offer_answered",
            title="A place with the baby offered, and answered",
            list_title="Staying with her baby",
            rules=(after(Anchor.HER_PLANNED_DISCHARGE, "-PT12H"),),
        ),
    ),
    warn=window("-PT24H"),
    late=window("PT0H"),
    opens=opens(on("mother_discharge_planned", BabyStaysBehind())),
    evidence=(
        choice(
            "stay_offer",
            "What was offered",
            (
                ("transitional_care", "Transitional care"),
                ("parent_room", "Parents' room"),
                ("ward_boarder", "Staying on the ward"),
                ("near_site", "Near the hospital"),
                ("not_available", "Nothing available"),
            ),
        ),
        words("woman_choice", "What she chose"),
        words("apart_plan", "If nothing is available: plan for visiting, feeding and her medicine"),
    ),
)

PREDISCHARGE_MEETING = Moment(
    key="PREDISCHARGE_MEETING",
    title="Multi-agency pre-discharge meeting",
    list_title="Meeting before going home",
    why="Where there is a child-protection concern, everybody agrees before the baby leaves, with her in the room. In "
    "Scotland the baby does not go home before. [R10]",
    tier=Tier.EXT,
    subject=SubjectKind.BABY,
    stages=(Stage.POSTNATAL_INPATIENT,),
    trigger="the baby's going home is planned after a concern was accepted",
    due="before the baby goes home",
    senders=(Role.SOCIAL_WORKER,),
    sender_words="social worker",
    receivers=(Role.SPECIALIST_MIDWIFE, Role.WARD_COORDINATOR, Role.DRUG_SERVICE_KEYWORKER, Role.HEALTH_VISITOR),
    receiver_words="core group and ward",
    seen_with=Label.CHILD_PROTECTION,
    severity=Severity.S1,
    ladder="E-SAFE",
    basis="statutory guidance (SCO); local (ENG)",
    confidence="H(SCO)",
    sources=("R10",),
    england="Local procedure",
    scotland="NGCP 3.144: child must not be discharged until meeting held",
    steps=(
        Step(
            key="held",
            title="Multi-agency meeting before the baby goes home",
            list_title="Meeting before going home",
            rules=(after(Anchor.BABYS_PLANNED_DISCHARGE, "PT0H"),),
        ),
    ),
    warn=window("-P2D"),
    late=window("PT0H"),
    opens=opens(on("baby_discharge_planned", After("concern_accepted"))),
    survives=HER_DEATH,
    evidence=(day("meeting_held_on", "Held on"), words("meeting_actions", "Actions, and whose")),
)

DISCHARGE_OST_HANDOVER = Moment(
    key="DISCHARGE_OST_HANDOVER",
    title="Same-day OST handover: last ward dose, next dose date/place, closed-day cover",
    list_title="Going-home plan, both accepted",
    why="Between the last ward dose and the first pharmacy dose nobody is responsible unless somebody says so. "
    "Weekends and bank holidays are where it breaks. [R1, R30, R31, R36]",
    tier=Tier.CORE,
    subject=SubjectKind.ADMISSION,
    stages=(Stage.POSTNATAL_INPATIENT, Stage.ANTENATAL, Stage.SEPARATED),
    trigger="her going home is planned, or she leaves, while in treatment",
    due="before she leaves",
    senders=(Role.OBSTETRIC_DOCTOR, Role.PHARMACIST),
    sender_words="ward prescriber or pharmacist",
    receivers=(Role.OST_PRESCRIBER, Role.COMMUNITY_PHARMACIST, Role.WOMAN),
    receiver_words="drug-service prescriber, community pharmacy and the woman",
    severity=Severity.S1,
    ladder="E-OST",
    basis="local guideline + design",
    confidence="M",
    sources=("R27", "R30", "R31", "R36", "R1"),
    england="England bank-holiday set",
    scotland="Scotland bank-holiday set; pharmacy local holidays",
    steps=(
        Step(
            key="both_acknowledged",
            title="Next dose agreed with prescriber and pharmacy, both acknowledged",
            list_title="Going-home plan, both accepted",
            rules=(after(Anchor.LEAVING, "PT0H"),),
        ),
    ),
    warn=window("-PT24H"),
    early_warning=EarlyWarning(window("-PT48H"), only_if=PharmacyClosedAfterLeaving()),
    late=window("PT0H"),
    opens=opens(on("mother_discharge_planned", InTreatment()), on("mother_discharged", InTreatment())),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        words("last_ward_dose_at", "Last ward dose, as recorded"),
        day("next_dose_on", "Next dose on"),
        words("next_dose_place", "Next dose at"),
        words("pharmacy_acknowledged_by", "Acknowledged at the pharmacy by"),
        words("prescriber_acknowledged_by", "Acknowledged at the prescriber's by"),
        choice(
            "closed_day_cover",
            "Cover for closed days",
            (
                ("not_needed", "Not needed"),
                ("prior_day_supply", "Supply on the day before"),
                ("alt_pharmacy", "Another pharmacy"),
                ("ward_supply", "Supply from the ward"),
            ),
        ),
        yes_no("woman_has_written_copy", "She has it in writing"),
    ),
)

NALOXONE_DISCHARGE = Moment(
    key="NALOXONE_DISCHARGE",
    title="Naloxone in hand at discharge",
    list_title="Safety kit in hand, going home",
    why="The weeks after leaving hospital carry a high risk of overdose. A kit in the bag, and somebody who knows how "
    "to use it, go home with her. [R36, R58]",
    tier=Tier.CORE,
    subject=SubjectKind.ADMISSION,
    stages=(Stage.POSTNATAL_INPATIENT, Stage.SEPARATED),
    trigger="her going home is planned, or she leaves, with any opioid history",
    due="before she leaves",
    senders=(Role.WARD_MIDWIFE,),
    sender_words="ward",
    receivers=(Role.WOMAN,),
    receiver_words="the woman and a person she chooses",
    severity=Severity.S1,
    ladder="E-OST",
    basis="legislation + mortality evidence",
    confidence="M",
    sources=("R58", "R36"),
    england="as NALOXONE_ANTENATAL",
    scotland="as NALOXONE_ANTENATAL",
    steps=(
        Step(
            key="outcome",
            title="Naloxone in hand, or her answer recorded",
            list_title="Safety kit in hand, going home",
            rules=(after(Anchor.LEAVING, "PT0H"),),
        ),
    ),
    warn=window("-PT24H"),
    late=window("P1D"),
    opens=opens(
        on("mother_discharge_planned"),
        on("mother_discharged"),
        needs_exposure=True,
        not_after=("mother_discharged",),
    ),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        choice("naloxone_outcome", "What came of it", NALOXONE_OUTCOMES),
        day("naloxone_expiry", "Kit expires on"),
        yes_no("training_given", "Training given"),
    ),
)

CONTRACEPTION = Moment(
    key="CONTRACEPTION",
    title="Contraception discussed antenatally and chosen method offered before discharge",
    list_title="Contraception",
    why="Talked over while there is time, so that what she chooses, if she chooses anything, is there when she wants "
    "it. Never a condition of any service. [R-CON, K9]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL, Stage.POSTNATAL_INPATIENT, Stage.POSTNATAL_COMMUNITY, Stage.SEPARATED),
    trigger="booking completed; for the outcome, the first birth",
    due="plan by 36+0; outcome 21 days after birth",
    senders=(Role.MIDWIFE,),
    sender_words="midwife",
    receivers=(Role.SPECIALIST_MIDWIFE, Role.GP),
    receiver_words="maternity contraception or sexual and reproductive health",
    severity=Severity.S4,
    ladder="E-INFO",
    basis="guideline",
    confidence="M",
    sources=("R-CON", "K9"),
    england="FSRH",
    scotland="FSRH; never coercive, never a condition of any service",
    steps=(
        Step(
            key="plan",
            title="Contraception talked over",
            list_title="Contraception, plan",
            rules=(at_gestation("36+0"),),
        ),
        Step(
            key="outcome",
            title="Contraception: what she chose, and what came of it",
            list_title="Contraception choice and outcome",
            rules=(after(Anchor.BIRTH, "P21D"),),
            opens=opens(on("baby_born"), pick=Pick.VERY_FIRST),
        ),
    ),
    warn=window("-P7D"),
    late=window("P14D"),
    opens=opens(on("booking_completed")),
    evidence=(
        day("contraception_discussed_on", "Talked over on", "plan"),
        words("contraception_outcome", "What she chose, and what came of it", "outcome"),
    ),
)
