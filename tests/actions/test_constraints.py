"""The database refuses what must never be; and it is the constraint that refuses, not luck.

Each case does the forbidden thing twice: as the schema stands (refused), and with that one constraint or
trigger taken away (accepted). A constraint of ours without a case here fails the last test.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.apps import apps
from django.db import connection, models

from carecoord import clock
from carecoord.access.models import Conflict, Cover, Draft, Grant, Membership, RoleLabel, SignInFailure, Team, User
from carecoord.access.models import Opening as RecordOpening
from carecoord.delivery.models import Message, Preference
from carecoord.sites.models import Site
from pathways.models import (
    Address,
    Alert,
    AlertTo,
    Baby,
    Background,
    CarriedHistory,
    Closing,
    ContactDetail,
    Correction,
    DutyPost,
    Event,
    Flag,
    Handoff,
    Hold,
    Identifier,
    Journey,
    MatchReview,
    MessageToHer,
    NamedWorker,
    Offer,
    OfferQuestion,
    Opening,
    OutsideTry,
    Owner,
    PlacedAway,
    PlacedBaby,
    Reopening,
    SafeContact,
    ServiceChoice,
    SignOff,
    StayOffer,
    Telling,
    TellingArranged,
    TellingSignOff,
    Woman,
)
from tests.actions import cases_of_losses, cases_of_outreach, cases_of_plans, cases_of_together
from tests.constraints import refused, taken_away, without
from tests.ending import carried, closing, outside_try, reopening, service_choice, sign_off_of
from tests.factories import UserFactory, ago, happened, journey, staff, woman
from tests.together import stay_row

pytestmark = pytest.mark.django_db

NOW = clock.now()


def a_handoff(record: Journey, **fields) -> Handoff:
    times = {"opened_at": NOW, "warn_at": NOW, "due_at": NOW, "missed_at": NOW, "state": "pending"}
    return Handoff.objects.create(
        journey=record, site=record.site, moment="X", step="done", subject="pregnancy", **{**times, **fields}
    )


def an_offer(**fields) -> Offer:
    owed = fields.pop("handoff", None) or a_handoff(journey())
    known = {"to_team": Team.objects.get(site=owed.site, code="hv"), "told": "not_yet", "answer_by": NOW, **fields}
    return Offer.objects.create(
        journey=owed.journey, handoff=owed, handoff_key=owed.key, offered_by=UserFactory(), **known
    )


def answered_offer(**fields) -> Offer:
    return an_offer(answered_at=NOW, answered_by=UserFactory(), **fields)


def reopened_alone() -> None:
    person = UserFactory()
    reopening(opened_by=person, agreed_by=person)


def two_offers_of_one() -> None:
    owed = a_handoff(journey())
    for _ in range(2):
        an_offer(handoff=owed)


def an_event(kind: str, **fields) -> Event:
    return Event.objects.create(
        journey=fields.pop("journey", None) or journey(), kind=kind, occurred_at=ago(1), **fields
    )


def question(**fields) -> OfferQuestion:
    return OfferQuestion.objects.create(offer=an_offer(), asked_by=UserFactory(), text="x", **fields)


def owner(owed: Handoff | None = None, **fields) -> Owner:
    owed = owed or a_handoff(journey())
    known = {"user": UserFactory(), "how": "taken", "since": NOW, **fields}
    return Owner.objects.create(journey=owed.journey, handoff=owed, handoff_key=owed.key, **known)


def two_owners() -> None:
    owed = a_handoff(journey())
    for _ in range(2):
        owner(owed)


def changed_answer() -> None:
    answered_offer(state="accepted")
    Offer.objects.update(reason="x")


def two_drafts() -> None:
    user = UserFactory()
    for _ in range(2):
        Draft.objects.create(user=user, path="/women/add/", data="", kept_until=NOW)


def to_staff(**fields) -> Message:
    known = {"to_user": UserFactory(), "channel": "email", "template": "urgent", "number": 1, **fields}
    return Message.objects.create(not_before=NOW, next_try_at=NOW, **known)


def two_of_one_key() -> None:
    key = uuid.uuid4()
    for _ in range(2):
        to_staff(key=key)


def two_digests() -> None:
    user = UserFactory()
    for _ in range(2):
        to_staff(to_user=user, template="digest")


def to_several(sent_to: str) -> Callable[[], object]:
    return lambda: to_staff(state="sent", sent_at=NOW, sent_to=sent_to, sent_text="x")


def a_way(**fields) -> Preference:
    known = {"user": UserFactory(), "channel": "email", "urgent": True, "digest": True, **fields}
    return Preference.objects.create(**known)


def two_choices() -> None:
    user = UserFactory()
    for _ in range(2):
        a_way(user=user)


def two_counts_of_nobody() -> None:
    for _ in range(2):
        SignInFailure.objects.create(window=NOW, user=None)


def two_numbers() -> None:
    for her in (woman(), woman(first_name="Ewa")):
        Identifier.objects.create(woman=her, kind="nhs", value="9990000018")


def two_of_a_kind() -> None:
    her = woman(nhs_number="9990000018")
    Identifier.objects.create(woman=her, kind="nhs", value="9990000034")


def two_journeys() -> None:
    first = journey()
    Journey.objects.create(woman=first.woman, number=1, site=first.site, team=first.team)


def pregnancy_zero() -> None:
    her = woman()
    Journey.objects.create(woman=her, number=0, site=her.site, team=Team.objects.first())


def two_babies() -> None:
    record = journey()
    for _ in range(2):
        Baby.objects.create(journey=record, number=1, born_at=NOW)


def two_handoffs() -> None:
    record = journey()
    for _ in range(2):
        a_handoff(record)


def two_flags() -> None:
    owed = a_handoff(journey())
    for _ in range(2):
        Flag.objects.create(journey=owed.journey, handoff=owed, handoff_key=owed.key, level="missed", raised_at=NOW)


def an_alert(flag: Flag | None = None) -> Alert:
    """The first level of a flag."""
    if flag is None:
        owed = a_handoff(journey())
        flag = Flag.objects.create(
            journey=owed.journey, handoff=owed, handoff_key=owed.key, level="missed", raised_at=NOW, site=owed.site
        )
    times = {"due_at": NOW, "fired_at": NOW}
    return Alert.objects.create(
        flag=flag, journey=flag.journey, handoff_key=flag.handoff_key, site=flag.site, rung=0, severity="S1", **times
    )


def two_alerts() -> None:
    an_alert(an_alert().flag)


def told_twice() -> None:
    alert, person = an_alert(), staff()
    for _ in range(2):
        AlertTo.objects.create(alert=alert, user=person, woman=alert.journey.woman, post="owner")


def hold(**fields) -> Hold:
    flag = an_alert().flag
    known = {"kind": "taken", "by": staff(), "at": NOW, "until": NOW + timedelta(hours=1)}
    return Hold.objects.create(**{"flag": flag, "journey": flag.journey, **known, **fields})


def duty_post(**fields) -> DutyPost:
    person = fields.pop("user", None) or staff()
    known = {"post": "team lead", "starts_on": date(2026, 2, 2)}
    return DutyPost.objects.create(site=Site.objects.get(code="ASHF"), user=person, **{**known, **fields})


def same_post_twice() -> None:
    person = staff()
    for _ in range(2):
        duty_post(user=person)


def future_event() -> None:
    Event.objects.create(journey=journey(), kind="contact_made", occurred_at=clock.now() + timedelta(hours=1))


def same_form(make: Callable[[uuid.UUID], object]) -> Callable[[], None]:
    def twice() -> None:
        form = uuid.uuid4()
        make(form)
        make(form)

    return twice


def changed_event() -> None:
    happened(journey(), ("first_contact", ago(3)))
    Event.objects.update(note="x")


def deleted_correction() -> None:
    (event,) = happened(journey(), ("first_contact", ago(3)))
    Correction.objects.create(event=event, reason="wrong woman", made_by=staff())
    Correction.objects.all().delete()


def two_corrections() -> None:
    (event,) = happened(journey(), ("first_contact", ago(3)))
    person = staff()
    for _ in range(2):
        Correction.objects.create(event=event, reason="wrong woman", made_by=person)


def two_accounts() -> None:
    for email in ("A.Reid@hospital.example", "a.reid@hospital.example"):
        UserFactory(email=email)


def two_teams() -> None:
    Team.objects.create(site=Site.objects.get(code="ASHF"), code="bridge", name="Another", kind="ward")


def membership(**fields) -> Membership:
    person = fields.pop("user", None) or UserFactory()
    return Membership.objects.create(user=person, team=Team.objects.first(), role="midwife", **fields)


def same_membership_twice() -> None:
    person = UserFactory()
    for _ in range(2):
        membership(user=person)


def two_refs() -> None:
    for name in ("Tara", "Ewa"):
        woman(first_name=name, person_ref="S-1")


def grant(**fields) -> Grant:
    known = {"kind": "caseload", "starts_at": NOW, "user": staff(), "woman": fields.pop("woman", None) or woman()}
    return Grant.objects.create(**{**known, **fields})


def same_grant_twice() -> None:
    her, person = woman(), staff()  # past the verb: it needs the very index that is taken away
    record = Journey.objects.create(woman=her, site=her.site, team=Team.objects.first())
    for _ in range(2):
        grant(woman=record.woman, journey=record, user=person, reason="named midwife")


def same_conflict_twice() -> None:
    her, person = woman(), staff()
    for _ in range(2):
        Conflict.objects.create(woman=her, user=person)


def cover(**fields) -> Cover:
    known = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 2)}
    people = {} if "midwife" in fields else {"midwife": staff(), "covered_by": staff()}
    return Cover.objects.create(**{**known, **people, **fields})


def same_cover_twice() -> None:
    away, there = staff(), staff()
    for _ in range(2):
        cover(midwife=away, covered_by=there)


def covers_herself() -> None:
    person = staff()
    cover(midwife=person, covered_by=person)


def same_label_twice() -> None:
    for _ in range(2):
        RoleLabel.objects.create(role="x", label="general")


def record_opening(**fields) -> RecordOpening:
    her, person = woman(), staff()
    opened = grant(woman=her, user=person, kind="self_claim", ends_at=NOW + timedelta(hours=1))
    known = {"grant": opened, "woman": her, "user": person, "site": her.site, "level": 1, "ends_at": opened.ends_at}
    made = RecordOpening.objects.create(**known)
    RecordOpening.objects.filter(pk=made.pk).update(**fields)
    return made


def reviewed_by_themselves() -> None:
    made = record_opening()
    RecordOpening.objects.filter(pk=made.pk).update(reviewed_by=made.user, reviewed_at=NOW, outcome="justified")


def match(**fields) -> MatchReview:
    one, other = woman(), woman(first_name="Ewa")
    return MatchReview.objects.create(**{"woman": one, "other": other, "because": "names", **fields})


def same_match_twice() -> None:
    first = match()
    MatchReview.objects.create(woman=first.woman, other=first.other, because="number")


def match_the_wrong_way_round() -> None:
    first = match()
    MatchReview.objects.create(woman=first.other, other=first.woman, because="names")


def contact(**fields) -> SafeContact:
    return SafeContact.objects.create(woman=woman(), **fields)


def address(**fields) -> Address:
    return Address.objects.create(woman=woman(), **fields)


def opening(her: Woman | None = None, **fields) -> Opening:
    known = {"at": NOW, "purpose": "call", "what": "number", "submission": uuid.uuid4(), **fields}
    return Opening.objects.create(woman=her or woman(), user=UserFactory(), **known)


def message(**fields) -> MessageToHer:
    return MessageToHer.objects.create(**{"woman": woman(), "channel": "text", "message": "ring_us", **fields})


def background(**fields) -> Background:
    return Background.objects.create(**{"woman": woman(), "label": "abuse", "text": "x", **fields})


def written(record: Journey | None = None, **fields) -> dict[str, object]:
    """What every row about a separation has."""
    record = record or journey()
    return {"recorded_by": UserFactory(), "journey": record, "woman": record.woman, **fields}


def placement(**fields) -> PlacedAway:
    (event,) = happened(journey(), ("separated", ago(1)))
    known = written(event.journey, **{"event": event, "setting": "community", **fields})
    return PlacedAway.objects.create(**{name: value for name, value in known.items() if name != "journey"})


def placed_baby(**fields) -> PlacedBaby:
    return PlacedBaby.objects.create(**{"placement": placement(), "baby": 1, "with_whom": "foster", **fields})


def same_baby_twice() -> None:
    held = placement()
    for _ in range(2):
        placed_baby(placement=held)


def telling_arranged(**fields) -> TellingArranged:
    known = {"told_by": "x", "place": "x", "beside_her": "x", "latest_on": clock.today(), **fields}
    return TellingArranged.objects.create(**written(**known))


def sign_off(**fields) -> TellingSignOff:
    known = {"name": "x", "post": "manager", "signed_at": ago(1), "reason": "x", **fields}
    return TellingSignOff.objects.create(**written(**known))


def telling(**fields) -> Telling:
    return Telling.objects.create(**written(**{"told_at": ago(1), "told_by": "x", "how": "in_person", **fields}))


def named_worker(**fields) -> NamedWorker:
    known = written(**{"name": "x", "service": "x", "from_on": clock.today(), "told_her": True, **fields})
    return NamedWorker.objects.create(**{name: value for name, value in known.items() if name != "woman"})


OF_A_SEPARATION = (
    ("placement", PlacedAway, placement),
    ("telling arranged", TellingArranged, telling_arranged),
    ("telling’s sign-off", TellingSignOff, sign_off),
    ("telling", Telling, telling),
    ("named worker", NamedWorker, named_worker),
)
CASES: dict[str, tuple[type[models.Model], Callable[[], object]]] = {
    **cases_of_plans.CASES,
    "message_key_once": (Message, two_of_one_key),
    "one_waiting_digest": (Message, two_digests),
    "message_to_one_address": (Message, to_several("a.reid@hospital.example,r.ali@hospital.example")),
    "sent_message_says_what": (Message, lambda: to_staff(state="sent", sent_at=NOW, sent_to="a@b.example")),
    "only_what_was_sent_arrives": (Message, lambda: to_staff(arrived="no")),
    "message_counts_something": (Message, lambda: to_staff(number=0)),
    "preference_once": (Preference, two_choices),
    "text_goes_to_a_number": (Preference, lambda: a_way(channel="text")),
    "number_belongs_to_one_woman": (Identifier, two_numbers),
    "one_number_of_a_kind": (Identifier, two_of_a_kind),
    "person_ref_once_per_site": (Woman, two_refs),
    "one_journey_per_pregnancy": (Journey, two_journeys),
    "pregnancies_count_from_1": (Journey, pregnancy_zero),
    "baby_number_once": (Baby, two_babies),
    "nothing_happened_in_the_future": (Event, future_event),
    "one_handoff_ever": (Handoff, two_handoffs),
    "warned_then_due_then_missed": (Handoff, lambda: a_handoff(journey(), warn_at=NOW + timedelta(1))),
    "one_open_flag_per_handoff": (Flag, two_flags),
    "safe_hours_begin_before_they_end": (SafeContact, lambda: contact(safe_from=time(14), safe_until=time(14))),
    "safe_days_are_weekdays": (SafeContact, lambda: contact(days=[1, 8])),
    "a_confirmation_has_its_day": (SafeContact, lambda: contact(confirmed_by=UserFactory())),
    "address_ends_after_it_begins": (
        Address,
        lambda: address(kind="home", begins_on=date(2026, 2, 2), ends_on=date(2026, 2, 1)),
    ),
    "no_fixed_address_has_no_lines": (Address, lambda: address(kind="none", lines="14 Weaver Row")),
    "a_refuge_is_protected": (Address, lambda: address(kind="refuge", protected=False)),
    "some_purposes_are_said_in_words": (Opening, lambda: opening(purpose="hand_over")),
    "a_message_has_a_way_to_go": (MessageToHer, lambda: message(channel="call")),
    "sent_or_recalled_not_both": (MessageToHer, lambda: message(sent_at=NOW, recalled_at=NOW)),
    "background_has_a_label": (Background, lambda: background(label="address")),
    "only_ethnicity_has_a_category": (Background, lambda: background(category="e_arab")),
    "an_error_says_why": (Background, lambda: background(entered_in_error=True, text="")),
    "one_account_per_email": (User, two_accounts),
    "team_code_once_per_site": (Team, two_teams),
    "membership_once": (Membership, same_membership_twice),
    "membership_ends_after_it_starts": (
        Membership,
        lambda: membership(starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 1)),
    ),
    "one_running_offer_per_handoff": (Offer, two_offers_of_one),
    "offered_to_a_team_or_outside": (Offer, lambda: an_offer(to_outside="Dr Shah")),
    "an_answer_has_its_person_and_time": (Offer, lambda: an_offer(state="accepted", answered_at=NOW)),
    "a_decline_has_its_reason": (Offer, lambda: answered_offer(state="declined", decline="other")),
    "an_acknowledgement_has_a_name": (
        Offer,
        lambda: answered_offer(state="accepted", to_team=None, to_outside="Dr Shah"),
    ),
    "she_was_told_something": (Offer, lambda: an_offer(told="yes")),
    "an_answered_question_has_its_person_and_time": (OfferQuestion, lambda: question(answer="x")),
    "one_owner_at_a_time": (Owner, two_owners),
    "owned_until_after_since": (Owner, lambda: owner(until=NOW - timedelta(1))),
    "grant_to_a_team_or_a_person": (Grant, lambda: grant(user=None)),
    "grant_ends_later": (Grant, lambda: grant(ends_at=NOW)),
    "self_claim_lasts_12_hours": (Grant, lambda: grant(kind="self_claim", ends_at=NOW + timedelta(hours=13))),
    "break_glass_lasts_60_minutes": (Grant, lambda: grant(kind="break_glass", ends_at=NOW + timedelta(minutes=61))),
    "grant_once": (Grant, same_grant_twice),
    "conflict_once": (Conflict, same_conflict_twice),
    "cover_ends_after_it_starts": (Cover, lambda: cover(ends_on=date(2025, 12, 31))),
    "cover_is_somebody_else": (Cover, covers_herself),
    "cover_once": (Cover, same_cover_twice),
    "opening_reviewed_by_somebody_else": (RecordOpening, reviewed_by_themselves),
    "opening_review_is_whole": (RecordOpening, lambda: record_opening(outcome="justified")),
    "match_once": (MatchReview, same_match_twice),
    "match_of_two_in_order": (MatchReview, match_the_wrong_way_round),
    "match_decision_is_whole": (MatchReview, lambda: match(outcome="same")),
    "one_alert_per_flag_and_level": (Alert, two_alerts),
    "alert_told_once": (AlertTo, told_twice),
    "putting_off_has_a_reason": (Hold, lambda: hold(kind="snoozed", reason="")),
    "held_for_a_while": (Hold, lambda: hold(until=NOW)),
    "post_once": (DutyPost, same_post_twice),
    "post_ends_later": (DutyPost, lambda: duty_post(ends_on=date(2026, 2, 1))),
    "hours_have_both_ends": (DutyPost, lambda: duty_post(begins=time(9))),
    "duty_days_are_weekdays": (DutyPost, lambda: duty_post(days=[1, 8])),
    "who_declines_is_asked_again": (ServiceChoice, lambda: service_choice(review_on=None)),
    "not_chosen_in_the_future": (ServiceChoice, lambda: service_choice(chosen_at=ago(-1))),
    "somebody_was_asked": (OutsideTry, lambda: outside_try(to_whom="")),
    "a_yes_has_a_name": (OutsideTry, lambda: outside_try(result="acknowledged")),
    "not_tried_in_the_future": (OutsideTry, lambda: outside_try(tried_at=ago(-1))),
    "a_sign_off_says_why": (SignOff, lambda: sign_off_of(words="")),
    "closing_for_a_declared_reason": (Closing, lambda: closing(reason="lost_contact")),
    "completed_says_how_treatment_stands": (Closing, lambda: closing(reason="completed")),
    "who_withdraws_knows_her_rights": (Closing, lambda: closing(reason="withdrew", words="Stop.")),
    "reopened_with_somebody_else": (Reopening, reopened_alone),
    "role_label_once": (RoleLabel, same_label_twice),
    "closed_for_a_declared_reason": (Event, lambda: an_event("closed", details={"reason": "removal of her baby"})),
    "placement_has_a_known_basis": (PlacedAway, lambda: placement(legal_basis="because")),
    "placement_says_where_she_was": (PlacedAway, lambda: placement(setting="away")),
    "placed_baby_once": (PlacedBaby, same_baby_twice),
    "placed_baby_is_with_somebody": (PlacedBaby, lambda: placed_baby(with_whom="somewhere")),
    "telling_arranged_is_whole": (TellingArranged, lambda: telling_arranged(beside_her="")),
    "sign_off_says_who_and_why": (TellingSignOff, lambda: sign_off(reason="")),
    "sign_off_has_happened": (TellingSignOff, lambda: sign_off(signed_at=NOW + timedelta(days=1))),
    "telling_says_who_and_how": (Telling, lambda: telling(told_by="")),
    "telling_has_happened": (Telling, lambda: telling(told_at=NOW + timedelta(days=1))),
    "first_told_otherwise_is_signed": (Telling, lambda: telling(first=True, how="phone")),
    "named_worker_has_a_name": (NamedWorker, lambda: named_worker(name="")),
    "one_draft_per_page": (Draft, two_drafts),
    "failure_once_per_window": (SignInFailure, two_counts_of_nobody),
    **cases_of_together.CASES,
    **cases_of_outreach.CASES,
    **cases_of_losses.CASES,
}
UNIQUE_COLUMNS: dict[str, tuple[type[models.Model], Callable[[], object]]] = {
    **cases_of_plans.SENT_ONCE,
    "submission of an event": (
        Event,
        same_form(lambda form: Event.objects.create(journey=journey(), kind="x", occurred_at=ago(1), submission=form)),
    ),
    "submission of a woman": (
        Woman,
        same_form(lambda form: Woman.objects.filter(pk=woman().pk).update(submission=form)),
    ),
    "event of a correction": (Correction, two_corrections),
    "submission of a hold": (Hold, same_form(lambda form: hold(submission=form))),
    "submission of an offer": (Offer, same_form(lambda form: an_offer(submission=form))),
    "submission of a question": (OfferQuestion, same_form(lambda form: question(submission=form))),
    "submission of a stay offer": (StayOffer, same_form(lambda form: stay_row(journey(), submission=form))),
    "submission of a try outside": (OutsideTry, same_form(lambda form: outside_try(submission=form))),
    "submission of a choice": (ServiceChoice, same_form(lambda form: service_choice(submission=form))),
    "submission of a sign-off": (SignOff, same_form(lambda form: sign_off_of(submission=form))),
    **{
        f"submission of a {name}": (model, same_form(lambda form, made=made: made(submission=form)))
        for name, model, made in OF_A_SEPARATION
    },
    "submission of an opening": (Opening, same_form(lambda form: opening(submission=form))),
    **cases_of_outreach.UNIQUE_COLUMNS,
    **cases_of_losses.UNIQUE_COLUMNS,
}
TRIGGERS = {
    "pathways_event": changed_event,
    "pathways_correction": deleted_correction,
    "pathways_safecontact": lambda: (contact(channel="text"), SafeContact.objects.update(channel="call")),
    "pathways_contactdetail": lambda: (
        ContactDetail.objects.create(woman=woman(), kind="number", value="1"),
        ContactDetail.objects.all().delete(),
    ),
    "pathways_address": lambda: (address(kind="none"), Address.objects.update(protected=True)),
    "pathways_opening": lambda: (opening(), Opening.objects.all().delete()),
    "pathways_servicechoice": lambda: (service_choice(), ServiceChoice.objects.update(words="x")),
    "pathways_outsidetry": lambda: (outside_try(), OutsideTry.objects.update(result="refused")),
    "pathways_signoff": lambda: (sign_off_of(), SignOff.objects.all().delete()),
    "pathways_closing": lambda: (closing(), Closing.objects.update(words="x")),
    "pathways_reopening": lambda: (reopening(), Reopening.objects.all().delete()),
    "pathways_carriedhistory": lambda: (carried(), CarriedHistory.objects.update(earlier_journeys=True)),
    **{
        model._meta.db_table: lambda model=model, made=made: (made(), model.objects.all().delete())
        for _, model, made in OF_A_SEPARATION
    },
    "pathways_placedbaby": lambda: (placed_baby(), PlacedBaby.objects.update(with_whom="kinship")),
    "pathways_background": lambda: (background(), Background.objects.update(text="y")),
    **cases_of_together.TRIGGERS,
    **cases_of_outreach.TRIGGERS,
    **cases_of_losses.TRIGGERS,
}


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_refuses_and_nothing_else_would(name):
    model, forbidden = CASES[name]
    assert refused(forbidden)
    assert not without(taken_away(model, name), forbidden)


@pytest.mark.parametrize("name", UNIQUE_COLUMNS)
def test_the_unique_column_refuses_and_nothing_else_would(name):
    model, forbidden = UNIQUE_COLUMNS[name]
    column = "event_id" if model is Correction else "submission"
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
    (unique,) = [key for key, found in constraints.items() if found["columns"] == [column] and found["unique"]]
    assert refused(forbidden)
    assert not without(taken_away(model, unique), forbidden)


@pytest.mark.parametrize("table", TRIGGERS)
def test_the_append_only_trigger_refuses_and_nothing_else_would(table):
    assert refused(TRIGGERS[table])
    assert not without(f"ALTER TABLE {table} DISABLE TRIGGER append_only", TRIGGERS[table])


def test_an_answer_stays_and_nothing_but_its_trigger_keeps_it():
    assert refused(changed_answer)
    assert not without("ALTER TABLE pathways_offer DISABLE TRIGGER offer_stays", changed_answer)


def test_a_report_of_her_death_stays_and_nothing_but_its_trigger_keeps_it():
    assert refused(cases_of_losses.changed_report)
    assert not without("ALTER TABLE pathways_deathreport DISABLE TRIGGER report_stays", cases_of_losses.changed_report)


@pytest.mark.parametrize("name", cases_of_plans.KEPT)
def test_what_was_written_stays_and_nothing_but_its_trigger_keeps_it(name):
    model, forbidden = cases_of_plans.KEPT[name]
    assert refused(forbidden)
    assert not without(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER kept_as_written", forbidden)


def test_a_plan_counts_with_two_signatures_and_nothing_but_its_trigger_says_so():
    forbidden = cases_of_plans.changed(cases_of_plans.a_plan, agreed_at=NOW)
    assert refused(forbidden)
    assert not without("ALTER TABLE pathways_careplan DISABLE TRIGGER plan_signed", forbidden)


def test_every_constraint_of_ours_has_its_case():
    ours = [apps.get_app_config(label) for label in ("access", "sites", "delivery", "pathways")]
    declared = {found.name for app in ours for model in app.get_models() for found in model._meta.constraints}
    assert declared == CASES.keys()
