"""Loaded before everything else (`-p tests.environment`): the test profile, its own home, its own embedded database."""

from __future__ import annotations

import os
from pathlib import Path

from zhuanmai.core import postgres

HOME = Path(__file__).resolve().parents[1] / "var" / "test"
STARTED_HERE = False

os.environ["ZHUANMAI_PROFILE"] = "test"
os.environ["ZHUANMAI_HOME"] = str(HOME)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
# One database a run, so that runs at the same time do not meet; parallel workers append their own suffix.
os.environ.setdefault("ZHUANMAI_TEST_DATABASE", f"test_zhuanmai_{os.getpid()}")
if "DATABASE_URL" not in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
    STARTED_HERE = not postgres.is_running(postgres.cluster_of(HOME))
    postgres.start(postgres.cluster_of(HOME))
