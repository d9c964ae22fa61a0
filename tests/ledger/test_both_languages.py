"""Every kind of entry is said in words in both languages: no raw code, no raw key, no place left open."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from django.utils import translation

from zhuanmai.accounts.permissions import known
from zhuanmai.accounts.templatetags.roles import object_words
from zhuanmai.core.ids import new_id
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.queries import kind_choices, line_of
from zhuanmai.ledger.registry import Kind, codes, kinds, said

SOURCES = Path(__file__).resolve().parents[2] / "src" / "zhuanmai"
CHINESE = re.compile("[一-龥]")
KINDS = kinds()


def named(sentence: str) -> set[str]:
    """The facts that a sentence names."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def read(kind: Kind, language: str) -> str:
    """An entry of the kind, with a payload that has a value for each fact and codes wherever one may stand."""
    facts = {name: str(place) for place, name in enumerate((*kind.fields, *kind.personal), start=1001)}
    facts |= {name: "scan" for name in ("kind",) if kind.name.endswith((".kept", ".refused"))}
    facts |= {"core.job_retried": {"task": "alerts.run"}, "core.setting_changed": {"name": "GUN_GAP_MS"},
              "reference.term_changed": {"code": "pay_fine"}, "reference.loaded": {"counts": "Product 3，Barcode 4"},
              "enforcement.moved": {"act": "呈报立案", "state": "立案审批中"},
              "enforcement.acted": {"act": "呈报立案"}}.get(kind.name, {})  # fmt: skip
    with translation.override(language):
        return line_of(Entry(seq=1, kind=kind.name, facts=facts, object_kind="case", object_id=new_id())).sentence


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_said_in_both_languages(kind: Kind) -> None:
    chinese, english = read(kind, "zh-hans"), read(kind, "en")
    assert CHINESE.search(chinese)
    assert not CHINESE.search(english.replace("＊＊", "")), "no Chinese in English"
    for words in (chinese, english):
        assert words != kind.name
        assert not re.search(r"[{}]|\b[a-z]+_[a-z_]+\b|\b[a-z]+\.[a-z]+\b|[A-Z]+_[A-Z]+", words), words
    with translation.override("en"):
        assert named(said(kind.sentence)) == named(kind.sentence)
        assert english[:1].isupper() or not english[:1].isalpha() or kind.sentence.startswith("{")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_code_and_every_choice_of_the_filter_is_in_words(language: str) -> None:
    with translation.override(language):
        for code in codes():
            assert not re.fullmatch(r"[a-z]+[._][a-z_.]+", said(code)), code
            assert language != "en" or not CHINESE.search(said(code)), code
        assert [words for _, words in kind_choices() if bool(CHINESE.search(words)) == (language == "en")] in (
            [],
            ["…"],
        )


def test_what_an_entry_is_about_is_in_words_everywhere() -> None:
    found = {one for path in SOURCES.rglob("*.py") for one in re.findall(r'object_kind="([a-z_.]+)"', path.read_text())}
    assert len(found) > 30
    assert sorted(one for one in found if object_words(one) == one) == []


def test_every_permission_is_said_in_english() -> None:
    with translation.override("en"):
        assert [one.name for one in known() if CHINESE.search(said(one.sentence))] == []
