"""The page of her medicine (``/journeys/<id>/medicine/``): its parts register here what they show.

A panel is asked with the journey, its reader and the time (aware, UTC).
"""

from __future__ import annotations

from carecoord.panels import Place

ON_HER_MEDICINE = Place()
