"""An administrator makes the first accounts from the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from carecoord.access.models import User

pytestmark = pytest.mark.django_db

ACCOUNT = {"email": "A.Reid@hospital.example", "name": "A. Reid", "site": "ASHF", "team": "bridge"}


def add(monkeypatch, password="a long and good pass phrase", **changes):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    call_command("add_account", **{**ACCOUNT, "role": "specialist_midwife", **changes})


def test_an_account_comes_with_its_role(monkeypatch, capsys):
    add(monkeypatch)
    person = User.objects.get(email="a.reid@hospital.example")
    assert person.check_password("a long and good pass phrase")
    assert person.role_in_words.lower() == "specialist midwife"
    assert "Bridge caseload team, Ashford Bridge" in capsys.readouterr().out


def test_a_second_role_leaves_the_password_alone(monkeypatch):
    add(monkeypatch)
    add(monkeypatch, password="another long pass phrase", role="ward_midwife", team="maple")
    person = User.objects.get(email="a.reid@hospital.example")
    assert person.check_password("a long and good pass phrase")
    assert len(person.roles) == 2


@pytest.mark.parametrize("changes", [{"team": "nowhere"}, {"password": "short"}, {"email": "no address"}])
def test_what_cannot_be_is_said_and_leaves_nothing(monkeypatch, changes):
    with pytest.raises(CommandError):
        add(monkeypatch, **changes)
    assert not User.objects.exists()
