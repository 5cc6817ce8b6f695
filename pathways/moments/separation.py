"""After a separation: her own care goes on, for a year and more. Removal never closes a journey."""

from __future__ import annotations

from carecoord.access.roles import Role
from pathways.engine.conditions import After
from pathways.engine.definitions import Anchor, Ending, Moment, Pick, Severity, Step, Tier, after, on, opens
from pathways.engine.offsets import parse_offset as window
from pathways.engine.stage import Stage
from pathways.engine.subjects import SubjectKind
from pathways.moments.evidence import NALOXONE_OUTCOMES, choice, day, words, yes_no
from pathways.moments.survival import ALL_BUT_HER_DEATH

SEPARATED = opens(on("separated"))
BABY_BACK = frozenset({Ending.BABY_BACK})

SEP_NOTIFY = Moment(
    key="SEP_NOTIFY",
    title="Named workers told of separation",
    list_title="Her team told",
    why="The people who know her can only stand by her if they hear of it the same day. Women who lose the care of a "
    "baby are at particular risk. [R1, R16, R19]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED, Stage.POSTNATAL_INPATIENT),
    trigger="separation",
    due="4 hours",
    senders=(Role.WARD_COORDINATOR, Role.SOCIAL_WORKER),
    sender_words="ward coordinator or social worker",
    receivers=(
        Role.SPECIALIST_MIDWIFE,
        Role.OST_PRESCRIBER,
        Role.DRUG_SERVICE_KEYWORKER,
        Role.GP,
        Role.PERINATAL_MENTAL_HEALTH,
    ),
    receiver_words="specialist midwife, prescriber, keyworker, GP, perinatal mental health",
    severity=Severity.S1,
    ladder="E-SEP",
    basis="study; window design",
    confidence="M",
    sources=("R1", "R16", "R19"),
    steps=(
        Step(
            key="all_roles_acknowledged",
            title="Her named workers told of the separation, and all have said so",
            list_title="Her team told",
            rules=(after(Anchor.SEPARATION, "PT4H"),),
        ),
    ),
    warn=window("P0D"),
    late=window("PT4H"),
    opens=SEPARATED,
    falls_away_on=BABY_BACK,
    evidence=(words("acknowledged_by", "Acknowledged by: midwife, prescriber, keyworker, GP, mental health"),),
)

SEP_EXPLAIN = Moment(
    key="SEP_EXPLAIN",
    title="Clear verbal + written explanation to woman",
    list_title="Explained in person and in writing",
    why="In the study, communication about removal was not clear. She is told in person and in writing what was "
    "decided, where the baby is if that may be shared, and when they meet. [R1, R16]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED,),
    trigger="separation",
    due="24 hours",
    senders=(Role.SOCIAL_WORKER,),
    sender_words="social worker",
    receivers=(Role.WOMAN,),
    receiver_words="the woman and her advocate",
    severity=Severity.S2,
    ladder="E-SEP",
    basis="study + research guidance; window design",
    confidence="M",
    sources=("R1", "R16"),
    england="s20/EPO/ICO etc.",
    scotland="CPO/s25/CSO etc.",
    steps=(
        Step(
            key="verbal_and_written",
            title="Separation explained in person and in writing",
            list_title="Explained in person and in writing",
            rules=(after(Anchor.SEPARATION, "PT24H"),),
        ),
    ),
    warn=window("-PT6H"),
    late=window("PT0H"),
    opens=SEPARATED,
    falls_away_on=BABY_BACK,
    evidence=(
        words("explained_by", "Explained by"),
        day("written_copy_on", "Written copy given on"),
        yes_no("legal_basis_explained", "She was told on which legal ground"),
        yes_no("where_baby_is_shared", "She was told where the baby is, as far as it may be shared"),
        yes_no("family_time_planned", "She was told when they meet"),
        yes_no("legal_advice_signposted", "Legal advice signposted"),
        yes_no("advocate_offered", "Advocate offered"),
    ),
)

SEP_CONTACT = Moment(
    key="SEP_CONTACT",
    title="Supportive contact by someone she knows",
    list_title="Contact by someone she knows",
    why="Somebody she knows asks how she is, on the first day and again on the third. Being left alone is what women "
    "remember. [R1, R16, R19]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED,),
    trigger="separation",
    due="24 hours, and again 72 hours",
    senders=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="specialist midwife or keyworker",
    receivers=(Role.WOMAN,),
    receiver_words="the woman",
    severity=Severity.S1,
    ladder="E-SEP",
    basis="study; window design",
    confidence="M",
    sources=("R1", "R16", "R19"),
    steps=(
        Step(
            key="contact_1",
            title="Supportive contact by someone she knows, first",
            list_title="Contact by someone she knows, first",
            rules=(after(Anchor.SEPARATION, "PT24H"),),
        ),
        Step(
            key="contact_2",
            title="Supportive contact by someone she knows, second",
            list_title="Contact by someone she knows, second",
            rules=(after(Anchor.SEPARATION, "PT72H"),),
        ),
    ),
    warn=window("-PT6H"),
    late=window("PT0H"),
    opens=SEPARATED,
    evidence=(
        words("contact_mode", "How: in person, by phone"),
        yes_no("contact_successful", "She was reached"),
        day("next_contact_on", "Next contact on"),
    ),
)

SEP_OST_NALOXONE_24H = Moment(
    key="SEP_OST_NALOXONE_24H",
    title="Same-day OST + naloxone safety check",
    list_title="Same-day safety check",
    why="Women who lose the care of a baby are particularly at risk of overdose. The same day somebody makes sure that "
    "her next dose is certain, that there is naloxone, and that she is not alone. [R1, R20]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED,),
    trigger="separation, opioid exposure known",
    due="24 hours",
    senders=(Role.WARD_MIDWIFE, Role.SPECIALIST_MIDWIFE),
    sender_words="ward or specialist midwife",
    receivers=(Role.OST_PRESCRIBER, Role.COMMUNITY_PHARMACIST),
    receiver_words="drug-service prescriber and pharmacy",
    severity=Severity.S1,
    ladder="E-OST",
    basis="study + mortality evidence; window design",
    confidence="M",
    sources=("R1", "R36", "R20"),
    steps=(
        Step(
            key="done",
            title="Next dose certain, naloxone in hand, not alone",
            list_title="Same-day safety check",
            rules=(after(Anchor.SEPARATION, "PT24H"),),
        ),
    ),
    warn=window("-PT6H"),
    late=window("PT0H"),
    opens=opens(on("separated"), needs_exposure=True),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        words("next_dose_confirmed", "Next dose confirmed: when, where, by whom"),
        choice("naloxone_outcome", "Naloxone", NALOXONE_OUTCOMES),
        words("not_alone_plan", "Who is with her"),
    ),
)

SEP_RISK_7D = Moment(
    key="SEP_RISK_7D",
    title="Overdose + suicide/self-harm risk review by clinician",
    list_title="Seven-day clinician review",
    why="A clinician asks her directly, and writes a safety plan with her. This is a duty of the service, and no "
    "label on her. [R1, R19, R20]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED,),
    trigger="separation",
    due="7 days",
    senders=(Role.DRUG_SERVICE_KEYWORKER, Role.OST_PRESCRIBER),
    sender_words="keyworker or prescriber",
    receivers=(Role.WOMAN, Role.SPECIALIST_MIDWIFE, Role.GP),
    receiver_words="the woman; shared with specialist midwife and GP",
    severity=Severity.S1,
    ladder="E-SEP",
    basis="mortality evidence; window design",
    confidence="M",
    sources=("R1", "R19", "R20", "R36"),
    scotland="MAT 3 (proactive identification of high risk)",
    steps=(
        Step(
            key="clinician_review",
            title="Safety review by a clinician, and a plan with her",
            list_title="Seven-day clinician review",
            rules=(after(Anchor.SEPARATION, "P7D"),),
        ),
    ),
    warn=window("-P2D"),
    late=window("PT0H"),
    opens=SEPARATED,
    evidence=(
        day("review_on", "Reviewed on"),
        words("review_clinician", "Reviewed by"),
        words("safety_plan_version", "Version of the safety plan"),
    ),
)

SEP_MH_7D = Moment(
    key="SEP_MH_7D",
    title="Mental-health referral sent and first contact made",
    list_title="First mental-health contact",
    why="Support for this kind of loss is not always available: only 11 of 41 maternal mental-health services said "
    "they cover it. A referral is done when somebody has seen her. [R1, R5, R21]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED,),
    trigger="separation",
    due="referral in 2 working days; contact in 7 days",
    senders=(Role.SPECIALIST_MIDWIFE,),
    sender_words="specialist midwife",
    receivers=(Role.PERINATAL_MENTAL_HEALTH,),
    receiver_words="maternal or perinatal mental health, third sector",
    severity=Severity.S1,
    ladder="E-SEP",
    basis="study; window design",
    confidence="M",
    sources=("R1", "R21", "R5"),
    england="Only 11 of 41 MMHS reported covering loss through care proceedings: store acceptance criteria per site",
    scotland="MNPI / perinatal MH; MAT 9",
    steps=(
        Step(
            key="referral",
            title="Mental-health referral after separation",
            list_title="Mental-health referral",
            rules=(after(Anchor.SEPARATION, "P2WD"),),
        ),
        Step(
            key="first_contact",
            title="First mental-health contact after separation",
            list_title="First mental-health contact",
            rules=(after(Anchor.SEPARATION, "P7D"),),
        ),
    ),
    warn=window("-P2D"),
    late=window("PT0H"),
    opens=SEPARATED,
    evidence=(
        day("mental_health_referred_on", "Referred on", "referral"),
        yes_no("mental_health_accepted", "The service accepted", "referral"),
        words("not_accepted_reason", "If not accepted, why", "referral"),
        day("mental_health_contact_on", "First contact on", "first_contact"),
    ),
)

SEP_MIDWIFERY = Moment(
    key="SEP_MIDWIFERY",
    title="Her own postnatal care continues (body, milk, wounds, BP, blues)",
    list_title="Her own care after birth",
    why="“I've never had any checks.” Bleeding, milk, wounds, blood pressure and mood are looked after wherever the "
    "baby is. She is a mother. [R1, K4]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED,),
    trigger="separation, and she has gone home",
    due="first visit in 36 hours; plan to at least day 28",
    senders=(Role.WARD_MIDWIFE,),
    sender_words="ward",
    receivers=(Role.SPECIALIST_MIDWIFE,),
    receiver_words="specialist midwife",
    severity=Severity.S2,
    ladder="E-SEP",
    basis="study + guideline",
    confidence="H",
    sources=("R1", "K4"),
    steps=(
        Step(
            key="first_visit",
            title="Her own postnatal care: first visit",
            list_title="Her own care after birth, first visit",
            rules=(after(Anchor.HER_CARE_ALONE, "PT36H"),),
        ),
        Step(
            key="plan_continues_to",
            title="Her own postnatal care: plan to day 28",
            list_title="Her postnatal care to day 28",
            rules=(after(Anchor.FIRST_BIRTH, "P28D"),),
            only_if_ahead=True,
        ),
    ),
    warn=window("-PT12H"),
    late=window("PT0H"),
    opens=opens(on("separated"), on("mother_discharged", After("baby_born")), pick=Pick.ALL_HAPPENED),
    evidence=(
        day("visit_on", "Visited on"),
        yes_no("lactation_support", "Support with milk offered"),
        yes_no("safe_address_confirmed", "Safe address confirmed with her"),
    ),
)

SEP_FOLLOWUP = Moment(
    key="SEP_FOLLOWUP",
    title="Scheduled outreach 6 wk, 3, 6, 9, 12 months",
    list_title="Follow-up contact",
    why="Three in four maternal deaths with social-care involvement come between six weeks and twelve months, when "
    "nobody is calling any more. So somebody calls. [R1, R19]",
    tier=Tier.CORE,
    subject=SubjectKind.SEPARATION,
    stages=(Stage.SEPARATED,),
    trigger="separation",
    due="42, 91, 182, 273 and 365 days",
    senders=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="named worker, after midwifery the recorded owner",
    receivers=(Role.WOMAN,),
    receiver_words="the woman",
    severity=Severity.S2,
    ladder="E-SEP",
    basis="mortality evidence (75% of deaths 6 wk-12 mo); intervals design",
    confidence="M",
    sources=("R19", "R1"),
    steps=tuple(
        Step(
            key=key,
            title=f"Follow-up after separation, {when}",
            list_title=f"Follow-up contact, {when}",
            rules=(after(Anchor.SEPARATION, days),),
        )
        for key, when, days in (
            ("w6", "6 weeks", "P42D"),
            ("m3", "3 months", "P91D"),
            ("m6", "6 months", "P182D"),
            ("m9", "9 months", "P273D"),
            ("m12", "12 months", "P365D"),
        )
    ),
    warn=window("-P7D"),
    late=window("P7D"),
    opens=SEPARATED,
    evidence=(
        choice(
            "alive_and_well",
            "How is she known to be",
            (
                ("seen", "Seen"),
                ("spoken", "Spoken to"),
                ("reliable_report", "A reliable report"),
                ("unknown", "Not known"),
            ),
        ),
        words("treatment_status", "Her treatment"),
        words("wellbeing", "How she is"),
    ),
)
