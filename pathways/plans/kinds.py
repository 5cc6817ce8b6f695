"""Every kind of plan there is."""

from __future__ import annotations

from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from pathways.plans.separation_plan import SEPARATION_PLAN
from pathways.rules.plans import Kinds

KINDS = Kinds(BIRTH_AND_WARD, SEPARATION_PLAN)
