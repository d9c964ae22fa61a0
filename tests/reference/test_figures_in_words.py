"""No figure of law is retyped in words: sentences of the rule modules and pages take it from the data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import zhuanmai

PACKAGE = Path(zhuanmai.__file__).parent
ROOMS = ("enforcement", "reference")
_CHINESE = "零一二三四五六七八九十百千两"
_NUMBER = rf"(?:\d[\d,.]*|(?!一[天日条件])[{_CHINESE}]+)"  # 一条, 一天: one of them, no figure
_ZH = rf"{_NUMBER} ?(?:万|亿)?(?:个?工作日|个月|小时|公斤|千克|万支|元|条|支|件|日|天|年|倍|%)"
_ENGLISH = r"\b\d[\d,.]* ?(?:%|yuan|CNY|cartons?|sticks?|cases|kg|(?:working )?days?|hours?|months?|years?|times)\b"
FIGURE = re.compile(rf"(?<![第\d{_CHINESE}]){_ZH}|{_ENGLISH}")
# What is no figure of law: one thing, examples of how to write, a fact about a kind of number.
ALLOWED = {
    "清点已结束，1 条待并入；继续清点后自动并入，不会丢失。": "one thing",
    "For example 2026年上半年目录.": "an example",
    "请填写目录名称，如 2026年上半年目录。": "an example",
    "这是 15 位旧号码，2013 年起停用；请录入 18 位号码（按旧号推算为 ": "when the old numbers ended",
    "Fine from (share, 0.05 = 5 %)": "how to write a share",
    "罚款比例下限（0.05 即 5%）": "how to write a share",
    "如：2026年上半年目录。": "an example",
}


def sentences(path: Path) -> Iterator[str]:
    """The strings of a module that are no docstrings, the text of a template, the Chinese of a catalogue."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        yield from re.findall(r">([^<>{}]+)<", text)
        yield from re.findall(r"\{% *(?:translate|trans) \"([^\"]+)\"", text)
        yield from re.findall(r"endblock|blocktranslate[^%]*%\}(.*?)\{%", text)
        return
    if path.suffix == ".po":
        yield from (one.msgstr for one in polib.pofile(str(path)))
        return
    tree = ast.parse(text)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    first = [body[0] for body in bodies if body]
    docstrings = {id(one.value) for one in first if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def modules() -> list[Path]:
    """Modules, templates and translations of the rooms, without migrations."""
    found = [path for room in ROOMS for kind in ("py", "html", "po") for path in (PACKAGE / room).rglob(f"*.{kind}")]
    return sorted(path for path in found if "migrations" not in path.parts)


def test_no_sentence_holds_a_figure_of_law() -> None:
    found = {text: path for path in modules() for text in sentences(path) if FIGURE.search(text)}
    strange = {text.strip(): str(path.relative_to(PACKAGE)) for text, path in found.items() if text not in ALLOWED}
    assert strange == {}


def test_what_is_allowed_is_still_there() -> None:
    assert set(ALLOWED) <= {text for path in modules() for text in sentences(path)}


@pytest.mark.parametrize(
    "text",
    [
        "当场罚款应在 200 元以下", "未达 5 万元", "50条以上", "如一次售出 50 条", "一百件", "七个工作日内", "六十日内",
        "below 50,000 yuan", "1.5 倍", "50 cartons or more", "Goods bought at 70 %", "within 24 hours", "3%",
    ],
)  # fmt: skip
def test_a_retyped_figure_is_seen(text: str) -> None:
    assert FIGURE.search(text)


@pytest.mark.parametrize(
    "text", ["实施条例 24", "行政处罚法 51", "第二十三条", "第 5 行", "13 位商品条码", "R07", "请换一天"]
)
def test_citations_and_places_are_no_figures(text: str) -> None:
    assert not FIGURE.search(text)
