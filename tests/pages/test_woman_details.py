"""Her details, and a further pregnancy of hers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from carecoord import clock
from carecoord.access.models import Team
from carecoord.access.roles import Role
from pathways.engine import Stage
from pathways.models import Journey, Woman
from tests.factories import journey, staff, stand_at

pytestmark = pytest.mark.django_db

NOBODY = 999_999_999_999
TOO_LARGE = 10**30


@pytest.fixture
def signed_in(client: Any) -> Any:
    client.force_login(staff(name="A. Reid"))
    return client


@pytest.fixture
def her() -> Woman:
    return journey(first_name="Siân", last_name="Reid", date_of_birth=date(1994, 3, 4)).woman


def page_of(client: Any, url: str) -> dict[str, str]:
    """What the form at ``url`` would send untouched."""
    form = client.get(url).context["form"]
    return {name: "" if form[name].value() is None else str(form[name].value()) for name in form.fields}


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


# -- details -----------------------------------------------------------------------------------


def test_her_details_are_saved_with_the_day_she_said_so(signed_in: Any, her: Woman) -> None:
    url = f"/women/{her.pk}/details/"
    said = {
        "preferred_name": "Shan",
        "pronouns": "she/her",
        "allergies": "none known",
        "interpreter": "Welsh",
        "what_matters": "I want to know how he is doing. 😀",
    }
    answer = signed_in.post(url, {**page_of(signed_in, url), **said, "nhs_number": "999 000 0018"})
    assert answer.headers["Location"] == f"/journeys/{her.journeys.get().pk}/"
    her = Woman.objects.get()
    assert {name: getattr(her, name) for name in said} == said
    assert her.what_matters_on == clock.today()
    assert [number.in_groups for number in her.numbers] == ["999 000 0018"]


def test_a_number_that_is_there_is_not_asked_again_and_not_changed(signed_in: Any) -> None:
    her = journey(nhs_number="9990000018").woman
    url = f"/women/{her.pk}/details/"
    assert "nhs_number" not in signed_in.get(url).context["form"].fields
    refused = signed_in.post(url, {**page_of(signed_in, url), "nhs_number": "9990000034", "chi_number": "3102980007"})
    assert "999 000 0018 by now. Yours, 9990000034, is not saved" in text(refused)
    assert [number.value for number in Woman.objects.get().numbers] == ["9990000018"]
    signed_in.post(url, {**page_of(signed_in, url), "chi_number": "3102980007"})
    assert [number.value for number in Woman.objects.get().numbers] == ["9990000018", "3102980007"]


def test_a_number_of_somebody_else_changes_nothing(signed_in: Any, her: Woman) -> None:
    journey(nhs_number="9990000018")
    url = f"/women/{her.pk}/details/"
    answer = signed_in.post(url, {**page_of(signed_in, url), "allergies": "penicillin", "nhs_number": "9990000018"})
    assert "This NHS number belongs to another woman" in text(answer)
    assert "penicillin" in text(answer)
    her.refresh_from_db()
    assert her.allergies == ""


@pytest.mark.parametrize(
    ("field", "wrong", "says"),
    [
        ("preferred_name", "😀", "Take out ‘😀’."),
        ("preferred_name", "x" * 201, "it has 201"),
        ("pronouns", "x" * 41, "it has 41"),
        ("allergies", "x" * 501, "it has 501"),
        ("interpreter", "x" * 121, "it has 121"),
        ("what_matters", "x" * 4001, "it has 4001"),
        ("chi_number", "12", "10 digits are needed"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    signed_in: Any, her: Woman, field: str, wrong: str, says: str
) -> None:
    url = f"/women/{her.pk}/details/"
    answer = signed_in.post(url, {**page_of(signed_in, url), "pronouns": "xe/xem", field: wrong})
    assert says in " ".join(answer.context["form"].errors[field])
    assert wrong in answer.content.decode()
    her.refresh_from_db()
    assert her.pronouns == ""


def test_the_banner_says_whom_the_page_is_about(signed_in: Any, her: Woman) -> None:
    for url in (f"/women/{her.pk}/details/", f"/women/{her.pk}/pregnancies/add/"):
        page = text(signed_in.get(url))
        assert "Siân Reid" in page
        assert "4 Mar 1994" in page


# -- a further pregnancy -----------------------------------------------------------------------


def pregnancy(client: Any, her: Woman, **fields: str) -> dict[str, str]:
    team = Team.objects.get(code="bridge", site__code="ASHF")
    return {"team": str(team.pk), "number": "2", **fields}


def test_a_further_pregnancy_is_a_journey_of_its_own(signed_in: Any, her: Woman) -> None:
    for each in Journey.objects.all():
        stand_at(each, Stage.CLOSED)
    edd = clock.today() + timedelta(days=200)
    day = clock.today() - timedelta(days=1)
    parts = {"edd_0": str(edd.day), "edd_1": str(edd.month), "edd_2": str(edd.year)}
    contact = dict(zip("0123", (str(day.day), str(day.month), str(day.year), "10:00"), strict=True))
    form = pregnancy(signed_in, her, **parts, **{f"first_contact_at_{place}": part for place, part in contact.items()})
    answer = signed_in.post(f"/women/{her.pk}/pregnancies/add/", form)
    second = her.journeys.get(number=2)
    assert answer.headers["Location"] == f"/journeys/{second.pk}/"
    assert (second.stage, second.edd) == (Stage.BOOKING, edd)
    assert her.journeys.get(number=1).stage == Stage.CLOSED


def test_the_same_form_sent_twice_opens_one_journey(signed_in: Any, her: Woman) -> None:
    form = pregnancy(signed_in, her)
    answers = [signed_in.post(f"/women/{her.pk}/pregnancies/add/", form) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert her.journeys.count() == 2


def test_no_number_is_skipped(signed_in: Any, her: Woman) -> None:
    signed_in.post(f"/women/{her.pk}/pregnancies/add/", pregnancy(signed_in, her, number="99"))
    assert sorted(her.journeys.values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize("number", ["", "x", "0", "-1", "1e3", "9" * 400])
def test_an_odd_number_is_refused(signed_in: Any, her: Woman, number: str) -> None:
    answer = signed_in.post(f"/women/{her.pk}/pregnancies/add/", pregnancy(signed_in, her, number=number))
    assert answer.status_code == 200
    assert her.journeys.count() == 1


def test_a_journey_that_is_still_open_is_pointed_out(signed_in: Any, her: Woman) -> None:
    url = f"/women/{her.pk}/pregnancies/add/"
    assert "her journey of pregnancy 1" in text(signed_in.get(url))
    for each in Journey.objects.all():
        stand_at(each, Stage.CLOSED)
    assert "her journey of pregnancy 1" not in text(signed_in.get(url))


# -- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["details", "pregnancies/add"])
def test_a_woman_of_another_site_is_answered_like_one_who_is_not_there(signed_in: Any, place: str) -> None:
    foreign = journey(site="CALD").woman
    answers = [signed_in.get(f"/women/{pk}/{place}/") for pk in (foreign.pk, NOBODY, TOO_LARGE)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (
        len({re.sub(r'name="(csrfmiddlewaretoken|opened_by)" value="[^"]+"', "", text(answer)) for answer in answers})
        == 1
    )
    assert [signed_in.post(f"/women/{pk}/{place}/", {}).status_code for pk in (foreign.pk, NOBODY, TOO_LARGE)] == [
        404
    ] * 3


@pytest.mark.parametrize("place", ["details", "pregnancies/add"])
def test_a_manager_is_refused(client: Any, her: Woman, place: str) -> None:
    client.force_login(staff(Role.SERVICE_MANAGER))
    assert client.get(f"/women/{her.pk}/{place}/").status_code == 403
    assert client.post(f"/women/{her.pk}/{place}/", {}).status_code == 403


def test_somebody_who_may_not_add_women_is_not_asked_for_numbers(client: Any, her: Woman) -> None:
    client.force_login(staff(Role.DRUG_SERVICE_KEYWORKER))
    url = f"/women/{her.pk}/details/"
    form = page_of(client, url)
    assert "nhs_number" not in form
    assert client.post(url, {**form, "pronouns": "she/her", "nhs_number": "9990000018"}).status_code == 302
    assert not her.identifiers.exists()
