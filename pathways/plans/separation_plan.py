"""The separation plan: where a separation is possible, what is planned, in her hands before labour (SEPARATION_PLAN).

It stands under the label of child protection. Its handoff ends where it is written down that she was told in person,
with an advocate beside her if she wants one: not by this plan alone.
"""

from __future__ import annotations

from carecoord.access.labels import Label
from carecoord.access.roles import Role
from pathways.rules.plans import PlanKind, Receiver, Section, Side

SEPARATION_PLAN = PlanKind(
    key="separation_plan",
    title="Separation plan",
    lead="Only where a separation is possible. Honest, written with her and her social worker, and in her hands before "
    "labour. She is told in person before anybody else is sent it.",
    moment="SEPARATION_PLAN",
    sections=(
        Section(
            "her_words",
            "What she says, and what she wants to happen",
            "What you said",
            "Her words, also where they differ from what is decided.",
        ),
        Section(
            "decision",
            "What is decided, what is still open, and who decides",
            "",
            "What can still change it, by when, and the dates of meetings and hearings that she wants to know.",
        ),
        Section(
            "birth",
            "Labour, birth and the first hours",
            "",
            "Who is beside her. Holding and feeding her baby, photographs and keepsakes: what she wants of it.",
        ),
        Section(
            "moment",
            "If it comes to a separation: how, where, and who is with her",
            "",
            "Who tells her, in which room, with whom beside her. Never the night staff alone, never by phone.",
        ),
        Section(
            "after",
            "Her own care afterwards",
            "",
            "Body and milk, her medicine and naloxone, who stays with her tonight, who is her named worker then.",
        ),
        Section(
            "meeting",
            "When she sees her baby",
            "",
            "The first time, how often, who takes her there, whom she rings to ask how her baby is.",
        ),
        Section(
            "hers",
            "Her own copy, in plain words",
            "What is planned",
            "Speak to her: you, we. What is planned, what can still change it, who helps her to say what she thinks.",
        ),
    ),
    sides=(
        Side("midwife", "Midwife", frozenset({Role.SPECIALIST_MIDWIFE, Role.MIDWIFE, Role.SAFEGUARDING_MIDWIFE})),
        Side("social_worker", "Social worker", frozenset({Role.SOCIAL_WORKER}), without_account=True),
    ),
    receivers=(
        Receiver("ward", "The ward's coordinator", frozenset({Role.WARD_COORDINATOR, Role.LABOUR_WARD_COORDINATOR})),
        Receiver("drug_service", "Her drug service", frozenset({Role.DRUG_SERVICE_KEYWORKER, Role.OST_PRESCRIBER})),
    ),
    label=Label.CHILD_PROTECTION,
    told_page="separation_told",
    only_where_owed=True,
)
