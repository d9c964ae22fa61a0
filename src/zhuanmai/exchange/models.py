"""What is kept: messages to partners, written in the transaction of the act, each attempt, each reconciliation."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.models import Base, Waits, Work


class Message(Base):
    """A message for a partner; its id is the idempotency key, so that the partner takes it once.

    `subject_kind`, `subject_id`: what it is about. `sha256`: of the body as it is sent, files and all, kept when it was
    written; `received_on`: the day on which the partner says it received it. Reconciliation needs no more than these.
    """

    class State(models.TextChoices):
        """Where a message stands."""

        WAITING = "waiting", _("Waiting")
        RECEIVED = "received", _("Received")
        DEAD = "dead", _("Dead letter")
        SUPERSEDED = "superseded", _("Superseded by a newer one")

    partner = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    body = models.JSONField()
    files = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(null=True)
    received_on = models.DateField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["state", "created_at"]),
            models.Index(fields=["subject_kind", "subject_id"], name="exchange_message_subject"),
            models.Index(fields=["partner", "kind"], name="exchange_message_partner"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="content_stays",
                fields=["partner", "kind", "subject_kind", "subject_id", "body", "files", "sha256"],
            ),
            pgtrigger.FSM(
                name="lawful_moves",
                field="state",
                transitions=[
                    ("waiting", "received"),
                    ("waiting", "dead"),
                    ("waiting", "superseded"),
                    ("dead", "waiting"),
                ],
            ),
        ]


class Attempt(Base):
    """One attempt: what the partner answered, or what went wrong."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    status = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=20)
    detail = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["created_at"]


class Reconciliation(Waits):
    """What a partner holds against what we sent it: asked for on a page, done by a job.

    `since`, `until`: the days of arrival that were asked about; none: all. `missing_there` and `differing` hold our
    messages' keys, `unknown_here` what the partner says of messages that we do not know (`key`, `kind`, `day`).
    """

    partner = models.CharField(max_length=20)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    agreed = models.PositiveIntegerField(default=0)
    missing_there = models.JSONField(default=list)
    unknown_here = models.JSONField(default=list)
    differing = models.JSONField(default=list)

    class Meta(Waits.Meta):
        get_latest_by = "created_at"
        indexes = [models.Index(fields=["partner", "created_at"], name="exchange_reconciliation_of")]

    @property
    def agrees(self) -> bool:
        """Whether both sides hold the same."""
        return self.state == Work.State.DONE and not (self.missing_there or self.unknown_here or self.differing)
