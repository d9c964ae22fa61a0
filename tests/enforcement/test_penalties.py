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
        ("warning", ["R01", "M02"], None),  # two acts: M02 knows a warning, R01 leaves the fine open
        ("warning", ["R01", "R04"], "“未在当地烟草专卖批发企业进货”、“无烟草专卖品准运证运输烟草专卖品”"),
        ("warning_and_fine", ["R01", "R04"], "第（二）项）没有规定警告；"),
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


def proposal(penalty: str = "fine", amount: Any = None, *, age: int | None = None, **more: Any) -> penalties.Proposal:
    """What a sheet proposes."""
    return penalties.proposed({"penalty_kind": penalty, "amount": amount, **more}, age=age)


def refusal_of(rule: Any, *args: Any) -> Refused | None:
    """What a rule refuses with; None where it holds."""
    try:
        rule(*args)
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize(
    "penalty, amount, party, code",
    [
        ("fine", "200", "person", None),
        ("fine", "200.01", "person", "over_limit"),
        ("fine", "200", "individual_business", None),
        ("fine", "201", "individual_business", "over_limit"),
        ("fine", "3000", "organisation", None),
        ("fine", "3000.01", "organisation", "over_limit"),
        ("fine", "3000", "individual_business", "over_limit"),
        ("fine", "200", "", None),
        ("fine", "201", "", "over_limit"),
        ("fine", "0.01", "person", None),
        ("fine", "0.001", "person", "amount_cents"),
        ("fine", "100.005", "person", "amount_cents"),
        ("fine", "0", "person", "over_limit"),
        ("fine", "-1", "organisation", "over_limit"),
        ("fine", None, "person", "over_limit"),
        ("fine", "much", "person", "over_limit"),
        ("fine", "NaN", "person", "over_limit"),
        ("fine", "Infinity", "person", "over_limit"),
        ("warning", None, "person", None),
        ("warning", "9999", "person", None),
        ("warning_and_fine", "200", "person", None),
        ("warning_and_fine", "201", "person", "over_limit"),
        ("warning_and_fine", None, "organisation", "over_limit"),
    ],
)
def test_a_fine_on_the_spot_stays_within_the_limit_of_the_party(
    penalty: str, amount: str | None, party: str, code: str | None
) -> None:
    refused = refusal_of(penalties.check_amount, proposal(penalty, amount), party, LIMITS)
    assert (refused.code if refused else None) == code
    if refused:
        assert refused.field == "simple.amount"
    if refused and code == "over_limit":
        limit = "3000" if party == "organisation" else "200"
        assert f"当场罚款应在 {limit} 元以下（行政处罚法 51）" in refused.detail


@pytest.mark.parametrize(
    "penalty, codes, words",
    [
        ("warning", ["M02"], None),
        ("warning_and_fine", ["M02"], None),
        ("fine", ["M02"], "“未在显著位置设置不向未成年人销售烟草制品标志”应当给予警告"),
        ("fine", ["M01"], "应当给予警告（《中华人民共和国未成年人保护法》第一百二十三条）"),
        ("fine", ["R01"], None),
        ("fine", ["R04"], None),
        ("warning", ["R04", "M02"], "“无烟草专卖品准运证运输烟草专卖品”应当给予罚款"),
        ("warning", ["R01", "M02"], None),
        ("warning_and_fine", ["R04", "M02"], None),
        ("fine", ["R04", "M02"], "应当给予警告"),
    ],
)
def test_what_an_article_orders_is_given(penalty: str, codes: list[str], words: str | None) -> None:
    refused = refusal_of(penalties.check_compulsory, penalty, [cause(code) for code in codes])
    assert (refused is None) == (words is None)
    if refused and words:
        assert (refused.code, refused.field) == ("penalty_compulsory", "simple.penalty_kind")
        assert words in refused.detail


@pytest.mark.parametrize(
    "codes, amount, bases, circumstances, code",
    [
        (["R01"], "49.99", {"R01": "1000"}, [], "below_range"),
        (["R01"], "50", {"R01": "1000"}, [], None),
        (["R01"], "100", {"R01": "1000"}, [], None),
        (["R01"], "100.01", {"R01": "1000"}, [], "above_range"),
        (["R01"], "49.99", {"R01": "1000"}, ["removed_harm"], None),
        (["R01"], "100.01", {"R01": "1000"}, ["removed_harm"], "above_range"),
        (["R01"], "49.99", {"R01": "1000"}, ["stopped_slight"], "below_range"),  # a custom never mitigates
        (["R01"], "49.99", {"R01": "1000"}, ["first_slight_corrected"], "below_range"),
        (["R01"], "50", {}, [], "base_missing"),
        (["R01"], "50", {"R01": "0"}, [], "base_missing"),
        (["R01"], "50", {"R04": "1000"}, [], "base_missing"),
        (["R04"], "199.99", {"R04": "1000"}, [], "below_range"),
        (["R04"], "200", {"R04": "1000"}, [], None),
        (["R04"], "500", {"R04": "1000"}, [], None),
        (["R04"], "500.01", {"R04": "1000"}, [], "above_range"),
        (["R05"], "99.99", {"R05": "1000"}, [], "below_range"),
        (["R05"], "100", {"R05": "1000"}, [], None),
        (["R06"], "199.99", {"R06": "1000"}, [], "below_range"),
        (["R06"], "200", {"R06": "1000"}, [], None),
        (["M02"], "0.01", {}, [], None),
        (["M02"], "50000", {}, [], None),
        (["M02"], "50000.01", {}, [], "above_range"),
        (["R01", "R05"], "150", {"R01": "1000", "R05": "2000"}, [], "off_range"),  # 50–100, 200–400, 250–500
        (["R01", "R05"], "200", {"R01": "1000", "R05": "2000"}, [], None),
        (["R01", "R05"], "500", {"R01": "1000", "R05": "2000"}, [], None),
        (["R01", "R05"], "500.01", {"R01": "1000", "R05": "2000"}, [], "above_range"),
        (["R01", "R05"], "150", {"R01": "1000", "R05": "2000"}, ["coerced"], None),
        (["R01", "R05"], "50", {"R01": "1000"}, [], "base_missing"),
        (["L03"], "50", {}, [], None),  # no fine of its own: the kind is refused, not the sum
    ],
)
def test_a_fine_lies_within_the_range_of_its_article(
    codes: list[str], amount: str, bases: dict[str, str], circumstances: list[str], code: str | None
) -> None:
    given = proposal(amount=amount, bases=bases, circumstances=circumstances)
    refused = refusal_of(penalties.check_range, given, [cause(one) for one in codes])
    assert (refused.code if refused else None) == code
    if refused:
        assert refused.field == (f"simple.bases.{codes[-1]}" if code == "base_missing" else "simple.amount")


def test_a_fine_outside_its_range_is_told_figures_and_article() -> None:
    low = refusal_of(penalties.check_range, proposal(amount="10", bases={"R01": "1000"}), [cause("R01")])
    assert low is not None
    assert low.detail == (
        "罚款应为 50.00 元以上 100.00 元以下（《中华人民共和国烟草专卖法实施条例》第五十六条），现为 10.00 元，低于下限；"
        "没有行政处罚法 30 至 32 规定的减轻情节的，请改数，或走普通程序。"
    )
    high = refusal_of(penalties.check_range, proposal(amount="101", bases={"R01": "1000"}), [cause("R01")])
    assert high is not None
    assert high.detail.endswith("现为 101.00 元，高于上限；请改数。")
    both = [cause("R01"), cause("R05")]
    gap = refusal_of(penalties.check_range, proposal(amount="150", bases={"R01": "1000", "R05": "2000"}), both)
    assert gap is not None
    assert "50.00 元以上 100.00 元以下，或者200.00 元以上 400.00 元以下，或者" in gap.detail
    bare = refusal_of(penalties.check_range, proposal(amount="150"), [cause("R01")])
    assert bare is not None
    assert "请填写“未在当地烟草专卖批发企业进货”的进货总额，罚款幅度按它计算" in bare.detail


def test_a_warning_needs_neither_base_nor_range() -> None:
    assert refusal_of(penalties.check_range, proposal("warning", "999999"), [cause("R01"), cause("M02")]) is None


@pytest.mark.parametrize(
    "codes, income, code",
    [
        (["R01"], None, "income_missing"),
        (["R01"], "", "income_missing"),
        (["R01"], "0", None),
        (["R01"], "0.01", "income"),
        (["M01"], "40", "income"),
        (["M01"], "0", None),
        (["M02"], None, "income_missing"),
        (["R04"], None, None),  # income is taken only when aggravated
        (["R04"], "0", None),
        (["R04"], "5", "income"),
        (["R04", "R05"], None, "income_missing"),
    ],
)
def test_income_is_said_and_is_none(codes: list[str], income: str | None, code: str | None) -> None:
    refused = refusal_of(penalties.check_income, proposal(income=income), [cause(one) for one in codes])
    assert (refused.code if refused else None) == code
    if refused:
        assert refused.field == "simple.income"
        assert "有违法所得" in refused.detail
        assert "没收" in refused.detail


@pytest.mark.parametrize(
    "age, circumstances, code, mitigating",
    [
        (13, [], "no_penalty", []),
        (14, [], None, ["minor_14_18"]),
        (17, [], None, ["minor_14_18"]),
        (18, [], None, []),
        (None, [], None, []),
        (None, ["merit", "coerced"], None, ["coerced", "merit"]),
        (17, ["merit"], None, ["minor_14_18", "merit"]),
        (None, ["no_fault"], "no_penalty", []),
        (None, ["slight_corrected_no_harm"], "no_penalty", []),
        (None, ["repeat_two_years"], None, []),
        (None, ["minor_14_18"], "circumstance_by_age", []),
        (40, ["under_14"], "circumstance_by_age", []),
        (None, ["other_by_law"], "circumstance_uncited", []),
        (None, ["poor"], "circumstance_unknown", []),
    ],
)
def test_circumstances_mitigate_forbid_or_are_none(
    age: int | None, circumstances: list[str], code: str | None, mitigating: list[str]
) -> None:
    refused = refusal_of(lambda: penalties.check_circumstances(proposal(age=age, circumstances=circumstances)))
    assert (refused.code if refused else None) == code
    if refused:
        assert refused.field == "simple.circumstances"
    else:
        assert [one.code for one in proposal(age=age, circumstances=circumstances).mitigating] == mitigating


def test_a_child_is_told_the_article_and_the_way() -> None:
    refused = refusal_of(penalties.check_circumstances, proposal(age=12))
    assert refused is not None
    assert refused.detail == "不满十四周岁的，不予行政处罚（行政处罚法 30）；请走普通程序，作出不予行政处罚决定。"


def test_officers_may_name_what_the_law_knows_and_age_and_custom_are_not_named() -> None:
    assert [one.code for one in penalties.mitigating()] == [
        "partial_capacity", "removed_harm", "coerced", "confessed_unknown", "merit",
    ]  # fmt: skip


def test_the_limits_come_from_the_data() -> None:
    assert spot_limits() == LIMITS
    other = SpotLimits(Decimal(500), Decimal(5000), LAW)
    penalties.check_amount(proposal(amount="500"), "person", other)
    with pytest.raises(Refused, match="over_limit"):
        penalties.check_amount(proposal(amount="501"), "person", other)


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
        ("C01", {}, "not_ours"),
        ("C02", {}, "not_ours"),
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
        ("M02", ["warning", "warning_and_fine"]),  # the warning is not optional
        ("R01", ["fine"]),
        ("R04", ["fine"]),
        ("C01", []),  # its article names no authority
        ("R02", []),
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


SHEET = {
    "facts": "未设标志", "amount": "100", "payment": "当场", "defence": "无异议", "income": "0", "bases": {"R01": "1500"},
}  # fmt: skip


def decided(found: Scene) -> Case:
    """The case after its decision on the spot; correction ordered."""
    found.tablet.done("correction.set", what="立即改正")
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


@pytest.mark.parametrize("penalty, to_pay", [("warning", False), ("warning_and_fine", True)])
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
        "M02": ["warning", "warning_and_fine"],
    }
    assert [by_code[code]["ordered"] for code in ("R01", "R04", "M02")] == [[], ["fine"], ["warning"]]
    assert [by_code[code]["income_taken"] for code in ("R01", "R04", "M02")] == [True, False, True]
    purchases = by_code["R01"]["fine"]
    assert purchases == {
        "base": "进货总额", "low": "0.05", "high": "0.1", "optional": True,
        "article": "《中华人民共和国烟草专卖法实施条例》第五十六条",
    }  # fmt: skip
    sums = by_code["M02"]["fine"]
    assert sums
    assert (sums["base"], sums["low"], sums["high"]) == ("", "0", "50000")
    assert [by_code[code]["fine"] for code in ("R02", "E01")] == [None, None]
    assert [one["code"] for one in brought["simple"].pop("circumstances")][:2] == ["partial_capacity", "removed_harm"]
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
        (
            "C01",
            {},
            (
                "not_ours",
                "“免税进口的烟草制品不按规定存放在保税仓库内”的处罚依据（《中华人民共和国烟草专卖法实施条例》第六十二条）"
                "没有写明处罚机关，不能当场处罚；请报法制部门确定管辖。",
            ),
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


@pytest.mark.parametrize("worse, code", [(["R04"], "aggravated"), (["R01"], None), ([], None)])
def test_an_aggravated_act_is_not_decided_on_the_spot(worse: list[str], code: str | None) -> None:
    refused = refusal_of(penalties.check_simple, [cause("R04")], worse)
    assert (refused.code if refused else None) == code
    if refused:
        assert refused.field == "causes"
        assert "情节严重" in refused.detail
        assert "第五十二条" in refused.detail


@pytest.mark.parametrize(
    "sheet, codes, party, code",
    [
        ({"penalty_kind": "fine", "amount": "200", "bases": {"R01": "3000"}}, ["R01"], "person", None),
        ({"penalty_kind": "fine", "amount": "200.01", "bases": {"R01": "3000"}}, ["R01"], "person", "over_limit"),
        ({"penalty_kind": "fine", "amount": "200.01", "bases": {"R01": "3000"}}, ["R01"], "organisation", None),
        ({"penalty_kind": "fine", "amount": "3000.01", "bases": {"R01": "1"}}, ["R01"], "organisation", "over_limit"),
        ({"penalty_kind": "fine", "amount": "200", "bases": {"R01": "1"}}, ["R01"], "person", "above_range"),
        ({"penalty_kind": "fine"}, ["R01"], "person", "over_limit"),
        ({"penalty_kind": "fine", "income": "5"}, ["R01"], "person", "income"),
        ({"penalty_kind": "fine", "income": "5", "circumstances": ["no_fault"]}, ["R01"], "person", "no_penalty"),
        ({"penalty_kind": "fine", "circumstances": ["no_fault"]}, ["M02"], "person", "penalty_compulsory"),
        ({"penalty_kind": "detention", "amount": "9999"}, ["R01"], "person", "penalty_kind"),
        ({"penalty_kind": "warning"}, ["R01"], "person", "penalty_kind"),
        ({"penalty_kind": "detention", "amount": "9999"}, ["R02"], "person", "not_simple"),
        ({"penalty_kind": "warning"}, ["M02"], "person", None),
    ],
)
def test_what_is_decided_on_the_spot_keeps_every_rule_in_the_order_of_mending(
    sheet: dict[str, Any], codes: list[str], party: str, code: str | None
) -> None:
    given = penalties.proposed({"income": "0", **sheet})
    refused = refusal_of(penalties.check_proposal, given, [cause(one) for one in codes], party, LIMITS)
    assert (refused.code if refused else None) == code
    if refused and code == "penalty_kind":
        assert LAW in refused.detail or "第五十六条" in refused.detail


def test_an_aggravated_act_is_refused_with_the_whole_proposal() -> None:
    given = proposal(amount="200", bases={"R04": "1000"})
    assert refusal_of(penalties.check_proposal, given, [cause("R04")], "person", LIMITS) is None
    refused = refusal_of(penalties.check_proposal, given, [cause("R04")], "person", LIMITS, ["R04"])
    assert refused is not None
    assert refused.code == "aggravated"


@pytest.mark.parametrize(
    "sheet, detail",
    [
        (
            {"circumstances": ["under_14"]},
            "是否未成年按当事人的出生日期认定（行政处罚法 30），不另行选择；请核对当事人的出生日期。",
        ),
        (
            {"circumstances": ["other_by_law"]},
            "其他法定从轻、减轻情节须写明依据（行政处罚法 32(五)），当场处罚不能适用；请走普通程序。",
        ),
    ],
)
def test_a_circumstance_that_is_not_chosen_by_hand_says_where_it_comes_from(sheet: dict[str, Any], detail: str) -> None:
    refused = refusal_of(penalties.proposed, sheet)
    assert refused is not None
    assert refused.detail == detail


def test_an_empty_sheet_proposes_nothing() -> None:
    assert penalties.proposed({}) == penalties.Proposal("", None, {}, None, ())
    assert penalties.proposed({"amount": "", "bases": {"R01": ""}}) == penalties.Proposal("", None, {}, None, ())


@pytest.mark.parametrize("code, found", [("R03", True), ("L03", False)])
def test_a_cause_without_a_fine_has_no_range(code: str, found: bool) -> None:
    assert (penalties.range_of(cause(code), Decimal(100)) is not None) == found


def test_what_is_refused_names_every_cause_and_article() -> None:
    both = [cause("R04"), cause("R05")]
    kind = refusal_of(penalties.check_kind, "warning", both, LAW)
    assert kind is not None
    assert "、第（二）项；《中华人民共和国烟草专卖法》第二十九条第二款" in kind.detail
    high = refusal_of(penalties.check_range, proposal(amount="9999", bases={"R04": "10", "R05": "10"}), both)
    assert high is not None
    assert "、第（二）项；《中华人民共和国烟草专卖法》第二十九条第二款" in high.detail
    both_ordered = refusal_of(penalties.check_compulsory, "warning", [cause("R04", warning="required"), cause("R05")])
    assert both_ordered is not None
    assert "应当给予罚款（" in both_ordered.detail
    income = refusal_of(penalties.check_income, proposal(income=None), [cause("R01")])
    assert income is not None
    assert income.detail == "“未在当地烟草专卖批发企业进货”有违法所得的应当没收；请填写违法所得，没有的填 0。"
    cents = refusal_of(penalties.check_amount, proposal(amount="100.005"), "person", LIMITS)
    assert cents is not None
    assert cents.detail == "罚款数额只能到分，现为 100.005 元；请改数。"
