"""What was written of safe contact in one text becomes the first version of it, on the side where it belongs."""

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations

BATCH = 1000
LONDON = ZoneInfo("Europe/London")

# As pathways.private judged when this was written.
PHONE = re.compile(r"(?:\d[\s().\-/]*){7,}")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
STREET = re.compile(
    r"\b(?:flat|room|unit|no\.?)\s*\d|\b\d+[a-z]?,?\s+(?:[\w’'.-]+\s+){0,3}"
    r"(?:st|street|rd|road|lane|ln|ave|avenue|close|cl|court|ct|crescent|cres|drive|dr|gardens|grove|house|hill|mews|"
    r"park|place|row|square|terrace|view|walk|way|wynd|brae|gate)\b",
    re.IGNORECASE,
)


def gives_away(text):
    return "@" in text or any(pattern.search(text) for pattern in (PHONE, POSTCODE, STREET))


def move(apps, schema_editor):
    woman, contact, detail = (apps.get_model("pathways", name) for name in ("Woman", "SafeContact", "ContactDetail"))
    alias = schema_editor.connection.alias
    summaries, notes = [], []

    def write():
        contact.objects.using(alias).bulk_create(summaries)
        detail.objects.using(alias).bulk_create(notes)
        summaries.clear()
        notes.clear()

    rows = woman.objects.using(alias).exclude(safe_contact="").order_by("pk")
    columns = ("pk", "safe_contact", "safe_contact_confirmed_on", "created_at")
    for pk, text, confirmed_on, created_at in rows.values_list(*columns).iterator(BATCH):
        at = datetime.combine(confirmed_on, time(12), LONDON) if confirmed_on else created_at
        private = gives_away(text)
        if private:
            notes.append(detail(woman_id=pk, kind="note", value=text, recorded_at=at))
        note = "" if private else text
        summaries.append(contact(woman_id=pk, note=note, confirmed_on=confirmed_on, recorded_at=at))
        if len(summaries) == BATCH:
            write()
    write()


def move_back(apps, schema_editor):
    """The newest text of each woman, from whichever side it is on. What is not text stays behind."""
    woman, contact, detail = (apps.get_model("pathways", name) for name in ("Woman", "SafeContact", "ContactDetail"))
    alias = schema_editor.connection.alias
    private = dict(detail.objects.using(alias).filter(kind="note").order_by("id").values_list("woman_id", "value"))
    newest = {row.woman_id: row for row in contact.objects.using(alias).order_by("id").iterator(BATCH)}
    for pk, row in newest.items():
        text = row.note or private.get(pk, "")
        woman.objects.using(alias).filter(pk=pk).update(safe_contact=text, safe_contact_confirmed_on=row.confirmed_on)


class Migration(migrations.Migration):
    dependencies = [("pathways", "0006_open_contact")]
    operations = [migrations.RunPython(move, move_back)]
