"""Every page there is, in a real browser, wide and narrow: no violation of WCAG 2.2 AA, nothing to scroll sideways.

A route without a line here fails: a new page is looked at before it lands.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.actions import Sought, claim
from carecoord.access.labels import Label
from carecoord.access.models import Conflict, Cover, Notice, Opening, Reason, Seal
from carecoord.access.roles import Role
from carecoord.audit.models import Unusual
from carecoord.audit.unusual.rules import RULES
from carecoord.delivery.models import Message
from carecoord.delivery.outbox import tell
from carecoord.delivery.relay import deliver
from medications.models import Observation
from pathways.background import record_background
from pathways.contact import Agreed, agree_contact
from pathways.covering import arrange_cover
from pathways.finding import matching
from pathways.models import DutyPost, Identifier, Journey, MatchReview
from pathways.moves.separation import Away, place_away
from pathways.named_workers import name_worker
from pathways.separations import Known
from pathways.telling import Told, explain
from tests.alerting import told
from tests.conftest import assert_accessible
from tests.ending import outside_try, service_choice
from tests.factories import after_a_loss, after_her_death, ago, claimed, happened, journey, offer_of, owed, staff
from tests.medicine import METHADONE, observed, statement
from tests.routes import OF_GAPS, OF_PLANS, OF_REFERRALS, OF_THE_WARD, named_views
from tests.services import place, room, service

OURS = ("pathways", "medications", "referrals")
# these only lead on to another
ABOUT_AN_OFFER = (
    *("offer", "accept_offer", "decline_offer", "ask_sender", "answer_question", "pass_offer"),
    *("tell_her", "withdraw_offer"),
)
BESIDE_AND_AT_THE_END = ("earlier", "declining", "custody_start", "custody_end", "outside", "ending", "reopen")
NO_PAGE = {
    *("start", "search", "close_opening", "confirm_contact", "contact_unsafe", "remind"),
    *("service_confirm", "engagement_not_now"),
    *("take_flag", "undo_hold", "take_told", "give_back_alert", "confirm_death", "withdraw_death"),
}
# Shown to somebody else: the tests below.
OF_OTHERS = {
    *("staying_together", "sign_off", "sealed", "reviews", "review"),
    *("matches", "match", "add_duty", "end_duty"),
    *("engagement", "questions", "questions_thanks"),  # test_engagement.py
}


@pytest.fixture
def record(transactional_db: None) -> Journey:
    """A woman with something missed, something due soon and something done."""
    made = journey(midwife=staff(name="A. Reid"), edd=clock.today(ago(-100)), nhs_number="9990000018")
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)), ("contact_made", ago(2)))
    owed(made, "FEEDING_CONFLICT", due=ago(40))
    offer_of(made)
    offer_of(made, "bridge", handoff=owed(made, "FEEDING_PLAN", due=ago(1), occurrence=2))
    agree_contact(made.woman, Agreed("text", safe_until=time(14)), {}, seen=None, by=made.named_midwife)
    record_background(made.woman, Label.ABUSE, "She decides when to talk about it.", by=made.named_midwife)
    return made


def on_the_ward(record: Journey) -> Journey:
    """Another woman of the same midwife: on the ward with a baby who is observed, going home tomorrow."""
    made = journey(midwife=record.named_midwife, edd=clock.today(ago(3)))
    happened(made, ("treatment_started", ago(50), {"medication": METHADONE}), ("admitted", ago(1.5)))
    happened(made, ("baby_born", ago(1), {"place": "hospital"}, 1))
    happened(made, ("mother_discharge_planned", ago(0.5), {"planned_for": ago(-1).isoformat()}))
    observed(made)
    return made


def apart(record: Journey) -> Journey:
    """A third woman of hers: one twin is placed away, it was explained to her, and somebody stays with her."""
    made = journey(midwife=record.named_midwife, first_name="Una", edd=clock.today(ago(20)))
    happened(made, ("booking_completed", ago(140)), ("separation_possible", ago(60)))
    happened(made, *(("baby_born", ago(20), {"place": "home"}, baby) for baby in (1, 2)))
    assert made.named_midwife
    in_person = Told(ago(2), "M. Shaw, social worker", words="Where he lives now.", copy_on=clock.today(ago(2)))
    known = Known("community", {2: "kinship"}, "eng_s20", "she, with social care")
    (event,) = place_away(made, Away(frozenset({2}), ago(3), known), by=made.named_midwife).events
    explain(made, event, in_person, by=made.named_midwife)
    name_worker(made, "C. Mbeki", "keyworker", clock.today(), told_her=True, by=made.named_midwife)
    return made


def covered(record: Journey) -> Cover:
    away, there = record.named_midwife, staff(name="R. Ali")
    assert away
    return arrange_cover(away, there, clock.today(), clock.today() + timedelta(days=9), by=None)


def directory_of(record: Journey) -> dict[str, dict[str, Any]]:
    """The pages of services, with one of each sort; and of treatment after birth."""
    her, here = {"pk": record.pk}, place("The hub", access=["creche", "bus"])
    row = room(of=here).place.site.services.create(
        kind="mother_and_baby", name="Ferry House", place=here, capacity=12, free_places=0, takes_late_bookers="no"
    )
    service("mother_and_baby", site="GLEN", name="Rowan House", takes_from_elsewhere="yes", criteria="For two.")
    service("day_treatment", exists="not_commissioned", note="Closed.", confirmed_on=clock.today(ago(99)))
    return {
        **{name: {} for name in ("services", "service_add", "places", "place_add")},
        **{name: {"pk": row.pk} for name in ("service", "service_change", "service_end")},
        "place_change": {"pk": here.pk},
        **{name: her for name in ("services_for_her", "options")},
        "option": {**her, "kind": "mother_and_baby"},
    }


def addresses(record: Journey) -> dict[str, str]:
    """One address for each route, by its name."""
    event, handoff = record.events.first(), record.handoffs.get(moment="NAMED_MIDWIFE")
    offered = record.offers.first()
    her = {"pk": record.pk}
    home = {"pk": on_the_ward(record).pk}
    baby = {**home, "baby": 1}
    lost, died = after_a_loss(record), after_her_death(record)
    away = {"pk": apart(record).pk}
    given = {
        "caseload": {},
        "handoffs": {},
        "reassign": {},
        "ask_again": {},
        "add_woman": {},
        "add_in_labour": {},
        "woman_details": {"pk": record.woman_id},
        "add_pregnancy": {"pk": record.woman_id},
        "safe_contact": {"pk": record.woman_id},
        "address": {"pk": record.woman_id},
        "open_contact": {"pk": record.woman_id},
        "background": {"pk": record.woman_id},
        "background_edit": {"pk": record.woman_id, "label": "ethnicity"},
        "background_withdraw": {"pk": record.woman_id, "label": "abuse"},
        "journey": her,
        **{name: her for name in ("engagement_offer", "engagement_called")},
        "engagement_enter": {},
        "looked": her,
        **{name: her for name in ("outreach", "outreach_try", "outreach_ask", "outreach_decide")},
        **{name: her for name in ("catch_up", "late_reason")},
        "edd": her,
        "midwife": her,
        "record": her,
        "labour": her,
        "stay_offer": home,
        "plan_home": home,
        "placement_start": her,
        "placement_end": her,
        **{name: her for name in ("first_record", "home_undelivered", "admitted", "birth")},
        **{name: home for name in ("readmitted", "baby_places", "baby_home")},
        **{name: her for name in ("loss", "baby_died", "her_death")},
        **{name: {"pk": lost.pk} for name in ("her_words", "loss_lead")},
        "told_of_baby": {"pk": lost.pk, "baby": 1},
        "told_of_death": {"pk": died.pk, "who": "gp"},
        **{name: her for name in BESIDE_AND_AT_THE_END},
        "asked_again": {**her, "service": service_choice(record).service},
        "close": {**her, "reason": "withdrew"},
        "separated": {},
        **{name: her for name in ("separation_possible", "separation", "separation_arrange", "separation_told")},
        **{name: her for name in ("separation_sign_off", "named_worker")},
        "placed_away": home,
        "at_relatives": home,
        "back_with_her": away,
        **{name: {**away, "number": 1} for name in ("separation_known", "separation_explained", "separation_copy")},
        "record_kind": {**her, "kind": "booking_completed"},
        "entry": {**her, "event": event.pk},
        "correct": {**her, "event": event.pk},
        "answer": {"pk": handoff.pk, "answer": "done"},
        "offer_handoff": {"pk": handoff.pk},
        "move": her,
        **{name: {"pk": offered.pk} for name in ABOUT_AN_OFFER},
        "handoff_owner": {"pk": handoff.pk},
        **{name: her for name in ("her_medicine", "who_says_medicine", "asked_medicine", "community_supply")},
        "say_medicine": {**her, "source": "prescriber"},
        "strike_medicine": {**her, "what": "statement", "row": statement(record).pk},
        "observation": baby,
        "observation_told": {**baby, "step": "shown"},
        "end_observation": baby,
        "strike_observation": {**baby, "entry": Observation.objects.get(journey=home["pk"]).pk},
        "leaving": home,
        "leaving_point": {**home, "item": "next_dose"},
        "left": home,
        "left_early": home,
        "her_copy": home,
        "taken": home,
        **directory_of(record),
        "alerts": {},
        "put_off_flag": {"pk": told(record.handoffs.get(moment="FEEDING_CONFLICT"), record.named_midwife).pk},
        "honesty": {},
        "duty": {},
        "who_may_see": her,
        "never": her,
        "see_again": {**her, "conflict": Conflict.objects.create(woman=record.woman, user=staff(name="K. Moe")).pk},
        "seal": her,
        "unseal": her,
        "know_her": her,
        "claim": {},
        "own_conflict": {},
        "cover": {},
        "end_cover": {"pk": covered(record).pk},
        "notices": {},
    }
    Seal.objects.create(woman=record.woman, reason="a relative works here")
    return {name: reverse(name, kwargs=arguments) for name, arguments in given.items()}


def test_every_page_is_accessible_and_fits(page: Any, live_server: Any, sign_in: Any, record: Journey) -> None:
    sign_in(record.named_midwife)
    seen = addresses(record)
    ours = named_views(*OURS) - named_views(*OF_THE_WARD, *OF_PLANS, *OF_REFERRALS, *OF_GAPS)
    assert seen.keys() == ours - NO_PAGE - OF_OTHERS
    for name, address in seen.items():
        look_at(page, live_server.url + address, name)


def test_what_a_privacy_officer_sees_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, record: Journey
) -> None:
    asking = staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")
    with acting_as(asking):
        claim(Sought(record.woman.date_of_birth, number="9990000018"), Reason.CAME_IN, by=asking)
    twin = journey(site="GLEN")
    Identifier.objects.create(woman=twin.woman, kind="nhs", value="9990000018", disputed=True)
    matching.match()
    officer = staff(Role.PRIVACY_OFFICER, team="office")
    Notice.objects.create(user=officer, key="claimed", woman=record.woman)
    sign_in(officer)
    seen = {name: reverse(name) for name in ("reviews", "matches", "notices")}
    seen |= {"review": reverse("review", args=[Opening.objects.get().pk])}
    seen |= {"match": reverse("match", args=[MatchReview.objects.get().pk])}
    for name, address in seen.items():
        look_at(page, live_server.url + address, name)


def test_a_sealed_record_and_its_countdown_are_accessible_and_fit(
    page: Any, live_server: Any, sign_in: Any, record: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pathways.views.claim.recently", lambda request: True)
    Seal.objects.create(woman=record.woman, reason="a relative works here")
    sign_in(staff(Role.OBSTETRIC_DOCTOR, team="hospital"))
    page.goto(f"{live_server.url}/access/claim/")
    for label, typed in (("Day", "3"), ("Month", "4"), ("Year", "1991"), ("Her NHS or CHI number", "9990000018")):
        page.get_by_label(label).fill(typed)
    page.get_by_label("She has come to the ward or the labour ward").check()
    page.get_by_label("I am caring for her now").check()
    page.get_by_role("button", name="Open her record").click()
    look_at(page, f"{live_server.url}/access/sealed/", "sealed")
    page.get_by_label("Her life or health").check()
    page.get_by_label("Why now?").fill("Bleeding, on the labour ward")
    page.get_by_role("button", name="Open it for one hour").click()
    page.wait_for_url("**/journeys/*/")
    assert page.locator("[data-left]").inner_text() in ("59 minutes", "60 minutes")
    look_at(page, page.url, "journey in an emergency")
    page.clock.install()
    page.reload()
    page.clock.fast_forward("12:00")  # after fifteen minutes without anybody the page would lock
    assert page.locator("[data-left]").inner_text() in ("46 minutes", "47 minutes")
    Opening.objects.update(ends_at=ago(-5 / (24 * 60)))
    page.reload()
    page.clock.fast_forward("06:00")
    page.get_by_text("It has closed.").wait_for()


def test_the_privacy_officers_screen_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, record: Journey
) -> None:
    for rule in RULES:
        at = ago(1)
        Unusual.objects.create(
            rule=rule.key,
            on=clock.today(at),
            first_at=at,
            actor_id=record.named_midwife_id,
            woman_id=record.woman_id,
            site_id=record.site_id,
            number=7,
        )
    sign_in(staff(Role.PRIVACY_OFFICER, team="office"))
    look_at(page, f"{live_server.url}/privacy/", "privacy")
    assert page.locator("#unusual tbody tr").count() == len(RULES)
    look_at(page, f"{live_server.url}/privacy/unusual/{Unusual.objects.latest('pk').pk}/", "unusual")


def test_how_one_is_told_is_accessible_and_fits(page: Any, live_server: Any, sign_in: Any, settings: Any) -> None:
    settings.NOTIFY_API_KEY, settings.NOTIFY_TEMPLATES = "key", dict.fromkeys(("urgent", "digest", "test"), "template")
    midwife = staff(email="a-rather-long-name.of-somebody@hospital-with-a-long-name.example")
    for minutes in (2, 1):
        tell({midwife.pk: minutes}, urgent=True, at=ago(minutes=minutes))
    deliver(ago(minutes=1.5))
    Message.objects.filter(state="waiting").update(state="failed", problem="refused", attempts=1)
    sign_in(midwife)
    for name in ("how_told", "messages_sent"):
        look_at(page, live_server.url + reverse(name), name)
    assert page.get_by_text("2 urgent items in CareCoord").count() >= 1
    page.goto(live_server.url + reverse("how_told"))
    page.get_by_label("At once, when something is urgent").nth(1).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Write the number that text messages go to").first.wait_for()
    look_at_this(page, "how_told with an error")
    page.get_by_label("Your mobile number").fill("07700 900123")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. This is how you are told from now on.").wait_for()


def test_what_a_manager_sees_of_the_system_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, transactional_db: None
) -> None:
    tell({staff().pk: 1}, urgent=True, at=ago(hours=1))
    sign_in(staff(Role.SERVICE_MANAGER, team="office"))
    look_at(page, f"{live_server.url}/system/", "system")
    assert page.get_by_text("Something stands still.").count() == 1


def test_what_a_manager_sees_of_alerts_and_duty_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, record: Journey
) -> None:
    manager = staff(Role.SERVICE_MANAGER, team="office", name="H. Quinn")
    told(record.handoffs.get(moment="FEEDING_CONFLICT"), manager, post="service manager", rung=2)
    told(owed(record, due=ago(1), occurrence=9), manager, post="service manager")
    row = DutyPost.objects.create(
        site=record.site, post="team lead", user=manager, days=[6, 7], begins=time(20), ends=time(8)
    )
    sign_in(manager)
    for name, arguments in (("alerts", []), ("honesty", []), ("duty", []), ("add_duty", []), ("end_duty", [row.pk])):
        look_at(page, live_server.url + reverse(name, args=arguments), name)


def test_giving_women_another_midwife_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, record: Journey
) -> None:
    staff(name="R. Ali")
    journey(midwife=record.named_midwife)
    sign_in(record.named_midwife)
    here = f"{live_server.url}{reverse('reassign')}?of={record.named_midwife_id}"
    look_at(page, here, "reassign")
    page.get_by_role("button", name="Show what comes of it").click()
    assert_accessible(page)
    page.get_by_label("All 2 women").check()
    page.get_by_label("R. Ali").check()
    page.get_by_label("As her named midwife").check()
    page.get_by_role("button", name="Show what comes of it").click()
    page.get_by_text("Nothing is saved yet.").wait_for()
    assert_accessible(page)


def look_at(page: Any, address: str, name: str) -> None:
    """Wide and narrow, with everything opened."""
    for width, height in ((1280, 900), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(address)
        assert answer.status == 200, name
        look_at_this(page, name)


def look_at_this(page: Any, name: str) -> None:
    """What the page shows now, with everything opened."""
    width = page.viewport_size["width"]
    page.evaluate("document.querySelectorAll('main details').forEach(more => (more.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert_accessible(page)


def test_what_safeguarding_signs_off_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, record: Journey
) -> None:
    lead = staff(Role.SAFEGUARDING_MIDWIFE)
    claimed(record, lead)
    outside_try(record, words="They ask for a letter first.")
    sign_in(lead)
    look_at(page, live_server.url + reverse("sign_off", args=[record.pk]), "sign_off")
