"""What the numbers about sites keep: counts, cells and blocks; aims; and what women say of the care (CE-8)."""

from pathways.gaps.models.aims import LONGEST_GROUP, LONGEST_WORDS, Aim, ChangeNote, Quarter
from pathways.gaps.models.counts import LONGEST_TABLE, Block, CaseCount, Cell, Standing, ToCount, Told
from pathways.gaps.models.engagement import Analysis, CallWanted, Invitation, Response, Rest

__all__ = [
    "LONGEST_GROUP",
    "LONGEST_TABLE",
    "LONGEST_WORDS",
    "Aim",
    "Analysis",
    "Block",
    "CallWanted",
    "CaseCount",
    "Cell",
    "ChangeNote",
    "Invitation",
    "Quarter",
    "Response",
    "Rest",
    "Standing",
    "ToCount",
    "Told",
]
