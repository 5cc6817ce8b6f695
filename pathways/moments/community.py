"""Home after birth: the weeks in which support used to fall away."""

from __future__ import annotations

from carecoord.access.roles import Role
from pathways.engine.conditions import After, GestationFrom, InTreatment
from pathways.engine.definitions import (
    Anchor,
    AutoCompletion,
    Ending,
    Moment,
    Pick,
    Severity,
    Step,
    Tier,
    after,
    on,
    opens,
)
from pathways.engine.offsets import parse_offset as window
from pathways.engine.stage import Stage
from pathways.engine.subjects import SubjectKind
from pathways.moments.evidence import OPTION_OUTCOMES, choice, day, words, yes_no
from pathways.moments.survival import HER_DEATH

HOME_OR_APART = (Stage.POSTNATAL_COMMUNITY, Stage.RESIDENTIAL_PLACEMENT, Stage.SEPARATED)
AT_FIRST_BIRTH = opens(on("baby_born"), pick=Pick.VERY_FIRST)

PN_MIDWIFE_36H = Moment(
    key="PN_MIDWIFE_36H",
    title="First postnatal midwife visit",
    list_title="First postnatal visit",
    why="The first visit at home is where bleeding, blood pressure, feeding and mood are seen in time, whether or not "
    "the baby came home with her. [R1, R24, K4]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.POSTNATAL_COMMUNITY, Stage.SEPARATED),
    trigger="she went home after a birth",
    due="36 hours after she went home",
    senders=(Role.WARD_MIDWIFE,),
    sender_words="ward",
    receivers=(Role.MIDWIFE, Role.SPECIALIST_MIDWIFE),
    receiver_words="community or specialist midwife",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="guideline",
    confidence="H",
    sources=("K4", "R24"),
    england="NG194: within 36 h of transfer",
    scotland="Board standard (often next day)",
    steps=(
        Step(
            key="seen",
            title="Seen at home by a midwife",
            list_title="First postnatal visit",
            rules=(after(Anchor.HER_DISCHARGE, "PT36H"),),
            completed_by=AutoCompletion(facts=("postnatal_visit",)),
        ),
    ),
    warn=window("-PT12H"),
    late=window("PT0H"),
    opens=opens(on("mother_discharged", After("baby_born"))),
    evidence=(day("visit_on", "Visited on"), yes_no("woman_seen", "She was seen herself")),
)

DRUG_KW_7D = Moment(
    key="DRUG_KW_7D",
    title="Drug-service contact after birth incl. prescriber dose review",
    list_title="Keyworker contact after birth",
    why="More than a third of women leave treatment within a year of the birth, many of them early. The keyworker "
    "calls in the first week, and the prescriber looks at the dose with her. [R84, R85]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=HOME_OR_APART,
    trigger="birth, while in treatment",
    due="7 days after the birth",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(Role.DRUG_SERVICE_KEYWORKER, Role.OST_PRESCRIBER),
    receiver_words="drug-service keyworker and prescriber",
    severity=Severity.S2,
    ladder="E-OST",
    basis="design",
    confidence="L",
    sources=("R84", "R85"),
    scotland="MAT 5",
    steps=(
        Step(
            key="contact",
            title="Drug-service contact and prescriber's review",
            list_title="Keyworker contact after birth",
            rules=(after(Anchor.BIRTH, "P7D"),),
        ),
    ),
    warn=window("-P2D"),
    late=window("P2D"),
    opens=opens(on("baby_born", InTreatment()), pick=Pick.VERY_FIRST),
    evidence=(day("keyworker_contact_on", "Contact on"), day("prescriber_review_on", "Prescriber's review on")),
)

HV_NEW_BABY = Moment(
    key="HV_NEW_BABY",
    title="Health-visitor new-birth contact",
    list_title="First health-visitor visit",
    why="The health visitor's first visit begins the care that goes on for years. It follows the baby; when a baby "
    "comes back to her, it begins again. [R25, K4, K17]",
    tier=Tier.CORE,
    subject=SubjectKind.BABY,
    stages=(Stage.POSTNATAL_COMMUNITY, Stage.RESIDENTIAL_PLACEMENT),
    trigger="live birth, baby with her or with kin",
    due="14 days after the birth; England from day 10, Scotland from day 11",
    senders=(Role.MIDWIFE,),
    sender_words="midwife",
    receivers=(Role.HEALTH_VISITOR,),
    receiver_words="health visitor or Family Nurse",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="guideline",
    confidence="M",
    sources=("R25", "K4", "K17"),
    england="10-14 d",
    scotland="UHVP 11-14 d [K17]",
    steps=(
        Step(
            key="visit",
            title="New-birth visit of the health visitor",
            list_title="First health-visitor visit",
            rules=(
                after(Anchor.BIRTH, "P14D", only_in="ENG", not_before="P10D"),
                after(Anchor.BIRTH, "P14D", only_in="SCO", not_before="P11D"),
            ),
        ),
    ),
    warn=window("-P4D"),
    late=window("P3D"),
    opens=opens(on("baby_born"), starts_again_on="reunified"),
    # The baby placed away ends it, not the stage: with twins the stage may not even change.
    survives=HER_DEATH | {Ending.SEPARATED_STAGE},
    falls_away_on=frozenset({Ending.BABY_PLACED_AWAY}),
    evidence=(day("health_visitor_visit_on", "Visited on"),),
)

PN_TX_START = Moment(
    key="PN_TX_START",
    title="Postnatal treatment offer outcome",
    list_title="Offer after birth, outcome",
    why="An offer explored in pregnancy needs an answer after birth: a place, or the plain word that there is none. "
    "[R1, R4]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=HOME_OR_APART,
    trigger="birth",
    due="14 days after the birth",
    senders=(Role.DRUG_SERVICE_KEYWORKER,),
    sender_words="drug service",
    receivers=(Role.WOMAN,),
    receiver_words="the woman",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="study; window design",
    confidence="M",
    sources=("R1", "R4"),
    steps=(
        Step(
            key="outcome",
            title="Offer of treatment after birth: what came of it",
            list_title="Offer after birth, outcome",
            rules=(after(Anchor.BIRTH, "P14D"),),
        ),
    ),
    warn=window("-P4D"),
    late=window("P7D"),
    opens=AT_FIRST_BIRTH,
    evidence=(choice("option_status", "What came of it", OPTION_OUTCOMES),),
)

MH_4_6W = Moment(
    key="MH_4_6W",
    title="Postnatal mental-health enquiry (all women)",
    list_title="Postnatal mental-health enquiry",
    why="Every woman is asked how she is, after a birth and after a loss. It is a question to all, and no judgement "
    "on any. [R1, K5]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=HOME_OR_APART,
    trigger="birth or pregnancy loss",
    due="42 days, not before 28",
    senders=(Role.SPECIALIST_MIDWIFE, Role.HEALTH_VISITOR),
    sender_words="specialist midwife or health visitor",
    receivers=(Role.GP, Role.PERINATAL_MENTAL_HEALTH),
    receiver_words="GP or perinatal mental health",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="guideline",
    confidence="M",
    sources=("K5", "R1"),
    england="NICE CG192",
    steps=(
        Step(
            key="enquiry",
            title="Asked how she is, four to six weeks after",
            list_title="Postnatal mental-health enquiry",
            rules=(after(Anchor.BIRTH, "P42D", not_before="P28D"),),
        ),
    ),
    warn=window("-P7D"),
    late=window("P7D"),
    opens=opens(on("baby_born"), on("pregnancy_loss")),
    evidence=(day("enquiry_on", "Asked on"), words("enquiry_outcome", "What follows from it")),
)

GP_6_8W = Moment(
    key="GP_6_8W",
    title="GP postnatal consultation invitation + attendance",
    list_title="GP check",
    why="She is offered a consultation for herself, also when she lost the baby or the baby lives elsewhere; the "
    "invitation is worded for where she is. [R22, R23]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(*HOME_OR_APART, Stage.BEREAVEMENT),
    trigger="birth, or a loss from 24+0 on",
    due="invited in 42 days, seen by 56",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife, by the discharge letter",
    receivers=(Role.GP,),
    receiver_words="GP",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="contract guidance (ENG)",
    confidence="H(ENG)",
    sources=("R22", "R23"),
    england="Contractual offer 6-8 wk; must be tailored for bereavement or separation and offered if baby in care",
    scotland="No equivalent document found; local",
    steps=(
        Step(
            key="invited",
            title="Invited by the GP, in words that fit",
            list_title="GP check, invitation",
            rules=(after(Anchor.BIRTH, "P42D"),),
        ),
        Step(
            key="seen_or_declined",
            title="Seen by the GP, or she declined",
            list_title="GP check, 6 to 8 weeks",
            rules=(after(Anchor.BIRTH, "P56D", not_before="P42D"),),
        ),
    ),
    warn=window("-P7D"),
    late=window("P14D"),
    opens=opens(on("baby_born"), on("pregnancy_loss", GestationFrom("24+0"))),
    evidence=(
        day("gp_invited_on", "Invited on", "invited"),
        choice(
            "invite_variant",
            "Wording of the invitation",
            (("standard", "Standard"), ("separated", "Baby lives elsewhere"), ("bereaved", "After a loss")),
            "invited",
        ),
        day("gp_seen_on", "Seen on", "seen_or_declined"),
    ),
)

MIDWIFERY_END_HANDOVER = Moment(
    key="MIDWIFERY_END_HANDOVER",
    title="Specialist midwifery does not end without a joint handover",
    list_title="Joint handover at the end of midwifery",
    why="Support fell away when midwifery ended. It ends with a meeting of those who stay, with her in it. [R1, R5]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=HOME_OR_APART,
    trigger="birth",
    due="56 days after the birth, not before 28",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(Role.HEALTH_VISITOR, Role.DRUG_SERVICE_KEYWORKER, Role.GP),
    receiver_words="health visitor, drug-service keyworker and GP",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="study recommendation 1; window design",
    confidence="M",
    sources=("R1", "R5"),
    steps=(
        Step(
            key="joint_handover",
            title="Joint handover held at the end of specialist midwifery",
            list_title="Joint handover at the end of midwifery",
            rules=(after(Anchor.BIRTH, "P56D", not_before="P28D"),),
        ),
    ),
    warn=window("-P7D"),
    late=window("P7D"),
    opens=AT_FIRST_BIRTH,
    evidence=(
        day("handover_held_on", "Held on"),
        words("handover_attendees", "Who was there (two agencies or more)"),
        yes_no("woman_present_or_declined", "She was there, or chose not to be"),
    ),
)
