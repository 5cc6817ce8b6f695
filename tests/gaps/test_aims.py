"""A manager sets an aim for a number of their own site, changes and ends it, and notes what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Change
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.gaps.aiming import Aimable, aimables, soonest, stands
from pathways.gaps.aims import Aimed, change_aim, end_aim, note_change, set_aim, strike_note
from pathways.gaps.measures import ALL, BY_KEY, TABLES
from pathways.gaps.models import Aim, ChangeNote
from pathways.gaps.months import month_of
from pathways.gaps.pages.aims import acted_on, aims_page, aims_panel
from pathways.gaps.rules.disclosure import Shown
from pathways.gaps.rules.releases import Block
from tests.factories import staff

pytestmark = pytest.mark.django_db
DOSES = TABLES["M08.doses"]
BOOKED = TABLES["M03.born"]


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel("2026-11-22T12:00:00Z", tick=True):
        yield


@pytest.fixture
def manager() -> User:
    return staff(Role.SERVICE_MANAGER, team="office", name="J. Okafor")


def marks(table: Any, line: Any, at: Site | None) -> Any:
    return acted_on(BY_KEY[table.key.split(".")[0]]).marks(table, line, at)


def site(code: str = "ASHF") -> Site:
    return Site.objects.get(code=code)


def aimed(table: Any = DOSES, value: int = 8, **fields: Any) -> Aimed:
    said = {"reach_by": date(2027, 3, 31), "owner_group": "the ward forum", **fields}
    return Aimed(table, table.lines[0], value, **said)


def blocks(*told: tuple[str, int, Sequence[int] | None]) -> list[Block]:
    """Blocks from (first day, months, groups)."""
    return [
        Block(month_of(date.fromisoformat(since)), months, Shown(tuple(groups)) if groups else None)
        for since, months, groups in told
    ]


# -- setting, changing, ending ---------------------------------------------------------------------


def test_an_aim_is_set_with_an_owner_and_marked_on_the_chart(manager: User) -> None:
    keyworker = staff(Role.WARD_MIDWIFE, team="maple", name="K. Moe")
    set_aim(site(), aimed(owner=keyworker, owner_group=""), by=manager)

    (line,) = aims_page(manager).standing
    assert (line.measure.key, line.aim.owned_by) == ("M08", "K. Moe")
    assert line.asks == "8 or fewer per 100 by Wed 31 Mar 2027"
    (mark,), _ = marks(DOSES, DOSES.lines[0], site())
    assert (mark.value, mark.start, mark.words) == (8, month_of(date(2026, 11, 1)), f"{line.asks}, K. Moe sees to it")
    assert marks(DOSES, DOSES.lines[0], site("CALD")) == ([], [])
    assert marks(DOSES, DOSES.lines[1], site()) == ([], [])


def test_sent_twice_it_is_set_once(manager: User) -> None:
    once = uuid4()

    assert set_aim(site(), aimed(), submission=once, by=manager) == set_aim(
        site(), aimed(), submission=once, by=manager
    )
    with pytest.raises(Refused, match="already"):
        set_aim(site(), aimed(), by=manager)
    assert Aim.objects.count() == 1


def test_a_changed_aim_keeps_the_one_before(manager: User) -> None:
    first = set_aim(site(), aimed(value=8), by=manager)
    once = uuid4()

    second = change_aim(first, aimed(value=6), submission=once, by=manager)

    assert change_aim(first, aimed(value=6), submission=once, by=manager) == second
    assert second.replaces == first
    page = aims_page(manager)
    assert [(line.aim.value, line.aim.ended_why) for line in (*page.standing, *page.ended)] == [(6, ""), (8, "Changed")]
    with pytest.raises(Refused, match="ended already"):
        end_aim(first, "given up", by=manager)
    with pytest.raises(Refused, match="stays with its number"):
        change_aim(second, aimed(BOOKED, 80), by=manager)


def test_an_aim_ends_with_a_reason(manager: User) -> None:
    aim = set_aim(site(), aimed(), by=manager)

    with pytest.raises(Refused, match="why"):
        end_aim(aim, "  ", by=manager)
    end_aim(aim, "reached, and kept for a year", by=manager)

    assert aims_page(manager).standing == []
    assert marks(DOSES, DOSES.lines[0], site()) == ([], [])
    set_aim(site(), aimed(), by=manager)  # and another may be set


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": 101}, "value"),
        ({"value": -1}, "value"),
        ({"reach_by": date(2026, 12, 30)}, "reach_by"),
        ({"reach_by": date(2032, 1, 1)}, "reach_by"),
        ({"owner_group": " "}, "owner"),
        ({"owner_group": "Mrs Reid's team"}, "owner_group"),
    ],
)
def test_what_makes_no_aim_is_refused(changed: dict[str, Any], field: str, manager: User) -> None:
    with pytest.raises(Refused) as refused:
        set_aim(site(), aimed(**changed), by=manager)

    assert refused.value.field == field
    assert not Aim.objects.exists()


def test_who_sees_to_it_works_at_the_site(manager: User) -> None:
    with pytest.raises(Refused, match="do not work at this site"):
        set_aim(site(), aimed(owner=staff(site="GLEN"), owner_group=""), by=manager)


def test_only_managers_act_and_only_at_their_own_site(manager: User) -> None:
    aim = set_aim(site(), aimed(), by=manager)
    elsewhere = staff(Role.SERVICE_MANAGER, site="GLEN", team="office")

    for verb in (
        lambda by: set_aim(site(), aimed(BOOKED, 80), by=by),
        lambda by: change_aim(aim, aimed(value=5), by=by),
        lambda by: end_aim(aim, "given up", by=by),
        lambda by: note_change(site(), BY_KEY["M08"], date(2026, 11, 1), "a trolley", by=by),
    ):
        for by in (staff(), elsewhere):
            with pytest.raises(PermissionDenied):
                verb(by)


def test_aims_are_for_shares_of_which_one_way_is_better() -> None:
    keys = {f"{each.table.key}:{each.line.key}" for measure in ALL for each in aimables(measure)}

    assert {"M01.booked:12w", "M08.doses:late", "M13.reached:24h", "M11.settled:settled", "M25.BOOK_10W:missed"} <= keys
    assert (
        not {
            *("M06.together:together", "M07.hours:hours", "M08.doses:stock", "M11.logged:logged", "M14.seen:declined"),
            *("M23.deaths:within_year", "M24.answered:answered", "M24.score:score"),
        }
        & keys
    )


@pytest.mark.parametrize("key", ["M24.answered", "M23.deaths", "M06.together"])
def test_no_aim_is_set_for_other_numbers(key: str, manager: User) -> None:
    with pytest.raises(Refused, match="No aim"):
        set_aim(site(), aimed(TABLES[key], 80), by=manager)


def test_the_soonest_day_is_the_end_of_what_is_told_next() -> None:
    assert soonest(DOSES, date(2026, 11, 22)) == date(2026, 12, 31)
    assert soonest(DOSES, date(2026, 12, 31)) == date(2026, 12, 31)
    assert soonest(DOSES, date(2027, 1, 1)) == date(2027, 3, 31)
    assert soonest(TABLES["M13.reached"], date(2026, 1, 1)) == date(2026, 12, 31)


# -- how it stands ---------------------------------------------------------------------------------


def how(value: int, *told: tuple[str, int, Sequence[int] | None], table: Any = BOOKED) -> Any:
    found = Aimable(table, table.lines[0])
    days = {"set_on": date(2026, 1, 20), "reach_by": date(2026, 12, 31)}
    return stands(found.table, found.line, value, **days, kept=blocks(*told))


def test_before_its_date_an_aim_stands_by_what_was_told_last() -> None:
    said = how(60, ("2026-01-01", 3, (10, 30)), ("2026-04-01", 3, (30, 10)))

    assert (said.words, said.reached, said.final) == (
        "Last told: 75 % of 40, 3 months to 30 Jun 2026. There already.",
        True,
        False,
    )
    assert how(80, ("2026-04-01", 3, (30, 10))).words.endswith("Not there yet.")


def test_at_its_date_it_was_reached_or_not_by_what_was_told_up_to_then() -> None:
    told = (
        *(("2026-07-01", 3, (30, 10)), ("2026-10-01", 3, (35, 5))),
        ("2027-01-01", 3, (0, 40)),  # after its date: it does not count
    )

    assert how(80, *told).words == "Reached: 88 % of 40, 3 months to 31 Dec 2026."
    assert how(90, *told).words == "Not reached: 88 % of 40, 3 months to 31 Dec 2026."
    assert how(90, *told).final


def test_where_a_quarter_is_low_a_longer_span_says_it() -> None:
    told = (("2026-07-01", 3, (10, 5)), ("2026-10-01", 3, (10, 5)))

    assert how(60, *told).words == "Reached: 67 % of 30, 6 months to 31 Dec 2026."


def test_what_is_hidden_says_nothing() -> None:
    assert how(60, ("2026-01-01", 12, None)).words == "Too few to say whether it was reached."
    assert how(60).words == "Too few to say yet."
    assert how(60).reached is None


def test_numbers_of_before_the_aim_do_not_reach_it() -> None:
    early = (("2025-10-01", 3, (40, 0)), ("2027-01-01", 3, (40, 0)))

    assert how(60, *early).words == "Nothing was told of the time between."


def test_fewer_is_better_where_it_is() -> None:
    assert how(8, ("2026-10-01", 3, (95, 5)), table=DOSES).words.startswith("Reached: 5 per 100, of 100")


def test_an_aim_after_separation_is_about_all_sites_together(manager: User) -> None:
    table = TABLES["M13.reached"]
    set_aim(site(), aimed(table, 90), by=manager)

    (line,) = aims_page(manager).standing
    assert line.pooled
    (mark,), _ = marks(table, table.lines[0], None)
    assert mark.words.startswith("Ashford Bridge: 90 % or more")


# -- what was changed ------------------------------------------------------------------------------


def test_what_was_changed_is_noted_and_marked_in_its_month(manager: User) -> None:
    once = uuid4()
    said = (BY_KEY["M08"], date(2025, 11, 3), "the cupboard  stands nearer now ")
    note = note_change(site(), *said, submission=once, by=manager)

    assert note_change(site(), *said, submission=once, by=manager) == note
    assert note.words == "the cupboard stands nearer now"
    _, (mark,) = marks(DOSES, DOSES.lines[0], site())
    assert (mark.at, mark.words) == (month_of(date(2025, 11, 1)), note.words)
    panel = aims_panel(BY_KEY["M08"], DOSES, manager.site_ids, acted_on(BY_KEY["M08"]), {})
    assert [(each.month, each.own) for each in panel.notes] == [("Nov 2025", True)]


def test_a_note_entered_in_error_is_taken_off_and_kept(manager: User) -> None:
    note = note_change(site(), BY_KEY["M08"], date(2026, 11, 1), "a trolley", by=manager)

    strike_note(note, by=manager)
    strike_note(note, by=manager)

    assert marks(DOSES, DOSES.lines[0], site()) == ([], [])
    assert ChangeNote.objects.get().struck_by == manager


@pytest.mark.parametrize(
    "words",
    [
        "",
        "x" * 201,
        "since baby R. was removed",
        "after Mrs Reid complained",
        "999 000 0018 was late",
        "for the woman at 4 Mill Lane",
        "ring tara@example.org",
        "a cup\u200bboard",
    ],
)
def test_words_that_lead_to_somebody_are_refused(words: str, manager: User) -> None:
    with pytest.raises(Refused) as refused:
        note_change(site(), BY_KEY["M08"], date(2026, 11, 1), words, by=manager)

    assert refused.value.field == "words"


def test_a_change_lies_in_the_past(manager: User) -> None:
    for day in (clock.today() + timedelta(days=1), date(2010, 1, 1)):
        with pytest.raises(Refused):
            note_change(site(), BY_KEY["M08"], day, "a trolley", by=manager)


# -- the database ----------------------------------------------------------------------------------


def test_what_was_written_stays(manager: User) -> None:
    aim = set_aim(site(), aimed(), by=manager)
    note_change(site(), BY_KEY["M08"], date(2026, 11, 1), "a trolley", by=manager)

    for statement in (
        "UPDATE gaps_aim SET value = 50",
        "DELETE FROM gaps_aim",
        "UPDATE gaps_changenote SET words = 'another'",
        "DELETE FROM gaps_changenote",
    ):
        _refused(statement, "what was written")
    end_aim(aim, "reached", by=manager)
    _refused("UPDATE gaps_aim SET ended_why = 'another'", "what was written")


def test_one_aim_stands_for_each_number_and_somebody_sees_to_it(manager: User) -> None:
    aim = set_aim(site(), aimed(), by=manager)
    stands_for = {"site": aim.site, "of_table": aim.of_table, "line": aim.line, "reach_by": aim.reach_by}
    for fields, name in (
        ({"value": 5, "owner_group": "the forum"}, "one_aim_for_each_number"),
        ({"value": 5, "line": "stock"}, "an_aim_has_one_owner"),
        ({"value": 101, "line": "stock", "owner_group": "the forum"}, "an_aim_is_of_a_hundred"),
    ):
        with pytest.raises(DatabaseError, match=name), transaction.atomic():
            Aim.objects.create(**{**stands_for, **fields})


def test_who_wrote_what_is_on_record(manager: User) -> None:
    aim = set_aim(site(), aimed(), by=manager)

    assert Change.objects.filter(table="gaps_aim", row_id=aim.pk).exists()


def _refused(statement: str, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
