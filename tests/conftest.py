"""Shared fixtures: a clean demo clock, and cleared per-process caches between tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zhuanmai.core import clock


@pytest.fixture(autouse=True)
def _real_clock() -> Iterator[None]:
    """Each test starts and ends with the process's idea of the clock forgotten."""
    clock._forget()
    yield
    clock._forget()
