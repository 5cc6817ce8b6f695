"""The quarterly report: what was told by then, with its definitions; nothing that comes later changes it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.csvfiles import neutral
from carecoord.sites.models import Site
from pathways.gaps.aims import Aimed, note_change, set_aim
from pathways.gaps.management.commands.measures_reference import PAGE
from pathways.gaps.measures import ALL, BY_KEY, TABLES
from pathways.gaps.models import Block, Cell, Quarter
from pathways.gaps.pages.definition import definition
from pathways.gaps.publishing import publish
from pathways.gaps.reference import measures_markdown
from pathways.gaps.report import pdf
from pathways.gaps.report.content import Report, content_of
from pathways.gaps.report.quarters import Reported, close_quarters, quarter, quarters
from pathways.gaps.report.rows import BEGINS, HEAD, csv_of
from pathways.gaps.report.told import IN_REPORTS, told_then
from tests.factories import staff
from tests.roles import as_role

pytestmark = pytest.mark.django_db
SITES = ("ASHF", "CALD", "GLEN", "TAYM")
READY = datetime(2026, 11, 13, 9, tzinfo=UTC)  # of July to September 2026
LATER = datetime(2027, 11, 20, 9, tzinfo=UTC)


def cells(table: str, months: Iterable[date], *parts: int, sites: Iterable[str] = SITES, value: int = -1) -> None:
    for site in Site.objects.filter(code__in=sites):
        Cell.objects.bulk_create(
            Cell(of_table=table, site=site, month=month, part=part, value=value, count=count, women=count)
            for month in months
            for part, count in enumerate(parts)
        )


def months(since: int, until: int) -> list[date]:
    return [date(year, month, 1) for year in range(since, until) for month in range(1, 13)]


@pytest.fixture
def told() -> None:
    """Three years: more booked in the last one at Ashford Bridge, few doses at Taymouth, separations, CE-8, deaths."""
    cells("M03.born", months(2024, 2026), 10, 15)
    cells("M03.born", months(2026, 2027), 20, 15, sites=["ASHF"])
    cells("M03.born", months(2026, 2027), 10, 15, sites=SITES[1:])
    cells("M08.doses", months(2025, 2027), 90, 11, 9, 8, sites=SITES[:3])
    cells("M08.doses", [date(2025, 1, 1), date(2026, 1, 1)], 4, 2, 0, 0, sites=["TAYM"])
    cells("M13.reached", months(2023, 2026), 4, 3, 2)
    cells("M16.m6", months(2025, 2027), 12, 9, 8)
    cells("M24.score", months(2025, 2027), 12, value=70)
    cells("M23.deaths", [date(2024, 5, 1)], 3, sites=["ASHF"])
    with time_machine.travel(READY, tick=True):
        publish(READY)
        close_quarters(READY)


@pytest.fixture
def manager() -> User:
    return staff(Role.SERVICE_MANAGER, team="office", name="J. Okafor")


def newest() -> Reported:
    return quarters()[0]


def site(code: str = "ASHF") -> Site:
    return Site.objects.get(code=code)


def the_csv(asked: Reported | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(csv_of(told_then(asked or newest()), IN_REPORTS).removeprefix(BEGINS))))


def the_report(asked: Reported | None = None) -> Report:
    return content_of(asked or newest(), site(), told_then(asked or newest()))


# -- which quarters --------------------------------------------------------------------------------


def test_a_report_can_be_had_six_weeks_after_its_quarter() -> None:
    cells("M03.born", months(2026, 2027), 10, 12)
    for day, many in ((11, 2), (12, 3)):
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        publish(at)
        close_quarters(at)
        assert len(quarters()) == many

    assert (newest().key, newest().words) == ("2026-q3", "July to September 2026")
    assert quarter(2026, 3) == newest()
    assert quarter(2026, 4) is None
    assert quarter(2026, 5) is None


def test_a_quarter_waits_until_all_of_it_is_told() -> None:
    cells("M03.born", months(2026, 2027), 10, 12)
    publish(datetime(2026, 8, 20, 9, tzinfo=UTC))

    close_quarters(READY)

    assert [each.key for each in quarters()] == ["2026-q2", "2026-q1"]


def test_the_worker_closes_quarters() -> None:
    cells("M03.born", months(2026, 2027), 10, 12)
    publish(READY)

    with as_role("cc_worker"):
        assert close_quarters(READY) == 3


def test_a_quarter_stays(told: None) -> None:
    for statement in ("UPDATE gaps_quarter SET ready_at = now()", "DELETE FROM gaps_quarter"):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Quarter.objects.exists()


# -- it does not change ----------------------------------------------------------------------------


def test_what_comes_later_changes_no_report(told: None, manager: User) -> None:
    asked = newest()
    with time_machine.travel(READY, tick=True):
        before = csv_of(told_then(asked), IN_REPORTS), the_report(asked), the_report(quarter(2025, 4))

    with time_machine.travel(LATER, tick=True):
        Cell.objects.filter(of_table="M03.born").update(count=40, women=40)  # recorded late
        cells("M17.hand", months(2025, 2027), 20, 15)  # told for the first time, of months that lie before
        set_aim(
            site(),
            Aimed(TABLES["M08.doses"], TABLES["M08.doses"].lines[0], 5, date(2028, 3, 31), None, "a forum"),
            by=manager,
        )
        note_change(site(), BY_KEY["M08"], date(2026, 7, 1), "a second trolley", by=manager)
        publish(LATER)
        assert close_quarters(LATER) == 4

        assert Block.objects.filter(of_table="M17.hand", until__lte="2026-10-01").exists()
        assert (csv_of(told_then(asked), IN_REPORTS), the_report(asked), the_report(quarter(2025, 4))) == before
        assert newest().key == "2027-q3"
        assert any(row["table"] == "M17.hand" for row in the_csv())


def test_what_takes_longer_to_know_stands_with_earlier_months(told: None) -> None:
    until = {row["until"] for row in the_csv() if row["table"] == "M16.m6" and row["span"] == "last"}

    assert until == {"2026-03-31"}  # half a year after the birth, and the weeks until it is told


# -- the numbers -----------------------------------------------------------------------------------


def test_every_number_of_the_csv_is_rounded_or_hidden(told: None) -> None:
    rows = the_csv()

    assert len(rows) > 30
    for row in rows:
        for name in ("numerator", "denominator", "missing"):
            assert row[name] in ("", "[c]") or int(row[name]) % 5 == 0, row
        if row["value"] not in ("[c]", "[low]") and row["numerator"]:
            some, whole = int(row["numerator"]), int(row["denominator"])
            assert int(row["value"]) == (200 * some + whole) // (2 * whole)
    hidden = [row for row in rows if row["site_code"] == "TAYM" and row["table"] == "M08.doses"]
    assert {(row["numerator"], row["denominator"], row["value"]) for row in hidden} == {("[c]", "[c]", "[c]")}


def test_the_csv_says_what_it_counts_and_no_spreadsheet_runs_it(told: None) -> None:
    text = csv_of(told_then(newest()), IN_REPORTS)

    assert text.startswith(BEGINS + ",".join(HEAD))
    for row in csv.reader(StringIO(text.removeprefix(BEGINS))):
        assert all(cell == neutral(cell) or cell.startswith("'") for cell in row)
        assert len(row) == len(HEAD)
    doses = next(row for row in the_csv() if row["measure"] == "M08")
    assert (doses["counted"], doses["of"]) == (BY_KEY["M08"].numerator, BY_KEY["M08"].denominator)


def test_separation_stands_for_all_sites_and_deaths_nowhere(told: None) -> None:
    rows = the_csv()

    assert {row["site"] for row in rows if row["table"] == "M13.reached"} == {"all sites together"}
    assert not any(row["measure"] == "M23" for row in rows)
    assert not any(section.definition.key == "M23" for section in the_report().sections)


def test_every_number_of_the_report_is_rounded_or_hidden(told: None) -> None:
    for section in the_report().sections:
        for grid in section.grids:
            for _, row in grid.rows:
                for cell in row:
                    assert re.fullmatch(
                        r"\[c\]|\[low\]|–|\d{1,3}( %)?|[\d.]+( h| %)? \([\d.]+ to [\d.]+\)", cell.number
                    )
                    if found := re.match(r"of ([\d,]+)", cell.below):
                        assert int(found[1].replace(",", "")) % 5 == 0


def test_the_first_page_says_what_stands_out_at_ones_own_site(told: None) -> None:
    first = the_report().first
    said = dict(first.parts)

    assert first.name == "Ashford Bridge"
    assert said["Signals of the charts over time"] == [
        "In drug treatment by birth: 54 % of 390, signal: better since Jan 2026."
    ]
    other = dict(content_of(newest(), site("CALD"), told_then(newest())).first.parts)
    assert other["Signals of the charts over time"] == ["None: what was told lies within the limits."]


def test_aims_and_notes_of_the_time_stand_on_the_first_page(told: None) -> None:
    doses = TABLES["M08.doses"]
    with time_machine.travel(datetime(2026, 8, 1, tzinfo=UTC), tick=True):
        set_aim(site(), Aimed(doses, doses.lines[0], 5, date(2027, 3, 31), None, "the ward forum"), by=None)
        note_change(site(), BY_KEY["M08"], date(2026, 7, 1), "a second trolley", by=None)

    said = dict(the_report().first.parts)

    assert said["Aims"][0].startswith(f"{BY_KEY['M08'].title}: 5 or fewer per 100 by Wed 31 Mar 2027 (the ward forum).")
    assert said["What was changed"] == ["Jul 2026: a second trolley."]


def test_ce_8_is_labelled_wherever_it_stands(told: None) -> None:
    labels = {section.definition.key: section.label for section in the_report().sections}

    assert labels["M24"].startswith("CE-8 (own items, not validated)")
    assert [key for key, label in labels.items() if label] == ["M24"]


# -- the files -------------------------------------------------------------------------------------


def test_the_pdf_holds_what_the_report_says(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    class Recorded(pdf.Paragraph):  # type: ignore[misc]
        def __init__(self, text: str, *args: Any, **kwargs: Any) -> None:
            written.append(text)
            super().__init__(text, *args, **kwargs)

    monkeypatch.setattr(pdf, "Paragraph", Recorded)
    report = the_report()

    file = pdf.pdf_of(report)

    assert file.startswith(b"%PDF-")
    for mark in (b"/Lang (en-GB)", b"/Outlines", b"/MediaBox [ 0 0 595.27"):
        assert mark in file, mark
    words = "\n".join(written)
    for section in report.sections:
        assert escape(section.definition.title).replace("&#x27;", "'") in words
        for grid in section.grids:
            for _, row in grid.rows:
                assert all(f"<b>{cell.number}</b>" in words for cell in row)
    assert all(escape(measure.numerator).replace("&#x27;", "'") in words for measure in IN_REPORTS)
    assert sum(len(section.charts) for section in report.sections) == words.count("Centre ")


def test_managers_take_the_files_and_nobody_else(told: None, manager: User) -> None:
    addresses = [
        reverse("gaps_reports"),
        reverse("gaps_report_pdf", args=[2026, 3]),
        reverse("gaps_report_csv", args=[2026, 3]),
        reverse("gap_csv", args=["M08"]),
    ]
    kinds = ["text/html; charset=utf-8", "application/pdf", *["text/csv; charset=utf-8"] * 2]
    client = Client()
    client.force_login(manager)
    assert [client.get(address).headers["Content-Type"] for address in addresses] == kinds
    assert "2026-q3-ashf.pdf" in client.get(addresses[1]).headers["Content-Disposition"]
    for missing in (
        reverse("gaps_report_pdf", args=[2026, 4]),
        reverse("gap_csv", args=["M23"]),
        "/gaps/M99/numbers.csv",
    ):
        assert client.get(missing).status_code == 404
    client.force_login(staff())
    assert {client.get(address).status_code for address in addresses} == {403}


def test_a_measures_csv_has_each_number_as_it_was_told(told: None, manager: User) -> None:
    client = Client()
    client.force_login(manager)

    rows = list(csv.DictReader(StringIO(client.get(reverse("gap_csv", args=["M03"])).content.decode("utf-8-sig"))))

    blocks = Block.objects.filter(of_table="M03.born")
    assert sum(row["span"] == "told" for row in rows) == blocks.count()
    assert {row["measure"] for row in rows} == {"M03"}


# -- definitions -----------------------------------------------------------------------------------


def test_the_page_of_definitions_says_what_is_declared(manager: User) -> None:
    client = Client()
    client.force_login(manager)
    page = client.get(reverse("gaps_definitions")).content.decode()

    for measure in ALL:
        assert f'id="{measure.key}"' in page
        for _, text in definition(measure).facts:
            assert escape(text[0].upper() + text[1:]) in page
        assert all(escape(source.title) in page for source in definition(measure).sources)


def test_the_committed_reference_page_is_the_generated_one() -> None:
    """After a change of a measure: `manage.py measures_reference`."""
    assert PAGE.read_text(encoding="utf-8") == measures_markdown()


def test_the_reference_page_has_every_measure_and_line() -> None:
    page = measures_markdown()
    for measure in ALL:
        assert all(text in page for text in (measure.title, measure.why, measure.numerator, measure.denominator))
        for table in measure.tables:
            assert all(f"| `{table.key}` | `{line.key}` |" in page for line in table.lines)


def test_deaths_are_told_to_the_operator_alone_and_hidden_when_few(told: None) -> None:
    out = StringIO()

    call_command("gaps_for_governance", stdout=out)

    assert "M23 Deaths of mothers within a year: all sites together" in out.getvalue()
    assert re.search(r"(\[c\]|^Nothing was told yet)", out.getvalue(), re.M)
    assert not re.search(r": [1-9]$", out.getvalue(), re.M)
