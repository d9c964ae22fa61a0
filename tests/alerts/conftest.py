"""A small city in a lake of the test's own, the demo bureau, and alerts made by hand where no run is needed."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau, seeded
from zhuanmai.alerts import services
from zhuanmai.alerts.daily import asking
from zhuanmai.alerts.models import Alert, Run
from zhuanmai.core import work
from zhuanmai.core.clock import SHANGHAI, now, today
from zhuanmai.lake.folders import import_files
from zhuanmai.lake.importing import import_file
from zhuanmai.sandbox.city import Parameters, make_city

WEEKS = 30


@pytest.fixture
def bureau(db: None) -> Bureau:
    """The demo bureau with reference data."""
    return seeded()


@pytest.fixture(scope="session")
def city_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city that ended yesterday, in a lake."""
    folder = tmp_path_factory.mktemp("city")
    start = dt.datetime.now(SHANGHAI).date() - dt.timedelta(weeks=WEEKS)
    parameters = Parameters.draw(seed=9, retailers=200, weeks=WEEKS, start=start)
    make_city(parameters, folder / "files", folder / "truth")
    for path, name in import_files(folder / "files"):
        import_file(folder / "lake", path, name=name)
    return folder / "lake"


@pytest.fixture
def lake(city_lake: Path, tmp_path: Path, settings: Any) -> Path:
    """The small city, to write into."""
    settings.LAKE_DIR, settings.HOME_DIR = tmp_path / "lake", tmp_path / "home"
    shutil.copytree(city_lake, settings.LAKE_DIR)
    folder: Path = settings.LAKE_DIR
    return folder


@pytest.fixture
def an_alert(bureau: Bureau) -> Callable[..., Alert]:
    """Makes an alert of 甲's squad that waits in the bureau, or with `given` is with the squad."""
    squad = bureau["jia"].unit
    day = today() - dt.timedelta(days=1)
    run = Run.objects.create(day=day, work=work.past(asking.TASK, about=str(day), at=now()))

    def make(number: int = 1, *, given: bool = True, **facts: Any) -> Alert:
        row = Alert.objects.create(
            **{
                "number": f"A20260101-{number:03d}", "run": run, "day": run.day, "subject_kind": "licence",
                "subject": f"35020610{number:04d}", "probability": 0.5, "score": 0.5, "offence": "outflow",
                "leading": "quota", "shop_name": f"演示店{number}", "address": f"厦门市湖里区仙岳路{number}号",
                "district_code": "350206", "business_type": "grocery", "area": squad,
                "unit": squad.parent,
                "reasons": [{"detector": "quota", "column": "uptake_8", "weight": 1.2,
                             "numbers": {"uptake_8": {"value": 3.21, "peers": 0.9}}}],
            } | facts
        )  # fmt: skip
        if given:
            services.assign(actor=bureau["analyst"], alert_ids=[row.pk], squad_id=squad.pk)
            row = Alert.objects.get(pk=row.pk)
        return row

    return make
