"""What the bureau sets by day: causes, hearing thresholds, prices by kind, product facts; each with its entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from zhuanmai.accounts.models import Unit
from zhuanmai.core.clock import today
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify
from zhuanmai.reference import causes, loading
from zhuanmai.reference.figures import goods_price, hearing_threshold
from zhuanmai.reference.models import Cause, GoodsPrice, HearingThreshold, Product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]
CAUSE = {
    "name": "未在当地烟草专卖批发企业进货", "english": "buying elsewhere", "who": "", "violated": "实施条例 23(2)",
    "penalised": "实施条例 56", "min": "0.06", "max": "0.1", "base": "进货总额", "fixed_min": "", "fixed_max": "",
    "optional": "on", "confiscate": "违法所得", "order": "", "simple_procedure": "by_amount",
    "certainty": "statute", "source": "实施条例（2027年修订）",
}  # fmt: skip


@pytest.fixture
def bureau() -> Unit:
    """A bureau that sets figures."""
    return Unit.objects.create(code="350206", name="湖里区烟草专卖局", kind="district_bureau", abbreviation="厦湖烟")


def entries(kind: str) -> list[dict[str, Any]]:
    """The facts of the entries of one kind."""
    return list(Entry.objects.filter(kind=kind).order_by("seq").values_list("facts", flat=True))


def test_a_cause_changes_from_its_day_and_what_stood_before_stays(browser_of: Callable[[str], Client]) -> None:
    client, day = browser_of("reference_editor"), today() + dt.timedelta(days=10)
    answer = client.post("/reference/causes/R01/edit/", {**CAUSE, "valid_from": day.isoformat()})
    assert answer.status_code == 302
    assert [causes.cause("R01", on).fine.percent_min for on in (today(), day)] == [5, 6]  # type: ignore[union-attr]
    (facts,) = entries("reference.cause_changed")
    assert (facts["code"], facts["valid_from"]) == ("R01", day.isoformat())
    assert "比例下限 0.05 → 0.06" in facts["changes"]
    assert [one.code for one in causes.causes(day)] == [one.code for one in causes.causes(dt.date(2020, 1, 1))]
    before, after = (client.get(f"/reference/causes/R01/?on={on}").content.decode() for on in ("", day))
    assert "5%–10%" in before
    assert "6%–10%" in after
    loading.load()
    assert causes.cause("R01", day).fine.percent_min == 6  # type: ignore[union-attr]
    assert [one for one in verify().problems if one.where.startswith("reference.")] == []


def test_a_cause_of_the_bureaus_own_is_added_once(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("reference_editor")
    given = {**CAUSE, "code": "R07", "name": "本局案由", "valid_from": today().isoformat()}
    assert client.post("/reference/causes/new/", given).status_code == 302
    assert causes.cause("R07").name == "本局案由"
    answer = client.post("/reference/causes/new/", given)
    assert "已有编码为 R07 的案由" in answer.content.decode()
    assert Cause.objects.filter(code="R07").count() == 1


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"violated": "第二十三条"}, "看不懂“第二十三条”"),
        ({"violated": "实施条例 230"}, "没有第二百三十条"),
        ({"min": "0.2"}, "从小到大"),
        ({"max": ""}, "一起填写"),
        ({"base": ""}, "以什么为基数"),
        ({"fixed_min": "0", "fixed_max": "100"}, "只填一种"),
    ],
)
def test_a_cause_that_cannot_be_is_refused_in_words_and_nothing_is_lost(
    browser_of: Callable[[str], Client], changes: dict[str, str], words: str
) -> None:
    given = {**CAUSE, "valid_from": today().isoformat(), **changes}
    text = browser_of("reference_editor").post("/reference/causes/R01/edit/", given).content.decode()
    assert words in text
    assert "实施条例（2027年修订）" in text
    assert not Cause.objects.filter(set_by_bureau=True).exists()


def test_a_hearing_threshold_is_set_with_article_and_basis(browser_of: Callable[[str], Client], bureau: Unit) -> None:
    client = browser_of("reference_editor")
    given = {
        "unit": str(bureau.pk), "party": "citizen", "fine": "10000", "confiscation": "", "valid_from": today(),
        "article": "行政处罚法 63", "source": "闽烟规〔2026〕1号",
    }  # fmt: skip
    assert client.post("/reference/hearing/", given).status_code == 302
    found = hearing_threshold(bureau, "individual_business", today())
    assert found is not None
    assert (found.fine, found.confiscation) == (Decimal(10000), None)
    text = client.get("/reference/hearing/").content.decode()
    assert all(words in text for words in ("¥10,000.00", "闽烟规〔2026〕1号", "现行", "较大数额罚款"))
    assert "请换一天" in client.post("/reference/hearing/", given).content.decode()
    assert "没有第二百条" in client.post("/reference/hearing/", {**given, "article": "行政处罚法 200"}).content.decode()
    assert HearingThreshold.objects.count() == len(entries("reference.hearing_set")) == 1
    assert [one for one in verify().problems if one.where.startswith("reference.")] == []


def test_goods_are_priced_by_day_and_in_their_own_units(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("reference_editor")
    given = {
        "goods": "ecigarette", "per": "piece", "amount": "45", "valid_from": today(), "article": "",
        "source": "本局核价通知", "certainty": "practice",
    }  # fmt: skip
    assert goods_price("ecigarette", "piece", today()) is None
    assert client.post("/reference/goods-prices/", given).status_code == 302
    found = goods_price("ecigarette", "piece", today())
    assert found is not None
    assert (found.amount, found.basis) == (Decimal(45), "本局核价通知")
    assert goods_price("ecigarette", "piece", today() - dt.timedelta(days=1)) is None
    assert "按公斤计价" in client.post("/reference/goods-prices/", {**given, "goods": "leaf"}).content.decode()
    assert entries("reference.goods_price_set")[0]["price"] == "45.00 元/个"
    assert "按烟叶价的 1.5 倍" in client.get("/reference/goods-prices/").content.decode()
    leaf, cut = (goods_price(goods, "kg", today()) for goods in ("leaf", "cut"))
    assert leaf is not None
    assert cut is not None
    assert (leaf.amount, cut.amount) == (Decimal("66.14"), Decimal("99.21"))


def test_a_products_packing_is_put_right_with_its_basis(browser_of: Callable[[str], Client]) -> None:
    client, product = browser_of("reference_editor"), Product.objects.filter(sticks_per_carton=200)[0]
    given = {
        "act": "facts", "brand": product.brand, "manufacturer": product.manufacturer,
        "price_class": product.price_class, "packs_per_carton": "10", "sticks_per_carton": "165", "listed": "on",
        "source": "包装标注",
    }  # fmt: skip
    address = f"/reference/products/{product.pk}/"
    assert "不能平均装入 10 包" in client.post(address, given).content.decode()
    assert client.post(address, {**given, "sticks_per_carton": "160"}).status_code == 302
    product.refresh_from_db()
    assert (product.sticks_per_carton, product.set_by_bureau) == (160, True)
    assert "每条支数 200 → 160" in entries("reference.product_changed")[0]["changes"]
    loading.load()
    product.refresh_from_db()
    assert product.sticks_per_carton == 160


@pytest.mark.parametrize("path", ["/reference/hearing/", "/reference/goods-prices/", "/reference/causes/R01/edit/"])
def test_others_read_and_do_not_change(browser_of: Callable[[str], Client], path: str, bureau: Unit) -> None:
    client = browser_of("officer")
    assert client.get(path).status_code == (403 if "edit" in path else 200)
    given = {**CAUSE, "valid_from": today(), "unit": str(bureau.pk), "party": "citizen", "fine": "1", "article": ""}
    goods = {"goods": "leaf", "per": "kg", "amount": "1"}
    client.post(path, {**given, **goods, "article": "行政处罚法 63"})
    assert not HearingThreshold.objects.exists()
    assert not GoodsPrice.objects.filter(set_by__isnull=False).exists()
    assert not Cause.objects.filter(set_by_bureau=True).exists()
