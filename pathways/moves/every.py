"""All guided pages of pathways, in the order in which the page of what happened shows them."""

from __future__ import annotations

from pathways.guided import Move
from pathways.moves.labour import LABOUR

EVERY: tuple[Move, ...] = (LABOUR,)
