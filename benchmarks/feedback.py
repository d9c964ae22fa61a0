"""`python -m benchmarks.feedback [--seeds … --makes … --retailers N]`: what learning from visits gains in half a year.

Each city is lived through twice over its last 26 weeks, visits only where the list sends them (and the random share):
once learning every fourth week, once with the model of the first week. The gain is over the last ten weeks, by what
visits catch on average (the truth, which no ranker sees); its interval is over the cities (Student's t). Each city is
of a make of its own which the prior never saw, as a real city would be, unless `--makes` says otherwise.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
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
from zhuanmai.sandbox.feedback import Plan, begin, walk, without_own_visits  # noqa: E402

START, WEEKS, LAST, COUNTED = dt.date(2024, 1, 1), 104, 26, 10
Run = list[list[float]]  # by week what each directed visit would catch on average


def late(run: Run) -> float:
    """What the directed visits of the last weeks would catch on average."""
    return float(np.mean(sum(run[-COUNTED:], [])))


def lived(seed: int, make: int, retailers: int, per_week: int, drawn: int) -> tuple[Run, Run]:
    """Half a year of one city, learning and frozen."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = Parameters.draw(seed=seed, retailers=retailers, weeks=WEEKS, start=START, make=make)
        make_city(given, folder / "lake", folder / "truth")
        without_own_visits(folder / "lake", given.start + dt.timedelta(weeks=WEEKS - LAST))
        lake, truth = Lake.from_folder(folder / "lake"), open_truth(folder / "truth")
        begun = begin(lake, truth, LAST)
        learning, frozen = (
            [
                [each.catch for each in made if not each.draft.drawn]
                for _, _, made in walk(lake, truth, Plan(LAST, per_week, drawn, seed, learns), begun)
            ]
            for learns in (True, False)
        )
    ends = late(learning), late(frozen)
    print(f"seed {seed}, make {make}: learning {ends[0]:.3f}, frozen {ends[1]:.3f}, gain {ends[0] - ends[1]:+.3f}",
          flush=True)  # fmt: skip
    return learning, frozen


def main() -> int:
    """Make the cities, live through them, print the table week by week and the gain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[401, 402, 403, 404, 405])
    parser.add_argument("--makes", type=int, nargs="+", default=[211, 212, 213, 214, 215])
    parser.add_argument("--retailers", type=int, default=25000)
    parser.add_argument("--per-week", type=int, default=25)
    parser.add_argument("--drawn", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--at-least", type=float, default=None, help="fail unless the interval lies above this")
    given = parser.parse_args()
    cities = [(seed, given.makes[at % len(given.makes)], given.retailers, given.per_week, given.drawn)
              for at, seed in enumerate(given.seeds)]  # fmt: skip
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(lived, *zip(*cities, strict=True)))
    print("\n| week | learning | frozen |\n| --: | --: | --: |")
    for week in range(LAST):
        means = [np.mean(sum((run[which][week] for run in runs), [])) for which in (0, 1)]
        print(f"| {week + 1} | {100 * means[0]:.1f} % | {100 * means[1]:.1f} % |")
    gains = [late(learning) - late(frozen) for learning, frozen in runs]
    mean, error = float(np.mean(gains)), float(np.std(gains, ddof=1) / math.sqrt(len(gains)))
    reach = float(stats.t.ppf(0.975, len(gains) - 1)) * error
    print(
        f"\ngain over the last {COUNTED} weeks: {mean:+.3f}, 95 % interval {mean - reach:+.3f} to {mean + reach:+.3f}"
    )
    return int(given.at_least is not None and mean - reach <= given.at_least)


if __name__ == "__main__":
    sys.exit(main())
