"""The room's job: seal what is completely signed."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from zhuanmai.enforcement.services.signing import seal_ready


@app.task(name="enforcement.seal_ready", retry=5)
def seal_ready_documents(case_id: str) -> None:
    """Seal every document of a case that nobody has to sign any more, and report it."""
    seal_ready(case_id=uuid.UUID(case_id))
