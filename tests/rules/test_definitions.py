"""The declarations are whole, agree with each other, and keep their promises to the reader."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from carecoord.access.roles import ROLE_NAMES, Role
from pathways import engine
from pathways.engine import (
    FACT_KINDS,
    Anchor,
    DefinitionError,
    Ending,
    Moment,
    Stage,
    rule_in_words,
    step_in_words,
)
from pathways.engine.definitions import AutoCompletion, Combine, Pick, after, at_gestation, on, opens
from pathways.moments import ALL, by_key, check_definitions, check_site
from pathways.moments.ladders import LADDERS
from pathways.moments.products import PRODUCTS
from pathways.moments.reference import reference_markdown
from pathways.moments.sources import SOURCES
from tests.rules.story import site

ROOT = Path(__file__).parents[2]
GIVES_AWAY = re.compile(
    r"\b(ost|nows|drug|opioid|heroin|methadone|buprenorphine|naloxone|overdose|withdrawal|addict|treat|prescri|"
    r"separat|remov|custody|protect|court|abuse|trauma|violence|loss|lost|bereave|died|death|suicide|risk|substance)",
    re.IGNORECASE,
)


def test_the_declarations_pass_their_own_checks() -> None:
    check_definitions()


def test_there_are_52_moments_40_of_them_core() -> None:
    assert len(ALL) == len(by_key) == 52
    assert sum(moment.tier == "core" for moment in ALL) == 40


@pytest.mark.parametrize("moment", ALL, ids=lambda moment: moment.key)
class TestEveryMoment:
    def test_lists_give_nothing_away(self, moment: Moment) -> None:
        for title in (moment.list_title, *(step.list_title for step in moment.steps)):
            assert not GIVES_AWAY.search(title), title
            assert len(title) <= 40

    def test_says_why_with_a_known_source(self, moment: Moment) -> None:
        cited = re.findall(r"\b[RK]-?[A-Z0-9]+b?\b", moment.why.rsplit("[", 1)[1])
        assert cited
        assert set(cited) <= set(SOURCES)

    def test_is_opened_and_ended_by_declared_data(self, moment: Moment) -> None:
        assert {condition.kind for condition in moment.opens.on} <= set(FACT_KINDS)
        assert moment.survives <= set(Ending)

    def test_names_steps_apart(self, moment: Moment) -> None:
        titles = [step.list_title for step in moment.steps]
        assert len(set(titles)) == len(titles)

    def test_can_be_told_in_words(self, moment: Moment) -> None:
        for step in moment.steps:
            assert re.match(r"(by|at|\d+) ", step_in_words(step)), step_in_words(step)

    def test_never_says_that_something_is_safe(self, moment: Moment) -> None:
        assert not re.search(r"\b(un)?safe\b", moment.why)


def test_unknown_step() -> None:
    with pytest.raises(KeyError, match="FEEDING_PLAN has no step 'x'"):
        by_key["FEEDING_PLAN"].step("x")


def test_evidence_belongs_to_its_step() -> None:
    moment = by_key["MH_BOOKING_SCREEN"]
    assert [item.key for item in moment.evidence_for("enquiry")] == ["result"]
    assert "result" not in [item.key for item in moment.evidence_for("referral")]


class TestTheEngineKnowsNoMoment:
    FILES = sorted((ROOT / "pathways" / "engine").glob("*.py"))

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_by_its_key_nor_by_a_step(self, path: Path) -> None:
        """Every exception is declared data; a docstring may name a moment as an example."""
        tree = ast.parse(path.read_text())
        strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        compared = {
            node.value
            for compare in ast.walk(tree)
            if isinstance(compare, ast.Compare)
            for node in ast.walk(compare)
            if isinstance(node, ast.Constant)
        }
        assert not {moment.key for moment in ALL} & strings
        assert not {step.key for moment in ALL for step in moment.steps} & compared


def test_engine_and_moments_import_no_django() -> None:
    code = "import sys, pathways.engine, pathways.moments.reference; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


class TestWords:
    def test_of_a_window(self) -> None:
        rules = by_key["BOOK_LATE_14D"].steps[0].rules
        assert rule_in_words(rules[0]) == "14 days after first contact, if gestation is under 28+0"

    def test_of_a_gestation_in_one_nation(self) -> None:
        rule = by_key["HV_ANTENATAL"].steps[0].rules[1]
        assert rule_in_words(rule) == "by 34+0, not before 32+0, in Scotland"

    def test_of_a_time_before(self) -> None:
        assert rule_in_words(by_key["MOTHER_STAYS"].steps[0].rules[0]) == "12 hours before her planned discharge"

    def test_of_no_time_at_all(self) -> None:
        assert rule_in_words(by_key["NALOXONE_DISCHARGE"].steps[0].rules[0]) == "by the time she leaves"
        assert rule_in_words(by_key["MH_BOOKING_SCREEN"].steps[0].rules[0]) == "by the end of the day of booking"

    def test_of_a_step_with_several_rules(self) -> None:
        words = step_in_words(by_key["SEPARATION_PLAN"].steps[0])
        assert words == "by 34+0; 5 working days after the plan changed (the later counts)"


class TestChecksFind:
    """Each fault is planted in one moment; the check names it."""

    PLAN = by_key["FEEDING_PLAN"]
    STEP = PLAN.steps[0]

    def problem(self, **changes: object) -> str:
        with pytest.raises(DefinitionError) as raised:
            check_definitions((replace(self.PLAN, **changes),))  # type: ignore[arg-type]
        return str(raised.value)

    def step_problem(self, **changes: object) -> str:
        return self.problem(steps=(replace(self.STEP, **changes),))  # type: ignore[arg-type]

    def test_missing_parts(self) -> None:
        for name in ("title", "list_title", "why", "stages", "senders", "receivers", "evidence", "sources"):
            assert "FEEDING_PLAN: has no" in self.problem(**{name: type(getattr(self.PLAN, name))()})

    def test_unknown_names(self) -> None:
        assert "unknown ladder E-NONE" in self.problem(ladder="E-NONE")
        assert "unknown source R999" in self.problem(sources=("R999",))
        assert "unknown fact ate_breakfast" in self.problem(opens=opens(on("ate_breakfast")))
        assert "unknown fact gone" in self.problem(opens=opens(on("booking_completed"), not_after=("gone",)))
        unknown = AutoCompletion(facts=("nothing",))
        assert "completes by unknown fact nothing" in self.step_problem(completed_by=unknown)

    def test_a_moment_declared_twice(self) -> None:
        with pytest.raises(DefinitionError, match="moment FEEDING_PLAN is declared twice"):
            check_definitions((self.PLAN, self.PLAN))

    def test_a_step_declared_twice(self) -> None:
        assert "step signed_x2 is declared twice" in self.problem(steps=(self.STEP, self.STEP))

    def test_evidence_of_an_unknown_step_or_with_a_taken_name(self) -> None:
        first = self.PLAN.evidence[0]
        assert "names an unknown step" in self.problem(evidence=(replace(first, steps=("nowhere",)),))
        assert "has the name of another detail" in self.problem(evidence=(replace(first, key="reason"),))

    def test_warning_after_or_missing_before_due(self) -> None:
        assert "warns after" in self.problem(warn=engine.parse_offset("P1D"))
        assert "missed before" in self.problem(late=engine.parse_offset("-P1D"))

    def test_rules_that_are_missing_or_undecided(self) -> None:
        assert "has no rule" in self.step_problem(rules=())
        assert "has no rule in ENG" in self.step_problem(rules=(at_gestation("34+0", only_in="SCO"),))
        two = (at_gestation("34+0"), at_gestation("36+0"))
        assert "does not say which counts" in self.step_problem(rules=two)
        check_definitions((replace(self.PLAN, steps=(replace(self.STEP, rules=two, combine=Combine.LATER),)),))

    def test_rules_that_make_no_sense(self) -> None:
        assert "counts 34+0 from booking" in self.step_problem(rules=(after(Anchor.BOOKING, "34+0"),))
        assert "counts no working days" in self.step_problem(rules=(after(Anchor.BOOKING, "P0WD"),))

    def test_opening_again_needs_one_step(self) -> None:
        again = opens(on("feeding_conflict_logged"), pick=Pick.NEXT_AFTER_COMPLETION)
        two = (self.STEP, replace(self.STEP, key="other"))
        assert "needs exactly one step" in self.problem(opens=again, steps=two)

    def test_transitions_without_a_stage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        without = {stage: place for stage, place in engine.STAGE_ORDER.items() if stage is not Stage.SEPARATED}
        monkeypatch.setattr("pathways.engine.checks.STAGE_ORDER", without)
        with pytest.raises(DefinitionError, match="stage separated has no place in the order"):
            check_definitions()


class TestSiteParameters:
    def test_right_ones_pass(self) -> None:
        check_site(site(nows_hours="PT72H", prebirth_conf_ga="34+0", **{"FEEDING_PLAN.signed_x2": "33+0"}))

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("nows_hours", "PT71H", "is not between PT72H and PT168H"),
            ("nows_hours", "PT169H", "is not between"),
            ("nows_hours", "P5D", "is not between"),
            ("prebirth_conf_ga", "34+1", "is not between 0+0 and 34+0"),
            ("prebirth_conf_ga", "soon", "is not a window"),
            ("no_such_number", "P1D", "no such parameter"),
            ("FEEDING_PLAN.nowhere", "34+0", "no such parameter"),
            ("FEEDING_PLAN.signed_x2", "P14D", "does not fit; the window is 34+0 by default"),
        ],
    )
    def test_wrong_ones_are_named(self, name: str, value: str, problem: str) -> None:
        with pytest.raises(DefinitionError, match=re.escape(problem)):
            check_site(site(**{name: value}))


def test_every_role_has_a_name() -> None:
    assert set(ROLE_NAMES) == set(Role)


def test_every_ladder_is_used_and_readable() -> None:
    assert {moment.ladder for moment in ALL} == set(LADDERS)
    assert LADDERS["E-INFO"].in_words == "nobody: reporting only"
    assert LADDERS["E-CASE"].in_words.startswith("owner, after 1 working day team lead")


def test_products_are_known_by_their_key() -> None:
    assert len(PRODUCTS) == 9
    assert all(key == product.key for key, product in PRODUCTS.items())


def test_the_committed_reference_page_is_the_generated_one() -> None:
    """After a change of a declaration: `python -m pathways.moments.reference > docs/pathway-reference.md`."""
    assert (ROOT / "docs" / "pathway-reference.md").read_text(encoding="utf-8") == reference_markdown()


def test_the_reference_page_has_every_moment_step_and_transition() -> None:
    page = reference_markdown()
    for moment in ALL:
        assert f"`{moment.key}`" in page
        assert all(f"`{step.key}` {step.title}" in page for step in moment.steps)
    for transition in engine.TRANSITIONS:
        assert f"| `{transition.fact}` |" in page
