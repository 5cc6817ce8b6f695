"""The privacy officer's first screen: staff by name, women by number, their own sites alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Membership
from carecoord.access.roles import Role
from carecoord.audit import panels
from carecoord.audit.models import LookedInto, Seal, Unusual, Verification, Waiting
from carecoord.audit.review import look_into
from carecoord.audit.sealing import seal
from carecoord.audit.unusual.rules import RULES
from carecoord.panels import Panel
from carecoord.sites.models import Site
from pathways.models import Woman
from tests.audit import lifted
from tests.factories import ago, staff, woman
from tests.pages.test_journey import text_of

pytestmark = pytest.mark.django_db

URL = "/privacy/"


@pytest.fixture
def officer() -> Any:
    return staff(Role.PRIVACY_OFFICER, team="office", name="N. Adeyemi")


@pytest.fixture
def signed_in(client: Any, officer: Any) -> Any:
    client.force_login(officer)
    return client


def unusual(rule: str = "same_last_name", *, site: str = "ASHF", days: float = 1, **fields: Any) -> Unusual:
    her: Woman = fields.pop("her", None) or woman(site=site, first_name="Xanthippe", last_name="Quillfeather")
    known = {"actor_id": staff(name="S. Ito").pk, "woman_id": her.pk, "number": 1, **fields}
    at = ago(days)
    return Unusual.objects.create(
        rule=rule, on=clock.today(at), first_at=at, site_id=Site.objects.get(code=site).pk, **known
    )


def rows(answer: Any) -> list[Any]:
    (panel,) = (panel for key, _, panel in answer.context["panels"] if key == "unusual")
    return list(panel.rows)


def state(answer: Any) -> Any:
    return next(panel for key, _, panel in answer.context["panels"] if key == "trail")


def test_a_colleague_is_named_and_a_woman_is_a_number(signed_in: Any) -> None:
    her = woman(first_name="Xanthippe", last_name="Quillfeather", nhs_number="9990000018")
    unusual(her=her)
    answer = signed_in.get(URL)
    (row,) = rows(answer)
    assert (row.who, row.woman, row.title) == ("S. Ito, Specialist midwife", f"Woman {her.pk}", "The same last name")
    said = answer.content.decode()
    for private in ("Xanthippe", "Quillfeather", "999 000 0018", "9990000018", reverse("woman_details", args=[her.pk])):
        assert private not in said


def test_every_rule_can_be_told(signed_in: Any) -> None:
    for rule in RULES:
        unusual(rule.key, number=7)
    unusual("crowd", actor_id=None, number=9)
    unusual("volume", woman_id=None, number=41)
    answer = signed_in.get(URL)
    assert {row.title for row in rows(answer)} == {rule.title for rule in RULES}
    assert "Several people" in text_of(answer)
    assert "41 records in one day" in text_of(answer)
    assert "Many women" in text_of(answer)


def test_only_their_own_site_and_the_last_two_weeks(signed_in: Any, officer: Any, client: Any) -> None:
    here = unusual()
    unusual(site="GLEN")
    unusual(days=16)
    assert [row.woman for row in rows(signed_in.get(URL))] == [f"Woman {here.woman_id}"]
    client.force_login(staff(Role.PRIVACY_OFFICER, site="GLEN"))
    assert len(rows(client.get(URL))) == 1


def test_who_was_a_privacy_officer_until_yesterday_sees_nothing(client: Any, officer: Any) -> None:
    unusual()
    Membership.objects.filter(user=officer).update(ends_on=ago(1))
    Membership.objects.create(user=officer, team=officer.memberships.get().team, role=Role.SERVICE_MANAGER)
    client.force_login(officer)
    assert client.get(URL).status_code == 403
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.user', %s, true)", [str(officer.pk)])
        cursor.execute("SELECT * FROM audit_unusual_here('2020-01-01', 10, NULL)")
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM audit_state()")
        assert cursor.fetchall() == []


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.PRIVACY_OFFICER, Role.WOMAN)])
def test_it_is_theirs_alone(client: Any, role: Role) -> None:
    client.force_login(staff(role))
    assert client.get(URL).status_code == 403
    assert URL not in client.get("/handoffs/").content.decode()


def test_a_privacy_officer_opens_no_record(signed_in: Any) -> None:
    her = woman()
    assert signed_in.get(reverse("woman_details", args=[her.pk])).status_code == 403
    assert URL in signed_in.get("/handoffs/").content.decode()


def test_it_costs_the_same_however_much_there_is(signed_in: Any) -> None:
    unusual()
    signed_in.get(URL)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(URL)
    for number in range(60):
        unusual(number=number)
    with CaptureQueriesContext(connection) as many:
        answer = signed_in.get(URL)
    assert len(many) == len(few) <= 18
    assert len(rows(answer)) == 50
    assert "The latest 50 of 61." in text_of(answer)


# -- looking into it --------------------------------------------------------------------------


ANSWER = {"outcome": "explained", "note": "She asked her colleague to ring the ward."}


def test_what_was_found_is_written_down_once_and_leaves_the_list(signed_in: Any, officer: Any) -> None:
    found, other = unusual(), unusual("watched")
    address = reverse("unusual", args=[found.pk])
    assert address in signed_in.get(URL).content.decode()
    assert "S. Ito" in text_of(signed_in.get(address))
    answer = signed_in.post(address, ANSWER, follow=True)
    assert [row.pk for row in rows(answer)] == [other.pk]
    kept = LookedInto.objects.get()
    assert (kept.unusual_id, kept.by_id, kept.outcome, kept.note) == (found.pk, officer.pk, *ANSWER.values())
    assert signed_in.get(address).status_code == signed_in.post(address, ANSWER).status_code == 404
    assert LookedInto.objects.count() == 1


def test_a_form_without_words_says_what_to_do(signed_in: Any) -> None:
    answer = signed_in.post(reverse("unusual", args=[unusual().pk]), {})
    assert "Choose how it stands." in text_of(answer)
    assert "Say it in a few words" in text_of(answer)
    assert not LookedInto.objects.exists()


def test_nobody_looks_into_their_own_access(signed_in: Any, officer: Any) -> None:
    found = unusual(actor_id=officer.pk)
    answer = signed_in.post(reverse("unusual", args=[found.pk]), ANSWER)
    assert "somebody else has to look into it" in text_of(answer)
    assert not LookedInto.objects.exists()


def test_another_sites_is_missing(signed_in: Any) -> None:
    foreign = reverse("unusual", args=[unusual(site="GLEN").pk])
    for address in (foreign, reverse("unusual", args=[10**25]), reverse("unusual", args=[987654])):
        assert signed_in.get(address).status_code == signed_in.post(address, ANSWER).status_code == 404
    assert not LookedInto.objects.exists()


def test_the_database_judges_for_itself_whose_it_is(officer: Any) -> None:
    foreign, here = unusual(site="GLEN"), unusual()
    with acting_as(officer):
        assert [look_into(found.pk, "explained", "x") for found in (foreign, here)] == [False, True]
    with acting_as(staff()):
        assert not look_into(here.pk, "explained", "x")


# -- the trail itself --------------------------------------------------------------------------


def test_a_sound_trail_is_said_to_be_sound(signed_in: Any) -> None:
    seal()
    Verification.objects.create(links=5, anchors=1, problems=0)
    answer = signed_in.get(URL)
    assert (state(answer).is_late, state(answer).is_unverified, state(answer).problems) == (False, False, 0)
    assert "nothing waits longer than two minutes" in text_of(answer)
    assert "everything is as it was written" in text_of(answer)
    assert "Nothing unusual waits" in text_of(answer)


def test_what_waits_too_long_is_an_alarm(signed_in: Any) -> None:
    seal()
    Waiting.objects.create(stream="read", entry_id=1, since=ago(0, minutes=3))
    answer = signed_in.get(URL)
    assert state(answer).is_late
    assert "1 entry waits to be sealed, since" in text_of(answer)


def test_an_old_or_failed_verification_is_an_alarm(signed_in: Any) -> None:
    seal()
    assert not state(signed_in.get(URL)).is_unverified, "not on its first day"
    with lifted("audit_seal"):
        Seal.objects.update(sealed_at=ago(2))
    assert "It has never been verified." in text_of(signed_in.get(URL))
    Verification.objects.create(links=5, anchors=1, problems=3)
    assert "The last verification found 3 problems." in text_of(signed_in.get(URL))
    with lifted("audit_verification"):
        Verification.objects.update(at=ago(2), problems=0)
    assert "The last verification is from" in text_of(signed_in.get(URL))


# -- panels of other apps ----------------------------------------------------------------------


def test_an_app_can_put_a_panel_of_its_own_first(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels.SCREEN, "registered", dict(panels.SCREEN.registered))
    panels.SCREEN.register(Panel("reviews", 10, "audit/state_panel.html", lambda reader, at: {}))
    answer = signed_in.get(URL)
    assert [key for key, _, _ in answer.context["panels"]] == ["reviews", "waiting", "overrides", "unusual", "trail"]


def test_a_panel_is_asked_with_the_reader_and_the_time(
    signed_in: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def context(reader: Any, at: Any) -> dict[str, Any]:
        asked.append((reader, at))
        return {}

    monkeypatch.setattr(panels.SCREEN, "registered", {"x": Panel("x", 1, "audit/state_panel.html", context)})
    signed_in.get(URL)
    ((reader, at),) = asked
    assert reader == officer
    assert clock.now() - at < timedelta(seconds=10)
