"""What stands on the privacy officer's first screen: what is due comes first, what is good to know last.

An app that has something for them registers it in its ``ready``. A panel is asked with the reader and the time
(aware, UTC); it shows staff by name, women by reference number, and only the reader's own sites.
"""

from __future__ import annotations

from carecoord.panels import Place

SCREEN = Place()
