"""The sign-in library as we set it: nobody signs up, nobody renames an account, a password can be reset by mail."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory

from carecoord import clock
from carecoord.access import drafts, own_forms
from carecoord.access.models import Draft, Membership, SignIn, SignInAlert, SignInFailure, Team, User
from carecoord.access.reauthentication import requires_recent_sign_in
from carecoord.access.roles import Role
from carecoord.access.tasks import forget_expired
from carecoord.logs import formatter
from tests.factories import UserFactory
from tests.roles import as_role
from tests.signin import with_app

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "a.reid@demo.example", "a long enough passphrase"


@pytest.fixture
def midwife():
    user = get_user_model().objects.create_user(EMAIL, PASSWORD, name="A. Reid")
    team = Team.objects.get(site__code="ASHF", code="bridge")
    Membership.objects.create(user=user, team=team, role=Role.SPECIALIST_MIDWIFE)
    return user


def sign_in(client: Client, password: str, email: str = EMAIL):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_the_right_password_signs_in_whatever_the_case_of_the_address(client: Client, midwife) -> None:
    assert sign_in(client, PASSWORD, EMAIL.upper()).headers["Location"] == "/"


def test_nobody_signs_up(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "new@demo.example", "password1": PASSWORD})
    assert not get_user_model().objects.exists()


def test_nobody_changes_the_address_of_an_account(client: Client, midwife) -> None:
    client.force_login(midwife)
    assert client.get("/accounts/email/").status_code == 404


def test_an_account_that_may_not_sign_in_does_not(client: Client, midwife) -> None:
    midwife.is_active = False
    midwife.save()
    sign_in(client, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_for_that_account_and_not_for_its_neighbours(client: Client, midwife) -> None:
    other = get_user_model().objects.create_user("b.khan@demo.example", PASSWORD, name="B. Khan")
    for _ in range(5):
        sign_in(client, "not the passphrase")
    sign_in(client, PASSWORD)
    assert "_auth_user_id" not in client.session
    sign_in(client, PASSWORD, other.email)
    assert client.session["_auth_user_id"] == str(other.pk)


def test_the_alert_counts_accounts_and_not_people_who_mistype(client: Client) -> None:
    people = [get_user_model().objects.create_user(f"p{n}@demo.example", PASSWORD, name="P.") for n in range(30)]
    for user in people:
        sign_in(client, "not the passphrase", user.email)
        sign_in(client, PASSWORD, user.email)
        client.post("/accounts/logout/")
    assert not SignInAlert.objects.exists()
    for user in people[:20]:
        sign_in(client, "not the passphrase", user.email)
    assert SignInAlert.objects.get().accounts == 20


def test_the_alert_names_ids_and_numbers_alone(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(60):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), "guess", f"nobody{number}@demo.example")
    (record,) = [record for record in caplog.records if record.name == "carecoord.signin"]
    line = json.loads(formatter().format(record))
    assert (line["event"], line["accounts"]) == ("sign-in: many accounts tried", 0)
    assert "nobody" not in json.dumps(line)
    assert SignInAlert.objects.get().tries == 60


def test_what_is_not_offered_is_closed(client: Client, midwife) -> None:
    client.force_login(midwife)
    for address in ("email/", "confirm-email/", "confirm-email/abc/", "password/set/", "login/code/confirm/"):
        assert client.get(f"/accounts/{address}").status_code == 404, address


class Door:
    """A page of the product, behind ``requires_recent_sign_in``."""

    @staticmethod
    def at(client: Client, method: str = "get", **sent: str):
        request = getattr(RequestFactory(), method)("/journeys/1/?x=1", sent)
        request.session, request.user = client.session, User.objects.get(pk=client.session["_auth_user_id"])
        request.sign_in = SignIn.objects.get(user=request.user)
        return requires_recent_sign_in(lambda request: HttpResponse("inside"))(request)


def test_a_page_may_ask_whether_it_is_still_you(client: Client, midwife, time_machine) -> None:
    sign_in(client, PASSWORD)
    assert Door.at(client).content == b"inside"
    time_machine.move_to(clock.now() + timedelta(seconds=301))
    assert Door.at(client)["Location"] == "/accounts/reauthenticate/?next=%2Fjourneys%2F1%2F%3Fx%3D1"
    request = RequestFactory().get("/journeys/1/?x=1")
    request.sign_in = SignIn.objects.get(user=midwife)
    typed = {"opened_by": own_forms.token(request), "reason": "She collapsed in the car park"}
    assert Door.at(client, "post", **typed)["Location"] == "/accounts/reauthenticate/?next=%2Fjourneys%2F1%2F%3Fx%3D1"
    assert drafts.of_page(midwife, "/journeys/1/?x=1")[1] == {"/journeys/1/": [["reason", typed["reason"]]]}
    assert typed["reason"] not in repr(dict(client.session.items()))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert Door.at(client).content == b"inside"


def test_a_lost_second_factor_is_taken_away_by_an_administrator(client: Client, midwife) -> None:
    with_app(midwife)
    sign_in(client, PASSWORD)
    assert "_auth_user_id" not in client.session
    call_command("remove_second_factor", EMAIL, verbosity=0)
    client = Client()
    sign_in(client, PASSWORD)
    assert client.session["_auth_user_id"] == str(midwife.pk)
    with pytest.raises(CommandError, match="No account"):
        call_command("remove_second_factor", "nobody@demo.example")


def test_what_has_had_its_time_is_forgotten(midwife) -> None:
    sign_in = SignIn.objects.create(user=midwife)
    drafts.save(sign_in, "/women/add/", "1", {"/women/add/": [["first_name", "Tara"]]})
    SignInFailure.objects.create(window=clock.now() - timedelta(days=2), user=midwife)
    forget_expired()
    assert Draft.objects.exists()
    Draft.objects.update(kept_until=clock.now())
    with as_role("cc_worker"):
        forget_expired()
    assert not Draft.objects.exists()
    assert not SignInFailure.objects.exists()


def test_a_reset_mail_says_nothing_about_what_this_is_for(client: Client, midwife, mailoutbox) -> None:
    assert client.post("/accounts/password/reset/", {"email": EMAIL}).status_code == 302
    (mail,) = mailoutbox
    assert mail.to == [EMAIL]
    assert not any(word in f"{mail.subject} {mail.body}".lower() for word in ("drug", "pregnan", "baby", "methadone"))


def test_a_page_that_needs_a_sign_in_leads_to_it(client: Client) -> None:
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


def test_a_wrong_address_and_a_wrong_password_read_alike_and_say_what_to_do(client, db):
    UserFactory(email="a.reid@hospital.example")
    pages = [
        client.post("/accounts/login/", {"login": address, "password": "wrong"}).content.decode()
        for address in ("a.reid@hospital.example", "nobody@hospital.example")
    ]
    for page in pages:
        assert "This e-mail and password do not belong together. Try again, or ask your team’s administrator." in page
