"""Repeated failures lock a password or a key for a while: five, a quarter of an hour; a success forgets them.

Passwords are counted by the name that was typed, whether or not somebody has that name: what is answered, and what it
costs, is the same for a name that nobody has.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from zhuanmai.accounts.models import Guesses, Key
from zhuanmai.core.clock import now
from zhuanmai.core.legible import digest

MAX_FAILURES = 5
LOCKED_MINUTES = 15
KEPT = dt.timedelta(days=1)
_COLUMNS = ["failed_attempts", "locked_until"]


def minutes_left(row: Guesses | Key) -> int:
    """For how many more minutes a name's password or a key is locked; 0 when it is not."""
    if row.locked_until is None or row.locked_until <= now():
        return 0
    return int((row.locked_until - now()).total_seconds() // 60) + 1


def count_failure(row: Guesses | Key) -> bool:
    """Count one more failure, outside what its refusal rolls back. Returns whether this one locks.

    What is locked already stays so for its time: further failures do not count, and cost the same.
    """
    with transaction.atomic():
        kept = type(row)._base_manager.select_for_update().get(pk=row.pk)
        locks = False
        if not minutes_left(kept):
            kept.failed_attempts += 1
            locks = kept.failed_attempts >= MAX_FAILURES
        if locks:
            kept.failed_attempts, kept.locked_until = 0, now() + dt.timedelta(minutes=LOCKED_MINUTES)
        kept.save(update_fields=_COLUMNS)
    return locks


def forget_failures(key: Key) -> None:
    """A success: earlier failures no longer count."""
    key.failed_attempts, key.locked_until = 0, None
    key.save(update_fields=_COLUMNS)


def guesses_for(username: str) -> Guesses:
    """What was guessed for a name, locked: one guess at a time for each. In the running transaction."""
    wanted = digest(username)
    Guesses.objects.bulk_create([Guesses(name_sha256=wanted)], ignore_conflicts=True)
    return Guesses.objects.select_for_update().get(pk=wanted)


def forget_guesses(username: str) -> None:
    """A success: what was guessed for the name before no longer counts."""
    Guesses.objects.filter(pk=digest(username)).delete()


def forget_old() -> None:
    """Forget what was first guessed over a day ago and is not locked."""
    Guesses.objects.filter(at__lt=now() - KEPT).exclude(locked_until__gt=now()).delete()
