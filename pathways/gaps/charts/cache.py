"""Drawings, kept. What is drawn is in the key, and so is the code that draws: nothing kept can be out of date."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache as once
from hashlib import sha256
from pathlib import Path

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from pathways.gaps.charts.pictures import Chart, inline

KEPT_SECONDS = 30 * 24 * 60 * 60


def drawn(chart: Chart) -> SafeString:
    """The chart for a page."""
    (drawing,) = all_drawn([chart])
    return drawing


def all_drawn(charts: Sequence[Chart]) -> list[SafeString]:
    """The charts of a page, asked of the cache in one query."""
    keys = [_key(chart) for chart in charts]
    kept = cache.get_many(keys)
    fresh = {key: inline(chart) for key, chart in zip(keys, charts, strict=True) if key not in kept}
    if fresh:
        cache.set_many(fresh, KEPT_SECONDS)
    return [mark_safe((kept | fresh)[key]) for key in keys]  # noqa: S308 - drawn by ourselves, words escaped


def _key(chart: Chart) -> str:
    return f"chart-{sha256(f'{_code()} {chart!r}'.encode()).hexdigest()}"


@once
def _code() -> str:
    """What the drawing code is, in this and the rules' folder."""
    folders = (Path(__file__).parent, Path(__file__).parents[1] / "rules")
    sources = [source.read_bytes() for folder in folders for source in sorted(folder.glob("*.py"))]
    return sha256(b"".join(sources)).hexdigest()
