"""Brings the site files into the database: a row for each site and each of its teams."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, transaction

from carecoord.sites.definitions import all_site_definitions


def load_sites_after_migrate(using: str, **_: Any) -> None:
    """Runs at the end of every ``migrate``; does nothing while only some tables exist."""
    if apps.get_model("access", "Team")._meta.db_table in connections[using].introspection.table_names():
        load_sites(using=using)


def load_sites(*, using: str = "default") -> None:
    """Create or rename sites and teams as declared. Rows of a file that is gone stay: records point at them."""
    with transaction.atomic(using=using):
        _load(using)


def _load(using: str) -> None:
    sites = apps.get_model("sites", "Site").objects.using(using)
    teams = apps.get_model("access", "Team").objects.using(using)
    for definition in all_site_definitions():
        site, _ = sites.update_or_create(
            code=definition.code, defaults={"name": definition.name, "nation": definition.nation}
        )
        for team in definition.teams:
            teams.update_or_create(site=site, code=team.code, defaults={"name": team.name, "kind": team.kind})
