"""Pregnancy: assessments and plans that have to be agreed, shared and known before labour."""

from __future__ import annotations

from carecoord.access.labels import Label
from carecoord.access.roles import Role
from pathways.engine.definitions import (
    Anchor,
    Answers,
    Combine,
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
from pathways.moments.booking import PREGNANCY_OVER
from pathways.moments.evidence import OPTION_OUTCOMES, choice, day, words, yes_no
from pathways.moments.parameters import PREBIRTH_CONF_GA

PREBIRTH_DECISION = Moment(
    key="PREBIRTH_DECISION",
    title='Pre-birth assessment decision recorded (incl. "not needed, because")',
    list_title="Pre-birth assessment decision",
    why="A decision taken early and talked over with her, also when it is that no assessment is needed, is kinder "
    "than one that comes late. [R10, R13]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="booking completed",
    due="by 16+0",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(Role.SAFEGUARDING_MIDWIFE, Role.SOCIAL_WORKER),
    receiver_words="safeguarding midwife, children's social care",
    seen_with=Label.CHILD_PROTECTION,
    severity=Severity.S3,
    ladder="E-SAFE",
    basis="local procedures",
    confidence="M",
    sources=("R10", "R13", "R15b"),
    england="Local: Doncaster ~16 wk referral; Cambridgeshire involvement at 12 wk. Site parameter",
    scotland="NGCP 2021 4.263: can begin whenever pregnancy confirmed; as soon as possible if risk",
    steps=(
        Step(
            key="done",
            title="Pre-birth assessment decision recorded and talked over with her",
            list_title="Pre-birth assessment decision",
            rules=(at_gestation("16+0"),),
        ),
    ),
    warn=window("-P14D"),
    late=window("P14D"),
    opens=opens(on("booking_completed"), not_after=PREGNANCY_OVER),
    for_the_birth=True,
    evidence=(
        choice(
            "prebirth_decision",
            "Decision",
            (("not_needed", "Not needed"), ("early_help", "Early help"), ("referral", "Referral")),
        ),
        words("prebirth_rationale", "Because"),
        day("prebirth_discussed_on", "Talked over with her on"),
    ),
)

PREBIRTH_CONFERENCE = Moment(
    key="PREBIRTH_CONFERENCE",
    title="Pre-birth conference / CPPM held",
    list_title="Pre-birth meeting",
    why="Held in good time, the conference leaves weeks to change what can be changed, and she goes into labour "
    "knowing what was decided. [R10, R11, R12]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="child-protection concern accepted",
    due="Scotland: 28 days after the concern and by 28+0; England: by 28+0, the site's choice up to 34+0",
    senders=(Role.SOCIAL_WORKER,),
    sender_words="children's social care",
    receivers=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER, Role.NEONATAL_TEAM),
    receiver_words="core group with specialist midwife, drug service and neonatal team",
    seen_with=Label.CHILD_PROTECTION,
    severity=Severity.S2,
    ladder="E-SAFE",
    basis="statutory guidance (SCO); local (ENG)",
    confidence="H(SCO)/M(ENG)",
    sources=("R10", "R11", "R12", "R14"),
    england="No single national week. Cheshire East ~3 months before EDD; Sefton no later than 34th week; ICPC clock "
    "15 WD [K10] may be varied pre-birth",
    scotland="NGCP 2021 (bullet before 3.143): within 28 calendar days of concern and always within 28 weeks. Late "
    "entrants: 28 days or before birth",
    steps=(
        Step(
            key="held",
            title="Pre-birth conference held",
            list_title="Pre-birth meeting",
            rules=(
                after(Anchor.CONCERN, "P28D", only_in="SCO"),
                at_gestation("28+0", only_in="SCO"),
                at_gestation(PREBIRTH_CONF_GA, only_in="ENG"),
            ),
            combine=Combine.EARLIER,
        ),
    ),
    warn=window("-P7D"),
    late=window("P0D"),
    opens=opens(on("concern_accepted"), not_after=PREGNANCY_OVER),
    for_the_birth=True,
    evidence=(
        day("conference_held_on", "Held on"),
        words("conference_outcome", "Outcome"),
        words("birth_notification_owner", "Who tells whom when the baby is born"),
    ),
)

POSTNATAL_TX_OPTIONS = Moment(
    key="POSTNATAL_TX_OPTIONS",
    title="Postnatal treatment / mother-and-baby options explored and outcome recorded",
    list_title="Options after birth explored",
    why="At one site women could go on together with their baby; others were given no chance. What does not exist "
    "here is written down as that, and never as her refusal. [R1, R4]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="booking completed",
    due="by 30+0 (late entry: 14 days)",
    senders=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="specialist midwife and drug service",
    receivers=(Role.WOMAN, Role.SERVICE_MANAGER),
    receiver_words="the woman, commissioner",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="study; window design",
    confidence="M",
    sources=("R1", "R4"),
    england="LA/ICB funding panel date field",
    scotland="ADP / residential rehab funding date field",
    steps=(
        Step(
            key="done",
            title="Treatment and mother-and-baby options after birth explored",
            list_title="Options after birth explored",
            rules=(at_gestation("30+0"),),
        ),
    ),
    warn=window("-P14D"),
    late=window("P7D"),
    opens=opens(on("booking_completed")),
    for_the_birth=True,
    evidence=(
        words("option", "Which options were explored"),
        choice("option_status", "What came of the one she wants most", OPTION_OUTCOMES),
    ),
)

FEEDING_PLAN = Moment(
    key="FEEDING_PLAN",
    title="One agreed infant-feeding plan, co-signed",
    list_title="Feeding plan, signed by both",
    why="Women were told yes by one professional and no by the next. One plan, signed by the midwife and by the "
    "neonatal or obstetric consultant and shared with her, ends that. [R1, R41, R42]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="booking completed",
    due="by 34+0",
    senders=(Role.SPECIALIST_MIDWIFE, Role.NEONATAL_TEAM, Role.OBSTETRIC_DOCTOR),
    sender_words="specialist midwife, neonatal team and obstetric consultant",
    receivers=(Role.WARD_MIDWIFE, Role.WOMAN),
    receiver_words="ward and the woman",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="study + guideline; window design",
    confidence="M",
    sources=("R1", "R40", "R41", "R42"),
    england="SPS text",
    scotland="SPS + Board text",
    steps=(
        Step(
            key="signed_x2",
            title="Feeding plan signed by both and shared with her",
            list_title="Feeding plan, signed by both",
            rules=(at_gestation("34+0"),),
        ),
    ),
    warn=window("-P14D"),
    late=window("P7D"),
    opens=opens(on("booking_completed")),
    for_the_birth=True,
    evidence=(
        words("feeding_plan_version", "Version of the plan"),
        words("signed_by_midwife", "Signed by the midwife"),
        words("signed_by_consultant", "Signed by the neonatal or obstetric consultant"),
        day("feeding_plan_shared_on", "Shared with her on"),
    ),
)

BIRTH_MED_PLAN = Moment(
    key="BIRTH_MED_PLAN",
    title="Birth + ward medication plan final and distributed",
    list_title="Birth and ward plan",
    why="On the ward, access to her medicine was sometimes poorly managed. A plan that the ward, prescriber, pharmacy, "
    "neonatal team and she herself hold before labour is what prevents it. [R1, R34, R43]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="booking completed",
    due="draft by 32+0, final by 34+0",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(
        Role.WARD_MIDWIFE,
        Role.OST_PRESCRIBER,
        Role.PHARMACIST,
        Role.NEONATAL_TEAM,
        Role.ANAESTHETIST,
        Role.WOMAN,
    ),
    receiver_words="ward, prescriber, pharmacy, neonatal team, anaesthetics and the woman",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="local guideline (~32 wk MDT); window design",
    confidence="M",
    sources=("R43", "R34", "R1"),
    scotland="West of Scotland: ~32 wk MDT planning meeting",
    steps=(
        Step(
            key="draft",
            title="Birth and ward medication plan, draft",
            list_title="Birth and ward plan, draft",
            rules=(at_gestation("32+0"),),
        ),
        Step(
            key="final_and_acknowledged",
            title="Birth and ward medication plan, final and acknowledged by all",
            list_title="Birth and ward plan, final",
            rules=(at_gestation("34+0"),),
        ),
    ),
    warn=window("-P14D"),
    late=window("P7D"),
    opens=opens(on("booking_completed")),
    for_the_birth=True,
    evidence=(
        day("plan_drafted_on", "Draft written on", "draft"),
        day("plan_final_on", "Final on", "final_and_acknowledged"),
        words("plan_acknowledged_by", "Acknowledged by", "final_and_acknowledged"),
        yes_no("woman_has_copy", "She has a copy", "final_and_acknowledged"),
    ),
)

NEONATAL_ANAES_REVIEW = Moment(
    key="NEONATAL_ANAES_REVIEW",
    title="Neonatal counselling (NOWS, rooming-in) and anaesthetic plan",
    list_title="Neonatal and anaesthetic review",
    why="Meeting the neonatal team before birth answers what worries her about the baby's first days, and pain relief "
    "is planned rather than argued about in labour. [R1, K2]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="in treatment or regular opioids",
    due="by 34+0",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(Role.NEONATAL_TEAM, Role.ANAESTHETIST),
    receiver_words="neonatal team and obstetric anaesthesia",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="design",
    confidence="L",
    sources=("R1", "K2"),
    steps=(
        Step(
            key="done",
            title="Neonatal counselling and anaesthetic plan",
            list_title="Neonatal and anaesthetic review",
            rules=(at_gestation("34+0"),),
        ),
    ),
    warn=window("-P14D"),
    late=window("P7D"),
    opens=opens(on("booking_completed"), needs_exposure=True),
    for_the_birth=True,
    evidence=(
        day("neonatal_counselling_on", "Met the neonatal team on"),
        day("anaesthetic_plan_on", "Anaesthetic plan made on"),
        words("anaesthetic_not_needed_by", "If no anaesthetic plan is needed, who said so"),
    ),
)

HV_ANTENATAL = Moment(
    key="HV_ANTENATAL",
    title="Antenatal health-visitor / Family Nurse contact",
    list_title="Antenatal health-visitor contact",
    why="The health visitor stays when midwifery ends. Meeting before birth makes her a face that is known. [R25, R26]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="booking completed",
    due="England: 28+0 to 32+0; Scotland: 32+0 to 34+0",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(Role.HEALTH_VISITOR,),
    receiver_words="health visitor or Family Nurse",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="guideline",
    confidence="M",
    sources=("R25", "R26"),
    england="First HV contact ~28 wk",
    scotland="UHVP pre-birth contact 32-34 wk",
    steps=(
        Step(
            key="contact",
            title="Antenatal contact with the health visitor or Family Nurse",
            list_title="Antenatal health-visitor contact",
            rules=(
                at_gestation("32+0", only_in="ENG", not_before="28+0"),
                at_gestation("34+0", only_in="SCO", not_before="32+0"),
            ),
        ),
    ),
    warn=window("-P7D"),
    late=window("P7D"),
    opens=opens(on("booking_completed")),
    for_the_birth=True,
    evidence=(
        day("health_visitor_told_on", "Health visitor told on"),
        day("health_visitor_contact_on", "Contact on"),
    ),
)

SEPARATION_PLAN = Moment(
    key="SEPARATION_PLAN",
    title="If separation is a possibility: honest, written, co-produced plan before labour",
    list_title="Plan talked through in person",
    why="Plans are shared too late, at worst in labour. If separation is possible she hears it in person and in good "
    "time, with an advocate, and has a say in how it would happen. [R1, R16, R16b]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="social-care plan, or a change of it, includes possible separation",
    due="by 34+0, or 5 working days after the plan changed",
    senders=(Role.SOCIAL_WORKER, Role.SPECIALIST_MIDWIFE),
    sender_words="social worker and specialist midwife",
    receivers=(Role.WOMAN, Role.WARD_COORDINATOR, Role.DRUG_SERVICE_KEYWORKER),
    receiver_words="the woman, ward and drug service",
    seen_with=Label.CHILD_PROTECTION,
    severity=Severity.S2,
    ladder="E-SAFE",
    basis="research guidance; window design",
    confidence="M",
    sources=("R1", "R16", "R16b"),
    england="Pre-proceedings / legal status recorded",
    scotland="CPO/CSO route recorded",
    steps=(
        Step(
            key="told_in_person",
            title="Told in person about the plan and its possible separation",
            list_title="Plan talked through in person",
            rules=(at_gestation("34+0"), after(Anchor.PLAN_CHANGED, "P5WD")),
            combine=Combine.LATER,
        ),
    ),
    warn=window("-P7D"),
    late=window("P0D"),
    opens=opens(on("separation_possible"), pick=Pick.LATEST),
    answers=Answers.AFTER_OPENING,  # before, she was told of another plan
    for_the_birth=True,
    evidence=(
        words("separation_plan_version", "Version of the plan"),
        day("told_in_person_on", "Told in person on"),
        words("told_by", "Told by"),
        yes_no("advocate_offered", "Advocate offered"),
        yes_no("not_in_labour", "Told before labour"),
    ),
)
