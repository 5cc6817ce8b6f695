"""Kaplan-Meier by a maintained library. It takes 100 MB to import: in a task of the worker, never when one starts."""

from __future__ import annotations

from collections.abc import Sequence


def left_by(days: Sequence[float], left: Sequence[bool], at: Sequence[int]) -> list[tuple[float, float, float]]:
    """The share still there at each of the days ``at``, with its 95 % limits."""
    from lifelines import KaplanMeierFitter

    fitted = KaplanMeierFitter().fit(days, left)
    shares = fitted.survival_function_at_times(list(at))
    limits = fitted.confidence_interval_survival_function_
    found = []
    for day, share in zip(at, shares, strict=True):
        low, high = limits.loc[:day].iloc[-1]
        found.append((float(share), float(low), float(high)))
    return found
