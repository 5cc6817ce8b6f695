"""The form of a place and its rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from pathways.forms.shared import Text, fields_only
from referrals.forms.services import KeepingForm
from referrals.models import Access, Place, Room
from referrals.models.columns import LONGEST_NAME, LONGEST_NOTE, LONGEST_WORDS
from referrals.places import COLUMNS, values_of


class PlaceForm(KeepingForm):
    """A place of one site. ``room_5``: what the room with that id is called."""

    name = Text("What is it called?", LONGEST_NAME, required=True)
    neutral_name = Text(
        "A neutral name for it",
        LONGEST_NAME,
        required=True,
        help_text="Stands on appointment slips and in calendars. Nobody can tell a service by it: Mill Lane.",
    )
    address = Text("Address", LONGEST_WORDS, lines=2)
    getting_there = Text("Getting there", LONGEST_WORDS, lines=2, help_text="Buses, the entrance, whom to ask for.")
    telephone = Text("Telephone", 40, width=20)
    access = forms.MultipleChoiceField(
        label="What is there", choices=Access.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, place: Place, rooms: Sequence[Room], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.known = place, rooms
        for room in rooms:
            self.fields[f"room_{room.pk}"] = Text("Room", LONGEST_NAME, width=20, required=True, initial=room.name)
        label = "More rooms" if rooms else "Rooms"
        self.fields["rooms"] = Text(label, LONGEST_NOTE, lines=3, help_text="One on a line.")
        self.stands_now(place, values_of)
        self.helper = fields_only()

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by column; of a valid form."""
        return {name: self.cleaned_data[name] for name in COLUMNS} | {"access": sorted(self.cleaned_data["access"])}

    @property
    def names(self) -> dict[int, str]:
        """What the rooms that there are shall be called."""
        return {room.pk: self.cleaned_data[f"room_{room.pk}"] for room in self.known}

    @property
    def more(self) -> list[str]:
        """The rooms that are to be added."""
        return str(self.cleaned_data["rooms"]).splitlines()
