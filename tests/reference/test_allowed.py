"""What a cause allows is data, checked when it is loaded; its figures are those of the articles themselves."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from zhuanmai.core.clock import today
from zhuanmai.core.errors import Refused
from zhuanmai.core.units import in_ten_thousands
from zhuanmai.reference import allowed, causes, shipped, thresholds
from zhuanmai.reference.allowed import Duty, PenaltyKind, Simple
from zhuanmai.reference.citations import numeral
from zhuanmai.reference.models import Cause

D = Decimal
DATA = Path(allowed.__file__).parent / "data"
FILE = json.loads((DATA / "case_causes.json").read_text(encoding="utf-8"))["causes"]
PARTS = json.loads((DATA / "cause_parts.json").read_text(encoding="utf-8"))["causes"]
SOURCE = allowed.Source("case_causes.json", "R01")
TERMS = json.loads((DATA / "deadlines.json").read_text(encoding="utf-8"))


def laws() -> dict[str, allowed.Allowed]:
    """What every shipped cause allows."""
    return {code: allowed.allowed(law, SOURCE) for code, law in shipped.cause_laws(FILE, PARTS).items()}


@pytest.mark.parametrize(
    "code, field, value, words",
    [
        ("R01", "fine", {"min": 0.2, "max": 0.1, "base": "进货总额", "optional": True}, "fine.min 下限 0.2 大于上限 0.1"),
        ("R01", "fine", {"max": 0.1, "base": "进货总额", "optional": True}, "fine.min 缺少"),
        ("R01", "fine", {"min": 0.1, "base": "进货总额", "optional": True}, "fine.max 缺少"),
        ("R01", "fine", {"min": "x", "max": 1, "base": "进货总额", "optional": True}, "fine.min “x”不是数字"),
        ("R01", "fine", {"min": "NaN", "max": 1, "base": "进货总额", "optional": True}, "fine.min “NaN”不是数字"),
        ("R01", "fine", {"min": -0.1, "max": 0.1, "base": "进货总额", "optional": True}, "fine.max 超出 0 到 10"),
        ("R01", "fine", {"min": 0, "max": 0, "base": "进货总额", "optional": True}, "fine.max 超出 0 到 10"),
        ("R01", "fine", {"min": 0, "max": 10.1, "base": "进货总额", "optional": True}, "fine.max 超出 0 到 10"),
        ("R01", "fine", {"min": 0.05, "max": 0.1, "optional": True}, "fine.base"),
        ("R01", "fine", {"min": 0.05, "max": 0.1, "base": "进货总额"}, "fine.optional"),
        ("R01", "fine", {"min": 0, "max": 1, "fixed_min": 0, "fixed_max": 9, "base": "额", "optional": True}, "只取一种"),
        ("R01", "fine", {"aggravated_min": 0, "aggravated_max": 9, "optional": True}, "只取一种"),
        ("R01", "fine", {"share": 0.1, "optional": True}, "fine.share 不认识"),
        ("R01", "penalised", ["实施条例 156"], "penalised “实施条例 156”：《中华人民共和国烟草专卖法实施条例》没有第一百五十六条"),
        ("R01", "penalised", ["第五十六条"], "penalised 看不懂“第五十六条”"),
        ("R01", "penalised", [], "penalised 没有写明处罚条款"),
        ("R01", "violated", ["实施条例 23(9)"], "violated “实施条例 23(9)”"),
        ("R01", "confiscate", ["车辆"], "confiscate 不认识“车辆”"),
        ("R01", "simple_procedure", "sometimes", "simple_procedure 不认识“sometimes”"),
        ("R01", "decided_by", "police", "decided_by 不认识“police”"),
        ("R01", "certainty", "sure", "certainty 不认识“sure”"),
        ("R01", "decidable", False, "decidable 为 false，却有处罚"),
        ("R01", "same_penalty_as", "X99", "same_penalty_as “X99”不存在"),
        ("R01", "warning", "detention", "warning 不认识“detention”"),
        ("W01", "order", "行政拘留", "order 看不懂“行政拘留”"),
        ("M01", "aggravated", {"order": ["行政拘留"]}, "aggravated.order 看不懂“行政拘留”"),
        ("E01", "simple_procedure", "by_amount", "simple_procedure 允许当场处罚，却没有警告或者罚款"),
    ],
)  # fmt: skip
def test_a_cause_that_cannot_be_is_refused_with_file_cause_and_field(
    code: str, field: str, value: Any, words: str
) -> None:
    rows = copy.deepcopy(FILE)
    next(row for row in rows if row["code"] == code)[field] = value
    with pytest.raises(Refused) as refusal:
        shipped.cause_laws(rows, PARTS)
    assert refusal.value.code == "cause_data"
    assert f"case_causes.json 中案由 {code} 的 " in refusal.value.detail
    assert words in refusal.value.detail


@pytest.mark.parametrize(
    "code, value, words",
    [
        ("R01", None, "cause_parts.json 中案由 R01 的 parts 缺少"),
        ("X99", {"parts": []}, "cause_parts.json 中案由 X99 的 code 不在 case_causes.json 中"),
        ("R04", {"parts": [{"kind": "detention", "duty": "must", "when": "always"}]}, "parts[1].kind 不认识“detention”"),
        ("R04", {"parts": [{"kind": "fine", "duty": "must", "when": "always"}]}, "parts[1].kind 不能是“罚款”"),
        ("R04", {"parts": [{"kind": "destroy", "duty": "perhaps", "when": "always"}]}, "parts[1].duty 不认识“perhaps”"),
        ("R04", {"parts": [{"kind": "destroy", "duty": "must", "when": "never"}]}, "parts[1].when 不认识“never”"),
        (
            "R04",
            {"parts": [{"kind": "destroy", "duty": "must", "when": "always", "law": "实施条例 99"}]},
            "parts[1].law “实施条例 99”",
        ),
        ("R01", {"parts": [], "aggravated_by": ["leaf_aggravated"]}, "aggravated_by 有情节严重的标准，却没有"),
        ("R04", {**PARTS["R04"], "aggravated_by": ["moon"]}, "cause_parts.json 中案由 R04 的 aggravated_by “moon”不存在"),
    ],
)  # fmt: skip
def test_what_is_added_of_goods_and_aggravated_forms_is_checked_too(code: str, value: Any, words: str) -> None:
    parts = {**PARTS, code: value}
    with pytest.raises(Refused) as refusal:
        shipped.cause_laws(FILE, {key: part for key, part in parts.items() if part is not None})
    assert words in refusal.value.detail


def test_a_code_twice_is_refused() -> None:
    with pytest.raises(Refused, match="cause_data"):
        shipped.cause_laws([*FILE, FILE[0]], PARTS)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"more_than": 5}, "at_least 与 more_than 应当只有一个"),
        ({"at_least": 0}, "at_least 应大于 0"),
        ({"measure": "weight"}, "不认识"),
        ({"group": "other"}, "不认识"),
        ({"condition": "no licence"}, "不认识"),
        ({"law": "实施条例 124"}, "没有第一百二十四条"),
        ({"law": "24"}, "law 没有写明条款"),
    ],
)
def test_a_threshold_that_cannot_be_is_refused(changes: dict[str, Any], words: str) -> None:
    row = {"code": "x", "group": "wholesale", "what": "", "measure": "cartons", "at_least": 50, "law": "实施条例 24"}
    thresholds.parsed([row])
    with pytest.raises(Refused) as refusal:
        thresholds.parsed([{**row, **changes}])
    assert refusal.value.code == "threshold_data"
    assert words in refusal.value.detail
    with pytest.raises(Refused, match="threshold_data"):
        thresholds.parsed([row, row])


K = PenaltyKind


@pytest.mark.parametrize(
    "code, plain, aggravated, compulsory",
    [
        ("R01", {K.CONFISCATE_INCOME, K.FINE}, set(), {K.CONFISCATE_INCOME}),
        ("R03", {K.CONFISCATE_INCOME, K.FINE, K.STOP_SALE, K.DESTROY}, set(), "all"),
        ("R04", {K.FINE, K.PURCHASE}, {K.CONFISCATE_GOODS, K.CONFISCATE_INCOME}, {K.FINE}),
        ("R06", {K.FINE, K.PURCHASE}, set(), {K.FINE}),
        ("W01", {K.CONFISCATE_INCOME, K.FINE, K.CLOSE, K.STOP_TRADE}, set(), {K.CONFISCATE_INCOME, K.FINE}),
        ("P02", {K.CONFISCATE_INCOME, K.FINE, K.STOP_PRODUCTION, K.DESTROY}, set(), "all"),
        ("P03", {K.FINE, K.PURCHASE}, {K.CONFISCATE_GOODS, K.CONFISCATE_INCOME}, {K.PURCHASE}),
        (
            "M03",
            {K.WARNING, K.CONFISCATE_INCOME, K.FINE, K.CORRECT},
            {K.SUSPEND_BUSINESS, K.REVOKE_LICENCE},
            {K.WARNING, K.CONFISCATE_INCOME, K.CORRECT},
        ),
        ("E01", set(), set(), set()),
        ("L03", {K.WARNING}, set(), {K.WARNING}),
        ("L04", {K.WITHDRAW_LICENCE}, set(), "all"),
    ],
)
def test_what_an_article_provides(
    code: str, plain: set[PenaltyKind], aggravated: set[PenaltyKind], compulsory: set[PenaltyKind] | str
) -> None:
    found = laws()[code]
    assert found.kinds_when(aggravated=False) == plain
    assert found.kinds_when(aggravated=True) - plain == aggravated
    assert found.kinds == plain | aggravated
    assert found.compulsory == (plain if compulsory == "all" else compulsory)


def test_the_purchase_falls_away_when_goods_are_confiscated() -> None:
    for code in ("R04", "P03"):
        assert PenaltyKind.PURCHASE not in laws()[code].kinds_when(aggravated=True)


def test_goods_are_taken_always_when_aggravated_or_never() -> None:
    found = laws()
    destroyed = {"R03", "P01", "P02"}
    assert {code for code, law in found.items() if law.goods_taken()} == destroyed
    assert {code for code, law in found.items() if law.goods_taken(aggravated=True)} == destroyed | {"R04", "P03"}
    both = {**FILE[0], "confiscate": ["违法物品"], "parts": PARTS["R04"]["parts"]}
    assert allowed.allowed(both, SOURCE).goods_taken()


def test_income_is_taken_where_the_article_says_so() -> None:
    found = laws()
    taken = {code for code, law in found.items() if law.income_taken()}
    assert taken == {"R01", "R02", "R03", "R05", "W01", "W02", "W04", "P01", "P02", "M01", "M02", "M03", "M04"}
    assert {code for code, law in found.items() if law.income_taken(aggravated=True)} == taken | {"R04", "P03"}


def test_who_decides_is_the_bureau_another_or_named_by_nobody() -> None:
    found = {code: law.decided_by for code, law in laws().items() if law.decided_by}
    assert found == {
        "R02": allowed.Authority.MARKET_SUPERVISION,
        "C01": allowed.Authority.UNNAMED,
        "C02": allowed.Authority.UNNAMED,
    }


@pytest.mark.parametrize("code, plain, worse", [("M01", 50000, 500000), ("R01", 100, 100), ("R04", 500, 500)])
def test_the_highest_fine_of_an_act_aggravated_or_not(code: str, plain: int, worse: int) -> None:
    fine = laws()[code].fine
    assert fine
    assert (fine.most(D(1000)), fine.most(D(1000), aggravated=True)) == (plain, worse)


def test_who_is_always_heard_is_what_the_terms_say() -> None:
    listed = TERMS["hearing_thresholds"]["always"]
    always = {text for text in listed if re.fullmatch(r"[A-Z]\d\d", text)}
    aggravated = {code for text in listed if "aggravated" in text for code in re.findall(r"[A-Z]\d\d", text)}
    found = laws()
    assert {code for code, law in found.items() if law.heard_always()} == always
    assert {code for code, law in found.items() if law.heard_always(aggravated=True)} == always | aggravated
    assert found["M01"].heard_always(aggravated=True) == (PenaltyKind.SUSPEND_BUSINESS, PenaltyKind.REVOKE_LICENCE)


def _share(share: Decimal) -> str:
    return f"{share.normalize():f}倍" if share >= 1 else f"{(share * 100).normalize():f}%"


def test_every_range_stands_in_an_article_that_penalises() -> None:
    for code, law in laws().items():
        if law.fine is None:
            continue
        text = "".join(one.whole_article for one in articles(code))
        if law.fine.max is not None:
            low = f"{_share(law.fine.min or D(0))}以上" if law.fine.min else ""
            assert f"{low}{_share(law.fine.max)}以下" in text, code
        else:
            for sum_of_money in (law.fine.fixed_max, law.fine.aggravated_max):
                assert _chinese(sum_of_money or D(0)) + "元以下" in text, code


def articles(code: str) -> tuple[Any, ...]:
    """The articles that penalise a cause."""
    return allowed.cited(shipped.cause_laws(FILE, PARTS)[code], SOURCE)["penalised"]


def _chinese(number: Decimal) -> str:
    """50000 → 五万, as laws write it."""
    return numeral(int(number / 10000)) + "万"


def test_every_threshold_stands_in_the_sentence_that_it_cites() -> None:
    for rule in thresholds.thresholds():
        text = "".join(one.whole_article for one in rule.citations)
        plain = f"{rule.limit / 10000 if rule.limit == 1000000 and rule.strict else rule.limit:f}"
        said = {in_ten_thousands(rule.limit), plain, _chinese(rule.limit) if rule.limit >= 10000 else plain}
        assert any(number in text for number in said), rule.code
        assert ("超过" in "".join(one.text for one in rule.citations)) == rule.strict, rule.code


def test_words_are_made_from_the_figures() -> None:
    known = {one.code: one.what for one in thresholds.thresholds()}
    assert known["wholesale_presumed"] == "一次销售卷烟、雪茄烟50条以上视为无证批发"
    assert known["transport_aggravated_value"] == "无证运输情节严重：价值超过5万元"
    assert known["transport_aggravated_sticks"] == "无证运输情节严重：超过100件（每1万支为1件）"
    limits = thresholds.spot_limits()
    assert (limits.citizen, limits.organisation, limits.law) == (200, 3000, "行政处罚法 51")


def test_simple_procedure_and_duty_are_kinds_not_prose() -> None:
    found = laws()
    assert found["R01"].simple is Simple.BY_AMOUNT
    assert found["M02"].simple is Simple.WITHOUT_INCOME
    assert found["L01"].simple is Simple.NEVER
    assert {part.duty for part in found["R04"].parts if part.kinds == (K.FINE,)} == {Duty.MUST}
    assert {part.duty for part in found["R05"].parts if part.kinds == (K.FINE,)} == {Duty.MAY}


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "changes, words",
    [
        ({"order": "行政拘留"}, "看不懂“行政拘留”"),
        ({"confiscate": "车辆"}, "不认识“车辆”"),
        ({"min": "", "max": "", "base": ""}, "没有警告或者罚款"),
    ],
)
def test_the_bureau_is_held_to_the_same_check(
    browser_of: Callable[[str], Client], changes: dict[str, str], words: str
) -> None:
    given = {
        "code": "R07", "name": "本局案由", "violated": "实施条例 23(2)", "penalised": "实施条例 56", "min": "0.06",
        "max": "0.1", "base": "进货总额", "confiscate": "违法所得、违法物品", "order": "责令关闭", "warning": "optional",
        "simple_procedure": "by_amount", "certainty": "rule", "source": "本局规定", "valid_from": today().isoformat(),
    }  # fmt: skip
    client = browser_of("reference_editor")
    assert words in client.post("/reference/causes/new/", {**given, "warning": "", **changes}).content.decode()
    assert not Cause.objects.filter(code="R07").exists()
    assert client.post("/reference/causes/new/", given).status_code == 302
    found = causes.cause("R07").allows
    assert found.kinds == {K.WARNING, K.FINE, K.CONFISCATE_INCOME, K.CONFISCATE_GOODS, K.CLOSE}
    assert found.goods_taken()
    assert found.heard_always() == (K.CLOSE,)
