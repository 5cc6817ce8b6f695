"""What the pages show of treatment after birth: what exists here of each kind, and what came of it for her."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.models import Journey
from referrals.models import Service, TreatmentOption
from referrals.options import (
    EXPLORED,
    OUTCOME,
    Status,
    WouldMove,
    lacks,
    newest_options,
    owed_of,
    services_after_birth,
)
from referrals.pages.directory import Card, card_of, standing_services
from referrals.pages.her_facts import her_as_recorded
from referrals.rules import kinds
from referrals.rules.fit import Fits, Her

NOT_ASKED_YET = "Not gone through yet"
_TONES = {Status.ACCEPTED: "completed_on_time", Status.OFFERED: "due_soon", Status.NO_PLACE: "overdue"}


@dataclass(frozen=True)
class OptionRow:
    """One kind: ``here`` what the directory says of it, ``newest`` what came of it, ``earlier`` what did before."""

    kind: kinds.Kind
    here: Sequence[Card]
    newest: TreatmentOption | None
    earlier: Sequence[TreatmentOption]
    lacks: bool

    @property
    def word(self) -> str:
        """What came of it, or how it stands before anybody has asked."""
        if self.newest:
            return str(self.newest.get_status_display())
        return "Does not exist here" if self.lacks else NOT_ASKED_YET

    @property
    def tone(self) -> str:
        """The state in whose look it is shown."""
        return _TONES.get(Status(self.newest.status), "unable") if self.newest else "pending"


@dataclass(frozen=True)
class OptionsPage:
    """``explored``, ``outcome``: which of the two is owed now."""

    rows: Sequence[OptionRow]
    explored: bool
    outcome: bool
    may_write: bool

    @property
    def is_owed(self) -> bool:
        return self.explored or self.outcome


def options_page(journey: Journey, reader: User, now: datetime) -> OptionsPage:
    """Every kind of treatment after birth. Six queries."""
    her = her_after_birth(journey)
    services = services_after_birth(journey)
    written: dict[str, list[TreatmentOption]] = {}
    rows = TreatmentOption.objects.filter(journey=journey).select_related("service__site", "by").order_by("-pk")
    for row in rows:
        written.setdefault(row.kind, []).append(row)
    owed = {handoff.moment for handoff in owed_of(journey)}
    return OptionsPage(
        rows=[
            _row(kinds.BY_KEY[kind], services.get(kind, []), written.get(kind, []), her, now)
            for kind in kinds.AFTER_BIRTH
        ],
        explored=EXPLORED in owed,
        outcome=OUTCOME in owed,
        may_write=Ability.RECORD_EVENT in reader.abilities,
    )


def her_after_birth(journey: Journey) -> Her:
    """What services after a birth ask of her: before it, her baby is expected to come with her."""
    her = her_as_recorded(journey)
    return her if journey.born_at else replace(her, with_baby=True)


def choices_of(journey: Journey, kind: str, now: datetime) -> list[Card]:
    """The services of a kind that she can be offered: here first, then elsewhere. One query, and those of her facts."""
    her = her_after_birth(journey)
    there = standing_services().filter(kind=kind).exclude(exists=Service.Exists.NOT_COMMISSIONED)
    here = [row for row in there if row.site_id == journey.site_id]
    far = [row for row in there if row.site_id != journey.site_id and row.exists == Service.Exists.HERE]
    taking = [card_of(row, replace(her, from_elsewhere=True), now) for row in far]
    return [
        *(card_of(row, her, now) for row in here),
        *(card for card in taking if card.service.takes_from_elsewhere != Service.Whether.NO),
    ]


def as_it_stands(journey: Journey, kind: str, services: Sequence[Card]) -> dict[str, str]:
    """What the form shows chosen: what was written last; before that, what the directory says. Two queries."""
    newest = newest_options(journey).get(kind)
    if newest:
        chosen = str(newest.service_id or "")
        return {"service": chosen, "status": newest.status, "would_move": newest.would_move}
    here = [card for card in services if card.service.site_id == journey.site_id]
    only = str(here[0].service.pk) if len(here) == 1 else ""
    status = _suggested(here, services_after_birth(journey).get(kind, []))
    return {"service": only, "status": status, "would_move": WouldMove.NOT_ASKED}


def _suggested(there: Sequence[Card], said: Sequence[Service]) -> str:
    """What the service's answer is before anybody asks; "" where she has to be asked."""
    if lacks(said):
        return Status.NOT_COMMISSIONED
    if there and all(card.fit.fits is Fits.NO for card in there):
        return Status.CRITERIA_NOT_MET
    return Status.NO_PLACE if there and all(card.is_full for card in there) else ""


def _row(
    kind: kinds.Kind, services: Sequence[Service], written: Sequence[TreatmentOption], her: Her, now: datetime
) -> OptionRow:
    cards = [card_of(service, her, now) for service in services if service.exists != Service.Exists.NOT_COMMISSIONED]
    return OptionRow(kind, cards, written[0] if written else None, written[1:], lacks(services))


# -- a few lines on the page of her journey -------------------------------------------------------------


@dataclass(frozen=True)
class OptionsPanel:
    """``lines``: (kind, what came of it or what exists, tone); ``url``: the page, "" for who does not record."""

    lines: Sequence[tuple[str, str, str]]
    url: str
    services_url: str
    when: str


def options_panel(journey: Journey, reader: User, now: datetime) -> OptionsPanel | None:
    """How her options after birth stand; nothing after a loss, or where neither she nor the directory says anything.

    One query.
    """
    if Ability.SEE_SERVICES not in reader.abilities or not journey.stage or journey.is_closed or journey.after_loss:
        return None
    options, services = _in_short(journey)
    lines = [_line(kind, options.get(kind), services.get(kind, [])) for kind in kinds.AFTER_BIRTH]
    known = [line for line in lines if line[1]]
    if not known:
        return None
    newest = max((datetime.fromisoformat(row["at"]) for row in options.values()), default=None)
    may_write = Ability.RECORD_EVENT in reader.abilities
    return OptionsPanel(
        known,
        reverse("options", args=[journey.pk]) if may_write else "",
        reverse("services_for_her", args=[journey.pk]),
        clock.due_in_words(newest) if newest else "",
    )


Short = dict[str, Any]


def _in_short(journey: Journey) -> tuple[dict[str, Short], dict[str, list[Short]]]:
    """The newest option of each kind, and what the directory says of each, in one query."""
    newest = TreatmentOption.objects.filter(journey=OuterRef("pk")).order_by("kind", "-pk").distinct("kind")
    there = Service.objects.filter(site=OuterRef("site"), kind__in=kinds.AFTER_BIRTH, ended_on=None).order_by("pk")
    options, services = Journey.objects.filter(pk=journey.pk).values_list(
        ArraySubquery(newest.values(row=JSONObject(kind="kind", status="status", service="service__name", at="at"))),
        ArraySubquery(there.values(row=JSONObject(kind="kind", exists="exists", free="free_places"))),
    )[0]
    by_kind: dict[str, list[Short]] = {}
    for row in services:
        by_kind.setdefault(row["kind"], []).append(row)
    return {row["kind"]: row for row in options}, by_kind


def _line(kind: str, option: Short | None, services: Sequence[Short]) -> tuple[str, str, str]:
    name = kinds.BY_KEY[kind].name
    if option:
        status = Status(option["status"])
        where = f", {option['service']}" if option["service"] else ""
        return name, f"{status.label}{where}", _TONES.get(status, "")
    there = [row for row in services if row["exists"] != Service.Exists.NOT_COMMISSIONED]
    if not there:
        return name, "does not exist here" if services else "", ""
    return name, "no place now" if all(row["free"] == 0 for row in there) else "exists, not gone through yet", ""
