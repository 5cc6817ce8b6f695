"""The forms of clinics: a day, a session, what comes again, and cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms

from carecoord import clock
from carecoord.formfields import CareForm, NhsDateField
from carecoord.refused import Refused
from pathways.forms.shared import Text, fields_only, refuse
from referrals.clinics import LEAST_MINUTES, MOST_SEATS, Creche, SessionPlan, works_at
from referrals.models import Place, Service
from referrals.models.columns import LONGEST_NAME, LONGEST_WORDS
from referrals.rules import days, kinds
from referrals.series import MOST_WEEKS, SeriesPlan

_FORMATS = ["%H:%M", "%H.%M", "%H%M"]
_RHYTHMS = [(str(weeks), f"Every {weeks} weeks") for weeks in range(2, MOST_WEEKS + 1)]


def _time(label: str, *, required: bool = True, **kwargs: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=required,
        input_formats=_FORMATS,
        widget=forms.TimeInput({"class": "nhsuk-input--width-5", "autocomplete": "off"}, format="%H:%M"),
        error_messages={"invalid": "Write the time like 09:00."},
        **kwargs,
    )


def _number(label: str, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.TextInput({"class": "nhsuk-input--width-3", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Write a whole number."},
        **kwargs,
    )


class ClinicForm(CareForm):
    """What the forms of clinics share: fields without a form tag, and a verb's refusal beside its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def refuse(self, refused: Refused) -> None:
        """Show what a verb refused."""
        refuse(self, refused)


class CrecheForm(ClinicForm):
    """From when until when children are looked after, and how many."""

    creche_places = _number("Places in the crèche", 0, 60, required=False, help_text="Empty: there is none.")
    creche_from = _time("Crèche from", required=False)
    creche_until = _time("Crèche until", required=False)

    @property
    def creche(self) -> Creche:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Creche(data["creche_from"], data["creche_until"], data["creche_places"] or 0)


class _AtAPlace(CrecheForm):
    """A form that begins with the place."""

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        choices = [(key, f"{place}, {place.site}") for key, place in self.places.items()]
        place = forms.ChoiceField(label="Place", choices=[("", "Choose"), *choices])
        place.error_messages["required"] = "Choose a place."
        self.fields = {"place": place, **self.fields}

    @property
    def chosen_place(self) -> Place:
        """The place that was chosen; of a valid form."""
        return self.places[self.cleaned_data["place"]]


class DayForm(_AtAPlace):
    """One day at one place."""

    on = NhsDateField(label="Day", what="the day")
    field_order = ("place", "on", "creche_places", "creche_from", "creche_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class SeriesForm(_AtAPlace):
    """How a clinic comes again."""

    first_on = NhsDateField(
        label="First day", what="the first day", help_text="It comes again on this day of the week."
    )
    every_weeks = forms.TypedChoiceField(
        label="How often", coerce=int, choices=[("1", "Every week"), *_RHYTHMS], initial="1"
    )
    until = NhsDateField(
        label="Last day", what="the last day", required=False, help_text="Empty: until somebody ends it."
    )
    on_holiday = forms.ChoiceField(
        label="On a bank holiday", choices=days.CHOICES, widget=forms.RadioSelect, initial=days.OnHoliday.SKIP
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(("place", "first_on", "every_weeks", "until", "on_holiday"))

    @property
    def plan(self) -> SeriesPlan:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return SeriesPlan(data["first_on"], data["every_weeks"], data["on_holiday"], data["until"], self.creche)


class SessionForm(ClinicForm):
    """One session: what, where, who, when, for how many."""

    kind = forms.ChoiceField(
        label="What is it?",
        choices=[("", "Choose"), *kinds.CHOICES],
        error_messages={"required": "Choose what the session is for."},
    )
    starts = _time("Begins", help_text="For example 09:30")
    ends = _time("Ends")
    minutes = _number("Minutes for one appointment", LEAST_MINUTES, 16 * 60, initial=30)
    seats = _number("Women at the same time", 1, MOST_SEATS, initial=1, help_text="More than one is a group.")
    clinician_name = Text(
        "Who holds it, if they have no account", LONGEST_NAME, help_text="As colleagues write it: A. Bell"
    )
    has_interpreter = forms.BooleanField(label="An interpreter is there", required=False)

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = place.site.services.filter(ended_on=None).exclude(exists=Service.Exists.NOT_COMMISSIONED)
        self.rooms = {str(room.pk): room for room in place.rooms.order_by("name")}
        self.services = {str(each.pk): each for each in here.order_by("name")}
        self.people = {str(user.pk): user for user in works_at(place.site).order_by("name")}
        self.fields["room"] = self._one_of("Room", self.rooms, "Choose")
        self.fields["service"] = self._one_of("Service of the directory", self.services, "None of them", required=False)
        self.fields["clinician"] = self._one_of("Who holds it", self.people, "Nobody with an account", required=False)
        self.order_fields(("kind", "service", "room", "starts", "ends", "minutes", "seats", "clinician"))

    @staticmethod
    def _one_of(label: str, known: dict[str, Any], none: str, *, required: bool = True) -> forms.ChoiceField:
        choices = [("", none), *((key, str(each)) for key, each in known.items())]
        field = forms.ChoiceField(label=label, choices=choices, required=required)
        field.error_messages["required"] = f"Choose a {label.lower()}."
        return field

    @property
    def plan(self) -> SessionPlan:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return SessionPlan(
            data["kind"],
            self.rooms[data["room"]],
            _whole_minute(data["starts"]),
            _whole_minute(data["ends"]),
            data["minutes"],
            data["seats"],
            self.services.get(data["service"]),
            self.people.get(data["clinician"]),
            data["clinician_name"],
            data["has_interpreter"],
        )


class WhyForm(ClinicForm):
    """Why something does not take place."""

    why = Text(
        "Why?",
        LONGEST_WORDS,
        lines=2,
        required=True,
        help_text="In a few words that can be said to the women: Our sonographer is ill.",
    )


class EndSeriesForm(WhyForm):
    """With which day a series ends."""

    last_on = NhsDateField(label="Last day", what="the last day")
    field_order = ("last_on", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)
        self.fields["last_on"].initial = clock.today()


def _whole_minute(at: time) -> time:
    return at.replace(second=0, microsecond=0)
