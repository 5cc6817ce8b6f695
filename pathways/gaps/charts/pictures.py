"""A chart as SVG for a page, as a picture for a PDF, and in words. No Django."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pathways.gaps.charts import across_sites, over_time, spread, survival
from pathways.gaps.charts.canvas import PAPER, PIXELS_AN_INCH
from pathways.gaps.charts.clean import svg
from pathways.gaps.charts.specs import Funnel, Histogram, Survival, Xmr

Chart = Xmr | Funnel | Histogram | Survival
KINDS: dict[type, Any] = {
    Xmr: over_time,
    Funnel: across_sites,
    Histogram: spread,
    Survival: survival,
}


def inline(chart: Chart) -> str:
    """Two drawings for a page, both complete: by the room there is, the style sheet shows one (or the table alone)."""
    kind = KINDS[type(chart)]
    words = kind.words(chart)
    drawings = (
        svg(kind.draw(chart, narrow=shape == "narrow"), f"{chart.key}-{shape}", chart.title, words, f"chart__{shape}")
        for shape in ("wide", "narrow")
    )
    name = kind.__name__.rsplit(".", 1)[1].replace("_", "-")
    return f'<div class="chart"><div class="chart__{name}">{"".join(drawings)}</div></div>'


def png_of(chart: Chart, *, dpi: float = 3 * PIXELS_AN_INCH) -> bytes:
    """The wide drawing as a picture on white."""
    picture = BytesIO()
    drawing = KINDS[type(chart)].draw(chart, narrow=False)
    drawing.picture().savefig(picture, format="png", dpi=dpi, facecolor=PAPER, metadata={"Software": None})
    return picture.getvalue()


def words_of(chart: Chart) -> str:
    """What a screen reader hears, from the shown numbers alone."""
    return KINDS[type(chart)].words(chart)
