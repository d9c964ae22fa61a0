"""What is written last of a transaction is, whoever gave it and in however many blocks within blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction

from zhuanmai.core.database import write_last
from zhuanmai.core.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("kept", [True, False], ids=["one", "own"], indirect=True)]


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Callable[[Sequence[str]], None]:
    """Writes events of these kinds; `one`: the test is one transaction, `own`: transactions are real."""
    request.getfixturevalue("db" if request.param else "transactional_db")

    def write(kinds: Sequence[str]) -> None:
        assert not [one for one in connection.atomic_blocks if not getattr(one, "_from_testcase", False)]
        calls.append(list(kinds))
        for kind in kinds:
            Event.objects.create(kind=kind, payload={})

    calls: list[list[str]] = []
    write.calls = calls  # type: ignore[attr-defined]
    return write


def kinds() -> list[str]:
    """The kinds of the events that there are, in order."""
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_it_is_written_at_once_after_everything_of_all_blocks(kept: Callable[[Sequence[str]], None]) -> None:
    with transaction.atomic():
        write_last(kept, ["first"])
        with transaction.atomic():
            write_last(kept, ["second", "third"])
        Event.objects.create(kind="the act", payload={})
        assert kinds() == ["the act"]
    assert kinds() == ["the act", "first", "second", "third"]
    assert kept.calls == [["first", "second", "third"]]  # type: ignore[attr-defined]
    with transaction.atomic():
        Event.objects.create(kind="another", payload={})
    assert len(kept.calls) == 1  # type: ignore[attr-defined]


def test_what_is_undone_gives_nothing_to_be_written(kept: Callable[[Sequence[str]], None]) -> None:
    with transaction.atomic():
        write_last(kept, ["kept"])
        with suppress(ValueError), transaction.atomic():
            write_last(kept, ["lost"])
            with transaction.atomic():
                write_last(kept, ["lost too"])
            raise ValueError
    with suppress(ValueError), transaction.atomic():
        write_last(kept, ["never"])
        raise ValueError
    with transaction.atomic():
        transaction.set_rollback(True)
        write_last(kept, ["never"])
    with transaction.atomic():
        Event.objects.create(kind="another", payload={})
    assert kinds() == ["kept", "another"]


@pytest.mark.parametrize("error", [IntegrityError, LookupError])
def test_what_cannot_be_written_undoes_the_act(kept: Callable[[Sequence[str]], None], error: type[Exception]) -> None:
    def fails(things: Sequence[str]) -> None:
        raise error(things[0])

    def act() -> None:
        with transaction.atomic():
            Event.objects.create(kind="the act", payload={})
            write_last(fails, ["full"])

    with pytest.raises(error, match="full"):
        act()
    assert kinds() == []
    with transaction.atomic():
        write_last(kept, ["after"])
    assert kinds() == ["after"]


def test_outside_a_transaction_nothing_is_the_last_of_it(kept: Callable[[Sequence[str]], None]) -> None:
    if not connection.in_atomic_block:
        with pytest.raises(RuntimeError):
            write_last(kept, ["nowhere"])
