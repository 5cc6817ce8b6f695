"""Every kind of fact there is: one table (rules, section 1). Import, screens and timeline read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from carecoord.access.labels import Label


class Lane(StrEnum):
    """The line of the timeline that a fact stands on; the value is its name on the screen."""

    HER = "Her own entries"
    MATERNITY = "Maternity"
    WARD = "Ward and medicine"
    DRUG_SERVICE = "Drug service"
    BABIES = "Babies"
    SOCIAL_CARE = "Social care"
    HANDOFFS = "Handoffs"


class AboutBaby(StrEnum):
    """Whether a fact is about a baby. A blank means baby 1, or all of them where it can be all."""

    NO = "no baby"
    ONE = "one baby"
    ONE_OR_ALL = "one baby or all"


class DetailType(StrEnum):
    """What a detail holds."""

    DATE = "date"
    TIME = "date and time"
    YES_NO = "yes or no"
    CHOICE = "choice"
    PRODUCT = "medicine"
    SITE = "site"
    MOMENT = "moment"
    STEP = "step"
    NUMBER = "number"
    TEXT = "text"


Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail that a fact may carry. ``choices`` are (value, label) pairs where it is a choice."""

    name: str
    type: DetailType
    label: str
    required: bool = False
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact. ``label`` reads alone on the timeline and in a list of what can be recorded.

    ``seen_with`` is the label that a reader's roles must cover. ``drawn``: not where it is a plan and no happening.
    """

    kind: str
    label: str
    lane: Lane
    about_baby: AboutBaby = AboutBaby.NO
    details: tuple[Detail, ...] = ()
    seen_with: Label = Label.GENERAL
    drawn: bool = True


_REASON = Detail("reason", DetailType.TEXT, "Why")
_PLANNED_FOR = Detail("planned_for", DetailType.TIME, "Planned for", required=True)
_MEDICINE = Detail("medication", DetailType.PRODUCT, "Medicine")
_ADMISSION = Detail("admission", DetailType.NUMBER, "Which admission")
_DOSE = Detail("dose", DetailType.NUMBER, "Which dose")
_NEXT_DUE = Detail("next_due", DetailType.TIME, "Her next usual dose")
_CONFIRMED_BY = Detail(
    "confirmed_by",
    DetailType.CHOICE,
    "Confirmed by",
    choices=(
        ("pharmacy", "The pharmacy"),
        ("prescriber", "The prescriber"),
        ("ward", "The ward before"),
        ("clinic", "The clinic"),
        ("own_card", "Her own card"),
    ),
)
_ADMITTED_FOR = Detail(
    "reason",
    DetailType.CHOICE,
    "Admitted for",
    choices=(("labour", "Labour"), ("antenatal", "Antenatal care"), ("postnatal", "Postnatal care")),
)
_BIRTH_PLACE = Detail("place", DetailType.CHOICE, "Born", choices=(("hospital", "In hospital"), ("home", "At home")))
_BABY_PLACE = Detail(
    "place",
    DetailType.CHOICE,
    "Where",
    required=True,
    choices=(
        ("with_mother", "With the mother"),
        ("transitional_care", "Transitional care, with the mother"),
        ("neonatal_unit", "Neonatal unit"),
        ("other_hospital", "Another hospital"),
        ("with_mother_and_kin", "With the mother, at relatives'"),
    ),
)
_DECLINED_SERVICE = Detail(
    "service",
    DetailType.CHOICE,
    "What she does not want",
    required=True,
    choices=(
        ("maternity_care", "Maternity care"),
        ("drug_service", "Drug service"),
        ("mental_health", "Mental-health care"),
        ("health_visiting", "Health visiting"),
        ("social_care_support", "Support from social care"),
        ("other", "Something else"),
    ),
)
_LOSS = Detail(
    "kind",
    DetailType.CHOICE,
    "What happened",
    choices=(
        ("miscarriage", "Miscarriage"),
        ("ectopic", "Ectopic pregnancy"),
        ("termination", "Termination"),
        ("stillbirth", "Stillbirth"),
    ),
)
# A journey is never closed because of removal, missed contact or relapse: there is no such reason to choose.
CLOSING_REASONS: Choices = (
    ("completed", "The year after the pregnancy is over"),
    ("moved_out", "She has moved to where this is not used"),
    ("withdrew", "She asked to stop this record"),
    ("opened_in_error", "It was opened in error"),
)
_ANSWERED = (
    Detail("moment", DetailType.MOMENT, "Critical moment", required=True),
    Detail("step", DetailType.STEP, "Step", required=True),
    _ADMISSION,
    Detail("separation", DetailType.NUMBER, "Which separation"),
    Detail("transfer", DetailType.NUMBER, "Which transfer"),
    _DOSE,
    Detail("result", DetailType.CHOICE, "Result", choices=(("positive", "Positive"), ("negative", "Negative"))),
    _REASON,
    Detail("note", DetailType.TEXT, "Note"),
)
_DOSE_OUTCOMES: Choices = (
    ("given", "Given"),
    ("given_late", "Given late"),
    ("part_given", "Given in part"),
    ("refused", "She chose not to take it"),
    ("vomited_after", "She was sick afterwards"),
    ("withheld_sedated", "Withheld: she was drowsy"),
    ("withheld_prescriber", "Withheld: prescriber's decision"),
    ("absent_from_ward", "She was away from the ward"),
    ("stock_unavailable", "Not in stock"),
    ("not_recorded", "Not recorded"),
)


def _kind(
    kind: str,
    label: str,
    lane: Lane,
    *details: Detail,
    about_baby: AboutBaby = AboutBaby.NO,
    seen_with: Label = Label.GENERAL,
    drawn: bool = True,
) -> tuple[str, FactKind]:
    return kind, FactKind(kind, label, lane, about_baby, details, seen_with, drawn)


FACT_KINDS: dict[str, FactKind] = dict(
    (
        _kind("first_contact", "First contact with any service", Lane.MATERNITY),
        _kind(
            "dating_agreed",
            "Due date agreed",
            Lane.MATERNITY,
            Detail("edd", DetailType.DATE, "Estimated date of delivery", required=True),
        ),
        _kind("booking_completed", "Booking appointment held", Lane.MATERNITY),
        _kind("named_midwife_assigned", "Named midwife assigned", Lane.MATERNITY),
        _kind(
            "drug_use_disclosed",
            "Drug use talked about",
            Lane.DRUG_SERVICE,
            Detail("opioid", DetailType.YES_NO, "Opioids"),
            Detail("in_treatment", DetailType.YES_NO, "In treatment"),
        ),
        _kind("treatment_started", "Opioid replacement started", Lane.DRUG_SERVICE, _MEDICINE),
        _kind("treatment_ended", "Opioid replacement ended", Lane.DRUG_SERVICE, _MEDICINE),
        _kind(
            "concern_accepted",
            "Child-protection concern accepted",
            Lane.SOCIAL_CARE,
            seen_with=Label.CHILD_PROTECTION,
        ),
        _kind(
            "separation_possible",
            "Social-care plan includes possible separation",
            Lane.SOCIAL_CARE,
            seen_with=Label.CHILD_PROTECTION,
        ),
        _kind("contact_made", "Contact with her", Lane.MATERNITY),
        _kind("contact_missed", "Contact did not happen", Lane.MATERNITY),
        _kind("admitted", "Admitted to hospital", Lane.WARD, _ADMITTED_FOR),
        _kind("baby_born", "Baby born", Lane.BABIES, _BIRTH_PLACE, about_baby=AboutBaby.ONE),
        _kind("observation_started", "Observation of the baby started", Lane.BABIES, about_baby=AboutBaby.ONE),
        _kind("observation_ended", "Observation of the baby ended", Lane.BABIES, about_baby=AboutBaby.ONE),
        _kind("feeding_conflict_logged", "Different feeding advice was given", Lane.BABIES, about_baby=AboutBaby.ONE),
        _kind("mother_discharge_planned", "Going home planned", Lane.WARD, _PLANNED_FOR),
        _kind(
            "mother_discharged",
            "Went home from hospital",
            Lane.WARD,
            Detail("next_dose_on", DetailType.DATE, "Next dose on"),
            Detail("own_decision", DetailType.YES_NO, "She left on her own decision"),
        ),
        _kind(
            "baby_discharge_planned",
            "Baby's going home planned",
            Lane.BABIES,
            _PLANNED_FOR,
            about_baby=AboutBaby.ONE,
        ),
        _kind("baby_discharged", "Baby went home from hospital", Lane.BABIES, about_baby=AboutBaby.ONE),
        _kind("baby_place_recorded", "Where the baby is", Lane.BABIES, _BABY_PLACE, about_baby=AboutBaby.ONE),
        _kind("postnatal_visit", "Midwife saw her at home", Lane.MATERNITY),
        _kind("separated", "Baby placed away from her", Lane.SOCIAL_CARE, about_baby=AboutBaby.ONE_OR_ALL),
        _kind("reunified", "Baby back with her", Lane.SOCIAL_CARE, about_baby=AboutBaby.ONE_OR_ALL),
        _kind("residential_placement_started", "Mother-and-baby placement started", Lane.SOCIAL_CARE),
        _kind("residential_placement_ended", "Mother-and-baby placement ended", Lane.SOCIAL_CARE),
        _kind(
            "transfer_requested",
            "Move to another site asked for",
            Lane.MATERNITY,
            Detail("to", DetailType.SITE, "Moving to"),
        ),
        _kind("transfer_accepted", "Move accepted by the other site", Lane.MATERNITY),
        _kind("transfer_refused", "Move refused or called off", Lane.MATERNITY),
        _kind(
            "service_declined",
            "She declined a service",
            Lane.MATERNITY,
            _DECLINED_SERVICE,
            Detail("review_on", DetailType.DATE, "Ask again on"),
        ),
        _kind("custody_started", "Taken into custody", Lane.SOCIAL_CARE, seen_with=Label.ADDRESS),
        _kind("custody_ended", "Back from custody", Lane.SOCIAL_CARE, seen_with=Label.ADDRESS),
        _kind("pregnancy_loss", "Pregnancy loss", Lane.MATERNITY, _LOSS),
        _kind("baby_died", "Baby died", Lane.BABIES, about_baby=AboutBaby.ONE),
        _kind("mother_died", "Mother died", Lane.MATERNITY, _REASON),
        _kind(
            "closed",
            "Journey closed",
            Lane.MATERNITY,
            Detail("reason", DetailType.CHOICE, "Why", required=True, choices=CLOSING_REASONS),
        ),
        _kind("reopened", "Journey opened again", Lane.MATERNITY, _REASON),
        _kind(
            "supply_arranged",
            "Where her medicine comes from",
            Lane.DRUG_SERVICE,
            Detail("service", DetailType.TEXT, "Prescribed by"),
            Detail("pharmacy", DetailType.TEXT, "Collected from"),
        ),
        _kind(
            "ost_verified",
            "Medicine confirmed with prescriber and pharmacy",
            Lane.WARD,
            _ADMISSION,
            _MEDICINE,
            Detail("last_dose_at", DetailType.TIME, "Last dose taken"),
        ),
        _kind("own_medicine_identified", "Her own medicine identified", Lane.WARD, _ADMISSION, _MEDICINE),
        _kind(
            "own_medicine_taken",
            "Her medicine was taken without consent or receipt",
            Lane.WARD,
            _ADMISSION,
            _REASON,
        ),
        _kind(
            "dose_scheduled",
            "Dose scheduled",
            Lane.WARD,
            _ADMISSION,
            _DOSE,
            _MEDICINE,
            Detail("scheduled_for", DetailType.TIME, "Scheduled for"),
            drawn=False,
        ),
        _kind("dose_given", "Dose given", Lane.WARD, _ADMISSION, _DOSE, _MEDICINE, _NEXT_DUE),
        _kind(
            "dose_confirmed",
            "Dose confirmed as taken",
            Lane.WARD,
            _ADMISSION,
            _DOSE,
            _MEDICINE,
            _NEXT_DUE,
            _CONFIRMED_BY,
        ),
        _kind(
            "dose_outcome_recorded",
            "Outcome of a dose recorded",
            Lane.WARD,
            _ADMISSION,
            _DOSE,
            Detail("outcome", DetailType.CHOICE, "Outcome", choices=_DOSE_OUTCOMES),
            _REASON,
        ),
        _kind("handoff_completed", "Handoff completed", Lane.HANDOFFS, *_ANSWERED, about_baby=AboutBaby.ONE),
        _kind("handoff_declined", "She declined", Lane.HANDOFFS, *_ANSWERED, about_baby=AboutBaby.ONE),
        _kind("handoff_not_applicable", "Not applicable", Lane.HANDOFFS, *_ANSWERED, about_baby=AboutBaby.ONE),
        _kind("handoff_unable", "Could not be done", Lane.HANDOFFS, *_ANSWERED, about_baby=AboutBaby.ONE),
    )
)
