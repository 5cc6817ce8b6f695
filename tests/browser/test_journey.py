"""Her page in a real browser: the drawing, the keyboard, narrow windows, no JavaScript, axe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count
from playwright.sync_api import expect

from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.models import Journey
from pathways.timeline.lettering import text_width
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff
from tests.pages.test_journey import edd_in
from tests.pages.test_record import local

PHONE = {"width": 320, "height": 640}
# Boxes of everything drawn: words and shapes, each with what it belongs to; in px of the page.
BOXES = """svg => {
    const box = (element, what) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { what, left, right, top, bottom, mark: element.closest("a")?.getAttribute("aria-label") ?? null };
    };
    const words = [...svg.querySelectorAll("text")].map(text => box(text, text.textContent));
    const shapes = [...svg.querySelectorAll("a use, a .mark__stretch")].map(shape => box(shape, "shape"));
    const today = [...svg.querySelectorAll(".tl-today")].map(line => box(line, "today"));
    return { frame: box(svg, "frame"), words, shapes, today };
}"""


@pytest.fixture
def record(transactional_db: None) -> Journey:
    """Separated ten days ago, with something missed, something due soon and more later."""
    made = journey(
        midwife=staff(name="A. Reid"),
        first_name="Shan",
        edd=edd_in(-1),
        safe_contact="text only, before 14:00",
    )
    happened(
        made,
        ("first_contact", ago(230)),
        ("booking_completed", ago(215)),
        ("admitted", ago(13), {"reason": "labour"}),
        ("baby_born", ago(12), {"place": "hospital"}),
        ("mother_discharged", ago(10.5)),
        ("separated", ago(10)),
        ("contact_made", ago(2)),
    )
    return made


@pytest.fixture
def her_page(page: Any, live_server: Any, record: Journey, sign_in: Any) -> Any:
    sign_in(record.named_midwife)
    page.goto(f"{live_server.url}/journeys/{record.pk}/")
    return page


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two boxes share more than a hairline."""
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 0.5 and down > 0.5


def assert_clear(drawn: dict[str, Any], where: str) -> None:
    """No word on another word, on a strange shape or on today's line; nothing outside the frame."""
    frame, words = drawn["frame"], drawn["words"]
    assert words, where
    for word in words:
        assert word["left"] >= frame["left"], (where, word)
        assert word["right"] <= frame["right"], (where, word)
        assert word["bottom"] <= frame["bottom"], (where, word)
    for place, word in enumerate(words):
        others = [*words[place + 1 :], *(shape for shape in drawn["shapes"] if shape["mark"] != word["mark"])]
        if word["mark"]:
            others += drawn["today"]
        crossing = [other for other in others if overlap(word, other)]
        assert not crossing, (where, word, crossing)
    for place, shape in enumerate(drawn["shapes"]):
        assert not [other for other in drawn["shapes"][place + 1 :] if overlap(shape, other)], (where, shape)


@pytest.fixture
def demonstration(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The women of the demonstration."""
    monkeypatch.setenv("CARECOORD_DEMO_PASSWORD", "a password for tests")
    settings.CARECOORD_MODE = "demo"
    with (tmp_path / "said").open("w") as said:
        call_command("load_demo", verbosity=0, stdout=said)
    settings.CARECOORD_MODE = "test"


def test_no_label_overlaps_anything_for_women_of_the_demonstration(
    page: Any, live_server: Any, demonstration: None, sign_in: Any
) -> None:
    sign_in(User.objects.get(email="midwife.ashf@demo.example"))
    hers = Journey.objects.filter(site__code="ASHF").annotate(entries=Count("events")).order_by("-entries", "pk")
    chosen = [*hers[:6], *hers.filter(stage__in=("booking", "bereavement", "antenatal"))[:4]]
    for record in chosen:
        for around in ("today", "pregnancy", "year"):
            page.goto(f"{live_server.url}/journeys/{record.pk}/?around={around}")
            drawn = page.locator(".timeline__svg").evaluate(BOXES)
            assert_clear(drawn, f"journey {record.pk}, {around}")


def test_a_label_is_as_wide_as_it_was_reckoned(her_page: Any) -> None:
    drawn = her_page.locator(".timeline__svg").evaluate(BOXES)
    labels = [word for word in drawn["words"] if word["mark"]]
    assert labels
    for label in labels:
        widths = [text_width(label["what"], bold=bold) for bold in (False, True)]
        assert min(abs(label["right"] - label["left"] - width) for width in widths) < 1.5, label


def test_arrow_keys_walk_a_lane_and_change_it(her_page: Any) -> None:
    marks = her_page.locator("svg a.mark[data-lane=handoffs]")
    names = [marks.nth(place).get_attribute("aria-label") for place in range(marks.count())]
    assert len(names) > 2
    marks.first.focus()
    her_page.keyboard.press("ArrowRight")
    focused = her_page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == names[1]
    her_page.keyboard.press("ArrowLeft")
    assert her_page.evaluate("document.activeElement.getAttribute('aria-label')") == names[0]
    her_page.keyboard.press("ArrowUp")
    assert her_page.evaluate("document.activeElement.dataset.lane") == "social_care"


def test_a_mark_opens_its_entry(her_page: Any) -> None:
    her_page.get_by_role("link", name="social care, Baby placed away from her").first.click()
    expect(her_page.get_by_role("heading", level=1)).to_have_text("Baby placed away from her")


def test_a_narrow_window_has_the_list_and_nothing_to_scroll_sideways(her_page: Any) -> None:
    her_page.set_viewport_size(PHONE)
    assert not her_page.locator(".timeline__svg").is_visible()
    expect(her_page.locator(".tl-list__today")).to_be_visible()
    assert her_page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(her_page)


def test_who_she_is_stays_in_sight_while_scrolling(her_page: Any, comes_true: Any) -> None:
    her_page.mouse.wheel(0, 900)
    comes_true(her_page, "() => scrollY > 300")
    expect(her_page.get_by_text("Shan Reid")).to_be_in_viewport()
    card = her_page.get_by_role("link", name="Record that it is done").first
    card.focus()
    banner = her_page.locator(".banner__core").bounding_box()
    assert card.bounding_box()["y"] >= banner["y"] + banner["height"]


@pytest.mark.parametrize("query", ["", "?timeline=list", "?show=done", "?show=entries", "?around=year&later=all"])
def test_her_page_is_accessible(her_page: Any, query: str) -> None:
    her_page.goto(her_page.url.split("?")[0] + query)
    her_page.evaluate("document.querySelectorAll('main details').forEach(more => (more.open = true))")
    assert_accessible(her_page)


def test_every_page_about_her_is_accessible(her_page: Any, record: Journey) -> None:
    entry = record.events.get(kind="separated").pk
    handoff = record.handoffs.get(moment="SEP_EXPLAIN").pk
    here = f"/journeys/{record.pk}"
    root = her_page.url.split("/journeys/")[0]
    pages = (
        f"{here}/record/", f"{here}/record/treatment_started/",
        f"{here}/entries/{entry}/", f"{here}/entries/{entry}/correct/",
        f"{here}/edd/", f"{here}/midwife/", f"/handoffs/{handoff}/done/", f"/handoffs/{handoff}/declined/",
        "/handoffs/",
    )  # fmt: skip
    for path in pages:
        her_page.goto(root + path)
        assert_accessible(her_page)
        her_page.set_viewport_size(PHONE)
        assert her_page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        her_page.set_viewport_size({"width": 1280, "height": 900})


def test_what_is_refused_is_said_where_it_is_and_takes_the_focus(her_page: Any, record: Journey) -> None:
    handoff = record.handoffs.get(moment="SEP_EXPLAIN").pk
    her_page.goto(f"{her_page.url.split('/journeys/')[0]}/handoffs/{handoff}/done/")
    her_page.get_by_role("button", name="Record it").click()
    expect(her_page.get_by_text("There is something to put right")).to_be_visible()
    assert_accessible(her_page)
    her_page.get_by_role("link", name="Choose an answer: advocate offered.").click()
    assert her_page.evaluate("document.activeElement.name") == "evidence_advocate_offered"


def test_the_edd_is_agreed_after_seeing_what_moves(
    page: Any, live_server: Any, transactional_db: None, sign_in: Any
) -> None:
    record = journey(edd=edd_in(20))
    happened(record, ("first_contact", ago(80)), ("booking_completed", ago(75)))
    sign_in(staff())
    page.goto(f"{live_server.url}/journeys/{record.pk}/edd/")
    new = edd_in(15)
    for label, value in (("Day", new.day), ("Month", new.month), ("Year", new.year)):
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_role("button", name="Show what moves").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.get_by_text("Due times that move")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Agree this EDD").click()
    expect(page.get_by_text("EDD agreed:")).to_be_visible()
    record.refresh_from_db()
    assert record.edd == new


def test_everything_works_without_javascript(browser: Any, her_page: Any, record: Journey) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=her_page.context.storage_state())
    page = context.new_page()
    page.goto(her_page.url)
    page.get_by_role("link", name="Record what happened").click()
    page.get_by_role("link", name="Contact with her", exact=True).click()
    when = ago(0.1)
    written = local(when).split()
    year, month, day = written[0].split("-")
    for label, value in (("Day", day), ("Month", month), ("Year", year), ("Time", written[1])):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded: Contact with her")).to_be_visible()
    page.get_by_role("link", name="Done", exact=False).first.click()
    expect(page.get_by_role("heading", name="Done and ended")).to_be_visible()
    assert record.events.filter(kind="contact_made").count() == 2
    context.close()


def test_the_second_of_two_browsers_overwrites_nothing(
    browser: Any, her_page: Any, live_server: Any, record: Journey, console_errors: list[str]
) -> None:
    handoff = record.handoffs.get(moment="SEP_CONTACT", step="contact_1")
    other = browser.new_context(storage_state=her_page.context.storage_state()).new_page()
    for each in (her_page, other):
        each.goto(f"{live_server.url}/handoffs/{handoff.pk}/declined/")
        day = local(ago(1)).split()
        year, month, of_month = day[0].split("-")
        for label, value in (("Day", of_month), ("Month", month), ("Year", year), ("Time", day[1])):
            each.get_by_label(label, exact=True).fill(value)
        each.get_by_label("Why?").fill("her words")
    her_page.get_by_role("button", name="Record it").click()
    expect(her_page.get_by_role("status").filter(has_text="She declined: ")).to_be_visible()
    other.get_by_role("button", name="Record it").click()
    expect(other.get_by_role("heading", name="This handoff has already been answered")).to_be_visible()
    assert_accessible(other)
    assert record.events.filter(kind="handoff_declined").count() == 1
    other.context.close()


def test_the_numbers_for_a_manager_are_accessible(
    page: Any, live_server: Any, transactional_db: None, sign_in: Any
) -> None:
    sign_in(staff(Role.SERVICE_MANAGER))
    page.goto(f"{live_server.url}/handoffs/")
    expect(page.get_by_text("Fewer than 8 women for every moment")).to_be_visible()
    assert_accessible(page)
