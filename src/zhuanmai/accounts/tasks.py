"""The room's jobs: what has run out is cleared away nightly."""

from __future__ import annotations

import datetime as dt

from procrastinate.contrib.django import app

from zhuanmai.accounts import lockout, refusals
from zhuanmai.accounts.models import Challenge
from zhuanmai.accounts.session_store import SessionStore
from zhuanmai.core import jobs
from zhuanmai.core.clock import now

KEEP_CHALLENGES = dt.timedelta(days=1)


@app.periodic(cron="29 3 * * *")
@app.task(name="accounts.clear_expired", queueing_lock="accounts.clear_expired")
def clear_expired(timestamp: int) -> None:
    """Forget challenges that ran out a day ago (what was signed lies in Signing), sessions that are over, guesses."""
    Challenge.objects.filter(expires_at__lt=now() - KEEP_CHALLENGES).delete()
    SessionStore.clear_expired()
    lockout.forget_old()


@app.periodic(cron="* * * * *")
@app.task(name="accounts.note_refusals", queueing_lock="accounts.note_refusals")
def note_refusals(timestamp: int) -> None:
    """Note what visitors were refused too often to be noted one by one."""
    refusals.note_the_rest()
    jobs.forget_done("accounts.note_refusals")
