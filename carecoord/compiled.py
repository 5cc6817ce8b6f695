"""Queries that pages ask all day long: Django works their SQL out once in a process, and each asking brings its values.

Of a page that reads much, putting SQL together cost more than reading. ``Compiled`` keeps the SQL, never a row: every
asking goes to the database. A value that differs from asking to asking is a ``Given`` in the query, by name; everything
else in the query stands for good, so nothing in it may depend on the clock, a person or a site.

    _STANDING = Compiled(lambda: Dose.objects.filter(due=Given("due", BigIntegerField()), struck_at=None))
    doses = _STANDING(due=7)

It replaces no check: who may see a row is asked by the query itself and by the wall, as ever. ``prefetch_related`` does
nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import BooleanField, Expression, Field, Func, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)


class Given(Expression):
    """A value that comes with each asking."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """A place in the SQL, which the asking fills."""
        return "%s", (self,)

    def __repr__(self) -> str:
        return f"Given({self.name!r})"


class IsOneOf(Func):
    """Whether a column is in a list of numbers: ``IsOneOf(F("journey"), Given("journeys", …))``."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


class Compiled(Generic[Row]):
    """A query by its maker, which is called once in a process. Ask it by calling it; it answers with a list."""

    def __init__(self, rows: Callable[[], QuerySet[Row]]) -> None:
        self._make = rows

    @cached_property
    def _made(self) -> tuple[QuerySet[Row], SQLCompiler, str, tuple[Any, ...]]:
        rows = self._make()
        compiler = rows.query.get_compiler(using=rows.db)
        sql, places = compiler.as_sql()
        return rows, compiler, sql, tuple(places)

    def __call__(self, **given: Any) -> list[Row]:
        """The rows as they stand now."""
        rows, compiler, sql, places = self._made
        # Copies: a value in JSON remembers the connection over which it goes.
        values = tuple(given[each.name] if isinstance(each, Given) else copy(each) for each in places)
        asked = copy(compiler)
        asked.connection = connections[rows.db]  # of this thread
        asked.as_sql = lambda *_, **__: (sql, values)  # type: ignore[method-assign]
        known: dict[Any, Any] = {}
        ready: Any = SimpleNamespace(db=rows.db, model=rows.model, _known_related_objects=known)
        ready.query = SimpleNamespace(get_compiler=lambda using: asked)
        return list(ModelIterable(ready))

    def first(self, **given: Any) -> Row | None:
        """The first row; the query says in which order, and how many are read."""
        return next(iter(self(**given)), None)
