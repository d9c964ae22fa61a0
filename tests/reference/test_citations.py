"""Every citation that we ship resolves to its sentence and prints in full form; what does not exist is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.core.errors import NotFound
from zhuanmai.reference import causes, citations
from zhuanmai.reference.citations import citation, citations_in, in_full, instruments, numeral

DATA = Path(citations.__file__).parent / "data"


def texts(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def shipped(name: str) -> list[str]:
    """Every string of a shipped file."""
    return list(texts(json.loads((DATA / name).read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name, least", [("case_causes.json", 90), ("deadlines.json", 70), ("thresholds.json", 12)])
def test_every_shipped_citation_resolves(name: str, least: int) -> None:
    found = [one for text in shipped(name) for one in citations_in(text)]
    assert len(found) >= least
    for one in found:
        assert re.fullmatch(r"《[^》]+》第[一二三四五六七八九十百零]+条(第[一二三四五六七八九十]+款)?.*", one.full)
        if one.short_name in instruments():
            assert one.text
            assert one.text.split("\n")[0] in one.whole_article


@pytest.mark.parametrize("key", ["violated", "penalised"])
def test_no_article_of_a_cause_is_passed_over(key: str) -> None:
    rows = json.loads((DATA / "case_causes.json").read_text(encoding="utf-8"))["causes"]
    for row in rows:
        for text in row[key]:
            assert len(citations_in(text)) == 1 or "to be entered" in text


@pytest.mark.parametrize(
    "text, full, begins",
    [
        ("实施条例 23(2)", "《中华人民共和国烟草专卖法实施条例》第二十三条第二款", "取得烟草专卖零售许可证"),
        (
            "实施条例 52(一)(二)",
            "《中华人民共和国烟草专卖法实施条例》第五十二条第（一）项、第（二）项",
            "（一）无准运证",
        ),
        ("实施条例 52(二)4", "《中华人民共和国烟草专卖法实施条例》第五十二条第（二）项第4目", "4.非法运输走私"),
        ("行政处罚法 56", "《中华人民共和国行政处罚法》第五十六条", "行政机关在收集证据时"),
        ("行政许可法 69(2)", "《中华人民共和国行政许可法》第六十九条第二款", "被许可人以欺骗"),
        ("未成年人保护法 123", "《中华人民共和国未成年人保护法》第一百二十三条", "相关经营者违反"),
    ],
)
def test_forms_and_sentences(text: str, full: str, begins: str) -> None:
    found = citation(text)
    assert found.full == full
    assert found.text.startswith(begins)


def test_lists_ranges_and_aliases() -> None:
    places = [one.place for one in citations_in("行政处罚法 56, 85; 专卖法 41(3)")]
    assert places == ["第五十六条", "第八十五条", "第四十一条第三款"]
    assert [one.article for one in citations_in("行政强制法 24–27")] == [24, 25, 26, 27]
    assert [one.paragraph for one in citations_in("解释 1(2)–(4)")] == [2, 3, 4]
    assert citation("实施条例 34(一)–(三)").items == ("一", "二", "三")
    assert (
        in_full(citations_in("行政处罚法 64(一), 85")) == "《中华人民共和国行政处罚法》第六十四条第（一）项、第八十五条"
    )


def test_an_instrument_not_kept_is_named_without_text() -> None:
    found = citation("程序规定 35(1)")
    assert (found.full, found.text, found.kept) == ("《烟草专卖行政处罚程序规定》第三十五条第一款", "", False)


@pytest.mark.parametrize(
    "text", ["实施条例 99", "实施条例 23(7)", "行政处罚法 64(十二)", "实施条例 52(二)9", "没有引用", "某某法 3"]
)
def test_what_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(NotFound):
        citation(text)


@given(st.integers(1, 998))
def test_numerals_are_one_to_one(number: int) -> None:
    words = numeral(number)
    assert numeral(number + 1) != words
    assert not words.startswith("一十")


@given(st.data())
def test_every_article_of_every_instrument_can_be_cited(data: st.DataObject) -> None:
    law = data.draw(st.sampled_from(sorted(instruments())))
    article = data.draw(st.sampled_from(sorted(instruments()[law].articles)))
    found = citation(f"{law} {article}")
    assert found.place == instruments()[law].labels[article]
    lines = [line for paragraph in citations.paragraphs(found.whole_article) for line in paragraph]
    assert "\n".join(lines) == found.whole_article


@pytest.mark.usefixtures("shipped")
def test_causes_bring_their_articles() -> None:
    found = causes.cause("R01")
    assert found.violated_in_full == "《中华人民共和国烟草专卖法实施条例》第二十三条第二款"
    assert found.fine
    assert (found.fine.percent_min, found.fine.percent_max, found.fine.optional) == (5, 10, True)
    assert causes.cause("M03").fine == causes.cause("M02").fine
    assert {one.code for one in causes.causes() if one.open_points} == {"L01", "L02"}
    assert not causes.cause("E01").decidable
    with pytest.raises(NotFound):
        causes.cause("Z99")
