"""Rows read as JSON beside each journey, in the journeys' own query."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject


def beside(rows: QuerySet[Any], *names: str) -> ArraySubquery:
    """All rows of a journey, in their order."""
    return ArraySubquery(as_json(rows, *names))


def newest(rows: QuerySet[Any], *names: str, order: str = "-pk") -> Subquery:
    """The first of a journey by ``order``."""
    return Subquery(as_json(rows.order_by(order), *names)[:1])


def as_json(rows: QuerySet[Any], *names: str) -> QuerySet[Any]:
    """The rows of the outer journey, each as one object."""
    return rows.filter(journey=OuterRef("pk")).values(json=JSONObject(**{name: name for name in names}))


def read(row: dict[str, Any] | None) -> Any:
    """JSON has no times: those whose names end in ``_at`` are read again."""
    if row is None:
        return None
    return {
        name: datetime.fromisoformat(value) if value and isinstance(value, str) and name.endswith("_at") else value
        for name, value in row.items()
    }
