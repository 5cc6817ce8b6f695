"""Walking through the pages about one woman: any page, any answer that its form offers, whoever is at the keyboard."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.test import Client
from django.urls import reverse
from hypothesis import strategies as st

from carecoord import clock
from carecoord.access.models import User
from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.guided import MOVES
from pathways.models import Journey
from pathways.pages.recordable import OFFERED
from pathways.rules.ending import Reason
from tests.routes import routes

Draw = Callable[[st.SearchStrategy[Any]], Any]
# What stands in the address of a page beside her number.
WORDS: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(sorted(OFFERED)),
    "reason": tuple(Reason),
    "service": ("maternity_care", "drug_service"),
    "baby": ("1", "2"),
    "source": ("prescriber", "pharmacy"),
}


def pages_about(record: Journey) -> Iterator[str]:
    """The address of every page under her journey, with every word that it can hold."""
    for route in routes():
        if not route.path.startswith("/journeys/<int:pk>/"):
            continue
        also = [name for name in route.converters if name != "pk"]
        if not also:
            yield route.address(pk=record.pk)
        elif len(also) == 1 and also[0] in WORDS:
            yield from (route.address(pk=record.pk, **{also[0]: word}) for word in WORDS[also[0]])


def pages_that_move(record: Journey) -> list[str]:
    """The pages of her moves."""
    return [reverse(move.page, args=[record.pk]) for move in MOVES.values()]


def pages_that_end(record: Journey) -> list[str]:
    """The ways to end: where a journey would be lost, if anywhere."""
    return [reverse("close", args=[record.pk, reason]) for reason in Reason]


def pages_of_her_handoffs(record: Journey) -> Iterator[str]:
    """Answering, offering and taking what is open; entries that can be marked as wrong; offers that wait."""
    for handoff in record.handoffs.open().order_by("pk"):
        yield from (reverse("answer", args=[handoff.pk, answer]) for answer in ("done", "declined", "unable"))
        yield from (reverse(name, args=[handoff.pk]) for name in ("offer_handoff", "handoff_owner"))
    for made in record.offers.order_by("pk"):
        yield from (reverse(name, args=[made.pk]) for name in ("accept_offer", "decline_offer", "withdraw_offer"))
    for event in record.events.order_by("pk"):
        yield reverse("correct", args=[record.pk, event.pk])


def walk_on(person: User, address: str, draw: Draw) -> str:
    """Open a page as somebody, fill in what its form asks, send it. Returns the name of the page's route."""
    client = Client()
    client.force_login(person)
    opened = client.get(address, follow=True)
    assert opened.status_code < 500, address
    form = (opened.context or {}).get("form") if opened.status_code == 200 else None
    sent = client.post(address, filled(form, draw) if isinstance(form, forms.Form) else {})
    assert sent.status_code < 500, address
    return str(sent.resolver_match.url_name)


def filled(form: forms.Form, draw: Draw) -> dict[str, Any]:
    """The form as somebody could send it."""
    sent: dict[str, Any] = {}
    for name, field in form.fields.items():
        sent.update(_answer(form, name, field, draw))
    return sent


def _answer(form: forms.Form, name: str, field: forms.Field, draw: Draw) -> dict[str, Any]:
    if isinstance(field, forms.UUIDField):
        return {name: str(uuid.uuid4())}
    if isinstance(field.widget, forms.HiddenInput):
        return {name: form[name].value() or ""}
    if isinstance(field, forms.MultipleChoiceField):
        return {name: []}
    if isinstance(field, forms.ChoiceField):
        values = [str(value) for value, _ in field.choices]
        return {name: draw(st.sampled_from(values))} if values else {}
    if isinstance(field, forms.BooleanField):
        return {name: "on"} if draw(st.booleans()) else {}
    if isinstance(field, LocalDateTimeField):
        return {name: _local(clock.now() - timedelta(minutes=draw(st.integers(0, 600))))}
    if isinstance(field, NhsDateField):
        return {name: (clock.today() + timedelta(days=draw(st.integers(-20, 20)))).isoformat()}
    return {name: "2" if isinstance(field, forms.IntegerField) else "As she said."}


def _local(instant: Any) -> str:
    return str(instant.astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M"))
