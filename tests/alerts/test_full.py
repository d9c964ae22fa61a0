"""The alerts at full count: `make prove` asks for it; `make test` leaves it out, but for Spark where it is installed."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zhuanmai.lake.engine import Lake
from zhuanmai.sandbox.city import Parameters, make_city, open_truth
from zhuanmai.sandbox.evaluation import evaluate

ROOT = Path(__file__).resolve().parents[2]
SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
SEEDS = os.environ.get("ZHUANMAI_ALERT_SEEDS", "").split()
FEEDBACK = os.environ.get("ZHUANMAI_FEEDBACK_SEEDS", "").split()
KEEP = os.environ.get("ZHUANMAI_PROOFS", "")
SHOPS = os.environ.get("ZHUANMAI_DAILY_SHOPS", "")
CLEARLY, WELL_CALIBRATED = 0.05, 0.12
DAILY_SECONDS, DAILY_GIGABYTES = 90, 4


def said(module: str, *arguments: str) -> str:
    """What a benchmark printed; it must end well."""
    run = subprocess.run([sys.executable, "-W", "ignore", "-m", module, *arguments], cwd=ROOT, check=False,
                         env=os.environ | {"ZHUANMAI_PROFILE": "test"}, capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    return run.stdout


@pytest.mark.skipif(not SPARK, reason="Spark needs the extra `spark` and Java 17")
def test_a_spark_cluster_gives_the_same_alerts() -> None:
    assert "in the same order: True" in said("benchmarks.engines")


@pytest.mark.skipif(not SEEDS, reason="full count: make prove")
def test_alerts_are_clearly_better_than_a_plain_learner_on_cities_not_seen(tmp_path: Path) -> None:
    gains = []
    for seed in SEEDS:
        folder = tmp_path / seed
        given = Parameters.draw(seed=int(seed), retailers=8000, weeks=104, start=dt.date(2024, 1, 1))
        make_city(given, folder / "lake", folder / "truth")
        lines = evaluate(Lake.from_folder(folder / "lake"), open_truth(folder / "truth"), 26, 13, lambda step: None)
        rules = {line.name: line for line in lines}
        gains.append(rules["alerts"].offending - rules["plain learner"].offending)
        assert (rules["alerts"].calibration_error or 0) < WELL_CALIBRATED
    assert min(gains) > 0
    assert sum(gains) / len(gains) > CLEARLY


@pytest.mark.skipif(not FEEDBACK, reason="full count: make prove")
def test_what_squads_find_makes_later_alerts_better() -> None:
    said("benchmarks.feedback", "--seeds", *FEEDBACK, "--at-least", "0", *(["--keep", KEEP] if KEEP else []))


@pytest.mark.skipif(not SHOPS, reason="full count: make prove")
def test_the_daily_run_keeps_to_its_time_and_memory(tmp_path: Path) -> None:
    table = tmp_path / "table.json"
    said("benchmarks.nightly", "--retailers", SHOPS, "--json", str(table))
    for row in json.loads(table.read_text()):
        assert row["seconds"] < DAILY_SECONDS
        assert row["gigabytes"] < DAILY_GIGABYTES
