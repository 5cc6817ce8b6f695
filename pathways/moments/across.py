"""Moments that cut across stages: moving, losing touch, loss, and the end of the year."""

from __future__ import annotations

from carecoord.access.roles import Role
from pathways.engine.conditions import InTreatment, StageIsOneOf
from pathways.engine.definitions import (
    Anchor,
    Answers,
    AutoCompletion,
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
from pathways.moments.evidence import words, yes_no

CONTACTS = ("first_contact", "booking_completed", "contact_made", "postnatal_visit")

SITE_TRANSFER = Moment(
    key="SITE_TRANSFER",
    title="Transfer accepted by receiving named midwife; OST continuity confirmed",
    list_title="Move to another site",
    why="“I'll move. I'll do anything.” The sending site stays responsible until the receiving midwife says yes, and "
    "her prescription has to be there before she is. [R1]",
    tier=Tier.CORE,
    subject=SubjectKind.TRANSFER,
    stages=(
        Stage.BOOKING,
        Stage.ANTENATAL,
        Stage.POSTNATAL_INPATIENT,
        Stage.POSTNATAL_COMMUNITY,
        Stage.RESIDENTIAL_PLACEMENT,
        Stage.SEPARATED,
    ),
    trigger="transfer requested",
    due="accepted in 2 working days; treatment continuity in 24 hours",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="sending named midwife",
    receivers=(Role.SPECIALIST_MIDWIFE, Role.OST_PRESCRIBER),
    receiver_words="receiving named midwife and prescriber",
    severity=Severity.S1,
    ladder="E-CASE",
    basis="design",
    confidence="L",
    sources=("R1",),
    england="England<->Scotland: new identifier, new prescriber, new safeguarding authority",
    steps=(
        Step(
            key="ost_continuity",
            title="New prescriber has acknowledged, treatment goes on without a gap",
            list_title="Move, care without a gap",
            rules=(after(Anchor.TRANSFER_REQUEST, "PT24H"),),
            exists_if=InTreatment(),
            completed_by_acceptance="new_prescriber_acknowledged_by",
            taken_by=(Role.OST_PRESCRIBER,),
        ),
        Step(
            key="accepted",
            title="Move accepted by the receiving named midwife",
            list_title="Move, accepted",
            rules=(after(Anchor.TRANSFER_REQUEST, "P2WD"),),
            completed_by=AutoCompletion(facts=("transfer_accepted",)),
            taken_by=(Role.SPECIALIST_MIDWIFE,),
        ),
    ),
    warn=window("-P1WD"),
    late=window("PT0H"),
    opens=opens(on("transfer_requested")),
    evidence=(
        words("new_prescriber_acknowledged_by", "Acknowledged by the new prescriber", "ost_continuity"),
        words("accepted_by", "Accepted by", "accepted"),
        yes_no("identifiers_reconciled", "NHS and CHI numbers reconciled", "accepted"),
    ),
)

LOST_CONTACT = Moment(
    key="LOST_CONTACT",
    title="No successful contact: outreach, not discharge",
    list_title="Contact or outreach",
    why="When nobody has reached her, the answer is to go and look for her, kindly, and never to close her journey. "
    "[R1, R2, R60]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(
        Stage.BOOKING,
        Stage.ANTENATAL,
        Stage.POSTNATAL_COMMUNITY,
        Stage.RESIDENTIAL_PLACEMENT,
        Stage.SEPARATED,
    ),
    trigger="no contact that reached her",
    due="14 days after the last contact that reached her; 7 days after the birth and after a loss",
    senders=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="named midwife or keyworker",
    receivers=(Role.DRUG_SERVICE_KEYWORKER, Role.COMMUNITY_PHARMACIST, Role.GP),
    receiver_words="outreach, pharmacy, GP",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="design",
    confidence="L",
    sources=("R1", "R2", "R60"),
    scotland="MAT 3, MAT 5",
    steps=(
        Step(
            key="outreach",
            title="Contact, or outreach where there is none",
            list_title="Contact or outreach",
            # Each rule names the stages in which its window runs; in all others it sleeps.
            rules=(
                after(
                    Anchor.LAST_CONTACT,
                    "P14D",
                    only_if=StageIsOneOf(frozenset({Stage.BOOKING, Stage.ANTENATAL})),
                ),
                after(
                    Anchor.LAST_CONTACT,
                    "P7D",
                    only_if=StageIsOneOf(
                        frozenset(
                            {
                                Stage.POSTNATAL_COMMUNITY,
                                Stage.RESIDENTIAL_PLACEMENT,
                                Stage.SEPARATED,
                                Stage.BEREAVEMENT,
                            }
                        )
                    ),
                ),
            ),
            completed_by=AutoCompletion(facts=CONTACTS),
        ),
    ),
    warn=window("-P3D"),
    late=window("PT0H"),
    opens=opens(*(on(kind) for kind in CONTACTS), pick=Pick.EVERY),
    answers=Answers.AFTER_OPENING,
    evidence=(
        words("outreach_attempts", "What was tried, and when"),
        words("outreach_result", "What came of it"),
    ),
)

LOSS_BEREAVEMENT = Moment(
    key="LOSS_BEREAVEMENT",
    title="Pregnancy loss / baby death: bereavement lead + OST plan",
    list_title="Named lead and plan",
    why="After a loss she needs one person who leads, her medicine without a gap, and no automatic message about a "
    "baby. She chooses the words for what happened. [K26]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.BEREAVEMENT,),
    trigger="a loss or a baby's death",
    due="24 hours",
    senders=(Role.OBSTETRIC_DOCTOR, Role.WARD_MIDWIFE),
    sender_words="attending team",
    receivers=(Role.BEREAVEMENT_LEAD, Role.DRUG_SERVICE_KEYWORKER, Role.GP),
    receiver_words="bereavement midwife, keyworker and GP",
    severity=Severity.S1,
    ladder="E-SEP",
    basis="design (NBCP)",
    confidence="L",
    sources=("K26",),
    england="NBCP",
    scotland="NBCP Scotland",
    steps=(
        Step(
            key="done",
            title="Bereavement lead named, medicine certain, automatic messages stopped",
            list_title="Named lead and plan",
            rules=(after(Anchor.LOSS, "PT24H"),),
        ),
    ),
    warn=window("P0D"),
    late=window("PT12H"),
    opens=opens(on("pregnancy_loss"), on("baby_died")),
    evidence=(
        words("bereavement_lead", "Bereavement lead"),
        words("next_dose_confirmed", "Next dose confirmed: when, where, by whom"),
        yes_no("auto_messages_stopped", "Automatic messages stopped"),
    ),
)

CLOSE_12M = Moment(
    key="CLOSE_12M",
    title="12-month review before closing",
    list_title="Twelve-month review",
    why="A year after the pregnancy somebody looks back with her and hands over, before anything is closed. [R19, R84]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.POSTNATAL_COMMUNITY, Stage.RESIDENTIAL_PLACEMENT, Stage.SEPARATED, Stage.BEREAVEMENT),
    trigger="end of the pregnancy",
    due="365 days",
    senders=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="owner of the journey",
    receivers=(Role.GP, Role.DRUG_SERVICE_KEYWORKER),
    receiver_words="GP and drug service",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="mortality evidence; design",
    confidence="M",
    sources=("R19", "R84"),
    steps=(
        Step(
            key="review",
            title="Review a year after the pregnancy",
            list_title="Twelve-month review",
            rules=(after(Anchor.PREGNANCY_END, "P365D"),),
        ),
    ),
    warn=window("-P30D"),
    late=window("P30D"),
    opens=opens(on("baby_born"), on("pregnancy_loss")),
    evidence=(
        words("retention_status", "Is she still in treatment, in her words"),
        yes_no("open_handoffs_settled", "No handoff is open, or each was waived with a reason"),
    ),
)
