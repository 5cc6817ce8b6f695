"""What a plan consists of: one declared entry for each kind. Pages, forms, paper and verbs read it.

A kind says which sections it has, which two sides sign it, who holds it, under which label it stands, and which steps
of a critical moment it completes with which evidence. Pure Python, no Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from carecoord.access.labels import Label
from carecoord.access.roles import Role

LONGEST_SECTION = 1500


@dataclass(frozen=True)
class Section:
    """One part of a plan. ``for_her``: its heading on her own copy, if it stands there; it is written to her."""

    key: str
    title: str
    for_her: str
    hint: str
    needed: bool = True


@dataclass(frozen=True)
class Side:
    """One of the two who sign. ``without_account``: their yes can be written down by somebody who has an account."""

    key: str
    title: str
    roles: frozenset[Role]
    without_account: bool = False


@dataclass(frozen=True)
class Receiver:
    """Who holds the plan: a team with somebody of these roles, or a person outside who is rung."""

    key: str
    title: str
    roles: frozenset[Role]


class Reached(StrEnum):
    """How far a version has come; each includes those before it."""

    WRITTEN = "written"
    AGREED = "signed by both sides"
    HELD = "acknowledged by all who need it, and talked through with her"


@dataclass(frozen=True)
class Standing:
    """How one version stands, for the evidence of what it completes.

    ``signed`` names who signed, by side. ``held_by``: who acknowledged it, in words. ``she_has_paper`` is None while
    nobody has talked the version through with her.
    """

    version: int
    written_on: date
    agreed_on: date | None = None
    signed: Mapping[str, str] = field(default_factory=dict)
    held_by: tuple[str, ...] = ()
    all_hold_it: bool = False
    she_has_paper: bool | None = None

    def has_reached(self, point: Reached) -> bool:
        """Whether the version has come as far as ``point``."""
        if point is Reached.WRITTEN:
            return True
        if point is Reached.AGREED:
            return self.agreed_on is not None
        return self.agreed_on is not None and self.all_hold_it and self.she_has_paper is not None


Evidence = Callable[[Standing], dict[str, str]]


@dataclass(frozen=True)
class Completes:
    """One step of the kind's moment that a version completes, and the evidence that it leaves there."""

    step: str
    when: Reached
    evidence: Evidence


@dataclass(frozen=True)
class PlanKind:
    """One kind of plan. ``key`` stands in addresses. ``moment``: the critical moment that it belongs to.

    ``label``: whose roles do not cover it reads only what their own team was sent. ``told_page`` names the route of a
    page of its own on which somebody records that she was told; "" where the usual one will do. ``only_where_owed``:
    no page asks for it before its moment has opened.
    """

    key: str
    title: str
    lead: str
    moment: str
    sections: tuple[Section, ...]
    sides: tuple[Side, Side]
    receivers: tuple[Receiver, ...]
    completes: tuple[Completes, ...] = ()
    label: Label = Label.GENERAL
    told_page: str = ""
    only_where_owed: bool = False

    def side(self, key: str) -> Side | None:
        """The side with this key."""
        return next((side for side in self.sides if side.key == key), None)

    def sides_of(self, roles: frozenset[Role] | set[Role]) -> tuple[Side, ...]:
        """The sides for which somebody with these roles can sign."""
        return tuple(side for side in self.sides if side.roles & roles)

    def receiver(self, key: str) -> Receiver | None:
        """The receiver with this key."""
        return next((receiver for receiver in self.receivers if receiver.key == key), None)

    def roles_of(self, receiver: str) -> frozenset[Role]:
        """Whose role it is to say that this receiver has it."""
        found = self.receiver(receiver)
        return found.roles if found else frozenset()

    def changed(self, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
        """The titles of the sections in which two versions differ."""
        return tuple(each.title for each in self.sections if before.get(each.key, "") != now.get(each.key, ""))


class Kinds:
    """Kinds by their key, in the order in which they were declared. Raises ValueError where one is not whole."""

    def __init__(self, *kinds: PlanKind) -> None:
        self._by_key: dict[str, PlanKind] = {}
        for kind in kinds:
            if problems := [*_problems(kind), *(["is declared twice"] if kind.key in self._by_key else [])]:
                raise ValueError(f"{kind.key}: {'; '.join(problems)}")
            self._by_key[kind.key] = kind

    def __iter__(self) -> Iterator[PlanKind]:
        return iter(self._by_key.values())

    def __getitem__(self, key: str) -> PlanKind:
        return self._by_key[key]

    def get(self, key: str) -> PlanKind | None:
        """The kind with this key."""
        return self._by_key.get(key)

    def of_moment(self, moment: str) -> PlanKind | None:
        """The kind that a critical moment is about."""
        return next((kind for kind in self if kind.moment == moment), None)


def _problems(kind: PlanKind) -> Iterator[str]:
    for what, keys in (
        ("section", [each.key for each in kind.sections]),
        ("side", [each.key for each in kind.sides]),
        ("receiver", [each.key for each in kind.receivers]),
    ):
        if not keys:
            yield f"has no {what}"
        if len(set(keys)) < len(keys):
            yield f"names a {what} twice"
    if not any(each.needed for each in kind.sections):
        yield "needs no section"
    if not any(each.for_her for each in kind.sections):
        yield "tells her nothing"
