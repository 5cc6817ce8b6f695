"""Ward medicine: what sources say, the plan, the doses, and where she is. Amounts are text, exactly as stated."""

from medications.models.doses import TAKEN, WHOLE, Dose, DueDose, Outcome, Place
from medications.models.feeding import FeedingAdvice, FeedingPlan
from medications.models.handover import HandedOver, Shift, ShiftHandover
from medications.models.leaving import CommunityDose, Item, LeavingEntry
from medications.models.observing import Observation, ObservationPlan, ObservationStep
from medications.models.own import OwnMedicine, OwnMedicineStep, OwnMedicineTaken
from medications.models.plans import Decision, Plan
from medications.models.safety import SafetyReport
from medications.models.signing import HOLDS, Signing
from medications.models.statements import Call, Source, Statement, Supervised, YesNoUnknown
from medications.models.ward import Stay, Visiting

__all__ = [
    "HOLDS",
    "TAKEN",
    "WHOLE",
    "Call",
    "CommunityDose",
    "Decision",
    "Dose",
    "DueDose",
    "FeedingAdvice",
    "FeedingPlan",
    "HandedOver",
    "Item",
    "LeavingEntry",
    "Observation",
    "ObservationPlan",
    "ObservationStep",
    "Outcome",
    "OwnMedicine",
    "OwnMedicineStep",
    "OwnMedicineTaken",
    "Place",
    "Plan",
    "SafetyReport",
    "Shift",
    "ShiftHandover",
    "Signing",
    "Source",
    "Statement",
    "Stay",
    "Supervised",
    "Visiting",
    "YesNoUnknown",
]
