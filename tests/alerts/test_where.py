"""Hot spots and flows: the statistic against its formula written out, what counts as a flow, and their tables."""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client

from tests.enforcement.conftest import Bureau
from zhuanmai.alerts.daily import asking, running
from zhuanmai.alerts.maps import drawing, places
from zhuanmai.alerts.maps.hotspots import area, cell_of, hotspots, middle
from zhuanmai.alerts.models import Whereabouts
from zhuanmai.lake.engine import Lake, open_lake

DAY = dt.date(2026, 6, 30)
CENTRE = (118.10, 24.50)


def city_of(rings: int = 6) -> set[str]:
    return set(h3.grid_disk(cell_of(*CENTRE), rings))


def by_formula(counts: dict[str, int], cells: list[str], cell: str) -> float:
    """Gi* as Ord and Getis (1995) write it, with weights 1 for the cell and its neighbours."""
    x = np.array([counts.get(each, 0) for each in cells], dtype=float)
    near = set(h3.grid_disk(cell, 1))
    w = np.array([float(each in near) for each in cells])
    n = len(cells)
    s = math.sqrt((x**2).mean() - x.mean() ** 2)
    return float((w @ x - x.mean() * w.sum()) / (s * math.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))))


def test_the_score_is_that_of_the_formula() -> None:
    dice, cells = random.Random(5), sorted(city_of())
    events = [middle(dice.choice(cells)) for _ in range(80)] + [CENTRE] * 9
    counts: dict[str, int] = {}
    for x, y in events:
        counts[cell_of(x, y)] = counts.get(cell_of(x, y), 0) + 1
    found = hotspots(events, cells)
    assert sum(each.count for each in found) == 89
    for each in found:
        assert each.gi_star == pytest.approx(by_formula(counts, cells, each.cell), abs=1e-4)
        assert each.p_value == pytest.approx(math.erfc(abs(each.gi_star) / math.sqrt(2)), abs=1e-4)
    assert found[0].hot
    assert found[0].cell in h3.grid_disk(cell_of(*CENTRE), 1)


def test_evenly_spread_events_make_no_hot_spot() -> None:
    cells = city_of()
    assert hotspots([middle(cell) for cell in cells], cells) == []
    assert hotspots([], cells) == []
    dice = random.Random(2)
    by_chance = [middle(dice.choice(sorted(cells))) for _ in range(150)]
    assert sum(each.hot for each in hotspots(by_chance, cells)) <= 2


def test_a_city_is_its_shops_cells_and_those_beside_them() -> None:
    assert area([CENTRE]) == set(h3.grid_disk(cell_of(*CENTRE), 1))


CODE = "1" * 20


@pytest.fixture
def small(tmp_path: Path) -> Lake:
    """Two shops; cartons of the first found in another district, in its own shop, and long ago."""
    tables: dict[str, list[dict[str, Any]]] = {
        "licences": [
            {"licence_no": "350206000001", "address": "厦门市湖里区仙岳路1号", "district_code": "350206",
             "longitude": 118.10, "latitude": 24.50},
            {"licence_no": "350203000002", "address": "厦门市思明区厦禾路2号", "district_code": "350203",
             "longitude": 118.08, "latitude": 24.47},
        ],
        "cases": [
            {"case_no": "C1", "filed_on": "2026-06-01", "district_code": "350203", "address": "厦门市思明区厦禾路9号"},
            {"case_no": "C2", "filed_on": "2026-06-02", "district_code": "350206", "address": "厦门市湖里区仙岳路1号"},
            {"case_no": "C3", "filed_on": "2025-01-01", "district_code": "350203", "address": "厦门市思明区厦禾路9号"},
        ],
        "case_parties": [{"case_no": "C2", "seq": 1, "role": "party", "licence_no": "350206000001"}],
        "case_items": [
            {"case_no": "C1", "seq": 1, "cartons": 30, "kind": "diverted", "carton_code": CODE + "350206000001"},
            {"case_no": "C1", "seq": 2, "cartons": 12, "kind": "diverted", "carton_code": CODE + "350206000001"},
            {"case_no": "C1", "seq": 3, "cartons": 5, "kind": "counterfeit", "carton_code": ""},
            {"case_no": "C2", "seq": 1, "cartons": 99, "kind": "diverted", "carton_code": CODE + "350206000001"},
            {"case_no": "C3", "seq": 1, "cartons": 7, "kind": "diverted", "carton_code": CODE + "350206000001"},
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return Lake.from_folder(tmp_path)


def test_cartons_flow_from_their_shop_to_where_they_were_found(small: Lake) -> None:
    (flow,) = places.flow_rows(small, DAY)[26]
    assert flow == {"from_licence": "350206000001", "from_district": "350206", "to_district": "350203",
                    "cartons": 42, "cases": 1}  # fmt: skip
    names, rows = places.flow_table(small, DAY)
    assert names == ("from_licence", "to_district", "period", "cartons", "cases")
    assert {row["period"] for row in rows} == {
        "2026-04-01/2026-06-30",
        "2025-12-31/2026-06-30",
        "2025-07-02/2026-06-30",
    }


def test_an_event_without_coordinates_stands_in_its_street(small: Lake) -> None:
    rows = places.hot_rows(small, DAY)
    assert {kind for kind, _ in rows} == {"case", "case_diverted", "case_counterfeit"}
    assert {row["cell"] for row in rows["case", 52]} == {cell_of(118.08, 24.47), cell_of(118.10, 24.50)}
    assert places.hot_table(small, DAY)[0] == ("cell", "period", "kind", "count", "gi_star", "p_value")


def test_every_district_is_on_the_map_with_its_name_inside() -> None:
    placed = drawing.districts()
    assert {each.code for each in placed} == {"350203", "350205", "350206", "350211", "350212", "350213"}
    for each in placed:
        assert 0 < each.x < drawing.WIDTH
        assert 0 < each.y < drawing.projection().height


def test_arrows_join_districts_and_the_thickest_comes_first() -> None:
    rows = [{"from_district": "350206", "to_district": "350203", "cartons": 5},
            {"from_district": "350206", "to_district": "350203", "cartons": 6},
            {"from_district": "350211", "to_district": "350211", "cartons": 40},
            {"from_district": "", "to_district": "350203", "cartons": 4}]  # fmt: skip
    found = drawing.arrows(rows)
    assert [(each.from_district, each.cartons) for each in found] == [("350211", 40), ("350206", 11)]
    assert found[0].width > found[1].width


@pytest.mark.django_db
def test_a_run_draws_the_maps_and_the_pages_show_them(bureau: Bureau, lake: Path, client: Client) -> None:
    client.force_login(bureau["jia"])
    assert "还没有生成地图" in client.get("/alerts/hotspots").content.decode()
    row = running.perform(run_id=asking.ask(actor=bureau["analyst"]).pk)
    assert row.state == "done"
    assert set(Whereabouts.objects.values_list("what", flat=True)) == {"hotspots", "flows"}
    page = client.get("/alerts/hotspots?kind=complaint&weeks=52").content.decode()
    assert "违法投诉" in page
    assert page.count("zm-cell ") > 5
    assert client.get("/alerts/flows?weeks=13").status_code == 200
    assert client.get("/alerts/hotspots?kind=nothing&weeks=x&export=csv").status_code == 200


def test_the_command_writes_tables(city_lake: Path, tmp_path: Path) -> None:
    day = dt.date.today().isoformat()
    for act in ("hotspots", "flows"):
        out = tmp_path / f"{act}.csv"
        call_command("alerts", act, "--day", day, "--lake", str(city_lake), "--out", str(out))
        assert out.read_text("utf-8-sig").splitlines()[0].count(",") >= 4
    assert open_lake(city_lake).has("cases")
