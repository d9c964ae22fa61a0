"""Operations from tablets: one handler a kind, applied in order under the case's lock, each once."""

from __future__ import annotations

from zhuanmai.enforcement.operations.batch import Result, apply, flush
from zhuanmai.enforcement.operations.reading import Sent

__all__ = ["Result", "Sent", "apply", "flush"]
