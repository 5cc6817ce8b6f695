"""Alerts on their page: by woman, "I have this", putting off, taking back, and what managers read; honesty; duty."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Conflict, User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from carecoord.delivery.models import Message
from pathways.models import DutyPost, Flag, Hold, Owner
from tests.alerting import told
from tests.factories import ago, claimed, journey, owed, staff
from tests.pages.test_journey import text_of
from tests.pages.test_record import messages_of
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db

URL = "/alerts/"
AT_ONCE, TODAY, LATER = "DISCHARGE_OST_HANDOVER", "FEEDING_PLAN", "HV_ANTENATAL"


@pytest.fixture
def reid() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def quinn() -> User:
    return staff(Role.SERVICE_MANAGER, team="office", name="H. Quinn")


@pytest.fixture
def signed_in(client: Any, reid: User) -> Any:
    client.force_login(reid)
    return client


def groups(answer: Any) -> dict[str, list[str]]:
    return {group.key: [card.name for card in group.cards] for group in answer.context["page"].groups}


def taken(**more: Any) -> dict[str, str]:
    return {"submission": str(uuid.uuid4()), **more}


# -- the page --


def test_a_woman_stands_once_where_her_most_urgent_free_alert_belongs(signed_in: Any, reid: User) -> None:
    ann, beth = journey(midwife=reid, first_name="Ann"), journey(midwife=reid, first_name="Beth")
    cath, dee = journey(midwife=reid, first_name="Cath"), journey(midwife=reid, first_name="Dee")
    told(owed(ann, LATER, due=ago(2)), reid)
    told(owed(ann, AT_ONCE, due=ago(1)), reid)
    told(owed(beth, LATER, due=ago(1)), reid)
    held = told(owed(cath, AT_ONCE, due=ago(1)), reid)
    Flag.objects.filter(pk=held.pk).update(held_by=reid, held_until=ago(-1))
    Hold.objects.create(flag=held, journey=cath, kind="taken", by=reid, at=ago(0, minutes=5), until=ago(-1))
    told(owed(dee, TODAY, due=ago(60)), reid)
    told(owed(journey(midwife=reid, first_name="Not"), due=ago(1)), staff())
    answer = signed_in.get(URL)
    assert groups(answer) == {"now": ["Ann R."], "digest": ["Beth R."], "held": ["Cath R."], "decide": ["Dee R."]}
    (card,) = answer.context["page"].groups[0].cards
    assert [line.severity for line in card.lines] == ["At once, day and night", "Next working day"]


def test_a_line_says_how_late_it_is_who_was_told_and_who_is_next(signed_in: Any, reid: User) -> None:
    handoff = owed(journey(midwife=reid), LATER, due=ago(3))
    told(handoff, reid)
    told(handoff, staff(name="L. Grant"), reid, post="team lead", rung=1, climbs_at=ago(-2))
    words = text_of(signed_in.get(URL))
    assert "3 days late" in words
    assert "Level 2 of 3. Told: you (owner)" in words
    assert "you, L. Grant (team lead)" in words
    assert "Then service manager, then the weekly gap report" in words
    assert "in hand: you" in words


def test_nothing_told_says_so_and_what_is_overdue_elsewhere(signed_in: Any, reid: User) -> None:
    owed(journey(midwife=reid), due=ago(1))
    assert "Nothing is open that you were told of" in text_of(signed_in.get(URL))


def test_the_number_in_the_bar_counts_what_nobody_holds(signed_in: Any, reid: User) -> None:
    flags = [told(owed(journey(midwife=reid), due=ago(1)), reid) for _ in range(3)]
    Flag.objects.filter(pk=flags[0].pk).update(held_by=reid, held_until=ago(-1))
    assert "Alerts 2 waiting" in text_of(signed_in.get(URL))


def test_everybody_on_the_page_is_written_down_once(signed_in: Any, reid: User) -> None:
    women = [journey(midwife=reid) for _ in range(3)]
    for each in women:
        told(owed(each, due=ago(1)), reid)
    signed_in.get(URL)
    assert sorted(Read.objects.get().women) == sorted(each.woman_id for each in women)


def test_how_much_somebody_is_told_is_counted(signed_in: Any, reid: User) -> None:
    record = journey(midwife=reid)
    told(owed(record, due=ago(1)), reid)
    told(owed(record, AT_ONCE, due=ago(1)), reid)
    told(owed(journey(midwife=reid), due=ago(1)), reid)
    assert "You were told of 2 women today, of 2 women in seven days." in text_of(signed_in.get(URL))


def test_a_message_that_did_not_reach_me_stands_where_i_look(signed_in: Any, reid: User) -> None:
    assert "did not reach you" not in text_of(signed_in.get(URL))
    at = clock.now()
    known = {"to_user": reid, "channel": "email", "template": "urgent", "number": 1, "created_at": at}
    Message.objects.create(**known, not_before=at, next_try_at=at, state=Message.State.FAILED, problem="refused")
    assert "1 message of the last week did not reach you. See which" in text_of(signed_in.get(URL))


def test_the_number_of_queries_does_not_grow_with_the_alerts(signed_in: Any, reid: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(URL).status_code == 200
        return len([query for query in queries if not query["sql"].startswith(BOOKKEEPING)])

    told(owed(journey(midwife=reid), due=ago(1)), reid)
    before = asked()
    for _ in range(12):
        record = journey(midwife=reid)
        told(owed(record, due=ago(1)), reid, staff())
        told(owed(record, AT_ONCE, due=ago(1)), reid)
    assert asked() == before <= 20


# -- "I have this" --


def test_taken_once_however_often_it_is_sent_and_taken_back(signed_in: Any, reid: User) -> None:
    flag = told(owed(journey(midwife=reid), due=ago(1)), reid)
    form = taken()
    for _ in range(2):
        answer = signed_in.post(reverse("take_flag", args=[flag.pk]), form, follow=True)
    hold = Hold.objects.get()
    words = text_of(answer)
    assert f"You have this until {clock.due_in_words(hold.until)}" in words
    assert groups(answer) == {"held": ["Tara R."]}
    assert Owner.objects.get(until=None).user == reid
    assert "Taken back." in messages_of(signed_in.post(reverse("undo_hold", args=[hold.pk]), follow=True))
    flag.refresh_from_db()
    assert (flag.held_by, Owner.objects.filter(until=None).count()) == (None, 0)


def test_after_a_minute_it_is_not_taken_back(signed_in: Any, reid: User) -> None:
    flag = told(owed(journey(midwife=reid), due=ago(1)), reid)
    signed_in.post(reverse("take_flag", args=[flag.pk]), taken())
    hold = Hold.objects.get()
    Hold.objects.update(at=ago(0, minutes=2))
    assert "Undo" not in text_of(signed_in.get(f"{URL}?undo={hold.pk}"))
    assert "within a minute" in messages_of(signed_in.post(reverse("undo_hold", args=[hold.pk]), follow=True))


def test_whoever_is_second_reads_who_has_it(signed_in: Any, client: Any, reid: User) -> None:
    record, ali = journey(midwife=reid), staff(name="R. Ali")
    claimed(record, ali)
    flag = told(owed(record, due=ago(1)), reid, ali)
    signed_in.post(reverse("take_flag", args=[flag.pk]), taken())
    client.force_login(ali)
    assert "A. Reid has this until" in text_of(client.get(URL))
    answer = client.post(reverse("take_flag", args=[flag.pk]), taken(), follow=True)
    assert "A. Reid has this until" in messages_of(answer)
    assert Hold.objects.count() == 1


def test_what_has_ended_meanwhile_is_said(signed_in: Any, reid: User) -> None:
    flag = told(owed(journey(midwife=reid), due=ago(1)), reid)
    Flag.objects.update(cleared_at=clock.now())
    assert "dealt with meanwhile" in messages_of(
        signed_in.post(reverse("take_flag", args=[flag.pk]), taken(), follow=True)
    )
    assert "dealt with meanwhile" in messages_of(signed_in.get(reverse("put_off_flag", args=[flag.pk]), follow=True))


def test_nobody_touches_an_alert_of_a_woman_whom_they_may_not_see(client: Any, reid: User, quinn: User) -> None:
    record = journey(midwife=reid)
    flag = told(owed(record, due=ago(1)), reid)
    hold = Hold.objects.create(flag=flag, journey=record, kind="taken", by=reid, at=ago(), until=ago(-1))
    feared = staff()
    claimed(record, feared)
    Conflict.objects.create(woman=record.woman, user=feared)
    told(owed(record, AT_ONCE, due=ago(1)), feared)
    for person, status in ((staff(site="GLEN"), 404), (feared, 404), (quinn, 403)):
        client.force_login(person)
        assert client.post(reverse("take_flag", args=[flag.pk]), taken()).status_code == status
        assert client.get(reverse("put_off_flag", args=[flag.pk])).status_code == status
        assert client.post(reverse("undo_hold", args=[hold.pk])).status_code == status
        assert "Tara" not in text_of(client.get(URL))
        assert client.get(URL).context["page"].blind == ()
    assert Hold.objects.count() == 1


@pytest.mark.parametrize("query", ["undo=x", "undo=" + "9" * 40, "undo=0", "back=-1", "back=7", "undo=²"])
def test_odd_addresses_show_the_page(signed_in: Any, query: str) -> None:
    assert signed_in.get(f"{URL}?{query}").status_code == 200


def test_a_form_without_its_number_still_works(signed_in: Any, reid: User) -> None:
    flag = told(owed(journey(midwife=reid), due=ago(1)), reid)
    signed_in.post(reverse("take_flag", args=[flag.pk]), {"submission": "nonsense"})
    assert Hold.objects.get().submission is None


# -- putting off --


def test_put_off_with_a_reason_within_the_cap(signed_in: Any, reid: User) -> None:
    flag = told(owed(journey(midwife=reid), AT_ONCE, due=ago(1)), reid)
    here = reverse("put_off_flag", args=[flag.pk])
    answer = signed_in.get(here)
    assert "can wait 4 hours at most" in text_of(answer)
    form = answer.context["form"]
    ends = [value for value, _ in form.fields["until"].choices]
    sent = taken(until=ends[0], why="She asked for another time")
    for _ in range(2):
        answer = signed_in.post(here, sent, follow=True)
    hold = Hold.objects.get()
    assert (hold.kind, hold.reason) == ("snoozed", "She asked for another time")
    assert hold.until - hold.at < timedelta(hours=4)
    assert f"Put off by you until {clock.due_in_words(hold.until)}: She asked for another time" in text_of(answer)
    assert "Undo" in text_of(answer)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"until": "x"}, "until"),
        ({"until": ""}, "until"),
        ({"until": "2099-01-01T00:00:00+00:00"}, "until"),
        ({"until": "2001-01-01T00:00:00+00:00"}, "until"),
        ({"why": ""}, "why"),
        ({"why": "nonsense"}, "why"),
        ({"why": "other"}, "in_words"),
    ],
)
def test_what_cannot_be_put_off_so_is_refused_at_its_field(
    signed_in: Any, reid: User, wrong: dict[str, str], at: str
) -> None:
    flag = told(owed(journey(midwife=reid), due=ago(1)), reid)
    soon = (clock.now() + timedelta(minutes=30)).isoformat()
    sent = {**taken(until=soon, why="She asked for another time"), **wrong}
    answer = signed_in.post(reverse("put_off_flag", args=[flag.pk]), sent)
    assert answer.context["form"].errors[at]
    assert not Hold.objects.exists()


def test_twice_and_no_more(signed_in: Any, reid: User) -> None:
    flag = told(owed(journey(midwife=reid), due=ago(1)), reid)
    here = reverse("put_off_flag", args=[flag.pk])
    for words in ("", "this is the last time"):
        assert words in text_of(signed_in.get(here))
        soon = (clock.now() + timedelta(minutes=30)).isoformat()
        signed_in.post(here, taken(until=soon, why="other", in_words="The lift is broken"))
        Flag.objects.update(held_until=None, held_by=None)
    assert "This was put off twice already" in text_of(signed_in.get(here))
    assert Hold.objects.count() == 2


# -- managers --


def test_a_manager_reads_how_urgent_and_whom_to_ring_and_nothing_else(client: Any, reid: User, quinn: User) -> None:
    record = journey(midwife=reid, first_name="Xanthippe", last_name="Quillfeather")
    told(owed(record, AT_ONCE, due=ago(1)), quinn, post="service manager", rung=3)
    client.force_login(quinn)
    answer = client.get(URL)
    words = text_of(answer)
    assert "At once, day and night Something of A. Reid’s at Ashford Bridge, 1 day late. Ring A. Reid." in words
    assert "You were told as service manager: level 4" in words
    assert not {"Xanthippe", "Quillfeather", "discharge", "medicine"} & set(words.split())
    assert f"/journeys/{record.pk}/" not in answer.content.decode()
    assert not Read.objects.exists()


def test_a_manager_takes_it_and_gives_it_back(client: Any, reid: User, quinn: User) -> None:
    record = journey(midwife=reid)
    flag = told(owed(record, due=ago(1)), quinn, post="service manager")
    alert = flag.alerts.get().pk
    client.force_login(quinn)
    form = taken()
    for _ in range(2):
        answer = client.post(reverse("take_told", args=[alert]), form, follow=True)
    assert "You have this until" in text_of(answer)
    assert Hold.objects.get().by == quinn
    assert "Taken back." in messages_of(client.post(reverse("give_back_alert", args=[alert]), follow=True))
    flag.refresh_from_db()
    assert flag.held_by is None
    assert "within a minute" in messages_of(client.post(reverse("give_back_alert", args=[alert]), follow=True))


def test_an_alert_that_was_not_told_to_them_is_not_there(client: Any, reid: User, quinn: User) -> None:
    flag = told(owed(journey(midwife=reid), due=ago(1)), reid)
    client.force_login(quinn)
    assert client.post(reverse("take_told", args=[flag.alerts.get().pk]), taken()).status_code == 404
    for strange in (987654321, 10**25):
        assert client.post(reverse("take_told", args=[strange]), taken()).status_code == 404
    assert client.post(reverse("give_back_alert", args=[10**25])).status_code == 404
    assert not Hold.objects.exists()


# -- on her page --


def test_her_page_says_whom_the_alert_told_and_who_holds_it(signed_in: Any, reid: User) -> None:
    record = journey(midwife=reid)
    handoff = owed(record, due=ago(1))
    told(handoff, reid)
    here = reverse("journey", args=[record.pk])
    assert "Told: you (owner), " in text_of(signed_in.get(here))
    signed_in.post(reverse("handoff_owner", args=[handoff.pk]), {"user": str(reid.pk)})
    words = text_of(signed_in.get(here))
    assert "You have this until " in words
    assert "In hand: you, said “I have this”" in words


# -- honesty --


def test_what_became_of_alerts_by_moment(signed_in: Any, reid: User) -> None:
    for number in range(3):
        record = journey(midwife=reid)
        handoff = owed(record, LATER, due=ago(1))
        flag = told(handoff, reid)
        if number:
            type(handoff).objects.filter(pk=handoff.pk).update(state="completed_late", ended_at=clock.now())
            Flag.objects.filter(pk=flag.pk).update(cleared_at=clock.now())
    Hold.objects.create(
        flag=flag, journey=record, kind="snoozed", by=reid, until=ago(-1), reason="She asked for another time"
    )
    page = signed_in.get("/alerts/honesty/").context["page"]
    assert [row.cells for row in page.rows] == [("3", "2", "0", "0", "1", "0", "1")]
    assert page.reasons == (("She asked for another time", "1"),)
    assert [(day.few, day.some, day.many) for day in page.days] == [(1, 0, 0)]
    assert page.over == 0


def test_for_a_manager_small_numbers_are_left_out(client: Any, reid: User, quinn: User) -> None:
    for _ in range(9):
        told(owed(journey(midwife=reid), LATER, due=ago(1)), reid)
    told(owed(journey(midwife=reid), TODAY, due=ago(1)), reid)
    client.force_login(quinn)
    page = client.get("/alerts/honesty/").context["page"]
    assert [row.cells[:2] for row in page.rows] == [("10", "fewer than 8")]
    for days in ("90", "28", "x", ""):
        assert client.get("/alerts/honesty/", {"days": days}).status_code == 200


# -- duty --


@pytest.fixture
def managing(client: Any, quinn: User) -> Any:
    client.force_login(quinn)
    return client


def post_of(person: User, **more: Any) -> dict[str, Any]:
    return {"post": "team lead", "user": str(person.pk), "days": ["1", "2"], "begins": "20:00", "ends": "08:00", **more}


def test_who_holds_a_post_is_said_once_however_often_it_is_sent_and_ended(managing: Any, reid: User) -> None:
    for _ in range(2):
        answer = managing.post("/duty/add/?site=ASHF", post_of(reid), follow=True)
    assert messages_of(answer) == "A. Reid is team lead: Mon, Tue, 20:00 to 08:00 next morning."
    row = DutyPost.objects.get()
    assert "End it : A. Reid as team lead, Mon, Tue" in text_of(answer)
    ended = managing.post(reverse("end_duty", args=[row.pk]), follow=True)
    assert messages_of(ended) == "A. Reid is no longer team lead."
    assert DutyPost.objects.get().ends_on == clock.today()


def test_a_post_that_has_not_begun_goes(managing: Any, reid: User) -> None:
    begins = clock.today() + timedelta(days=9)
    managing.post("/duty/add/", post_of(reid, starts_on=begins.isoformat()))
    managing.post(reverse("end_duty", args=[DutyPost.objects.get().pk]))
    assert not DutyPost.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"post": "owner"}, "post"),
        ({"post": ""}, "post"),
        ({"user": "0"}, "user"),
        ({"days": ["8"]}, "days"),
        ({"begins": "25:00"}, "begins"),
        ({"begins": ""}, "begins"),
        ({"begins": "08:00"}, "begins"),
        ({"ends_on": "2001-01-01"}, "ends_on"),
    ],
)
def test_what_is_no_duty_is_refused_at_its_field(managing: Any, reid: User, wrong: dict[str, Any], at: str) -> None:
    answer = managing.post("/duty/add/", post_of(reid, **wrong))
    assert answer.context["form"].errors[at]
    assert not DutyPost.objects.exists()


def test_only_people_of_the_site_hold_its_posts(managing: Any) -> None:
    assert managing.post("/duty/add/", post_of(staff(site="GLEN"))).context["form"].errors["user"]


def test_another_sites_posts_are_not_there(managing: Any, reid: User) -> None:
    there = staff(site="GLEN")
    row = DutyPost.objects.create(site=there.memberships.get().team.site, post="team lead", user=there)
    assert managing.get(reverse("end_duty", args=[row.pk])).status_code == 404
    assert managing.post(reverse("end_duty", args=[row.pk])).status_code == 404
    assert str(there) not in text_of(managing.get("/duty/", {"site": "GLEN"}))


def test_each_level_says_whom_it_reaches_at_this_hour(client: Any, reid: User, quinn: User) -> None:
    DutyPost.objects.create(site=quinn.memberships.get().team.site, post="team lead", user=reid, days=[1, 2, 3, 4, 5])
    client.force_login(reid)
    levels = {
        level.posts: level.now for ladder in client.get("/duty/").context["page"].ladders for level in ladder.levels
    }
    assert levels["executive lead for safeguarding and inequalities"] == "nobody now: goes to her caseload team"
    assert levels["named professional for safeguarding"] == "nobody now: goes to the next level at once"
    assert levels["service manager"] == "H. Quinn"
    assert levels["team lead"] in ("A. Reid", "nobody now: goes to the next level at once")


def test_everybody_reads_it_and_only_those_who_run_the_service_write_it(client: Any, reid: User) -> None:
    for person, status in (
        (reid, 403),
        (staff(Role.PRIVACY_OFFICER, team="office"), 403),
        (staff(Role.SITE_ADMINISTRATOR, team="office"), 200),
        (staff(Role.SERVICE_MANAGER, team="office"), 200),
    ):
        client.force_login(person)
        assert client.get("/duty/").status_code == 200
        assert client.get("/duty/add/").status_code == status


def test_the_page_of_duty_takes_no_more_queries_however_many_hold_posts(managing: Any, quinn: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert managing.get("/duty/").status_code == 200
        return len([query for query in queries if not query["sql"].startswith(BOOKKEEPING)])

    site = quinn.memberships.get().team.site
    DutyPost.objects.create(site=site, post="team lead", user=staff())
    before = asked()
    for post in ("team lead", "head of midwifery", "service manager"):
        for _ in range(5):
            DutyPost.objects.create(site=site, post=post, user=staff())
    assert asked() == before <= 12
