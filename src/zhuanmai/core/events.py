"""Events: how a lower room tells a higher one, without knowing it. At least once delivered, once handled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F

from zhuanmai.core.clock import now
from zhuanmai.core.jobs import defer
from zhuanmai.core.models import Event, EventHandled

Handler = Callable[[Event], None]
_handlers: dict[str, list[tuple[str, Handler]]] = defaultdict(list)


def emit(kind: str, **payload: Any) -> Event:
    """Write an event in the running transaction; a job tells the handlers after it commits. Payload is JSON."""
    event = Event.objects.create(kind=kind, payload=payload)
    defer("core.handle_event", event_id=str(event.id))
    return event


def on(kind: str) -> Callable[[Handler], Handler]:
    """Register a handler for a kind of event. It runs in a transaction of its own, once per event."""

    def register(handler: Handler) -> Handler:
        _handlers[kind].append((f"{handler.__module__}.{handler.__name__}", handler))
        return handler

    return register


def handle(event_id: str) -> None:
    """Give an event to each handler that has not had it. One that fails holds up no other; then the first error of
    all is raised, and the job tries again those that failed."""
    event = Event.objects.get(pk=event_id)
    wrong: list[tuple[str, Exception]] = []
    for name, handler in _handlers[event.kind]:
        try:
            with transaction.atomic():
                _, first = EventHandled.objects.get_or_create(event=event, handler=name)
                if first:
                    handler(event)
        except Exception as error:
            wrong.append((f"{name}: {type(error).__name__}", error))
    if wrong:
        said = "; ".join(words for words, _ in wrong)
        Event.objects.filter(pk=event.pk).update(attempts=F("attempts") + 1, last_error=said)
        raise wrong[0][1]
    Event.objects.filter(pk=event.pk).update(handled_at=now())
