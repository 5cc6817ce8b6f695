"""Two people edit the same: what the second is shown, can choose and send again; and a form sent twice."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access import drafts
from carecoord.access.models import Cover, Draft, Seal, User
from carecoord.identifiers import nhs_in_groups
from pathways.contact import Agreed, agree_contact, mark_unsafe, newest_address
from pathways.covering import seen_covers
from pathways.keeping import seen_seal
from pathways.models import Journey, Woman
from pathways.models.contact import newest_contact
from tests.choosing import chosen, hidden_of
from tests.factories import ago, claimed, happened, journey, staff, stand_at
from tests.pages.test_journey import edd_in, text_of
from tests.pages.test_record import messages_of
from tests.pages.test_woman_details import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> Journey:
    made = journey(midwife=staff(name="A. Reid"), edd=edd_in(20))
    happened(made, ("first_contact", ago(80)), ("booking_completed", ago(75)))
    return made


@pytest.fixture
def reid(record: Journey) -> Client:
    return signed_in(record, record.named_midwife)


@pytest.fixture
def farquhar(record: Journey) -> Client:
    return signed_in(record, staff(name="M. Farquhar"))


def signed_in(record: Journey, person: User | None) -> Client:
    assert person
    claimed(record, person)
    client = Client()
    client.force_login(person)
    return client


def details(record: Journey) -> str:
    return reverse("woman_details", args=[record.woman_id])


# -- her details ---------------------------------------------------------------------------------


def test_both_texts_are_shown_field_by_field_with_who_and_when(record: Journey, reid: Client, farquhar: Client) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "allergies": "latex", "interpreter": "Welsh"})
    typed = {"allergies": "penicillin", "pronouns": "she/her", "what_matters": "My sister"}
    answer = reid.post(details(record), {**mine, **typed})
    assert answer.status_code == 409
    words = text_of(answer)
    assert "Stands now latex Changed by M. Farquhar, just now You typed penicillin" in words
    assert "Which stays? Allergies" in words
    assert words.count("Which stays?") == 1, "nobody else typed in the others"
    assert 'value="penicillin"' in answer.content.decode()
    her = Woman.objects.get()
    assert (her.allergies, her.interpreter, her.pronouns, her.what_matters) == ("latex", "Welsh", "", "")


@pytest.mark.parametrize(
    ("choice", "stands"),
    [
        ({}, "penicillin"),
        ({"allergies": "latex, penicillin"}, "latex, penicillin"),
        ({"keep_allergies": "theirs"}, "latex"),
    ],
)
def test_what_is_chosen_is_saved_and_everything_else_goes_along(
    record: Journey, reid: Client, farquhar: Client, choice: dict[str, str], stands: str
) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "allergies": "latex", "interpreter": "Welsh"})
    answer = reid.post(details(record), {**mine, "allergies": "penicillin", "what_matters": "My\nsister"})
    saved = reid.post(details(record), chosen(answer, allergies="penicillin") | choice, follow=True)
    assert "What somebody else changed meanwhile is kept too." in messages_of(saved)
    her = Woman.objects.get()
    assert (her.allergies, her.interpreter, her.what_matters) == (stands, "Welsh", "My\nsister")


def test_nothing_is_saved_before_it_is_chosen(record: Journey, reid: Client, farquhar: Client) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "allergies": "latex", "pronouns": "they/them"})
    answer = reid.post(details(record), {**mine, "allergies": "penicillin", "pronouns": "she/her"})
    sent = hidden_of(answer) | {"allergies": "penicillin", "pronouns": "she/her", "keep_pronouns": "mine"}
    again = reid.post(details(record), sent)
    assert again.status_code == 409
    assert "Choose what stays of: Allergies" in text_of(again)
    assert "Choose what stays of: Pronouns" not in text_of(again)
    assert reid.post(details(record), chosen(again, allergies="penicillin")).status_code == 302
    her = Woman.objects.get()
    assert (her.allergies, her.pronouns) == ("penicillin", "she/her")


def test_a_third_change_while_somebody_chooses_is_shown_too(record: Journey, reid: Client, farquhar: Client) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "allergies": "latex"})
    first = reid.post(details(record), {**mine, "allergies": "penicillin"})
    farquhar.post(details(record), {**page_of(farquhar, details(record)), "allergies": "latex and nuts"})
    second = reid.post(details(record), chosen(first, allergies="penicillin"))
    assert second.status_code == 409
    assert "latex and nuts" in text_of(second)
    assert reid.post(details(record), chosen(first, theirs=("allergies",), allergies="x")).status_code == 302
    assert Woman.objects.get().allergies == "latex and nuts"


def test_a_choice_holds_while_another_field_is_asked_about_again(
    record: Journey, reid: Client, farquhar: Client
) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "allergies": "latex", "pronouns": "they/them"})
    first = reid.post(details(record), {**mine, "allergies": "penicillin", "pronouns": "she/her"})
    farquhar.post(details(record), {**page_of(farquhar, details(record)), "allergies": "latex and nuts"})
    typed = {"allergies": "penicillin", "pronouns": "she/her"}
    second = reid.post(details(record), chosen(first, theirs=("pronouns",), **typed))
    assert second.status_code == 409
    assert reid.post(details(record), chosen(second, allergies="penicillin")).status_code == 302
    her = Woman.objects.get()
    assert (her.allergies, her.pronouns) == ("penicillin", "they/them")


def test_a_choice_holds_while_something_else_is_put_right(record: Journey, reid: Client, farquhar: Client) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "allergies": "latex"})
    first = reid.post(details(record), {**mine, "allergies": "penicillin", "pronouns": "she/her"})
    sent = chosen(first, theirs=("allergies",), allergies="penicillin") | {"pronouns": "x" * 41}
    wrong = reid.post(details(record), sent)
    assert wrong.status_code == 200
    form = wrong.context["form"]
    again = {name: form[name].value() or "" for name in form.fields} | {"pronouns": "she/her"}
    assert again["allergies"] == "latex"
    assert reid.post(details(record), again).status_code == 302
    her = Woman.objects.get()
    assert (her.allergies, her.pronouns) == ("latex", "she/her")


def test_changes_of_other_fields_are_put_together_and_said(record: Journey, reid: Client, farquhar: Client) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "interpreter": "Welsh"})
    answer = reid.post(details(record), {**mine, "allergies": "latex"}, follow=True)
    assert messages_of(answer) == "Her details are saved. What somebody else changed meanwhile is kept too."
    her = Woman.objects.get()
    assert (her.allergies, her.interpreter) == ("latex", "Welsh")


def test_a_number_that_somebody_else_wrote_down_is_not_thrown_away(
    record: Journey, reid: Client, farquhar: Client
) -> None:
    mine, theirs = page_of(reid, details(record)), page_of(farquhar, details(record))
    farquhar.post(details(record), {**theirs, "nhs_number": "9990000018"})
    sent = {**mine, "nhs_number": "9990000034", "allergies": "latex"}
    answer = reid.post(details(record), sent)
    assert f"is {nhs_in_groups('9990000018')} by now. Yours, 9990000034, is not saved" in text_of(answer)
    assert Woman.objects.get().allergies == ""
    again = {name: value for name, value in sent.items() if name in answer.context["form"].fields}
    assert reid.post(details(record), again).status_code == 302
    assert Woman.objects.get().allergies == "latex"


def test_the_second_is_warned_before_typing(record: Journey, reid: Client, farquhar: Client) -> None:
    farquhar.post(details(record), {**page_of(farquhar, details(record)), "allergies": "latex"})
    warning = "M. Farquhar changed this just now."
    assert warning in text_of(reid.get(details(record)))
    assert warning not in text_of(farquhar.get(details(record))), "one's own change is no warning"
    with time_machine.travel(clock.now() + timedelta(minutes=12)):
        assert "M. Farquhar changed this 12 minutes ago." in text_of(reid.get(details(record)))
    with time_machine.travel(clock.now() + timedelta(minutes=40)):
        assert "changed this" not in text_of(reid.get(details(record)))


def test_what_was_seen_is_kept_with_a_draft_and_not_shown_as_words(record: Journey, reid: Client) -> None:
    assert 'name="stood"' in (html := reid.get(details(record)).content.decode())
    assert "data-kept" in html
    person = record.named_midwife
    assert person
    typed = '{"a": {"/": [["stood", "1 x:y"], ["note", "n"]]}}'
    kept = Draft(user=person, path="/", data=drafts.encryption.encrypt(typed))
    assert drafts.lines_of(kept) == [("Note", "n")]


# -- her midwife, her EDD ------------------------------------------------------------------------


def midwife_form(client: Client, record: Journey, midwife: User, buddy: User | None = None) -> dict[str, str]:
    form = client.get(reverse("midwife", args=[record.pk])).context["form"]
    sent = {"midwife": str(midwife.pk), "buddy": str(buddy.pk) if buddy else "", "submission": str(uuid.uuid4())}
    return {**sent, "stood": form["stood"].value()}


def test_two_people_name_a_midwife(record: Journey, reid: Client, farquhar: Client) -> None:
    url, first, second = reverse("midwife", args=[record.pk]), staff(name="F. First"), staff(name="S. Second")
    mine, theirs = midwife_form(reid, record, second), midwife_form(farquhar, record, first)
    farquhar.post(url, theirs)
    answer = reid.post(url, mine)
    assert answer.status_code == 409
    assert "Stands now F. First Changed by M. Farquhar, just now You typed S. Second" in text_of(answer)
    kept = reid.post(url, chosen(answer, theirs=("midwife",), midwife=str(second.pk)), follow=True)
    assert "Her midwife is F. First" in messages_of(kept)
    again = reid.post(url, chosen(answer, midwife=str(second.pk)) | {"submission": str(uuid.uuid4())}, follow=True)
    assert "Her midwife is S. Second" in messages_of(again)


def test_a_midwife_and_a_buddy_named_at_once_both_stand(record: Journey, reid: Client, farquhar: Client) -> None:
    url, first, second = reverse("midwife", args=[record.pk]), staff(name="F. First"), staff(name="S. Second")
    mine, theirs = midwife_form(reid, record, record.named_midwife, second), midwife_form(farquhar, record, first)  # type: ignore[arg-type]
    farquhar.post(url, theirs)
    answer = reid.post(url, mine, follow=True)
    assert "Her midwife is F. First, her buddy S. Second. Somebody else changed" in messages_of(answer)


def edd_form(client: Client, record: Journey, edd: date) -> dict[str, str]:
    form = client.get(reverse("edd", args=[record.pk])).context["form"]
    return {"edd": str(edd), "submission": str(uuid.uuid4()), "stood": form["stood"].value(), "note": "dating scan"}


def test_two_people_agree_an_edd(record: Journey, reid: Client, farquhar: Client) -> None:
    url = reverse("edd", args=[record.pk])
    mine, theirs = edd_form(reid, record, edd_in(18)), edd_form(farquhar, record, edd_in(19))
    farquhar.post(url, theirs | {"seen": "on"})
    assert "M. Farquhar changed this just now" in text_of(reid.get(url))
    answer = reid.post(url, mine | {"seen": "on"})
    assert answer.status_code == 409
    agreed, typed = clock.day_in_words(edd_in(19)), clock.day_in_words(edd_in(18))
    assert f"Stands now {agreed} Changed by M. Farquhar, just now You typed {typed}" in text_of(answer)
    kept = reid.post(url, chosen(answer, theirs=("edd",), edd=str(edd_in(18))), follow=True)
    assert "The EDD stays as it stands" in messages_of(kept)
    preview = reid.post(url, chosen(answer, edd=str(edd_in(18))))
    assert "Nothing is saved yet" in text_of(preview), "what moves is shown again, since it moves from another day"
    reid.post(url, hidden_of(preview) | {"seen": "on"})
    record.refresh_from_db()
    assert record.edd == edd_in(18)
    assert record.events.filter(kind="dating_agreed").count() == 2


# -- how she is reached --------------------------------------------------------------------------


def test_how_she_is_reached_is_one_agreement(record: Journey, reid: Client, farquhar: Client) -> None:
    url = reverse("safe_contact", args=[record.woman_id])
    agree_contact(record.woman, Agreed("text", hours="mornings"), {}, seen=0, by=None)
    seen = str(reid.get(url).context["form"]["seen"].value())
    farquhar.post(url, {"channel": "call", "hours": "mornings", "voicemail": "no", "seen": seen})
    typed = {"channel": "text", "hours": "after four", "days": ["1", "3"], "number": "07700 900123", "seen": seen}
    answer = reid.post(url, typed)
    assert answer.status_code == 409
    words = text_of(answer)
    for label in ("Which way is safe?", "On which days?", "The hours in her words", "Phone number", "voicemail"):
        assert label in words
    assert "She agreed to it as one." in words
    assert "Kept apart, and not shown here" in words
    assert record.woman.safe_contacts.count() == 2
    sent = chosen(answer, theirs=("channel", "voicemail"), hours="after four", days=["1", "3"], number="07700 900123")
    assert reid.post(url, sent).status_code == 200, "its own field is part of the page"
    sent["channel"] = "text"
    assert reid.post(url, sent).status_code == 302
    newest = newest_contact(record.woman_id)
    assert newest
    assert (newest.channel, newest.voicemail, newest.hours, newest.days) == ("call", False, "after four", [1, 3])
    assert record.woman.contact_details.filter(kind="number", value="07700 900123").count() == 1


def test_unsafe_holds_over_what_was_agreed_meanwhile_and_says_so(
    record: Journey, reid: Client, farquhar: Client
) -> None:
    first = agree_contact(record.woman, Agreed("text"), {}, seen=0, by=None)
    agree_contact(record.woman, Agreed("call"), {}, seen=first.pk, by=None)
    answer = reid.post(reverse("contact_unsafe", args=[record.woman_id]), {"seen": first.pk}, follow=True)
    assert "had only just agreed another way" in messages_of(answer)
    newest = newest_contact(record.woman_id)
    assert newest
    assert not newest.still_safe


def test_nobody_agrees_over_an_unsafe_that_they_did_not_see(record: Journey, reid: Client) -> None:
    url = reverse("safe_contact", args=[record.woman_id])
    first = agree_contact(record.woman, Agreed("text"), {}, seen=0, by=None)
    mark_unsafe(record.woman, by=record.named_midwife)  # type: ignore[arg-type]
    answer = reid.post(url, {"channel": "text", "seen": str(first.pk)})
    assert answer.status_code == 409
    assert "she said that it is not safe" in text_of(answer)


def test_an_address_written_meanwhile_is_told_and_not_shown(record: Journey, reid: Client, farquhar: Client) -> None:
    url = reverse("address", args=[record.woman_id])
    seen = str(newest_address(record.woman_id))
    farquhar.post(url, {"kind": "refuge", "lines": "The Limes", "seen": seen})
    answer = reid.post(url, {"kind": "home", "lines": "14 Weaver Row", "seen": seen})
    assert answer.status_code == 409
    words = text_of(answer)
    assert "M. Farquhar, just now: where she is was written down while you were writing" in words
    assert "14 Weaver Row" in words
    assert "Limes" not in words
    again = str(answer.context["form"]["seen"].value())
    assert reid.post(url, {"kind": "home", "lines": "14 Weaver Row", "seen": again}).status_code == 302
    assert record.woman.addresses.count() == 2


# -- seals and covers ----------------------------------------------------------------------------


def test_two_people_seal_a_record(record: Journey, reid: Client, farquhar: Client) -> None:
    url, nothing = reverse("seal", args=[record.pk]), str(seen_seal(record.woman))
    farquhar.post(url, {"level": "3", "reason": "She is in hiding", "stood": nothing})
    answer = reid.post(url, {"level": "2", "reason": "Her aunt works here", "stood": nothing})
    assert answer.status_code == 409
    assert "She is in hiding" in text_of(answer)
    assert "Her aunt works here" in text_of(answer)
    off = reid.post(reverse("unseal", args=[record.pk]), {"stood": nothing})
    assert off.status_code == 409
    assert "She is in hiding" in text_of(off)
    assert Seal.objects.get().level == Seal.Level.LOCKED
    sent = hidden_of(off)
    assert reid.post(reverse("unseal", args=[record.pk]), sent).status_code == 302
    assert not Seal.objects.exists()


def test_a_cover_arranged_in_another_tab_is_not_written_over(record: Journey, reid: Client) -> None:
    person, other = record.named_midwife, staff(team="valley")
    assert person
    today = clock.today()
    form = {"covered_by": str(other.pk), "starts_on": str(today), "stood": str(seen_covers(person))}
    assert reid.post(reverse("cover"), {**form, "ends_on": str(today + timedelta(9))}).status_code == 302
    answer = reid.post(reverse("cover"), {**form, "ends_on": str(today + timedelta(2))})
    assert answer.status_code == 409
    assert "until another day meanwhile" in text_of(answer)
    stood = str(answer.context["form"]["stood"].value())
    assert (
        reid.post(reverse("cover"), {**form, "ends_on": str(today + timedelta(2)), "stood": stood}).status_code == 302
    )
    assert Cover.objects.get().ends_on == today + timedelta(2)


# -- the same form, sent twice -------------------------------------------------------------------


def recorded(record: Journey, **more: str) -> dict[str, str]:
    when = ago(0.5).astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M")
    return {"occurred_at": when, "note": "with her sister", "submission": str(uuid.uuid4()), **more}


def test_a_form_sent_twice_counts_once_and_with_other_words_is_told(record: Journey, reid: Client) -> None:
    url = reverse("record_kind", args=[record.pk, "contact_made"])
    form = recorded(record)
    assert [reid.post(url, form).status_code for _ in range(2)] == [302, 302]
    answer = reid.post(url, {**form, "note": "alone this time"})
    assert answer.status_code == 409
    words = text_of(answer)
    assert "This form was saved already, with other words" in words
    assert "with her sister" in words
    assert "alone this time" in words
    assert record.events.filter(kind="contact_made").count() == 1
    as_well = {name: values[-1] for name, values in hidden_of(answer).items()}
    assert as_well["submission"] != form["submission"]
    assert reid.post(url, as_well).status_code == 302
    assert sorted(record.events.filter(kind="contact_made").values_list("note", flat=True)) == [
        "alone this time",
        "with her sister",
    ]


def test_the_same_holds_for_an_answer(record: Journey, reid: Client) -> None:
    handoff = record.handoffs.open().earliest("due_at")
    url = reverse("answer", args=[handoff.pk, "declined"])
    form = recorded(record, reason="She has another midwife")
    assert [reid.post(url, form).status_code for _ in range(2)] == [302, 302]
    answer = reid.post(url, {**form, "reason": "She moved"})
    assert answer.status_code == 409
    assert "This form was saved already" in text_of(answer)
    assert "She moved" in text_of(answer)
    assert record.events.filter(kind="handoff_declined").count() == 1


def test_the_same_holds_for_an_edd_and_a_midwife(record: Journey, reid: Client) -> None:
    url, form = reverse("edd", args=[record.pk]), edd_form(reid, record, edd_in(19)) | {"seen": "on"}
    assert [reid.post(url, form).status_code for _ in range(2)] == [302, 302]
    answer = reid.post(url, form | {"edd": str(edd_in(18))})
    assert answer.status_code == 409
    assert "saved already" in text_of(answer)
    url, other = reverse("midwife", args=[record.pk]), staff(name="S. Second")
    form = midwife_form(reid, record, record.named_midwife, other)  # type: ignore[arg-type]
    assert [reid.post(url, form).status_code for _ in range(2)] == [302, 302]
    answer = reid.post(url, form | {"buddy": ""})
    assert answer.status_code == 409
    assert "Buddy now S. Second" in text_of(answer)


def test_a_woman_added_twice_with_other_words_is_told(reid: Client, record: Journey) -> None:
    form = page_of(reid, reverse("add_woman")) | {
        "preferred_name": "Siân",
        "last_name": "Okafor",
        "date_of_birth": "1994-03-04",
        "edd": "",
        "first_contact_at": "",
    }
    assert [reid.post(reverse("add_woman"), form).status_code for _ in range(2)] == [302, 302]
    answer = reid.post(reverse("add_woman"), form | {"pronouns": "they/them"})
    assert answer.status_code == 409
    assert "She was added from this form already" in text_of(answer)
    assert Woman.objects.filter(last_name="Okafor").count() == 1


def test_a_pregnancy_that_somebody_else_opened_stands_beside_mine(record: Journey, reid: Client) -> None:
    for each in Journey.objects.all():
        stand_at(each, "closed")
    url = reverse("add_pregnancy", args=[record.woman_id])
    form = {"team": str(record.team_id), "number": "2", "edd": str(clock.today() + timedelta(200))}
    assert [reid.post(url, form).status_code for _ in range(2)] == [302, 302]
    answer = reid.post(url, form | {"edd": str(clock.today() + timedelta(190))})
    assert answer.status_code == 409
    assert "Pregnancy 2 is already here" in text_of(answer)
    assert clock.day_in_words(clock.today() + timedelta(190)) in text_of(answer)
    assert record.woman.journeys.count() == 2
