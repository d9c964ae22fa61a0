"""What cannot be kept of a body of JSON is named, with its place; what can be kept passes. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.test import RequestFactory

from zhuanmai.core import legible
from zhuanmai.core.errors import Refused
from zhuanmai.core.legible import DEEPEST, LARGEST, Fault

NUL = "里有空字符"
HALF = "里有半个字符（多为表情符号被截断）"
LONG = "超过 3 个字"
NUMBER = "不是可用的数字"
DEEP = "嵌套过深"


@pytest.mark.parametrize(
    "value, found",
    [
        ("烟", []),
        ("烟烟烟", []),
        ("烟烟烟烟", [("", LONG, "缩短")]),
        ("a\0b", [("", NUL, "删去看不见的字符")]),
        ("\ud800", [("", HALF, "删去该字符")]),
        ("a\udfff", [("", HALF, "删去该字符")]),
        ("\ud7ff\ue000", []),
        ({"a": {"b": "\0"}}, [("a.b", NUL, "删去看不见的字符")]),
        ({"a": [{"b": "\0"}, "\0"]}, [("a.b", NUL, "删去看不见的字符"), ("a", NUL, "删去看不见的字符")]),
        ({"\0": 1}, [("\0", NUL, "删去看不见的字符")]),
        ({"abcd": 1}, [("abcd", LONG, "缩短")]),
        ({"a": ["烟烟烟烟"], "b": {"c": "烟烟烟烟"}}, [("a", LONG, "缩短"), ("b.c", LONG, "缩短")]),
        (LARGEST - 1, []),
        (LARGEST, [("", NUMBER, "改正")]),
        (1 - LARGEST, []),
        (-LARGEST, [("", NUMBER, "改正")]),
        (float("nan"), [("", NUMBER, "改正")]),
        (float("inf"), [("", NUMBER, "改正")]),
        (0.5, []),
        (None, []),
        (True, []),
        ([1, LARGEST], [("", NUMBER, "改正")]),
    ],
)
def test_faults_are_named_with_their_place(value: Any, found: list[tuple[str, str, str]]) -> None:
    assert [(one.path, one.what, one.advice) for one in legible.faults(value, longest=3)] == found


def test_without_a_limit_a_text_may_be_as_long_as_it_likes() -> None:
    assert not list(legible.faults("烟" * 100_000))


def test_a_refusal_says_where_what_and_what_to_do() -> None:
    refused = Fault("party.na\0me", NUL, "删去看不见的字符").refused("illegible", "未作任何改动", "后重做")
    assert (refused.code, refused.detail, refused.field) == (
        "illegible",
        "“party.na\\u0000me”里有空字符，未作任何改动；请删去看不见的字符后重做。",
        "party.na\\u0000me",
    )


def test_a_refusal_shows_sixty_characters_of_a_name() -> None:
    assert len(Fault("x" * 61, NUL, "").refused("illegible", "", "").field) == 60


@pytest.mark.parametrize(
    "text, longest, kept",
    [
        ("烟", 5, "烟"),
        ("abcdef", 5, "abcde"),
        ("\0", 9, "\\u0000"),
        ("\0", 3, "\\u0"),
        ("a\ud83d", 9, "a\\ud83d"),
        ("\ud83d" * 3, 7, "\\ud83d\\"),
    ],
)
def test_plain_writes_escapes_and_cuts(text: str, longest: int, kept: str) -> None:
    assert legible.plain(text, longest) == kept


@pytest.mark.parametrize("code", [0, 8, 0x0B, 0x0C, 0x0E, 0x1F, 0x7F, 0xD800, 0xDFFF])
def test_what_no_page_shows_is_left_out(code: int) -> None:
    assert legible.seen(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("mark", ["\t", "\n", "\r", " ", "~", "\x80", "烟"])
def test_what_a_page_shows_stays(mark: str) -> None:
    assert legible.seen(f"a{mark}b") == f"a{mark}b"


def test_a_digest_takes_half_characters() -> None:
    assert legible.digest("烟") == hashlib.sha256("烟".encode()).hexdigest()
    assert legible.digest("\ud800") == hashlib.sha256(b"\xed\xa0\x80").hexdigest()


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    """So many lists in each other."""
    return opening * depth + closing * depth


@pytest.mark.parametrize(
    "text", [nested(DEEPEST), '{"a": "[[[[[[[[[[[[[[[[[[[["}', '"\\"[[[[[[[[[[[[[[[[[["', "[1, 2]", ""]
)
def test_what_is_not_too_deep_stays_as_it_is(text: str) -> None:
    assert legible.shallow(text) == text


def test_what_is_too_deep_is_cut_out_at_its_place() -> None:
    cut = json.dumps("\0cut:" + legible.digest("[7]"))
    assert legible.shallow("[" * DEEPEST + "1,[7],2" + "]" * DEEPEST) == f"{'[' * DEEPEST}1,{cut},2{']' * DEEPEST}"


def test_each_of_two_that_are_too_deep_is_cut_out() -> None:
    one, other = (json.dumps("\0cut:" + legible.digest(text)) for text in ('{"a":[1]}', "[[]]"))
    text = "[" * DEEPEST + '{"a":[1]},3,[[]]' + "]" * DEEPEST
    assert legible.shallow(text) == f"{'[' * DEEPEST}{one},3,{other}{']' * DEEPEST}"


def test_what_never_closes_is_cut_off_where_it_gets_too_deep() -> None:
    assert legible.shallow("[" * (DEEPEST + 50)) == "[" * DEEPEST
    assert legible.shallow("[" * DEEPEST) == "[" * DEEPEST
    cut = json.dumps("\0cut:" + legible.digest("[1]"))
    assert legible.shallow("[" * DEEPEST + "[1],[2") == "[" * DEEPEST + cut + ","


def test_what_was_cut_out_is_refused_with_its_place() -> None:
    value = json.loads(legible.shallow('{"a":' * DEEPEST + "[1]" + "}" * DEEPEST))
    (fault,) = legible.faults(value)
    assert (fault.path, fault.what, fault.advice) == (".".join("a" * DEEPEST), DEEP, "减少层级")


def test_a_body_that_can_be_kept_is_given_back() -> None:
    assert legible.body('{"名": [1, "烟"]}'.encode()) == {"名": [1, "烟"]}


def test_a_body_that_cannot_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        legible.body(b'{"a": "\\u0000"}')
    assert (refused.value.code, refused.value.field) == ("illegible", "a")
    assert refused.value.detail == "“a”里有空字符，未作任何改动；请删去看不见的字符后重做。"
    with pytest.raises(ValueError, match="Expecting"):
        legible.body(b"{")


@pytest.mark.parametrize(
    ("content", "most", "taken"),
    [
        (b"123456", 6, True),
        (b"1234567", 6, False),
        (b"," * legible.MOST_VALUES, legible.MOST_BYTES, True),
        (b"," * legible.MOST_VALUES + b",", legible.MOST_BYTES, False),
        (b"[" * legible.MOST_VALUES + b"[", legible.MOST_BYTES, False),
        (b"{" * legible.MOST_VALUES + b"{", legible.MOST_BYTES, False),
    ],
    ids=range(6),
)
def test_what_is_larger_than_one_may_be_is_refused_before_it_is_read(content: bytes, most: int, taken: bool) -> None:
    if taken:
        assert legible.measured(content, most) == content
        return
    with pytest.raises(Refused) as refused:
        legible.measured(content, most)
    found = refused.value
    assert (found.code, found.status) == ("too_large", 413)
    assert found.detail == "提交的内容过多，未作任何改动；请减少后分次提交。"


def test_a_body_is_read_as_it_was_asked_for() -> None:
    assert legible.parsed(b"12", 2, str) == "12"
    assert legible.parsed(b'"\xff"') == "\udcff"
    with pytest.raises(Refused):
        legible.parsed(b"123", 2)


@pytest.mark.parametrize(("said", "taken"), [("application/json", True), ("text/plain", False), ("", False)])
def test_a_body_says_that_it_is_json(said: str, taken: bool) -> None:
    request = RequestFactory().post("/", b"{}", content_type=said)
    if taken:
        assert legible.body_of(request) == b"{}"
        return
    with pytest.raises(Refused) as refused:
        legible.body_of(request)
    found = refused.value
    assert (found.code, found.status) == ("not_json", 415)
    assert found.detail == "请求须为 JSON（Content-Type: application/json），未作任何改动；请刷新页面后重试。"
