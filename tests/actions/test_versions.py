"""What several people edit carries a version, and the verbs compare it: nobody's words are written over unread."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carecoord import clock
from carecoord.access.labels import Label
from carecoord.access.models import Seal, User
from carecoord.audit.models import Change
from pathways import actions
from pathways.actions import Draft
from pathways.background import record_background
from pathways.contact import Agreed, Place, agree_contact, newest_address, record_address
from pathways.covering import arrange_cover, seen_covers
from pathways.keeping import seal, seen_seal, unseal
from pathways.models import Event, Journey, Woman
from pathways.projection import refresh
from pathways.seen import Changed, Seen, SentOtherwise
from tests.factories import ago, claimed, happened, journey, staff

DETAILS = ("preferred_name", "pronouns", "allergies", "interpreter", "what_matters")


@pytest.fixture
def midwife(db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife)
    claimed(made, midwife)  # whoever is no longer her midwife would not see her any more
    return made


def seen_of(her: Woman) -> Seen:
    return Seen.of(f"woman {her.pk}", {name: getattr(her, name) for name in DETAILS}, her.version)


def named(record: Journey) -> Seen:
    return Seen.of(f"named {record.pk}", {"midwife": record.named_midwife, "buddy": record.buddy}, record.version)


# -- the version ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "counts"),
    [
        ("UPDATE pathways_woman SET allergies = 'latex' WHERE id = %s", True),
        ("UPDATE pathways_woman SET last_name = 'Other', search_key = 'other' WHERE id = %s", True),
        ("UPDATE pathways_woman SET allergies = allergies WHERE id = %s", False),
        ("UPDATE pathways_woman SET search_key = 'other', sort_key = 'other', matched_at = now() WHERE id = %s", False),
        ("UPDATE pathways_woman SET version = 99 WHERE id = %s", False),
        ("UPDATE pathways_journey SET buddy_id = named_midwife_id WHERE woman_id = %s", True),
        ("UPDATE pathways_journey SET edd_at_entry = '2026-03-04' WHERE woman_id = %s", True),
        (
            "UPDATE pathways_journey SET stage_since = now(), born_at = now(), in_hospital = true WHERE woman_id = %s",
            False,
        ),
        ("UPDATE pathways_journey SET version = 99 WHERE woman_id = %s", False),
    ],
)
def test_the_database_counts_what_people_write_by_any_way(record: Journey, statement: str, counts: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [record.woman_id])
    table = Woman if "pathways_woman" in statement else Journey
    assert table.objects.get().version == (2 if counts else 1)


def test_what_follows_from_events_counts_no_version(record: Journey) -> None:
    happened(record, ("first_contact", ago(30)), ("booking_completed", ago(20)))
    refresh(record)
    record.refresh_from_db()
    assert (record.stage, record.version) == ("antenatal", 1)


def test_the_trail_says_which_version_each_change_made(record: Journey, midwife: User) -> None:
    for words in ("latex", "none known"):
        actions.update_woman(record.woman, {"allergies": words}, by=midwife)
    changes = Change.objects.filter(table="pathways_woman", op="U", row_id=record.woman_id).order_by("id")
    assert [(change.new["version"], change.new["allergies"]) for change in changes] == [(2, "latex"), (3, "none known")]


# -- her details ---------------------------------------------------------------------------------


def test_different_fields_are_put_together(record: Journey, midwife: User) -> None:
    mine = seen_of(record.woman)
    as_i_saw = {name: getattr(record.woman, name) for name in DETAILS}
    other = Woman.objects.get()
    actions.update_woman(other, {"interpreter": "Welsh"}, seen=seen_of(other), by=midwife)
    changed = actions.update_woman(record.woman, {**as_i_saw, "allergies": "latex"}, seen=mine, by=midwife)
    now = Woman.objects.get()
    assert changed == {"allergies"}
    assert (now.allergies, now.interpreter, now.version) == ("latex", "Welsh", 3)


def test_the_same_field_is_refused_and_named(record: Journey, midwife: User) -> None:
    mine = seen_of(record.woman)
    actions.update_woman(Woman.objects.get(), {"allergies": "latex", "pronouns": "she/her"}, by=midwife)
    with pytest.raises(Changed) as refused:
        actions.update_woman(record.woman, {"allergies": "penicillin", "interpreter": "Welsh"}, seen=mine, by=midwife)
    assert refused.value.fields == ("allergies",)
    now = Woman.objects.get()
    assert (now.allergies, now.interpreter, now.version) == ("latex", "", 2)


def test_the_same_words_twice_are_no_conflict(record: Journey, midwife: User) -> None:
    mine = seen_of(record.woman)
    for _ in range(2):
        actions.update_woman(record.woman, {"allergies": "latex"}, seen=mine, by=midwife)
    assert Woman.objects.get().version == 2


def test_a_browsers_ends_of_lines_are_no_change(record: Journey, midwife: User) -> None:
    actions.update_woman(record.woman, {"what_matters": "My sister\ncomes along"}, by=midwife)
    mine = seen_of(record.woman)
    actions.update_woman(Woman.objects.get(), {"what_matters": "My brother"}, by=midwife)
    sent = {"what_matters": "My sister\r\ncomes along", "allergies": "latex"}
    assert actions.update_woman(record.woman, sent, seen=mine, by=midwife) == {"allergies"}
    assert Woman.objects.get().what_matters == "My brother"


def test_what_somebody_took_away_is_not_brought_back_unread(record: Journey, midwife: User) -> None:
    actions.update_woman(record.woman, {"allergies": "latex"}, by=midwife)
    mine = seen_of(record.woman)
    actions.update_woman(Woman.objects.get(), {"allergies": ""}, by=midwife)
    with pytest.raises(Changed):
        actions.update_woman(record.woman, {"allergies": "latex, penicillin"}, seen=mine, by=midwife)


def test_the_sight_of_another_woman_is_no_sight(record: Journey, midwife: User) -> None:
    actions.update_woman(record.woman, {"allergies": "latex"}, by=midwife)
    other = journey(midwife=midwife).woman
    for carried in (str(seen_of(other)), "", "nonsense", "1 allergies:", f"9{'9' * 50} allergies:zz:yy"):
        sight = Seen.read(carried, f"woman {record.woman_id}")
        with pytest.raises(Changed):
            actions.update_woman(record.woman, {"allergies": "penicillin"}, seen=sight, by=midwife)


def test_an_import_writes_over_nothing_that_is_saved_meanwhile(record: Journey, midwife: User) -> None:
    stale = Woman.objects.get()
    actions.update_woman(Woman.objects.get(), {"allergies": "latex", "preferred_name": "Shan"}, by=midwife)
    assert actions.fill_blanks(stale, {"preferred_name": "Old", "person_ref": "A-1"}, by=None) == ["person_ref"]
    now = Woman.objects.get()
    assert (now.allergies, now.preferred_name, now.person_ref) == ("latex", "Shan", "A-1")


WORDS = st.sampled_from(["", "a", "b", "c"])


@given(base=st.tuples(WORDS, WORDS), theirs=st.tuples(WORDS, WORDS), mine=st.tuples(WORDS, WORDS))
def test_nothing_is_lost_whatever_two_people_type(base: Any, theirs: Any, mine: Any) -> None:
    def named(values: Any) -> dict[str, str]:
        return dict(zip("xy", values, strict=True))

    sight = Seen.read(str(Seen.of("r 1", named(base), 4)), "r 1")
    both = [name for i, name in enumerate("xy") if base[i] != theirs[i] != mine[i] != base[i]]
    if both:
        with pytest.raises(Changed) as refused:
            sight.merged(named(theirs), named(mine))
        assert list(refused.value.fields) == both
        return
    result = sight.merged(named(theirs), named(mine))
    for i, name in enumerate("xy"):
        assert result[name] == (mine[i] if mine[i] != base[i] else theirs[i])
        assert theirs[i] in (base[i], result[name]), "what they wrote stands, or was what I had seen"


# -- her midwife, her EDD ------------------------------------------------------------------------


def test_a_midwife_named_meanwhile_is_not_replaced_unread(record: Journey, midwife: User) -> None:
    first, second, mine = staff(), staff(), named(record)
    actions.assign_named_midwife(record, first, seen=mine, by=midwife)
    with pytest.raises(Changed) as refused:
        actions.assign_named_midwife(record, second, seen=mine, by=midwife)
    assert refused.value.fields == ("midwife",)
    record.refresh_from_db()
    assert record.named_midwife == first
    assert record.events.filter(kind="named_midwife_assigned").count() == 1


def test_a_midwife_and_a_buddy_are_put_together(record: Journey, midwife: User) -> None:
    mine, first, second = named(record), staff(), staff()
    actions.assign_named_midwife(record, first, seen=mine, by=midwife)
    actions.assign_named_midwife(record, midwife, buddy=second, seen=mine, by=midwife)
    record.refresh_from_db()
    assert (record.named_midwife, record.buddy) == (first, second)


def test_another_edd_is_not_agreed_over_one_that_was_not_seen(record: Journey, midwife: User) -> None:
    mine = Seen.of(f"edd {record.pk}", {"edd": record.edd})
    first, second = (clock.today() + timedelta(days=days) for days in (100, 120))
    actions.agree_edd(record, first, seen=mine, by=midwife)
    actions.agree_edd(record, first, seen=mine, by=midwife)
    with pytest.raises(Changed):
        actions.agree_edd(record, second, seen=mine, by=midwife)
    assert Journey.objects.get().edd == first


# -- versions, seals, covers ---------------------------------------------------------------------


def test_a_piece_of_background_is_not_written_over_unread(record: Journey, midwife: User) -> None:
    first = record_background(record.woman, Label.ABUSE, "hers", seen=0, by=midwife)
    with pytest.raises(Changed):
        record_background(record.woman, Label.ABUSE, "mine", seen=0, by=midwife)
    record_background(record.woman, Label.ABUSE, "mine", seen=first.pk, by=midwife)
    record_background(record.woman, Label.PSYCHOLOGICAL, "another piece", seen=0, by=midwife)


def test_an_address_is_not_written_over_unread(record: Journey, midwife: User) -> None:
    before = newest_address(record.woman_id)
    record_address(record.woman, Place("home", "14 Weaver Row"), seen=before, by=midwife)
    with pytest.raises(Changed):
        record_address(record.woman, Place("home", "2 Mill Lane"), seen=before, by=midwife)
    record_address(record.woman, Place("home", "2 Mill Lane"), seen=newest_address(record.woman_id), by=midwife)
    assert record.woman.addresses.count() == 2


def test_the_same_agreement_sent_twice_is_one(record: Journey, midwife: User) -> None:
    agreed = Agreed("text", days=(1, 3), hours="after the school run")
    first = agree_contact(record.woman, agreed, {"number": "07700 900123"}, seen=0, by=midwife)
    assert agree_contact(record.woman, agreed, {"number": "07700 900123"}, seen=0, by=midwife) == first
    other = staff()
    claimed(record, other)
    with pytest.raises(Changed):
        agree_contact(record.woman, agreed, {}, seen=0, by=other)


def test_a_seal_is_not_changed_unread(record: Journey) -> None:
    from carecoord.access.acting import acting_as

    me = record.named_midwife
    assert me
    nothing = seen_seal(record.woman)
    with acting_as(me):
        seal(record.woman, Seal.Level.LOCKED, "in hiding", seen=nothing, by=me)
        with pytest.raises(Changed):
            seal(record.woman, Seal.Level.SEALED, "works here", seen=nothing, by=me)
        with pytest.raises(Changed):
            unseal(record.woman, seen=nothing, by=me)
        assert Seal.objects.get().reason == "in hiding"
        unseal(record.woman, seen=seen_seal(record.woman), by=me)


def test_a_cover_until_another_day_is_not_arranged_unread(record: Journey, midwife: User) -> None:
    today, other = clock.today(), staff()
    nothing = seen_covers(midwife)
    arrange_cover(midwife, other, today, today + timedelta(5), seen=nothing, by=midwife)
    arrange_cover(midwife, other, today, today + timedelta(5), seen=nothing, by=midwife)
    with pytest.raises(Changed):
        arrange_cover(midwife, other, today, today + timedelta(2), seen=nothing, by=midwife)
    arrange_cover(midwife, other, today, today + timedelta(2), seen=seen_covers(midwife), by=midwife)


# -- the same form, with other words ---------------------------------------------------------------


def test_the_same_form_with_other_words_is_not_swallowed(record: Journey, midwife: User) -> None:
    draft = Draft("first_contact", ago(3), note="with her sister", submission=uuid4())
    first = actions.record_event(record, draft, by=midwife)
    assert actions.record_event(record, draft, by=midwife) == first
    other_woman = journey(midwife=midwife)
    for where, other in (
        (record, {"note": "alone"}),
        (record, {"occurred_at": ago(4)}),
        (record, {"kind": "contact_made"}),
        (record, {"sent_with": {"late_reason": "moved"}}),
        (other_woman, {}),
    ):
        with pytest.raises(SentOtherwise) as refused:
            actions.record_event(where, Draft(**{**vars(draft), **other}), by=midwife)
        assert refused.value.earlier == first
    assert Event.objects.count() == 1


def test_the_same_holds_for_naming_and_agreeing(record: Journey, midwife: User) -> None:
    other, form, again = staff(), uuid4(), uuid4()
    first = actions.assign_named_midwife(record, midwife, submission=form, by=midwife)
    assert actions.assign_named_midwife(record, midwife, submission=form, by=midwife) == first
    with pytest.raises(SentOtherwise):
        actions.assign_named_midwife(record, midwife, buddy=other, submission=form, by=midwife)
    edd = clock.today() + timedelta(days=100)
    first = actions.agree_edd(record, edd, note="scan", submission=again, by=midwife)
    assert actions.agree_edd(record, edd, note="scan", submission=again, by=midwife) == first
    with pytest.raises(SentOtherwise):
        actions.agree_edd(record, edd, note="last period", submission=again, by=midwife)


def test_a_form_of_before_there_were_fingerprints_counts_once(record: Journey, midwife: User) -> None:
    form = uuid4()
    old = Event.objects.create(journey=record, kind="first_contact", occurred_at=ago(3), submission=form)
    assert old.fingerprint == ""
    assert actions.record_event(record, Draft("first_contact", ago(2), submission=form), by=midwife) == old
