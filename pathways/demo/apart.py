"""What the demonstration knows of its separations: who stays with each woman, and what stands under the label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carecoord import clock
from carecoord.access.models import User
from pathways.demo.parts import Part, Times
from pathways.models import DemoWoman, Journey, NamedWorker, PlacedAway, Telling, TellingArranged, TellingSignOff
from pathways.named_workers import name_worker, worker_of
from pathways.separations import Known, placement_of, separations_of, write_known

OF_EACH_NATION = {"ENG": ("eng_s38", "the family court"), "SCO": ("sco_icso", "the children’s hearing")}


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Write down what is known of each separation of which nothing is written yet."""
    apart = Journey.objects.filter(woman__in=DemoWoman.objects.values("woman"), handoffs__subject="separation")
    for journey in apart.select_related("site", "woman", "named_midwife").distinct():
        if journey.named_midwife and not journey.is_closed:
            _known(journey, journey.named_midwife)


def _known(journey: Journey, midwife: User) -> None:
    basis, decided_by = OF_EACH_NATION[journey.site.nation]
    for event in separations_of(journey):
        if placement_of(event) is None:
            babies = [event.baby] if event.baby else list(journey.babies.values_list("number", flat=True))
            known = Known("inpatient", dict.fromkeys(babies, "foster"), basis, decided_by)
            write_known(journey, event, known, by=midwife)
    if worker_of(journey) is None:
        name_worker(journey, "C. Mbeki", "keyworker, drug service", clock.today(), told_her=True, by=midwife)


def part() -> Part:
    """This part of the demonstration."""
    return Part(
        tell=tell,
        times=(
            Times(PlacedAway, "event__journey", ("recorded_at",)),
            Times(TellingArranged, "journey", ("recorded_at",), ("latest_on",)),
            Times(TellingSignOff, "journey", ("signed_at", "recorded_at")),
            Times(Telling, "journey", ("told_at", "recorded_at"), ("copy_on",)),
            Times(NamedWorker, "journey", ("recorded_at",), ("from_on",)),
        ),
        last=(
            (PlacedAway, "event__journey", "recorded_at"),
            (TellingArranged, "journey", "recorded_at"),
            (TellingSignOff, "journey", "recorded_at"),
            (Telling, "journey", "recorded_at"),
            (NamedWorker, "journey", "recorded_at"),
        ),
        kept=tuple(
            (f"pathways_{table}", "append_only")
            for table in ("placedaway", "tellingarranged", "tellingsignoff", "telling", "namedworker")
        ),
    )
