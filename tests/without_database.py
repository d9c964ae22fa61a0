"""A pytest plugin (`-p tests.without_database`): only tests that need no database, so that mutants of rules are judged fast.

Properties try the same examples every time and are not timed: a busy machine must not look like a mutant that was noticed.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("mutants", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mutants")
_DATABASE = frozenset({"db", "transactional_db", "live_server", "django_db_serialized_rollback"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what asks for the database, by its mark or by any fixture that it uses."""
    dropped = [item for item in items if _asks_for_database(item)]
    config.hook.pytest_deselected(items=dropped)
    items[:] = [item for item in items if item not in dropped]


def _asks_for_database(item: pytest.Item) -> bool:
    used = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or used & _DATABASE)
