"""The shipped reference data in the test's database, and officers with one role each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from zhuanmai.accounts.models import Officer
from zhuanmai.reference import loading


@pytest.fixture
def shipped(db: None) -> None:
    """Everything that `load_reference` brings."""
    loading.load()


@pytest.fixture
def browser_of(officer_with: Callable[[str], Officer]) -> Callable[[str], Client]:
    """A signed-in browser of an officer with one role."""

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(officer_with(role))
        return client

    return sign_in
