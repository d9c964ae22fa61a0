"""What waits: terms that end soon or are over, of what the officer sees. What expires by itself warns until its day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from zhuanmai.core.clock import today
from zhuanmai.core.notices import MOST, Notice, register
from zhuanmai.deadlines.queries import running_out
from zhuanmai.deadlines.rules import lapses


@register
def terms(officer: Any) -> Iterator[Notice]:
    """Terms that end within the days of the first reminder, or ended."""
    for line in running_out(officer, MOST):
        over = line.row.due < today()
        if not line.urgent or (over and lapses(line.row.code)):
            continue
        words = _("%(what)s was due on %(day)s") if over else _("%(what)s is due on %(day)s")
        said = words % {"what": line.words[:40], "day": line.row.due.isoformat()}
        pressing = over or line.row.due == today()
        yield Notice(f"{said} · {line.subject.place}", line.subject.href, "danger" if pressing else "warning")
