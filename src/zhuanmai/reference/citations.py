"""Citations of law: "实施条例 23(2)" → 《中华人民共和国烟草专卖法实施条例》第二十三条第二款, and its sentence. Pure.

n(2) = article n, paragraph 2; n(一) = article n, item (一); n(2)(一) = both; n(二)4 = sub-item 4.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhuanmai.core.errors import NotFound

_DATA = Path(__file__).resolve().parent / "data"
_NUMERALS = "零一二三四五六七八九"
# Instruments cited but not kept in full: their names, so that a citation can still be printed.
_NAMED_ONLY = {
    "程序规定": "烟草专卖行政处罚程序规定",
    "行政复议法": "中华人民共和国行政复议法",
    "行政诉讼法": "中华人民共和国行政诉讼法",
    "民事诉讼法": "中华人民共和国民事诉讼法",
    "刑法": "中华人民共和国刑法",
    "移送规定": "行政执法机关移送涉嫌犯罪案件的规定",
    "行政执法机关移送涉嫌犯罪案件的规定": "行政执法机关移送涉嫌犯罪案件的规定",
    "许可证管理办法实施细则": "烟草专卖许可证管理办法实施细则",
    "实施细则": "烟草专卖许可证管理办法实施细则",
    "许可证管理办法": "烟草专卖许可证管理办法",
    "信用修复管理办法": "信用修复管理办法",
}
_ALIASES = {"解释": "两高烟草解释", "条例": "实施条例"}


@dataclass(frozen=True)
class Instrument:
    """A law or regulation in one version: its names, kind, version (date of the text) and articles by number."""

    name: str
    short_name: str
    kind: str
    version: str
    articles: dict[int, str]
    labels: dict[int, str]
    chapters: dict[int, str]
    history: tuple[str, ...] = ()


@dataclass(frozen=True)
class Citation:
    """One citation. `full` is its printed form, `text` its own sentence ("" where the instrument is not kept)."""

    short_name: str
    instrument: str
    article: int
    paragraph: int | None
    items: tuple[str, ...]
    full: str
    text: str
    whole_article: str
    subitem: int | None = None

    @property
    def kept(self) -> bool:
        """Whether the instrument's text is kept here."""
        return bool(self.whole_article)

    @property
    def place(self) -> str:
        """The part after the instrument's name: 第二十三条第二款."""
        return self.full.split("》", 1)[1]


def citation(text: str) -> Citation:
    """The one citation in a text. Raises NotFound (citation_unknown) with what is wrong; ValueError if several."""
    found = citations_in(text)
    if not found:
        raise NotFound("citation_unknown", f"“{text}”不是法条引用；写法如 实施条例 23(2)。")
    if len(found) > 1:
        raise ValueError(f"{text!r} holds {len(found)} citations")
    return found[0]


def citations_in(text: str) -> list[Citation]:
    """Every citation in a text, in order: "行政处罚法 56, 85; 专卖法 41". Raises NotFound for an article not there."""
    return [one for name, places in _spans(text) for place in places for one in _resolve(name, place)]


def in_full(citations: list[Citation] | tuple[Citation, ...]) -> str:
    """Several citations as one printed phrase: the instrument's name is not repeated for its next article."""
    words, last = "", ""
    for one in citations:
        words += ("、" if words else "") + (one.place if one.instrument == last else one.full)
        last = one.instrument
    return words


def instruments() -> dict[str, Instrument]:
    """The instruments kept in full, by short name."""
    return _library()


def paragraphs(article: str) -> list[list[str]]:
    """An article's paragraphs (款), each a list: its lead and then its items (项, with their sub-items)."""
    found: list[list[str]] = []
    for line in article.split("\n"):
        if found and re.match(r"（[一二三四五六七八九十]+）", line):
            found[-1].append(line)
        elif found and len(found[-1]) > 1 and re.match(r"\d+[.．、]", line):
            found[-1][-1] += "\n" + line
        else:
            found.append([line])
    return found


def numeral(number: int) -> str:
    """A number below 1,000 as laws write it: 23 → 二十三, 110 → 一百一十."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = _NUMERALS[hundreds] + "百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else _NUMERALS[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    return words + (_NUMERALS[ones] if ones else "") or "零"


_ITEM = r"\([一二三四五六七八九十]+\)"
_PLACE = rf"\d{{1,3}}(?:\(\d{{1,2}}\))?(?:[-–]\(\d{{1,2}}\))?(?:{_ITEM}(?:–{_ITEM})?)*(?:(?<=\))\d{{1,2}})?"


def _spans(text: str) -> Iterator[tuple[str, list[str]]]:
    """Instrument names with the list of places that follows each."""
    names = sorted({*_library(), *_NAMED_ONLY, *_ALIASES}, key=len, reverse=True)
    pattern = rf"({'|'.join(map(re.escape, names))}) +({_PLACE}(?:[–-]\d{{1,3}})?(?:, ?{_PLACE}(?:[–-]\d{{1,3}})?)*)"
    for match in re.finditer(pattern, text):
        yield match[1], re.split(r", ?", match[2])


def _resolve(name: str, place: str) -> Iterator[Citation]:
    """The citations of one place: a range gives one for each article (24–27) or paragraph (1(2)–(4)) of it."""
    through = re.fullmatch(r"(\d+)[–-](\d+)", place)
    if through:
        for article in range(int(through[1]), int(through[2]) + 1):
            yield _one(name, article, None, ())
        return
    match = re.fullmatch(r"(\d+)(?:\((\d+)\))?(?:[-–]\((\d+)\))?((?:\([一二三四五六七八九十]+\)–?)*)(\d+)?", place)
    if not match:
        raise NotFound("citation_unknown", f"看不懂法条引用“{name} {place}”；写法如 实施条例 23(2)。")
    items = _items(match[4])
    first = int(match[2]) if match[2] else None
    for paragraph in range(first, int(match[3]) + 1) if first and match[3] else [first]:
        yield _one(name, int(match[1]), paragraph, items, int(match[5]) if match[5] else None)


def _items(text: str) -> tuple[str, ...]:
    """(一)(二) → 一, 二; (一)–(三) → 一, 二, 三."""
    found: list[str] = []
    for item, dash in re.findall(r"\(([一二三四五六七八九十]+)\)(–?)", text):
        if found and found[-1] == "–":
            found.pop()
            upto = _value(item)
            found.extend(numeral(n) for n in range(_value(found[-1]) + 1, upto))
        found.append(item)
        if dash:
            found.append("–")
    return tuple(found)


def _value(item: str) -> int:
    return next(n for n in range(1, 100) if numeral(n) == item)


def _one(
    name: str, article: int, paragraph: int | None, items: tuple[str, ...], subitem: int | None = None
) -> Citation:
    short = _ALIASES.get(name, name)
    kept = _library().get(short)
    title = kept.name if kept else _NAMED_ONLY[short]
    place = f"第{numeral(article)}条" + (f"第{numeral(paragraph)}款" if paragraph else "")
    place += "、".join(f"第（{item}）项" for item in items) + (f"第{subitem}目" if subitem else "")
    full = f"《{title}》{place}"
    if kept is None:
        return Citation(short, title, article, paragraph, items, full, "", "", subitem)
    whole = kept.articles.get(article)
    if whole is None:
        raise NotFound("citation_unknown", f"《{title}》没有第{numeral(article)}条；请核对引用。")
    text = _sentence(whole, full, paragraph, items, subitem)
    return Citation(short, title, article, paragraph, items, full, text, whole, subitem)


def _sentence(whole: str, full: str, paragraph: int | None, items: tuple[str, ...], subitem: int | None) -> str:
    found = paragraphs(whole)
    if paragraph:
        if paragraph > len(found):
            raise NotFound("citation_unknown", f"{full}不存在：该条只有 {len(found)} 款；请核对引用。")
        found = [found[paragraph - 1]]
    if not items:
        return "\n".join(line for one in found for line in one)
    lines: list[str] = []
    for item in items:
        line = next((line for one in found for line in one if line.startswith(f"（{item}）")), None)
        if line is None:
            raise NotFound("citation_unknown", f"{full}不存在：没有第（{item}）项；请核对引用。")
        lines.append(line)
    if subitem:
        parts = [part for part in lines[-1].split("\n") if re.match(rf"{subitem}[.．、]", part)]
        if not parts:
            raise NotFound("citation_unknown", f"{full}不存在：没有第{subitem}目；请核对引用。")
        return parts[0]
    return "\n".join(lines)


@functools.cache
def _library() -> dict[str, Instrument]:
    loaded = json.loads((_DATA / "statutes.json").read_text(encoding="utf-8"))
    return {
        row["short_name"]: Instrument(
            name=row["name"],
            short_name=row["short_name"],
            kind=row["kind"],
            version=row["version"],
            articles={a["article"]: a["text"] for a in row["articles"]},
            labels={a["article"]: a["label"] for a in row["articles"]},
            chapters={a["article"]: re.sub(r"\s+", " ", a["chapter"]) for a in row["articles"]},
            history=tuple(row["history"]),
        )
        for row in loaded
    }
