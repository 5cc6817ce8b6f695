"""The sign-in library as we set it: nobody signs up, nobody renames an account, a password can be reset by mail."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "a.reid@demo.example", "a long enough passphrase"


@pytest.fixture
def midwife():
    return get_user_model().objects.create_user(EMAIL, PASSWORD, name="A. Reid")


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
