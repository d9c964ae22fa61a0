"""What is decided stays: a decision on the spot is changed by no operation, also not by a correction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from zhuanmai.core.errors import Refused
from zhuanmai.enforcement.models import Case, CaseCause

_DECIDED = "当场处罚决定已经作出，案由和处罚内容不能更正；决定确有错误的，应当依法撤销后重新处理（行政处罚法 75）。"


def is_decided(case: Case) -> bool:
    """Whether a penalty was decided on the spot."""
    return bool((case.simple or {}).get("decided_at"))


@contextmanager
def keeping(case: Case) -> Iterator[None]:
    """What is done within changes nothing of a decision on the spot: its sheet, its causes.

    Raises Refused (decided) at its end.
    """
    if not is_decided(case):
        yield
        return
    before = _basis(case)
    yield
    if _basis(case) != before:
        raise Refused("decided", _DECIDED)


def _basis(case: Case) -> tuple[Any, ...]:
    codes = CaseCause.objects.filter(case_id=case.pk).order_by("code").values_list("code", flat=True)
    return (Case.objects.values_list("simple", flat=True).get(pk=case.pk), *codes)
