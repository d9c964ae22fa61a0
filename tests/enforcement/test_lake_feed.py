"""Filed cases in the lake: what was seized, from whom, with the codes read; once, and again when something changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pgtrigger
import pytest

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import RED, Scene, scene
from tests.enforcement.test_filing import decided, signed
from tests.lake.tables import rows_of
from zhuanmai.core import ports
from zhuanmai.core.clock import today
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.inspection_port import OUTCOMES
from zhuanmai.enforcement.lake_feed import RESULTS, hand_over
from zhuanmai.enforcement.models import CartonCodeRead, Case, ItemLine, Party
from zhuanmai.enforcement.procedure import State
from zhuanmai.enforcement.services import acts
from zhuanmai.enforcement.services.keeping import advance
from zhuanmai.lake.engine import open_lake
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.django_db
CODE = ("2010818001234567", "XMYC350206150799")


@pytest.fixture
def filed(bureau: Bureau, tmp_path: Path, settings: Any) -> Scene:
    """A filed case with one carton code read, and a lake of the test's own."""
    settings.LAKE_DIR, settings.HOME_DIR = tmp_path / "lake", tmp_path / "home"
    found = scene(bureau)
    signed(found)
    decided(found)
    line = ItemLine.objects.get(case_id=found.case_id, barcode=RED)
    CartonCodeRead.objects.create(
        case_id=found.case_id, line=line, row1=CODE[0], row2=CODE[1], sorted_on=today(), company="XMYC",
        licence_no=CODE[1][4:], means="elsewhere", read_by=bureau["jia"].pk,
    )  # fmt: skip
    return found


def test_a_filed_case_goes_into_the_lake_whole(filed: Scene) -> None:
    port = ports.get(ports.CaseBook)  # type: ignore[type-abstract]
    assert port.hand_over() == 1
    case = Case.objects.get(pk=filed.case_id)
    (row,) = rows_of(open_lake(), "cases")
    assert (row["case_no"], row["filed_on"], row["cause_code"]) == (case.number, today(), "R01")
    assert (row["district_code"], row["cartons"], row["result"]) == ("350206", 12, "open")
    assert row["value"] > 0
    (party,) = rows_of(open_lake(), "case_parties")
    assert (party["role"], party["phone"], party["licence_no"]) == ("party", "13900000000", "350206150798")
    items = rows_of(open_lake(), "case_items")
    assert [(one["cartons"], one["carton_code"], one["kind"]) for one in items] == [
        (11, None, "diverted"), (1, "".join(CODE), "diverted"),
    ]  # fmt: skip
    assert {one["carton_barcode"] for one in items} == {RED}
    assert [one for one in verify().problems if "cartoncoderead" not in one.where] == []  # put in by hand above


def test_it_goes_in_once_and_again_when_something_changed(filed: Scene) -> None:
    assert (hand_over(), hand_over()) == (1, 0)
    case = Case.objects.get(pk=filed.case_id)
    CartonCodeRead.objects.update(removed_at=case.opened_at)
    Party.objects.update(removed_at=case.opened_at)
    advance(case)
    assert (hand_over(), hand_over()) == (1, 0)
    items = rows_of(open_lake(), "case_items")
    assert [(one["cartons"], one["carton_code"]) for one in items] == [(12, None), (0, None)]
    (party,) = rows_of(open_lake(), "case_parties")
    assert (party["name"], party["phone"], party["licence_no"]) == (None, None, None)
    assert len(rows_of(open_lake(), "cases")) == 1


def test_only_what_is_filed_or_decided_goes_in(bureau: Bureau, tmp_path: Path, settings: Any) -> None:
    settings.LAKE_DIR, settings.HOME_DIR = tmp_path / "lake", tmp_path / "home"
    tablet = bureau.open_case()
    tablet.done("party.set", party_id=str(new_id()), name="叶𬭎森", kind="individual_business")
    tablet.done("causes.set", codes=["M02"])
    tablet.done(
        "simple.set", facts="未在显著位置设置标志", penalty_kind="warning", defence="无异议", income="0",
    )  # fmt: skip
    at = tablet.state()["case"]["opened_at"]
    tablet.done("inspection.set", began_at=at, certificates_shown_at=at)
    tablet.done("presence.set", party_present=True)
    tablet.done("correction.set", what="立即设置标志")
    assert hand_over() == 0
    acts.act(officer=bureau["jia"], case_id=tablet.case_id, operation_id=new_id(), name="decide_on_the_spot")
    assert hand_over() == 1
    (row,) = rows_of(open_lake(), "cases")
    assert (row["case_no"], row["filed_on"], row["result"]) == (
        Case.objects.get(pk=tablet.case_id).clue_no, today(), "penalty",
    )  # fmt: skip


@pytest.mark.parametrize(
    "state, result",
    [
        (State.DECIDED_ON_THE_SPOT, "penalty"),
        (State.SERVED, "penalty"),
        (State.RECORDED, "penalty"),
        (State.FILED, "open"),
        *((state, None) for state in State if state not in RESULTS),
    ],
)
def test_the_lake_hears_of_a_penalty_on_the_spot_in_every_state_that_it_passes(
    bureau: Bureau, tmp_path: Path, settings: Any, state: State, result: str | None
) -> None:
    settings.LAKE_DIR, settings.HOME_DIR = tmp_path / "lake", tmp_path / "home"
    case = Case.objects.filter(pk=bureau.open_case().case_id)
    with pgtrigger.ignore("enforcement.Case:lawful_moves"):
        day = today() if state in (State.FILED, State.NOT_FILED) else None
        case.update(state=state, filed_on=day, simple={"decided_at": "2025-10-30T23:30:00+08:00"})
    assert hand_over() == (1 if result else 0)
    if result:
        (row,) = rows_of(open_lake(), "cases")
        assert (row["result"], row["filed_on"]) == (result, day or dt.date(2025, 10, 30))


def test_only_a_filed_case_or_a_penalty_goes_into_the_lake() -> None:
    assert set(RESULTS) == {State.FILED, State.DECIDED_ON_THE_SPOT, State.SERVED, State.RECORDED}
    assert {state: OUTCOMES.get(state) for state in RESULTS} == {
        State.FILED: "case", State.DECIDED_ON_THE_SPOT: "case", State.SERVED: None, State.RECORDED: None,
    }  # fmt: skip
