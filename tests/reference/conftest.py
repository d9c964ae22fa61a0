"""The shipped reference data in the test's database, and officers with one role each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zhuanmai.accounts.models import Grant, Officer, Unit
from zhuanmai.core.clock import now
from zhuanmai.reference import loading


@pytest.fixture
def shipped(db: None) -> None:
    """Everything that `load_reference` brings."""
    loading.load()


@pytest.fixture
def officer_with(db: None) -> Callable[[str], Officer]:
    """Makes an officer who holds one role in a bureau of the test's own."""
    unit = Unit.objects.create(code="T350206", name="测试区烟草专卖局", kind="district_bureau", abbreviation="测烟")

    def make(role: str) -> Officer:
        person = Officer.objects.create_user(f"test-{role}", "word", name="测试", unit=unit)
        Grant.objects.create(officer=person, role=role, unit=unit, confirmed_at=now())
        return person

    return make
