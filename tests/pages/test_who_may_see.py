"""Who may see her record: in words; who never may; its seal; cover; and saying of oneself that one knows her."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Conflict, Cover, Grant, Membership, Notice, Seal, User
from carecoord.access.roles import Role
from pathways.covering import arrange_cover, end_cover, regrant
from pathways.keeping import seen_seal
from pathways.models import Journey, Woman
from tests.factories import ago, claimed, happened, journey, owed, staff, stand_at
from tests.pages.test_claim import asked
from tests.pages.test_journey import text_of
from tests.pages.test_record import messages_of
from tests.roles import as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def reid() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(reid: User) -> Journey:
    return journey(midwife=reid, nhs_number="9990000018")


@pytest.fixture
def ito() -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")


def at(name: str, *arguments: object) -> str:
    return reverse(name, args=arguments)


# -- in words ------------------------------------------------------------------------------------


def test_every_grant_stands_there_in_words(client: Any, record: Journey, reid: User, ito: User) -> None:
    happened(record, ("first_contact", ago(30)), ("admitted", ago(hours=30), {"reason": "other"}))
    happened(record, ("mother_discharged", ago(hours=25)))
    claimed(record, ito)
    client.force_login(reid)
    page = client.get(at("who_may_see", record.pk))
    today, ended = text_of(page).split("Who must never see it")[0], text_of(page).split("Ended")[1]
    assert "A. Reid On the caseload: her named midwife · since" in today
    assert "S. Ito Said: I am caring for her · since" in today
    assert "Maple ward, Ashford Bridge On the ward, or home for less than a day · since" in ended
    assert "Maple ward" not in today


def test_only_who_holds_a_caseload_manages_access(client: Any, record: Journey, ito: User) -> None:
    claimed(record, ito)
    client.force_login(ito)
    pages = [("who_may_see",), ("never",), ("seal",), ("unseal",), ("see_again", 1)]
    assert {client.get(at(name, record.pk, *more)).status_code for name, *more in pages} == {403}
    assert "Who may see her record" not in text_of(client.get(at("journey", record.pk)))
    client.force_login(staff(team="valley"))
    assert {client.get(at(name, record.pk, *more)).status_code for name, *more in pages} == {404}


# -- never ---------------------------------------------------------------------------------------


def named(client: Any, record: Journey, who: str, person: User | str) -> Any:
    form = {"who": who, "person": str(getattr(person, "pk", person)), "reason": "her partner", "chosen": "1"}
    return client.post(at("never", record.pk), form, follow=True)


@pytest.mark.parametrize("who", ["s. ito", "Ito", "S.ITO@hospital.example"])
def test_somebody_of_any_site_is_looked_up_and_named(
    client: Any, record: Journey, reid: User, ito: User, who: str
) -> None:
    User.objects.filter(pk=ito.pk).update(email="s.ito@hospital.example")
    officer = staff(Role.PRIVACY_OFFICER, team="office")
    client.force_login(reid)
    found = text_of(client.post(at("never", record.pk), {"who": who}))
    assert "S. Ito (ward midwife, Ashford Bridge)" in found
    answer = named(client, record, who, ito)
    assert "S. Ito can never see her record. They are not told." in messages_of(answer)
    assert "S. Ito her partner · named by A. Reid" in text_of(answer)
    assert [(each.user, each.key) for each in Notice.objects.all()] == [(officer, "conflict")]


def test_who_is_not_found_or_not_in_the_list_is_refused(client: Any, record: Journey, reid: User, ito: User) -> None:
    client.force_login(reid)
    assert client.post(at("never", record.pk), {"who": "Nobody"}).context["form"].errors["who"]
    for person in (staff(name="Somebody Else"), "", "x", 10**30):
        assert named(client, record, "Ito", person).context["form"].errors["person"]
    assert not Conflict.objects.exists()


def test_her_own_midwife_is_not_shut_out_before_somebody_else_is_named(
    client: Any, record: Journey, reid: User
) -> None:
    buddy = staff(name="R. Ali", team="valley")
    Journey.objects.update(buddy=buddy)
    client.force_login(reid)
    assert "Name somebody else first" in text_of(named(client, record, "Ali", buddy))
    assert "Name somebody else first" in text_of(client.post(at("know_her", record.pk)))
    assert not Conflict.objects.exists()


def normalised(answer: Any) -> tuple[int, list[tuple[str, list[str]]], str]:
    """What an answer tells: status, headers, bytes; without what is new in each, or only the length of the address."""
    told = {name: value for name, value in answer.headers.items() if name not in ("X-Request-Id", "Content-Length")}
    headers = sorted((name, sorted(value.split("; "))) for name, value in told.items())
    hidden = r'<input type="hidden" name="[^"]+" value="[^"]+">'
    return answer.status_code, headers, re.sub(hidden, "", answer.content.decode())


def test_to_somebody_in_conflict_she_does_not_exist(client: Any, record: Journey, ito: User) -> None:
    """On the ward where she lies, with a claim of theirs that ran: every address answers as for an id that is none."""
    happened(record, ("first_contact", ago(5)), ("admitted", ago(hours=3), {"reason": "other"}))
    claimed(record, ito)
    client.force_login(ito)
    handoff = record.handoffs.first()
    assert client.get(at("journey", record.pk)).status_code == 200
    Conflict.objects.create(woman=record.woman, user=ito)
    Notice.objects.create(user=ito, key="claimed", woman=record.woman)
    event = record.events.first()
    for name, here, nowhere in (
        ("journey", [record.pk], [987654]),
        ("edd", [record.pk], [987654]),
        ("record", [record.pk], [987654]),
        ("record_kind", [record.pk, "contact_made"], [987654, "contact_made"]),
        ("entry", [record.pk, event.pk], [987654, event.pk]),
        ("correct", [record.pk, event.pk], [987654, event.pk]),
        ("answer", [handoff.pk, "done"], [987654, "done"]),
        ("woman_details", [record.woman_id], [987654]),
        ("add_pregnancy", [record.woman_id], [987654]),
        ("know_her", [record.pk], [987654]),
    ):
        for send in (client.get, client.post) if name not in ("journey", "record", "entry") else (client.get,):
            assert normalised(send(at(name, *here))) == normalised(send(at(name, *nowhere))), name
            assert send(at(name, *here)).status_code == 404, name
    assert "Tara" not in client.get("/handoffs/").content.decode()
    answer = normalised(client.post("/access/claim/", asked()))
    Woman.objects.update(date_of_birth=date(1990, 1, 1))
    assert answer == normalised(client.post("/access/claim/", asked()))
    assert not client.get("/handoffs/").context["page_obj"].object_list


def test_a_conflicted_midwife_finds_counts_and_is_told_nothing(client: Any, record: Journey) -> None:
    other = staff(team="valley", name="R. Ali")
    Journey.objects.update(named_midwife=None)
    happened(record, ("first_contact", ago(5)))
    Membership.objects.filter(user=other).update(team=record.team)
    claimed(record, other)
    client.force_login(other)
    found = client.post("/caseload/search/", {"q": "Tara"}, follow=True)
    assert len(found.context["rows"]) == 1
    Conflict.objects.create(woman=record.woman, user=other)
    Notice.objects.create(user=other, key="claimed", woman=record.woman)
    empty = client.post("/caseload/search/", {"q": "Tara"}, follow=True)
    Woman.objects.filter(pk=record.woman_id).update(search_key="zzz", first_name="Z")
    assert normalised(empty) == normalised(client.post("/caseload/search/", {"q": "Tara"}, follow=True))
    assert client.get("/caseload/?of=open").context["rows"] == []
    page = client.get("/notices/")
    assert page.context["rows"] == []
    assert "bar__count" not in page.content.decode()
    assert client.post("/access/conflicts/", asked(first_name="Z")).context["form"].errors


def test_taking_a_conflict_back_asks_first(client: Any, record: Journey, reid: User, ito: User) -> None:
    client.force_login(reid)
    named(client, record, "Ito", ito)
    address = at("see_again", record.pk, Conflict.objects.get().pk)
    assert "May S. Ito see her record again?" in text_of(client.get(address))
    assert Conflict.objects.exists()
    client.post(address)
    assert not Conflict.objects.exists()
    other = journey(midwife=reid, first_name="Ewa")
    foreign = Conflict.objects.create(woman=other.woman, user=ito)
    assert client.post(at("see_again", record.pk, foreign.pk)).status_code == 404


def test_i_know_somebody_in_our_care(client: Any, record: Journey, ito: User, reid: User) -> None:
    claimed(record, ito)
    client.force_login(ito)
    assert client.post("/access/conflicts/", asked(born_2="1992")).context["form"].errors["__all__"]
    answer = client.post("/access/conflicts/", asked())
    assert answer.headers["Location"] == at("know_her", record.pk)
    assert "Close her record to yourself?" in text_of(client.get(answer.headers["Location"]))
    client.post(answer.headers["Location"])
    assert client.get(at("journey", record.pk)).status_code == 404
    assert [(each.user, each.key) for each in Notice.objects.all()] == [(reid, "conflict")]


# -- seal ----------------------------------------------------------------------------------------


def test_sealing_closes_what_was_opened_by_asking_and_nothing_else(
    client: Any, record: Journey, reid: User, ito: User
) -> None:
    buddy = staff(name="R. Ali", team="valley")
    Journey.objects.update(buddy=buddy)
    happened(record, ("first_contact", ago(5)))
    claimed(record, ito)
    client.force_login(reid)
    assert client.post(at("seal", record.pk), {"level": "2", "reason": ""}).context["form"].errors["reason"]
    answer = client.post(at("seal", record.pk), {"level": "2", "reason": "her sister works here"}, follow=True)
    assert "Sealed: with a stated ground, for an hour . her sister works here (A. Reid)" in text_of(answer)
    for person, status in ((reid, 200), (buddy, 200), (ito, 404)):
        client.force_login(person)
        assert client.get(at("journey", record.pk)).status_code == status
    client.force_login(reid)
    client.post(at("seal", record.pk), {"level": "3", "reason": "court", "stood": str(seen_seal(record.woman))})
    assert Seal.objects.get().level == 3
    assert "Take the seal off her record?" in text_of(client.get(at("unseal", record.pk)))
    assert Seal.objects.exists()
    client.post(at("unseal", record.pk), {"stood": str(seen_seal(record.woman))})
    assert not Seal.objects.exists()


def test_the_web_role_alone_can_neither_name_nor_seal(record: Journey, ito: User) -> None:
    """Past every page and verb: the functions ask for themselves whether her record is open."""
    her = str(record.woman_id)
    for statement in (
        f"SELECT access_add_conflict({record.woman_id}, {ito.pk}, '')",
        f"SELECT access_seal_record({record.woman_id}, 3, 'x')",
        f"SELECT access_unseal({record.woman_id})",
        "SELECT access_who_sees(HER)",
        "SELECT access_conflicts_of(HER)",
        f"SELECT access_open({record.woman_id}, 1, '{{}}', 'came_in', '', interval '1 hour')",
        f"SELECT access_tell('seal', {record.woman_id}, true)",
        "UPDATE access_seal SET level = 2",
        "DELETE FROM access_conflict",
        "INSERT INTO access_grant DEFAULT VALUES",
        "SELECT FROM access_claimattempt LIMIT 0",
        "SELECT * FROM pathways_matchreview",
    ):
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|not open to you"),
            transaction.atomic(),
            as_role("none"),
            acting_as(ito),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.replace("(HER)", f"({her})"))


# -- cover ---------------------------------------------------------------------------------------


def days(first: date, last: date, who: User) -> dict[str, str]:
    parts = {
        f"{name}_{place}": str(part)
        for name, day in (("starts_on", first), ("ends_on", last))
        for place, part in enumerate((day.day, day.month, day.year))
    }
    return {"covered_by": str(who.pk), **parts}


def test_cover_opens_all_her_women_and_ends_by_itself(
    client: Any, record: Journey, reid: User, time_machine: Any
) -> None:
    ali, today = staff(name="R. Ali", team="valley"), clock.today()
    second = journey(midwife=reid, first_name="Ewa")
    client.force_login(reid)
    answer = client.post("/access/cover/", days(today + timedelta(1), today + timedelta(3), ali), follow=True)
    assert "R. Ali covers for you" in text_of(answer)
    for travel, status in ((0, 404), (1, 200), (3, 200), (4, 404)):
        time_machine.move_to(clock.from_local(_noon(today + timedelta(travel))))
        client.force_login(ali)
        assert {client.get(at("journey", each.pk)).status_code for each in (record, second)} == {status}, travel


def _noon(day: date) -> Any:
    return datetime.combine(day, time(12))


def test_cover_called_off_closes_at_once(client: Any, record: Journey, reid: User) -> None:
    ali, today = staff(name="R. Ali", team="valley"), clock.today()
    client.force_login(reid)
    client.post("/access/cover/", days(today, today + timedelta(3), ali))
    client.force_login(ali)
    assert client.get(at("journey", record.pk)).status_code == 200
    page = client.get("/access/cover/")
    assert "You cover for A. Reid" in text_of(page)
    assert "End it" not in text_of(page)
    cover = Cover.objects.get()
    assert client.post(at("end_cover", cover.pk)).status_code == 404
    assert "Covering for A. Reid" in text_of(client.get("/caseload/"))
    client.force_login(reid)
    assert "End the cover by R. Ali?" in text_of(client.get(at("end_cover", cover.pk)))
    client.post(at("end_cover", cover.pk))
    client.force_login(ali)
    assert client.get(at("journey", record.pk)).status_code == 404
    assert "Covering for" not in text_of(client.get("/caseload/"))
    arrange_cover(reid, ali, today, today + timedelta(2), by=reid)
    assert client.get(at("journey", record.pk)).status_code == 200, "arranged again"


@pytest.mark.parametrize(("first", "last"), [(3, 1), (-5, -1), (0, 400)])
def test_cover_needs_days_that_can_be(client: Any, record: Journey, reid: User, first: int, last: int) -> None:
    ali, today = staff(team="valley"), clock.today()
    client.force_login(reid)
    answer = client.post("/access/cover/", days(today + timedelta(first), today + timedelta(last), ali))
    assert answer.context["form"].errors["ends_on"]
    foreign = client.post("/access/cover/", days(today, today, staff(site="GLEN")))
    assert foreign.context["form"].errors["covered_by"]
    assert not Cover.objects.exists()


# -- upkeep --------------------------------------------------------------------------------------


def test_the_sweep_gives_her_to_the_team_when_her_midwife_has_left_and_back(
    record: Journey, reid: User, django_assert_num_queries: Any
) -> None:
    team = Grant.objects.filter(woman=record.woman, team=record.team, kind="caseload", ends_at=None)
    with as_role("cc_worker"):
        with django_assert_num_queries(2):
            assert regrant() == 0
        with as_role("cc_owner"):
            Membership.objects.filter(user=reid).update(ends_on=clock.today() - timedelta(1))
        assert (regrant(), regrant()) == (1, 0)
        with as_role("cc_owner"):
            assert team.count() == 1
            Membership.objects.filter(user=reid).update(ends_on=None)
        assert (regrant(), regrant()) == (1, 0)
    assert team.count() == 0


def test_the_sweep_follows_covers_that_no_verb_wrote(record: Journey, reid: User) -> None:
    today = clock.today()
    cover = Cover.objects.create(midwife=reid, covered_by=staff(), starts_on=today, ends_on=today)
    running = Grant.objects.at(clock.now()).filter(kind="cover")
    assert (regrant(), regrant(), running.count()) == (1, 0, 1)
    Cover.objects.filter(pk=cover.pk).update(ended_at=clock.now())
    assert (regrant(), regrant(), Grant.objects.at(clock.now()).filter(kind="cover").count()) == (1, 0, 0)
    for each in Journey.objects.all():
        stand_at(each, "closed")
    Cover.objects.update(ended_at=None)
    assert regrant() == 0


def test_ending_twice_does_nothing_more(record: Journey, reid: User) -> None:
    cover = arrange_cover(reid, staff(team="valley"), clock.today(), clock.today(), by=reid)
    end_cover(cover, by=reid)
    ended = Cover.objects.get().ended_at
    end_cover(cover, by=reid)
    assert Cover.objects.get().ended_at == ended


def test_counts_leave_her_out_for_a_manager_who_must_never_see_her(client: Any) -> None:
    manager = staff(Role.SERVICE_MANAGER, team="office")
    women = [journey(first_name=f"Ann{number}") for number in range(8)]
    for each in women:
        owed(each, "FEEDING_CONFLICT", due=ago(1))
    client.force_login(manager)
    counted = normalised(client.get("/handoffs/"))
    (tally,) = client.get("/handoffs/").context["tallies"]
    assert tally.needs_action == "10"  # tens, as ever
    Conflict.objects.create(woman=women[0].woman, user=manager)
    assert normalised(client.get("/handoffs/")) != counted
    assert client.get("/handoffs/").context["tallies"] == []


def test_nobody_in_conflict_is_told_of_her(client: Any, record: Journey, reid: User, ito: User) -> None:
    officer, feared = (staff(Role.PRIVACY_OFFICER, team="office") for _ in range(2))
    Conflict.objects.create(woman=record.woman, user=feared)
    client.force_login(reid)
    client.post(at("seal", record.pk), {"level": "2", "reason": "her sister works here"})
    assert [each.user for each in Notice.objects.all()] == [officer]
