"""The room's jobs: what has run out is cleared away nightly."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from zhuanmai.accounts.models import Challenge
from zhuanmai.core.clock import now

KEEP_CHALLENGES = dt.timedelta(days=1)


@app.periodic(cron="29 3 * * *")
@app.task(name="accounts.clear_expired", queueing_lock="accounts.clear_expired")
def clear_expired(timestamp: int) -> None:
    """Forget challenges that ran out over a day ago (what was signed lies in Signing) and sessions that are over."""
    Challenge.objects.filter(expires_at__lt=now() - KEEP_CHALLENGES).delete()
    SessionStore.clear_expired()
