"""What forms carry of the page that they were opened on, and how their writers choose where others wrote the same."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from pathways.seen import LONGEST, Seen

THEIRS, MINE = "theirs", "mine"
ASKED = "asked"  # the fields for which the page of both texts asked which one stays
KEPT = {"data-kept": ""}  # drafts.js keeps it with what was typed: a text goes with what its writer had seen


def seen_version(**kwargs: Any) -> forms.IntegerField:
    """The hidden number of the version that was seen; 0 where there was none."""
    return forms.IntegerField(widget=forms.HiddenInput(KEPT), required=False, **kwargs)


class ChoosingForm(forms.Form):
    """A form whose writer was perhaps shown what others wrote, and chose: theirs or mine, for each field."""

    @property
    def left_to_others(self) -> frozenset[str]:
        """The fields that stay as others wrote them."""
        return frozenset(name for name in self.fields if self.data.get(f"keep_{name}") == THEIRS)

    @property
    def undecided(self) -> frozenset[str]:
        """The fields for which it was asked and nothing was chosen."""
        asked = self.data.getlist(ASKED) if isinstance(self.data, QueryDict) else []
        return frozenset(name for name in asked if self.data.get(f"keep_{name}") not in (THEIRS, MINE))

    @property
    def version_seen(self) -> int:
        """The version that its writer had before them, 0 for none; of a valid form with a ``seen_version``."""
        return -1 if self.undecided else self.cleaned_data["seen"] or 0

    def show_theirs(self) -> None:
        """On a page that asks for something else first, what was left to others stands as they wrote it."""
        for name in self.left_to_others:
            value = self.fields[name].prepare_value(self.initial.get(name))
            show_again(self, name, "" if value is None else value)


class SeenForm(ChoosingForm):
    """A form that carries a mark of each value that it showed (pathways/seen.py)."""

    stood = forms.CharField(widget=forms.HiddenInput(KEPT), required=False, max_length=LONGEST)

    def shows(self, now: Seen) -> None:
        """This is what stands while the page is made."""
        self.now = now
        self.initial["stood"] = str(now)

    @property
    def sight(self) -> Seen:
        """What its writer had before them; of a valid form."""
        return Seen.read(self.cleaned_data["stood"], self.now.record).undecided(self.undecided)

    def show_again(self, now: Seen) -> None:
        """The page shows what stands now, so that sent once more it goes through."""
        show_again(self, "stood", str(now))


def show_again(form: forms.Form, name: str, value: Any) -> None:
    """Put another value into a form that was sent, for the next sending."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data.setlist(name, value if isinstance(value, list) else [str(value)])
    form.data = data
