"""Whether two names could be the same name, mistyped. Pure Python; names come folded (see ``models.women.folded``)."""

from __future__ import annotations


def edits(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap with their neighbour to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        two_before, before, row = before, row, [i]
        for j, other_letter in enumerate(other, start=1):
            cost = letter != other_letter
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + cost)
            if two_before and j > 1 and letter == other[j - 2] and one[i - 2] == other_letter:
                best = min(best, two_before[j - 2] + 1)
            row.append(best)
    return row[-1]


def alike(one: str, other: str) -> bool:
    """Whether two words are the same but for a small slip: one letter in a short word, two from seven letters on."""
    longest = max(len(one), len(other))
    allowed = 0 if longest < 3 else 1 if longest < 7 else 2
    return abs(len(one) - len(other)) <= allowed and edits(one, other) <= allowed
