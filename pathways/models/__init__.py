"""The record: who she is, her journeys, what happened (facts), and the copy of what follows from it."""

from pathways.models.demo import DemoWoman
from pathways.models.handoffs import Flag, Handoff, SweepRun
from pathways.models.journeys import Baby, Correction, Event, Journey
from pathways.models.women import Identifier, Woman

__all__ = ["Baby", "Correction", "DemoWoman", "Event", "Flag", "Handoff", "Identifier", "Journey", "SweepRun", "Woman"]
