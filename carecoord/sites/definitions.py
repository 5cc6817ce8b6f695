"""Reads and checks the site files: ``data/<code>.toml``, one per site.

Outside production, sites that were made up for measuring (`seed_scale`) are read from the data folder as well.

A wrong file stops the product at start-up with the file's name and what is wrong,
because a silent default at one site is a gap in care there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from carecoord.access.roles import Role
from carecoord.environment import data_folder, mode
from carecoord.sites.hours import OpeningHours, is_days, opening_hours

FOLDER = Path(__file__).parent / "data"
NATIONS = ("ENG", "SCO")


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


SourceKind = Literal["prescriber", "pharmacy"]
SOURCE_KINDS: dict[str, str] = {"prescriber": "drug service or other prescriber", "pharmacy": "pharmacy"}


@dataclass(frozen=True)
class Source:
    """Who can say what medicine she has: a prescriber's service or a pharmacy, with when and how it is reached.

    ``code`` is its team's where it has one. ``hours_text`` is the hours as the file tells them, day by day.
    ``out_of_hours`` says whom to ring while it is closed; empty where nobody is.
    """

    code: str
    name: str
    kind: SourceKind
    phone: str
    hours: OpeningHours
    hours_text: Mapping[str, str]
    out_of_hours: str = ""


@dataclass(frozen=True)
class Policy:
    """A text of local policy, shown word for word with its sources, owner, version and date of review."""

    key: str
    title: str
    text: str
    owner: str
    version: str
    review_on: date
    sources: Sequence[str] = ()

    def is_expired(self, on: date) -> bool:
        """Whether its review was due before a date: it is shown, marked, and never replaced by a general text."""
        return on > self.review_on


# How newborn babies can be observed (pathway 4.8). The tools' own items and scores are not in the product.
OBSERVATION_TOOLS: dict[str, str] = {
    "finnegan_modified": "Finnegan, modified",
    "lipsitz": "Lipsitz",
    "mother_nas": "MOTHER NAS scale",
    "eat_sleep_console": "Eat, Sleep, Console",
    "local": "The site’s own tool",
}


@dataclass(frozen=True)
class Observing:
    """How babies are observed here: which tools, how often, and by when first. How long is a parameter of the rules."""

    tools: Sequence[str] = tuple(OBSERVATION_TOOLS)
    every_hours: int = 4
    first_within_hours: int = 6
    owner: str = ""
    approved_on: date | None = None


@dataclass(frozen=True)
class Outreach:
    """How a woman is looked for here: after how many tries, in how many days, a person decides how to go on.

    ``pause_days``: how long a pause may last before somebody looks again.
    """

    tries: int = 6
    days: int = 14
    pause_days: int = 14
    owner: str = ""
    approved_on: date | None = None


# What a site can have a text on. A key that its file leaves out is shown as not configured.
POLICY_KEYS: dict[str, str] = {
    "ooh_verification": "her medicine cannot be confirmed at this hour",
    "gap_48h": "48 hours since her last confirmed dose",
    "gap_72h": "72 hours since her last confirmed dose",
    "gap_120h": "5 days since her last confirmed dose",
    "no_dose_scheduled": "no dose is scheduled",
    "laib_overdue": "an injection is overdue",
    "part_dose": "part of a dose, or she was sick afterwards",
    "own_medicine": "she brings medicine of her own",
    "own_medicine_declined": "she does not agree that it is stored",
    "dependent_not_in_treatment": "she depends on opioids and is not in treatment",
    "feeding": "feeding the baby",
    "observation": "observing the baby",
    "naloxone_baby": "naloxone and this baby",
    "double_dose": "a dose from two places",
    "self_discharge": "she leaves before it is arranged",
    "sedation_and_baby_care": "sedating medicine and caring for a baby",
    "labour_analgesia": "pain relief in labour",
}


@dataclass(frozen=True)
class SiteDefinition:
    """One site's TOML, checked."""

    code: str
    name: str
    nation: str
    teams: tuple[TeamDefinition, ...]
    parameters: Mapping[str, Parameter]
    sources: tuple[Source, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)
    observing: Observing = Observing()
    outreach: Outreach = Outreach()

    def source(self, code: str) -> Source | None:
        """The source with this code; None where the file has none such."""
        return next((source for source in self.sources if source.code == code), None)

    def policy(self, key: str) -> Policy | None:
        """The site's text on ``key``; None where it is not configured. Raises KeyError for a key that is none."""
        POLICY_KEYS[key]
        return self.policies.get(key)

    @property
    def parameter_values(self) -> dict[str, str]:
        """Parameter name to its value as text, as the engine takes them."""
        return {name: parameter.value for name, parameter in self.parameters.items()}


class InvalidSiteFile(ValueError):
    """A site's TOML is wrong; the message names the file and what to mend."""


def _checked(condition: bool, path: Path, problem: str) -> None:
    if not condition:
        raise InvalidSiteFile(f"{path.name}: {problem}")


def read_site_file(path: Path) -> SiteDefinition:
    """One site file, checked. Raises InvalidSiteFile with its name and what to mend."""
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        definition = SiteDefinition(
            code=path.stem.upper(),
            name=raw["name"],
            nation=raw["nation"],
            teams=tuple(TeamDefinition(**team) for team in raw["teams"]),
            parameters={name: Parameter(**value) for name, value in raw.get("parameters", {}).items()},
            sources=tuple(_source(raw["nation"], source) for source in raw.get("sources", [])),
            policies={policy["key"]: Policy(**policy) for policy in raw.get("policies", [])},
            observing=Observing(**raw.get("observing", {})),
            outreach=Outreach(**raw.get("outreach", {})),
        )
    except (KeyError, TypeError, ValueError, tomllib.TOMLDecodeError) as problem:
        raise InvalidSiteFile(f"{path.name}: {problem}") from problem
    _checked(definition.nation in NATIONS, path, f"nation must be one of {', '.join(NATIONS)}")
    codes = [team.code for team in definition.teams]
    _checked(len(codes) == len(set(codes)), path, "two teams have the same code")
    _checked(any(team.kind == "caseload" for team in definition.teams), path, "no team of kind caseload")
    strange = sorted({role for team in definition.teams for role in team.serves} - {role.value for role in Role})
    _checked(not strange, path, f"unknown role that a team serves: {', '.join(strange)}")
    _check_sources(definition, path)
    _check_observing(definition.observing, path)
    _check_outreach(definition.outreach, path)
    _check_policies(definition, [policy["key"] for policy in raw.get("policies", [])], path)
    return definition


def _source(nation: str, raw: Mapping[str, Any]) -> Source:
    """One entry of ``[[sources]]``: its hours stand among its other keys, by weekday."""
    hours_text = {name: text for name, text in raw.items() if is_days(name)}
    entry = {name: value for name, value in raw.items() if name not in (*hours_text, "bank_holidays", "closed_on")}
    return Source(**entry, hours=opening_hours(nation, raw), hours_text=hours_text)


def _check_sources(definition: SiteDefinition, path: Path) -> None:
    codes = [source.code for source in definition.sources]
    _checked(len(codes) == len(set(codes)), path, "two sources have the same code")
    unknown = sorted({source.kind for source in definition.sources} - SOURCE_KINDS.keys())
    _checked(not unknown, path, f"unknown kind of a source: {', '.join(unknown)}")
    silent = [source.code for source in definition.sources if not source.phone.strip()]
    _checked(not silent, path, f"no phone number of a source: {', '.join(silent)}")


def _check_observing(observing: Observing, path: Path) -> None:
    unknown = sorted(set(observing.tools) - OBSERVATION_TOOLS.keys())
    _checked(bool(observing.tools), path, "no tool of observation")
    _checked(not unknown, path, f"unknown tool of observation: {', '.join(unknown)}")
    _checked(1 <= observing.every_hours <= 12, path, "every_hours of observation lies between 1 and 12")
    _checked(1 <= observing.first_within_hours <= 24, path, "first_within_hours lies between 1 and 24")
    stated = observing == Observing() or (observing.owner and isinstance(observing.approved_on, date))
    _checked(bool(stated), path, "observation needs an owner and the date of approval")


def _check_outreach(outreach: Outreach, path: Path) -> None:
    _checked(2 <= outreach.tries <= 12, path, "tries of outreach lie between 2 and 12")
    _checked(7 <= outreach.days <= 28, path, "days of outreach lie between 7 and 28")
    _checked(1 <= outreach.pause_days <= 28, path, "pause_days of outreach lie between 1 and 28")
    stated = outreach == Outreach() or (outreach.owner and isinstance(outreach.approved_on, date))
    _checked(bool(stated), path, "outreach needs an owner and the date of approval")


def _check_policies(definition: SiteDefinition, keys: Sequence[str], path: Path) -> None:
    _checked(len(keys) == len(set(keys)), path, "two policies have the same key")
    unknown = sorted(set(keys) - POLICY_KEYS.keys())
    _checked(not unknown, path, f"unknown key of a policy: {', '.join(unknown)}")
    for policy in definition.policies.values():
        stated = policy.title and policy.text and policy.owner and policy.version
        _checked(bool(stated), path, f"{policy.key}: a policy needs a title, a text, an owner and a version")
        _checked(isinstance(policy.review_on, date), path, f"{policy.key}: review_on is a date, such as 2027-03-31")


def invented_sites() -> Path | None:
    """Where `seed_scale` puts the sites that it makes up, beside the four; none in production."""
    return None if mode() == "production" else data_folder() / "sites"


@cache
def all_site_definitions() -> tuple[SiteDefinition, ...]:
    """Every site file: those of the product by code, then those made up here. Raises InvalidSiteFile."""
    folders = [folder for folder in (FOLDER, invented_sites()) if folder]
    return tuple(read_site_file(path) for folder in folders for path in sorted(folder.glob("*.toml")))


def site_definition(code: str) -> SiteDefinition:
    """The site with this code. Raises KeyError where there is no such file."""
    return {definition.code: definition for definition in all_site_definitions()}[code]


def site_codes() -> list[str]:
    """The codes of all sites that take part."""
    return [definition.code for definition in all_site_definitions()]
