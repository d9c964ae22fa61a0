"""What tests of the ledger share."""

from __future__ import annotations

import pytest

from zhuanmai.ledger import registry


@pytest.fixture
def kinds_of_tests() -> None:
    """The kinds of entry that these tests write, for one test."""
    registry.register("test.done", sentence="做了{what}", fields=("what", "share", "large"), personal=("who",))
    registry.register("test.told", sentence="{who}改了{what}（{ok}）", fields=("what", "ok"), personal=("who",))
    registry.register("test.tampered", sentence="第{n}件事", fields=("n",), personal=("who",))
