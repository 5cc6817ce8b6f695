"""The product's Celery app whose beat asks for a sweep every second: ``celery -A tests.faults.quick_beat beat``."""

from carecoord.celery import app

app.conf.beat_schedule = {"sweep": {**app.conf.beat_schedule["sweep"], "schedule": 1}}
