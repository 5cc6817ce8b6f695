"""What opens a sheet of questions: twelve letters and figures, short enough to type from a slip of paper.

Fifty-nine bits, and an empty sheet behind them: guessing is no use. It says nothing of her, and only its
keyed hash is kept.
"""

from __future__ import annotations

import secrets

from carecoord.access.encryption import keyed_hash, keyed_hashes

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another
LENGTH, IN_GROUPS_OF = 12, 4


def new_key() -> str:
    """``k7m3-qx9p-2raw``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[start : start + IN_GROUPS_OF] for start in range(0, LENGTH, IN_GROUPS_OF))


def hash_of(key: str) -> str:
    """What is kept of a key."""
    return keyed_hash(_as_typed(key))


def hashes_of(key: str) -> list[str]:
    """The same under each of the installation's keys, to look it up."""
    return keyed_hashes(_as_typed(key))


def _as_typed(key: str) -> str:
    """Capitals, spaces and dashes do not matter."""
    return "engagement " + "".join(letter for letter in key.lower() if letter in ALPHABET)[: 2 * LENGTH]
