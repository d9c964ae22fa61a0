"""`python -m benchmarks.engines [--retailers N --weeks N]`: the same alerts on DuckDB and on a Spark cluster.

Starts a standalone Spark master with two workers on this machine, replays the last weeks of a made city on both engines
and compares: the same subjects in the same order, probabilities within 1e-6. Needs the extra `spark` and Java 17.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START, LAST, PER_WEEK, APART = dt.date(2024, 1, 1), 4, 13, 1e-6
READY_SECONDS = 60


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A master and two workers of one core each; its address."""
    found = importlib.util.find_spec("pyspark")
    launch = Path(str(found.origin)).parent / "bin" / "spark-class" if found else Path()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    master = f"spark://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": str(folder / "work")}
    made = [[str(launch), "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port),
             "--webui-port", "0"]]  # fmt: skip
    made += [[str(launch), "org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "2g",
              "--webui-port", "0", master]] * 2  # fmt: skip
    running = [subprocess.Popen(command, env=env, **quiet) for command in made]  # type: ignore[call-overload]
    try:
        _wait(port)
        yield master
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise TimeoutError("The Spark master did not come up.")


def alerts_on(engine: str, lake: Path, last: dt.date) -> tuple[list[tuple[dt.date, str, float]], float]:
    """The alerts of the last weeks, and the seconds they took."""
    from zhuanmai.alerts.replay import replay  # noqa: PLC0415 - after the settings
    from zhuanmai.lake.engine import Lake  # noqa: PLC0415

    begun = time.perf_counter()
    made, _ = replay(Lake.from_folder(lake, engine), last - dt.timedelta(weeks=LAST - 1), last, PER_WEEK)
    return [(each.day, each.subject, each.probability) for each in made], time.perf_counter() - begun


def main() -> int:
    """Make the city, ask both engines, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retailers", type=int, default=2000)
    parser.add_argument("--weeks", type=int, default=52)
    given = parser.parse_args()
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        print("Spark is not here: install zhuanmai[spark] and Java 17. Nothing was compared.")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
        os.environ.setdefault("ZHUANMAI_PROFILE", "test")
        os.environ["ZHUANMAI_HOME"] = str(folder / "home")
        with cluster(folder) as master:
            os.environ["ZHUANMAI_SPARK_MASTER"] = master
            import django  # noqa: PLC0415 - after the settings

            django.setup()
            from zhuanmai.sandbox.city import Parameters, make_city  # noqa: PLC0415

            parameters = Parameters.draw(seed=11, retailers=given.retailers, weeks=given.weeks, start=START)
            make_city(parameters, folder / "lake", folder / "truth")
            last = parameters.start + dt.timedelta(weeks=given.weeks, days=-1)
            here, seconds = alerts_on("duckdb", folder / "lake", last)
            there, longer = alerts_on("spark", folder / "lake", last)
    same = [one[:2] for one in here] == [other[:2] for other in there]
    apart = max((abs(one[2] - other[2]) for one, other in zip(here, there, strict=False)), default=0.0)
    print(f"DuckDB: {len(here)} alerts in {seconds:.1f} s; Spark, two workers: {len(there)} in {longer:.1f} s")
    print(f"the same subjects in the same order: {same}; probabilities apart by at most {apart:.1e}")
    return int(not same or apart > APART)


if __name__ == "__main__":
    sys.exit(main())
