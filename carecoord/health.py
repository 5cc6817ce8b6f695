"""Is it alive, can it serve pages, are flags still being raised? Needs no sign-in and says nothing private."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from carecoord import clock

SWEEP_MAY_BE_OLD = timedelta(minutes=5)  # the sweep runs every minute: five are missing before pages say so


@dataclass(frozen=True)
class Pulse:
    """The last sweep: when it ended (UTC; None before the first), and whether flags may be out of date."""

    checked_at: datetime | None
    stale: bool


def last_sweep() -> Pulse:
    """The pulse of the site that was swept longest ago, or that waits for its first sweep."""
    runs = apps.get_model("pathways.SweepRun").objects.filter(site=OuterRef("pk"), finished_at__isnull=False)
    newest = Subquery(runs.order_by("-finished_at").values("finished_at")[:1])
    sites = apps.get_model("sites.Site").objects.annotate(swept_at=newest).order_by(F("swept_at").asc(nulls_first=True))
    finished = sites.values_list("swept_at", flat=True).first()
    return Pulse(finished, stale=finished is None or clock.now() - finished > SWEEP_MAY_BE_OLD)


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200: this process answers."""
    return _said("alive")


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 once pages can be served: the database answers, walls them, keeps what it commits, has every migration."""
    try:
        if settings.PRODUCTION and _passes_the_wall():
            return _said("the web server's database role passes row-level security", 503)
        if settings.PRODUCTION and _answers_before_it_is_on_disk():
            return _said("synchronous_commit is off: what is acknowledged could be lost in a crash", 503)
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _said("the database does not answer", 503)
    return _said("migrations are waiting", 503) if waiting else _said("ready")


@login_not_required
@never_cache
@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """200 while the sweep runs; 503 when the last one is more than five minutes old, or there was none."""
    try:
        sweep = last_sweep()
    except DatabaseError:
        return _said("the database does not answer", 503)
    if sweep.checked_at is None:
        return _said("no sweep yet", 503)
    at = f"last sweep {sweep.checked_at:%Y-%m-%dT%H:%M:%SZ}"
    return _said(f"{at}: too long ago", 503) if sweep.stale else _said(at)


def _passes_the_wall() -> bool:
    """Whether the role that this process signs in as sees every row: a superuser, or exempt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _answers_before_it_is_on_disk() -> bool:
    """Whether the server says that something is committed before it would outlive a crash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('synchronous_commit') = 'off'")
        return bool(cursor.fetchone()[0])


def _said(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
