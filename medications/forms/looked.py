"""Forms that are opened on a plan: they carry which one their writer had before them."""

from __future__ import annotations

from django.http import QueryDict

from pathways.forms.once import OnceForm
from pathways.forms.seen import seen_version


class OnPlanForm(OnceForm):
    """``seen`` is the plan that the page showed as the active one; 0 where it showed none."""

    seen = seen_version()

    def look_at(self, plan: int) -> None:
        """The page shows the plan that counts now: sent once more, the form goes with that one."""
        if isinstance(self.data, QueryDict):
            again = self.data.copy()
            again["seen"] = str(plan)
            self.data = again
