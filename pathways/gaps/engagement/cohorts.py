"""From the record to the analysis of a year: who answered, how it went for her, and what is told of all of them, once.

The worker does it, and only where the installation has switched it on (CARECOORD_ENGAGEMENT_ANALYSIS).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Sum

from carecoord import clock
from pathways.gaps.case import Case
from pathways.gaps.counting import cases_of
from pathways.gaps.engagement.survival import left_by
from pathways.gaps.measures.year_after import RETENTION
from pathways.gaps.models import Cell
from pathways.gaps.models.engagement import Analysis, Response
from pathways.gaps.publishing import WRITTEN_LATE
from pathways.gaps.rules.engagement.analysis import FOLLOWED, Group, Outcome, Woman, analyse

AT_ONCE = 500
FROM_WEEK_28 = 28 * 7  # days of gestation
AFTERWARDS = timedelta(days=42)
LONGEST_BEFORE = timedelta(days=120)  # from 28+0 to the latest birth
M6, M12 = "M16.m6", "M16.m12"


def is_switched_on() -> bool:
    """Whether this installation has decided to do it."""
    return bool(settings.ENGAGEMENT_ANALYSIS)


def years_due(at: datetime) -> list[int]:
    """The years whose analysis can be told by ``at`` (aware), and has not been."""
    first = Response.objects.aggregate(first=Min("answered_at"))["first"]
    if first is None:
        return []
    last = clock.today(at - WRITTEN_LATE - timedelta(days=FOLLOWED)).year - 1
    told = set(Analysis.objects.values_list("year", flat=True))
    return [year for year in range(clock.today(first).year, last + 1) if year not in told]


def tell_what_is_due(at: datetime | None = None) -> int:
    """Analyse each year that is due, once and for all. Returns how many; nothing where it is switched off."""
    if not is_switched_on():
        return 0
    due = years_due(at or clock.now())
    for year in due:
        with transaction.atomic():
            Analysis.objects.create(year=year, told_at=clock.now(), shown=analysis_of(year))
    return len(due)


def analysis_of(year: int) -> dict[str, object]:
    """What is told of the pregnancies that ended in a year. The cells have to be up to date."""
    women = list(_women(year))
    return analyse(women, _others(year, women), left_by)


def _women(year: int) -> Iterator[Woman]:
    """Everybody in treatment at the end of a pregnancy of that year who answered before or after it."""
    begin, end = (clock.from_local(datetime.combine(date(each, 1, 1), time())) for each in (year, year + 1))
    rows = Response.objects.filter(answered_at__gte=begin - LONGEST_BEFORE, answered_at__lt=end + AFTERWARDS)
    journeys = sorted(set(rows.values_list("journey", flat=True)))
    for start in range(0, len(journeys), AT_ONCE):
        for case in cases_of(journeys[start : start + AT_ONCE]).values():
            if (woman := woman_of(case, year)) and (woman.score, woman.after) != (None, None):
                yield woman


def woman_of(case: Case, year: int) -> Woman | None:
    """One pregnancy as the analysis asks about it; None where it did not end in that year and in treatment. Pure."""
    end = case.ended
    if end is None or clock.today(end.at).year != year or not case.history.in_treatment_at(end.at):
        return None
    late = [(at, score) for at, score in case.engagement if (case.gestation_at(at) or 0) >= FROM_WEEK_28]
    days, left = _stayed(case, end.at)
    parts = {counted.table: counted.part for counted in RETENTION.counted(case)}
    return Woman(
        score=_last(late, None, end.at),
        after=_last(case.engagement, end.at, end.at + AFTERWARDS),
        kept_6=parts[M6] == 0 if M6 in parts else None,
        kept_12=parts[M12] == 0 if M12 in parts else None,
        days=days,
        left=left,
    )


def _last(answers: Sequence[tuple[datetime, int]], since: datetime | None, until: datetime) -> float | None:
    """The score of the last answer after ``since`` and not after ``until``."""
    found = [score for at, score in answers if (since is None or at > since) and at <= until]
    return found[-1] if found else None


def _stayed(case: Case, end: datetime) -> tuple[float, bool]:
    """How many days she was in treatment after the end, and whether she left then: else death, a move, or day 365."""
    until = end + timedelta(days=FOLLOWED)
    gone = [fact.at for fact in case.all("closed") if fact.details.get("reason") in ("moved_out", "withdrew")]
    lost = min([until, *(at for at in gone if at > end), *([case.died.at] if case.died else [])])
    ended = [fact.at for fact in case.all("treatment_ended") if end < fact.at <= lost]
    stopped = next((at for at in ended if not case.history.in_treatment_at(at)), None)
    return ((stopped or lost) - end) / timedelta(days=1), stopped is not None


def _others(year: int, women: list[Woman]) -> Group:
    """Everybody of the cells who has no score: the counts of all, less those of whoever has one."""
    answered = [woman for woman in women if woman.score is not None]
    six = _less(_cells(year, M6), [woman.kept_6 for woman in answered])
    return Group(six, _less(_cells(year, M12), [woman.kept_12 for woman in answered]))


def _less(parts: Counter[int], answered: list[bool | None]) -> Outcome:
    kept, others = parts.pop(0, 0), parts.total()
    return Outcome(max(kept - answered.count(True), 0), max(others - answered.count(False), 0))


def _cells(year: int, table: str) -> Counter[int]:
    rows = Cell.objects.filter(of_table=table, month__gte=date(year, 1, 1), month__lt=date(year + 1, 1, 1))
    return Counter(dict(rows.values_list("part").annotate(Sum("count"))))
