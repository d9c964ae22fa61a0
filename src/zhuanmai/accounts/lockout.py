"""Repeated failures lock a password or a key for a while: five, a quarter of an hour; a success forgets them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from zhuanmai.accounts.models import Key, Officer
from zhuanmai.core.clock import now

MAX_FAILURES = 5
LOCKED_MINUTES = 15
_COLUMNS = ["failed_attempts", "locked_until"]


def minutes_left(row: Officer | Key) -> int:
    """For how many more minutes a person's password or a key is locked; 0 when it is not."""
    if row.locked_until is None or row.locked_until <= now():
        return 0
    return int((row.locked_until - now()).total_seconds() // 60) + 1


def count_failure(row: Officer | Key) -> bool:
    """Count one more failure, outside what its refusal rolls back. Returns whether this one locks."""
    with transaction.atomic():
        kept = type(row)._base_manager.select_for_update().get(pk=row.pk)
        kept.failed_attempts += 1
        locks = kept.failed_attempts >= MAX_FAILURES
        if locks:
            kept.failed_attempts, kept.locked_until = 0, now() + dt.timedelta(minutes=LOCKED_MINUTES)
        kept.save(update_fields=_COLUMNS)
    return locks


def forget_failures(row: Officer | Key) -> None:
    """A success: earlier failures no longer count."""
    row.failed_attempts, row.locked_until = 0, None
    row.save(update_fields=_COLUMNS)
