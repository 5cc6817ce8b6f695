"""Continuity of opioid replacement on the ward.

The product transcribes, times and displays. It never computes, converts or suggests a dose.
"""

from __future__ import annotations

from carecoord.access.roles import Role
from pathways.engine.conditions import (
    Answered,
    AnyOf,
    ASourceIsClosed,
    BothSourcesOpen,
    DetailIs,
    InTreatment,
    InTreatmentWith,
    InTreatmentWithout,
    LastDoseKnown,
    LastDoseUnknown,
    NextDoseDateGiven,
)
from pathways.engine.definitions import (
    Anchor,
    Answers,
    AutoCompletion,
    Clock,
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
from pathways.moments.evidence import choice, day, words, yes_no
from pathways.moments.parameters import LAIB_MONTHLY_WINDOW, LAIB_WEEKLY_WINDOW, WARD_MEDICINE_FROM
from pathways.moments.products import MONTHLY_INJECTIONS, WEEKLY_INJECTIONS
from pathways.moments.survival import ALL_BUT_HER_DEATH

ON_THE_WARD = (Stage.ANTENATAL, Stage.INTRAPARTUM, Stage.POSTNATAL_INPATIENT)
DOSE_GIVEN = AutoCompletion(facts=("dose_given",))
DOSE_CONFIRMED = AutoCompletion(facts=("dose_confirmed",))
BY_MOUTH = InTreatmentWithout(WEEKLY_INJECTIONS | MONTHLY_INJECTIONS, "she takes it by mouth")
WEEKLY = InTreatmentWith(WEEKLY_INJECTIONS, "she has a weekly injection")
MONTHLY = InTreatmentWith(MONTHLY_INJECTIONS, "she has a monthly injection")

OST_VERIFY = Moment(
    key="OST_VERIFY",
    title="OST verified with BOTH prescriber and dispensing pharmacy",
    list_title="Medicine confirmed, two sources",
    why="The prescriber knows what was prescribed, the pharmacy knows what was taken last. Both are asked, so that "
    "she gets what she had, without a gap and without a second dose. [R27, R29]",
    tier=Tier.CORE,
    subject=SubjectKind.ADMISSION,
    stages=ON_THE_WARD,
    trigger="any admission while in treatment",
    due="4 hours if both are open; otherwise 1 hour after the first of them opens",
    senders=(Role.WARD_MIDWIFE, Role.OBSTETRIC_DOCTOR, Role.PHARMACIST),
    sender_words="admitting midwife, doctor or ward pharmacist",
    receivers=(Role.OST_PRESCRIBER, Role.COMMUNITY_PHARMACIST),
    receiver_words="drug-service prescriber and community pharmacy",
    severity=Severity.S1,
    ladder="E-WARD",
    basis="local guideline; hours design",
    confidence="H(content)/L(hours)",
    sources=("R27", "R29", "R54", "R33"),
    scotland="NHS Lothian / Lanarkshire text: confirm with prescriber and pharmacy, last dose consumed",
    steps=(
        Step(
            key="two_sources",
            title="Medicine confirmed with prescriber and pharmacy",
            list_title="Medicine confirmed, two sources",
            rules=(
                after(Anchor.ADMISSION, "PT4H", only_if=BothSourcesOpen()),
                after(Anchor.FIRST_SOURCE_OPENING, "PT1H", only_if=ASourceIsClosed()),
            ),
            completed_by=AutoCompletion(facts=("ost_verified",)),
        ),
    ),
    warn=window("-PT1H"),
    late=window("PT0H"),
    opens=opens(on("admitted", InTreatment()), from_date=WARD_MEDICINE_FROM),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        words("prescriber_source", "Who at the prescriber's confirmed it"),
        words("pharmacy_source", "Who at the pharmacy confirmed it"),
        words("last_dose_at", "Last dose taken, as the pharmacy states it"),
        yes_no("last_dose_supervised", "Last dose was supervised"),
        words("as_prescribed", "Product, form, strength, amount and frequency, exactly as stated"),
    ),
)

OST_ADMISSION_NOTICE = Moment(
    key="OST_ADMISSION_NOTICE",
    title="Community supply held/cancelled so no double dosing",
    list_title="Pharmacy told of admission",
    why="While the ward gives her medicine, the community supply has to wait: a dose from both would be dangerous. "
    "[R27, R6b]",
    tier=Tier.EXT,
    subject=SubjectKind.ADMISSION,
    stages=ON_THE_WARD,
    trigger="medicine confirmed",
    due="4 hours of the pharmacy's opening time",
    senders=(Role.WARD_MIDWIFE, Role.PHARMACIST),
    sender_words="ward",
    receivers=(Role.COMMUNITY_PHARMACIST, Role.OST_PRESCRIBER),
    receiver_words="community pharmacy and prescriber",
    severity=Severity.S1,
    ladder="E-WARD",
    basis="local guideline; hours design",
    confidence="M",
    sources=("R27", "R6b"),
    scotland="GGC: contact prescriber to cancel script and start inpatient prescribing",
    steps=(
        Step(
            key="acknowledged",
            title="Community supply held or cancelled, and acknowledged",
            list_title="Pharmacy told of admission",
            rules=(after(Anchor.VERIFICATION, "PT4H", clock=Clock.PHARMACY_OPEN),),
        ),
    ),
    warn=window("-PT1H"),
    late=window("PT2H"),
    opens=opens(on("ost_verified"), from_date=WARD_MEDICINE_FROM),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        choice("community_supply", "Community supply", (("held", "Held"), ("cancelled", "Cancelled"))),
        words("confirmed_by", "Confirmed by"),
    ),
)

POCD_RECEIPT = Moment(
    key="POCD_RECEIPT",
    title="Own controlled drugs: consented, explained, two-person recorded",
    list_title="Own medicine, receipt given",
    why="“They took it off me.” Her medicine is her property: it is stored with her consent, counted by two people, "
    "receipted, and she is shown when the next dose comes. [R1, R37]",
    tier=Tier.CORE,
    subject=SubjectKind.ADMISSION,
    stages=ON_THE_WARD,
    trigger="she brings her own medicine",
    due="1 hour",
    senders=(Role.WARD_MIDWIFE,),
    sender_words="ward midwife",
    receivers=(Role.WOMAN, Role.WARD_COORDINATOR),
    receiver_words="the woman, controlled-drug cupboard",
    severity=Severity.S2,
    ladder="E-WARD",
    basis="study + local policy; hour design",
    confidence="H(content)",
    sources=("R1", "R37", "R39"),
    england="Local CD SOP",
    scotland="Tayside SSHM 8.15",
    steps=(
        Step(
            key="two_signatures",
            title="Own medicine stored with consent, two signatures, receipt given",
            list_title="Own medicine, receipt given",
            rules=(after(Anchor.OWN_MEDICINE, "PT1H"),),
        ),
    ),
    warn=window("P0D"),
    late=window("PT1H"),
    opens=opens(on("own_medicine_identified"), from_date=WARD_MEDICINE_FROM),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        choice("consent", "She consented", (("yes", "Yes"), ("no", "No"), ("unable", "Unable to say"))),
        yes_no("explanation_given", "It was explained to her"),
        yes_no("next_dose_time_shown", "She was shown when her next dose is due"),
        words("quantity_measured", "Quantity, as measured"),
        words("first_signature", "First signature"),
        words("second_signature", "Second signature, another person"),
        words("stored_at", "Stored at"),
        yes_no("receipt_given", "Receipt given"),
    ),
)

OST_FIRST_DOSE = Moment(
    key="OST_FIRST_DOSE",
    title="First ward OST dose on time, or decision not to, recorded",
    list_title="First ward medicine",
    why="The right time is her usual time. When it passes without a dose or a decision, withdrawal begins and trust "
    "ends. [R1, R33, R34]",
    tier=Tier.CORE,
    subject=SubjectKind.ADMISSION,
    stages=ON_THE_WARD,
    trigger="in treatment at admission",
    due="her next usual time; a decision in 6 hours where the last dose is unknown",
    senders=(Role.OST_PRESCRIBER, Role.OBSTETRIC_DOCTOR),
    sender_words="ward prescriber",
    receivers=(Role.WARD_MIDWIFE,),
    receiver_words="administering midwife and witness",
    severity=Severity.S1,
    ladder="E-WARD",
    basis='study + research (2 h = "delayed"); unknown-dose window design',
    confidence="M",
    sources=("R1", "R27", "R33", "R34"),
    scotland='NHS Lothian notes pregnant women are the exception to "may not need a dose in first hours"',
    steps=(
        Step(
            key="given_or_decision",
            title="First ward dose given, or a decision not to, recorded",
            list_title="First ward medicine, given or decided",
            rules=(after(Anchor.NEXT_USUAL_DOSE, "PT0H", only_if=LastDoseKnown()),),
            completed_by=DOSE_GIVEN,
        ),
        Step(
            key="decision",
            title="Prescriber's decision while the last dose is unknown",
            list_title="First ward medicine, decided",
            # Once the dose is known the other step says when; a decision that was made stays.
            rules=(
                after(
                    Anchor.ADMISSION,
                    "PT6H",
                    only_if=AnyOf((LastDoseUnknown(), Answered("OST_FIRST_DOSE", "decision"))),
                ),
            ),
            completed_by=DOSE_GIVEN,
        ),
    ),
    warn=window("-PT2H"),
    late=window("PT2H"),
    opens=opens(on("admitted", InTreatment()), from_date=WARD_MEDICINE_FROM),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        choice(
            "dose_decision",
            "Given, or what was decided",
            (
                ("given", "Given"),
                ("withhold", "Withhold"),
                ("symptom_control", "Treat symptoms"),
                ("await_verification", "Wait for confirmation"),
            ),
        ),
        words("prescriber", "Decided by"),
        words("decision_reason", "Because"),
    ),
)

OST_DOSE_LATE = Moment(
    key="OST_DOSE_LATE",
    title="Scheduled inpatient OST dose overdue",
    list_title="Ward medicine, outcome recorded",
    why="Two hours after its time a dose counts as delayed in research, though many hospital policies call a delay "
    "harmless. Somebody looks before that. [R33]",
    tier=Tier.CORE,
    subject=SubjectKind.DOSE,
    stages=(*ON_THE_WARD, Stage.SEPARATED),
    trigger="a dose is scheduled on the ward",
    due="at its time",
    senders=(Role.WARD_MIDWIFE,),
    sender_words="administering midwife",
    receivers=(Role.WARD_COORDINATOR,),
    receiver_words="ward coordinator",
    severity=Severity.S1,
    ladder="E-WARD",
    basis="research definition (2 h)",
    confidence="M",
    sources=("R33",),
    steps=(
        Step(
            key="outcome_recorded",
            title="Outcome of the scheduled dose recorded",
            list_title="Ward medicine, outcome recorded",
            rules=(after(Anchor.SCHEDULED_DOSE, "PT0H"),),
            completed_by=AutoCompletion(facts=("dose_given", "dose_outcome_recorded")),
        ),
    ),
    warn=window("-PT1H"),
    late=window("PT2H"),
    opens=opens(on("dose_scheduled")),
    survives=ALL_BUT_HER_DEATH,
    falls_away_on=frozenset({Ending.WENT_HOME}),
    evidence=(words("dose_outcome", "Outcome"),),
)

OST_3DAY_GAP = Moment(
    key="OST_3DAY_GAP",
    title=">=3 consecutive days without confirmed OST: prescriber reassessment before next dose",
    list_title="Urgent medicine review",
    why="After three days without it her tolerance may be lost and the usual dose may harm. A prescriber decides "
    "before the next one; she is not turned away. [R30, R31, R54]",
    tier=Tier.CORE,
    subject=SubjectKind.PREGNANCY,
    stages=(
        *ON_THE_WARD,
        Stage.POSTNATAL_COMMUNITY,
        Stage.RESIDENTIAL_PLACEMENT,
        Stage.SEPARATED,
    ),
    trigger="72 hours without a confirmed dose, or an injection outside its window",
    due="3 days after the last confirmed dose",
    senders=(Role.COMMUNITY_PHARMACIST, Role.WARD_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER),
    sender_words="pharmacy, ward or keyworker",
    receivers=(Role.OST_PRESCRIBER,),
    receiver_words="drug-service prescriber",
    severity=Severity.S1,
    ladder="E-OST",
    basis="guideline",
    confidence="H",
    sources=("R30", "R31", "R54", "R28", "K1", "K7b"),
    scotland='Lothian "3 Day Rule"',
    steps=(
        Step(
            key="prescriber_reassessment",
            title="Prescriber's reassessment before the next dose",
            list_title="Urgent medicine review",
            rules=(
                after(Anchor.LAST_CONFIRMED_DOSE, "P3D", only_if=BY_MOUTH),
                after(Anchor.NEXT_INJECTION, LAIB_WEEKLY_WINDOW, only_if=WEEKLY),
                after(Anchor.NEXT_INJECTION, LAIB_MONTHLY_WINDOW, only_if=MONTHLY),
            ),
        ),
    ),
    warn=window("-P1D"),
    late=window("PT0H"),
    # A dose after the due time does not complete it: only a prescriber's answer does. The end of treatment puts it to
    # sleep, since no rule applies then.
    opens=opens(
        on("dose_confirmed", InTreatment()),
        on("dose_given", InTreatment()),
        on("handoff_completed", DetailIs("moment", "OST_3DAY_GAP")),
        on("treatment_ended"),
        pick=Pick.EVERY,
    ),
    answers=Answers.AFTER_OPENING,
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        words("reassessment_decision", "What was decided"),
        words("reassessed_by", "Prescriber"),
        day("reassessed_on", "Reassessed on"),
    ),
)

FIRST_COMMUNITY_DOSE = Moment(
    key="FIRST_COMMUNITY_DOSE",
    title="First community dose after discharge confirmed taken",
    list_title="First pharmacy visit confirmed",
    why="The four weeks after leaving hospital carry a high risk. Knowing that she reached the pharmacy is the first "
    "sign that the way home held. [R36]",
    tier=Tier.EXT,
    subject=SubjectKind.ADMISSION,
    stages=(Stage.POSTNATAL_COMMUNITY, Stage.RESIDENTIAL_PLACEMENT, Stage.SEPARATED),
    trigger="discharged while in treatment",
    due="1 day after the next dose date",
    senders=(Role.COMMUNITY_PHARMACIST,),
    sender_words="community pharmacy",
    receivers=(Role.SPECIALIST_MIDWIFE, Role.DRUG_SERVICE_KEYWORKER),
    receiver_words="specialist midwife or keyworker",
    severity=Severity.S1,
    ladder="E-OST",
    basis="mortality evidence (28 d); window design",
    confidence="M",
    sources=("R36",),
    steps=(
        Step(
            key="confirmed",
            title="First community dose confirmed by the pharmacy",
            list_title="First pharmacy visit confirmed",
            rules=(after(Anchor.NEXT_DOSE_DATE, "P1D"),),
            completed_by=DOSE_CONFIRMED,
        ),
    ),
    warn=window("PT0H"),
    late=window("PT0H"),
    opens=opens(on("mother_discharged", InTreatment(), NextDoseDateGiven()), from_date=WARD_MEDICINE_FROM),
    survives=ALL_BUT_HER_DEATH,
    evidence=(
        choice(
            "pharmacy_confirmation", "The pharmacy says", (("taken", "Taken"), ("not_attended", "She did not come"))
        ),
    ),
)
