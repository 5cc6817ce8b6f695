"""Places of these pages that other parts fill."""

from __future__ import annotations

from carecoord.panels import Place

# Beside the day of a clinic; asked with the day (pages.day.Day) and its reader.
BESIDE_A_DAY = Place()
