"""A backup taken while officers work restores into an empty home, and verifies there."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path

import psycopg
import pytest

from tests.desk import Desk
from tests.stack import Stack, new_home
from zhuanmai.core import postgres
from zhuanmai.core.ids import new_id
from zhuanmai.core.roles import Role

PLACE = {"address": "厦门市湖里区枋湖南路88号", "shop_name": "演示食杂店", "district_code": "350206"}


def maker_of(said: str) -> str:
    """The fingerprint that a backup is told with."""
    (found,) = re.findall(r"[0-9a-f]{64}", said)
    return str(found)


@pytest.mark.parametrize("officers", [5])
def test_a_backup_under_work_restores_and_verifies(stack: Stack, tmp_path: Path, officers: int) -> None:
    key = tmp_path / "backup.key"
    recipient = stack.command("backup-key", str(key)).stdout.strip()
    squads = tmp_path / "squads.csv"
    squads.write_text("squad_no,unit,streets\n350206-1,演示一中队,仙岳路；枋湖南路\n", encoding="utf-8")
    stack.command("lake", "import", str(squads))
    desks = [Desk(stack.url, username) for username in ("jia", "yi", "jia", "yi", "jia")][:officers]
    pair = [desks[0].me["id"], desks[1].me["id"]]
    stop, scanned = threading.Event(), [0] * officers

    def work(lane: int) -> None:
        desk, case = desks[lane], str(new_id())
        desk.do(case, "case.open", reason="routine", place=PLACE, officer_ids=pair, recorder_id=pair[0])
        while not stop.is_set():
            desk.do(case, "scan", barcode="6901028314459", n=1, via="gun")
            scanned[lane] += 1

    threads = [threading.Thread(target=work, args=(lane,)) for lane in range(officers)]
    for thread in threads:
        thread.start()
    try:
        target = tmp_path / "bureau.age"
        said = stack.command("backup", "--recipient", recipient, "--to", str(target)).stdout
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert all(scanned)
    other = Stack(new_home())
    try:
        unknown = other.command("restore", str(target), "--identity", str(key), check=False)
        assert (unknown.returncode, "--maker" in unknown.stderr) == (1, True)
        asked = ("restore", str(target), "--identity", str(key), "--maker", maker_of(said))
        done = other.command(*asked, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "核验通过" in done.stdout
        assert other.command("lake", "tables").stdout == stack.command("lake", "tables").stdout
        again = other.command(*asked, check=False)
        assert "不是空的" in again.stderr
        assert list((other.home / "heads").glob("head-*.json"))
        _a_cut_tail_is_found(other, key, recipient, tmp_path)
    finally:
        other.command("postgres", "stop", check=False)
        shutil.rmtree(other.home, ignore_errors=True)


def _a_cut_tail_is_found(stack: Stack, key: Path, recipient: str, tmp_path: Path) -> None:
    """Entries and heads taken out of the database behind its rules: the backup says so, and the restore proves it."""
    target = tmp_path / "cut.age"
    with psycopg.connect(postgres.cluster_of(stack.home).url(Role.SUPERUSER)) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from ledger_ledgerpersonal")
        connection.execute("delete from ledger_entry where seq >= (select max(size) - 3 from ledger_treehead)")
        connection.execute("delete from ledger_treehead where size > (select max(seq) + 1 from ledger_entry)")
    made = stack.command("backup", "--recipient", recipient, "--to", str(target))
    assert "少于已封签的" in made.stderr
    other = Stack(new_home())
    try:
        asked = ("restore", str(target), "--identity", str(key), "--maker", maker_of(made.stdout))
        done = other.command(*asked, check=False)
        assert done.returncode == 1
        assert "缺失" in done.stderr
    finally:
        other.command("postgres", "stop", check=False)
        shutil.rmtree(other.home, ignore_errors=True)
