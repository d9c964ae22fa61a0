"""Entries: gapless under threads, refused to change twice over, only registered kinds, personal parts apart."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Concat

from tests.behind import behind_the_rules, owning
from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict
from zhuanmai.core.ids import new_id
from zhuanmai.ledger import heads
from zhuanmai.ledger.models import Entry, LedgerPersonal, TreeHead
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.retention import erase_personal_parts
from zhuanmai.ledger.services import LOCK, append, append_apart, as_found
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.usefixtures("kinds_of_tests")


def note(what: str = "一件事", **facts: object) -> Entry:
    """Append one entry in a transaction of its own."""
    with transaction.atomic():
        return append(
            "test.done", actor_id=None, object_kind="thing", object_id=new_id(), facts={"what": what, **facts}
        )


@pytest.mark.django_db(transaction=True)
def test_numbers_are_gapless_under_eight_writers() -> None:
    barrier = threading.Barrier(8)

    def write() -> None:
        barrier.wait()
        for _ in range(10):
            note()
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(Entry.objects.values_list("seq", flat=True)) == list(range(80))
    assert verify().is_whole


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_act_leaves_no_entry_and_no_gap() -> None:
    note()
    with transaction.atomic():
        append("test.done", actor_id=None, object_kind="thing", object_id=new_id(), facts={"what": "撤回"})
        transaction.set_rollback(True)
    assert note().seq == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "refusing, names",
    [
        (Entry, "create bulk_create get_or_create update bulk_update update_or_create delete"),
        (TreeHead, "update bulk_update update_or_create delete"),
        (LedgerPersonal, "update bulk_update"),
    ],
)
def test_the_manager_refuses_by_name(refusing: type[Model], names: str) -> None:
    for name in names.split():
        with pytest.raises(TypeError, match=rf"^{name}: .*ledger\."):
            getattr(refusing._default_manager.all(), name)()


def test_an_entry_refuses_to_save_or_delete_itself() -> None:
    with pytest.raises(TypeError, match="save: .*append"):
        Entry().save()
    with pytest.raises(TypeError, match="delete: .*append-only"):
        Entry().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set kind = 'x'",
        "delete from ledger_entry",
        "truncate ledger_entry cascade",
        "update ledger_ledgerpersonal set part = '{}'",
        "delete from ledger_ledgerpersonal",
        "truncate ledger_ledgerpersonal",
        "update ledger_treehead set root = ''",
        "delete from ledger_treehead",
        "truncate ledger_treehead",
    ],
)
def test_the_database_refuses(statement: str, settings: Any, tmp_path: Path) -> None:
    settings.HOME_DIR = tmp_path
    note(who="叶某")
    heads.seal()
    with pytest.raises(DatabaseError, match="pgtrigger"), owning() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_nothing_unforeseen_gets_on_the_ledger() -> None:
    with pytest.raises(LookupError, match="not registered"):
        append("test.never", actor_id=None, object_kind="thing", object_id=new_id())
    with pytest.raises(LookupError, match="no facts named"):
        append("test.done", actor_id=None, object_kind="thing", object_id=new_id(), facts={"secret": 1})
    with pytest.raises(LookupError, match="not under the ledger"):
        append("test.done", actor_id=None, object_kind="thing", object_id=new_id(), rows=[Entry()])


@pytest.mark.django_db(transaction=True)
def test_appending_needs_the_transaction_of_the_act() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        append("test.done", actor_id=None, object_kind="thing", object_id=new_id())


@pytest.mark.django_db(transaction=True)
def test_a_refused_attempt_is_not_written_while_the_act_still_runs() -> None:
    with pytest.raises(RuntimeError, match="after the acting transaction"), transaction.atomic():
        append_apart("test.done", actor_id=None, object_kind="thing", object_id=new_id())


@pytest.mark.django_db(transaction=True)
def test_writing_apart_gives_up_when_the_ledger_is_held() -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
            held.set()
            done.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    try:
        with pytest.raises(Conflict, match="ledger_busy"):
            append_apart("test.done", actor_id=None, object_kind="thing", object_id=new_id(), lock_seconds=1)
    finally:
        done.set()
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_refused_attempt_survives_the_rollback() -> None:
    with pytest.raises(ValueError, match="refused"), transaction.atomic():
        raise ValueError("refused")
    append_apart("test.done", actor_id=None, object_kind="thing", object_id=new_id(), facts={"what": "被拒"})
    assert [line.sentence for line in timeline(object_id=Entry.objects.get().object_id)] == ["做了被拒"]


@pytest.mark.django_db(transaction=True)
def test_personal_parts_can_be_erased_without_breaking_the_proof() -> None:
    entry = note(who="叶某")
    assert "叶某" not in str(entry.facts)
    assert verify().is_whole
    assert erase_personal_parts(before=now(), actor_id=None) == 1
    report = verify()
    assert report.is_whole
    assert report.erased == 1
    assert not LedgerPersonal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_personal_part_that_vanishes_without_an_entry_is_missing() -> None:
    note(who="叶某")
    with behind_the_rules() as cursor:
        cursor.execute("delete from ledger_ledgerpersonal")
    assert [problem.fault for problem in verify().problems] == ["missing"]


@pytest.mark.django_db(transaction=True)
def test_a_row_has_the_same_digest_before_and_after_it_is_read() -> None:
    with transaction.atomic():
        unit = Unit.objects.create(code="1", name="一中队", kind="squad")
        append("test.done", actor_id=None, object_kind="unit", object_id=unit.pk, facts={"what": "建"}, rows=[unit])
    assert verify().is_whole
    Unit.objects.filter(pk=unit.pk).update(name="二中队")
    assert [str(problem) for problem in verify().problems] == [
        f"accounts.unit {unit.pk} 被改动（与第 0 条记录的摘要不符）"
    ]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_not_saved_is_found_in_the_tests() -> None:
    unit = Unit.objects.create(code="1", name="一中队", kind="squad")
    unit.name = "二中队"
    with pytest.raises(RuntimeError, match=r"differs from the database in \['name'\]"), transaction.atomic():
        append("test.done", actor_id=None, object_kind="unit", object_id=unit.pk, rows=[unit])
    unit.delete()
    with pytest.raises(ValueError, match="lost its key"), transaction.atomic():
        append("test.done", actor_id=None, object_kind="unit", object_id=new_id(), removed=[unit])


@pytest.mark.django_db(transaction=True)
def test_a_row_saved_with_an_expression_is_read_again() -> None:
    unit = Unit.objects.create(code="1", name="一中队", kind="squad")
    officer = Officer.objects.create(username="jia", name="甲", unit=unit)
    officer.phone = Concat(F("username"), Value("-1"))
    officer.save()
    with transaction.atomic():
        append("test.done", actor_id=None, object_kind="officer", object_id=officer.pk, rows=[officer, unit])
    assert officer.phone == "jia-1"
    assert verify().is_whole


@pytest.mark.django_db(transaction=True)
def test_an_alteration_that_a_later_act_covers_is_seen_by_the_digest_before() -> None:
    with transaction.atomic():
        unit = Unit.objects.create(code="1", name="一中队", kind="squad")
        append("test.done", actor_id=None, object_kind="unit", object_id=unit.pk, rows=[unit])
    Unit.objects.filter(pk=unit.pk).update(phone="改过")  # behind the ledger's back
    with transaction.atomic():
        unit = Unit.objects.select_for_update().get(pk=unit.pk)
        as_found(unit).name = "二中队"
        unit.save()
        entry = append("test.done", actor_id=None, object_kind="unit", object_id=unit.pk, rows=[unit])
        assert len(entry.rows["accounts.unit"][str(unit.pk)]) == 2
        again = append("test.done", actor_id=None, object_kind="unit", object_id=unit.pk, rows=[unit])
        assert isinstance(again.rows["accounts.unit"][str(unit.pk)], str)
    assert [str(problem) for problem in verify().problems] == [
        f"accounts.unit {unit.pk} 被改动（在第 1 条记录之前，与第 0 条记录的摘要不符）"
    ]
