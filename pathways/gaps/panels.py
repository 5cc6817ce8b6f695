"""What other parts show on the overview of gaps, below the measures.

A panel is asked with the sites in their order, the reader and the time (aware, UTC). It shows nothing of a woman.
"""

from __future__ import annotations

from carecoord.panels import Place

ON_THE_OVERVIEW = Place()

# Asked with the page (pages.measure.MeasurePage), the reader and the time.
ON_A_MEASURE = Place()
