"""Messages that wait although nobody will send them: their job gave up, or is nowhere. Found by a sweep."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from procrastinate.contrib.django.models import ProcrastinateJob

from zhuanmai.core.models import Work
from zhuanmai.core.one_by_one import all_of
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.services import TASK, give_up, send_lost

_GAVE_UP = "发送任务多次出错，已停止；详见服务日志，排除原因后重发。"


def look_after() -> int:
    """Make a dead letter of each waiting message whose job gave up, and send those again whose job is nowhere.

    Returns how many there were. One whose job waits or is under way, under a dead worker too, is left alone.
    """
    found = list(_without_job().values_list("pk", flat=True))
    all_of(found, _see_to, event="exchange.not_seen_to")
    return len(found)


def _without_job() -> QuerySet[Message]:
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, status__in=("todo", "doing"))
    of_this = jobs.annotate(about=KeyTextTransform("message_id", "args")).filter(about=OuterRef("key"))
    waiting = Message.objects.filter(state=Message.State.WAITING).annotate(key=Cast("pk", TextField()))
    return waiting.filter(~Exists(of_this))


def _see_to(message_id: uuid.UUID) -> None:
    """One of them, unless somebody saw to it meanwhile: who gives it a job holds its lock until both are kept."""
    held = Message.objects.select_for_update().filter(pk=message_id).first()
    if held is None or not _without_job().filter(pk=message_id).exists():
        return
    last = ProcrastinateJob.objects.filter(task_name=TASK, args__message_id=str(message_id)).order_by("-pk").first()
    if last is not None and last.status == "failed":
        why = Work.objects.filter(job_id=last.pk).exclude(error="").values_list("error", flat=True).first()
        give_up(held, why or _GAVE_UP)
    else:
        send_lost(held)
