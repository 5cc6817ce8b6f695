"""Lays the report out as a PDF on A4: black on white, with bookmarks, a title and a language.

Imported only where one is made: the libraries for it take their time.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    LongTable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

from pathways.gaps.charts.pictures import png_of, words_of
from pathways.gaps.charts.specs import Xmr
from pathways.gaps.pages.definition import Definition
from pathways.gaps.report.content import FOOT, Cell, Grid, Report, Section

SANS, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MARGIN = 17 * mm
WIDTH = A4[0] - 2 * MARGIN
NAME_WIDTH = 48 * mm
PICTURE_DPI = 150
GREY, LINE = HexColor("#333333"), HexColor("#666666")


def _style(name: str, size: float, *, bold: bool = False, **more: Any) -> ParagraphStyle:
    font = BOLD if bold else SANS
    return ParagraphStyle(name, **{"fontName": font, "fontSize": size, "leading": size * 1.35, **more})


TITLE = _style("title", 20, bold=True, spaceAfter=2 * mm)
SECTION = _style("section", 14, bold=True, spaceBefore=7 * mm, spaceAfter=1.5 * mm, keepWithNext=1)
PART = _style("part", 10, bold=True, spaceBefore=4 * mm, spaceAfter=1 * mm, keepWithNext=1)
TEXT = _style("text", 9, spaceAfter=1.2 * mm)
WHY = _style("why", 9, spaceAfter=1.2 * mm, keepWithNext=1)
ITEM = _style("item", 9, leftIndent=4 * mm, bulletIndent=0, spaceAfter=1 * mm)
SMALL = _style("small", 7.5, textColor=GREY, spaceAfter=0.8 * mm)
LABEL = _style(
    "label", 9, bold=True, borderWidth=1, borderColor=black, borderPadding=4, spaceBefore=3 * mm, spaceAfter=4 * mm
)
CELL, HEAD = _style("cell", 8.5), _style("head", 8, bold=True)


def pdf_of(report: Report) -> bytes:
    """The report as a file."""
    _fonts()
    file = BytesIO()
    title = f"{report.title}: {report.quarter}, {report.site}"
    document = _Document(file, pagesize=A4, title=title, author="CareCoord", subject=FOOT, lang="en-GB")
    frame = Frame(MARGIN, 20 * mm, WIDTH, A4[1] - 38 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate("page", [frame]))
    flow = [*_first(report), PageBreak()]
    for section in report.sections:
        flow += _section(section)
    document.build(flow, canvasmaker=_numbered(f"{report.title} · {report.quarter} · {report.site}"))
    return file.getvalue()


class _Document(BaseDocTemplate):
    """Writes a bookmark for each heading of a measure."""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the library's name
        if isinstance(flowable, Paragraph) and flowable.style.name in ("title", "section"):
            key = f"place-{self.seq.nextf('bookmarks')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level=0)


def _numbered(head: str) -> type[Canvas]:
    """A canvas that writes "page 2 of 9" on each page, once it knows how many there are."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - the library's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self.setFont(SANS, 7.5)
                self.drawString(MARGIN, 11 * mm, FOOT)
                self.drawRightString(A4[0] - MARGIN, 11 * mm, f"page {number} of {len(self._pages)}")
                if number > 1:
                    self.drawString(MARGIN, A4[1] - 12 * mm, head)
                super().showPage()
            super().save()

    return Numbered


def _fonts() -> None:
    """The typeface that comes with the charts' library: it has the signs that say what changed."""
    if SANS in getRegisteredFontNames():
        return
    found = find_spec("matplotlib")
    folder = Path(((found and found.submodule_search_locations) or [""])[0]) / "mpl-data" / "fonts" / "ttf"
    for name in (SANS, BOLD):
        registerFont(TTFont(name, folder / f"{name}.ttf"))
    registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=SANS, boldItalic=BOLD)


# -- the parts ---------------------------------------------------------------------------------------


def _first(report: Report) -> list[Flowable]:
    first = report.first
    flow: list[Flowable] = [
        Paragraph(f"{escape(report.title)}: {escape(report.quarter)}", TITLE),
        Paragraph(f"<b>{escape(first.name)}</b>{f' · {escape(first.span)}' if first.span else ''}", TEXT),
        Paragraph(escape(report.rule), SMALL),
        Paragraph("Sites stand in alphabetical order. A report of a past quarter does not change.", SMALL),
    ]
    for heading, said in first.parts:
        flow.append(Paragraph(escape(heading), PART))
        flow += [Paragraph(escape(sentence), ITEM, bulletText="•") for sentence in said]
    return flow


def _section(section: Section) -> list[Flowable]:
    said = section.definition
    flow: list[Flowable] = [Paragraph(f"{said.key} {escape(said.title)}", SECTION), Paragraph(escape(said.why), WHY)]
    if section.label:
        flow.append(Paragraph(escape(section.label), LABEL))
    for grid in section.grids:
        flow += _grid(grid)
    for chart in section.charts:
        flow.append(_chart(chart))
    return [*flow, *_definition(said)]


def _grid(grid: Grid) -> list[Flowable]:
    head = [Paragraph(escape(name), HEAD) for name in grid.columns]
    rows = [[_name(name), *(_cell(cell) for cell in cells)] for name, cells in grid.rows]
    each = (WIDTH - NAME_WIDTH) / max(1, len(grid.columns) - 1)
    table = LongTable([head, *rows], colWidths=[NAME_WIDTH, *[each] * (len(grid.columns) - 1)], repeatRows=1)
    signals = [
        ("BOX", (place + 1, number + 1), (place + 1, number + 1), 1.5, black)
        for number, (_, cells) in enumerate(grid.rows)
        for place, cell in enumerate(cells)
        if cell.signal
    ]
    rules = [("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("LINEBELOW", (0, 0), (-1, 0), 1, black)]
    table.setStyle([*rules, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0), *signals])
    flow: list[Flowable] = [Paragraph(escape(grid.title), PART), table]
    return [*flow, Paragraph(escape(grid.note), SMALL)] if grid.note else flow


def _name(name: str) -> Paragraph:
    words, _, months = name.partition("\n")
    below = f'<br/><font size="7" color="#333333">{escape(months)}</font>' if months else ""
    return Paragraph(f"{escape(words)}{below}", CELL)


def _cell(cell: Cell) -> Paragraph:
    below = f'<br/><font size="7.5">{escape(cell.below)}</font>' if cell.below else ""
    return Paragraph(f"<b>{escape(cell.number)}</b>{below}", CELL)


def _chart(chart: Xmr) -> Flowable:
    picture = Image(BytesIO(png_of(chart, dpi=PICTURE_DPI)))
    picture.drawHeight *= WIDTH / picture.drawWidth
    picture.drawWidth = WIDTH
    return KeepTogether([Paragraph(escape(chart.title), PART), picture, Paragraph(escape(words_of(chart)), SMALL)])


def _definition(said: Definition) -> Sequence[Flowable]:
    facts = [f"<b>{escape(label)}</b>: {escape(text)}" for label, text in said.facts]
    sources = [f"<b>Source</b>: {escape(source.title)} ({escape(source.extent)})" for source in said.sources]
    return [Spacer(1, 2 * mm), Paragraph(". ".join(facts), SMALL), *(Paragraph(each, SMALL) for each in sources)]
