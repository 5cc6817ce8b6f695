"""Charts of gaps: what stands in a page, what its marks say, and what its words may hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from math import isnan
from xml.etree import ElementTree as ET

import pytest

from carecoord.environment import BASE_DIR
from pathways.gaps.charts import across_sites, cache, canvas, over_time
from pathways.gaps.charts.lettering import width_of
from pathways.gaps.charts.pictures import KINDS, inline, png_of, words_of
from pathways.gaps.charts.plot import apart, ticks
from pathways.gaps.charts.signs import BETTER, NEITHER, WORSE
from pathways.gaps.charts.specs import Note, span
from pathways.gaps.rules.spc import Direction
from tests.gaps import drawings
from tests.gaps.drawings import ACROSS, EXAMPLES, LATE_DOSES, TOO_FEW, WITH_GAPS, many_sites

SVG = "{http://www.w3.org/2000/svg}"
EACH = pytest.mark.parametrize("chart", EXAMPLES.values(), ids=EXAMPLES)
NARROW = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
LARGEST = 26_000  # bytes of one drawing; all but the largest overview have less than 12,000
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
ALLOWED = {"svg", "g", "defs", "path", "use", "text", "title", "desc"}
ATTRIBUTES = {"id", "class", "viewBox", "role", "aria-labelledby", "d", "x", "y", "href", "transform", "paint-order"}
ATTRIBUTES |= {
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
}
ATTRIBUTES |= {"font-size", "font-weight", "text-anchor"}


def parsed(chart):
    return ET.fromstring(inline(chart))  # noqa: S314 - our own


def pictures(chart):
    return list(parsed(chart).iter(f"{SVG}svg"))


def texts(svg):
    return [element.text for element in svg.iter(f"{SVG}text")]


def numbers(words):
    return {number.replace(",", "") for number in NUMBER.findall(words)}


# -- what stands in the page ------------------------------------------------------------------------


@EACH
def test_nothing_in_a_drawing_needs_more_than_the_policy_of_our_pages_allows(chart):
    for svg in pictures(chart):
        for element in svg.iter():
            assert element.tag.removeprefix(SVG) in ALLOWED
            assert set(element.attrib) <= ATTRIBUTES
            assert "url(" not in "".join(element.attrib.values())
            assert element.attrib.get("href", "#").startswith("#")


@EACH
def test_ids_start_with_the_charts_key_and_all_that_is_named_is_there(chart):
    root = parsed(chart)
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    named = [element.attrib["href"][1:] for element in root.iter() if "href" in element.attrib]
    named += [name for svg in root.iter(f"{SVG}svg") for name in svg.attrib["aria-labelledby"].split()]
    assert len(ids) == len(set(ids))
    assert all(name.startswith(f"{chart.key}-") for name in ids)
    assert set(named) == set(ids)


@EACH
def test_title_and_description_say_what_is_drawn(chart):
    for svg in pictures(chart):
        assert svg.attrib["role"] == "img"
        title, desc = svg.attrib["aria-labelledby"].split()
        assert svg.find(f"{SVG}title").attrib["id"] == title
        assert svg.find(f"{SVG}desc").attrib["id"] == desc
        assert svg.find(f"{SVG}title").text == chart.title
        assert svg.find(f"{SVG}desc").text == words_of(chart)


@EACH
def test_a_drawing_is_small(chart):
    assert all(len(svg.encode()) < LARGEST for svg in inline(chart).split("</svg>"))


@EACH
def test_a_drawing_is_the_same_each_time(chart):
    assert inline(chart) == inline(chart)
    assert png_of(chart, dpi=72) == png_of(chart, dpi=72)


def test_a_drawing_is_the_same_in_another_process():
    program = (
        "from tests.gaps.drawings import ACROSS as A; import pathways.gaps.charts.pictures as p; print(p.inline(A))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == inline(ACROSS)


def test_no_process_loads_the_library_before_it_draws():
    program = "import sys, pathways.gaps.charts.pictures; print('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]


def test_what_somebody_wrote_stays_words():
    nasty = '<script>alert("1")</script> & $x^2$'
    chart = replace(LATE_DOSES, title=nasty, notes=(Note(LATE_DOSES.start, nasty),))
    for svg in pictures(chart):
        assert svg.find(f"{SVG}title").text == nasty
        assert any(nasty.split()[0] in words for words in texts(svg))
    assert png_of(chart, dpi=36)


# -- what the marks say -----------------------------------------------------------------------------


def lines_of(drawing):
    return [line for line in drawing.figure.artists if hasattr(line, "get_marker")]


def marks_of(drawing, shape, colour=None):
    return sum(
        len(line.get_xdata())
        for line in lines_of(drawing)
        if line.get_marker() == shape and colour in (None, line.get_markerfacecolor())
    )


@NARROW
def test_no_line_crosses_a_hidden_point(narrow):
    drawing = over_time.draw(WITH_GAPS, narrow=narrow)
    through = next(line for line in lines_of(drawing) if len(line.get_xdata()) == len(WITH_GAPS.points))
    assert [isnan(y) for y in through.get_ydata()] == [point is None for point in WITH_GAPS.points]


@NARROW
def test_each_hidden_point_has_its_cross_and_the_legend_says_why(narrow):
    drawing = over_time.draw(WITH_GAPS, narrow=narrow)
    hidden = WITH_GAPS.points.count(None)
    assert marks_of(drawing, canvas.CROSS) == hidden + 1  # and the legend's own
    assert "not shown: too few" in [box.words for box in drawing.boxes]


@NARROW
@pytest.mark.parametrize(
    ("direction", "sign"),
    [(Direction.LOWER, WORSE), (Direction.HIGHER, BETTER), (Direction.NEITHER, NEITHER)],
    ids=["worse", "better", "neither"],
)
def test_the_points_of_a_signal_have_the_signals_shape(narrow, direction, sign):
    drawing = over_time.draw(replace(LATE_DOSES, direction=direction, notes=()), narrow=narrow)
    (band,) = LATE_DOSES.bands
    within = band.last - band.first + 1
    assert marks_of(drawing, sign.shape) == within + 1
    assert marks_of(drawing, canvas.CIRCLE) == len(LATE_DOSES.points) - within + 1


def test_points_outside_a_limit_are_a_signal_of_their_own():
    (band,) = WITH_GAPS.bands
    assert (band.first, band.last, band.high) == (14, 14, True)
    assert band.words == "Jul–Sep 2026 above the upper limit"


def test_a_run_takes_in_the_points_of_it_that_lie_outside():
    high = replace(LATE_DOSES, points=LATE_DOSES.points[:12] + (30.0,) * 9)
    assert [band.words for band in high.bands] == ["9 months in a row above the centre"]


def test_neighbours_outside_are_told_together():
    chart = replace(LATE_DOSES, points=(*LATE_DOSES.points[:12], 30.0, 31.0, 10.0, 30.0))
    assert [band.words for band in chart.bands] == [
        "2 months from Nov 2025 above the upper limit",
        "Feb 2026 above the upper limit",
    ]


def test_signals_without_room_for_their_words_have_letters():
    points = (*LATE_DOSES.points[:12], 30.0, 10.0, 31.0, 10.0, 30.0)
    said = [box.words for box in over_time.draw(replace(LATE_DOSES, points=points), narrow=False).boxes]
    assert {"A", "B", "C", "Signal A", "Nov 2025 above the upper limit"} <= set(said)


def test_without_limits_nothing_is_a_signal_and_the_chart_says_why():
    assert (TOO_FEW.limits, TOO_FEW.bands) == (None, ())
    assert "No limits: too few of the first 12 points are shown." in texts(pictures(TOO_FEW)[0])
    assert words_of(TOO_FEW).endswith("No limits: too few points are shown.")


def test_the_limits_are_labelled_at_their_right_end():
    drawing = over_time.draw(LATE_DOSES, narrow=False)
    ends = {box.words: box for box in drawing.boxes if box.words.startswith(("upper", "centre", "lower", "aim"))}
    assert sorted(ends) == ["aim 8", "centre 11", "lower limit 2", "upper limit 21"]
    assert len({box.left for box in ends.values()}) == 1
    assert all(box.right <= drawing.width for box in ends.values())


def test_without_colours_shapes_and_dashes_tell_everything_apart():
    shapes = [canvas.CIRCLE, WORSE.shape, BETTER.shape, canvas.CROSS]
    assert len(set(shapes)) == len(shapes)
    assert NEITHER.fill == canvas.PAPER  # the other square is filled
    assert len({canvas.DASHED, canvas.DOTTED, canvas.DASH_DOT, ()}) == 4
    drawing = over_time.draw(LATE_DOSES, narrow=False)
    level = [line for line in lines_of(drawing) if len(set(line.get_ydata())) == 1 and line.get_linewidth() > 1]
    assert {line.is_dashed() for line in level} == {True, False}


def test_a_site_outside_the_outer_limit_has_another_shape_and_its_words():
    drawing = across_sites.draw(ACROSS, narrow=False)
    assert [ACROSS.where(site) for site in ACROSS.sites] == [
        "higher than the outer limit",
        "lower than the outer limit",
        "within the limits",
        "within the limits",
    ]
    assert (marks_of(drawing, WORSE.shape), marks_of(drawing, BETTER.shape)) == (2, 2)  # each and its legend's
    assert {"higher than the outer limit", "lower than the outer limit"} <= {box.words for box in drawing.boxes}


def test_your_own_site_has_a_ring_and_a_bold_name():
    svg = pictures(ACROSS)[0]
    (own,) = [element for element in svg.iter(f"{SVG}text") if element.text == "Ashford Bridge 18"]
    parents = {child: parent for parent in svg.iter() for child in parent}
    assert "bold" in (own.attrib.get("font-weight"), parents[own].attrib.get("font-weight"))
    assert "your site" in texts(svg)


# -- what the words may hold ------------------------------------------------------------------------


def test_all_numbers_of_a_chart_over_time_were_told():
    within, unit = LATE_DOSES.limits, LATE_DOSES.unit
    told = {unit.written(value) for value in (*LATE_DOSES.points, within.lower, within.centre, within.upper)}
    told |= {"2024", "2025", "2026", "2027", "12", "24", "8", "1", "2", "100"}
    scale = {"0", "5", "10", "15", "20", "25", "30"}
    for svg in pictures(LATE_DOSES):
        assert set().union(*map(numbers, texts(svg))) <= told | scale
    assert numbers(words_of(LATE_DOSES)) <= told


def test_all_numbers_of_a_chart_of_sites_were_told():
    told = {str(site.whole) for site in ACROSS.sites} | {ACROSS.written(site) for site in ACROSS.sites}
    told |= {"13", "4", "12"}  # of all together, of how many sites, of the title
    scale = {"0", "5", "10", "15", "20", "500", "1000", "1500", "95", "99.8"}
    for svg in pictures(ACROSS):
        assert set().union(*map(numbers, texts(svg))) <= told | scale
    assert numbers(words_of(ACROSS)) <= told


def test_a_hidden_site_is_named_and_has_no_number():
    small = replace(ACROSS, sites=(*ACROSS.sites, drawings.Site("Wick", 5, 15)), hidden=("Oban",))
    assert small.drawn == ACROSS.sites
    assert "Not shown, too few: Oban, Wick." in words_of(small)
    assert not any("Wick 33" in words for words in texts(pictures(small)[0]))


def test_what_a_screen_reader_hears_of_a_site_over_time():
    assert words_of(LATE_DOSES) == (
        "Per 100 by month, Nov 2024 to Oct 2026. 24 points shown. Last shown: Oct 2026, 19. "
        "Centre 11, lower limit 2, upper limit 21, from Nov 2024 to Oct 2025. "
        "Signal for the worse: 12 months in a row above the centre, Nov 2025 to Oct 2026. "
        "Aim from Jul 2026: 8 or fewer by Mar 2027, owner K. Moe. "
        "Noted Nov 2025: cupboard moved to the other corner. Noted Dec 2025: second key at night."
    )


def test_what_a_screen_reader_hears_of_gaps():
    assert "12 points shown, 3 not shown because too few." in words_of(WITH_GAPS)
    assert "Last shown: Jul–Sep 2026, 97 %." in words_of(WITH_GAPS)


def test_what_a_screen_reader_hears_of_all_sites():
    assert words_of(ACROSS) == (
        "4 sites by size, in alphabetical order. All together: 13. "
        "Ashford Bridge (your site): 18 of 1,290, higher than the outer limit. "
        "Calder Vale: 7 of 890, lower than the outer limit. Glenmore: 10 of 450, within the limits. "
        "Taymouth: 13 of 160, within the limits. Limits are widened because doses of one woman belong together."
    )


def test_what_a_screen_reader_hears_of_hours_and_of_retention():
    assert "Glenmore: not shown because too few." in words_of(drawings.HOURS_BY_SITE)
    assert "Ashford Bridge (yours), of 105, median 2 h: 0 to 1 h 19 %" in words_of(drawings.HOURS_BY_SITE)
    said = words_of(EXAMPLES["retention-3"])
    assert said.startswith(
        "Percent still in treatment, by months since birth. Highest third: 0 months 100 %, 120 still"
    )
    assert said.count("number followed not shown") == 3
    assert said.endswith("Association only.")


# -- room -------------------------------------------------------------------------------------------


def assert_nothing_meets(drawing):
    for one, other in combinations(drawing.boxes, 2):
        assert not one.meets(other), (one, other)
    for box in drawing.boxes:
        assert box.left >= -1, box
        assert box.right <= drawing.width + 1, box
        assert box.top >= -1, box
        assert box.bottom <= drawing.height + 1, box


@EACH
@NARROW
def test_no_two_words_lie_on_each_other_and_all_lie_on_the_sheet(chart, narrow):
    assert_nothing_meets(KINDS[type(chart)].draw(chart, narrow=narrow))


@NARROW
@pytest.mark.parametrize("count", [4, 12, 40])
def test_names_of_sites_keep_apart_wherever_the_sites_lie(count, narrow):
    for seed in range(6):
        chart = many_sites(seed, count)
        drawing = across_sites.draw(chart, narrow=narrow)
        assert_nothing_meets(drawing)
        (own,) = [site for site in chart.sites if site.own]
        assert f"{own.name} {chart.written(own)}" in [box.words for box in drawing.boxes]


@NARROW
def test_labels_of_a_line_keep_apart_where_the_lines_lie_close(narrow):
    aims = tuple(drawings.Aim(value, LATE_DOSES.start + 2, "fewer") for value in (10, 11, 12))
    notes = tuple(Note(LATE_DOSES.start + month, "something") for month in (0, 1, 1, 2, 22, 23, 23))
    assert_nothing_meets(over_time.draw(replace(LATE_DOSES, aims=aims, notes=notes), narrow=narrow))


@NARROW
def test_letters_of_signals_that_lie_close_keep_apart(narrow):
    points = LATE_DOSES.points[:12] + (30.0, 10.0) * 8
    assert len(replace(LATE_DOSES, points=points).bands) == 8
    assert_nothing_meets(over_time.draw(replace(LATE_DOSES, points=points, notes=()), narrow=narrow))


@pytest.mark.parametrize("months", [1, 2, 8, 13, 36, 60])
@NARROW
def test_every_length_of_time_has_room(months, narrow):
    for step in (1, 3, 12):
        chart = replace(LATE_DOSES, points=(LATE_DOSES.points * 3)[:months], step=step, aims=(), notes=())
        assert_nothing_meets(over_time.draw(chart, narrow=narrow))


def test_words_take_up_in_a_picture_what_they_take_up_on_a_page():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    drawing = over_time.draw(LATE_DOSES, narrow=False)
    renderer = FigureCanvasAgg(drawing.picture()).get_renderer()
    for words, _, bold in drawing._words:
        taken = words.get_window_extent(renderer).width
        assert taken < 1.15 * width_of(words.get_text(), 15, bold=bold) + 4, words.get_text()


# -- parts ------------------------------------------------------------------------------------------


def test_the_colours_are_the_products():
    tokens = (BASE_DIR / "static/src/_tokens.scss").read_text().split("[data-theme")[0]
    known = {f"#{code * 2}" if len(code) == 3 else f"#{code}" for code in re.findall(r": #(\w{3,6});", tokens)}
    used = {value for name, value in vars(canvas).items() if isinstance(value, str) and value.startswith("#")}
    assert used <= known


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 23, [0, 5, 10, 15, 20, 25]),
        (58, 97, [50, 60, 70, 80, 90, 100]),
        (62, 99, [60, 70, 80, 90, 100]),
        (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0, 1290, [0, 500, 1000, 1500]),
    ],
    ids=["from nothing", "far from nothing", "no more than all", "nothing", "many"],
)
def test_a_scale_has_round_values_around_what_it_shows(low, high, expected):
    assert ticks(low, high, highest=100 if high <= 100 else 1e9, most=5 if high <= 100 else 4) == pytest.approx(
        expected
    )


def test_places_stay_in_order_and_apart():
    assert apart([10, 10, 50], 10) == [5, 15, 50]
    assert apart([0, 1, 2], 10, low=0) == [0, 10, 20]
    assert apart([3, 1], 10) == [7, -3]
    assert apart([5, 20], 10, high=10) == [0, 10]


def test_a_quarter_is_named_by_its_months():
    assert span(2025 * 12, 3) == "Jan–Mar 2025"
    assert span(2025 * 12 + 11, 3) == "Dec 2025–Feb 2026"


@NARROW
@pytest.mark.parametrize(
    ("start", "step", "expected"),
    [
        (2024 * 12 + 10, 1, {"Jan", "2025", "2026"}),
        (2024 * 12, 3, {"2024", "2025", "2026"}),
        (2024 * 12, 12, {"2024", "2025", "2026"}),
        (2024 * 12 + 3, 12, {"to Mar", "2025", "2026"}),
    ],
    ids=["months", "quarters", "years", "years from April"],
)
def test_an_axis_of_time_names_its_years(start, step, expected, narrow):
    chart = replace(
        LATE_DOSES, start=start, step=step, points=LATE_DOSES.points[: 24 if step == 1 else 12 // (step // 3)]
    )
    drawing = over_time.draw(replace(chart, aims=(), notes=()), narrow=narrow)
    assert expected <= {box.words for box in drawing.boxes}


# -- kept drawings ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_drawing_is_drawn_once_and_read_in_one_query(django_assert_num_queries, monkeypatch):
    first = cache.all_drawn([LATE_DOSES, ACROSS])
    assert first == [inline(LATE_DOSES), inline(ACROSS)]
    monkeypatch.setattr(cache, "inline", lambda chart: pytest.fail("drawn again"))
    with django_assert_num_queries(1):
        again = cache.all_drawn([LATE_DOSES, ACROSS])
    assert again == first
    assert cache.drawn(ACROSS) == first[1]


@pytest.mark.django_db
def test_a_drawing_of_other_numbers_is_another():
    other = replace(LATE_DOSES, points=(*LATE_DOSES.points[:-1], 20.0))
    assert cache.drawn(LATE_DOSES) != cache.drawn(other)
    assert cache.drawn(other) == inline(other)
