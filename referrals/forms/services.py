"""The forms of the directory: looking for a service, writing one down, ending one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.db.models import Model

from carecoord.access.models import Team
from carecoord.formfields import CareForm
from pathways.actions import Refused
from pathways.forms.record import radios
from pathways.forms.seen import SeenForm
from pathways.forms.shared import Text, fields_only, refuse
from pathways.models import Need
from pathways.seen import Changed, Seen
from pathways.wording.changed import NOTHING, value_of_field
from referrals.directory import values_of
from referrals.models import Access, Place, Service
from referrals.models.columns import LONGEST_NAME, LONGEST_WORDS
from referrals.rules import kinds
from referrals.rules.fit import ANSWERS, Her
from referrals.rules.hours_text import HOLIDAYS, hours_as_text, hours_from_text

# What somebody can look for her by.
WHOM = (
    ("late_booker", "She booked late"),
    ("new_to_services", "She is new to services"),
    ("with_baby", "Her baby comes with her"),
    ("after_removal", "Her baby was placed away"),
)
_ASKED: Mapping[str, str] = {
    "takes_late_bookers": "Does it take women who booked late?",
    "needs_earlier_engagement": "Does she have to have been in touch with services before?",
    "takes_babies": "Can her baby come with her?",
    "takes_after_removal": "Does it take women whose baby was placed away?",
    "takes_from_elsewhere": "Does it take women from other areas?",
}
Whether = Service.Whether
_ANSWERED = [(each.value, each.label) for each in (Whether.ASK, Whether.YES, Whether.NO)]


class SearchForm(forms.Form):
    """What she needs, and what services ask about her. What cannot be read is left out, and more is shown."""

    need = forms.ChoiceField(
        label="What does she need?", choices=[("", "Anything"), *Need.Area.choices], required=False
    )
    whom = forms.MultipleChoiceField(
        label="For whom?", choices=WHOM, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
        self.is_valid()

    @property
    def area(self) -> str:
        """The need that was chosen; "" for any."""
        return str(self.cleaned_data.get("need", ""))

    @property
    def her(self) -> Her:
        """The woman that was described."""
        return Her(**dict.fromkeys(self.cleaned_data.get("whom", []), True))


def _number(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=9999,
        help_text=help_text,
        widget=forms.TextInput({"class": "nhsuk-input--width-4", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Write a whole number, or leave it blank where nobody knows."},
    )


def _one_of(label: str, rows: Sequence[Any], nothing: str, help_text: str = "") -> forms.TypedChoiceField:
    """One of these rows, or none; cleans to the row."""
    by_key = {str(row.pk): row for row in rows}
    return forms.TypedChoiceField(
        label=label,
        choices=[("", nothing), *((key, str(row)) for key, row in by_key.items())],
        coerce=by_key.__getitem__,
        empty_value=None,
        required=False,
        help_text=help_text,
    )


class KeepingForm(SeenForm, CareForm):
    """A form with which people keep what others rely on: whoever saves second is shown what stands meanwhile."""

    def stands_now(self, row: Model, values_of: Callable[[Any], dict[str, Any]]) -> None:
        """What stands of ``row`` is shown."""
        values = values_of(row)
        self.row, self.values_of = row, values_of
        self.shows(_seen(row, values))
        keys = {name: value.pk for name, value in values.items() if isinstance(value, Model)}
        self.initial = {**values, **self.initial, **keys}

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused beside its field, or above the form where it has none."""
        refuse(self, refused)

    def refuse_changed(self, changed: Changed) -> None:
        """Somebody else changed the same: what stands now is told at each field; sent once more it goes through."""
        self.row.refresh_from_db()
        values = self.values_of(self.row)
        self.show_again(_seen(self.row, values))
        for name in changed.fields:
            self.add_error(
                name,
                f"Somebody changed this while you were writing. It says now: {self.in_words(name, values[name])}. "
                "Nothing of yours is saved yet. If yours still holds, save it once more.",
            )

    def in_words(self, name: str, value: Any) -> str:
        """A value as the field says it."""
        return value_of_field(self.fields[name], getattr(value, "pk", value))


def _seen(row: Model, values: Mapping[str, Any]) -> Seen:
    return Seen.of(f"{row._meta.model_name} {row.pk}", values)


class ServiceForm(KeepingForm):
    """A service of one site, or the fact that there is none."""

    name = Text("What is it called?", LONGEST_NAME, required=True)
    telephone = Text("Telephone", 40, width=20)
    email = forms.EmailField(label="E-mail for referrals", required=False)
    criteria = Text("What else it asks", LONGEST_WORDS, lines=2, help_text="For example: in treatment for four weeks.")
    capacity = _number("Places in all")
    free_places = _number("Free now", "0 where there is none now. Blank where nobody knows.")
    waiting_days = _number("Days until a first appointment", "As they say it themselves. Blank where nobody knows.")
    hours = Text(
        "Opening hours",
        LONGEST_WORDS,
        lines=4,
        help_text="A line for some days: mon-fri 09:00-17:00. A day on which it is closed: closed 2026-12-24.",
    )
    on_holidays = forms.BooleanField(label="Open on bank holidays too", required=False)
    where = Text("Where, in words", LONGEST_WORDS, lines=2, help_text="How far it is, and how she gets there.")
    access = forms.MultipleChoiceField(
        label="What is there", choices=Access.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    funding = Text("Who pays", LONGEST_WORDS, lines=2, help_text="Which budget or panel, and when it meets.")
    note = Text("What else colleagues should know", LONGEST_WORDS, lines=2)

    def __init__(
        self, *args: Any, service: Service, teams: Sequence[Team], places: Sequence[Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.service = service
        self.helper = fields_only()
        self.fields["kind"] = forms.ChoiceField(
            label="What kind of service is it?",
            choices=[("", "Choose one"), *kinds.CHOICES],
            error_messages={"required": "Choose what kind of service it is."},
        )
        self.fields["exists"] = radios("Does it exist here?", Service.Exists.choices, needed=True)
        for name, label in _ASKED.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=_ANSWERED)
        self.fields["team"] = _one_of(
            "Who of this site answers its referrals?",
            teams,
            "Nobody with an account: they answer by a link or by phone",
        )
        self.fields["place"] = _one_of("Where is it?", places, "Somewhere else, or not known")
        if service.pk:
            del self.fields["kind"]  # it stays what it is
        hours = service.hours
        self.stands_now(service, values_of)
        typed = {"hours": hours_as_text(hours), "on_holidays": hours.get(HOLIDAYS) == "open"}
        self.initial = {**self.initial, **typed}
        self.helper.layout = self._layout()

    def _layout(self) -> Layout:
        kind = [] if self.service.pk else ["kind"]
        return Layout(
            "stood",
            Fieldset("The service", *kind, "name", "exists"),
            Fieldset("For whom", *ANSWERS, "criteria"),
            Fieldset("Places and waiting", "capacity", "free_places", "waiting_days"),
            Fieldset("When and where", "hours", "on_holidays", "place", "where", "access"),
            Fieldset("Referrals to it", "team", "telephone", "email", "funding", "note"),
        )

    def clean(self) -> dict[str, Any]:
        """Hours are read line by line."""
        data = super().clean() or {}
        try:
            data["hours"] = hours_from_text(data.get("hours", ""), on_bank_holidays=data.pop("on_holidays", False))
        except ValueError as problem:
            self.add_error("hours", f"{problem}.")
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by column; of a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "stood"}
        return data | {"access": sorted(data["access"])}

    def in_words(self, name: str, value: Any) -> str:
        """Hours as they are typed."""
        return (hours_as_text(value) or NOTHING) if name == "hours" else super().in_words(name, value)


class EndServiceForm(KeepingForm):
    """Why a service closed."""

    why = Text(
        "Why did it close?",
        LONGEST_WORDS,
        lines=2,
        required=True,
        help_text="Who sent women there reads it. For example: funding ended; moved to another provider.",
        error_messages={"required": "Say why it closed, in a few words."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
