"""What a handoff survives: endings that do not make it fall away (rules, section 5.3)."""

from __future__ import annotations

from pathways.engine.definitions import Ending

# Going home early, or losing her, is when the baby needs the observation.
ALL_BUT_THE_BABYS_DEATH = frozenset(Ending) - {Ending.BABY_DIED}

# The living baby still needs it.
HER_DEATH = frozenset({Ending.MOTHER_DIED})

# A quick birth makes it more urgent.
A_QUICK_BIRTH = frozenset({Ending.POSTNATAL_STAGE})

# Closing, moving or removing never hides a medication flag that is about immediate safety.
ALL_BUT_HER_DEATH = frozenset({Ending.CLOSED, Ending.SEPARATED_STAGE, Ending.BEREAVEMENT_STAGE})
