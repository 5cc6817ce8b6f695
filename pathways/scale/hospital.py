"""The chapter in hospital: labour, her medicine on the ward, the birth, the baby, going home. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from pathways.scale.telling import Telling
from pathways.scale.usual import NALOXONE

PLACES = ("transitional_care", "parent_room", "ward_boarder", "near_site")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def gives_birth(telling: Telling, days: int) -> datetime:
    """She comes in labour, or is at home; returns when the first baby was born."""
    telling.anchors["days"] = telling.conceived + timedelta(days=days)
    born = telling.conceived + timedelta(days=days) + telling.between(0, 1)
    at_home = "booking" in telling.anchors and telling.happens(0.02)
    if not at_home:
        admitted = telling.tell("admitted", born - telling.between(0.08, 0.8), "ward", reason="labour")
        telling.anchors["admitted"] = admitted
        if "booking" not in telling.anchors:
            _is_received(telling, admitted)
        elif "opioid" in telling.known:
            telling.answered("NEONATAL_ALERT", "acknowledged", admitted, admitted + _HOUR,
                             telling.keeps("NEONATAL_ALERT"), "ward", admission=_stay(telling))  # fmt: skip
    babies = 2 if telling.happens(0.025) else 1
    for baby in range(1, babies + 1):
        telling.tell("baby_born", born + (baby - 1) * _HOUR / 4, "ward", baby, place="home" if at_home else "hospital")
    telling.anchors |= {"birth": born, "end": born}
    telling.known |= {"with her", "twins"} if babies == 2 else {"with her"}
    return born


def _stay(telling: Telling) -> str:
    """The number of this admission."""
    return "2" if "stayed" in telling.anchors else "1"


def _is_received(telling: Telling, admitted: datetime) -> None:
    for step, hours in (("senior_review", 2), ("minimum_dataset", 12)):
        telling.answered("UNBOOKED_LABOUR", step, admitted, admitted + hours * _HOUR,
                         telling.keeps("UNBOOKED_LABOUR"), "ward", admission=_stay(telling))  # fmt: skip


def has_her_medicine(telling: Telling, left: datetime) -> None:
    """Medicine confirmed, community told, first dose, the doses after it, as far as she is in treatment."""
    admitted, rates, stay = telling.anchors["admitted"], telling.rates, _stay(telling)
    if telling.happens(0.92):
        in_time = telling.happens(rates.verified + telling.gain)
        confirmed = admitted + (telling.between(0.02, 0.15) if in_time else telling.between(0.4, 1.2))
        usual = _next_nine(telling, admitted)
        telling.tell("dose_confirmed", confirmed, "ward", admission=stay, confirmed_by="pharmacy",
                     next_due=usual.isoformat())  # fmt: skip
        telling.tell("ost_verified", confirmed, "ward", admission=stay)
        telling.answered("OST_ADMISSION_NOTICE", "acknowledged", confirmed, confirmed + 4 * _HOUR,
                         telling.keeps("OST_ADMISSION_NOTICE"), "ward", admission=stay)  # fmt: skip
        late = not telling.happens(rates.first_dose)
        first = max(usual, confirmed) + (telling.between(0.1, 0.5) if late else telling.between(-0.04, 0.06))
        if first < left and telling.happens(0.97):
            telling.tell("dose_given", first, "ward", admission=stay)
            _has_doses(telling, _next_nine(telling, first + _HOUR), left, stay)
    if telling.happens(0.15) and not telling.thin:
        found = telling.tell("own_medicine_identified", admitted + _HOUR, "ward", admission=stay)
        telling.answered("POCD_RECEIPT", "two_signatures", found, found + _HOUR, telling.keeps("POCD_RECEIPT"),
                         "ward", admission=stay)  # fmt: skip


def _next_nine(telling: Telling, at: datetime) -> datetime:
    """Her usual time, about nine in the morning, next after an instant."""
    usual = at.replace(hour=9, minute=0, second=0, microsecond=0)
    return usual if usual > at else usual + _DAY


def _has_doses(telling: Telling, due: datetime, left: datetime, stay: str) -> None:
    most = 1 if telling.thin else 2
    number = 0
    while due < left and number < most:
        number += 1
        dose = {"admission": stay, "dose": str(number)}
        telling.tell("dose_scheduled", due - 20 * _HOUR, "ward", **dose, scheduled_for=due.isoformat())
        drawn = telling.chance.random()
        if drawn < telling.rates.doses:
            telling.tell("dose_given", due + telling.between(-0.04, 0.03), "ward", **dose)
        elif drawn < telling.rates.doses + 0.04:
            telling.tell("dose_given", due + telling.between(0.09, 0.3), "ward", **dose)
        elif drawn < 0.99:
            outcome = telling.chance.choice(("refused", "withheld_prescriber", "stock_unavailable", "not_recorded"))
            telling.tell("dose_outcome_recorded", due + telling.between(0.02, 0.1), "ward", **dose, outcome=outcome)
        due += _DAY


def has_her_baby(telling: Telling, days: int) -> datetime:
    """Where the baby is, observation, feeding; returns when the baby can go home."""
    born, babies = telling.anchors["birth"], (1, 2) if "twins" in telling.known else (1,)
    early = days < 238
    watched = "opioid" in telling.known
    home = born + (telling.between(12, 40) if early else telling.between(5, 7) if watched else telling.between(1, 3))
    for baby in babies:
        if early or telling.happens(0.08):
            telling.tell("baby_place_recorded", born + _HOUR, "ward", baby, place="neonatal_unit")
        elif not telling.thin and telling.happens(0.15):
            telling.tell("baby_place_recorded", born + _HOUR, "ward", baby, place="transitional_care")
        if watched and telling.happens(0.93):
            telling.tell("observation_started", born + telling.between(0.05, 0.3), "ward", baby)
            if telling.happens(0.9):
                telling.tell("observation_ended", born + telling.between(4.3, 5.1), "ward", baby)
        if telling.happens(telling.rates.conflicts):
            logged = telling.tell("feeding_conflict_logged", born + telling.between(0.5, 3), "midwife", baby)
            telling.answered("FEEDING_CONFLICT", "reconciled", logged, logged + _DAY / 2,
                             telling.keeps("FEEDING_CONFLICT"), baby=baby)  # fmt: skip
    return telling.by_day(home)


def goes_home(telling: Telling, left: datetime, baby_home: datetime, babies_with_her: tuple[int, ...]) -> None:
    """Her discharge and what has to stand before it, and the baby's."""
    stay = _stay(telling)
    planned = left - telling.between(0.6, 1.6)
    telling.tell("mother_discharge_planned", planned, "ward", planned_for=left.isoformat())
    dated: dict[str, str] = {}
    if "in treatment" in telling.known:
        dated["next_dose_on"] = (left + _DAY).date().isoformat()
        share = telling.keeps("DISCHARGE_OST_HANDOVER", telling.rates.handed)
        telling.answered("DISCHARGE_OST_HANDOVER", "both_acknowledged", planned, left, share, "ward", admission=stay)
    telling.tell("mother_discharged", left, "ward", **dated)
    if "opioid" in telling.known:
        telling.answered("NALOXONE_DISCHARGE", "outcome", planned, left,
                         telling.keeps("NALOXONE_DISCHARGE", telling.rates.naloxone), "ward", admission=stay,
                         naloxone_outcome=telling.chance.choice(NALOXONE[1]))  # fmt: skip
    if dated:
        _has_the_first_dose_outside(telling, left, stay)
    for baby in babies_with_her:
        together = baby_home - left < 6 * _HOUR
        if together or not telling.thin:
            telling.tell("baby_discharge_planned", planned - _HOUR / 4, "ward", baby,
                         planned_for=(left if together else baby_home).isoformat())  # fmt: skip
            if "concern" in telling.anchors:
                telling.answered("PREDISCHARGE_MEETING", "held", planned, left, telling.keeps("PREDISCHARGE_MEETING"),
                                 "safeguarding", baby)  # fmt: skip
        if not together and telling.happens(0.9):
            offer = telling.chance.choice(PLACES) if telling.happens(telling.rates.stays) else "not_available"
            telling.answered("MOTHER_STAYS", "offer_answered", planned, left - _DAY / 2, telling.keeps("MOTHER_STAYS"),
                             "ward", baby=baby, stay_offer=offer)  # fmt: skip
        telling.tell("baby_discharged", baby_home, "ward", baby)


def _has_the_first_dose_outside(telling: Telling, left: datetime, stay: str) -> None:
    """The pharmacy says that she came; from then on it looks after the days between doses."""
    came = left + _DAY
    if telling.happens(telling.keeps("FIRST_COMMUNITY_DOSE", 0.82)):
        telling.tell("handoff_completed", telling.by_day(came), "keyworker", moment="FIRST_COMMUNITY_DOSE",
                     step="confirmed", admission=stay, pharmacy_confirmation="taken")  # fmt: skip
    elif telling.happens(0.5):
        telling.tell("handoff_completed", telling.by_day(came + _DAY), "keyworker", moment="FIRST_COMMUNITY_DOSE",
                     step="confirmed", admission=stay, pharmacy_confirmation="not_attended")  # fmt: skip
    if telling.happens(0.93):
        telling.tell("handoff_not_applicable", telling.by_day(came), "keyworker", moment="OST_3DAY_GAP",
                     step="prescriber_reassessment", reason="the pharmacy sees her every day")  # fmt: skip
