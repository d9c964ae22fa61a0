"""What must be true of the visit before a penalty is decided on the spot: each condition alone, then on a real case."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import Scene, scene
from zhuanmai.core.errors import Refused
from zhuanmai.deadlines.models import Deadline
from zhuanmai.documents.models import Document
from zhuanmai.documents.queries import current
from zhuanmai.enforcement.models import Case, Inspection, Party
from zhuanmai.enforcement.on_the_spot import Visit, age_on, hindrances

READY = Visit(
    received_by_party=True,
    certificates_shown=True,
    ordered_to_correct=True,
    filing_waits=False,
    goods_registered=False,
)


@pytest.mark.parametrize(
    "changed, code, field, words",
    [
        ({"received_by_party": False}, "party_absent", "presence.party_present", "当事人不在场"),
        (
            {"certificates_shown": False},
            "certificates_missing",
            "inspection.certificates_shown_at",
            "行政处罚法 52、55",
        ),
        ({"ordered_to_correct": False}, "no_correction", "correction.what", "行政处罚法 28(1)"),
        ({"filing_waits": True}, "filing_waits", "filing", "已呈报立案，正在审批"),
        ({"goods_registered": True}, "goods_registered", "registration", "先行登记保存"),
        (
            {"transfer": "假冒卷烟货值已达移送标准"},
            "transfer",
            "causes",
            "假冒卷烟货值已达移送标准；涉嫌犯罪的应当移送",
        ),
    ],
)
def test_each_hindrance_is_told_alone_with_its_field_and_article(
    changed: dict[str, Any], code: str, field: str, words: str
) -> None:
    assert list(hindrances(READY)) == []
    (found,) = hindrances(replace(READY, **changed))
    assert (found.code, found.field) == (code, field)
    assert words in found.detail and "行政处罚法" in found.detail or code == "filing_waits"


def test_all_hindrances_are_told_at_once() -> None:
    everything = Visit(False, False, False, True, True, "已达移送标准")
    assert [one.detail for one in hindrances(everything)] == [
        "已达移送标准；涉嫌犯罪的应当移送，不能当场处罚（行政处罚法 27）。",
        "本案已呈报立案，正在审批，不能再当场处罚；审批结果出来后再办理。",
        "本案物品已先行登记保存，处理决定不止警告、罚款，不能当场处罚；请走普通程序立案（行政处罚法 51、56）。",
        "还没有记录出示执法证件；请先出示执法证件并填写时间（行政处罚法 52、55）。",
        "当事人不在场，不能当场处罚：须当场告知、听取陈述申辩并交付决定书（行政处罚法 44、45、52）；请走普通程序。",
        "还没有责令改正；请填写改正要求（行政处罚法 28(1)）。",
    ]
    assert [one.code for one in hindrances(everything)] == [
        "transfer", "filing_waits", "goods_registered", "certificates_missing", "party_absent", "no_correction",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "born, day, age",
    [
        (None, dt.date(2026, 3, 10), None),
        (dt.date(2012, 3, 9), dt.date(2026, 3, 10), 14),
        (dt.date(2012, 3, 10), dt.date(2026, 3, 10), 13),  # full from the day after the birthday on
        (dt.date(2012, 3, 11), dt.date(2026, 3, 10), 13),
        (dt.date(2012, 2, 29), dt.date(2026, 2, 28), 13),
        (dt.date(2012, 2, 29), dt.date(2026, 3, 1), 14),
        (dt.date(2008, 12, 31), dt.date(2026, 12, 31), 17),
        (dt.date(2008, 12, 31), dt.date(2027, 1, 1), 18),
        (dt.date(2026, 3, 9), dt.date(2026, 3, 10), 0),
    ],
)
def test_years_are_full_on_the_day_after_the_birthday(born: dt.date | None, day: dt.date, age: int | None) -> None:
    assert age_on(born, day) == age


def sheet(found: Scene, **more: Any) -> None:
    """A lawful penalty on a case of R01: a fine of 100 on goods bought for 1,500."""
    found.tablet.done("causes.set", codes=["R01"])
    found.tablet.done("correction.set", what="立即停止违法进货")
    given = {
        "facts": "从外地购进卷烟", "penalty_kind": "fine", "amount": "100", "payment": "十五日内到银行缴纳", "defence": "无异议",
        "income": "0", "bases": {"R01": "1500"}, **more,
    }  # fmt: skip
    found.tablet.done("simple.set", **given)


def decide(found: Scene) -> str:
    """Decides on the spot; the code of what was wrong first, empty where it was decided."""
    try:
        found["jia"].act(found.case_id, "decide_on_the_spot")
    except Refused as refused:
        assert Case.objects.get(pk=found.case_id).state != "on_the_spot_decision"
        return refused.errors[0].code if refused.errors else refused.code
    return ""


def born(case_id: Any, day: str) -> None:
    """The party's birthday, whatever the number of the identity card says."""
    Party.objects.filter(case_id=case_id).update(born_on=day)


@pytest.mark.parametrize(
    "change, code",
    [
        (lambda found: None, ""),
        (lambda found: found.tablet.done("presence.set", party_present=False), "party_absent"),
        (lambda found: found.tablet.done("correction.set", what=""), "no_correction"),
        (lambda found: Inspection.objects.update(certificates_shown_at=None), "certificates_missing"),
        (lambda found: born(found.case_id, "2020-01-01"), "no_penalty"),
        (lambda found: found.tablet.done("simple.set", amount="74.99"), "below_range"),
        (lambda found: found.tablet.done("simple.set", amount="150.01"), "above_range"),
        (lambda found: found.tablet.done("simple.set", amount="74.99", circumstances=["coerced"]), ""),
        (lambda found: found.tablet.done("simple.set", income="12.50"), "income"),
        (lambda found: found.tablet.done("simple.set", income=None), "income_missing"),
        (lambda found: found.tablet.done("simple.set", bases={}), "base_missing"),
    ],
)
def test_a_decision_on_the_spot_keeps_the_law(bureau: Bureau, change: Any, code: str) -> None:
    found = scene(bureau)
    sheet(found)
    change(found)
    assert decide(found) == code


@pytest.mark.parametrize(
    "codes, code", [(["M02"], "penalty_compulsory"), (["C01"], "not_ours"), (["R04"], "below_range")]
)
def test_a_fine_that_another_cause_does_not_allow_is_refused(bureau: Bureau, codes: list[str], code: str) -> None:
    found = scene(bureau)
    sheet(found, bases={"R04": "1500", "C01": "1500"})
    found.tablet.done("causes.set", codes=codes)
    assert decide(found) == code


def test_a_fine_below_the_range_names_its_circumstance_on_the_paper(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found, amount="20", circumstances=["removed_harm"])
    assert decide(found) == ""
    found["jia"].act(found.case_id, "prepare_documents")
    paper = Document.objects.get(subject_id=found.case_id, kind="D36")
    assert (
        "依法从轻或者减轻处罚：主动消除或者减轻违法行为危害后果（《中华人民共和国行政处罚法》第三十二条第（一）项）"
        in str(current(paper).facts)
    )


def test_an_organisation_is_there_with_its_person_in_charge_a_citizen_only_in_person(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found, amount="100")
    in_charge = {"name": "王店员", "phone": "13900000002", "relation": "店长"}
    found.tablet.done("presence.set", party_present=False, person_in_charge=in_charge)
    assert decide(found) == "party_absent"
    Party.objects.filter(case_id=found.case_id).update(kind="organisation")
    assert decide(found) == ""


def test_what_waits_for_a_head_is_not_decided_by_officers(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found)
    found["jia"].act(found.case_id, "prepare_documents")
    found["jia"].act(found.case_id, "submit_filing")
    assert decide(found) == "filing_waits"


def test_registered_goods_are_not_dealt_with_on_the_spot_and_refused_ones_are_not_registered(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found)
    found["jia"].act(found.case_id, "prepare_documents")
    found["jia"].act(found.case_id, "submit_registration")
    assert decide(found) == "goods_registered"
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    found["wu"].decide(found.case_id, "registration", agreed=False, words="证据不会灭失")
    ended = Deadline.objects.filter(subject_id=found.case_id, code__in=("registered_goods", "file_after_action"))
    assert {row.ending for row in ended} == {"cancelled"}
    assert decide(found) == ""


def test_goods_that_a_head_let_register_by_word_of_mouth_are_registered(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found)
    at = found.tablet.state()["case"]["opened_at"]
    found.tablet.done("oral_approval.record", by_officer_id=str(bureau["wu"].pk), at=at, reason="情况紧急")
    assert decide(found) == "goods_registered"


def test_goods_that_the_police_decide_about_are_not_decided_on_the_spot(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found)
    line = found.tablet.line_id("6901028314985")
    priced = {"price": "150000", "price_reason": "当事人供述售价", "per": "carton"}
    found.tablet.done("line.set", line_id=line, kind="counterfeit", **priced)
    assert decide(found) == "transfer"


def test_a_refused_sheet_keeps_what_was_there(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found)
    for wrong, code in (
        ({"circumstances": ["poor"]}, "circumstance_unknown"),
        ({"circumstances": ["minor_14_18"]}, "circumstance_by_age"),
        ({"bases": {"X99": "5"}}, "cause_unknown"),
        ({"bases": {"R01": "-5"}}, "invalid"),
        ({"income": "1.005"}, "invalid"),
    ):
        answer = found.tablet.do("simple.set", **wrong)
        assert answer.status == "refused"
        assert (answer.code == code) or code == "invalid"
    kept = Case.objects.get(pk=found.case_id).simple
    assert kept
    assert (kept["bases"], kept["income"]) == ({"R01": "1500"}, "0")
