"""The forms of a plan of her trips: what her days allow, what is planned, and which of it is booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from carecoord import clock
from pathways.actions import Refused
from pathways.forms.contact import WEEKDAYS, WallTimeField
from pathways.forms.once import OnceForm
from pathways.forms.shared import Text
from referrals.models import HerDay, Place, Session, Visit
from referrals.models.columns import LONGEST_NAME, LONGEST_WORDS
from referrals.planning import Asked, HerSide, Thing
from referrals.rules.kinds import CHOICES
from referrals.wanted import Wanted, in_order, typed

MOST_MINUTES, MOST_CHILDREN = 240, 9
FURTHER = (1, 2, 3)  # things that can be typed in
NOTHING_FURTHER = ("", "Nothing further")
_STALE = "This is not open any more. Look at the plan again."


def _whole_number(label: str, most: int, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=False,
        widget=forms.TextInput({"class": "nhsuk-input--width-3", "inputmode": "numeric", "autocomplete": "off"}),
        help_text=help_text,
        error_messages={
            "invalid": "Write a whole number, for example 25.",
            "max_value": f"Write a number up to {most}.",
            "min_value": "Write 0 or more.",
        },
    )


class HerDayForm(OnceForm):
    """What her days allow, as she says it. Everything may stay blank."""

    travel_by = Text("How does she travel?", LONGEST_NAME, help_text="For example: bus 7, on foot, a lift.")
    travel_minutes = _whole_number("Minutes, one way", MOST_MINUTES, "To where the clinics are, from where she is.")
    leaves_after = WallTimeField(
        label="When can she leave home?", required=False, help_text="For example 9:15, after the school run."
    )
    home_by = WallTimeField(label="When does she have to be back?", required=False, help_text="For example 14:30.")
    dose_from = WallTimeField(label="At the pharmacy from", required=False, help_text="That time stays hers.")
    dose_until = WallTimeField(label="At the pharmacy until", required=False)
    dose_words = Text("About the pharmacy, in words", LONGEST_NAME, help_text="For example: every day but Sunday.")
    not_on = forms.TypedMultipleChoiceField(
        label="On which days can she not come?",
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    children = _whole_number("How many children come with her?", MOST_CHILDREN, "Who need somebody to look after them.")
    words = Text("What else matters, in her words", LONGEST_WORDS, lines=2)

    def __init__(self, *args: Any, day: HerDay | None, **kwargs: Any) -> None:
        said = {name: getattr(day, name) for name in self.base_fields if day and hasattr(day, name)}
        super().__init__(*args, initial={**said, "submission": self.base_fields["submission"].initial}, **kwargs)

    @property
    def said(self) -> Mapping[str, Any]:
        """What was entered; of a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "submission"}
        return {**data, "travel_minutes": data["travel_minutes"] or 0, "children": data["children"] or 0}


class PlanForm(OnceForm):
    """What is planned, what she wants of it, and, where the page showed a plan, which of its trips are booked.

    A button of a plan changes what is asked: ``leave_out`` (a key), ``own_day`` (a key), ``not_day`` (a date).
    """

    def __init__(
        self, data: QueryDict | None, *, hers: HerSide, wanted: Sequence[Wanted], visit: Visit | None = None
    ) -> None:
        """``visit``: the one that is split; what of it is moved is chosen, and goes to another day."""
        self._sent = _with_button(data) if data is not None else QueryDict()
        super().__init__(self._sent if data is not None else None)
        self._hers, self._open, self._visit = hers, {each.key: each for each in wanted}, visit
        keys = [(each.key, _with_due_time(each)) for each in wanted]
        self.fields["wanted"] = _several("On another day" if visit else "What she is seen for", keys)
        self.fields["wanted"].initial = [] if visit else list(self._open)
        self._add_pressed("alone", "On a day of its own", {each.key: each.words for each in wanted})
        for number in self._further:
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label="Something else", choices=[NOTHING_FURTHER, *CHOICES], required=False
            )
            self.fields[f"words_{number}"] = Text("What for", LONGEST_NAME)
        self._add_circumstances()

    @property
    def _further(self) -> Sequence[int]:
        return () if self._visit else FURTHER

    def _add_circumstances(self) -> None:
        hers = self._hers
        places = Place.objects.filter(site=hers.journey.site_id).order_by("name")
        sent = self._sent.getlist("not_days")
        days = {text: clock.day_in_words(day) for text in sent if (day := _day_or_none(text))}
        self._add_pressed("not_days", "Not on", days)
        if len(places) > 1:
            self.fields["not_places"] = _several("Not at", [(str(place.pk), place.name) for place in places])
        self.fields["children"] = _whole_number("Children who come with her", MOST_CHILDREN)
        self.fields["children"].initial = hers.day.children if hers.day else 0
        if hers.contact and (hers.contact.days or hers.contact.safe_from or hers.contact.safe_until):
            self.fields["keeps_safe_hours"] = forms.BooleanField(
                label="Keep to her safe hours", required=False, initial=True
            )
        if hers.needs_interpreter:
            self.fields["interpreter_comes"] = forms.BooleanField(
                label="We arrange an interpreter", required=False, help_text="Sessions without one will do, too."
            )

    def _add_pressed(self, name: str, label: str, choices: Mapping[str, str]) -> None:
        """What a button of the plan chose, so that it can be taken back; nothing where none was pressed."""
        pressed = dict.fromkeys(self._sent.getlist(name))
        if known := [(key, choices[key]) for key in pressed if key in choices]:
            self.fields[name] = _several(label, known)

    @property
    def asked(self) -> Asked:
        """What is asked; of a form that was not sent everything that is open, within her safe hours."""
        data = self.cleaned_data if self.is_bound else {name: field.initial for name, field in self.fields.items()}
        chosen = [self._open[key] for key in data["wanted"]]
        not_days = {date.fromisoformat(day) for day in data.get("not_days") or ()}
        return Asked(
            wanted=[*in_order(chosen), *self._typed(data)],
            alone=frozenset(data.get("alone") or ()),
            not_days=frozenset(not_days | ({self._visit.on} if self._visit else set())),
            not_places=frozenset(map(int, data.get("not_places") or ())),
            keeps_safe_hours=bool(data.get("keeps_safe_hours", False)),
            interpreter_comes=bool(data.get("interpreter_comes", False)),
            children=data["children"] or 0,
        )

    def _typed(self, data: Mapping[str, Any]) -> list[Wanted]:
        found = []
        for number in self._further:
            if kind := data[f"kind_{number}"]:
                found.append(typed(number, kind, data[f"words_{number}"] or ""))
        return found

    @property
    def ticks(self) -> list[forms.BoundField]:
        """The fields that are ticked, in order; the template draws the others below them."""
        return [self[name] for name in ("wanted", "alone", "not_days", "not_places") if name in self.fields]

    @property
    def circumstances(self) -> list[forms.BoundField]:
        """What else the plan keeps to."""
        names = ("keeps_safe_hours", "interpreter_comes", "children")
        return [self[name] for name in names if name in self.fields]

    @property
    def further(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """What can be typed in: a kind of service, and what for."""
        return [(self[f"kind_{number}"], self[f"words_{number}"]) for number in self._further]

    @property
    def has_typed(self) -> bool:
        """Whether something was."""
        return any(kind.value() for kind, _ in self.further)

    def chosen_trips(self) -> list[list[Thing]]:
        """The trips that were left ticked, as they were shown; each thing travels as ``Thing.sent_in`` says.

        Raises Refused for what is not open any more.
        """
        by_key = {each.key: each for each in self.asked.wanted}
        ticked, trips = set(self._sent.getlist("book")), dict[str, list[Thing]]()
        said = [text.split("|") for text in self._sent.getlist("thing")]
        said = [parts for parts in said if len(parts) == 4 and parts[0] in ticked]
        rows = Session.objects.select_related("clinic__place")
        sessions = {
            str(row.pk): row for row in rows.filter(pk__in=[parts[2] for parts in said if parts[2].isdecimal()])
        }
        for trip, key, session, when in said:
            if key not in by_key or session not in sessions or not (starts_at := _instant_or_none(when)):
                raise Refused(_STALE)
            trips.setdefault(trip, []).append(Thing(by_key[key], sessions[session], starts_at))
        return list(trips.values())


def _several(label: str, choices: Sequence[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _STALE},
    )


def _with_button(data: QueryDict) -> QueryDict:
    """What was sent, with what a button of the plan changes in it."""
    changed = data.copy()
    if key := data.get("leave_out"):
        changed.setlist("wanted", [each for each in data.getlist("wanted") if each != key])
    if key := data.get("own_day"):
        changed.setlist("alone", [*data.getlist("alone"), key])
    if day := data.get("not_day"):
        changed.setlist("not_days", [*data.getlist("not_days"), day])
    return changed


def _with_due_time(wanted: Wanted) -> str:
    return f"{wanted.words}, due {clock.due_in_words(wanted.due_at)}" if wanted.due_at else wanted.words


def _day_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant_or_none(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
