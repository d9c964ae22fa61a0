"""Operations from tablets: one handler a kind, applied in order under the case's lock, each once."""

from __future__ import annotations

from zhuanmai.enforcement.operations.batch import Result, Sent, apply, flush

__all__ = ["Result", "Sent", "apply", "flush"]
