"""The birth and ward plan: what she wants, and what the ward needs to know before she comes (BIRTH_MED_PLAN).

It holds no amount of any medicine: what is prescribed stands on the page of her medicine, in its source's words.
"""

from __future__ import annotations

from carecoord.access.roles import Role
from pathways.rules.plans import Completes, PlanKind, Reached, Receiver, Section, Side, Standing

_MIDWIVES = frozenset({Role.SPECIALIST_MIDWIFE, Role.MIDWIFE})
_PRESCRIBERS = frozenset({Role.OBSTETRIC_DOCTOR, Role.OST_PRESCRIBER})
_WARD = frozenset({Role.WARD_MIDWIFE, Role.WARD_COORDINATOR, Role.LABOUR_WARD_COORDINATOR})


def _drafted(standing: Standing) -> dict[str, str]:
    return {"plan_drafted_on": standing.written_on.isoformat()}


def _final(standing: Standing) -> dict[str, str]:
    return {
        "plan_final_on": standing.agreed_on.isoformat() if standing.agreed_on else "",
        "plan_acknowledged_by": "; ".join(standing.held_by),
        "woman_has_copy": "yes" if standing.she_has_paper else "no",
    }


BIRTH_AND_WARD = PlanKind(
    key="birth_and_ward",
    title="Birth and ward plan",
    lead="What she wants for the birth and the days after, and what everybody on the ward has to know before she "
    "comes. Written with her, around 32 weeks.",
    moment="BIRTH_MED_PLAN",
    sections=(
        Section(
            "her_words",
            "What matters to her, in her words",
            "What you said matters to you",
            "Begin here, with her. Her words, not ours.",
        ),
        Section(
            "people",
            "Who is with her",
            "",
            "Who she wants beside her, who may visit, and who must not be told that she is here.",
        ),
        Section(
            "medicine",
            "Her medicine on the ward",
            "",
            "Who prescribes it, whom the ward rings by day and by night, what happens with what she brings, what "
            "helps her when a dose is late. No amounts: those stand on the page of her medicine.",
        ),
        Section(
            "pain",
            "Pain relief in labour and afterwards",
            "",
            "What was agreed with the anaesthetist and the pain team. Her usual medicine goes on: it is none.",
        ),
        Section(
            "birth",
            "Labour and birth",
            "",
            "Where, how, what helps her, what she does not want. What to do if it turns out otherwise.",
        ),
        Section(
            "baby",
            "The first days with her baby",
            "",
            "How they stay together, who looks at the baby and for how long, what she can do to settle the baby.",
        ),
        Section(
            "home",
            "Going home",
            "",
            "Who sees her first, where her next dose comes from, who has naloxone, whom she can ring.",
        ),
        Section(
            "ward",
            "For the ward only",
            "",
            "What helps staff to be kind and quick: words to use, what to avoid. Write as if she reads it with you.",
            needed=False,
        ),
        Section(
            "hers",
            "Her own copy, in plain words",
            "What we agreed with you",
            "Speak to her: you, we. Short sentences, no words of the hospital. Ask her what may stand on a paper that "
            "somebody at home could find, and leave out the rest.",
        ),
    ),
    sides=(
        Side("midwife", "Midwife", _MIDWIVES),
        Side("prescriber", "Obstetric doctor or prescriber", _PRESCRIBERS),
    ),
    receivers=(
        Receiver("ward", "The ward", _WARD),
        Receiver("prescriber", "Her prescriber", frozenset({Role.OST_PRESCRIBER, Role.DRUG_SERVICE_KEYWORKER})),
        Receiver("pharmacy", "The hospital pharmacy", frozenset({Role.PHARMACIST})),
        Receiver("neonatal", "The neonatal team", frozenset({Role.NEONATAL_TEAM})),
        Receiver("anaesthetics", "Anaesthetics", frozenset({Role.ANAESTHETIST})),
    ),
    completes=(
        Completes("draft", Reached.WRITTEN, _drafted),
        Completes("final_and_acknowledged", Reached.HELD, _final),
    ),
)
