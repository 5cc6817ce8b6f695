"""All guided pages of pathways, in the order in which the page of what happened shows them."""

from __future__ import annotations

from pathways.guided import Move
from pathways.moves.labour import LABOUR
from pathways.moves.placement import END, START
from pathways.moves.together import PLAN_HOME, STAY_OFFER

EVERY: tuple[Move, ...] = (LABOUR, STAY_OFFER, PLAN_HOME, START, END)
