"""The database engine of a run without ``DATABASE_URL``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from carecoord.embedded import join_postgresql


class DatabaseWrapper(base.DatabaseWrapper):
    """Knows its address only once it is needed, so that reading the settings starts no server."""

    def get_connection_params(self) -> dict[str, Any]:
        """Join the server below the data folder, then answer as Django does."""
        self.settings_dict.update(join_postgresql(settings.CARECOORD_DATA, throwaway=settings.CARECOORD_MODE == "test"))
        return super().get_connection_params()
