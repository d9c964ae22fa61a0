"""What a person may do wrong, and how it is told: one family of errors, one JSON shape (problem+json, RFC 9457)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field: its name, a code, and a sentence that says what to do."""

    field: str
    code: str
    detail: str


@dataclass(eq=False)
class Refused(Exception):
    """The act was refused; nothing was changed. `detail` says what to do; `field` names the field it belongs to."""

    code: str
    detail: str
    field: str = ""
    errors: Sequence[FieldError] = dataclasses.field(default_factory=tuple)
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)
    status: int = 422
    title: str = "未能办理"

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"

    def problem(self) -> dict[str, Any]:
        """The problem+json body: type, title, status, code, detail, field, errors, and what else the code needs."""
        return {
            "type": f"urn:zhuanmai:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "field": self.field,
            "errors": [{"field": e.field, "code": e.code, "detail": e.detail} for e in self.errors],
            **self.extra,
        }


@dataclass(eq=False)
class NotAllowed(Refused):
    """The officer may not do this; the reason names the missing role, scope or appointment."""

    status: int = 403
    title: str = "没有权限"


@dataclass(eq=False)
class NotFound(Refused):
    """There is no such thing, or not within what the officer may see."""

    status: int = 404
    title: str = "未找到"


@dataclass(eq=False)
class Conflict(Refused):
    """Someone else was faster, or the state no longer allows the act."""

    status: int = 409
    title: str = "状态已变化"
