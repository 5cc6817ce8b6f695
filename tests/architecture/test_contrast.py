"""The colours of static/src/_tokens.scss, measured as WCAG 2.2 measures them, by day and by night."""

import re
from pathlib import Path

import pytest

SOURCE = (Path(__file__).parents[2] / "static/src/_tokens.scss").read_text()
DAY_BLOCK, NIGHT_BLOCK = SOURCE.split('[data-theme="night"]')
TOKEN = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6});")
DAY = dict(TOKEN.findall(DAY_BLOCK))
NIGHT = DAY | dict(TOKEN.findall(NIGHT_BLOCK))
THEMES = {"day": DAY, "night": NIGHT}

# Text, with every ground that it stands on: 4.5 : 1.
TEXT = {
    "ink": ("ground", "paper", "head", "wide", "missed-ground", "overdue-ground", "due-ground", "done-ground"),
    "ink-2": ("ground", "paper", "head", "wide"),
    "link": ("ground", "paper", "wide"),
    "link-hover": ("ground", "paper", "wide", "due-ground"),
    "on-bar": ("bar",),
    "on-chosen": ("chosen",),
    "on-mode": ("mode",),
    "on-action": ("action", "action-hover"),
    "missed-text": ("ground", "paper", "wide", "missed-ground"),
    "overdue-text": ("ground", "paper", "wide", "overdue-ground"),
    "due-text": ("ground", "paper", "wide", "due-ground"),
}
# Shapes, marks and the edges of controls: 3 : 1.
SHAPES = {
    "missed": ("ground", "paper", "wide"),
    "overdue": ("ground", "paper", "wide"),
    "due": ("ground", "paper", "wide"),
    "done": ("ground", "paper"),
    "mark": ("ground", "paper", "wide"),
    "ink-2": ("paper", "ground"),
    "bar-line": ("bar",),
}
# One of the two parts of the focus stands out wherever it is drawn: 3 : 1.
FOCUS_GROUNDS = ("ground", "paper", "head", "wide", "bar", "action", "chosen")


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def pairs(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [(theme, colour, ground) for theme in THEMES for colour, grounds in table.items() for ground in grounds]


def test_the_measure_itself():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("theme", "colour", "ground"), pairs(TEXT))
def test_text_can_be_read(theme, colour, ground):
    assert contrast(THEMES[theme][colour], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize(("theme", "colour", "ground"), pairs(SHAPES))
def test_shapes_stand_out(theme, colour, ground):
    assert contrast(THEMES[theme][colour], THEMES[theme][ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", FOCUS_GROUNDS)
def test_the_focus_stands_out(theme, ground):
    tokens = THEMES[theme]
    assert max(contrast(tokens[part], tokens[ground]) for part in ("focus", "focus-edge")) >= 3


def test_her_own_words_have_a_colour_of_their_own():
    assert contrast(DAY["hers"], DAY["hers-ground"]) >= 4.5
    assert contrast(DAY["hers"], DAY["wide"]) >= 4.5
    assert "hers" not in dict(TOKEN.findall(NIGHT_BLOCK))  # no page by night shows them
