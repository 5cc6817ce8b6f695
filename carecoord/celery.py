"""Background jobs. A task gets ids only, and its result is what it did to the database.

Only the worker and the clock import this: pages never speak to the queue, so that they do not wait for it.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carecoord.settings")
os.environ.setdefault("CARECOORD_DATABASE_ROLE", "worker")

app = Celery("carecoord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def catch_up(sender: Any, **signal: Any) -> None:
    """A worker that comes up sweeps at once, rather than at the next full minute of the clock."""
    sender.app.send_task("pathways.tasks.sweep", expires=60)
