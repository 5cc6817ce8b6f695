"""The chapter before birth: how she comes, what is found out, treatment, contacts, a loss, a move. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pathways.scale.telling import Telling
from pathways.scale.usual import BEFORE

REASONS = ("not_realised_pregnant", "not_realised_pregnant", "fear", "fear", "no_access", "moved", "prefer_not_say")
MEDICINES = ("methadone_oral_1mg_ml",) * 11 + ("buprenorphine_sl",) * 5 + ("buprenorphine_oral_lyo",) * 3
TERM = 280
_DAY = timedelta(days=1)


def is_unbooked(telling: Telling) -> bool:
    """Whether she comes in labour for the first time."""
    return telling.happens(telling.rates.unbooked)


def arrives(telling: Telling) -> datetime:
    """Her first contact and her booking; returns when she was booked."""
    early = telling.happens(telling.rates.early)
    days = telling.chance.randint(32, 62) if early else int(telling.chance.triangular(63, 245, 80))
    contact = telling.tell("first_contact", telling.on_day(days), telling.chance.choice(("midwife", "keyworker")))
    in_time = telling.happens(telling.rates.booked + telling.gain)
    if not early:
        booked = telling.by_day(contact + telling.between(2, 13) if in_time else contact + telling.between(15, 40))
    elif in_time:
        booked = telling.on_day(min(days + telling.chance.randint(4, 30), 69))
    else:
        booked = telling.on_day(telling.chance.randint(71, 105))
    telling.anchors |= {"contact": contact, "booking": telling.tell("booking_completed", booked, _whom(telling))}
    if not early and telling.happens(0.8):
        reason = telling.chance.choice(REASONS)
        telling.tell(
            "handoff_completed", booked + _DAY / 48, "midwife", moment="BOOK_LATE_14D", step="done", late_reason=reason
        )
    if telling.happens(0.9):
        telling.tell("named_midwife_assigned", booked + telling.between(0.01, 3 if in_time else 9))
        telling.known.add("named")
    return booked


def _whom(telling: Telling) -> str:
    return "named" if telling.happens(telling.rates.named) else "midwife"


def uses(telling: Telling, at: datetime) -> str:
    """What she tells of opioids, and her treatment; returns her medicine where she came with one."""
    if not telling.happens(0.8):
        telling.tell("drug_use_disclosed", at + _DAY / 24, opioid="no")
        return ""
    telling.known.add("opioid")
    treated = telling.happens(telling.rates.treated)
    before = treated and telling.happens(0.65)
    medicine = telling.chance.choice(MEDICINES)
    if before:
        telling.tell("treatment_started", telling.conceived - timedelta(days=60), "prescriber", medication=medicine)
    disclosed = telling.tell("drug_use_disclosed", at + _DAY / 24, opioid="yes", in_treatment="yes" if before else "no")
    telling.anchors |= {"disclosed": disclosed, "told": disclosed}
    if not before:
        telling.known.add("to refer")
    if treated:
        telling.known |= {"treated", "in treatment"}
        if not before:
            started = telling.by_day(disclosed + telling.between(7, 45))
            telling.anchors["told"] = telling.tell("treatment_started", started, "prescriber", medication=medicine)
    return medicine if before else ""


def is_worried_about(telling: Telling) -> None:
    """What social care thinks of: a concern, and a plan that names separation."""
    if telling.happens(0.34):
        concern = telling.tell("concern_accepted", telling.on_day(telling.chance.randint(100, 190)), "safeguarding")
        concern = max(concern, telling.anchors["booking"] + _DAY)
        telling.told[-1] = telling.told[-1]._replace(at=concern)
        telling.anchors["concern"] = concern
        if telling.happens(0.4):
            planned = telling.by_day(concern + telling.between(14, 50))
            telling.anchors["planned"] = telling.tell("separation_possible", planned, "safeguarding")


def is_in_touch(telling: Telling, since: datetime, until: datetime, days: float, kind: str = "contact_made") -> None:
    """Contacts about every so many days; some do not happen. Thinned lives have fewer."""
    pace = days * (2.4 if telling.thin else 1.0) * telling.chance.uniform(0.7, 1.3)
    at = telling.by_day(since + timedelta(days=pace))
    while at < until and at < telling.until:
        missed = telling.happens(0.07)
        telling.tell("contact_missed" if missed else kind, at, _whom(telling))
        at = telling.by_day(at + timedelta(days=pace * telling.chance.uniform(0.6, 1.4)))


def loses(telling: Telling) -> datetime:
    """A loss, with the care after it; returns when."""
    late = telling.happens(0.25)
    days = telling.chance.randint(168, 260) if late else telling.chance.randint(60, 160)
    at = max(telling.on_day(days), telling.by_day(telling.anchors["booking"] + 3 * _DAY))
    kind = "stillbirth" if late else telling.chance.choice(("miscarriage", "miscarriage", "termination"))
    telling.tell("pregnancy_loss", at, "ward", kind=kind)
    telling.answered("LOSS_BEREAVEMENT", "done", at, at + _DAY, telling.keeps("LOSS_BEREAVEMENT"), "ward")
    return at


def moves(telling: Telling, sites: Sequence[str], until: datetime) -> None:
    """She moves to another site, or wants to."""
    start = telling.anchors["booking"] + 5 * _DAY
    if until - start < 20 * _DAY:
        return
    asked = telling.by_day(start + (until - start) * 0.6 * telling.chance.random())
    to = telling.chance.choice([site for site in sites if site != telling.site])
    telling.tell("transfer_requested", asked, to=to)
    if "treated" in telling.known:
        telling.answered("SITE_TRANSFER", "ost_continuity", asked, asked + _DAY, telling.keeps("SITE_TRANSFER"),
                         "prescriber", transfer="1")  # fmt: skip
    outcome = telling.chance.random()
    if outcome < 0.82:
        telling.tell("transfer_accepted", telling.by_day(asked + telling.between(1, 4)))
    elif outcome < 0.92:
        telling.tell("transfer_refused", telling.by_day(asked + telling.between(1, 4)))


def is_prepared(telling: Telling, until: datetime) -> None:
    """All that is done before birth, up to it."""
    telling.usually(BEFORE, ends=until)
    if any(one.details.get("result") == "positive" for one in telling.told) and not telling.thin:
        booked = telling.anchors["booking"]
        telling.answered("MH_BOOKING_SCREEN", "referral", booked + _DAY, booked + 6 * _DAY,
                         telling.keeps("MH_BOOKING_SCREEN"))  # fmt: skip
    is_in_touch(telling, telling.anchors["booking"], until, 32)
    booked = telling.anchors["booking"]
    if telling.happens(0.8):
        dated = telling.by_day(max(booked + 4 * _DAY, telling.conceived + timedelta(days=84)))
        if dated < until:
            shift = telling.chance.choice((0, 0, 0, 1, 2, -2, 4))
            edd = (telling.conceived + timedelta(days=TERM + shift)).date()
            telling.tell("dating_agreed", dated, edd=edd.isoformat())
    if telling.happens(0.07):
        _stays_a_while(telling, booked, until)


def _stays_a_while(telling: Telling, since: datetime, until: datetime) -> None:
    """Some days in hospital before birth."""
    if until - since > 50 * _DAY:
        admitted = telling.tell("admitted", since + telling.between(20, 40), "ward", reason="antenatal")
        home = telling.by_day(admitted + telling.between(1, 4))
        telling.tell("mother_discharge_planned", home - _DAY / 3, "ward", planned_for=home.isoformat())
        telling.tell("mother_discharged", home, "ward")
        telling.anchors["stayed"] = admitted
