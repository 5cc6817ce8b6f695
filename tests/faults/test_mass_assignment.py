"""Forms sent with every field name of every model, at random: nothing changes that the form did not ask for.

The bystander is another woman of the same site; whoever sends could open her. Her rows, the accounts, the teams and
what no form of a woman asks for stay as they were, and whatever is new is hers and signed by the sender.
"""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.contact import newest_address
from pathways.forms.women import DetailsForm
from pathways.models import Journey, Woman
from tests.factories import ago, claimed, happened, journey, staff

pytestmark = pytest.mark.django_db

OF_A_WOMAN = (
    "pathways_safecontact", "pathways_contactdetail", "pathways_address", "pathways_opening", "pathways_background",
    "pathways_messagetoher", "pathways_identifier", "access_grant", "access_conflict",
)  # fmt: skip
OF_A_JOURNEY = ("pathways_event", "pathways_baby", "pathways_handoff", "pathways_flag")
# Columns of her own that no form changes.
FIXED = {
    "pathways_woman": "id, site_id, person_ref, first_name, last_name, date_of_birth, created_at, submission",
    "pathways_journey": "id, woman_id, number, site_id, edd_at_entry, medication_at_entry, created_at",
}
ROUTES = (
    "woman_details", "safe_contact", "confirm_contact", "contact_unsafe", "address", "open_contact", "background_edit",
    "background_withdraw", "record_kind", "correct", "answer", "edd", "midwife",
)  # fmt: skip
# Every new row of these is hers, and names who sent the form.
SIGNED = {
    "pathways_event": "recorded_by_id",
    "pathways_safecontact": "recorded_by_id",
    "pathways_contactdetail": "recorded_by_id",
    "pathways_address": "recorded_by_id",
    "pathways_background": "recorded_by_id",
    "pathways_opening": "user_id",
}


def test_mass_assignment(fault: Any, client: Any) -> None:
    chance = random.Random(2026)
    people = [staff(Role.SPECIALIST_MIDWIFE), staff(Role.WARD_MIDWIFE, team="maple"), staff(Role.HEALTH_VISITOR)]
    hers, bystander = _woman("Tara"), _woman("Ewa")
    for person in people:
        claimed(hers, person)
        claimed(bystander, person)
    names = _every_field_name()
    assert len(names) > 90
    before = _digest(hers, bystander)
    newest = _newest()
    size = fault.size(full=5000, small=60)
    sender: User | None = None
    stored = 0
    for turn in range(size):
        if sender is None or turn % 50 == 0:  # signing in costs more than a form
            sender = people[turn // 50 % len(people)]
            client.force_login(sender)
        ids = [str(bystander.pk), str(bystander.woman_id), str(people[0].pk)]
        values = ["", "1", "on", *ids, "2026-01-01", "x", "abuse"]
        form = {name: chance.choice(values) for name in names if chance.random() < 0.7}
        name = chance.choice(ROUTES)
        answer = client.post(_address(name, hers, chance), form | (_valid(name, hers) if chance.random() < 0.8 else {}))
        fault.tried += 1
        now = _newest()
        ok = answer.status_code < 500 and _digest(hers, bystander) == before and _signed(newest, hers, sender)
        fault.wrong += not ok
        stored += now != newest
        newest = now
    assert stored > size / 8, f"only {stored} forms were taken: this proves little"


def _woman(name: str) -> Journey:
    made = journey(first_name=name)
    happened(made, ("first_contact", ago(40)), ("booking_completed", ago(30)))
    return made


def _every_field_name() -> list[str]:
    models = [model for app in apps.get_app_configs() for model in app.get_models()]
    return sorted({name for model in models for field in model._meta.fields for name in (field.name, field.attname)})


def _address(name: str, hers: Journey, chance: random.Random) -> str:
    event = hers.events.order_by("id").first()
    handoff = hers.handoffs.open().order_by("pk").first() or hers.handoffs.first()
    assert event is not None
    assert handoff is not None
    given: dict[str, dict[str, Any]] = {
        "background_edit": {"pk": hers.woman_id, "label": "abuse"},
        "background_withdraw": {"pk": hers.woman_id, "label": "abuse"},
        "record_kind": {"pk": hers.pk, "kind": chance.choice(["contact_made", "separated", "closed"])},
        "correct": {"pk": hers.pk, "event": event.pk},
        "answer": {"pk": handoff.pk, "answer": chance.choice(["done", "declined"])},
        "edd": {"pk": hers.pk},
        "midwife": {"pk": hers.pk},
    }
    return reverse(name, kwargs=given.get(name, {"pk": hers.woman_id}))


def _valid(name: str, hers: Journey) -> dict[str, str]:
    """What makes the form of a route one that is taken."""
    contact = hers.woman.safe_contacts.order_by("-id").first()
    seen = str(contact.pk) if contact else ""
    at = ago(0.01).astimezone(clock.LONDON)
    parts = zip("0123", (str(at.day), str(at.month), str(at.year), f"{at:%H:%M}"), strict=True)
    once = {"submission": str(uuid.uuid4())}
    blank = dict.fromkeys(("safe_from", "safe_until", "email", "number"), "")
    place = str(newest_address(hers.woman_id))
    piece = hers.woman.background.order_by("-id").first()
    digest = DetailsForm(woman=Woman.objects.get(pk=hers.woman_id), may_add_numbers=False).initial["stood"]
    valid: dict[str, dict[str, str]] = {
        "woman_details": dict.fromkeys(("preferred_name", "nhs_number", "chi_number"), "") | {"stood": str(digest)},
        "safe_contact": {"channel": "text", "seen": seen, "days": "1", "voicemail": "", **blank},
        "confirm_contact": {"seen": seen},
        "address": {"kind": "none", "lines": "", "postcode": "", "begins_on": "", "ends_on": "", "seen": place},
        "open_contact": {"purpose": "call", **once},
        "background_edit": {"text": "x", "category": "", "seen": str(piece.pk) if piece else ""},
        "record_kind": {f"occurred_at_{place}": part for place, part in parts} | once | {"detail_reason": "x"},
    }
    return valid.get(name, {})


def _digest(hers: Journey, bystander: Journey) -> list[Any]:
    """All that must not change, in one query."""
    parts = [
        f"(SELECT md5(string_agg(({columns})::text, ';' ORDER BY id)) FROM {table})"  # noqa: S608 names of ours
        for table, columns in FIXED.items()
    ]
    parts += [f"(SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM {table} t WHERE woman_id = {bystander.woman_id})" for table in OF_A_WOMAN]  # fmt: skip # noqa: S608, E501
    parts += [f"(SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM {table} t WHERE journey_id = {bystander.pk})" for table in OF_A_JOURNEY]  # fmt: skip # noqa: S608, E501
    parts += [f"(SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM {table} t)" for table in ("access_team", "access_membership")]  # fmt: skip # noqa: S608, E501
    parts.append(
        "(SELECT md5(string_agg(concat(id, email, name, is_active, password), ';' ORDER BY id)) FROM access_user)"
    )
    parts.append(f"(SELECT md5(t::text) FROM pathways_woman t WHERE id = {bystander.woman_id})")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts))
        return list(cursor.fetchone())


def _newest() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table})" for table in SIGNED))  # noqa: S608
        return dict(zip(SIGNED, cursor.fetchone(), strict=True))


def _signed(newest: dict[str, int], hers: Journey, sender: User) -> bool:
    """Whether every new row is hers, and signed by who sent the form."""
    with connection.cursor() as cursor:
        for table, column in SIGNED.items():
            whose = f"journey_id = {hers.pk}" if table == "pathways_event" else f"woman_id = {hers.woman_id}"
            cursor.execute(
                f"SELECT count(*) FROM {table} WHERE id > %s AND NOT ({whose} AND {column} = %s)",  # noqa: S608
                [newest[table], sender.pk],
            )
            if cursor.fetchone() != (0,):
                return False
    return True
