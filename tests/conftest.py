"""Shared fixtures: a clean demo clock, and a database that tests may empty although its tables are append-only."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation

from tests.behind import behind_the_rules, behind_the_rules_from_here, speak_as
from zhuanmai.accounts.models import Grant, Officer, Unit
from zhuanmai.core import clock
from zhuanmai.core.clock import now
from zhuanmai.core.database import in_test_case_only
from zhuanmai.core.roles import Role
from zhuanmai.ledger import registry
from zhuanmai.ledger.services import LOCK


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The owner makes this run's database …"""
    speak_as(Role.OWNER)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """… to which every test speaks as the application, and which the owner takes away again."""
    speak_as(Role.APPLICATION)
    yield
    speak_as(Role.OWNER)


@pytest.fixture(autouse=True)
def _entries_of_this_test_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers for the ledger is forgotten with it: whoever walks all kinds walks the platform's."""
    for kept in ("_kinds", "_codes"):
        monkeypatch.setattr(registry, kept, dict(getattr(registry, kept)))


@pytest.fixture(autouse=True)
def _real_clock() -> Iterator[None]:
    """Each test starts and ends with the process's idea of the clock forgotten."""
    clock._forget()
    yield
    clock._forget()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Each test starts in the language of the settings: a request leaves its reader's active in the thread."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _emptiable() -> Iterator[None]:
    """Between tests the tables are emptied by TRUNCATE, which the append-only triggers would refuse."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        with transaction.atomic():
            behind_the_rules_from_here()
            original(self, statements)

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _the_ledger_last() -> Iterator[None]:
    """No act holds the ledger's lock while it does anything else: it is taken as the outermost block commits, never
    within one. (A test that is wholly in one transaction stands for no act; so does who takes the lock by hand.)"""

    def watch(execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        if "pg_advisory_xact_lock" in sql and params == [LOCK] and not in_test_case_only():
            writers = [frame for frame in traceback.extract_stack() if frame.filename.endswith("ledger/services.py")]
            assert not writers, "the ledger is not the last"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


@pytest.fixture
def no_jobs(transactional_db: None) -> None:
    """No jobs of earlier tests: their tables are not Django's, so that nobody empties them between tests."""
    with behind_the_rules() as cursor:
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers cascade")


@pytest.fixture
def officer_with(db: None) -> Callable[[str], Officer]:
    """Makes an officer who holds one role in a bureau of the test's own."""
    unit = Unit.objects.create(code="T350206", name="测试区烟草专卖局", kind="district_bureau", abbreviation="测烟")

    def make(role: str) -> Officer:
        person = Officer.objects.create_user(f"test-{role}", "word", name="测试", unit=unit)
        Grant.objects.create(officer=person, role=role, unit=unit, confirmed_at=now())
        return person

    return make
