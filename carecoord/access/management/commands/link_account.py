"""`manage.py link_account`: an account may be signed in to with its site's own service."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from carecoord.access.models import User


class Command(BaseCommand):
    """Links an account to the subject by which the site's service knows the person, or takes the link away."""

    help = "Link an account to the subject by which its site's OpenID Connect service knows the person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--site", required=True, help="code of the site whose service it is: ASHF")
        parser.add_argument("--subject", required=True, help="the service's own name for the person (claim sub)")
        parser.add_argument("--remove", action="store_true", help="take the link away")

    def handle(self, *args: Any, **options: Any) -> None:
        site, subject = options["site"].lower(), options["subject"].strip()
        if site not in {issuer["site"] for issuer in settings.OIDC_ISSUERS}:
            raise CommandError(f"No service is set up for {options['site']}: set OIDC_{site.upper()}_ISSUER first.")
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("No account has this e-mail. `manage.py add_account` makes one.")
        link = SocialAccount.objects.filter(provider=site, uid=subject).first()
        if link is not None and link.user_id != user.pk:
            raise CommandError("Another account is linked to this subject. Take that link away first, with --remove.")
        if options["remove"]:
            SocialAccount.objects.filter(provider=site, uid=subject, user=user).delete()
            self.stdout.write("The link is gone.")
            return
        SocialAccount.objects.get_or_create(provider=site, uid=subject, user=user)
        self.stdout.write("Linked.")
