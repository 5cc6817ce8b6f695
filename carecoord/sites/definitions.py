"""Reads and checks the site files: ``data/<code>.toml``, one per site.

A wrong file stops the product at start-up with the file's name and what is wrong,
because a silent default at one site is a gap in care there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from carecoord.access.roles import Role

FOLDER = Path(__file__).parent / "data"
NATIONS = ("ENG", "SCO")
OFFER_STATES = {
    "available": "yes",
    "no_place": "yes, no place now",
    "out_of_area": "out of area",
    "not_commissioned": "does not exist here",
}


@dataclass(frozen=True)
class Parameter:
    """A local number or window: its value as text, who owns it, and when they approved it."""

    value: str
    owner: str
    approved_on: date


@dataclass(frozen=True)
class TeamDefinition:
    """A team as the site declares it; ``kind`` is one of access.Team.Kind.

    ``serves`` names the roles whose handoffs are this team's; empty for those that follow from its kind.
    """

    code: str
    name: str
    kind: str
    serves: Sequence[str] = ()


@dataclass(frozen=True)
class Offer:
    """What exists here for women after birth. ``state`` is a key of OFFER_STATES; not existing is a recorded fact."""

    name: str
    state: str
    note: str = ""

    @property
    def state_in_words(self) -> str:
        return OFFER_STATES[self.state]


@dataclass(frozen=True)
class SiteDefinition:
    """One site's TOML, checked."""

    code: str
    name: str
    nation: str
    teams: tuple[TeamDefinition, ...]
    parameters: Mapping[str, Parameter]
    offers: tuple[Offer, ...]

    @property
    def parameter_values(self) -> dict[str, str]:
        """Parameter name to its value as text, as the engine takes them."""
        return {name: parameter.value for name, parameter in self.parameters.items()}


class InvalidSiteFile(ValueError):
    """A site's TOML is wrong; the message names the file and what to mend."""


def _checked(condition: bool, path: Path, problem: str) -> None:
    if not condition:
        raise InvalidSiteFile(f"{path.name}: {problem}")


def _read(path: Path) -> SiteDefinition:
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        definition = SiteDefinition(
            code=path.stem.upper(),
            name=raw["name"],
            nation=raw["nation"],
            teams=tuple(TeamDefinition(**team) for team in raw["teams"]),
            parameters={name: Parameter(**value) for name, value in raw.get("parameters", {}).items()},
            offers=tuple(Offer(**offer) for offer in raw.get("offers", [])),
        )
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as problem:
        raise InvalidSiteFile(f"{path.name}: {problem}") from problem
    _checked(definition.nation in NATIONS, path, f"nation must be one of {', '.join(NATIONS)}")
    codes = [team.code for team in definition.teams]
    _checked(len(codes) == len(set(codes)), path, "two teams have the same code")
    _checked(any(team.kind == "caseload" for team in definition.teams), path, "no team of kind caseload")
    strange = sorted({role for team in definition.teams for role in team.serves} - {role.value for role in Role})
    _checked(not strange, path, f"unknown role that a team serves: {', '.join(strange)}")
    unknown = [offer.state for offer in definition.offers if offer.state not in OFFER_STATES]
    _checked(not unknown, path, f"unknown state of an offer: {', '.join(unknown)}")
    return definition


@cache
def all_site_definitions() -> tuple[SiteDefinition, ...]:
    """Every site file in the folder, by code. Raises InvalidSiteFile."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.toml")))


def site_definition(code: str) -> SiteDefinition:
    """The site with this code. Raises KeyError where there is no such file."""
    return {definition.code: definition for definition in all_site_definitions()}[code]


def site_codes() -> list[str]:
    """The codes of all sites that take part."""
    return [definition.code for definition in all_site_definitions()]
