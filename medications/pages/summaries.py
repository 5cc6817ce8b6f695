"""One woman of a ward in words: for the board, her critical card, the handover sheet and the page of her medicine.

Amounts are quotations. After three days without a confirmed dose the one from before is not among the words any more,
until a named prescriber has decided (``Medicine.kind`` is DECIDE).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.sites.models import Site
from medications.models import Decision, Stay, Supervised
from medications.pages.leaving import LeavingLine
from medications.pages.summary_lines import Baby, babies, naloxone, next_lines, own_medicine, planned_home
from medications.pages.ward_facts import Known, known_of, on_the_ward
from medications.rules.gap import Gap, gap
from medications.rules.products import WARD_PRODUCTS
from medications.rules.verification import State as Confirmed
from medications.wording.local_policy import LocalPolicy, local_policy
from medications.wording.times import away, day, hour, when
from medications.wording.verification import confirmed_by
from pathways.engine import OPEN_STATES, State
from pathways.models import Journey
from pathways.wording.handoffs import live_state
from pathways.words import STATE_NAMES

SOON = timedelta(hours=1)
LATE = timedelta(hours=2)
PLAN, AGREED, UNCONFIRMED, DECIDE, NONE = "plan", "agreed", "unconfirmed", "decide", "none"
_REASSESSED = (Decision.Kind.REASSESSED, Decision.Kind.RESTART)


@dataclass(frozen=True)
class Medicine:
    """What she takes, as its source words it. ``quoted``: the words are a quotation."""

    kind: str
    words: str
    product: str = ""
    note: str = ""
    more: tuple[str, ...] = ()
    url: str = ""
    supervised: str = ""

    @property
    def quoted(self) -> bool:
        return self.kind in (PLAN, AGREED)


@dataclass(frozen=True)
class Due:
    """The next thing about her medicine, and how it stands. ``big`` is read from three metres."""

    at: datetime | None = None
    lead: str = ""
    big: str = ""
    small: str = ""
    state: str = ""
    words: str = ""
    note: str = ""
    ticked: bool = False
    url: str = ""


@dataclass(frozen=True)
class Summary:
    """One woman. ``bed`` is "" where she has none yet; ``place`` says where she is while away from it."""

    pk: int
    woman_id: int
    url: str
    name: str
    initials: str
    point: str
    bed: str
    place: str
    back_at: datetime | None
    ward_id: int | None
    in_hospital: bool
    admitted: str
    medicine: Medicine
    last: str
    last_by: str
    due: Due
    confirmed: tuple[tuple[str, bool], ...]
    opens: str
    standing: str
    gap: Gap
    policy: LocalPolicy | None
    babies: tuple[Baby, ...]
    next: tuple[tuple[str, bool], ...]
    feeding: str
    own_medicine: str
    naloxone: str
    allergies: str
    interpreter: str
    home_at: datetime | None
    is_treated: bool
    visitors: str = ""
    feeding_differs: bool = False
    home: LeavingLine | None = None
    home_url: str = ""

    @property
    def has_plan(self) -> bool:
        return self.medicine.kind in (PLAN, AGREED, DECIDE)


def summaries_of(journeys: Sequence[Journey], reader: User, now: datetime) -> list[Summary]:
    """These women, in the order given. The same few queries however many they are."""
    loaded = on_the_ward([journey.pk for journey in journeys], reader)
    found = known_of(loaded, now)
    return [summary_of(found[each.pk], reader, now) for each in loaded]


def summary_of(known: Known, reader: User, now: datetime) -> Summary:
    """One woman of whom everything is known already. No query."""
    journey, stay = known.journey, known.stay
    since = gap_of(known, now)
    medicine = _medicine(known, since, reader, now)
    return Summary(
        pk=journey.pk,
        woman_id=journey.woman_id,
        url=card_url(known),
        name=journey.woman.list_name,
        initials=journey.woman.initials,
        point=journey.point_on(clock.today(now)),
        bed=stay["bed"] if stay else "",
        place=_place(known, now),
        back_at=stay["back_at"] if stay else None,
        ward_id=stay["ward_id"] if stay else None,
        in_hospital=known.admission is not None,
        admitted=f"admitted {when(known.admitted_at, now)}" if known.admitted_at else "",
        medicine=medicine,
        last=when(known.last.at, now) if known.last else "not confirmed",
        last_by=known.last.by_words if known.last else "",
        due=_due(known, medicine, reader, now),
        confirmed=_confirmed(known),
        opens=f"opens {when(known.standing.opens_at, now)}" if known.standing.opens_at else "",
        standing=str(known.standing.state),
        gap=since,
        policy=local_policy(journey.site, since.policy_key, clock.today(now)) if since.policy_key else None,
        babies=tuple(babies(known, now)),
        next=tuple(next_lines(known, reader, now, decides=medicine.kind == DECIDE)),
        feeding=known.feeding.words,
        feeding_differs=known.feeding.differs,
        home=known.home,
        home_url=link("leaving", journey.pk) if Ability.STATE_MEDICINE in reader.abilities else "",
        own_medicine=own_medicine(known, now),
        naloxone=naloxone(known),
        allergies=journey.woman.allergies or "not asked yet",
        interpreter=_interpreter(journey),
        home_at=planned_home(known),
        is_treated=known.is_treated,
        visitors=known.visiting["words"] if known.visiting and known.visiting["admission"] == known.admission else "",
    )


def gap_of(known: Known, now: datetime) -> Gap:
    """The hours since her last confirmed dose. Nothing for who is not in treatment."""
    product = product_of(known)
    if not known.is_treated and known.last is None:
        return Gap(None, "", "", "")
    injection = product in WARD_PRODUCTS and WARD_PRODUCTS[product].is_injection
    due = known.due["due_at"] if known.due else known.last.next_due if known.last and injection else None
    scheduled = known.next_dose_at(now) is not None
    return gap(
        known.last.at if known.last else None,
        product=product,
        next_due_at=due,
        scheduled=scheduled,
        now=now,
    )


def product_of(known: Known) -> str:
    """What she takes, by its key: of the plan, else as sources state it, else as it was given last; "" if unknown."""
    if known.plans:
        return str(known.plans[0]["product"])
    said = known.standing.prescriber or known.standing.pharmacy
    if said:
        return said.product
    if known.last and known.last.product:
        return known.last.product
    started = known.latest("treatment_started")
    return (started.details.get("medication") if started else "") or known.journey.medication_at_entry


def card_url(known: Known) -> str:
    """Her critical card: on her ward, or the first of her site's where nobody has said which; "" without any."""
    code = known.stay["code"] if known.stay else first_ward(known.journey.site)
    return reverse("ward_woman", args=[code, known.journey.pk]) if code else ""


def first_ward(site: Site) -> str:
    """The code of the ward on which women without a bed stand; "" for a site without a ward."""
    return next((team.code for team in site.definition.teams if team.kind == Team.Kind.WARD), "")


def link(name: str, *args: Any) -> str:
    """The address of a page of ward medicine; "" where this release has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


# -- her medicine ------------------------------------------------------------------------------------------------


def _medicine(known: Known, since: Gap, reader: User, now: datetime) -> Medicine:
    page = link("her_medicine", known.journey.pk)
    if not known.is_treated and known.admission is not None and known.standing.prescriber is None:
        return Medicine(NONE, "No medicine recorded here", url=page)
    decided = _decided(known, since)
    if since.decide_since and decided is None:
        decide = link("medicine_decide", known.journey.pk) if Ability.STATE_MEDICINE in reader.abilities else page
        return Medicine(DECIDE, "A named prescriber decides first", note=since.words, url=decide)
    note = f"Decided by {_decider(decided)} {when(decided['decided_at'], now)}: {decided['words']}" if decided else ""
    if known.plans:
        first, *others = known.plans
        more = tuple(f"{plan['words']} ({_named(plan['product'])})" for plan in others)
        watched = str(Supervised(first["supervised"]).label) if first["supervised"] else ""
        return Medicine(PLAN, first["words"], _named(first["product"]), note or _to_confirm(known), more, page, watched)
    said = known.standing.prescriber
    if known.standing.is_verified and said:
        return Medicine(AGREED, said.words, _named(said.product), note or "No ward plan signed yet", url=page)
    return Medicine(UNCONFIRMED, "Not yet confirmed", note=_told(known), url=page)


def _decided(known: Known, since: Gap) -> dict[str, Any] | None:
    """What a prescriber decided since the gap asked for it: how to go on, not that she waits."""
    opened = since.decide_since
    if opened is None:
        return None
    made = known.decision
    if made and made["kind"] in _REASSESSED and made["decided_at"] >= opened:
        return dict(made)
    return None


def _decider(decision: dict[str, Any]) -> str:
    return str(decision["by"] or decision["prescriber_words"])


def _named(product: str) -> str:
    return WARD_PRODUCTS[product].name if product in WARD_PRODUCTS else product


def _told(known: Known) -> str:
    """What is known meanwhile: what she says, and that it is not relied on alone."""
    told = known.told
    says = ""
    if told and told["admission"] in (None, known.admission):
        says = f"{'Her card says' if told['source'] == 'own_card' else 'She says'}: {told['words']}."
    return " ".join(filter(None, (says, known.standing.because, "Keep her informed.")))


def _to_confirm(known: Known) -> str:
    states = {Confirmed.EXPIRED: "Confirm again", Confirmed.CONFLICT: "Sources say different things"}
    return states.get(known.standing.state, "")


def _confirmed(known: Known) -> tuple[tuple[str, bool], ...]:
    """Who confirmed it; nothing of who is not in treatment and of whom nobody said anything."""
    if not known.is_treated and known.standing.prescriber is None:
        return ()
    return confirmed_by(known.standing)


# -- what is due -------------------------------------------------------------------------------------------------


def _due(known: Known, medicine: Medicine, reader: User, now: datetime) -> Due:
    if medicine.kind == NONE:
        return Due()
    if medicine.kind == DECIDE:
        return Due(now, "", "Decision", "first", "missed", "Missed, a named prescriber decides", url=medicine.url)
    if known.due:
        gives = Ability.WORK_ON_WARD in reader.abilities
        url = link("medicine_dose", known.journey.pk, known.due["pk"]) if gives else medicine.url
        return _of_dose(known.due["due_at"], known, now, url)
    if planned := known.next_dose_at(now):
        return _of_dose(planned, known, now, "")
    confirm = known.handoff("OST_VERIFY")
    if confirm and live_state(confirm) in OPEN_STATES:
        state, at = live_state(confirm), confirm.due_at
        later = state == State.PENDING
        words = away(at, now) if later else f"{STATE_NAMES[state]}, {away(at, now)}"
        small = _unless_today(at, now)
        return Due(
            at,
            "confirm by",
            hour(at),
            small,
            "" if later else str(state),
            "" if later else words,
            words if later else "",
        )
    if known.last and known.last.next_due:
        return _of_dose(known.last.next_due, known, now, "")
    return Due(note="no dose scheduled" if known.is_treated else "")


def _of_dose(at: datetime, known: Known, now: datetime, url: str) -> Due:
    """By time: far off as a day, near as an hour. Two hours late is missed, as its handoff has it."""
    state = dose_state(at, now)
    given = bool(known.last and known.last.kind == "dose_given" and clock.today(known.last.at) == clock.today(now))
    if state != State.PENDING:
        return Due(at, "", hour(at), day(at, now), str(state), f"{STATE_NAMES[state]}, {away(at, now)}", url=url)
    if clock.today(at) > clock.today(now + timedelta(days=1)):
        local = at.astimezone(clock.LONDON)
        return Due(at, "", f"{local:%a} {local.day}", f"{local:%B}", "", "", away(at, now), url=url)
    return Due(at, "", hour(at), day(at, now), "", "", "given today" if given else away(at, now), ticked=given, url=url)


def dose_state(at: datetime, now: datetime) -> State:
    """How a dose that nobody has recorded stands, by the clock."""
    if at + LATE <= now:
        return State.MISSED
    if at <= now:
        return State.OVERDUE
    return State.DUE_SOON if at - SOON <= now else State.PENDING


def _unless_today(at: datetime, now: datetime) -> str:
    words = day(at, now)
    return "" if words == "today" else words


# -- where she is ------------------------------------------------------------------------------------------------

_PLACES = {
    Stay.Location.LABOUR_WARD: "on the labour ward",
    Stay.Location.THEATRE: "in theatre",
    Stay.Location.NEONATAL_UNIT: "with her baby, neonatal unit",
    Stay.Location.AWAY: "away from the ward",
}


def _interpreter(journey: Journey) -> str:
    """What somebody who speaks with her has to know; "" where none is needed."""
    words = journey.woman.interpreter
    return "" if words.lower().strip(" .") in ("", "no", "none", "not needed") else words


def _place(known: Known, now: datetime) -> str:
    stay = known.stay
    if not stay or stay["location"] == Stay.Location.BED:
        return ""
    words = _PLACES[stay["location"]]
    return f"{words}, back {when(stay['back_at'], now).removeprefix('today ')}" if stay["back_at"] else words
