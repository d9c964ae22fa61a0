"""Kinds of goods: papers, pages and tablets say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from zhuanmai.core.goods import GoodsKind
from zhuanmai.core.templatetags.zhuanmai import kind_letter, kind_words

FIELDKIT = Path(__file__).resolve().parents[2] / "frontend" / "fieldkit"


def test_the_tablet_names_the_kinds_as_papers_do() -> None:
    source = (FIELDKIT / "kinds.ts").read_text(encoding="utf-8")
    on_tablet = re.findall(r'\{ code: "(\w+)", letter: "(.)", name: "([^"]+)" \}', source)
    assert on_tablet == [(kind.value, kind.letter, kind.zh) for kind in GoodsKind]


def test_the_tablet_says_it_in_english_as_pages_do() -> None:
    words = (FIELDKIT / "words.counting.en.ts").read_text(encoding="utf-8")
    with translation.override("en"):
        for kind in GoodsKind:
            assert f'"{kind.zh}": "{kind.label}"' in words


@pytest.mark.parametrize("kind", GoodsKind)
def test_pages_say_in_chinese_what_papers_print(kind: GoodsKind) -> None:
    with translation.override("zh-hans"):
        assert (kind_words(kind), kind_letter(kind)) == (kind.zh, kind.letter)


@pytest.mark.parametrize("unknown", ["", "stolen"])
def test_what_is_no_kind_has_no_words(unknown: str) -> None:
    assert (kind_words(unknown), kind_letter(unknown)) == ("", "?")
