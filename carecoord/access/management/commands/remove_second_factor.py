"""`manage.py remove_second_factor`: for somebody who has lost phone and key, once two people know who they are."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from carecoord import clock
from carecoord.access.models import Pin, SignIn, User


class Command(BaseCommand):
    """Takes every second factor of an account away and ends its sign-ins; the next one sets a new factor up."""

    help = "Take away the second factors of an account, after two people have made sure who asks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("No account has this e-mail.")
        removed, _ = Authenticator.objects.filter(user=user).delete()
        Pin.objects.filter(user=user).delete()
        SignIn.objects.filter(user=user, ended_at=None).update(ended_at=clock.now())
        self.stdout.write(f"Removed {removed}. They set a new one up after the next sign-in.")
