"""What may be decided on the spot, by table: kinds that the article knows, limits by kind of party, causes, figures."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import Scene, scene
from zhuanmai.core.errors import Refused
from zhuanmai.deadlines.models import Deadline
from zhuanmai.enforcement import penalties
from zhuanmai.enforcement.kit import kit
from zhuanmai.enforcement.models import Case
from zhuanmai.reference import allowed as allowed_law
from zhuanmai.reference import shipped
from zhuanmai.reference.allowed import PenaltyKind, Source, allowed, cited
from zhuanmai.reference.causes import CauseFound
from zhuanmai.reference.thresholds import SpotLimits, spot_limits

LAW = "行政处罚法 51"
DATA = Path(allowed_law.__file__).parent / "data"
FILE, PARTS = (json.loads((DATA / f"{name}.json").read_text())["causes"] for name in ("case_causes", "cause_parts"))
LAWS = shipped.cause_laws(FILE, PARTS)
LIMITS = SpotLimits(Decimal(200), Decimal(3000), LAW)


def cause(code: str, **more: Any) -> CauseFound:
    """A shipped cause, with something changed."""
    law = {**LAWS[code], **more}
    source = Source("case_causes.json", code)
    articles = cited(law, source)
    return CauseFound(
        code, law["name"], "", "", articles["violated"], articles["penalised"], allowed(law, source), (), "",
        law.get("decidable", True), "statute", (),
    )  # fmt: skip


@pytest.mark.parametrize(
    "penalty, codes, words",
    [
        ("warning", ["M02"], None),
        ("fine", ["M02"], None),
        ("warning_and_fine", ["M02"], None),
        ("fine", ["R01"], None),
        ("fine", ["R01", "M02"], None),
        ("fine", [], None),
        ("detention", [], "行政处罚法 51"),
        ("detention", ["M02"], "当场只能给予警告或者罚款（行政处罚法 51），不能是“detention”"),
        ("confiscate_income", ["M02"], "不能是“没收违法所得”"),
        ("close", ["W01"], "不能是“责令关闭”"),
        ("", ["M02"], "行政处罚法 51"),
        ("warning", ["R01"], "《中华人民共和国烟草专卖法实施条例》第五十六条）没有规定警告"),
        ("warning_and_fine", ["R01"], "没有规定警告；"),
        ("warning", ["R01", "M02"], "没有规定警告；"),
        ("warning", ["M02", "R01"], "“未在当地烟草专卖批发企业进货”"),
        ("fine", ["L03"], "《中华人民共和国行政许可法》第七十八条）没有规定罚款"),
        ("warning_and_fine", ["E01"], "（没有处罚条款）没有规定警告、罚款"),
    ],
)
def test_a_kind_of_penalty_is_one_that_51_and_the_causes_article_know(
    penalty: str, codes: list[str], words: str | None
) -> None:
    chosen = [cause(code) for code in codes]
    if words is None:
        penalties.check_kind(penalty, chosen, LAW)
        return
    with pytest.raises(Refused) as refusal:
        penalties.check_kind(penalty, chosen, LAW)
    assert (refusal.value.code, refusal.value.field) == ("penalty_kind", "simple.penalty_kind")
    assert words in refusal.value.detail


@pytest.mark.parametrize(
    "penalty, amount, party, holds",
    [
        ("fine", "200", "person", True),
        ("fine", "200.01", "person", False),
        ("fine", "200", "individual_business", True),
        ("fine", "201", "individual_business", False),
        ("fine", "3000", "organisation", True),
        ("fine", "3000.01", "organisation", False),
        ("fine", "3000", "individual_business", False),
        ("fine", "200", "", True),
        ("fine", "201", "", False),
        ("fine", "0.01", "person", True),
        ("fine", "0", "person", False),
        ("fine", "-1", "organisation", False),
        ("fine", None, "person", False),
        ("fine", "much", "person", False),
        ("warning", None, "person", True),
        ("warning", "9999", "person", True),
        ("warning_and_fine", "200", "person", True),
        ("warning_and_fine", "201", "person", False),
        ("warning_and_fine", None, "organisation", False),
    ],
)
def test_a_fine_on_the_spot_stays_within_the_limit_of_the_party(
    penalty: str, amount: str | None, party: str, holds: bool
) -> None:
    if holds:
        penalties.check_amount(penalty, amount, party, LIMITS)
        return
    with pytest.raises(Refused) as refusal:
        penalties.check_amount(penalty, amount, party, LIMITS)
    assert (refusal.value.code, refusal.value.field) == ("over_limit", "simple.amount")
    limit = "3000" if party == "organisation" else "200"
    assert f"当场罚款应在 {limit} 元以下（行政处罚法 51）" in refusal.value.detail


def test_the_limits_come_from_the_data() -> None:
    assert spot_limits() == LIMITS
    other = SpotLimits(Decimal(500), Decimal(5000), LAW)
    penalties.check_amount("fine", "500", "person", other)
    with pytest.raises(Refused, match="over_limit"):
        penalties.check_amount("fine", "501", "person", other)


@pytest.mark.parametrize(
    "code, more, refused",
    [
        ("R01", {}, None),
        ("M02", {}, None),
        ("R03", {}, "not_simple"),
        ("R02", {}, "not_simple"),
        ("E01", {}, "not_simple"),
        ("R01", {"decided_by": "market_supervision"}, "not_ours"),
        ("R01", {"simple_procedure": "never"}, "not_simple"),
    ],
)
def test_a_cause_is_decided_on_the_spot_where_its_data_say_so(code: str, more: dict[str, str], refused: str) -> None:
    chosen = [cause("M02"), cause(code, **more)]
    if refused is None:
        penalties.check_simple(chosen)
        return
    with pytest.raises(Refused, match=refused):
        penalties.check_simple(chosen)


@pytest.mark.parametrize(
    "code, kinds",
    [
        ("M02", ["warning", "fine", "warning_and_fine"]),
        ("R01", ["fine"]),
        ("R03", []),
        ("E01", []),
        ("L03", []),
    ],
)
def test_the_tablet_is_offered_what_the_article_knows(code: str, kinds: list[str]) -> None:
    assert penalties.offered(cause(code)) == kinds


def test_words_and_whether_a_fine_is_to_be_paid() -> None:
    assert {code: (penalties.words(code), penalties.is_fine(code)) for code in penalties.ON_THE_SPOT} == {
        "warning": ("警告", False),
        "fine": ("罚款", True),
        "warning_and_fine": ("警告、罚款", True),
    }
    assert all(PenaltyKind.FINE in kinds or kinds == (PenaltyKind.WARNING,) for kinds in penalties.ON_THE_SPOT.values())


SHEET = {"facts": "未设标志", "amount": "100", "payment": "当场", "defence": "无异议"}


def decided(found: Scene) -> Case:
    """The case after its decision on the spot."""
    found["jia"].act(found.case_id, "decide_on_the_spot")
    return Case.objects.get(pk=found.case_id)


@pytest.mark.parametrize(
    "codes, penalty, words", [(["M02"], "detention", "行政处罚法 51"), (["R01"], "warning", "第五十六条")]
)
def test_a_sheet_with_a_kind_that_the_law_does_not_know_is_refused(
    bureau: Bureau, codes: list[str], penalty: str, words: str
) -> None:
    found = scene(bureau)
    found.tablet.done("causes.set", codes=codes)
    answer = found.tablet.do("simple.set", **SHEET, penalty_kind=penalty)
    assert (answer.status, answer.code) == ("refused", "penalty_kind")
    assert words in answer.detail
    assert not Case.objects.get(pk=found.case_id).simple


@pytest.mark.parametrize("penalty", ["detention", "warning"])
def test_no_decision_on_the_spot_gives_what_the_cause_does_not_know(bureau: Bureau, penalty: str) -> None:
    """Whatever the sheet holds: it may be older than the cause."""
    found = scene(bureau)
    found.tablet.done("causes.set", codes=["R01"])
    Case.objects.filter(pk=found.case_id).update(simple={**SHEET, "penalty_kind": penalty})
    with pytest.raises(Refused) as refusal:
        decided(found)
    assert refusal.value.code == "penalty_kind"
    assert Case.objects.get(pk=found.case_id).state != "on_the_spot_decision"


@pytest.mark.parametrize("penalty, to_pay", [("warning", False), ("fine", True), ("warning_and_fine", True)])
def test_what_is_decided_begins_the_terms_that_belong_to_it(bureau: Bureau, penalty: str, to_pay: bool) -> None:
    found = scene(bureau)
    found.tablet.done("causes.set", codes=["M02"])
    found.tablet.done("simple.set", **SHEET, penalty_kind=penalty)
    case = decided(found)
    begun = set(Deadline.objects.filter(subject_id=case.pk).values_list("code", flat=True))
    assert "reconsideration" in begun
    assert ("pay_fine" in begun) == to_pay


def test_the_kit_brings_kinds_limits_and_words_of_payment(bureau: Bureau) -> None:
    brought = kit(bureau["jia"])
    by_code = {one["code"]: one for one in brought["causes"]}
    assert {code: by_code[code]["on_the_spot"] for code in ("R01", "R02", "M02")} == {
        "R01": ["fine"],
        "R02": [],
        "M02": ["warning", "fine", "warning_and_fine"],
    }
    assert brought["simple"] == {
        "penalties": [
            {"code": "warning", "name": "警告"},
            {"code": "fine", "name": "罚款"},
            {"code": "warning_and_fine", "name": "警告、罚款"},
        ],
        "citizen_max": "200",
        "organisation_max": "3000",
        "payment": "自收到决定书之日起十五日内到指定银行缴纳",
    }


@pytest.mark.parametrize(
    "code, more, refused",
    [
        (
            "R01",
            {"simple_procedure": "never"},
            ("not_simple", "“未在当地烟草专卖批发企业进货”不适用简易程序；请走普通程序立案。"),
        ),
        (
            "R01",
            {"decided_by": "market_supervision"},
            ("not_ours", "“未在当地烟草专卖批发企业进货”不由烟草专卖局处罚；请移送有权机关。"),
        ),
    ],
)
def test_a_cause_that_is_not_decided_on_the_spot_says_where_to_go(
    code: str, more: dict[str, str], refused: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as said:
        penalties.check_simple([cause(code, **more)])
    assert (said.value.code, said.value.field) == (refused[0], "causes")
    assert said.value.detail == refused[1]


@pytest.mark.parametrize(
    "sheet, codes, party, code",
    [
        ({"penalty_kind": "fine", "amount": "200"}, ["R01"], "person", None),
        ({"penalty_kind": "fine", "amount": "200.01"}, ["R01"], "person", "over_limit"),
        ({"penalty_kind": "fine", "amount": "200.01"}, ["R01"], "organisation", None),
        ({"penalty_kind": "fine", "amount": "3000.01"}, ["R01"], "organisation", "over_limit"),
        ({"penalty_kind": "fine"}, ["R01"], "person", "over_limit"),
        ({"penalty_kind": "detention", "amount": "9999"}, ["R01"], "person", "penalty_kind"),
        ({"penalty_kind": "warning"}, ["R01"], "person", "penalty_kind"),
        ({"penalty_kind": "detention", "amount": "9999"}, ["R02"], "person", "not_simple"),
        ({"penalty_kind": "warning"}, ["M02"], "person", None),
    ],
)
def test_what_is_decided_on_the_spot_keeps_every_rule_in_the_order_of_mending(
    sheet: dict[str, str], codes: list[str], party: str, code: str | None
) -> None:
    chosen = [cause(one) for one in codes]
    if code is None:
        penalties.check_on_the_spot(sheet, chosen, party, LIMITS)
        return
    with pytest.raises(Refused) as refused:
        penalties.check_on_the_spot(sheet, chosen, party, LIMITS)
    assert refused.value.code == code
    if code == "penalty_kind":
        assert LAW in refused.value.detail or "第五十六条" in refused.value.detail
