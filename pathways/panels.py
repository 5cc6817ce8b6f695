"""What other parts show on the page of her journey, above the timeline, and among her plans.

A panel is asked with the journey, its reader and the time (aware, UTC).
"""

from __future__ import annotations

from carecoord.panels import Place

ON_HER_JOURNEY = Place()
WITH_HER_PLANS = Place()
