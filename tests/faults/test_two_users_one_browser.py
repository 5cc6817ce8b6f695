"""Two people, three tabs, one cookie jar: forms opened, locked, switched, sent late, sent again from the tab's history.

Nothing is ever recorded as somebody who did not open the form, and no text is lost: it is recorded for whoever opened
the form, or kept as their draft. The form's own CSRF check is on.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Error as PlaywrightError

from carecoord import clock
from carecoord.access import drafts
from carecoord.access.machines import enrol
from carecoord.access.models import SignIn, Team, User
from carecoord.access.unlocking import set_pin
from pathways.models import Event
from tests.conftest import CHROMIUM
from tests.factories import ago, journey
from tests.roles import as_role
from tests.signin import PASSWORD, hidden, person

pytestmark = pytest.mark.django_db(transaction=True)
PIN = "203981"
STEPS = 30


@dataclass
class Form:
    """A form that a tab shows or showed, and what was typed into it."""

    opener: User
    path: str
    sent: dict[str, str]


@dataclass
class Desk:
    """One browser at a shared machine, and what the two people did at it."""

    people: list[User]
    paths: list[str]
    chance: random.Random
    browser: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    tabs: list[list[Form]] = field(default_factory=lambda: [[], [], []])
    tokens: dict[str, str] = field(default_factory=dict)
    sent: list[Form] = field(default_factory=list)
    foreign: int = 0

    def who(self) -> User | None:
        found = self.browser.session.get("_auth_user_id")
        return next((user for user in self.people if str(user.pk) == found), None)

    def open(self) -> None:
        path = self.chance.choice(self.paths)
        page = self.browser.get(path)
        opener = self.who()
        if page.status_code != 200 or opener is None:
            return
        when = ago(0.1).astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M")
        typed = {"occurred_at": when, "note": f"by {opener.pk} {uuid4().hex}", "submission": str(uuid4())}
        self.chance.choice(self.tabs).append(Form(opener, path, {**hidden(page), **typed}))

    def send(self) -> None:
        """What a tab shows now, or, with its back button, showed before."""
        tab = self.chance.choice(self.tabs)
        if not tab:
            return
        form = self.chance.choice([tab[-1], tab[-1], *tab])
        self.sent.append(form)
        answer = self.browser.post(form.path, form.sent)
        self.foreign += b"this form was opened by" in answer.content
        if answer.status_code == 403 and b"send it once more" in answer.content and self.chance.random() < 0.7:
            self.browser.post(form.path, {**form.sent, **hidden(answer)})

    def lock(self) -> None:
        self.browser.post("/accounts/lock/", self._own())

    def unlock(self) -> None:
        word = {"pin": PIN} if self.chance.random() < 0.5 else {"password": PASSWORD}
        self.browser.post("/accounts/unlock/", {**hidden(self.browser.get("/accounts/lock/")), **word})

    def switch(self) -> None:
        self.browser.post("/accounts/switch/", self._own())

    def leave(self) -> None:
        self.browser.post("/accounts/logout/", self._own())

    def arrive(self) -> None:
        user = self.chance.choice(self.people)
        page = self.browser.get("/accounts/login/")
        if page.status_code == 200:
            self.browser.post("/accounts/login/", {**hidden(page), "login": user.email, "password": PASSWORD})

    def come_back(self) -> None:
        waiting = SignIn.objects.filter(user__in=self.people, ended_at=None).order_by("?").first()
        if waiting:
            self.browser.post("/accounts/return/", {**self._own(), "sign_in": waiting.pk})

    def _own(self) -> dict[str, str]:
        """The tokens of a page that some tab shows: often no longer the right ones."""
        if self.chance.random() < 0.8:
            self.tokens = hidden(self.browser.get("/accounts/login/", follow=True))
        return self.tokens

    def wrong(self) -> int:
        """Texts that were lost, or recorded as somebody else."""
        found = 0
        kept_by = {user: drafts.all_of(user) for user in self.people}
        for form in self.sent:
            text = form.sent["note"]
            recorded = list(Event.objects.filter(note=text))
            kept = any(holds(draft, text) for draft in kept_by[form.opener])
            others = [user for user in self.people if user != form.opener]
            shown = any(holds(draft, text) for user in others for draft in kept_by[user])
            is_right = all(event.recorded_by_id == form.opener.pk for event in recorded)
            found += not (is_right and len(recorded) <= 1 and (recorded or kept) and not shown)
        return found


def two_people() -> list[User]:
    found = [person(name="X. One"), person(name="Y. Two")]
    for user in found:
        set_pin(user, PIN)
    return found


def pages_of(people: list[User]) -> list[str]:
    """Where the two record: three women, whose journeys stay as short as a journey is."""
    return [f"/journeys/{journey(midwife=people[0]).pk}/record/contact_made/" for _ in range(3)]


def shared_machine() -> str:
    """The cookie of a shared machine of the ward."""
    answer = HttpResponse()
    enrol(answer, Team.objects.get(site__code="ASHF", code="maple"))
    return answer.cookies[settings.MACHINE_COOKIE_NAME].value


def test_two_users_one_browser(fault: Any, request: Any, live_server: Any) -> None:
    machine = shared_machine()
    in_chromium = fault.size(full=25, small=3) if CHROMIUM else 0
    sent = refused = 0
    for number in range(fault.size(full=1000, small=30) - in_chromium):
        if number % 10 == 0:  # ten desks have worked with these two, and their journeys have grown long
            people = two_people()
            paths = pages_of(people)
        desk = Desk(people, paths, random.Random(number))
        desk.browser.cookies[settings.MACHINE_COOKIE_NAME] = machine
        desk.arrive()
        deeds = [desk.open] * 4 + [desk.send] * 5 + [desk.switch, desk.arrive] * 2
        deeds += [desk.lock, desk.unlock, desk.leave, desk.come_back]
        for _ in range(STEPS):
            desk.chance.choice(deeds)()
        fault.tried += 1
        fault.wrong += bool(desk.wrong())
        sent += len(desk.sent)
        refused += desk.foreign
    assert sent > fault.tried < refused * 5, "too little happened"
    people = two_people()
    paths = pages_of(people)
    for number in range(in_chromium):
        page = request.getfixturevalue("page")
        page.context.clear_cookies()
        cookie = {"name": settings.MACHINE_COOKIE_NAME, "value": machine, "url": live_server.url}
        page.context.add_cookies([cookie])
        screen = Screen(people, paths, random.Random(number), page, live_server.url)
        screen.play()
        fault.tried += 1
        for _ in range(40):  # what a page sends as it goes arrives a moment after the next page
            with as_role("cc_owner"):  # the browser's driver has brought a connection of its own to this thread
                wrong = screen.wrong()
            if not wrong:
                break
            page.wait_for_timeout(250)
        for what in wrong:
            fault.findings.append(f"in Chromium, {number}: {what}")
        fault.wrong += bool(wrong)
        request.getfixturevalue("console_errors").clear()  # a refused form is an error there


@dataclass
class Screen:
    """The same in Chromium: three tabs, and in each one does what it shows."""

    people: list[User]
    paths: list[str]
    chance: random.Random
    page: Any
    url: str
    typed: dict[str, User] = field(default_factory=dict)

    def play(self) -> None:
        tabs = [self.page, self.page.context.new_page(), self.page.context.new_page()]
        for tab in tabs:
            tab.on("dialog", accepted)
        for step in range(16):
            self.act(tabs[0] if step == 0 else self.chance.choice(tabs))
        # Somebody leaves: what stands in the tabs is kept.
        for tab in tabs:
            left(tab, f"{self.url}/accounts/2fa/")
        for tab in tabs[1:]:
            tab.close()

    def act(self, tab: Any) -> None:
        """One deed in that tab, whatever another tab does to it meanwhile."""
        with suppress(PlaywrightError):
            if tab.locator("#password").count():
                self.at_the_lock(tab)
            elif tab.locator("input[name=login]").count():
                self.at_the_door(tab)
            elif tab.get_by_label("Note").count() and self.chance.random() < 0.6:
                with tab.expect_navigation(timeout=10_000):  # nobody leaves a page that is being sent
                    tab.get_by_role("button", name="Record it").click(timeout=2000)
            else:
                self.chance.choice([self.open, self.open, self.open, self.lock, self.back])(tab)
            tab.wait_for_load_state(timeout=2000)

    def at_the_lock(self, tab: Any) -> None:
        if self.chance.random() < 0.5:
            tab.get_by_role("button", name="Switch user").click(timeout=2000)
            return
        if tab.locator("h1").inner_text(timeout=2000) not in {user.name for user in self.people}:
            return  # another tab has changed the page meanwhile
        tab.get_by_label("PIN").fill(PIN, timeout=2000)
        tab.keyboard.press("Enter")

    def at_the_door(self, tab: Any) -> None:
        waiting = tab.get_by_role("button", name="Unlock for")
        if waiting.count() and self.chance.random() < 0.5:
            waiting.first.click(timeout=2000)
            return
        tab.locator("input[name=login]").fill(self.chance.choice(self.people).email, timeout=2000)
        tab.locator("input[name=password]").fill(PASSWORD, timeout=2000)
        tab.keyboard.press("Enter")

    def open(self, tab: Any) -> None:
        tab.goto(self.url + self.chance.choice(self.paths), timeout=5000)
        if not tab.get_by_label("Note").count():
            return
        name = tab.locator(".bar__who a").inner_text(timeout=2000)
        opener = {user.name: user for user in self.people}[name]
        text = f"by {opener.pk} {uuid4().hex}"
        tab.wait_for_load_state("networkidle", timeout=3000)  # what was typed before is back by then
        when = ago(0.1).astimezone(clock.LONDON).strftime("%d %m %Y %H:%M").split()
        for label, value in zip(("Day", "Month", "Year", "Time"), when, strict=True):
            tab.get_by_label(label, exact=True).fill(value, timeout=2000)
        before = tab.get_by_label("Note").input_value(timeout=2000)
        tab.get_by_label("Note").fill(f"{before} {text}".strip(), timeout=2000)
        self.typed[text] = opener

    def lock(self, tab: Any) -> None:
        tab.get_by_role("button", name="Lock").click(timeout=2000)

    def back(self, tab: Any) -> None:
        tab.go_back(timeout=3000)

    def wrong(self) -> list[str]:
        """Texts recorded as somebody else, shown to somebody else, or lost."""
        found = []
        for text, opener in self.typed.items():
            recorded = {event.recorded_by_id for event in Event.objects.filter(note__contains=text)}
            holders = {user.pk for user in self.people for draft in drafts.all_of(user) if holds(draft, text)}
            if not recorded | holders or not recorded | holders <= {opener.pk}:
                found.append(f"{text!r} is recorded by {recorded or 'nobody'} and kept for {holders or 'nobody'}")
        return found


def accepted(dialog: Any) -> None:
    """Leave the page: what is in it is kept anyhow. Two tabs can ask at once, and the browser answers for one."""
    with suppress(PlaywrightError):
        dialog.accept()


def left(tab: Any, url: str) -> None:
    """Go there, also where a form that was sent is still on its way and takes the tab elsewhere first."""
    for _ in range(5):
        with suppress(PlaywrightError):
            tab.goto(url, timeout=10_000)
            return
        tab.wait_for_timeout(500)
    tab.goto(url)


def holds(draft: Any, text: str) -> bool:
    """Whether the draft has that text."""
    return any(text in value for _, value in drafts.lines_of(draft))
