"""The forms of staying together: the offer of a place with her baby, planning that she goes home, a placement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from carecoord.formfields import LocalDateTimeField
from carecoord.sites.definitions import SiteDefinition
from pathways.forms.once import OnceForm, note_field
from pathways.forms.record import YES_NO, radios
from pathways.forms.shared import Text
from pathways.models import Placement, StayOffer
from pathways.models.together import LONGEST_PLAN, LONGEST_WHO
from pathways.moves.placement import End, Home, Start, Supply
from pathways.moves.together import Answer, Plan
from pathways.rules.together import named

WITH_HER, STAYS = "with_her", "stays"
NOT_SAID = "Something was available"
NOT_OURS = "Another one, which this site does not list"
JUST_NOW = "Leave this blank for now."
HERS = "In words that she would recognise as hers."


def babies_fields(babies: Sequence[int], born: int) -> dict[str, forms.ChoiceField]:
    """For each baby in hospital: does it leave with her?"""
    choices = ((WITH_HER, "Yes, they leave together"), (STAYS, "No, the baby stays in hospital"))
    return {
        f"baby_{baby}": radios(f"Does {named(baby, born)} leave with her?", choices, needed=True) for baby in babies
    }


def leaving_with_her(data: dict[str, Any], babies: Sequence[int]) -> frozenset[int]:
    """The babies who leave with her, of a valid form with ``babies_fields``."""
    return frozenset(baby for baby in babies if data[f"baby_{baby}"] == WITH_HER)


class StayOfferForm(OnceForm):
    """One baby: what was offered, what she chose, and how it goes if they are apart."""

    def __init__(self, *args: Any, babies: Sequence[int], born: int, treated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.babies = babies
        if len(babies) > 1:
            choices = [(str(baby), named(baby, born, first=True)) for baby in babies]
            self.fields["baby"] = radios("Which baby?", choices, needed=True)
        self.fields["offer"] = radios("What was offered to her?", StayOffer.Offer.choices, needed=True)
        self.fields["because"] = radios(
            "If nothing was available: why?", StayOffer.Because.choices, needed=False, nothing=NOT_SAID
        )
        self.fields["choice"] = radios("What did she choose?", StayOffer.Choice.choices, needed=True)
        self.fields["visiting"] = _plan(
            "If they are apart: how and when does she visit?", "Times, and how she travels."
        )
        self.fields["feeding"] = _plan("How is the baby fed while she is away?", HERS)
        if treated:
            self.fields["medicine_from"] = _plan(
                "Where does she get her medicine on the days when she visits?", "Which service or pharmacy. No amounts."
            )
        self.fields["note"] = _plan("What else should colleagues know?", "Write as if she reads it with you.")
        self.fields["at"] = _up_to_now("When was she asked?", "when she was asked")

    @property
    def answer(self) -> Answer:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        names = ("offer", "because", "choice", "visiting", "feeding", "note", "submission")
        return Answer(
            baby=int(data.get("baby") or self.babies[0]),
            offered_at=data["at"],
            medicine_from=data.get("medicine_from", ""),
            **{name: data[name] for name in names},
        )


class PlanHomeForm(OnceForm):
    """When she is to leave, and whether each baby leaves with her."""

    planned_for = LocalDateTimeField(label="When is she expected to leave?", what="when she is expected to leave")

    def __init__(self, *args: Any, babies: Sequence[int], born: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.babies = babies
        for baby, (name, field) in zip(babies, babies_fields(babies, born).items(), strict=True):
            self.fields[name] = field
            who = named(baby, born)
            self.fields[f"later_{baby}"] = LocalDateTimeField(
                label=f"If {who} stays: when is {who} expected to go home?",
                what=f"when {who} is expected to go home",
                required=False,
                help_text="Leave this blank where nobody knows yet.",
            )

    @property
    def plan(self) -> Plan:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        with_her = leaving_with_her(data, self.babies)
        later = {baby: at for baby in self.babies if baby not in with_her and (at := data[f"later_{baby}"])}
        return Plan(data["planned_for"], with_her, later, submission=data["submission"])


class _PlacementForm(OnceForm):
    """What the beginning and the end of a placement ask alike."""

    def _ask_when(self, label: str, what: str) -> None:
        self.fields["at"] = _up_to_now(label, what)

    def _ask_where(self, label: str, hint: str) -> None:
        self.fields["lines"] = Text(label, LONGEST_PLAN, lines=3, help_text=hint)
        self.fields["postcode"] = Text("Postcode", 12, width=10)
        self.fields["protected"] = radios("Must nobody else learn where this is?", YES_NO, needed=True)

    def _home(self) -> Home:
        data = self.cleaned_data
        return Home(data["lines"], data["postcode"], data["protected"] == "yes")


class PlacementStartForm(_PlacementForm):
    """What sort of place, where, and who has her medicine there."""

    def __init__(self, *args: Any, treated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ask_when("When did she move in?", "when she moved in")
        self.fields["kind"] = radios("What sort of place is it?", Placement.Kind.choices, needed=True)
        self._ask_where(
            "Where is it?", "Its name and address. It is kept apart: only who may open her addresses reads it."
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
        self._ask_when("When did she leave it?", "when she left it")
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


def _plan(label: str, hint: str) -> Text:
    return Text(label, LONGEST_PLAN, lines=2, help_text=hint)


def _up_to_now(label: str, what: str) -> LocalDateTimeField:
    """A time up to now; blank is now."""
    return LocalDateTimeField(label=label, what=what, past_only=True, required=False, help_text=JUST_NOW)
