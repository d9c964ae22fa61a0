"""The ledger's jobs: the tree head is sealed every two minutes when the ledger has grown."""

from __future__ import annotations

from procrastinate.contrib.django import app

from zhuanmai.ledger.heads import seal


@app.periodic(cron="*/2 * * * *")
@app.task(name="ledger.seal", queueing_lock="ledger.seal")
def seal_head(timestamp: int) -> None:
    """Seal and export the present head."""
    seal()
