"""The migration that took safe contact out of one free text: nothing is lost, and nothing lands on the open side."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from pathways.models import ContactDetail, SafeContact
from tests.factories import woman

pytestmark = pytest.mark.django_db

SAID = {
    "text only, before 14:00": date(2026, 3, 1),
    "WhatsApp is fine": None,
    "her sister, 07700 900123": date(2026, 3, 2),
    "at 14 Weaver Row": None,
    "": None,
}


def test_each_text_goes_to_the_side_where_it_belongs_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = MigrationLoader(connection)
    name = next(name for app, name in loader.disk_migrations if name.endswith("_safe_contact_moved"))
    before = loader.project_state(loader.disk_migrations["pathways", name].dependencies).apps
    module, editor = import_module(f"pathways.migrations.{name}"), SimpleNamespace(connection=connection)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pathways_woman ADD safe_contact varchar(2000) NOT NULL DEFAULT ''")
        cursor.execute("ALTER TABLE pathways_woman ADD safe_contact_confirmed_on date")
    hers = {text: woman() for text in SAID}
    old = before.get_model("pathways", "Woman").objects
    for text, confirmed_on in SAID.items():
        old.filter(pk=hers[text].pk).update(safe_contact=text, safe_contact_confirmed_on=confirmed_on)

    monkeypatch.setattr(module, "BATCH", 3)  # more than one batch, and one that is not full
    module.move(before, editor)

    summaries = {row.woman_id: (row.note, row.confirmed_on) for row in SafeContact.objects.all()}
    private = dict(ContactDetail.objects.filter(kind="note").values_list("woman_id", "value"))
    assert summaries == {
        hers["text only, before 14:00"].pk: ("text only, before 14:00", date(2026, 3, 1)),
        hers["WhatsApp is fine"].pk: ("WhatsApp is fine", None),
        hers["her sister, 07700 900123"].pk: ("", date(2026, 3, 2)),
        hers["at 14 Weaver Row"].pk: ("", None),
    }
    assert private == {hers[text].pk: text for text in ("her sister, 07700 900123", "at 14 Weaver Row")}

    old.update(safe_contact="", safe_contact_confirmed_on=None)
    module.move_back(before, editor)
    kept = {row.pk: (row.safe_contact, row.safe_contact_confirmed_on) for row in old.all()}
    assert kept == {hers[text].pk: (text, confirmed_on) for text, confirmed_on in SAID.items()}
