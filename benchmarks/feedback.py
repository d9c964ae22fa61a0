"""`python -m benchmarks.feedback [--seeds 101 102 …] [--retailers N]`: what learning from visits gains in half a year.

Each city is lived through twice over its last 26 weeks, visits only where the list sends them (and the random share):
once learning every fourth week, once with the model of the first week. The gain is over the last ten weeks, by what
visits catch on average (the truth, which no ranker sees); its interval is over the cities (Student's t).
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import sys
import tempfile
from pathlib import Path

import django
import numpy as np
from scipy import stats

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
os.environ.setdefault("ZHUANMAI_HOME", tempfile.mkdtemp(prefix="zhuanmai-feedback-"))
django.setup()

from zhuanmai.lake.engine import Lake  # noqa: E402
from zhuanmai.sandbox.city import Parameters, make_city, open_truth  # noqa: E402
from zhuanmai.sandbox.feedback import Plan, Visited, walk, without_own_visits  # noqa: E402

START, WEEKS, LAST, COUNTED = dt.date(2024, 1, 1), 104, 26, 10


def catches(visits: list[Visited]) -> list[float]:
    """What the directed visits of a week would catch on average, one by one."""
    return [each.catch for each in visits if not each.draft.drawn]


def lived(folder: Path, seed: int, *, learning: bool, per_week: int, drawn: int) -> list[list[float]]:
    """Half a year of one city: by week what each directed visit would catch on average."""
    plan = Plan(LAST, per_week, drawn, seed, learning)
    return [catches(made) for _, _, made in walk(Lake.from_folder(folder / "lake"), open_truth(folder / "truth"), plan)]


def main() -> int:
    """Make the cities, live through them, print the table week by week and the gain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[401, 402, 403, 404, 405])
    parser.add_argument("--retailers", type=int, default=6000)
    parser.add_argument("--per-week", type=int, default=15)
    parser.add_argument("--drawn", type=int, default=2)
    parser.add_argument("--at-least", type=float, default=None, help="fail unless the interval lies above this")
    given = parser.parse_args()
    both: dict[bool, list[list[list[float]]]] = {True: [], False: []}
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            parameters = Parameters.draw(seed=seed, retailers=given.retailers, weeks=WEEKS, start=START)
            make_city(parameters, folder / "lake", folder / "truth")
            without_own_visits(folder / "lake", parameters.start + dt.timedelta(weeks=WEEKS - LAST))
            for learning in (True, False):
                both[learning].append(
                    lived(folder, seed, learning=learning, per_week=given.per_week, drawn=given.drawn)
                )
        late = [np.mean(sum(both[learning][-1][-COUNTED:], [])) for learning in (True, False)]
        print(f"seed {seed}: learning {late[0]:.3f}, frozen {late[1]:.3f}, gain {late[0] - late[1]:+.3f}", flush=True)
    print("\n| week | learning | frozen |\n| --: | --: | --: |")
    for week in range(LAST):
        means = [np.mean(sum((city[week] for city in both[learning]), [])) for learning in (True, False)]
        print(f"| {week + 1} | {100 * means[0]:.1f} % | {100 * means[1]:.1f} % |")
    gains = [
        float(np.mean(sum(one[-COUNTED:], [])) - np.mean(sum(other[-COUNTED:], [])))
        for one, other in zip(both[True], both[False], strict=True)
    ]
    mean, error = float(np.mean(gains)), float(np.std(gains, ddof=1) / math.sqrt(len(gains)))
    reach = float(stats.t.ppf(0.975, len(gains) - 1)) * error
    print(
        f"\ngain over the last {COUNTED} weeks: {mean:+.3f}, 95 % interval {mean - reach:+.3f} to {mean + reach:+.3f}"
    )
    return int(given.at_least is not None and mean - reach <= given.at_least)


if __name__ == "__main__":
    sys.exit(main())
