"""How wide a text is on screen, so that labels can be placed before a browser draws them. Pure Python.

Widths are those of Arial, in thousandths of the font size; Helvetica and Liberation Sans, which
stand in for it, have the same. Measured once in a browser; a test measures them again.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

SIZE = 13  # px, the one size of timeline labels
_WIDEST = 1015  # of a character that is in no table, so that a label is rather left out than cut

_REGULAR = {
    191: "'", 222: "ijl‘’'", 260: "|", 278: " !,./:;I[\\]ft·", 333: "()-`r“”", 334: "{}", 355: '"', 389: "*", 469: "^",
    500: "Jcksvxyz", 556: "#$0123456789?L_abdeghnopqu–", 584: "+<=>~×", 611: "FTZ", 667: "&ABEKPSVXY",
    722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1000: "—…→", 1015: "@",
}  # fmt: skip
_BOLD = {
    238: "'", 278: " ,./I\\ijl‘’·", 280: "|", 333: "!()-:;[]`ft", 389: "*r{}", 474: '"', 500: "z“”",
    556: "#$0123456789J_aceksvxy–", 584: "+<=>^~×", 611: "?FLTZbdghnopqu", 667: "EPSVXY", 722: "&ABCDHKNRU",
    778: "GOQw", 833: "M", 889: "%m", 944: "W", 975: "@", 1000: "—…→",
}  # fmt: skip


def _by_letter(table: dict[int, str]) -> dict[str, int]:
    return {letter: width for width, letters in table.items() for letter in letters}


_WIDTHS = {False: _by_letter(_REGULAR), True: _by_letter(_BOLD)}


@lru_cache(maxsize=4096)
def text_width(text: str, *, bold: bool = False) -> float:
    """The width of ``text`` in px at the size of a timeline label. An accent adds nothing to its letter."""
    widths = _WIDTHS[bold]
    letters = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return sum(widths.get(letter, _WIDEST) for letter in letters) * SIZE / 1000
