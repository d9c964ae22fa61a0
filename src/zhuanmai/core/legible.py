"""What came over the wire and no column can keep, no paper print: NULs, half characters, numbers that are none.

One rule for every body of JSON: it is not cut off and not let in, but named, so that whoever sent it can put it right.
And one door: bytes, values and depth are measured before anybody parses it (`parsed`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from zhuanmai.core.errors import Refused

LARGEST = 10**15  # no number of ours comes near
DEEPEST = 16
MOST_BYTES = 4 << 20  # of one body of JSON
MOST_VALUES = 500_000  # as many commas and brackets; a value takes some sixty times its bytes once it is parsed
_CUT = "\0cut:"  # stands where a nesting was cut out; no text that can be kept has a NUL
# Possessive, and a text that is never closed is one token: read once, whatever it holds.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_SHOWN = 60  # characters of a field's name in a refusal
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # all but tabs and the ends of lines


@dataclass(frozen=True)
class Fault:
    """One thing that cannot be kept: where it is (a path of names), what it is, and what to do."""

    path: str
    what: str
    advice: str

    def refused(self, code: str, effect: str, then: str, name: str = "") -> Refused:
        """The refusal: what became of it, what follows the advice, and how people call the place."""
        field = plain(self.path, _SHOWN)
        return Refused(code, f"“{name or field}”{self.what}，{effect}；请{self.advice}{then}。", field)


def faults(value: Any, path: str = "", longest: int | None = None) -> Iterator[Fault]:
    """What of a value (as JSON gives it) cannot be kept; `longest`: how many characters a text may have."""
    if isinstance(value, dict):
        for name, inner in value.items():
            place = f"{path}.{name}".strip(".")
            yield from _of_text(name, place, longest)
            yield from faults(inner, place, longest)
    elif isinstance(value, list):
        for inner in value:
            yield from faults(inner, path, longest)
    elif isinstance(value, str):
        yield from _of_text(value, path, longest)
    elif isinstance(value, (int, float)) and not abs(value) < LARGEST:
        yield Fault(path, "不是可用的数字", "改正")


def plain(text: str, longest: int) -> str:
    """A text that can be kept: a NUL or half a surrogate written as its escape, cut to a length."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text[:longest]).replace("\0", "\\u0000")[:longest]


def seen(text: str) -> str:
    """A text as a person sees it: without control characters, which no page shows, no column and no sheet keeps."""
    return _UNSEEN.sub("", text)


def digest(text: str) -> str:
    """The SHA-256 of a text, half characters and all."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def shallow(text: str) -> str:
    """The JSON with what is nested too deep cut out, the digest of it in its place: no parser runs out of stack."""
    kept: list[str] = []
    depth, done, cut = 0, 0, 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in ("[", "{"):
            depth += 1
            if depth == DEEPEST + 1:
                cut = token.start()
        elif mark in ("]", "}"):
            if depth == DEEPEST + 1:
                kept += [text[done:cut], json.dumps(_CUT + digest(text[cut : token.end()]))]
                done = token.end()
            depth -= 1
    if depth > DEEPEST:  # never closed: no JSON, but its parser would go as deep to find out
        return "".join([*kept, text[done:cut]])
    return "".join([*kept, text[done:]])


def measured(content: bytes, most: int = MOST_BYTES) -> bytes:
    """The JSON, where it is no larger than one may be. Raises Refused (too_large)."""
    if len(content) > most or sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Refused("too_large", "提交的内容过多，未作任何改动；请减少后分次提交。", status=413)
    return content


def parsed(content: bytes, most: int = MOST_BYTES, parse_int: Callable[[str], Any] | None = None) -> Any:
    """What a JSON says, whose depth no parser has to find out. Raises Refused (too_large), ValueError."""
    return json.loads(shallow(measured(content, most).decode("utf-8", "surrogateescape")), parse_int=parse_int)


def not_json() -> Refused:
    """The refusal of a body that does not say it is JSON."""
    return Refused(
        "not_json", "请求须为 JSON（Content-Type: application/json），未作任何改动；请刷新页面后重试。", status=415
    )


def body_of(request: HttpRequest) -> bytes:
    """The body of a request that says it is JSON. Raises Refused (not_json)."""
    if request.content_type != "application/json":
        raise not_json()
    return request.body


def body(content: bytes) -> Any:
    """A body of JSON. Raises Refused (too_large, illegible), and ValueError where it is none."""
    return checked(parsed(content))


def checked(value: Any) -> Any:
    """The value, where all of it can be kept. Raises Refused (illegible)."""
    for fault in faults(value):
        raise fault.refused("illegible", "未作任何改动", "后重做")
    return value


def _of_text(text: str, path: str, longest: int | None) -> Iterator[Fault]:
    if text.startswith(_CUT):
        yield Fault(path, "嵌套过深", "减少层级")
    elif "\0" in text:
        yield Fault(path, "里有空字符", "删去看不见的字符")
    elif _SURROGATE.search(text):
        yield Fault(path, "里有半个字符（多为表情符号被截断）", "删去该字符")
    elif longest is not None and len(text) > longest:
        yield Fault(path, f"超过 {longest} 个字", "缩短")
