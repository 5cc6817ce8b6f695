"""Reads policy.toml: what each role is answered on each route, and which labels it may be shown."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("policy.toml")
SIGN_IN = "sign in"


@dataclass(frozen=True)
class Policy:
    """The file, with its groups resolved."""

    roles: dict[str, frozenset[str]]
    relations: dict[str, tuple[str, ...]]
    routes: dict[str, dict[str, Any]]
    labels: dict[str, Any]
    fields: dict[str, list[str]]
    shown: dict[str, list[str]]
    always: dict[str, list[str]]

    def answer(self, role: str, route: str, method: str, relation: str, *, of_a_woman: bool) -> str:
        """What the file says: ``ok``, ``on``, ``sign in`` or a status. KeyError for a route that is not in it."""
        entry = self.routes[route]
        if role not in self.group(entry["may"]):
            return SIGN_IN if role == "nobody" else "403"
        said = entry[method]
        if isinstance(said, dict):
            said = next(answer for group, answer in said.items() if role in self.group(group))
        if of_a_woman and said != 405:
            if relation not in self.relations["open"]:
                return "404"
            if relation == "break_glass" and "labelled" in entry:
                return str(entry["labelled"])
        return str(said)

    def may_stand(self, role: str, route: str, relation: str, field: str, *, of_a_woman: bool) -> bool:
        """Whether that field of the record may stand in what that role is shown on that route."""
        label = next(label for label, fields in self.fields.items() if field in fields)
        on_page = {*self.shown.get(route, ()), *(self.shown["about_her"] if of_a_woman else ())}
        opened = relation in self.relations["open"] and (relation != "break_glass" or label == "general")
        return opened and role in self.group(self.labels[label]) and bool(on_page & {field, label})

    def group(self, names: str | list[str]) -> frozenset[str]:
        """Every role in the group or groups; a role stands for itself."""
        return frozenset().union(
            *(self.roles.get(name, {name}) for name in ([names] if isinstance(names, str) else names))
        )


@cache
def policy() -> Policy:
    """The file as it stands."""
    read = tomllib.loads(FILE.read_text())
    return Policy(
        roles={name: frozenset(_resolved(read["roles"], members)) for name, members in read["roles"].items()},
        relations={name: tuple(members) for name, members in read["relations"].items()},
        **{name: read[name] for name in ("routes", "labels", "fields", "shown", "always")},
    )


def _resolved(groups: dict[str, list[str]], names: Iterable[str]) -> Iterable[str]:
    for name in names:
        yield from _resolved(groups, groups[name]) if name in groups else (name,)
