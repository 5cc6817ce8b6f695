"""The pages of clinics: who reads whose name, what is free, and setting up by forms."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import Journey
from referrals import clinics as verbs
from referrals.models import Appointment, Clinic, Series, Session
from tests.factories import journey, staff
from tests.pages.test_record import messages_of
from tests.roles import BOOKKEEPING
from tests.services import appointment, clinic, place, room, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife(client: Any) -> User:
    made = staff(name="A. Reid")
    client.force_login(made)
    return made


@pytest.fixture
def record(midwife: User) -> Journey:
    return journey(midwife=midwife, first_name="Xanthippe", last_name="Quillfeather")


@pytest.fixture
def day() -> Clinic:
    return clinic(creche_from="09:30", creche_until="13:00", creche_places=4)


def words_of(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def page_of(client: Any, day: Clinic, query: str = "") -> str:
    return words_of(client.get(reverse("clinic", args=[day.pk]) + query))


def morning(day: Clinic, record: Journey) -> Session:
    """A midwife's morning: one woman of the reader's, one of somebody else's, and an hour free."""
    made = session(day, clinician_name="B. Okafor", room=room("Room 2", of=day.place))
    appointment(record, made, "10:00", words="birth and ward plan")
    appointment(journey(midwife=staff(), first_name="Zenobia", last_name="Ashdown"), made, "10:30")
    return made


# -- the day ---------------------------------------------------------------------------------------


def test_a_day_names_the_women_of_the_reader_and_says_taken_of_others(
    client: Any, record: Journey, day: Clinic
) -> None:
    morning(day, record)
    before = Read.objects.count()
    text = page_of(client, day)
    assert "Xanthippe Q." in text
    assert "birth and ward plan" in text
    assert "Zenobia" not in text
    assert "<b>taken</b>" in text
    assert "1 service · 1 woman you look after, 2 appointments · crèche 09:30–13:00, 4 places · 1 h free" in text
    assert "B. Okafor" in text
    entry = Read.objects.latest("id")
    assert Read.objects.count() == before + 1
    assert (entry.page, entry.women) == ("clinic", [record.woman_id])


def test_a_manager_sees_that_places_are_taken_and_no_name(client: Any, record: Journey, day: Clinic) -> None:
    morning(day, record)
    client.force_login(staff(Role.SERVICE_MANAGER))
    before = Read.objects.count()
    text = page_of(client, day)
    assert "Xanthippe" not in text
    assert "birth and ward plan" not in text
    assert text.count("<b>taken</b>") == 2
    assert "you look after" not in text
    assert Read.objects.count() == before


def test_the_day_is_drawn_as_high_as_it_lasts_and_closed_where_nothing_is(
    client: Any, record: Journey, day: Clinic
) -> None:
    morning(day, record)
    session(day, "scan", "09:30", "12:00", room=room("Room 10", of=day.place))
    text = page_of(client, day)
    assert '<li class="slot slot--closed lasts-6">' in text  # 09:30 to 10:00 in the midwife's room
    assert '<li class="slot slot--free lasts-12">' in text
    assert '<li class="slot slot--free lasts-30">' in text
    assert text.index("Room 2") < text.index("Room 10")


def test_one_woman_is_highlighted_with_all_that_she_comes_for(client: Any, record: Journey, day: Clinic) -> None:
    morning(day, record)
    appointment(record, session(day, "scan", "10:30", "12:00"), "11:00", words="growth scan")
    text = page_of(client, day, f"?her={record.pk}")
    assert "Highlighted: <b>Xanthippe Q.</b>, 2 things, 10:00–11:30." in text
    assert text.count("slot__in is-chosen") == 2
    for query in ("?her=", "?her=x", f"?her={record.pk + 1}", "?her=" + "9" * 30):
        assert "Highlighted" not in page_of(client, day, query)


def test_the_list_by_time_says_the_same_in_order(client: Any, record: Journey, day: Clinic) -> None:
    morning(day, record)
    session(day, "peer_support", "10:00", "11:00", seats=8, room=room("Room 3"))
    text = page_of(client, day, "?as=list")
    rows = text[text.index("<tbody>") : text.index("</tbody>")]
    assert "8 of 8 places free" in rows
    order = [rows.index(words) for words in ("Xanthippe Q.", "<td>taken</td>", "11:00–12:00")]
    assert order == sorted(order)
    assert "rooms__frame" not in text


def test_what_does_not_take_place_is_said_with_its_reason(client: Any, record: Journey, day: Clinic) -> None:
    verbs.cancel_session(morning(day, record), "Our midwife is ill.", by=staff())
    text = page_of(client, day)
    assert "Not held: Midwife, Room 2, 10:00–12:00.</b> Our midwife is ill." in text
    assert "Xanthippe" not in text
    verbs.cancel_day(day, "No heating.", by=staff())
    assert "This day was cancelled.</b> No heating." in page_of(client, day)


def test_another_sites_day_is_not_there(client: Any, midwife: User) -> None:
    theirs = clinic(at=place(site="CALD"))
    made = session(theirs)
    for name, row in (("clinic", theirs), ("clinic_cancel", theirs), ("session_add", theirs), ("session_change", made)):
        assert client.get(reverse(name, args=[row.pk])).status_code == 404, name
    assert "Mill Lane hub" not in words_of(client.get(reverse("clinics")))


def test_a_day_asks_as_many_questions_with_thirty_women_as_with_one(client: Any, midwife: User, day: Clinic) -> None:
    made = session(day, begins="09:00", ends="19:00", seats=30)
    appointment(journey(midwife=midwife), made, "10:00")
    page_of(client, day)
    with CaptureQueriesContext(connection) as one:
        page_of(client, day)
    for seat in range(2, 31):
        appointment(journey(midwife=midwife), made, "10:00", seat=seat)
    with CaptureQueriesContext(connection) as thirty:
        page_of(client, day)
    assert len(thirty) == len(one)
    asked = [each["sql"] for each in one if not each["sql"].startswith(BOOKKEEPING)]
    assert len(asked) <= 15  # eight of them are every page's


# -- the days to come ------------------------------------------------------------------------------


def test_the_days_to_come_say_how_much_is_taken_and_free(client: Any, record: Journey, day: Clinic) -> None:
    morning(day, record)
    text = words_of(client.get(reverse("clinics")))
    assert "2 appointments" in text
    assert "1 h free" in text
    assert reverse("clinic", args=[day.pk]) in text
    assert "Xanthippe" not in text


def test_other_weeks_are_reached_by_address(client: Any, midwife: User) -> None:
    later = clinic(clock.today() + timedelta(weeks=9))
    address = reverse("clinic", args=[later.pk])
    assert address not in words_of(client.get(reverse("clinics")))
    assert address in words_of(client.get(reverse("clinics"), {"from": later.on.isoformat()}))
    assert client.get(reverse("clinics"), {"from": "x"}).status_code == 200


# -- telling ---------------------------------------------------------------------------------------


def test_whom_to_tell_is_listed_until_somebody_did(client: Any, record: Journey, day: Clinic) -> None:
    made = morning(day, record)
    verbs.cancel_session(made, "Our midwife is ill.", by=staff())
    assert "Women to be told (1)" in words_of(client.get(reverse("clinics")))
    text = words_of(client.get(reverse("clinics_to_tell")))
    assert "Xanthippe Q." in text
    assert "Our midwife is ill." in text
    assert "Zenobia" not in text
    assert Read.objects.latest("id").page == "clinics_to_tell"
    hers = Appointment.objects.get(journey=record)
    answer = client.post(reverse("clinic_told", args=[hers.pk]), follow=True)
    assert "Written down: she knows." in messages_of(answer)
    assert "Everybody knows." in words_of(answer)
    assert client.post(reverse("clinic_told", args=[hers.pk])).status_code == 404


def test_anothers_woman_is_not_there_to_be_told(client: Any, record: Journey, day: Clinic) -> None:
    verbs.cancel_session(morning(day, record), "ill", by=staff())
    theirs = Appointment.objects.exclude(journey=record).get()
    assert client.post(reverse("clinic_told", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.told_at is None


# -- setting up ------------------------------------------------------------------------------------

SESSION = {
    "kind": "scan",
    "starts": "09:30",
    "ends": "12:00",
    "minutes": "30",
    "seats": "1",
    "clinician_name": "A. Bell",
}


def boxes(name: str, day: Any) -> dict[str, str]:
    return {f"{name}_0": str(day.day), f"{name}_1": str(day.month), f"{name}_2": str(day.year)}


def test_a_clinic_that_comes_again_is_set_up_by_two_forms(client: Any, midwife: User) -> None:
    here, first = room("Room 2"), clock.today() + timedelta(days=2)
    form = {"place": here.place_id, **boxes("first_on", first), "every_weeks": "1", "on_holiday": "skip"}
    answer = client.post(reverse("series_add"), {**form, "creche_places": "3"})
    assert "Say from when until when" in words_of(answer)
    client.post(reverse("series_add"), form)
    made = Series.objects.get()
    answer = client.post(reverse("series_session_add", args=[made.pk]), {**SESSION, "room": here.pk}, follow=True)
    assert "It is on every day of the series from now on." in messages_of(answer)
    assert "A. Bell" in words_of(answer)
    assert Session.objects.count() == made.clinics.count() > 9
    assert f"Every {first:%A}" in words_of(client.get(reverse("clinics_set_up")))
    end = reverse("series_session_end", args=[made.pk, made.sessions.get().pk])
    answer = client.post(end, {"why": "We lost the room."}, follow=True)
    assert "It comes no more. Nobody had an appointment." in messages_of(answer)
    answer = client.post(
        reverse("series_end", args=[made.pk]), {**boxes("last_on", first), "why": "It moved."}, follow=True
    )
    assert "It ends on" in messages_of(answer)
    assert made.clinics.filter(cancelled_at=None).count() == 1


def test_a_day_and_its_sessions_are_set_up_changed_and_cancelled(client: Any, midwife: User) -> None:
    here, on = room("Room 2"), clock.today() + timedelta(days=2)
    answer = client.post(reverse("clinic_add"), {"place": here.place_id, **boxes("on", on)}, follow=True)
    assert "Nothing is planned on this day yet" in words_of(answer)
    day = Clinic.objects.get()
    client.post(reverse("session_add", args=[day.pk]), {**SESSION, "room": here.pk})
    taken = client.post(reverse("session_add", args=[day.pk]), {**SESSION, "room": here.pk, "starts": "11:00"})
    assert "Room 2 is taken on" in words_of(taken)
    made = Session.objects.get()
    change = reverse("session_change", args=[made.pk])
    shown = client.get(change).context["form"]
    assert (shown["starts"].value().hour, shown["room"].value(), shown["kind"].value()) == (9, here.pk, "scan")
    answer = client.post(change, {**SESSION, "room": here.pk, "starts": "10:00"}, follow=True)
    assert "Changed, for this day alone." in messages_of(answer)
    client.post(
        reverse("clinic_creche", args=[day.pk]), {"creche_places": 5, "creche_from": "09:00", "creche_until": "12:00"}
    )
    assert "crèche 09:00–12:00, 5 places" in page_of(client, day)
    appointment(journey(midwife=midwife), made, "10:30")
    answer = client.post(reverse("session_cancel", args=[made.pk]), {"why": "ill"}, follow=True)
    assert "1 appointment was cancelled with it: the women are to be told." in messages_of(answer)
    answer = client.post(reverse("clinic_cancel", args=[day.pk]), {"why": "closed"}, follow=True)
    assert "Nobody had an appointment." in messages_of(answer)
    assert "This day was cancelled." in words_of(answer)


def test_what_is_left_out_of_a_form_is_asked_for(client: Any, midwife: User, day: Clinic) -> None:
    text = words_of(client.post(reverse("session_add", args=[day.pk]), {}))
    for sentence in ("Choose what the session is for.", "Choose a room.", "Fill in: Begins"):
        assert sentence in text
    assert "Choose a place." in words_of(client.post(reverse("series_add"), {}))
    assert "Fill in: Why?" in words_of(client.post(reverse("clinic_cancel", args=[day.pk]), {}))
