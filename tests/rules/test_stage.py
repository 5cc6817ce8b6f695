"""Rules, section 2: every row of the stage table, and who is in hospital and with her."""

from __future__ import annotations

import pytest

from pathways.engine import STAGE_ORDER, Stage, stage_history, whereabouts
from tests.rules.story import Story, booked, born, fact, home


def told(*facts: tuple[str, ...]) -> Story:
    """A story of (kind, details…) facts, one an hour on 1 Feb 2027; details as ``name=value``."""
    story = Story()
    for hour, (kind, *details) in enumerate(facts):
        values = dict(detail.split("=") for detail in details)
        baby = values.pop("baby", None)
        story.add(kind, f"2027-02-01 {hour:02}:00", int(baby) if baby else None, **values)
    return story


ANTENATAL = (("first_contact",), ("booking_completed",))
WARD = (*ANTENATAL, ("admitted", "reason=labour"), ("baby_born", "place=hospital"))
BOTH_HOME = (*WARD, ("baby_discharged",), ("mother_discharged",))
APART = (*BOTH_HOME, ("separated",))
TWINS = (*WARD, ("baby_born", "baby=2", "place=hospital"))


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ((("contact_made",),), None),
        ((("first_contact",),), "booking"),
        ((("booking_completed",),), "antenatal"),
        (ANTENATAL, "antenatal"),
        ((*ANTENATAL, ("first_contact",)), "antenatal"),
        ((("admitted", "reason=labour"),), "intrapartum"),
        ((("first_contact",), ("admitted", "reason=labour")), "intrapartum"),
        ((*ANTENATAL, ("admitted", "reason=labour")), "intrapartum"),
        ((*ANTENATAL, ("admitted", "reason=antenatal")), "antenatal"),
        ((*ANTENATAL, ("admitted", "reason=labour"), ("booking_completed",)), "intrapartum"),
        ((("baby_born", "place=hospital"),), "postnatal_inpatient"),
        ((("baby_born",),), "postnatal_inpatient"),
        ((*ANTENATAL, ("baby_born", "place=home")), "postnatal_community"),
        ((*ANTENATAL, ("baby_born", "place=home"), ("admitted", "reason=postnatal")), "postnatal_inpatient"),
        ((*WARD, ("admitted", "reason=labour")), "postnatal_inpatient"),
        ((*WARD, ("mother_discharged",)), "postnatal_inpatient"),
        ((*WARD, ("baby_discharged",)), "postnatal_inpatient"),
        (BOTH_HOME, "postnatal_community"),
        ((*WARD, ("mother_discharged",), ("baby_discharged",)), "postnatal_community"),
        ((*ANTENATAL, ("admitted", "reason=antenatal"), ("mother_discharged",)), "antenatal"),
        ((*BOTH_HOME, ("admitted", "reason=postnatal")), "postnatal_inpatient"),
        ((*BOTH_HOME, ("admitted", "reason=labour")), "postnatal_community"),
        # one baby home with her, the other placed away and still in hospital
        ((*TWINS, ("separated", "baby=2"), ("baby_discharged",), ("mother_discharged",)), "postnatal_community"),
        ((*TWINS, ("baby_discharged",), ("mother_discharged",)), "postnatal_inpatient"),
        ((*TWINS, ("baby_died", "baby=2"), ("baby_discharged",), ("mother_discharged",)), "postnatal_community"),
        ((*WARD, ("separated",)), "separated"),
        ((*TWINS, ("separated", "baby=2")), "postnatal_inpatient"),
        ((*TWINS, ("separated", "baby=2"), ("separated", "baby=1")), "separated"),
        ((*TWINS, ("baby_died", "baby=1"), ("separated", "baby=2")), "separated"),
        ((*ANTENATAL, ("separated",)), "antenatal"),
        (APART, "separated"),
        ((*APART, ("reunified",)), "postnatal_community"),
        ((*BOTH_HOME, ("reunified",)), "postnatal_community"),
        ((*WARD, ("reunified",)), "postnatal_inpatient"),
        ((*WARD, ("separated",), ("baby_born", "baby=2", "place=hospital")), "separated"),
        ((*WARD, ("residential_placement_started",)), "residential_placement"),
        ((*BOTH_HOME, ("residential_placement_started",)), "residential_placement"),
        ((*ANTENATAL, ("residential_placement_started",)), "antenatal"),
        (
            (*BOTH_HOME, ("residential_placement_started",), ("residential_placement_ended",)),
            "postnatal_community",
        ),
        ((*APART, ("residential_placement_ended",)), "separated"),
        ((*ANTENATAL, ("pregnancy_loss",)), "bereavement"),
        ((*WARD, ("pregnancy_loss",)), "postnatal_inpatient"),
        ((*ANTENATAL, ("pregnancy_loss",), ("baby_born", "place=hospital")), "bereavement"),
        ((*BOTH_HOME, ("baby_died",)), "bereavement"),
        ((*TWINS, ("baby_died", "baby=1")), "postnatal_inpatient"),
        ((*TWINS, ("baby_died", "baby=1"), ("baby_died", "baby=2")), "bereavement"),
        ((*APART, ("baby_died",)), "bereavement"),
        ((*ANTENATAL, ("mother_died",)), "closed"),
        ((*ANTENATAL, ("closed",)), "closed"),
        ((*ANTENATAL, ("closed",), ("baby_born", "place=hospital")), "closed"),
        ((*ANTENATAL, ("closed",), ("reopened",)), "antenatal"),
        ((*ANTENATAL, ("closed",), ("mother_died",), ("reopened",)), "antenatal"),
        ((*ANTENATAL, ("reopened",)), "antenatal"),
        ((("closed",), ("reopened",)), None),
    ],
)
def test_stage(facts: tuple[tuple[str, ...], ...], stage: str | None) -> None:
    assert told(*facts).stage() == stage


def test_history_has_every_change_and_nothing_else() -> None:
    story = home().add("separated", "2027-03-10 10:00").add("contact_made", "2027-03-11 10:00")
    moves = [(move.before, move.stage) for move in stage_history(story.facts)]
    assert moves == [
        (None, Stage.BOOKING),
        (Stage.BOOKING, Stage.ANTENATAL),
        (Stage.ANTENATAL, Stage.INTRAPARTUM),
        (Stage.INTRAPARTUM, Stage.POSTNATAL_INPATIENT),
        (Stage.POSTNATAL_INPATIENT, Stage.POSTNATAL_COMMUNITY),
        (Stage.POSTNATAL_COMMUNITY, Stage.SEPARATED),
    ]


def test_what_happened_while_closed_still_happened() -> None:
    story = born().add("closed", "2027-02-21 10:00").add("baby_discharged", "2027-02-22 10:00", 1)
    story.add("reopened", "2027-02-23 10:00").add("mother_discharged", "2027-02-23 11:00")
    assert story.stage() == "postnatal_community"


def test_order_of_stages() -> None:
    assert [STAGE_ORDER[stage] for stage in Stage] == [0, 1, 2, 3, 4, 4, 5, 5, 6]


class TestWhereabouts:
    def test_she_is_in_hospital_from_admission_until_discharge(self) -> None:
        story = booked().add("admitted", "2026-09-01 10:00", reason="antenatal")
        assert whereabouts(story.facts).mother_in_hospital
        assert not whereabouts(story.add("mother_discharged", "2026-09-02 10:00").facts).mother_in_hospital

    def test_a_hospital_birth_puts_both_in_hospital(self) -> None:
        where = whereabouts([fact("baby_born", "2027-02-20 09:00", 1, place="hospital")])
        assert where.mother_in_hospital
        assert where.with_her_in_hospital == {1}

    def test_a_home_birth_puts_nobody_there(self) -> None:
        where = whereabouts([fact("baby_born", "2027-02-20 09:00", 1, place="home")])
        assert not where.mother_in_hospital
        assert (where.with_her, where.babies_in_hospital) == ({1}, set())

    def test_with_her_is_born_living_and_not_placed_away(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital")
        story.add("baby_born", "2027-02-20 09:20", 3, place="hospital")
        story.add("separated", "2027-02-21 10:00", 2).add("baby_died", "2027-02-21 10:00", 3)
        where = whereabouts(story.facts)
        assert (where.with_her, where.living, where.placed_away) == ({1}, {1, 2}, {2})
        assert whereabouts(story.add("reunified", "2027-02-22 10:00", 2).facts).with_her == {1, 2}
