"""The record: who she is, her journeys, what happened (facts), and the copy of what follows from it."""

from pathways.models.alerts import Alert, AlertTo, DutyPost, Hold
from pathways.models.background import Background
from pathways.models.contact import Address, ContactDetail, MessageToHer, Opening, SafeContact
from pathways.models.demo import DemoWoman
from pathways.models.ending import CarriedHistory, Closing, OutsideTry, Reopening, ServiceChoice, SignOff
from pathways.models.handoffs import Flag, Handoff, SweepRun
from pathways.models.journeys import Baby, Correction, Event, Journey
from pathways.models.late_entry import LateReason
from pathways.models.losses import DeathReport, ToldOfBaby, ToldOfDeath, WordsOfLoss
from pathways.models.matches import MatchReview
from pathways.models.needs import HerWords, Need, NeedStep
from pathways.models.offers import Offer, OfferQuestion
from pathways.models.outreach import Asked, OutreachDecision, Try
from pathways.models.owners import Owner
from pathways.models.plans import CarePlan, PlanCopy, PlanSent, PlanSignature
from pathways.models.separation import NamedWorker, PlacedAway, PlacedBaby, Telling, TellingArranged, TellingSignOff
from pathways.models.together import Departure, Placement, StayOffer
from pathways.models.women import Identifier, Woman

__all__ = [
    "Address",
    "Alert",
    "AlertTo",
    "Asked",
    "Baby",
    "Background",
    "CarePlan",
    "CarriedHistory",
    "Closing",
    "ContactDetail",
    "Correction",
    "DeathReport",
    "DemoWoman",
    "Departure",
    "DutyPost",
    "Event",
    "Flag",
    "Handoff",
    "HerWords",
    "Hold",
    "Identifier",
    "Journey",
    "LateReason",
    "MatchReview",
    "MessageToHer",
    "NamedWorker",
    "Need",
    "NeedStep",
    "Offer",
    "OfferQuestion",
    "Opening",
    "OutreachDecision",
    "OutsideTry",
    "Owner",
    "PlacedAway",
    "PlacedBaby",
    "Placement",
    "PlanCopy",
    "PlanSent",
    "PlanSignature",
    "Reopening",
    "SafeContact",
    "ServiceChoice",
    "SignOff",
    "StayOffer",
    "SweepRun",
    "Telling",
    "TellingArranged",
    "TellingSignOff",
    "ToldOfBaby",
    "ToldOfDeath",
    "Try",
    "Woman",
    "WordsOfLoss",
]
