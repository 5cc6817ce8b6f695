"""Numbers that a site may set for itself, with their bounds. Any window can also be set, as ``MOMENT.step``."""

from __future__ import annotations

from pathways.engine.definitions import DateParameter, Parameter

NOWS_HOURS = Parameter("nows_hours", "PT120H", "PT72H", "PT168H", "how long newborn babies are observed")
PREBIRTH_CONF_GA = Parameter("prebirth_conf_ga", "28+0", "0+0", "34+0", "the week of the pre-birth conference")
LAIB_WEEKLY_WINDOW = Parameter("laib_weekly_window", "P2D", "P0D", "P2D", "how late a weekly injection may be")
LAIB_MONTHLY_WINDOW = Parameter("laib_monthly_window", "P7D", "P0D", "P7D", "how late a monthly injection may be")

WARD_MEDICINE_FROM = DateParameter(
    "ward_medicine_from", "from which admissions on the ward records medicine here; before, its moments do not open"
)
