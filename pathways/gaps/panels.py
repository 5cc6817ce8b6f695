"""What other parts show on the overview of gaps, below the measures.

A panel is asked with the sites in their order, the reader and the time (aware, UTC). It shows nothing of a woman.
"""

from __future__ import annotations

from carecoord.panels import Place

ON_THE_OVERVIEW = Place()
