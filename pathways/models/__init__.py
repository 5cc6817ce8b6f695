"""The record: who she is, her journeys, what happened (facts), and the copy of what follows from it."""

from pathways.models.background import Background
from pathways.models.contact import Address, ContactDetail, MessageToHer, Opening, SafeContact
from pathways.models.demo import DemoWoman
from pathways.models.handoffs import Flag, Handoff, SweepRun
from pathways.models.journeys import Baby, Correction, Event, Journey
from pathways.models.matches import MatchReview
from pathways.models.women import Identifier, Woman

__all__ = [
    "Address",
    "Baby",
    "Background",
    "ContactDetail",
    "Correction",
    "DemoWoman",
    "Event",
    "Flag",
    "Handoff",
    "Identifier",
    "Journey",
    "MatchReview",
    "MessageToHer",
    "Opening",
    "SafeContact",
    "SweepRun",
    "Woman",
]
