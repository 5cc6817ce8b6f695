"""What every chart is drawn on: a sheet with pixels from the top left, in the product's colours. No Django.

matplotlib costs 60 MB and a quarter of a second: it is loaded where the first chart is drawn, never when a process
starts. Only figures are used, never pyplot, which keeps what it drew. A page sets the words in its own typeface; a
picture in the one that comes with matplotlib, so much smaller that they take up the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pathways.gaps.charts.lettering import Box, box_of, library, typeface

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# The colours of static/src/_tokens.scss.
PAPER, INK, INK_2, LINE, MARK = "#ffffff", "#212b32", "#4c6272", "#d8dde0", "#425563"
WORSE, WORSE_TEXT, WORSE_GROUND = "#b06a00", "#7a4a00", "#fff5dd"
BETTER, BETTER_TEXT, BETTER_GROUND = "#005eb8", "#004b93", "#eaf2fa"
OTHER_GROUND, AIM, STRETCH = "#e8edee", "#007f3b", "#b8c6ce"

CIRCLE, SQUARE, DIAMOND, CROSS = "o", "s", "D", "x"
DASHED, DOTTED, DASH_DOT = (7.0, 4.5), (1.8, 3.2), (10.0, 3.0, 2.0, 3.0)
Dash = tuple[float, ...]
ANCHORS = {"start": "left", "middle": "center", "end": "right"}
PIXELS_AN_INCH = 72  # at which a point of type is a pixel
HALO = "halo"
IN_A_PICTURE = {False: 0.88, True: 0.83}  # of the size on a page, by boldness


class Canvas:
    """A sheet of paper. What is drawn later lies above; ``finish`` says how high the sheet became."""

    def __init__(self, width: float, size: float) -> None:
        library()
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height, self.size = width, 0.0, size
        self.figure: Figure = Figure(dpi=PIXELS_AN_INCH)
        self.figure.patch.set_visible(False)
        self.boxes: list[Box] = []
        self._words: list[tuple[Text, float, bool]] = []
        self._pixels = Affine2D()
        self._placed = self._pixels + self.figure.transFigure
        self._above = 0

    def picture(self) -> Figure:
        """The drawing for a picture, in which words take up what they take up on a page."""
        from matplotlib.patheffects import withStroke

        for words, size, bold in self._words:
            words.set_fontsize(size * IN_A_PICTURE[bold])
            if words.get_gid() == HALO:
                words.set_path_effects([withStroke(linewidth=3, foreground=PAPER)])
        return self.figure

    def finish(self, height: float) -> Canvas:
        """Give the sheet its height."""
        self.height = height
        self.figure.set_size_inches(self.width / PIXELS_AN_INCH, height / PIXELS_AN_INCH)
        self._pixels.clear().scale(1 / self.width, -1 / height).translate(0, 1)
        return self

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str = MARK, *, width: float = 1.5, dash: Dash = ()
    ) -> None:
        """A line through points; NaN interrupts it."""
        from matplotlib.lines import Line2D

        line = Line2D(xs, ys, color=colour, linewidth=width)
        line.set(solid_joinstyle="round", dash_joinstyle="round", solid_capstyle="butt")
        if dash:
            line.set_dashes([length / width for length in dash])
        self._add(line)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        """A filled rectangle."""
        from matplotlib.patches import Rectangle

        self._add(Rectangle((left, top), right - left, bottom - top, facecolor=fill, edgecolor="none"))

    def bars(self, boxes: Sequence[tuple[float, float, float, float]], fill: str) -> None:
        """Filled rectangles of one colour, as one shape."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline

        corners = [
            corner
            for left, top, right, bottom in boxes
            for corner in ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        ]
        codes = [Outline.MOVETO, Outline.LINETO, Outline.LINETO, Outline.LINETO, Outline.CLOSEPOLY] * len(boxes)
        if boxes:
            self._add(PathPatch(Outline(corners, codes), facecolor=fill, edgecolor="none"))

    def area(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], fill: str) -> None:
        """The ground between two lines; what lies below shines through."""
        from matplotlib.patches import Polygon

        outline = [*zip(xs, lows, strict=True), *reversed(list(zip(xs, highs, strict=True)))]
        self._add(Polygon(outline, facecolor=fill, edgecolor="none", alpha=0.4))

    def marks(
        self,
        points: Sequence[tuple[float, float]],
        shape: str = CIRCLE,
        colour: str = MARK,
        *,
        size: float = 10,
        fill: str | None = None,
        edge: float = 1.2,
    ) -> None:
        """Points, each with an edge in the colour of the paper; ``fill`` makes them hollow."""
        from matplotlib.lines import Line2D

        if points:
            edged = colour if fill or shape == CROSS else PAPER
            marks = Line2D(*zip(*points, strict=True), linestyle="none", marker=shape, markersize=size)
            marks.set(markerfacecolor=fill or colour, markeredgecolor=edged, markeredgewidth=edge)
            self._add(marks)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = INK_2,
        *,
        size: float | None = None,
        bold: bool = False,
        anchor: str = "start",
        halo: bool = False,
        upwards: bool = False,
    ) -> Box:
        """Words on the line ``y``; gives the box that they take up. A halo keeps them readable on lines."""
        from matplotlib.font_manager import FontProperties
        from matplotlib.text import Text

        size = size or self.size
        font = FontProperties(fname=typeface(bold), weight="bold" if bold else "normal", size=size)
        text = Text(x, y, words, color=colour, fontproperties=font, ha=ANCHORS[anchor], va="baseline")
        if upwards:
            text.set(rotation=90, rotation_mode="anchor")
        if halo:
            text.set_gid(HALO)
        self._add(text)
        self._words.append((text, size, bold))
        box = box_of(words, x, y, size, bold=bold, anchor=anchor)
        if upwards:
            box = Box(words, x - 0.78 * size, y - (box.right - box.left), x + 0.22 * size, y)
        self.boxes.append(box)
        return box

    def _add(self, artist: Artist) -> None:
        self._above += 1
        artist.set_transform(self._placed)
        artist.set_zorder(self._above)
        artist.set_clip_on(False)
        self.figure.add_artist(artist)
