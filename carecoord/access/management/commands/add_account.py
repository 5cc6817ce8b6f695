"""`manage.py add_account`: an account for a member of staff, or one more role for somebody who has one."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from carecoord import clock
from carecoord.access.models import ROLE_CHOICES, Membership, Team, User


class Command(BaseCommand):
    """Adds the account and the role together: an account without a role opens nothing."""

    help = "Add a member of staff: their account, and their role in a team of a site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="their work e-mail; it is their name at sign-in")
        parser.add_argument("--name", required=True, help="as colleagues write it: A. Reid")
        parser.add_argument("--site", required=True, help="the site's code, for instance ASHF")
        parser.add_argument("--team", required=True, help="the team's code in the site's file")
        parser.add_argument("--role", required=True, choices=[value for value, _ in ROLE_CHOICES])

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for a password (or read one line from a pipe) and write the rows. Raises CommandError."""
        team = Team.objects.filter(site__code=options["site"], code=options["team"]).first()
        if team is None:
            known = ", ".join(f"{team.site.code} {team.code}" for team in Team.objects.select_related("site"))
            raise CommandError(f"There is no such team. Known teams: {known}.")
        try:
            with transaction.atomic():
                person = self._account(options["email"], options["name"])
                Membership.objects.get_or_create(
                    user=person, team=team, role=options["role"], defaults={"starts_on": clock.today()}
                )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        self.stdout.write(f"{person.email} is {options['role'].replace('_', ' ')} in {team.name}, {team.site.name}.")

    def _account(self, email: str, name: str) -> User:
        existing = User.objects.filter(email=email.strip().lower()).first()
        if existing:
            return existing
        person = User(email=email.strip().lower(), name=name)
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        person.full_clean(exclude=["password"])
        validate_password(password, person)
        person.set_password(password)
        person.save()
        return person
