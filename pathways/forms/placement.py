"""The forms of a mother-and-baby placement: it begins, it ends."""

from __future__ import annotations

from typing import Any

from carecoord.sites.definitions import SiteDefinition
from pathways.forms.once import OnceForm, moment_field, note_field
from pathways.forms.record import YES_NO, radios
from pathways.forms.shared import Text
from pathways.models import Placement
from pathways.models.together import LONGEST_PLAN, LONGEST_WHO
from pathways.moves.placement import End, Home, Start, Supply

NOT_OURS = "Another one, which this site does not list"


class _PlacementForm(OnceForm):
    """What the beginning and the end of a placement ask alike."""

    def _ask_where(self, label: str, hint: str, *, missing: str = "") -> None:
        """Ask for an address; ``missing`` says what to do where it is needed."""
        messages = {"required": missing}
        self.fields["lines"] = Text(
            label, LONGEST_PLAN, lines=3, help_text=hint, required=bool(missing), error_messages=messages
        )
        self.fields["postcode"] = Text("Postcode", 12, width=10)
        self.fields["protected"] = radios("Must nobody else learn where this is?", YES_NO, needed=True)

    def _home(self) -> Home:
        data = self.cleaned_data
        return Home(data["lines"], data["postcode"], data["protected"] == "yes")


class PlacementStartForm(_PlacementForm):
    """What sort of place, where, and who has her medicine there."""

    def __init__(self, *args: Any, treated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"] = moment_field("When did she move in?", "when she moved in")
        self.fields["kind"] = radios("What sort of place is it?", Placement.Kind.choices, needed=True)
        self._ask_where(
            "Where is it?",
            "Its name and address. It is kept apart: only who may open her addresses reads it.",
            missing="Write where it is. Only who may open her addresses reads it.",
        )
        self.fields["out_of_area"] = radios("Is it outside the area of your site?", YES_NO, needed=True)
        if treated:
            self.fields["prescriber"] = _needed(
                "Who prescribes for her there?", "Write who prescribes for her there, so that no dose is missed."
            )
            self.fields["confirmed_by"] = _needed(
                "Who there said that they have her?", "Write who there said so: their name, and what they are."
            )

    @property
    def start(self) -> Start:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Start(
            at=data["at"],
            kind=data["kind"],
            home=self._home(),
            out_of_area=data["out_of_area"] == "yes",
            **{name: data.get(name, "") for name in ("prescriber", "confirmed_by")},
            submission=data["submission"],
        )


class PlacementEndForm(_PlacementForm):
    """With whom she leaves, where she lives now, and who has her medicine from today."""

    def __init__(self, *args: Any, site: SiteDefinition, pregnant: bool, treated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"] = moment_field("When did she leave it?", "when she left it")
        if not pregnant:
            choices = (("yes", "Yes, her baby or babies"), ("no", "No"))
            self.fields["with_baby"] = radios("Does a baby leave with her?", choices, needed=True)
        self._ask_where(
            "Where does she live now?", "Leave this blank where it is not known, or she has no fixed address."
        )
        if treated:
            self._ask_supply(site)
        self.fields["note"] = note_field()

    def _ask_supply(self, site: SiteDefinition) -> None:
        """Who has her medicine from then on, of the services and pharmacies that the site knows."""
        for name, kind, label in (
            ("service", "prescriber", "Who prescribes for her from then on?"),
            ("pharmacy", "pharmacy", "Where does she collect her medicine?"),
        ):
            known = [(source.code, source.name) for source in site.sources if source.kind == kind]
            self.fields[name] = radios(label, known, needed=False, nothing=NOT_OURS)

    def _supply(self) -> Supply:
        return Supply(*(self.cleaned_data.get(name, "") for name in ("service", "pharmacy")))

    @property
    def end(self) -> End:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        with_baby = data.get("with_baby")
        return End(
            at=data["at"],
            with_baby=None if with_baby is None else with_baby == "yes",
            home=self._home(),
            supply=self._supply(),
            note=data["note"],
            submission=data["submission"],
        )


def _needed(label: str, missing: str) -> Text:
    return Text(label, LONGEST_WHO, required=True, error_messages={"required": missing})
