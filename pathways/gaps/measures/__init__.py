"""The measures of pathway section 6, one declared entry each, in the order of their keys."""

from __future__ import annotations

from pathways.gaps.measures import booking, continuity, going_home, separation, ward, year_after
from pathways.gaps.measures.definitions import Counted, Line, Measure, Section, Shown, Table, Unit

ALL: tuple[Measure, ...] = (
    booking.BOOKED_IN_TIME,
    booking.LATE_CONTACT,
    booking.IN_TREATMENT_BY_BIRTH,
    booking.ACKNOWLEDGED,
    continuity.CONTINUITY,
    continuity.TRIPS,
    ward.FIRST_DOSE,
    ward.LATE_DOSES,
    ward.VERIFIED,
    going_home.BEFORE_HER_BABY,
    going_home.FEEDING,
    continuity.TREATMENT_OFFERED,
    separation.REACHED,
    separation.MENTAL_HEALTH,
    separation.RISK,
    year_after.RETENTION,
    going_home.NALOXONE,
    year_after.GP_CHECK,
    going_home.FIRST_VISIT,
    going_home.HANDED_OVER,
    continuity.CONFERENCE,
    separation.TOLD_BEFORE_LABOUR,
    year_after.DEATHS,
    year_after.ENGAGEMENT,
    year_after.MISSED,
)
# With what other apps count besides: they stand on this one, and register it.
BY_KEY: dict[str, Measure] = {measure.key: measure for measure in ALL}
TABLES: dict[str, Table] = {table.key: table for measure in ALL for table in measure.tables}


def register(measure: Measure) -> None:
    """Count, and tell, what another app declares as well. It is none of the 25, and stands on that app's own pages."""
    BY_KEY[measure.key] = measure
    TABLES.update((table.key, table) for table in measure.tables)


__all__ = ["ALL", "BY_KEY", "TABLES", "Counted", "Line", "Measure", "Section", "Shown", "Table", "Unit", "register"]
