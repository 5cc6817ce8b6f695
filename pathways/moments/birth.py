"""Labour, birth and the baby's first days."""

from __future__ import annotations

from carecoord.access.roles import Role
from pathways.engine.conditions import DetailIs, NotAfter
from pathways.engine.definitions import Anchor, AutoCompletion, Moment, Severity, Step, Tier, after, on, opens
from pathways.engine.offsets import parse_offset as window
from pathways.engine.stage import Stage
from pathways.engine.subjects import SubjectKind
from pathways.moments.evidence import day, words, yes_no
from pathways.moments.parameters import NOWS_HOURS
from pathways.moments.survival import A_QUICK_BIRTH, ALL_BUT_THE_BABYS_DEATH

IN_LABOUR = DetailIs("reason", "labour")

UNBOOKED_LABOUR = Moment(
    key="UNBOOKED_LABOUR",
    title="Unbooked or no antenatal care: rapid pathway",
    list_title="First care on arrival",
    why="A woman who comes without having been booked had her reasons. She and the baby need a senior eye at once, "
    "and a warm start with the people who will stay. [R1, K16]",
    tier=Tier.CORE,
    subject=SubjectKind.ADMISSION,
    stages=(Stage.INTRAPARTUM,),
    trigger="admitted in labour with no completed booking",
    due="senior review in 2 hours; bloods and social contact in 12 hours",
    senders=(Role.LABOUR_WARD_COORDINATOR,),
    sender_words="labour-ward coordinator",
    receivers=(Role.OBSTETRIC_DOCTOR, Role.NEONATAL_TEAM, Role.SPECIALIST_MIDWIFE),
    receiver_words="obstetric and neonatal senior; specialist midwife on the next working day",
    severity=Severity.S1,
    ladder="E-WARD",
    basis="guideline exists; window design",
    confidence="M",
    sources=("K16", "R1"),
    england="NICE NG121",
    steps=(
        Step(
            key="senior_review",
            title="Senior obstetric and neonatal review of an unbooked woman in labour",
            list_title="Senior review on arrival",
            rules=(after(Anchor.ADMISSION, "PT2H"),),
        ),
        Step(
            key="minimum_dataset",
            title="Bloods, social contact and first record of an unbooked woman",
            list_title="First record completed",
            rules=(after(Anchor.ADMISSION, "PT12H"),),
        ),
    ),
    warn=window("P0D"),
    late=window("PT1H"),
    opens=opens(on("admitted", IN_LABOUR, NotAfter("booking_completed"))),
    survives=A_QUICK_BIRTH,
    evidence=(
        words("senior_review_by", "Reviewed by", "senior_review"),
        yes_no("minimum_dataset_recorded", "First record written, bloods offered", "minimum_dataset"),
        day("specialist_midwife_told_on", "Specialist midwife told on", "minimum_dataset"),
    ),
)

NEONATAL_ALERT = Moment(
    key="NEONATAL_ALERT",
    title="Neonatal team alerted to opioid exposure incl. local naloxone caution",
    list_title="Neonatal team told",
    why="The team that receives the baby has to know before the birth, because local policies ask for care with one "
    "medicine in particular. [R44, R45]",
    tier=Tier.EXT,
    subject=SubjectKind.ADMISSION,
    stages=(Stage.INTRAPARTUM,),
    trigger="admitted in labour, opioid exposure known",
    due="1 hour",
    senders=(Role.LABOUR_WARD_COORDINATOR, Role.WARD_MIDWIFE),
    sender_words="labour-ward midwife",
    receivers=(Role.NEONATAL_TEAM,),
    receiver_words="neonatal team",
    severity=Severity.S1,
    ladder="E-WARD",
    basis="local guidelines; window design",
    confidence="M",
    sources=("R44", "R45"),
    england="Leeds: never naloxone to baby of opiate-using mother",
    scotland="(Wales network guideline says the same)",
    steps=(
        Step(
            key="acknowledged",
            title="Neonatal team told of the opioid exposure, and has said so",
            list_title="Neonatal team told",
            rules=(after(Anchor.ADMISSION, "PT1H"),),
            completed_by_acceptance="alert_acknowledged_by",
        ),
    ),
    warn=window("P0D"),
    late=window("PT1H"),
    opens=opens(on("admitted", IN_LABOUR), needs_exposure=True, not_after=("baby_born",)),
    survives=A_QUICK_BIRTH,
    for_the_birth=True,
    evidence=(words("alert_acknowledged_by", "Acknowledged by"),),
)

NOWS_START = Moment(
    key="NOWS_START",
    title="Neonatal withdrawal observation started; parents shown the tool",
    list_title="Baby's observation, started",
    why="A baby may show signs after any opioid, prescribed or not. Parents who were shown what is looked for, and "
    "why, are part of the care instead of being watched. [R1, R43]",
    tier=Tier.CORE,
    subject=SubjectKind.BABY,
    stages=(Stage.POSTNATAL_INPATIENT,),
    trigger="live birth after opioid exposure in pregnancy",
    due="first observation in 6 hours",
    senders=(Role.WARD_MIDWIFE, Role.MIDWIFE),
    sender_words="midwife",
    receivers=(Role.NEONATAL_TEAM,),
    receiver_words="neonatal or transitional care",
    severity=Severity.S2,
    ladder="E-WARD",
    basis="design within local guideline",
    confidence="L",
    sources=("R1", "R43"),
    england="Tool is a site parameter",
    scotland="Tool is a site parameter",
    steps=(
        Step(
            key="first_observation",
            title="First observation for withdrawal signs",
            list_title="Baby's observation, started",
            rules=(after(Anchor.BIRTH, "PT6H"),),
            completed_by=AutoCompletion(facts=("observation_started",), also_before=True),
        ),
    ),
    warn=window("-PT2H"),
    late=window("PT2H"),
    opens=opens(on("baby_born"), needs_exposure=True, not_later_than=NOWS_HOURS),
    survives=ALL_BUT_THE_BABYS_DEATH,
    evidence=(
        words("observation_tool", "Tool used"),
        yes_no("parents_shown_the_tool", "Parents were shown the tool"),
    ),
)

NOWS_COMPLETE = Moment(
    key="NOWS_COMPLETE",
    title="Observation period completed or early stop authorised",
    list_title="Baby's observation, completed",
    why="Signs can take days to appear; nearly all babies who need treatment are found by day five. Whoever looks "
    "after the baby is told what to look for afterwards. [R1, R45, R46]",
    tier=Tier.CORE,
    subject=SubjectKind.BABY,
    stages=(Stage.POSTNATAL_INPATIENT, Stage.SEPARATED),
    trigger="observation started",
    due="the site's hours after the birth (120 by default, 72 to 168)",
    senders=(Role.WARD_MIDWIFE,),
    sender_words="ward midwife",
    receivers=(Role.NEONATAL_TEAM, Role.HEALTH_VISITOR, Role.GP),
    receiver_words="neonatal senior, health visitor and GP",
    severity=Severity.S2,
    ladder="E-WARD",
    basis="study + local guidelines",
    confidence="M",
    sources=("R1", "R43", "R44", "R45", "R46"),
    england="Leeds 5 d single / 7 d poly-drug",
    scotland="West of Scotland: generally not before 5th day",
    steps=(
        Step(
            key="completed_or_authorised_stop",
            title="Observation completed, or an early stop authorised",
            list_title="Baby's observation, completed",
            rules=(after(Anchor.BABYS_BIRTH, NOWS_HOURS),),
            completed_by=AutoCompletion(facts=("observation_ended",)),
        ),
    ),
    warn=window("-PT12H"),
    late=window("PT0H"),
    opens=opens(on("observation_started")),
    survives=ALL_BUT_THE_BABYS_DEATH,
    evidence=(
        words("early_stop_authorised_by", "If stopped early: authorised by, and why"),
        yes_no("late_signs_advice_given", "Advice on late signs given to whoever looks after the baby"),
    ),
)
