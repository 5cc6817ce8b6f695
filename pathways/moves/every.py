"""All guided pages of pathways, in the order in which the page of what happened shows them."""

from __future__ import annotations

from pathways.guided import Move
from pathways.moves import separation
from pathways.moves.admission import ADMITTED, HOME_UNDELIVERED, READMITTED
from pathways.moves.babies import BABY_HOME, BABY_PLACES
from pathways.moves.birth import BIRTH
from pathways.moves.custody import INTO_CUSTODY, OUT_OF_CUSTODY
from pathways.moves.death import HER_DEATH
from pathways.moves.declining import DECLINING
from pathways.moves.ending import ENDING, REOPENING
from pathways.moves.labour import LABOUR
from pathways.moves.loss import BABY_DIED, LOSS
from pathways.moves.outreach import ASKED, TRIED
from pathways.moves.outside import OUTSIDE
from pathways.moves.placement import END, START
from pathways.moves.together import PLAN_HOME, STAY_OFFER
from pathways.moves.unbooked import FIRST_RECORD

EVERY: tuple[Move, ...] = (
    FIRST_RECORD,
    LABOUR,
    ADMITTED,
    READMITTED,
    HOME_UNDELIVERED,
    BIRTH,
    BABY_PLACES,
    STAY_OFFER,
    PLAN_HOME,
    BABY_HOME,
    START,
    END,
    *separation.MOVES,
    TRIED,
    ASKED,
    DECLINING,
    INTO_CUSTODY,
    OUT_OF_CUSTODY,
    LOSS,
    BABY_DIED,
    HER_DEATH,
    OUTSIDE,
    ENDING,
    REOPENING,
)
