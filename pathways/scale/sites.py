"""Site files for more sites than the product ships: each is one of the four under another name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from carecoord.access.demo import DEMO_SITES
from carecoord.sites.definitions import FOLDER, all_site_definitions, invented_sites
from carecoord.sites.loader import load_sites

_MODELS = {"cald": "Calder Vale", "taym": "Taymouth"}  # England's and Scotland's
_FIRST = (
    "Alder Birk Cross Dun Elm Fern Glas Hazel Inver Kirk Loch Mill North Oaken Peat Quarry Rowan Stone Thorn West"
).split()
_LAST = ("combe", "ford", "haven", "holm", "side", "wick")


def site_codes(count: int) -> list[str]:
    """The codes of so many sites: the four, then those made up."""
    return [*DEMO_SITES, *(f"S{number:03d}" for number in range(len(DEMO_SITES) + 1, count + 1))][:count]


def make_sites(count: int) -> None:
    """Write the files of all sites beyond the four, and bring them into the database."""
    folder = invented_sites()
    if folder is None:
        raise ValueError("No sites are made up in production.")
    folder.mkdir(parents=True, exist_ok=True)
    for code, text in _files(count):
        path = folder / f"{code.lower()}.toml"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    all_site_definitions.cache_clear()
    load_sites()


def _files(count: int) -> Iterator[tuple[str, str]]:
    models = [(Path(FOLDER, f"{stem}.toml").read_text(encoding="utf-8"), name) for stem, name in _MODELS.items()]
    for number, code in enumerate(site_codes(count)):
        if code not in DEMO_SITES:
            text, name = models[number % len(models)]
            yield code, text.replace(name, _name(number))


def _name(number: int) -> str:
    return f"{_FIRST[number % len(_FIRST)]}{_LAST[number // len(_FIRST) % len(_LAST)]}"
