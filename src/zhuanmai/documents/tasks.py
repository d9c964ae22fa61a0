"""The room's job: make a set of papers."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from zhuanmai.documents.making import TASK, run


@app.task(name=TASK)
def make_papers(making_id: str) -> None:
    """Make the papers of a set that was asked for; what each failed of is on the set's own row."""
    run(making_id=uuid.UUID(making_id))
