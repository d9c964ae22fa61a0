"""Tampering behind the database's rules is found against an exported head, and named; what is newer is outside it.

ZHUANMAI_TAMPERINGS: how many random tamperings (50; `make prove` asks for 1,000). They go through all ways in turn, and
those on rows through every table that is under the ledger.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from tests.behind import behind_the_rules_from_here
from tests.ledger.made_rows import row_for, value_for
from zhuanmai.core import files
from zhuanmai.core.checks import failures
from zhuanmai.core.errors import Conflict
from zhuanmai.core.ids import new_id
from zhuanmai.documents.models import SignatureBlock, Version
from zhuanmai.ledger import heads, registry
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.merkle import leaf_hash
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.services import append
from zhuanmai.ledger.verify import verify

TAMPERINGS = int(os.environ.get("ZHUANMAI_TAMPERINGS", "50"))
ACTS, ROWS = 30, 3
FIRST_PERSONAL = 2  # before it: the bureau is seeded (0), the made-up rows are written (1)
pytestmark = pytest.mark.usefixtures("kinds_of_tests")
Tampering = Callable[[random.Random, int], str]  # does it, returns what verification has to say


def run(statement: str, values: list[object] | None = None) -> None:
    """One statement with triggers off, as a database administrator could."""
    behind_the_rules_from_here()
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])


def recompute(seq: int) -> None:
    """Give an entry the leaf that fits its changed content."""
    entry = Entry.objects.get(pk=seq)
    run("update ledger_entry set leaf = %s where seq = %s", [leaf_hash(canonical(entry.content())), seq])


def change_entry(dice: random.Random, size: int) -> str:
    seq = dice.randrange(size)
    column, value = dice.choice([("facts", '{"n": 999}'), ("rows", "{}"), ("kind", "x"), ("at", "2020-01-01 00:00Z")])
    run(f"update ledger_entry set {column} = %s where seq = %s and {column} <> %s", [value, seq, value])
    if column == "rows" and seq >= FIRST_PERSONAL:  # there are no rows to take away
        run("update ledger_entry set object_id = %s where seq = %s", [new_id(), seq])
    return f"第 {seq} 条记录被改动"


def change_entry_and_leaf(dice: random.Random, size: int) -> str:
    seq = dice.randrange(size)
    run("update ledger_entry set actor_id = %s where seq = %s", [new_id(), seq])
    recompute(seq)
    return f"第 {seq} 条记录被改动"


def change_leaf(dice: random.Random, size: int) -> str:
    seq = dice.randrange(size)
    run("update ledger_entry set leaf = %s where seq = %s", [dice.randbytes(32), seq])
    return f"第 {seq} 条记录被改动"


def remove_entry(dice: random.Random, size: int) -> str:
    seq = dice.randrange(size)
    run("delete from ledger_ledgerpersonal where entry_id = %s", [seq])
    run("delete from ledger_entry where seq = %s", [seq])
    return f"第 {seq} 条记录缺失"


def remove_entry_and_close_the_gap(dice: random.Random, size: int) -> str:
    seq = dice.randrange(size)
    run("delete from ledger_ledgerpersonal where entry_id >= %s", [seq])
    run("delete from ledger_entry where seq = %s", [seq])
    for later in range(seq + 1, size):
        run("update ledger_entry set seq = %s where seq = %s", [later - 1, later])
        recompute(later - 1)
    return f"第 {seq} 条记录缺失"


def insert_entry(dice: random.Random, size: int) -> str:
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
    return f"第 {seq} 条记录被插入"


def swap_entries(dice: random.Random, size: int) -> str:
    one, other = sorted(dice.sample(range(size), 2))
    run("delete from ledger_ledgerpersonal where entry_id = any(%s)", [[one, other]])
    for source, target in ((one, 10**9), (other, one), (10**9, other)):
        run("update ledger_entry set seq = %s where seq = %s", [target, source])
    recompute(one)
    recompute(other)
    return f"第 {one} 条记录被互换（与第 {other} 条互换）"


def renumber_entry(dice: random.Random, size: int) -> str:
    seq = dice.randrange(size)
    run("delete from ledger_ledgerpersonal where entry_id = %s", [seq])
    run("update ledger_entry set seq = %s where seq = %s", [10**12, seq])
    recompute(10**12)
    return f"第 {seq} 条记录被改动（编号由 {seq} 改为 {10**12}）"


def cut_the_tail(dice: random.Random, size: int) -> str:
    seq = dice.randrange(1, size)
    run("delete from ledger_ledgerpersonal where entry_id >= %s", [seq])
    run("delete from ledger_entry where seq >= %s", [seq])
    run("delete from ledger_treehead where size > %s", [seq])
    return f"第 {seq} 条记录缺失" if seq == size - 1 else f"第 {seq}–{size - 1} 条记录缺失"


def change_personal(dice: random.Random, size: int) -> str:
    seq = dice.randrange(FIRST_PERSONAL, size)
    run('update ledger_ledgerpersonal set part = \'{"who": "旁人"}\' where entry_id = %s', [seq])
    return f"第 {seq} 条记录的个人信息被改动"


def remove_personal(dice: random.Random, size: int) -> str:
    seq = dice.randrange(FIRST_PERSONAL, size)
    run("delete from ledger_ledgerpersonal where entry_id = %s", [seq])
    return f"第 {seq} 条记录的个人信息缺失"


def add_personal(dice: random.Random, size: int) -> str:
    run("insert into ledger_ledgerpersonal (entry_id, salt, part) values (0, %s, '{}')", [dice.randbytes(16)])
    return "第 0 条记录的个人信息被插入"


def change_head(dice: random.Random, size: int) -> str:
    run("update ledger_treehead set root = %s where size = %s", [dice.randbytes(32), size])
    return f"树头 {size} 被改动"


def remove_head(dice: random.Random, size: int) -> str:
    run("delete from ledger_treehead where size = %s", [size])
    return f"树头 {size} 缺失"


def some_table(dice: random.Random) -> tuple[str, registry.Table]:
    return dice.choice(sorted(registry.tables().items()))


def some_key(table: registry.Table, dice: random.Random) -> Any:
    return dice.choice(list(table.model._base_manager.order_by("pk").values_list("pk", flat=True)))


def change_row(dice: random.Random, size: int) -> str:
    behind_the_rules_from_here()
    for _ in range(500):
        label, table = some_table(dice)
        key = some_key(table, dice)
        columns = [f for f in table.model._meta.concrete_fields if not f.primary_key and f.name not in table.excluded]
        column = dice.choice(columns)
        value = None if column.null and dice.random() < 0.2 else value_for(column, dice)
        row = table.model._base_manager.filter(pk=key)
        if canonical(column.to_python(value)) == canonical(row.values_list(column.attname, flat=True).get()):
            continue
        try:
            with transaction.atomic():
                row.update(**{column.attname: value})
            return f"{label} {key} 被改动"
        except IntegrityError:
            continue
    raise AssertionError("every change was refused by a constraint")


def remove_row(dice: random.Random, size: int) -> str:
    label, table = some_table(dice)
    key = some_key(table, dice)
    run(f"delete from {table.model._meta.db_table} where {table.model._meta.pk.column} = %s", [key])
    return f"{label} {key} 缺失"


def add_row(dice: random.Random, size: int) -> str:
    label, table = some_table(dice)
    behind_the_rules_from_here()
    return f"{label} {row_for(table, dice).pk} 被插入"


def swap_rows(dice: random.Random, size: int) -> str:
    label, table = some_table(dice)
    keys = list(table.model._base_manager.order_by("pk").values_list("pk", flat=True))
    one, other = dice.sample(keys, 2)
    column, between = table.model._meta.pk.column, value_for(table.model._meta.pk, dice)
    for source, target in ((one, between), (other, one), (between, other)):
        run(f"update {table.model._meta.db_table} set {column} = %s where {column} = %s", [target, source])
    return f"{label} {one} 被互换（与 {other} 互换）"


WAYS: list[Tampering] = [
    change_entry, change_entry_and_leaf, change_leaf, remove_entry, remove_entry_and_close_the_gap, insert_entry,
    swap_entries, renumber_entry, cut_the_tail, change_personal, remove_personal, add_personal, change_head,
    remove_head, change_row, remove_row, add_row, swap_rows, change_row, remove_row, add_row, swap_rows,
]  # fmt: skip


@pytest.fixture
def sealed(settings: Any, tmp_path: Path) -> heads.Head:
    """A seeded bureau, rows in every table under the ledger, thirty acts, and a head over them all."""
    settings.HOME_DIR, settings.FILES_DIR = tmp_path, tmp_path / "files"
    dice = random.Random(0)
    call_command("seed_bureau")
    with transaction.atomic():
        behind_the_rules_from_here()
        rows = [row_for(table, dice) for table in registry.tables().values() for _ in range(ROWS)]
        for model, names in (
            (Version, ("unsigned_sha256", "sealed_sha256")),
            (SignatureBlock, ("drawing", "paper_scan")),
        ):
            for row in model.objects.all():
                model.objects.filter(pk=row.pk).update(**{name: files.store(dice.randbytes(3000)) for name in names})
        for row in rows:
            row.refresh_from_db()
        append("test.tampered", actor_id=None, object_kind="thing", object_id=new_id(), facts={"n": 0}, rows=rows)
    for n in range(1, ACTS):
        note(n)
    return heads.seal()


def note(n: int) -> None:
    with transaction.atomic():
        facts = {"n": n, "who": f"某{n}"}
        append("test.tampered", actor_id=None, object_kind="thing", object_id=new_id(), facts=facts)


def said(head: heads.Head | None) -> list[str]:
    return [str(problem) for problem in verify(head, kept_leaves=heads.folder() / heads.LEAVES).problems]


@pytest.mark.django_db(transaction=True)
def test_every_tampering_is_found_and_named(sealed: heads.Head) -> None:
    assert said(sealed) == []
    for turn in range(TAMPERINGS):
        dice, way = random.Random(turn), WAYS[turn % len(WAYS)]
        with transaction.atomic():
            expected = way(dice, sealed.size)
            problems = said(sealed)
            transaction.set_rollback(True)
        assert any(problem.startswith(expected) for problem in problems), (turn, way.__name__, expected, problems)
        if expected.startswith("第 ") and "个人信息" not in expected:
            assert problems[0].startswith(expected), (turn, way.__name__, "not the first", problems)
    assert said(sealed) == []


@pytest.mark.django_db(transaction=True)
def test_every_table_under_the_ledger_is_tampered_with(sealed: heads.Head) -> None:
    assert {label for label, table in registry.tables().items() if not table.model._base_manager.exists()} == set()
    for label, table in registry.tables().items():
        key = some_key(table, random.Random(label))
        with transaction.atomic():
            run(f"delete from {table.model._meta.db_table} where {table.model._meta.pk.column} = %s", [key])
            assert [problem.partition("（")[0] for problem in said(sealed)] == [f"{label} {key} 缺失"]
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_flipped_byte_of_any_kept_file_is_found(sealed: heads.Head) -> None:
    def wrong_files() -> list[str]:  # the made-up rows of this database name photographs that are none
        return [one for one in failures() if one.startswith("文件") and re.search("[0-9a-f]{64}", one)]

    assert wrong_files() == []
    for turn in range(max(5, TAMPERINGS // 10)):
        dice = random.Random(turn)
        path = dice.choice(sorted(p for p in files.path_of("0" * 64).parents[2].glob("??/??/*")))
        content = path.read_bytes()
        at = dice.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)]) + content[at + 1 :])
        assert [one for one in wrong_files() if path.name not in one] == []
        assert len(wrong_files()) == 1
        path.write_bytes(content)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [change_entry_and_leaf, remove_entry_and_close_the_gap, insert_entry, swap_entries])
def test_sealing_again_does_not_cover_what_was_done(sealed: heads.Head, way: Tampering) -> None:
    with transaction.atomic():
        expected = way(random.Random(7), sealed.size)
        run("delete from ledger_treehead")
    for n in range(3):
        note(100 + n)
    heads.seal()
    newest = heads.latest()
    assert newest is not None
    assert newest.size > sealed.size
    for head in (sealed, newest):
        assert said(head)[0].startswith(expected)


@pytest.mark.django_db(transaction=True)
def test_a_cut_ledger_is_not_sealed(sealed: heads.Head) -> None:
    with transaction.atomic():
        cut_the_tail(random.Random(1), sealed.size)
    with pytest.raises(Conflict, match="ledger_cut"):
        heads.seal()


@pytest.mark.django_db(transaction=True)
def test_without_the_exported_leaves_the_head_alone_shows_that_something_was_altered(sealed: heads.Head) -> None:
    with transaction.atomic():
        change_entry_and_leaf(random.Random(3), sealed.size)
        run("delete from ledger_treehead")
        problems = [str(problem) for problem in verify(sealed).problems]
        transaction.set_rollback(True)
    assert problems == [f"第 0–{sealed.size - 1} 条记录中有记录被改动（与树头 {sealed.size} 的根不符）"]


@pytest.mark.django_db(transaction=True)
def test_exported_files_that_were_changed_are_named(sealed: heads.Head) -> None:
    leaves = heads.folder() / heads.LEAVES
    content = leaves.read_bytes()
    for at, against in ((48 * 2, "第 2 条的编号不符"), (48 * 2 + 16, f"与树头 {sealed.size} 的根不符")):
        leaves.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert said(sealed) == [f"文件 {heads.LEAVES} 被改动（{against}）"]
    leaves.write_bytes(content)
    path = heads.exported_heads(heads.folder())[-1]
    path.write_text(json.dumps({**json.loads(path.read_text()), "root": "00" * 32}))
    assert said(sealed) == [f"树头文件 {path.name} 被改动（签名不符）"]


@pytest.mark.django_db(transaction=True)
def test_a_head_signed_with_a_key_of_ones_own_is_named(sealed: heads.Head, settings: Any, tmp_path: Path) -> None:
    note(99)
    (tmp_path / "elsewhere").mkdir()
    settings.HOME_DIR = tmp_path / "elsewhere"
    forged = heads.seal()
    settings.HOME_DIR = tmp_path
    assert said(sealed) == [f"树头 {forged.size} 被插入（签名所用的密钥未公布）"]


@pytest.mark.django_db(transaction=True)
def test_what_is_newer_than_the_head_is_named_as_outside(sealed: heads.Head) -> None:
    note(99)
    report = verify(sealed, kept_leaves=heads.folder() / heads.LEAVES)
    assert report.is_whole
    assert report.outside == 1
    with transaction.atomic():
        remove_entry(random.Random(2), sealed.size)
        report = verify(sealed, kept_leaves=heads.folder() / heads.LEAVES)
        transaction.set_rollback(True)
    assert not report.is_whole
    assert report.outside == 1
