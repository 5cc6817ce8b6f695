"""Booking: from the first contact with any service to being known, booked and informed."""

from __future__ import annotations

from carecoord.access.roles import Role
from pathways.engine.conditions import (
    CompletedWith,
    DetailIs,
    GestationFrom,
    GestationUnder,
    NotInLabourWithin,
)
from pathways.engine.definitions import (
    Anchor,
    AutoCompletion,
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

BOOKED = AutoCompletion(facts=("booking_completed",), also_before=True)
PREGNANCY_OVER = ("baby_born", "pregnancy_loss")

BOOK_10W = Moment(
    key="BOOK_10W",
    title="Booking appointment held by 10+0",
    list_title="Booking appointment",
    why="Booking by 10+0 leaves time for everything that follows: information, scans, choices, a plan. Services "
    "reach it for about two women in three, so a missed one says something about the service, not about her. "
    "[R1, R7, R8]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.BOOKING,),
    trigger="first contact before 9+0",
    due="by 10+0",
    senders=(Role.GP, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="referrer, GP or drug service",
    receivers=(Role.SPECIALIST_MIDWIFE,),
    receiver_words="specialist midwife",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="guideline",
    confidence="H",
    sources=("R1", "R7", "R8", "R9", "K3"),
    england="NICE target 10+0",
    scotland="National measure is 12+0 in every SIMD quintile; PHS also publishes 10-week share. Compute both.",
    steps=(
        Step(
            key="done",
            title="Booking appointment held",
            list_title="Booking appointment",
            rules=(at_gestation("10+0"), at_gestation("12+0", only_in="SCO", measure_only=True)),
            completed_by=BOOKED,
        ),
    ),
    warn=window("-P7D"),
    late=window("P0D"),
    opens=opens(on("first_contact", GestationUnder("9+0")), pick=Pick.VERY_FIRST),
    for_the_birth=True,
    evidence=(day("booking_completed_on", "Booking appointment held on"),),
)

BOOK_LATE_14D = Moment(
    key="BOOK_LATE_14D",
    title="Late contact booked fast, reason asked kindly",
    list_title="Booking appointment",
    why="Some women do not know that they are pregnant, or are afraid to say so. What happened to them then "
    "depended on what the site had; a fast booking and a kind question keep the door open. [R1, K3]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.BOOKING,),
    trigger="first contact at 9+0 or later, not in labour",
    due="14 days after first contact (3 working days from 28+0 on)",
    senders=(Role.MIDWIFE, Role.GP, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="first-contact professional",
    receivers=(Role.SPECIALIST_MIDWIFE,),
    receiver_words="specialist midwife",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="guideline (14 d) + design (3 WD)",
    confidence="M",
    sources=("R1", "K3"),
    england="NG201: within 2 weeks if contact after 9+0",
    scotland="same rule",
    steps=(
        Step(
            key="done",
            title="Booking appointment held, reason for the late contact asked kindly",
            list_title="Booking appointment",
            rules=(
                after(Anchor.FIRST_CONTACT, "P14D", only_if=GestationUnder("28+0")),
                after(Anchor.FIRST_CONTACT, "P3WD", only_if=GestationFrom("28+0")),
            ),
            completed_by=BOOKED,
        ),
    ),
    warn=window("-P4D"),
    late=window("P0D"),
    opens=opens(on("first_contact", GestationFrom("9+0"), NotInLabourWithin(hours=24)), pick=Pick.VERY_FIRST),
    for_the_birth=True,
    evidence=(
        day("booking_completed_on", "Booking appointment held on"),
        choice(
            "late_reason",
            "What she says made it later",
            (
                ("not_realised_pregnant", "She had not realised she was pregnant"),
                ("fear", "She was afraid"),
                ("no_access", "She could not get to a service"),
                ("moved", "She moved"),
                ("other", "Something else"),
                ("prefer_not_say", "She prefers not to say"),
            ),
        ),
    ),
)

NAMED_MIDWIFE = Moment(
    key="NAMED_MIDWIFE",
    title="Named specialist midwife + direct line given",
    list_title="Named midwife and direct line",
    why="Supportive relationships with specialist midwives are what carried women in the study through pregnancy. "
    "She needs a name, and a number that is answered. [R1, R6, K2]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.BOOKING, Stage.ANTENATAL),
    trigger="booking completed or drug use or treatment disclosed, whichever is first",
    due="2 working days",
    senders=(Role.MIDWIFE,),
    sender_words="booking midwife",
    receivers=(Role.SPECIALIST_MIDWIFE,),
    receiver_words="specialist midwife",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="guideline; window design",
    confidence="M",
    sources=("K2", "R6", "R52"),
    england="CG110 s1.2",
    scotland="Local special-needs-in-pregnancy team (e.g. SNIPS)",
    steps=(
        Step(
            key="done",
            title="Named midwife agreed and direct line given",
            list_title="Named midwife and direct line",
            rules=(after(Anchor.TRIGGER, "P2WD"),),
            completed_by=AutoCompletion(facts=("named_midwife_assigned",), also_before=True),
        ),
    ),
    warn=window("-P1WD"),
    late=window("P1WD"),
    opens=opens(on("booking_completed"), on("drug_use_disclosed")),
    evidence=(words("named_midwife", "Her named midwife"), day("direct_line_given_on", "Direct line given on")),
)

DRUG_SERVICE_REFERRAL = Moment(
    key="DRUG_SERVICE_REFERRAL",
    title="Drug-treatment referral sent AND acknowledged",
    list_title="Referral to a partner service",
    why="A referral that nobody has taken up is not care. It is done when the drug service has answered and she has "
    "a first appointment that she can get to. [R60, K2]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.BOOKING, Stage.ANTENATAL),
    trigger="drug use disclosed and not in treatment",
    due="sent in 1 working day, acknowledged in 3, first appointment in 7 days",
    senders=(Role.SPECIALIST_MIDWIFE, Role.MIDWIFE),
    sender_words="booking or specialist midwife",
    receivers=(Role.DRUG_SERVICE_KEYWORKER,),
    receiver_words="drug-service keyworker",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="guideline; window design",
    confidence="M",
    sources=("K2", "R60", "R53"),
    england="CG110 s1.2",
    scotland="MAT 1: option to start MAT same day. Set due = same day where local MAT SOP applies",
    steps=(
        Step(
            key="sent",
            title="Referral to the drug service sent",
            list_title="Partner referral, sent",
            rules=(after(Anchor.TRIGGER, "P1WD"),),
        ),
        Step(
            key="acknowledged",
            title="Referral acknowledged by the drug service",
            list_title="Partner referral, accepted",
            rules=(after(Anchor.TRIGGER, "P3WD"),),
            completed_by_acceptance="referral_acknowledged_by",
        ),
        Step(
            key="first_appointment",
            title="First appointment with the drug service",
            list_title="Partner referral, first appointment",
            rules=(after(Anchor.TRIGGER, "P7D"),),
        ),
    ),
    warn=window("-P1WD"),
    late=window("P0D"),
    opens=opens(on("drug_use_disclosed", DetailIs("in_treatment", "no"))),
    evidence=(
        day("referral_sent_on", "Referral sent on", "sent"),
        words("referral_acknowledged_by", "Acknowledged by", "acknowledged"),
        day("referral_first_appointment_on", "First appointment on", "first_appointment"),
    ),
)

PRESCRIBER_TOLD_PREGNANT = Moment(
    key="PRESCRIBER_TOLD_PREGNANT",
    title="OST prescriber + pharmacy told of pregnancy; continuity plan",
    list_title="Partner services told",
    why="Her treatment goes on in pregnancy; stopping it suddenly brings danger. The prescriber and the pharmacy can "
    "only plan for that when they know. [R1, K1, K6]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.BOOKING, Stage.ANTENATAL),
    trigger="in treatment at booking, or treatment started in pregnancy",
    due="2 working days",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(Role.OST_PRESCRIBER, Role.COMMUNITY_PHARMACIST),
    receiver_words="drug-service prescriber",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="study + guideline; window design",
    confidence="M",
    sources=("R1", "K1", "K6"),
    steps=(
        Step(
            key="acknowledged",
            title="Prescriber and pharmacy know of the pregnancy, and have said so",
            list_title="Partner services told",
            rules=(after(Anchor.TRIGGER, "P2WD"),),
        ),
    ),
    warn=window("-P1WD"),
    late=window("P1WD"),
    opens=opens(on("booking_completed"), on("treatment_started"), pick=Pick.ALL_HAPPENED, not_after=PREGNANCY_OVER),
    for_the_birth=True,
    evidence=(
        words("acknowledged_by", "Acknowledged by"),
        yes_no("continuity_plan_made", "Plan for her treatment through pregnancy made"),
    ),
)

INFO_DRUG_EFFECTS = Moment(
    key="INFO_DRUG_EFFECTS",
    title="Clear conversation about drug/medicine effects on baby",
    list_title="Information talk",
    why="Women worry about what their medicines mean for the baby, and valued being told clearly. Ask whether it "
    "was clear; saying it again later in pregnancy is part of it. [R1, K2]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="booking completed",
    due="28 days after booking, and again by 32+0",
    senders=(Role.SPECIALIST_MIDWIFE, Role.NEONATAL_TEAM),
    sender_words="specialist midwife, with the neonatal team",
    receivers=(Role.WOMAN,),
    receiver_words="the woman",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="study + guideline; window design",
    confidence="M",
    sources=("R1", "K2"),
    england="CG110 s1.2",
    steps=(
        Step(
            key="first",
            title="Conversation about effects on the baby, first",
            list_title="Information talk, first",
            rules=(after(Anchor.BOOKING, "P28D"),),
        ),
        Step(
            key="repeat",
            title="Conversation about effects on the baby, repeated",
            list_title="Information talk, repeated",
            rules=(at_gestation("32+0"),),
        ),
    ),
    warn=window("-P7D"),
    late=window("P14D"),
    opens=opens(on("booking_completed"), not_after=PREGNANCY_OVER),
    for_the_birth=True,
    evidence=(
        day("information_given_on", "Conversation held on"),
        words("information_version", "Leaflet or resource, and its version"),
        choice(
            "woman_says_clear",
            "Was it clear, in her words?",
            (("yes", "Yes"), ("partly", "Partly"), ("no", "No"), ("not_asked", "Not asked")),
        ),
    ),
)

NALOXONE_ANTENATAL = Moment(
    key="NALOXONE_ANTENATAL",
    title="Take-home naloxone offered with training (woman + chosen person)",
    list_title="Safety talk and kit",
    why="Take-home naloxone can reverse an overdose, hers or somebody else's. Registered midwives may supply it; the "
    "offer includes a person of her choice. [R58, R59]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.ANTENATAL,),
    trigger="any opioid use or treatment, at booking",
    due="28 days after booking",
    senders=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER, Role.PHARMACIST),
    sender_words="specialist midwife, drug service or pharmacist",
    receivers=(Role.WOMAN,),
    receiver_words="the woman",
    severity=Severity.S2,
    ladder="E-CASE",
    basis="legislation enables; window design",
    confidence="M",
    sources=("R58", "R59", "K1"),
    england="HMR amended Dec 2024: registered midwives/nurses/pharmacists may supply (enabling, not mandatory)",
    scotland="Same UK-wide regulation; national naloxone programme",
    steps=(
        Step(
            key="done",
            title="Take-home naloxone offered, with training",
            list_title="Safety talk and kit",
            rules=(after(Anchor.BOOKING, "P28D"),),
        ),
    ),
    warn=window("-P7D"),
    late=window("P7D"),
    opens=opens(on("booking_completed"), needs_exposure=True, not_after=PREGNANCY_OVER),
    evidence=(
        day("naloxone_offered_on", "Offered on"),
        choice("naloxone_outcome", "What came of it", NALOXONE_OUTCOMES),
        day("naloxone_expiry", "Kit expires on"),
    ),
)

MH_BOOKING_SCREEN = Moment(
    key="MH_BOOKING_SCREEN",
    title="Mental-health + abuse/trauma enquiry at booking, referral if indicated",
    list_title="Wellbeing questions at booking",
    why="Anxiety, depression and hurt in the past are common, and are asked about kindly and alone. An answer that "
    "asks for help is followed by a referral. [R1, K5]",
    tier=Tier.EXT,
    subject=SubjectKind.PREGNANCY,
    stages=(Stage.BOOKING, Stage.ANTENATAL),
    trigger="booking completed",
    due="on the day of booking; referral in 5 working days",
    senders=(Role.MIDWIFE, Role.SPECIALIST_MIDWIFE),
    sender_words="booking midwife",
    receivers=(Role.PERINATAL_MENTAL_HEALTH,),
    receiver_words="perinatal mental health or psychology",
    severity=Severity.S3,
    ladder="E-CASE",
    basis="guideline; window design",
    confidence="M",
    sources=("K5", "R1"),
    england="NICE CG192",
    scotland="Perinatal MH network / MNPI",
    steps=(
        Step(
            key="enquiry",
            title="Asked about mental health, abuse and trauma",
            list_title="Wellbeing questions at booking",
            rules=(after(Anchor.BOOKING, "24:00"),),
        ),
        Step(
            key="referral",
            title="Referral after the enquiry",
            list_title="Wellbeing referral",
            rules=(after(Anchor.BOOKING, "P5WD"),),
            exists_if=CompletedWith("MH_BOOKING_SCREEN", "enquiry", "result", "positive"),
        ),
    ),
    warn=window("P0D"),
    late=window("P5WD"),
    opens=opens(on("booking_completed"), not_after=PREGNANCY_OVER),
    evidence=(
        choice(
            "result",
            "Is a referral indicated?",
            (("positive", "Yes, refer"), ("negative", "No")),
            "enquiry",
        ),
        words("mental_health_referred_to", "Referred to", "referral"),
        words("no_referral_reason", "If not referred, why", "referral"),
    ),
)
