"""Which files the bureau keeps, as rooms say, and whether each is there as it was: a proof, and a look by doctor."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

from zhuanmai.core import files
from zhuanmai.core.checks import Finding, Health, register_check, register_proof
from zhuanmai.core.errors import NotFound, Refused

_LOOKED_AT = 500  # files that doctor reads; the proof reads all
Named = Callable[[], Iterable[str]]
_kinds: list[tuple[str, Named]] = []


def keeps(kind: str) -> Callable[[Named], Named]:
    """Register the digests of the files that a room's rows name (empty ones are left out); `kind` in words."""

    def register(named: Named) -> Named:
        _kinds.append((kind, named))
        return named

    return register


@register_proof("文件")
def files_are_whole() -> Iterator[str]:
    """Each kept file exists and has the digest that is its name."""
    for kind, digest in _named():
        if wrong := _wrong(digest):
            yield f"{kind} {digest} {wrong}"


@register_check
def files_look_whole() -> Finding:
    """As many kept files as can be read in a moment, by lot, so that another look reads others."""
    named = list(_named())
    looked_at = named if len(named) <= _LOOKED_AT else random.sample(named, _LOOKED_AT)
    wrong = [f"{kind} {digest[:12]}… {words}" for kind, digest in looked_at if (words := _wrong(digest))]
    if wrong:
        shown = "、".join(wrong[:3]) + (f"等 {len(wrong)} 个" if len(wrong) > 3 else "")
        return Finding("文件", Health.BAD, shown, "停止对外使用这些文件，从备份恢复，并查明是谁改动的。")
    return Finding("文件", Health.GOOD, f"共 {len(named)} 个，抽查 {len(looked_at)} 个均完好")


def _named() -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for kind, named in _kinds:
        for digest in named():
            if digest and digest not in seen:
                seen.add(digest)
                yield kind, digest


def _wrong(digest: str) -> str:
    try:
        files.load(digest)
    except NotFound:
        return "缺失"
    except Refused:
        return "被改动"
    return ""
