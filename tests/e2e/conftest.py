"""The whole platform, started once for all browser tests, and a browser to look at it with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.stack import Stack, new_home


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A started demo with its own home, database, simulated national system, and a small city in its lake."""
    home = new_home()
    platform = Stack(home, extra={"ZHUANMAI_DEMO_RETAILERS": "300"})
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A Chromium for one test: playwright's event loop, left open, would stop what seals in later tests."""
    with chromium() as found:
        yield found


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The cases played through the pages have a platform of their own; all other browser tests of this folder share one.

    Each of the two runs in one worker, so that each platform is started once.
    """
    for item in items:
        if "/e2e/" in str(item.path):
            group = "workbench" if item.path.stem == "test_workbench" else "platform"
            item.add_marker(pytest.mark.xdist_group(group))
            item.add_marker(pytest.mark.browser)
