"""The pathway engine: from what happened, which handoffs are owed, by when, and how each one stands.

Pure Python, no Django, no input or output. ``docs/pathway-rules.md`` is the rule book; each module answers one of its
questions:

facts          what happened, in which order          fact_kinds    which kinds of fact there are
stage          where she is on the pathway            whereabouts   who is in hospital, who is with her
subjects       whom a handoff is owed for             openings      which fact opens a moment
due, anchors   when it is due                         state         how it stands
recurrence     the moments that every contact, or dose, renews
answers        which answer belongs to which handoff medicine      her medicine, and who can confirm it
definitions    the form in which moments are declared checks        proof that declarations are whole
"""

from pathways.engine.checks import DefinitionError, check_definitions, check_site, date_parameters_of, parameters_of
from pathways.engine.definitions import Anchor, Ending, Evidence, EvidenceKind, Moment, Rule, Severity, Step, Tier
from pathways.engine.fact_kinds import CLOSING_REASONS, FACT_KINDS, AboutBaby, Detail, DetailType, FactKind, Lane
from pathways.engine.facts import ANSWER_KINDS, Fact, History, in_order, planned_for
from pathways.engine.gestation import DAYS_TO_EDD, current_edd, date_at_gestation, gestation_in_days, gestation_on
from pathways.engine.handoffs import Handoff, answers_without_handoff, handoffs
from pathways.engine.offsets import Offset, parse_offset
from pathways.engine.site import SiteRules, SourceOfMedicine
from pathways.engine.stage import (
    NEVER_BY_ITSELF,
    STAGE_ORDER,
    TRANSITIONS,
    Stage,
    StageMove,
    Transition,
    declared_moves,
    stage_history,
)
from pathways.engine.state import COMPLETED_STATES, LATE_STATES, OPEN_STATES, URGENCY, State
from pathways.engine.subjects import THE_PREGNANCY, Subject, SubjectKind, subject_answered
from pathways.engine.validation import Problem, Vocabulary, baby_in, problems_in_fact
from pathways.engine.whereabouts import Whereabouts, mother_in_hospital, stays, whereabouts
from pathways.engine.words import rule_in_words, step_in_words

__all__ = [
    "ANSWER_KINDS",
    "CLOSING_REASONS",
    "COMPLETED_STATES",
    "DAYS_TO_EDD",
    "FACT_KINDS",
    "LATE_STATES",
    "NEVER_BY_ITSELF",
    "OPEN_STATES",
    "STAGE_ORDER",
    "THE_PREGNANCY",
    "TRANSITIONS",
    "URGENCY",
    "AboutBaby",
    "Anchor",
    "DefinitionError",
    "Detail",
    "DetailType",
    "Ending",
    "Evidence",
    "EvidenceKind",
    "Fact",
    "FactKind",
    "Handoff",
    "History",
    "Lane",
    "Moment",
    "Offset",
    "Problem",
    "Rule",
    "Severity",
    "SiteRules",
    "SourceOfMedicine",
    "Stage",
    "StageMove",
    "State",
    "Step",
    "Subject",
    "SubjectKind",
    "Tier",
    "Transition",
    "Vocabulary",
    "Whereabouts",
    "answers_without_handoff",
    "baby_in",
    "check_definitions",
    "check_site",
    "current_edd",
    "date_at_gestation",
    "date_parameters_of",
    "declared_moves",
    "gestation_in_days",
    "gestation_on",
    "handoffs",
    "in_order",
    "mother_in_hospital",
    "parameters_of",
    "parse_offset",
    "planned_for",
    "problems_in_fact",
    "rule_in_words",
    "stage_history",
    "stays",
    "step_in_words",
    "subject_answered",
    "whereabouts",
]
