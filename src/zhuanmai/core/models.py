"""What every room builds on: the base model, the demo clock, remembered operation ids, events, settings and backups."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.clock import now
from zhuanmai.core.ids import new_id


class Base(models.Model):
    """A row with a time-ordered id and the moment it was made. Rooms' tables derive from it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        abstract = True


class ClockShift(models.Model):
    """How many seconds the clock of a demo or test runs ahead of real time; one row or none."""

    seconds = models.FloatField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="core_clockshift_single")]


class SeenOperation(models.Model):
    """An id under which a write came in, kept 30 days: the same id twice has the effect of once.

    `answer_key`: what it was on and the digest of what it carried, so that the id stands for nothing else.
    """

    id = models.UUIDField(primary_key=True)
    actor_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=80)
    answer_key = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=now, db_index=True)


class Event(Base):
    """Something that happened in a lower room, written in its transaction, told to higher rooms at least once."""

    kind = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    handled_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], condition=models.Q(handled_at=None), name="core_event_waiting")]


class EventHandled(models.Model):
    """One handler's receipt for one event: a handler sees an event once, however often the job runs."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    handler = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="core_eventhandled_once")]


class Setting(models.Model):
    """A setting that is data: what a system administrator set instead of the environment's value."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(default=now)
    changed_by_id = models.UUIDField()


class Backup(Base):
    """A backup that was asked for on a page and made by a job: where it lies, its digest, what its proofs found."""

    class State(models.TextChoices):
        """Where a backup stands."""

        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    asked_by_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    name = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)
    problems = models.JSONField(default=list)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at"]
