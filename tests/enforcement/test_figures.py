"""Figures that the bureau sets: the hearing follows its unit and day; goods without a product are priced by kind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau, TabletClient
from zhuanmai.accounts.models import Unit
from zhuanmai.accounts.queries import bureau_of
from zhuanmai.core.clock import today
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.case_rows import CaseRows
from zhuanmai.enforcement.facts_for_documents import case_facts
from zhuanmai.enforcement.models import Case, ItemLine
from zhuanmai.reference import services

pytestmark = pytest.mark.django_db
D = Decimal
RED = "6901028314985"


def hearing(tablet: TabletClient) -> dict[str, Any]:
    """The light of the hearing."""
    return next(one for one in tablet.state()["thresholds"] if one["code"] == "hearing")


def counted(bureau: Bureau, kind: str = "individual_business") -> TabletClient:
    """A case with a hundred cartons, a party and the cause R01."""
    tablet = bureau.open_case()
    tablet.done("party.set", party_id=str(new_id()), kind=kind, name="叶𬭎森")
    tablet.done("scan", barcode=RED, n=100, unit="carton", via="gun")
    tablet.done("causes.set", codes=["R01"])
    return tablet


def set_figure(bureau: Bureau, unit: Unit, fine: str | None, *, party: str = "citizen", days: int = 0) -> None:
    """A figure from so many days ago."""
    services.set_hearing_threshold(
        actor=bureau["editor"], unit=unit, party=party, fine=D(fine) if fine else None, confiscation=None,
        valid_from=today() - dt.timedelta(days=days), source="闽烟规〔2026〕1号",
    )  # fmt: skip


def test_without_a_figure_the_hearing_is_always_offered(bureau: Bureau) -> None:
    light = hearing(counted(bureau))
    assert light["level"] == "warning"
    assert "未设" in light["detail"]


def test_the_figure_of_the_nearest_unit_above_decides_with_its_article_and_source(bureau: Bureau) -> None:
    tablet = counted(bureau)
    district = bureau_of(bureau["jia"].unit)
    city = district.parent
    assert city is not None
    set_figure(bureau, city, "100")
    light = hearing(tablet)
    assert (light["level"], light["article"]) == ("danger", "行政处罚法 63")
    assert "闽烟规〔2026〕1号" in light["detail"]
    set_figure(bureau, district, "100000")
    assert hearing(tablet)["level"] == "off"


def test_a_later_figure_counts_from_its_day_and_an_empty_one_takes_it_back(bureau: Bureau) -> None:
    tablet, unit = counted(bureau), bureau_of(bureau["jia"].unit)
    set_figure(bureau, unit, "100000", days=30)
    assert hearing(tablet)["level"] == "off"
    set_figure(bureau, unit, "100", days=-1)
    assert hearing(tablet)["level"] == "off"
    set_figure(bureau, unit, None, days=1)
    assert hearing(tablet)["level"] == "warning"


def test_a_firm_has_its_own_figure_and_an_individual_business_counts_as_a_citizen(bureau: Bureau) -> None:
    unit = bureau_of(bureau["jia"].unit)
    set_figure(bureau, unit, "100")
    set_figure(bureau, unit, "100000", party="organisation")
    assert hearing(counted(bureau))["level"] == "danger"
    assert hearing(counted(bureau, "organisation"))["level"] == "off"
    set_figure(bureau, unit, "100000", party="individual_business")
    assert hearing(counted(bureau))["level"] == "off"


@pytest.mark.parametrize(
    "goods, unit, n, price, value",
    [
        ("leaf", "kg", 20, "66.14", "1322.80"),
        ("cut", "kg", 2, "99.21", "198.42"),
        ("tube", "10k_sticks", 3, "468.00", "1404.00"),
    ],
)
def test_goods_without_a_product_are_priced_by_kind_and_unit_with_their_basis(
    bureau: Bureau, goods: str, unit: str, n: int, price: str, value: str
) -> None:
    tablet = bureau.open_case()
    tablet.done("unlisted.register", name="散装物品", goods=goods, unit=unit, n=n, kind="unlicensed")
    (line,) = tablet.state()["lines"]
    assert (line["price"], line["per"], line["value"]) == (price, unit, value)
    assert line["price_mark"] == "按物品核价"
    assert "示例" in line["price_basis"]
    facts = case_facts(CaseRows(Case.objects.get(pk=tablet.case_id)))
    assert facts.prices is not None
    assert "按物品核价1项：第1项散装物品（" in str(facts.prices.basis)


def test_without_a_price_of_the_bureau_goods_stay_unpriced_until_one_is_set_by_hand(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.done("unlisted.register", name="烟弹", goods="ecigarette", unit="piece", n=10, kind="unlicensed")
    (line,) = tablet.state()["lines"]
    assert (line["price"], line["price_mark"]) == (None, "未核价")
    tablet.done("line.set", line_id=line["id"], price="30", price_reason="当事人供述售价", per="piece")
    tablet.done("line.set", line_id=line["id"], goods="material")
    (line,) = tablet.state()["lines"]
    assert (line["price"], line["price_mark"], line["value"]) == ("30.00", "手工价", "300.00")


def test_a_new_price_changes_no_line_that_was_entered_before(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.done("unlisted.register", name="烟叶", goods="leaf", unit="kg", n=1, kind="unlicensed")
    services.set_goods_price(
        actor=bureau["editor"], goods="leaf", per="kg", amount=D("70"), valid_from=today(), source="调拨价通知",
        certainty="practice", article="两高烟草解释 4(二)",
    )  # fmt: skip
    tablet.done("unlisted.register", name="片烟", goods="leaf", unit="kg", n=1, kind="unlicensed")
    assert [str(line.price) for line in ItemLine.objects.order_by("place_in_case")] == ["66.14", "70.00"]
