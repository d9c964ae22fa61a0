"""Every English sentence of pages and code has its Chinese one in a room's catalogue, once, and with the same names."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from zhuanmai.core.translations import PACKAGE, catalogues

CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
QUOTED = r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""
TAG = re.compile(rf"\{{%\s*trans(?:late)?\s+{QUOTED}([^%]*)%\}}")
CONTEXT = re.compile(rf"\bcontext\s+{QUOTED}")
BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b(.*?)%\}(.*?)\{%\s*endblocktrans", re.DOTALL)
ARGUMENT = re.compile(rf"[^\w]_\(\s*{QUOTED}\s*\)")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
Sentence = tuple[str, str]


def _context(options: str) -> str:
    found = CONTEXT.search(options)
    return found[1] or found[2] if found else ""


def _of_page(text: str) -> Iterator[Sentence]:
    for match in TAG.finditer(text):
        yield _context(match[3]), match[1] or match[2]
    for match in ARGUMENT.finditer(text):
        yield "", match[1] or match[2]
    for match in BLOCK.finditer(text):
        words = re.split(r"\{%\s*plural\s*%\}", match[2])[0]
        if "trimmed" in match[1]:
            words = " ".join(line.strip() for line in words.strip().splitlines())
        yield _context(match[1]), re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", words)


def _of_module(text: str) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in CALLS and words:
            yield "", words[0]
        elif name in IN_CONTEXT and len(words) == 2:
            yield words[0], words[1]


def _sentences() -> dict[Sentence, Path]:
    found: dict[Sentence, Path] = {}
    for path in PACKAGE.glob("*/templates/**/*.html"):
        found |= dict.fromkeys(_of_page(path.read_text("utf-8")), path)
    for path in PACKAGE.glob("**/*.py"):
        text = path.read_text("utf-8")
        if "gettext" in text:
            found |= dict.fromkeys(_of_module(text), path)
    return found


def _words(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_sentence_is_in_chinese() -> None:
    entries = [entry for path in catalogues() for entry in polib.pofile(str(path)) if not entry.fuzzy]
    said = {(entry.msgctxt or "", entry.msgid) for entry in entries if all(_words(entry)) and _words(entry)}
    missing = {sentence: path.name for sentence, path in _sentences().items() if sentence not in said}
    assert len(_sentences()) > 300
    assert missing == {}


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parents[3].name)
def test_a_catalogue_says_everything_once(path: Path) -> None:
    entries = list(polib.pofile(str(path)))
    twice = [key for key, count in Counter((entry.msgctxt, entry.msgid) for entry in entries).items() if count > 1]
    assert twice == []


def test_rooms_agree_on_a_sentence() -> None:
    seen: dict[tuple[str | None, str], list[str]] = {}
    differing = [
        entry.msgid
        for path in catalogues()
        for entry in polib.pofile(str(path))
        if seen.setdefault((entry.msgctxt, entry.msgid), _words(entry)) != _words(entry)
    ]
    assert differing == []


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parents[3].name)
def test_values_keep_their_places(path: Path) -> None:
    differing = [
        entry.msgid
        for entry in polib.pofile(str(path))
        for words in _words(entry)
        if set(PLACEHOLDER.findall(entry.msgid)) != set(PLACEHOLDER.findall(words))
    ]
    assert differing == []
