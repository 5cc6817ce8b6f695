"""How wide words are, and what they take up. Measured as the page's typeface (Arial, Helvetica) has them. No Django."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fontTools.afmLib import AFM


@cache
def library() -> Path:
    """Load matplotlib, set as every drawing needs it; gives its typefaces' folder."""
    import matplotlib

    matplotlib.rcParams.update(
        {
            "svg.fonttype": "none",  # text stays text
            "svg.hashsalt": "carecoord",  # the same drawing has the same bytes
            "text.parse_math": False,  # a site's name may hold a dollar
            "text.hinting": "no_hinting",
            "path.simplify": False,
        }
    )
    return Path(matplotlib.get_data_path()) / "fonts"


@cache
def typeface(bold: bool) -> str:
    """The file of the typeface of pictures."""
    return str(library() / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"))


@cache
def _metrics(bold: bool) -> AFM:
    """How wide the letters of the page's typeface are."""
    from fontTools.afmLib import AFM

    return AFM(library() / "pdfcorefonts" / ("Helvetica-Bold.afm" if bold else "Helvetica.afm"))


@cache
def _advance(letter: str, bold: bool) -> float:
    """How wide a letter is at a size of 1."""
    from fontTools.agl import UV2AGL

    metrics, name = _metrics(bold), UV2AGL.get(ord(letter), "")
    return float(metrics[name][1] if metrics.has_char(name) else 700) / 1000


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """How wide the words are."""
    return size * sum(_advance(letter, bold) for letter in words)


def wrapped(words: str, size: float, width: float) -> list[str]:
    """The words in lines that are no wider than ``width``, save where one word is."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def shortened(words: str, size: float, width: float, *, bold: bool = False) -> str:
    """The words, cut where they are wider than ``width``."""
    if width_of(words, size, bold=bold) <= width:
        return words
    ends = range(len(words), 0, -1)
    return next(
        (f"{cut}…" for end in ends if width_of(f"{(cut := words[:end].rstrip(' ,'))}…", size, bold=bold) <= width), "…"
    )


@dataclass(frozen=True, slots=True)
class Box:
    """What a text takes up."""

    words: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, apart: float = 0) -> bool:
        """Whether the two lie less than ``apart`` from each other."""
        return (
            self.left < other.right + apart
            and other.left < self.right + apart
            and self.top < other.bottom + apart
            and other.top < self.bottom + apart
        )


def box_of(words: str, x: float, y: float, size: float, *, bold: bool = False, anchor: str = "start") -> Box:
    """The box of words that stand on the line ``y``."""
    wide = width_of(words, size, bold=bold)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return Box(words, left, y - 0.78 * size, left + wide, y + 0.22 * size)
