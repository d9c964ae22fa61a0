"""Tampering behind the database's rules is found against an exported head; what is newer than the head is outside it.

ZHUANMAI_TAMPERINGS: how many random tamperings (50; `make prove` asks for 1,000).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from zhuanmai.core.ids import new_id
from zhuanmai.ledger import heads, registry
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.merkle import leaf_hash
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.services import append
from zhuanmai.ledger.verify import Report, verify

TAMPERINGS = int(os.environ.get("ZHUANMAI_TAMPERINGS", "50"))
registry.register("test.tampered", sentence="第{n}件事", fields=("n",), personal=("who",))
Tampering = Callable[[random.Random, int], None]


def run(statement: str, values: list[object] | None = None) -> None:
    """One statement with triggers off, as a database administrator could."""
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement, values or [])


def recompute(seq: int) -> None:
    """Give an entry the leaf that fits its changed content."""
    entry = Entry.objects.get(pk=seq)
    run("update ledger_entry set leaf = %s where seq = %s", [leaf_hash(canonical(entry.content())), seq])


def change_entry(dice: random.Random, size: int) -> None:
    seq = dice.randrange(size)
    run("update ledger_entry set facts = '{\"n\": 999}' where seq = %s", [seq])


def change_entry_and_leaf(dice: random.Random, size: int) -> None:
    seq = dice.randrange(size)
    run("update ledger_entry set actor_id = %s where seq = %s", [new_id(), seq])
    recompute(seq)


def remove_entry(dice: random.Random, size: int) -> None:
    seq = dice.randrange(size)
    run("delete from ledger_ledgerpersonal where entry_id = %s", [seq])
    run("delete from ledger_entry where seq = %s", [seq])


def remove_entry_and_close_the_gap(dice: random.Random, size: int) -> None:
    seq = dice.randrange(size)
    run("delete from ledger_ledgerpersonal where entry_id >= %s", [seq])
    run("delete from ledger_entry where seq = %s", [seq])
    for later in range(seq + 1, size):
        run("update ledger_entry set seq = %s where seq = %s", [later - 1, later])
        recompute(later - 1)


def insert_entry(dice: random.Random, size: int) -> None:
    seq = dice.randrange(1, size)
    run("delete from ledger_ledgerpersonal where entry_id >= %s", [seq])
    for later in range(size - 1, seq - 1, -1):
        run("update ledger_entry set seq = %s where seq = %s", [later + 1, later])
    run(
        "insert into ledger_entry (seq, id, at, kind, object_kind, object_id, facts, rows, personal_digest, leaf)"
        " select %s, %s, at, kind, object_kind, object_id, facts, '{}', '', leaf from ledger_entry where seq = %s",
        [seq, new_id(), seq - 1],
    )
    for each in range(seq, size + 1):
        recompute(each)


def swap_entries(dice: random.Random, size: int) -> None:
    one, other = dice.sample(range(size), 2)
    run("delete from ledger_ledgerpersonal where entry_id = any(%s)", [[one, other]])
    for source, target in ((one, 10**9), (other, one), (10**9, other)):
        run("update ledger_entry set seq = %s where seq = %s", [target, source])
    recompute(one)
    recompute(other)


def cut_the_tail(dice: random.Random, size: int) -> None:
    seq = dice.randrange(1, size)
    run("delete from ledger_ledgerpersonal where entry_id >= %s", [seq])
    run("delete from ledger_entry where seq >= %s", [seq])
    run("delete from ledger_treehead where size > %s", [seq])


def change_personal(dice: random.Random, size: int) -> None:
    run(
        'update ledger_ledgerpersonal set part = \'{"who": "旁人"}\' where entry_id = '
        "(select entry_id from ledger_ledgerpersonal order by random() limit 1)"
    )


def change_row(dice: random.Random, size: int) -> None:
    table, column = dice.choice([("accounts_officer", "name"), ("accounts_unit", "name"), ("accounts_grant", "reason")])
    run(f"update {table} set {column} = {column} || 'x' where id = (select id from {table} order by random() limit 1)")


def remove_row(dice: random.Random, size: int) -> None:
    run("delete from accounts_grant where id = (select id from accounts_grant order by random() limit 1)")


def add_row(dice: random.Random, size: int) -> None:
    run(
        "insert into accounts_unit (id, created_at, code, name, kind, abbreviation, district_code, address, phone)"
        " values (%s, now(), %s, '影子中队', 'squad', '', '', '', '')",
        [new_id(), f"x{dice.randrange(10**6)}"],
    )


def swap_rows(dice: random.Random, size: int) -> None:
    run(
        "update accounts_officer set name = case when username = 'jia' then '乙' else '甲' end"
        " where username in ('jia', 'yi')"
    )


WAYS: list[Tampering] = [
    change_entry, change_entry_and_leaf, remove_entry, remove_entry_and_close_the_gap, insert_entry, swap_entries,
    cut_the_tail, change_personal, change_row, remove_row, add_row, swap_rows,
]  # fmt: skip


def fill() -> None:
    """A seeded bureau and thirty acts."""
    call_command("seed_bureau")
    for n in range(30):
        with transaction.atomic():
            append(
                "test.tampered", actor_id=None, object_kind="thing", object_id=new_id(), facts={"n": n, "who": f"某{n}"}
            )


@pytest.mark.django_db(transaction=True)
def test_every_tampering_is_found(settings: object, tmp_path: Path) -> None:
    settings.HOME_DIR = tmp_path  # type: ignore[attr-defined]
    fill()
    head = heads.seal()
    leaves = heads.folder() / heads.LEAVES
    assert verify(head, kept_leaves=leaves).is_whole
    for turn in range(TAMPERINGS):
        dice, way = random.Random(turn), WAYS[turn % len(WAYS)]
        with transaction.atomic():
            way(dice, head.size)
            report = verify(head, kept_leaves=leaves)
            assert report.problems, f"turn {turn}: {way.__name__} went unseen"
            transaction.set_rollback(True)
    assert verify(head, kept_leaves=leaves).is_whole


@pytest.mark.django_db(transaction=True)
def test_the_first_altered_entry_is_named(settings: object, tmp_path: Path) -> None:
    settings.HOME_DIR = tmp_path  # type: ignore[attr-defined]
    fill()
    head = heads.seal()
    with transaction.atomic():
        run("update ledger_entry set actor_id = %s where seq = 12", [new_id()])
        recompute(12)
        report = verify(head, kept_leaves=heads.folder() / heads.LEAVES)
        transaction.set_rollback(True)
    assert str(report.problems[0]).startswith("第 12 条记录被改动")


@pytest.mark.django_db(transaction=True)
def test_what_is_newer_than_the_head_is_named_as_outside(settings: object, tmp_path: Path) -> None:
    settings.HOME_DIR = tmp_path  # type: ignore[attr-defined]
    fill()
    head = heads.seal()
    with transaction.atomic():
        append("test.tampered", actor_id=None, object_kind="thing", object_id=new_id(), facts={"n": 99})
    report: Report = verify(head, kept_leaves=heads.folder() / heads.LEAVES)
    assert report.is_whole
    assert report.outside == 1
