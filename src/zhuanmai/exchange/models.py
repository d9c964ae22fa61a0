"""What is kept: messages to partners, written in the transaction of the act, and each attempt to deliver them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.models import Base


class Message(Base):
    """A message for a partner; its id is the idempotency key, so that the partner takes it once."""

    class State(models.TextChoices):
        """Where a message stands."""

        WAITING = "waiting", _("Waiting")
        RECEIVED = "received", _("Received")
        DEAD = "dead", _("Dead letter")

    partner = models.CharField(max_length=20, default="national")
    kind = models.CharField(max_length=20)
    case_id = models.UUIDField(db_index=True)
    body = models.JSONField()
    files = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["state", "created_at"])]


class Attempt(Base):
    """One attempt: what the partner answered, or what went wrong."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    status = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=20)
    detail = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["created_at"]
