"""All charts of gaps on one page, under the policy of our own pages, in a browser; on paper too."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from carecoord.environment import BASE_DIR
from pathways.gaps.charts.pictures import inline
from tests.conftest import assert_accessible
from tests.gaps.drawings import EXAMPLES

ADDRESS = "http://charts.example/"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Charts</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/carecoord.css"></head>
<body><main class="page"><h1>Charts</h1>{sections}</main></body></html>"""
SMALLEST = 12  # pixels of a letter
# Of each chart: which drawings are seen, how large their smallest words are, which words meet or lie outside.
LOOK = """() => [...document.querySelectorAll('.chart')].map(chart => {
  const seen = [...chart.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 0);
  const texts = seen.flatMap(svg => [...svg.querySelectorAll('text')].map(text => ({
    words: text.textContent, box: text.getBoundingClientRect(), turned: text.hasAttribute('transform'),
    size: parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a || 99,
  })));
  // A line of words is a little higher than its letters.
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top + a.height / 6 < b.bottom - b.height / 6 && b.top + b.height / 6 < a.bottom - a.height / 6;
  const upright = texts.filter(text => !text.turned);
  return {
    drawings: seen.map(svg => svg.getAttribute('class')),
    smallest: Math.min(99, ...upright.map(text => text.size)),
    meeting: upright.filter((a, i) => upright.some((b, j) => i !== j && meet(a.box, b.box))).map(a => a.words),
    outside: texts.filter(t => t.box.left < 0 || t.box.right > document.documentElement.clientWidth).map(t => t.words),
  };
})"""


def policy() -> str:
    """What our pages send."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(map(str, values))}" for name, values in directives.items())


@pytest.fixture
def charts(page: Any) -> Any:
    """The page with all charts."""
    sections = "".join(
        f'<section class="card"><h2>{chart.title} {key}</h2>{inline(chart)}</section>'
        for key, chart in EXAMPLES.items()
    )
    sheet = (BASE_DIR / "static/built/carecoord.css").read_text()
    html = PAGE.format(sections=sections)
    page.route(
        ADDRESS,
        lambda route: route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": policy()}),
    )
    page.route(f"{ADDRESS}carecoord.css", lambda route: route.fulfill(body=sheet, content_type="text/css"))
    page.route(f"{ADDRESS}favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(ADDRESS)
    return page


@pytest.mark.parametrize("width", [1280, 930, 820, 560, 320])
def test_every_chart_is_readable_at_every_width(charts, width):
    charts.set_viewport_size({"width": width, "height": 900})
    for chart, seen in zip(EXAMPLES.values(), charts.evaluate(LOOK), strict=True):
        assert len(seen["drawings"]) == 1, chart.key
        assert seen["smallest"] >= SMALLEST - 0.05, chart.key
        assert seen["meeting"] == [], chart.key
        assert seen["outside"] == [], chart.key
    assert charts.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert_accessible(charts)


def test_paper_has_the_wide_drawings_and_cuts_none_in_two(charts):
    charts.emulate_media(media="print")
    charts.set_viewport_size({"width": 700, "height": 900})
    seen = charts.evaluate(LOOK)
    assert [chart["drawings"] for chart in seen] == [["chart__wide"]] * len(EXAMPLES)
    assert all(chart["meeting"] == chart["outside"] == [] for chart in seen)
    paper = charts.pdf(format="A4", print_background=False)
    assert 4 <= paper.count(b"/Type /Page\n") <= len(EXAMPLES)


def test_a_screen_reader_hears_the_words_of_a_chart(charts):
    hidden = charts.get_by_role("img", name="Ashford Bridge, month by month", exact=False)
    assert hidden.count() == 1  # the other drawing is not there for anybody
    assert "12 months in a row above the centre" in hidden.aria_snapshot()
