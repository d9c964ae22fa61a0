"""The lights of whole scenes, word for word: what an officer reads beside the counting, its article and how it came about."""

from __future__ import annotations

import pytest

from tests.enforcement.test_penalties import cause
from tests.enforcement.test_rules import hearing, line
from zhuanmai.enforcement.thresholds import Hearing, Licence, Light, lights
from zhuanmai.enforcement.totals import total
from zhuanmai.reference.thresholds import thresholds

# fmt: off
SCENES = [
    pytest.param([], [], None, hearing("3000", "5000"), [
        Light("illegal_business", "off", "非法经营：待录入当事人",
              "两高烟草解释 3", ""),
    ], id="nothing entered"),
    pytest.param([("diverted", "10", "100")], ["R01"], True, None, [
        Light("hearing", "warning", "听证：按最高罚款 100.00 元，应告知",
              "行政处罚法 63", "未在当地烟草专卖批发企业进货：1,000.00 元 × 10% = 100.00 元；本单位未设罚款标准，一律告知"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="no figure of the unit"),
    pytest.param([("diverted", "10", "100")], ["R01"], True, hearing(None, "5000"), [
        Light("hearing", "warning", "听证：按最高罚款 100.00 元，应告知",
              "行政处罚法 63", "未在当地烟草专卖批发企业进货：1,000.00 元 × 10% = 100.00 元；本单位未设罚款标准，一律告知"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="no figure for fines"),
    pytest.param([("diverted", "400", "100")], ["R01"], True, hearing("3000", "5000"), [
        Light("hearing", "danger", "达到听证标准：罚款 3,000.00 元",
              "行政处罚法 63", "未在当地烟草专卖批发企业进货：40,000.00 元 × 10% = 4,000.00 元；闽烟规〔2026〕1号"),
        Light("wholesale_presumed", "info", "400 条：如一次售出 50 条以上，视为无证批发",
              "实施条例 24", "须查明是否一次销售；存放在店内不等于售出"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="fine reached"),
    pytest.param([("diverted", "10", "100")], ["R01"], True, hearing("3000"), [
        Light("hearing", "off", "未达听证标准（罚款 3,000.00 元）",
              "行政处罚法 63", "未在当地烟草专卖批发企业进货：1,000.00 元 × 10% = 100.00 元；闽烟规〔2026〕1号"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="fine not reached, one figure"),
    pytest.param([("diverted", "10", "100")], ["P02"], True, hearing("3000", "5000"), [
        Light("hearing", "danger", "应告知听证权利：责令停止生产",
              "行政处罚法 63", "无烟草专卖生产企业许可证生产卷烟纸、滤嘴棒、烟用丝束或者烟草专用机械：一律告知；无烟草专卖生产企业许可证生产卷烟纸、滤嘴棒、烟用丝束或者烟草专用机械：1,000.00 元 × 200% = 2,000.00 元"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="always heard"),
    pytest.param([("diverted", "10", "600")], ["P01"], True, hearing("99999", "5000"), [
        Light("hearing", "danger", "应告知听证权利：责令关闭",
              "行政处罚法 63", "无烟草专卖生产企业许可证生产烟草制品：一律告知；无烟草专卖生产企业许可证生产烟草制品：6,000.00 元 × 200% = 12,000.00 元"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="always heard, also where goods are taken"),
    pytest.param([("diverted", "10", "100")], ["R02"], False, hearing("3000", "5000"), [
        Light("illegal_business", "info", "非法经营：1,000.00 元、2000 支，未达 50,000 元或 200,000 支",
              "两高烟草解释 3", ""),
    ], id="without licence, below"),
    pytest.param([("diverted", "1000", "60")], ["R02"], False, hearing("3000", "5000"), [
        Light("illegal_business", "danger", "达到非法经营罪情节严重标准：移送公安",
              "两高烟草解释 3", "60,000.00 元、200000 支；《最高人民法院、最高人民检察院关于办理非法生产、销售烟草专卖品等刑事案件具体应用法律若干问题的解释》第三条第一款第（二）项"),
        Light("wholesale_presumed", "info", "1000 条：如一次售出 50 条以上，视为无证批发",
              "实施条例 24", "须查明是否一次销售；存放在店内不等于售出"),
    ], id="without licence, serious"),
    pytest.param([("diverted", "3000", "100")], ["R02"], False, hearing("3000", "5000"), [
        Light("illegal_business", "danger", "达到非法经营罪情节特别严重标准：移送公安",
              "两高烟草解释 3", "300,000.00 元、600000 支；《最高人民法院、最高人民检察院关于办理非法生产、销售烟草专卖品等刑事案件具体应用法律若干问题的解释》第三条第二款第（一）项"),
        Light("wholesale_presumed", "info", "3000 条：如一次售出 50 条以上，视为无证批发",
              "实施条例 24", "须查明是否一次销售；存放在店内不等于售出"),
    ], id="without licence, especially serious"),
    pytest.param([("counterfeit", "10", "600"), ("to_test", "10", "600")], ["R01"], True, hearing("3000", "5000"), [
        Light("fakes_unsold", "info", "如检验为假：货值 12,000.00 元，未达 150,000.00 元",
              "两高烟草解释 2", "未销售货值满 150,000.00 元的，未遂"),
        Light("hearing", "off", "未达听证标准（罚款 3,000.00 元、没收 5,000.00 元）",
              "行政处罚法 63", "未在当地烟草专卖批发企业进货：12,000.00 元 × 10% = 1,200.00 元；闽烟规〔2026〕1号"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="fakes and what is to be tested, below"),
    pytest.param([("counterfeit", "10", "600")], [], True, hearing("3000", "5000"), [
        Light("fakes_unsold", "info", "伪劣卷烟货值 6,000.00 元，未达 150,000.00 元",
              "两高烟草解释 2", "未销售货值满 150,000.00 元的，未遂"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="fakes alone, below"),
    pytest.param([("counterfeit", "10", "10000"), ("to_test", "10", "10000")], [], True, hearing("3000", "5000"), [
        Light("fakes_unsold", "warning", "如检验为假：货值 200,000.00 元，达移送标准",
              "两高烟草解释 2", "未销售货值满 150,000.00 元的，未遂"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="fakes if tested"),
    pytest.param([("counterfeit", "10", "15000")], [], True, hearing("3000", "5000"), [
        Light("fakes_unsold", "danger", "伪劣卷烟货值 150,000.00 元：移送公安",
              "两高烟草解释 2", "未销售货值满 150,000.00 元的，未遂"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="fakes"),
    pytest.param([("smuggled", "3.5", "100")], [], True, hearing("3000", "5000"), [
        Light("smuggled", "warning", "移送海关/公安—核对走私数额",
              "专卖法 37", "走私烟 3.5 条"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="smuggled"),
    pytest.param([("diverted", "5001", "10")], ["R04"], True, hearing("99999", "5000"), [
        Light("hearing", "danger", "达到听证标准：没收 5,000.00 元",
              "行政处罚法 63", "无烟草专卖品准运证运输烟草专卖品：可没收财物价值 50,010.00 元；闽烟规〔2026〕1号"),
        Light("transport_aggravated_value", "danger", "无证运输情节严重：价值超过5万元",
              "实施条例 52(二)1", "情节严重：没收违法所得、没收违法物品"),
        Light("transport_aggravated_sticks", "danger", "无证运输情节严重：超过100件（每1万支为1件）",
              "实施条例 52(二)1", "情节严重：没收违法所得、没收违法物品"),
        Light("wholesale_presumed", "info", "5001 条：如一次售出 50 条以上，视为无证批发",
              "实施条例 24", "须查明是否一次销售；存放在店内不等于售出"),
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="transport, aggravated"),
    pytest.param([("diverted", "3", None)], ["R01"], False, hearing("3000", "5000"), [
        Light("illegal_business", "info", "非法经营：0.00 元、600 支（另有 1 项未核价），未达 50,000 元或 200,000 支",
              "两高烟草解释 3", ""),
        Light("hearing", "off", "未达听证标准（罚款 3,000.00 元、没收 5,000.00 元）",
              "行政处罚法 63", "未在当地烟草专卖批发企业进货：0.00 元 × 10% = 0.00 元；闽烟规〔2026〕1号"),
    ], id="unpriced"),
    pytest.param([("diverted", "3", "100")], ["R02"], True, hearing("3000", "5000"), [
        Light("illegal_business", "off", "非法经营：持证户，不适用",
              "两高烟草解释 3", "当事人当日持有烟草专卖许可证"),
    ], id="another department decides"),
]
# fmt: on


@pytest.mark.parametrize("goods, codes, holds, at, shown", SCENES)
def test_a_scene_lights_up_word_for_word(
    goods: list[tuple[str, str, str | None]], codes: list[str], holds: bool | None, at: Hearing | None,
    shown: list[Light],
) -> None:  # fmt: skip
    found = lights(
        total([line(*one) for one in goods]), causes=[cause(code) for code in codes], thresholds=thresholds(),
        licence=Licence(holds), hearing=at,
    )  # fmt: skip
    assert found == shown
