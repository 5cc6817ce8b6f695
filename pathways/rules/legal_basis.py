"""On which legal ground a baby is placed away from her, by nation (pathway, 2.2 and K11). Names, and no legal advice.

A code never changes once it is stored; what is not in the list is left open and told in the words of whoever decided.
"""

from __future__ import annotations

from collections.abc import Mapping

Choices = tuple[tuple[str, str], ...]

_EVERYWHERE: Choices = (("family_agreement", "Agreed in the family, without an order"),)
LEGAL_BASES: Mapping[str, Choices] = {
    "ENG": (
        ("eng_s20", "With her agreement: section 20, Children Act 1989"),
        ("eng_s46", "Police protection: section 46, Children Act 1989"),
        ("eng_s44", "Emergency protection order: section 44, Children Act 1989"),
        ("eng_s38", "Interim care order: section 38, Children Act 1989"),
        ("eng_s31", "Care order: section 31, Children Act 1989"),
        *_EVERYWHERE,
    ),
    "SCO": (
        ("sco_s25", "With her agreement: section 25, Children (Scotland) Act 1995"),
        ("sco_cpo", "Child protection order: Children’s Hearings (Scotland) Act 2011"),
        ("sco_icso", "Interim compulsory supervision order: Children’s Hearings (Scotland) Act 2011"),
        ("sco_cso", "Compulsory supervision order: Children’s Hearings (Scotland) Act 2011"),
        ("sco_kinship", "Kinship care order: Children and Young People (Scotland) Act 2014"),
        *_EVERYWHERE,
    ),
}
ALL_LEGAL_BASES: Mapping[str, str] = {code: words for bases in LEGAL_BASES.values() for code, words in bases}
