"""Heads: made once a size, exported, extended and never rewritten; proofs under them; verification while work goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.behind import behind_the_rules
from tests.ledger.test_entries import note
from zhuanmai.accounts.models import Unit
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.ledger import heads, merkle
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.models import Entry, TreeHead
from zhuanmai.ledger.queries import prove
from zhuanmai.ledger.services import append
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.usefixtures("kinds_of_tests")


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME_DIR = tmp_path


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_ledger_keeps_its_head() -> None:
    note()
    assert heads.seal() == heads.seal() == heads.latest()
    assert TreeHead.objects.count() == 1
    assert ((heads.folder().parent / "secrets" / "ledger.pem").stat().st_mode & 0o777) == 0o600


@pytest.mark.django_db(transaction=True)
def test_heads_over_a_growing_ledger_are_consistent() -> None:
    made = []
    for count in (1, 4, 7):
        for _ in range(count):
            note()
        made.append(heads.seal())
    leaves = list(heads.leaves())
    for old, new in zip(made, made[1:], strict=False):
        proof = merkle.consistency_proof(leaves[: new.size], old.size)
        assert merkle.consistent(old.size, new.size, bytes.fromhex(old.root), bytes.fromhex(new.root), proof)
    assert heads.records(heads.folder() / heads.LEAVES, made[-1]) == [
        (entry.id.bytes, bytes(entry.leaf)) for entry in Entry.objects.all()
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("loss", ["leaves", "half of the leaves", "heads", "everything"])
def test_what_was_exported_can_be_made_again_from_the_database(loss: str) -> None:
    for _ in range(5):
        note()
    first = heads.seal()
    leaves = heads.folder() / heads.LEAVES
    if loss == "half of the leaves":
        leaves.write_bytes(leaves.read_bytes()[:100])
    for path in [leaves] if loss == "leaves" else [] if loss.startswith("half") else heads.folder().iterdir():
        if loss != "heads" or path.suffix == ".json":
            path.unlink()
    note()
    head = heads.seal()
    assert (head.size, heads.load(heads.exported_heads(heads.folder())[0])) == (6, first)
    assert verify(head, kept_leaves=leaves).is_whole
    assert len(heads.records(leaves, head) or []) == 6


@pytest.mark.django_db(transaction=True)
def test_sealing_at_the_same_time_makes_one_head() -> None:
    for _ in range(20):
        note()
    barrier, made = threading.Barrier(4), []

    def seal() -> None:
        barrier.wait()
        made.append(heads.seal())
        connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_key_after_a_restore_stands_beside_the_old_one(tmp_path: Path) -> None:
    note()
    heads.seal()
    (tmp_path / "secrets" / "ledger.pem").unlink()
    note()
    head = heads.seal()
    assert len(list((tmp_path / "public").glob("ledger*.pub"))) == 2
    assert verify(head, kept_leaves=heads.folder() / heads.LEAVES).is_whole


def test_what_is_no_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / "head.json").write_text("{}")
    with pytest.raises(Refused, match="bad_head"):
        heads.load(tmp_path / "head.json")


@pytest.mark.django_db(transaction=True)
def test_a_proof_is_under_the_newest_sealed_head() -> None:
    for _ in range(9):
        note()
    head = heads.seal()
    newest = note()
    proof = prove(3)
    assert (proof["size"], proof["root"], proof["head"]) == (head.size, head.root, head.__dict__)
    with pytest.raises(Conflict, match="not_sealed"):
        prove(newest.seq)
    with pytest.raises(NotFound, match="no_entry"):
        prove(99)


@pytest.mark.django_db(transaction=True)
def test_thirty_lines_of_python_check_a_proof(tmp_path: Path) -> None:
    for _ in range(11):
        note(share=0.1 + 0.2, large=1e22)
    head = heads.seal()
    note()
    script = Path(__file__).resolve().parents[2] / "docs" / "ledger-check.py"
    kept = heads.exported_heads(heads.folder())[-1]
    command = [sys.executable, str(script), str(tmp_path / "proof.json"), str(kept)]
    for seq in range(head.size):
        (tmp_path / "proof.json").write_bytes(canonical(prove(seq)))
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "proved"
    proof = json.loads((tmp_path / "proof.json").read_text())
    for forged in (
        {**proof, "content": {**proof["content"], "at": "2020-01-01T00:00:00.000000+00:00"}},
        {**proof, "path": proof["path"][:-1]},
        {**proof, "content": {**proof["content"], "seq": 3}},
        {**proof, "size": head.size - 1},
    ):
        (tmp_path / "proof.json").write_text(json.dumps(forged))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "NOT proved" in done.stderr
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 31


@pytest.mark.django_db(transaction=True)
def test_officers_work_on_while_the_ledger_is_verified() -> None:
    with transaction.atomic():
        unit = Unit.objects.create(code="1", name="一中队", kind="squad")
        append("test.done", actor_id=None, object_kind="unit", object_id=new_id(), rows=[unit])
    enough, written = threading.Event(), threading.Event()

    def work() -> None:
        number = 0
        while not enough.is_set():
            with transaction.atomic():
                number += 1
                unit.name = f"第{number}中队"
                unit.save()
                append("test.done", actor_id=None, object_kind="unit", object_id=new_id(), rows=[unit])
            written.set()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    written.wait(30)
    try:
        found = []
        for _ in range(30):
            head = heads.seal()
            found += verify(head, kept_leaves=heads.folder() / heads.LEAVES).problems
    finally:
        enough.set()
        thread.join()
    assert found == []


@pytest.mark.django_db(transaction=True)
def test_the_command_seals_lists_proves_and_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    note()
    with pytest.raises(CommandError, match="尚未封签"):
        call_command("ledger", "prove", "0")
    call_command("ledger", "seal")
    call_command("ledger", "heads")
    head = heads.latest()
    assert head is not None
    assert capsys.readouterr().out.count(head.root) == 2
    call_command("ledger", "prove", "0")
    assert json.loads(capsys.readouterr().out)["root"] == head.root
    note()
    call_command("ledger", "verify")
    out = capsys.readouterr().out
    assert "第 1 条起的 1 条记录晚于该树头，不在其证明范围内" in out
    assert "✓ 核验通过" in out
    with transaction.atomic():
        with behind_the_rules() as cursor:
            cursor.execute("update ledger_entry set kind = 'x' where seq = 0")
        with pytest.raises(SystemExit) as ended:
            call_command("ledger", "verify")
        transaction.set_rollback(True)
    assert ended.value.code == 1
    assert "✗ 第 0 条记录被改动" in capsys.readouterr().out
