"""`make prove`: the full counts of all promises. Resumable: a proof that passed on this commit is not run again.

`python -m tests.prove alerts kills`: these alone. Writes docs/proofs.md after each; every line says on which commit.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests import environment
from zhuanmai.core import postgres

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "proofs.md"


@dataclass(frozen=True)
class Proof:
    """One promise: in words, the tests that hold it, and the environment that asks for the full count.

    `side_by_side`: its tests are many and each by itself, so that as many run at once as there are processors.
    """

    key: str
    promise: str
    tests: tuple[str, ...]
    counts: dict[str, str] = field(default_factory=dict)
    side_by_side: bool = False


PROOFS = (
    Proof(
        "replay",
        "The real case, played through the pages and over the API, equals expected.json",
        ("tests/e2e/test_workbench.py", "tests/e2e/test_onsite_case.py"),
    ),
    Proof(
        "documents",
        "500 random cases: every document holds exactly the facts of the case",
        ("tests/documents/test_rendering_property.py",),
        {"ZHUANMAI_PROPERTY_CASES": "500"},
    ),
    Proof(
        "tampering",
        "1,000 random tamperings behind the database's rules are all found",
        ("tests/ledger/test_tampering.py",),
        {"ZHUANMAI_TAMPERINGS": "1000"},
    ),
    Proof(
        "exchange",
        "500 cases arrive exactly once each while 30 % of calls fail in every way",
        ("tests/exchange/test_faults.py",),
        {"ZHUANMAI_FAULT_CASES": "500"},
    ),
    Proof(
        "kills",
        "kill -9 of web, worker and database at 30 random moments: every acknowledged scan is there",
        ("tests/e2e/test_kills.py",),
        {"ZHUANMAI_KILLS": "30"},
    ),
    Proof(
        "tablets",
        "Two tablets on one case end in the state of the model (100 random histories)",
        ("tests/enforcement/test_merge.py",),
        {"ZHUANMAI_TABLET_CASES": "100"},
    ),
    Proof(
        "lake",
        "Importing killed at 20 random moments and done again gives the lake of one clean import; 500 histories and files",
        ("tests/lake/test_importing.py", "tests/lake/test_history.py"),
        {"ZHUANMAI_LAKE_KILLS": "20", "ZHUANMAI_PROPERTY_CASES": "500"},
    ),
    Proof(
        "alerts",
        "Alerts on three cities not seen are clearly better than a plain learner and calibrated; 40 M lines in 90 s and 4 GB",
        ("tests/alerts/test_full.py",),
        {"ZHUANMAI_ALERT_SEEDS": "21 22 23", "ZHUANMAI_DAILY_SHOPS": "25000"},
    ),
    Proof(
        "feedback",
        "What squads find makes later alerts better: ten cities, half a year twice, the interval of the gain above zero",
        ("tests/alerts/test_full.py",),
        {"ZHUANMAI_FEEDBACK_SEEDS": "401 402 403 404 405 621 622 623 624 625"},
    ),
    Proof(
        "attacks",
        "200 random walks over rounds, returns, lent posts, replays and foreign touches: no decision without its own "
        "signing, no printed opinion that differs",
        ("tests/enforcement/test_attacks.py",),
        {"ZHUANMAI_WALKS": "200"},
        side_by_side=True,
    ),
    Proof(
        "hardened",
        "1,000 flips over random kept files and over a backup, all found; 3,000 random requests over all addresses, and 200 examples of each "
        "operation of the API: no 500, every answer as documented",
        ("tests/core/test_random_attacks.py", "tests/core/test_backups.py", "tests/core/test_api_contract.py"),
        {"ZHUANMAI_FLIPS": "1000", "ZHUANMAI_RANDOM_REQUESTS": "3000", "ZHUANMAI_API_EXAMPLES": "200"},
        side_by_side=True,
    ),
    Proof(
        "mutation",
        "Of the single mutations of the rule modules four in five are noticed by tests (docs/mutation.md)",
        ("tests/core/test_mutation.py",),
        {"ZHUANMAI_MUTANTS": "all"},
    ),
    Proof("backup", "A backup taken while five officers work restores and verifies", ("tests/e2e/test_backup.py",)),
)


def main() -> int:
    """Run what is wanted and has not passed on this commit yet; returns how many of these failed."""
    wanted = [proof for proof in PROOFS if not sys.argv[1:] or proof.key in sys.argv[1:]]
    commit = _git("rev-parse", "--short", "HEAD")
    kept = environment.HOME.parent / "proofs" / f"{commit}.json"
    done: dict[str, dict[str, str]] = json.loads(kept.read_text()) if kept.exists() else {}
    cluster = postgres.cluster_of(environment.HOME)
    try:
        subprocess.run([sys.executable, "-m", "zhuanmai.cli", "build"], cwd=ROOT, check=True)
        for proof in wanted:
            if done.get(proof.key, {}).get("result") != "held":
                (kept.parent / commit).mkdir(parents=True, exist_ok=True)
                done[proof.key] = _run(proof, kept.parent / commit) | {"commit": commit}
                kept.write_text(json.dumps(done, indent=1))
            _write(done)
    finally:
        if environment.STARTED_HERE:
            postgres.stop(cluster)
    return sum(done[proof.key]["result"] != "held" for proof in wanted)


def _workers(proof: Proof) -> list[str]:
    return ["-n", str(os.cpu_count() or 2), "--dist", "loadgroup"] if proof.side_by_side else []


def _run(proof: Proof, keep: Path) -> dict[str, str]:
    """Run one; what took long and is done it may keep in the folder, so that it goes on there after a stop."""
    print(f"— {proof.promise}", flush=True)
    missing = [name for name in proof.tests if not (ROOT / name).exists()]
    if missing:
        return {"result": "not built", "seconds": "–", "says": f"{', '.join(missing)} is missing"}
    began = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *_workers(proof), *proof.tests],
        cwd=ROOT, env={**os.environ, **proof.counts, "ZHUANMAI_PROOFS": str(keep)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(run.stdout[-3000:], flush=True)
    closing = re.sub(r"^=+ | =+$", "", run.stdout.strip().splitlines()[-1]) if run.stdout.strip() else ""
    result = "held" if run.returncode == 0 else "FAILED"
    return {"result": result, "seconds": f"{time.monotonic() - began:.0f}", "says": closing}


def _write(done: dict[str, dict[str, str]]) -> None:
    """The table: what ran now, and the lines of what did not as they stood."""
    stood = {line.split(" | ")[0].removeprefix("| "): line for line in TABLE.read_text(encoding="utf-8").splitlines()}
    lines = [
        "# Proofs",
        "",
        f"Made by `make prove` on {os.cpu_count()} cores.",
        "",
        "| promise | result | commit | seconds | the run says |",
        "| --- | --- | --- | --: | --- |",
    ]
    for proof in PROOFS:
        entry = done.get(proof.key)
        if entry:
            cells = (proof.promise, entry["result"], f"`{entry['commit']}`", entry["seconds"], entry["says"])
            lines.append(f"| {' | '.join(cells)} |")
        elif proof.promise in stood:
            lines.append(stood[proof.promise])
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
