"""One run of the relay in this process."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from carecoord.delivery import relay


class Command(BaseCommand):
    """Sends what waits in the outbox, as the worker does every 15 seconds."""

    help = "Send what waits in the outbox, and print how many messages were sent, failed or wait for another try."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(asdict(relay.deliver())))
