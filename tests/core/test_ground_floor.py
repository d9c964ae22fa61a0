"""The ground floor: clock, ids, operations that count once, events that are heard once, files by content."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from zhuanmai.core import clock, events, files, idempotency
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.ids import derived_id, new_id
from zhuanmai.core.models import Event, EventHandled


@pytest.mark.django_db
def test_the_demo_clock_moves_and_runs_on() -> None:
    moment = dt.datetime(2025, 10, 30, 1, 12, tzinfo=dt.UTC)
    clock.set_clock(moment)
    assert abs(clock.now() - moment) < dt.timedelta(seconds=5)
    assert clock.today() == dt.date(2025, 10, 30)
    clock.set_clock(None)
    assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_the_clock_of_production_is_fixed(settings: object) -> None:
    settings.PROFILE = "production"  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="clock_fixed"):
        clock.set_clock(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))


def test_ids_are_ordered_and_derived_ids_agree() -> None:
    made = [new_id() for _ in range(200)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}
    assert derived_id("a", "", "6901028") == derived_id("a", "", "6901028")
    assert derived_id("a", "b") != derived_id("ab", "")


@pytest.mark.django_db(transaction=True)
def test_the_same_operation_from_two_threads_counts_once() -> None:
    operation, barrier, firsts = new_id(), threading.Barrier(4), []

    def act() -> None:
        barrier.wait()
        with transaction.atomic():
            firsts.append(idempotency.first_time(operation, actor_id=None, kind="test", subject=None))
        connection.close()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(firsts) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_an_event_is_heard_once_by_each_handler() -> None:
    heard: list[str] = []
    events.on("test.happened")(lambda event: heard.append(str(event.payload["what"])))
    event = events.emit("test.happened", what="fire")
    events.handle(str(event.id))
    events.handle(str(event.id))
    assert heard == ["fire"]
    assert EventHandled.objects.filter(event=event).count() == 1
    assert Event.objects.get(pk=event.pk).handled_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_fails_holds_up_no_other_and_is_tried_again() -> None:
    heard: list[str] = []

    def fails_once(_event: Event) -> None:
        heard.append("tried")
        if heard.count("tried") == 1:
            raise ValueError("the first time")

    events.on("test.twofold")(fails_once)
    events.on("test.twofold")(lambda event: heard.append("second"))
    event = events.emit("test.twofold")
    with pytest.raises(ValueError, match="the first time"):
        events.handle(str(event.id))
    assert heard == ["tried", "second"]
    assert Event.objects.get(pk=event.pk).last_error.endswith("fails_once: ValueError")
    events.handle(str(event.id))
    assert heard == ["tried", "second", "tried"]
    assert Event.objects.get(pk=event.pk).handled_at is not None


def test_files_are_kept_once_under_their_digest(settings: object, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path  # type: ignore[attr-defined]
    digest = files.store(b"carton")
    assert files.store(b"carton") == digest
    assert files.load(digest) == b"carton"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [digest]
    with pytest.raises(NotFound, match="file_missing"):
        files.load("0" * 64)
