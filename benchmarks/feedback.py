"""`python -m benchmarks.feedback [--seeds … --makes … --retailers N]`: what learning from visits gains in half a year.

Each city is lived through over its last 26 weeks, visits only where the list sends them (and the random share): once
learning every fourth week, once with the model of the first week, which still knows who was found; `--unheard` adds a
life in which nobody hears what visits find. The gain is over the last ten weeks, by what visits catch on average (the
truth, which no ranker sees); its interval is over the cities (Student's t). Each city is of a make of its own which
the prior never saw, as a real city would be, unless `--makes` says otherwise. `--turns`: how often each life is
lived, with other luck on its visits: 230 visits of ten weeks alone leave two points to chance. With `--keep` a life
that was lived already is taken from that folder.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import django
import numpy as np
from scipy import stats

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
os.environ.setdefault("ZHUANMAI_HOME", tempfile.mkdtemp(prefix="zhuanmai-feedback-"))
django.setup()

from zhuanmai.lake.engine import Lake  # noqa: E402
from zhuanmai.sandbox.city import Parameters, make_city, open_truth  # noqa: E402
from zhuanmai.sandbox.feedback import Feedback, Plan, begin, walk, without_own_visits  # noqa: E402

START, WEEKS, LAST, COUNTED = dt.date(2024, 1, 1), 104, 26, 10
SEEDS = (401, 402, 403, 404, 405, 621, 622, 623, 624, 625)
MAKES = (211, 212, 213, 214, 215, 221, 222, 223, 224, 225)
Run = list[list[float]]  # by week what each directed visit would catch on average


@dataclass(frozen=True)
class Given:
    """Which city, and how it is lived through."""

    seed: int
    make: int
    retailers: int
    per_week: int
    drawn: int
    lives: tuple[Feedback, ...]
    turns: int
    keep: Path | None

    def name(self, life: Feedback, turn: int) -> str:
        """What a life's file is called."""
        return f"{self.seed}-{self.make}-{self.retailers}-{self.per_week}-{self.drawn}-{life}-{turn}.json"


def late(run: Run) -> float:
    """What the directed visits of the last weeks would catch on average."""
    return float(np.mean(sum(run[-COUNTED:], [])))


def lived(given: Given) -> dict[Feedback, Run]:
    """Half a year of one city, for each life the visits of all its turns."""
    every = [(life, turn) for turn in range(given.turns) for life in given.lives]
    runs: dict[tuple[Feedback, int], Run] = {}
    for life, turn in every if given.keep else ():
        kept = given.keep / given.name(life, turn)
        if kept.exists():
            runs[life, turn] = json.loads(kept.read_text())
    if len(runs) < len(every):
        runs |= _live(given, [one for one in every if one not in runs])
    made = {
        life: [sum((runs[life, turn][week] for turn in range(given.turns)), []) for week in range(LAST)]
        for life in given.lives
    }
    ends = [late(made[life]) for life in given.lives]
    print(f"seed {given.seed}, make {given.make}: "
          + ", ".join(f"{life} {end:.3f}" for life, end in zip(given.lives, ends, strict=True))
          + f", gain {ends[0] - ends[1]:+.3f}", flush=True)  # fmt: skip
    return made


def _live(given: Given, wanted: list[tuple[Feedback, int]]) -> dict[tuple[Feedback, int], Run]:
    made: dict[tuple[Feedback, int], Run] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drawn = Parameters.draw(seed=given.seed, retailers=given.retailers, weeks=WEEKS, start=START, make=given.make)
        make_city(drawn, folder / "lake", folder / "truth")
        without_own_visits(folder / "lake", drawn.start + dt.timedelta(weeks=WEEKS - LAST))
        lake, truth = Lake.from_folder(folder / "lake"), open_truth(folder / "truth")
        begun = begin(lake, truth, LAST)
        for life, turn in wanted:
            plan = Plan(LAST, given.per_week, given.drawn, given.seed + 10_000 * turn, life)
            made[life, turn] = [
                [each.catch for each in visits if not each.draft.drawn]
                for _, _, visits in walk(lake, truth, plan, begun)
            ]
            if given.keep:
                (given.keep / given.name(life, turn)).write_text(json.dumps(made[life, turn]))
    return made


def main() -> int:
    """Make the cities, live through them, print the table week by week and the gain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--makes", type=int, nargs="+", default=MAKES)
    parser.add_argument("--retailers", type=int, default=25000)
    parser.add_argument("--per-week", type=int, default=25)
    parser.add_argument("--drawn", type=int, default=2)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--unheard", action="store_true", help="also a life in which nobody hears what visits find")
    parser.add_argument("--keep", type=Path, help="keep the lives there, and take from there those that are kept")
    parser.add_argument("--at-least", type=float, default=None, help="fail unless the interval lies above this")
    given = parser.parse_args()
    lives = (Feedback.LEARNED, Feedback.KNOWN, *((Feedback.NONE,) if given.unheard else ()))
    cities = [Given(seed, given.makes[at % len(given.makes)], given.retailers, given.per_week, given.drawn, lives,
                    given.turns, given.keep) for at, seed in enumerate(given.seeds)]  # fmt: skip
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(lived, cities))
    print("\n| week | " + " | ".join(lives) + " |\n|" + " --: |" * (1 + len(lives)))
    for week in range(LAST):
        means = [100 * np.mean(sum((run[life][week] for run in runs), [])) for life in lives]
        print(f"| {week + 1} | " + " | ".join(f"{mean:.1f} %" for mean in means) + " |")
    least, *_others = [_gain(runs, life) for life in lives[1:]]
    return int(given.at_least is not None and least <= given.at_least)


def _gain(runs: list[dict[Feedback, Run]], other: Feedback) -> float:
    """Say what learning gains over another life; the lower end of its interval."""
    gains = [late(run[Feedback.LEARNED]) - late(run[other]) for run in runs]
    mean, error = float(np.mean(gains)), float(np.std(gains, ddof=1) / math.sqrt(len(gains)))
    reach = float(stats.t.ppf(0.975, len(gains) - 1)) * error
    print(f"\ngain over “{other}” in the last {COUNTED} weeks, {len(runs)} cities: {mean:+.3f}, "
          f"95 % interval {mean - reach:+.3f} to {mean + reach:+.3f}")  # fmt: skip
    return mean - reach


if __name__ == "__main__":
    sys.exit(main())
