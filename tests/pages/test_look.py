"""The frame of the pages, the form pack and the error pages, rendered without a browser."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import get_template, render_to_string

from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.engine import State
from pathways.words import STATE_NAMES

CHOICES = [("a", "One"), ("b", "Another")]


class EveryWidget(forms.Form):
    text = forms.CharField(help_text="A hint.")
    email = forms.EmailField()
    number = forms.IntegerField()
    password = forms.CharField(widget=forms.PasswordInput)
    notes = forms.CharField(widget=forms.Textarea, help_text="A hint.")
    select = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES)
    radios = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, help_text="A hint.")
    ticks = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    tick = forms.BooleanField(help_text="A hint.")
    file = forms.FileField()
    date = NhsDateField(help_text="A hint.")
    time = LocalDateTimeField()
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)
    extra = forms.CharField(required=False)


class Elements(HTMLParser):
    """The elements of a page, each as (tag, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.all if "id" in attrs]

    def values(self, name: str, *tags: str) -> set[str]:
        return {attrs[name] or "" for tag, attrs in self.all if name in attrs and (not tags or tag in tags)}


def words(html: str) -> str:
    """The text of ``html``, as it is read."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.fixture
def refused() -> str:
    form = EveryWidget({"date_0": "31", "date_1": "2", "date_2": "2026"})
    assert set(form.errors) == set(form.fields) - {"hidden", "extra"}
    return render_crispy_form(form)


def test_every_control_has_a_label(refused):
    elements = Elements(refused)
    controls = {
        attrs["id"] or ""
        for tag, attrs in elements.all
        if tag in ("input", "select", "textarea") and attrs.get("type") != "hidden"
    }
    assert len(controls) == 7 + 4 + 2 + 7 + 1  # boxes and lists, choices, tick and file, dates, extra
    assert controls == elements.values("for", "label")


def test_hints_and_errors_are_tied_to_their_control_and_ids_are_unique(refused):
    elements = Elements(refused)
    ids = elements.ids()
    assert len(ids) == len(set(ids))
    described = {part for value in elements.values("aria-describedby") for part in value.split()}
    assert described <= set(ids)
    for name in set(EveryWidget.base_fields) - {"hidden", "extra"}:
        assert f"id_{name}_error" in described
    assert {"id_text_helptext", "id_radios_helptext", "id_tick_helptext", "id_date_helptext"} <= described


def test_the_error_summary_leads_to_every_field(refused):
    elements = Elements(refused)
    targets = [value[1:] for value in elements.values("href", "a")]
    assert len(targets) == len(EveryWidget.base_fields) - 2
    assert set(targets) <= set(elements.ids())
    assert "There is no day 31/2/2026" in words(refused)


def test_what_was_chosen_and_typed_is_drawn_again():
    html = render_crispy_form(
        EveryWidget({"text": "<b>", "radios": "b", "ticks": ["a"], "select": "b", "tick": "on", "time_3": "09:05"})
    )
    checked = [(attrs["name"], attrs.get("value")) for _, attrs in Elements(html).all if "checked" in attrs]
    assert checked == [("radios", "b"), ("ticks", "a"), ("tick", None)]
    assert 'value="&lt;b&gt;"' in html
    assert 'value="09:05"' in html


def test_fields_that_may_stay_empty_say_so():
    html = words(render_crispy_form(EveryWidget()))
    assert "Extra (optional)" in html
    assert "Text (optional)" not in html
    assert "put right" not in html


def test_a_layout_with_groups_and_buttons():
    helper = FormHelper()
    helper.layout = Layout(Fieldset("Who she is", "text", "date"))
    helper.add_input(Submit("save", "Save"))
    html = render_crispy_form(EveryWidget(), helper)
    assert '<legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--m">Who she is</legend>' in html
    assert re.search(r'<button class="button" type="submit"[^>]*>Save</button>', html)


def test_errors_of_the_whole_form_are_shown():
    form = EveryWidget({})
    form.add_error(None, "Somebody else changed this record.")
    assert "Somebody else changed this record." in words(render_crispy_form(form))


@pytest.mark.parametrize("state", State)
def test_a_state_is_written_in_the_product_s_one_word_for_it(state):
    assert words(render_to_string("components/status.html", {"state": state})) == STATE_NAMES[state]


def test_a_shape_stands_beside_its_word_and_is_hidden_from_screen_readers():
    shapes = set(re.findall(r'<symbol id="([^"]+)"', render_to_string("components/shapes.html")))
    for state in State:
        html = render_to_string("components/status.html", {"state": state})
        used = re.findall(r'<svg class="shape" aria-hidden="true"><use href="#([^"]+)"></use></svg>', html)
        assert html.count("<svg") == len(used)
        assert set(used) <= shapes
    assert "<svg" not in render_to_string("components/status.html", {"state": State.PENDING})


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_nothing_and_says_what_to_do_next(name):
    page = get_template(name).render()  # as Django renders 500.html: no request, no context
    assert page.count("<h1>") == 1
    assert re.search(r'<main.*<a href="/">To your first page</a>.*</main>', page, re.DOTALL)


def test_the_400_page_says_what_was_wrong_when_it_is_told():
    assert "What you sent is too large." in words(
        get_template("400.html").render({"message": "What you sent is too large."})
    )


def frame(**context: Any) -> str:
    return words(get_template("base.html").render(context))


def test_the_foot_says_when_the_flags_were_checked(settings):
    from datetime import UTC, datetime

    checked_at = datetime(2026, 8, 1, 8, 4, tzinfo=UTC)
    assert "Flags checked 09:04, up to date" in frame(pulse={"checked_at": checked_at, "stale": False})
    stale = frame(pulse={"checked_at": checked_at, "stale": True})
    assert "Not up to date: flags were last checked Sat 1 Aug 2026, 09:04." in stale
    assert "up to date Times" not in stale
    assert "Flags" not in frame(pulse=None)


def test_the_mode_is_shown_in_the_demonstration_only():
    assert "Demonstration" in frame(demo_mode=True)
    assert "Demonstration" not in frame(demo_mode=False)


@pytest.mark.parametrize("name", ["entrance", "manage", "base"])
def test_pages_of_the_sign_in_library_stand_in_our_frame(name):
    page = get_template(f"allauth/layouts/{name}.html").render()
    assert '<a class="bar__brand" href="/">CareCoord</a>' in page
