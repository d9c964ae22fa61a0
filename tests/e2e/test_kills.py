"""kill -9 of web server, job worker and database in the middle of counting: every acknowledged scan is there.

ZHUANMAI_KILLS: how many kills (3; `make prove` asks for 30).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.desk import Problem
from tests.onsite import Play
from tests.stack import Stack, new_home
from zhuanmai.core import postgres

KILLS = int(os.environ.get("ZHUANMAI_KILLS", "3"))
FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "onsite-case"
BARCODES = ["6901028314459", "6901028161862", "6901028062015", "6901028224642"]


@pytest.fixture
def fragile() -> Iterator[Stack]:
    """A platform of its own, to be killed."""
    platform = Stack(new_home())
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
        shutil.rmtree(platform.home, ignore_errors=True)


def kill(platform: Stack, what: str) -> None:
    """kill -9 one part."""
    if what == "database":
        pid = postgres.server_pid(postgres.cluster_of(platform.home))
    else:
        assert platform.process
        words = {"web": "granian", "worker": "zhuanmai.cli worker"}[what]
        found = subprocess.run(
            ["pgrep", "-P", str(platform.process.pid), "-f", words], capture_output=True, text=True, check=True
        )
        pid = int(found.stdout.split()[0])
    if pid:
        os.kill(pid, signal.SIGKILL)


def test_no_acknowledged_scan_is_lost(fragile: Stack) -> None:
    play = Play(fragile, FOLDER)
    play.prepare()
    play.open()
    dice, acknowledged, stop = random.Random(5), [0], threading.Event()

    def scan() -> None:
        while not stop.is_set():
            made = play.first.operation("scan", {"barcode": dice.choice(BARCODES), "n": 1, "via": "gun"})
            while True:
                try:
                    [result] = play.first.send(play.case_id, [made])
                except (httpx.HTTPError, Problem):
                    stop.wait(0.1)  # the tablet asks again with the same id
                    continue
                assert result["status"] in ("applied", "duplicate"), result
                acknowledged[0] += 1
                break

    officer = threading.Thread(target=scan)
    officer.start()
    for turn in range(KILLS):
        stop.wait(dice.uniform(0.2, 1.0))
        kill(fragile, ("web", "database", "worker")[turn % 3])
        before, until = acknowledged[0], time.monotonic() + 60
        while acknowledged[0] < before + 3 and time.monotonic() < until:
            stop.wait(0.1)
        assert acknowledged[0] >= before + 3, f"the platform did not come back after kill {turn}"
    stop.set()
    officer.join(90)
    state = play.first.wait(play.case_id, lambda _: True)
    assert float(state["totals"]["cartons"]) == acknowledged[0]
    fragile.command("ledger", "seal")
    assert "核验通过" in fragile.command("ledger", "verify").stdout
