"""The forms of going home: one point of the checklist, that she left, and the first dose in the community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from carecoord import clock
from carecoord.formfields import LocalDateTimeField, NhsDateField
from carecoord.sites.definitions import SiteDefinition
from medications.community import Report
from medications.leaving import Entry
from medications.models import CommunityDose, Item
from medications.models.observing import LONGEST_NAME
from medications.models.statements import LONGEST_WORDS
from medications.rules.leaving import ANSWERS, NOT_DONE
from pathways.forms.once import OnceForm, moment_field
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.forms.together import babies_fields, leaving_with_her
from pathways.models import Departure
from pathways.moves.leaving import Leaving

_QUESTIONS = {
    "next_dose": "Is her next dose agreed?",
    "cover": "How does she get this day’s dose?",
    "pharmacy": "What did the pharmacy say?",
    "prescriber": "What did the prescriber’s service say?",
    "own_medicine": "What came of her own medicine?",
    "naloxone": "Has she naloxone in hand?",
    "sleep": "Have you talked about sleepiness, and about where the baby sleeps?",
    "copy": "Has she her copy in writing?",
}
_ELSEWHERE = ("", "Somewhere else, as written below")


class PointForm(OnceForm):
    """One point: its answer, what belongs to it, or why it is not done."""

    def __init__(self, *args: Any, item: str, site: SiteDefinition, day: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.day = item, day
        if answers := ANSWERS[item]:
            self.fields["answer"] = radios(_QUESTIONS[item], [*answers, (NOT_DONE, "Not done, because…")], needed=True)
        getattr(self, f"_add_{item}", lambda _: None)(site)
        label = "Why is there none?" if item == Item.LAST_DOSE else "In words"
        self.fields["words"] = Text(label, LONGEST_WORDS, lines=2, help_text=_hint(item))

    def _add_next_dose(self, site: SiteDefinition) -> None:
        self.fields["day"] = NhsDateField(label="On which day?", what="the day of her next dose", required=False)
        self.fields["source"] = _place("Where?", site, ("pharmacy", "prescriber"))

    def _add_cover(self, site: SiteDefinition) -> None:
        self.fields["source"] = _place("Which pharmacy, if it is another?", site, ("pharmacy",))

    def _add_pharmacy(self, _: SiteDefinition) -> None:
        self.fields["who"] = Text("Who said so?", LONGEST_NAME, help_text="Their name and what they are.")
        self.fields["at"] = moment_field("When did you speak?", "when you spoke")

    _add_prescriber = _add_pharmacy

    def _add_own_medicine(self, _: SiteDefinition) -> None:
        self.fields["who"] = Text("With whom, if it was sent home?", LONGEST_NAME, help_text="Whom she named.")

    def _add_naloxone(self, _: SiteDefinition) -> None:
        self.fields["expires_on"] = NhsDateField(label="The kit is in date until", what="the date", required=False)
        self.fields["who"] = Text(
            "Who was shown how to use it?", LONGEST_NAME, help_text="She, and whom she chose. Blank if nobody yet."
        )

    def _add_sleep(self, _: SiteDefinition) -> None:
        self.fields["who"] = Text("With whom?", LONGEST_NAME)

    @property
    def entry(self) -> Entry:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        told = self.item in (Item.PHARMACY, Item.PRESCRIBER) and data.get("answer") != NOT_DONE
        return Entry(
            item=self.item,
            answer=data.get("answer", NOT_DONE),
            day=data.get("day") or self.day,
            source=data.get("source", ""),
            words=data["words"],
            who=data.get("who", ""),
            at=(data.get("at") or clock.now()) if told else None,
            expires_on=data.get("expires_on"),
            submission=data["submission"],
        )


class _LeavingForm(OnceForm):
    """What both ways of leaving ask: which babies leave with her, and when."""

    def __init__(self, *args: Any, babies: Sequence[int], born: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.babies = babies
        self.fields |= babies_fields(babies, born)
        self.fields["at"] = moment_field("When did she leave?", "when she left")

    def _words(self, label: str) -> Text:
        return Text(label, LONGEST_WORDS, lines=2, help_text="Write as if she reads it with you.")

    @property
    def leaving(self) -> Leaving:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Leaving(
            at=data["at"],
            with_her=leaving_with_her(data, self.babies),
            words=data["words"],
            submission=data["submission"],
        )


class LeftForm(_LeavingForm):
    """She goes home: where to, and why before all is arranged where something is missing."""

    def __init__(self, *args: Any, owed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.babies:
            self.fields["where"] = radios("Where does she go?", Departure.Where.choices, needed=True)
        label = "Why does she go home before it is arranged?" if owed else "What else should colleagues know?"
        self.fields["words"] = self._words(label)

    @property
    def leaving(self) -> Leaving:
        """What was entered; of a valid form."""
        return replace(super().leaving, where=self.cleaned_data.get("where", Departure.Where.HOME))


class LeftEarlyForm(_LeavingForm):
    """She leaves on her own decision: what was tried before, and whether her prescriber was rung."""

    def __init__(self, *args: Any, treated: bool, states_medicine: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tried = Departure.Tried.choices
        if treated:
            self.fields["medicine_tried"] = radios("Her next dose, and who gives it", tried, needed=False)
        self.fields["naloxone_tried"] = radios("Naloxone to take with her", tried, needed=False)
        if treated and states_medicine:
            self.fields["rung"] = Text(
                "Who at her prescriber’s was rung?",
                LONGEST_NAME,
                help_text="Their name and what they are. Leave this blank if nobody yet: it is due today.",
            )
        self.fields["words"] = self._words("What was offered, and what she said")

    @property
    def leaving(self) -> Leaving:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return replace(
            super().leaving,
            own_decision=True,
            medicine_tried=data.get("medicine_tried", ""),
            naloxone_tried=data["naloxone_tried"],
        )

    @property
    def rung(self) -> Entry | None:
        """That her prescriber was told, where somebody was rung."""
        who = self.cleaned_data.get("rung", "")
        return Entry(Item.PRESCRIBER, "told", who=who, at=clock.now()) if who else None


class TakenForm(OnceForm):
    """What somebody in the community says of her dose."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = radios("What did they say?", CommunityDose.Outcome.choices, needed=True)
        self.fields["taken_at"] = LocalDateTimeField(
            label="When did she take it?", what="when she took it", past_only=True, required=False
        )
        self.fields["said_by"] = radios("Who says so?", CommunityDose.SaidBy.choices, needed=True)
        self.fields["who"] = Text(
            "Their name and what they are",
            LONGEST_NAME,
            required=True,
            error_messages={"required": "Write who said so: their name and what they are."},
        )
        self.fields["said_at"] = moment_field("When did they say it?", "when they said it")

    @property
    def said(self) -> Report:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Report(
            outcome=data["outcome"],
            said_by=data["said_by"],
            who=data["who"],
            said_at=data["said_at"] or clock.now(),
            taken_at=data["taken_at"],
            submission=data["submission"],
        )


def _place(label: str, site: SiteDefinition, kinds: tuple[str, ...]) -> forms.ChoiceField:
    places = [(source.code, source.name) for kind in kinds for source in site.sources if source.kind == kind]
    return radios(label, places, needed=False, nothing=_ELSEWHERE[1])


def _hint(item: str) -> str:
    return {
        "next_dose": "Where it is, if it is somewhere else; or why it is not agreed.",
        "cover": "Which pharmacy or who, if it is not in the list; or why it is not arranged.",
        "last_dose": "For example: the prescriber withheld it; she was admitted and left the same day.",
    }.get(item, "What else somebody needs to know; or why it is not done.")
