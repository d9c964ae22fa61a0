"""The shipped reference data in the test's database, and officers with one role each."""

from __future__ import annotations

import pytest

from zhuanmai.reference import loading


@pytest.fixture
def shipped(db: None) -> None:
    """Everything that `load_reference` brings."""
    loading.load()
