"""A move to another site: both there say yes, or she stays; at every instant somebody has her."""

from __future__ import annotations

import csv
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Q

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Grant, Team, User
from carecoord.access.roles import Role
from pathways import moving, offering
from pathways.actions import Draft, Refused, answer_handoff, correct_event, record_event
from pathways.models import Handoff, Journey, Offer, Owner
from pathways.offering import Proposal
from pathways.pages.offers import refused_moves
from pathways.projection import differences
from tests.factories import ago, happened, journey, staff
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="P. Lowe", site="CALD")


@pytest.fixture
def there() -> User:
    return staff(name="A. Reid", site="ASHF")


@pytest.fixture
def prescriber() -> User:
    return staff(Role.OST_PRESCRIBER, site="ASHF", team="harbour", name="Dr V. Menon")


@pytest.fixture
def record(midwife: User, there: User, prescriber: User) -> Journey:
    made = journey(midwife=midwife, site="CALD", edd=clock.today(ago(-80)))
    happened(
        made,
        ("first_contact", ago(150)),
        ("booking_completed", ago(140)),
        ("treatment_started", ago(130), {"medication": "methadone_oral_1mg_ml"}),
        ("contact_made", ago(2)),
    )
    return made


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def again(record: Journey) -> Journey:
    return Journey.objects.get(pk=record.pk)


def ask(record: Journey, by: User, **fields: Any) -> dict[str, Offer]:
    """Ask Ashford Bridge; the offers by step."""
    team = Team.objects.get(site__code="ASHF", code="bridge")
    known = {"to_team": team, "told": "yes", "told_words": "she chose to move", **fields}
    moving.request_move(record, Proposal(**known), by=fresh(by))
    return {each.handoff.step: each for each in record.offers.select_related("handoff")}


def somebody_has_her(record: Journey) -> bool:
    """Whether a caseload grant runs, to somebody who works here or to a team in which somebody does."""
    now = clock.now()
    running = Grant.objects.filter(woman=record.woman, kind="caseload", starts_at__lte=now)
    running = running.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return running.filter(
        Q(user__is_active=True, user__memberships__ends_on=None) | Q(team__memberships__user__is_active=True)
    ).exists()


def sees(user: User, record: Journey) -> bool:
    return Grant.objects.of(fresh(user)).filter(woman=record.woman).exists()


def test_asking_for_a_move_offers_both_steps(record: Journey, midwife: User) -> None:
    form = uuid.uuid4()
    offers = ask(record, midwife, submission=form)
    assert {step: str(made.to_team) for step, made in offers.items()} == {
        "accepted": "Bridge caseload team",
        "ost_continuity": "Harbour drug service",
    }
    ask(record, midwife, submission=form)
    assert record.offers.count() == 2
    with pytest.raises(Refused, match="asked for already"):
        ask(record, midwife)
    assert again(record).site.code == "CALD"


def test_a_woman_without_treatment_needs_the_midwife_alone(midwife: User, there: User) -> None:
    made = journey(midwife=midwife, site="CALD", edd=clock.today(ago(-80)))
    happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)))
    offers = ask(made, midwife)
    assert offers.keys() == {"accepted"}
    offering.accept(offers["accepted"], by=fresh(there))
    assert again(made).site.code == "ASHF"


@pytest.mark.parametrize("midwife_first", [True, False])
def test_with_the_last_confirmation_she_moves_and_nobody_loses_her(
    record: Journey, midwife: User, there: User, prescriber: User, midwife_first: bool
) -> None:
    assert somebody_has_her(record)
    offers = ask(record, midwife)
    assert somebody_has_her(record)
    answers = [(offers["accepted"], there), (offers["ost_continuity"], prescriber)]
    (first, one), (last, other) = answers if midwife_first else reversed(answers)
    before = {each.key: each.due_at for each in record.handoffs.open()}
    offering.accept(first, by=fresh(one))
    assert again(record).site.code == "CALD"
    assert again(record).named_midwife == midwife
    assert somebody_has_her(record)
    assert sees(midwife, record)
    offering.accept(last, by=fresh(other))
    moved = again(record)
    assert somebody_has_her(record)
    assert (moved.site.code, moved.team.code, moved.named_midwife, moved.buddy, moved.entered_site.code) == (
        "ASHF", "bridge", there, None, "CALD",
    )  # fmt: skip
    assert moved.rules_site.code == "CALD"
    kinds = list(moved.events.order_by("pk").values_list("kind", flat=True))
    assert kinds.count("transfer_accepted") == 1
    goes_on = {each.key: each.due_at for each in moved.handoffs.open()}
    assert goes_on.items() <= before.items()
    assert {key for key in before if key not in goes_on} == {
        "NAMED_MIDWIFE.done.pregnancy.1",  # by the move itself
        "SITE_TRANSFER.accepted.transfer:1.1",
        "SITE_TRANSFER.ost_continuity.transfer:1.1",
    }
    assert {each.site_id for each in moved.handoffs.all()} == {moved.site_id}
    assert differences(moved, clock.now()) == []


def test_the_site_she_left_reads_for_28_days(record: Journey, midwife: User, there: User, prescriber: User) -> None:
    offers = ask(record, midwife)
    offering.accept(offers["accepted"], by=fresh(there))
    offering.accept(offers["ost_continuity"], by=fresh(prescriber))
    grant = Grant.objects.get(journey=record, reason="moved from here")
    assert str(grant.team) == "Calder caseload team"
    assert sees(midwife, record)
    assert sees(there, record)
    with time_machine.travel(clock.now() + timedelta(days=27)):
        assert sees(midwife, record)
    with time_machine.travel(clock.now() + timedelta(days=29)):
        assert not sees(midwife, record)
        assert sees(there, record)


def test_it_works_behind_the_wall(record: Journey, midwife: User, there: User, prescriber: User) -> None:
    """Every verb as the web server's role, each as the person who does it."""
    with as_role(WEB), acting_as(midwife):
        offers = ask(record, midwife)
    with as_role(WEB), acting_as(there):
        offering.accept(offers["accepted"], by=fresh(there))
    with as_role(WEB), acting_as(prescriber):
        offering.accept(offers["ost_continuity"], by=fresh(prescriber))
    assert again(record).site.code == "ASHF"
    assert differences(again(record), clock.now()) == []


def test_what_teams_of_the_old_site_had_is_to_be_arranged_anew(
    record: Journey, midwife: User, there: User, prescriber: User
) -> None:
    visitor = staff(Role.HEALTH_VISITOR, site="CALD", team="hv")
    handoff = record.handoffs.get(moment="HV_ANTENATAL")
    made = offering.offer(
        handoff, Proposal(to_team=Team.objects.get(site__code="CALD", code="hv"), told="not_yet"), by=fresh(midwife)
    )
    offering.accept(made, by=fresh(visitor))
    offers = ask(record, midwife)
    offering.accept(offers["accepted"], by=fresh(there))
    offering.accept(offers["ost_continuity"], by=fresh(prescriber))
    made.refresh_from_db()
    assert (made.state, made.reason) == ("withdrawn", "She moved to Ashford Bridge")
    assert not Owner.objects.filter(handoff=handoff, until=None).exists()
    assert differences(again(record), clock.now()) == []


@pytest.mark.parametrize("who", ["midwife", "prescriber"])
@pytest.mark.parametrize("late", [False, True])
def test_one_refusal_ends_the_move_and_she_stays(
    record: Journey, midwife: User, there: User, prescriber: User, who: str, late: bool
) -> None:
    offers = ask(record, midwife)
    if who == "prescriber":
        offering.accept(offers["accepted"], by=fresh(there))
    made, by = (offers["accepted"], there) if who == "midwife" else (offers["ost_continuity"], prescriber)
    with time_machine.travel(clock.now() + timedelta(days=9 if late else 0)):
        offering.decline(made, "missing", "No pharmacy near her yet", by=fresh(by))
        stays = again(record)
        assert (stays.site.code, stays.named_midwife) == ("CALD", midwife)
        refused = stays.events.get(kind="transfer_refused")
        assert (refused.note, refused.recorded_by) == ("No pharmacy near her yet", by)
        assert not stays.handoffs.open().filter(subject="transfer").exists()
        assert sorted(stays.offers.values_list("state", flat=True)) == ["declined", "withdrawn"]
        assert not sees(there, record)
        assert sees(midwife, record)
        assert not Owner.objects.filter(until=None).exists()
        assert differences(stays, clock.now()) == []
        assert ask(record, midwife)  # can be asked anew


def test_both_managers_are_told_of_a_refusal_without_her(record: Journey, midwife: User, there: User) -> None:
    managers = [staff(Role.SERVICE_MANAGER, site=site, team="office") for site in ("CALD", "ASHF", "GLEN")]
    made = ask(record, midwife)["accepted"]
    offering.decline(made, "no_place", "full", place_from=clock.today(ago(-9)), by=fresh(there))
    told = []
    for manager in managers:
        with as_role(WEB), acting_as(manager):
            told.append(refused_moves(clock.now()))
    assert told[0] == told[1]
    assert told[2] == []
    assert "Calder Vale to Ashford Bridge, no place. P. Lowe keeps her" in told[0][0]
    with as_role(WEB), acting_as(there):
        assert refused_moves(clock.now()) == []


def test_the_sender_calls_a_move_off(record: Journey, midwife: User, there: User) -> None:
    offers = ask(record, midwife)
    with pytest.raises(Refused, match="Say why"):
        offering.withdraw(offers["accepted"], by=fresh(midwife))
    offering.withdraw(offers["accepted"], reason="She stays after all", by=fresh(midwife))
    assert set(record.offers.values_list("state", flat=True)) == {"withdrawn"}
    assert again(record).events.filter(kind="transfer_refused").exists()


def test_the_midwife_to_whom_it_was_passed_is_hers(
    record: Journey, midwife: User, there: User, prescriber: User
) -> None:
    colleague = staff(name="R. Ali")
    offers = ask(record, midwife)
    offering.accept(offers["accepted"], by=fresh(there))
    offering.pass_on(offers["accepted"], colleague, by=fresh(there))
    offering.accept(offers["ost_continuity"], by=fresh(prescriber))
    assert again(record).named_midwife == colleague


def test_a_midwife_who_left_meanwhile_leaves_her_to_the_team(
    record: Journey, midwife: User, there: User, prescriber: User
) -> None:
    offers = ask(record, midwife)
    offering.accept(offers["accepted"], by=fresh(there))
    staff(name="R. Ali")
    there.memberships.update(ends_on=clock.today(ago(1)))
    offering.accept(offers["ost_continuity"], by=fresh(prescriber))
    assert again(record).named_midwife is None
    assert somebody_has_her(record)


def test_only_a_prescriber_accepts_the_treatment(record: Journey, midwife: User) -> None:
    keyworker = staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")
    made = ask(record, midwife)["ost_continuity"]
    with pytest.raises(Refused, match="whose role it is"):
        offering.accept(made, by=fresh(keyworker))


def test_no_form_says_what_the_other_site_says(record: Journey, midwife: User, there: User, prescriber: User) -> None:
    offers = ask(record, midwife)
    for kind in ("transfer_accepted", "transfer_refused"):
        with pytest.raises(Refused, match="The other site says this itself"):
            record_event(record, Draft(kind, clock.now()), by=fresh(midwife))
    step = Handoff.objects.get(pk=offers["accepted"].handoff_id)
    with pytest.raises(Refused, match="The other site answers this"):
        answer_handoff(step, Draft("handoff_completed", clock.now()), by=fresh(midwife))
    offering.accept(offers["accepted"], by=fresh(there))
    offering.accept(offers["ost_continuity"], by=fresh(prescriber))
    accepted = again(record).events.get(kind="transfer_accepted")
    with pytest.raises(Refused, match="She has moved by this"):
        correct_event(accepted, reason="x", by=fresh(there))


def test_the_export_says_the_same_of_her_before_and_after(
    record: Journey, midwife: User, there: User, prescriber: User, tmp_path: Path
) -> None:
    def exported() -> set[tuple[str, ...]]:
        call_command("export_handoffs", "--csv", str(tmp_path / "out.csv"), verbosity=0)
        with (tmp_path / "out.csv").open(encoding="utf-8") as file:
            return {
                tuple(value for name, value in row.items() if name != "site")
                for row in csv.DictReader(file)
                if row["moment"] != "SITE_TRANSFER"
            }

    offers = ask(record, midwife)
    before = exported()
    offering.accept(offers["accepted"], by=fresh(there))
    offering.accept(offers["ost_continuity"], by=fresh(prescriber))
    after = exported()
    assert {row for row in before ^ after if "NAMED_MIDWIFE" not in row} == set()


def test_she_moves_on_a_second_time(record: Journey, midwife: User, there: User, prescriber: User) -> None:
    for step, by in (("accepted", there), ("ost_continuity", prescriber)):
        offering.accept((record.offers.filter(handoff__step=step).first() or ask(record, midwife)[step]), by=fresh(by))
    back = Team.objects.get(site__code="CALD", code="calder")
    staff(Role.OST_PRESCRIBER, site="CALD", team="weir", name="Dr C. Asante")
    second = {"to_team": back, "told": "yes", "told_words": "she goes back"}
    with time_machine.travel(clock.now() + timedelta(days=3)):
        moving.request_move(again(record), Proposal(**second), by=fresh(there))
        offers = {each.handoff.step: each for each in record.offers.filter(state="offered").select_related("handoff")}
        offering.accept(offers["accepted"], by=fresh(midwife))
        offering.accept(offers["ost_continuity"], by=User.objects.get(name="Dr C. Asante"))
        home = again(record)
        assert (home.site.code, home.entered_site.code, home.named_midwife) == ("CALD", "CALD", midwife)
        assert sees(there, record)
        assert differences(home, clock.now()) == []
