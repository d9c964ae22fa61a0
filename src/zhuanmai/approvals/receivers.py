"""What the room hears: touches whose signatures count no more."""

from __future__ import annotations

from zhuanmai.accounts.withdrawn import when_withdrawn
from zhuanmai.approvals.services import end_rounds

when_withdrawn(end_rounds)
