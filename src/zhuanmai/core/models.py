"""What every room builds on: base model, demo clock, remembered operation ids, events, work, settings, backups."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.clock import now
from zhuanmai.core.ids import new_id

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


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


class Work(Base):
    """What somebody waits for, or a job whose worker died: where it stands, how far it is, what it failed of.

    A job does it (`job_id`), or a command in its own process (none). `about` holds one open work of a task apart from
    another; empty: a job that nobody asked for on a page, noted here because its worker died. `turn` counts how often
    it was begun, so that a process that was taken for dead cannot write over who went on after it.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.WAITING, State.RUNNING)

    task = models.CharField(max_length=80)
    about = models.CharField(max_length=80, blank=True)
    asked_by_id = models.UUIDField(null=True)
    job_id = models.BigIntegerField(null=True, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    step = models.CharField(max_length=20, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    turn = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)
    alive_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "about"],
                condition=models.Q(state__in=("waiting", "running")) & ~models.Q(about=""),
                name="core_work_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["task"], condition=models.Q(state__in=("waiting", "running")), name="core_work_open")
        ]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in self.OPEN


class _WithWork(models.Manager[_Row]):
    """Rows with the work that they wait for."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        """Every row, its work read with it."""
        return super().get_queryset().select_related("work")


class Waits(Base):
    """A row of a room that waits for work: it keeps what is the room's own, and says of the work how it stands."""

    work = models.OneToOneField(Work, on_delete=models.PROTECT, related_name="+")

    objects = _WithWork()

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    @property
    def state(self) -> str:
        """Where its work stands (Work.State)."""
        return self.work.state

    def get_state_display(self) -> str:
        """The same in words."""
        return self.work.get_state_display()

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.work.is_open

    @property
    def error(self) -> str:
        """What its work failed of; empty otherwise."""
        return self.work.error

    @property
    def asked_by_id(self) -> uuid.UUID | None:
        """Who asked for it; none: the platform itself."""
        return self.work.asked_by_id

    @property
    def begun_at(self) -> dt.datetime | None:
        """When it was begun first."""
        return self.work.begun_at

    @property
    def ended_at(self) -> dt.datetime | None:
        """When it ended."""
        return self.work.ended_at


class Pace(models.Model):
    """How often something was done in the minute that began then (`core.pace`); of no worth after it."""

    HELD = "held "  # keys whose count somebody reads when their minute is over

    key = models.CharField(primary_key=True, max_length=120)
    began = models.DateTimeField()
    n = models.PositiveIntegerField()


class Setting(models.Model):
    """A setting that is data: what a system administrator set instead of the environment's value."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(default=now)
    changed_by_id = models.UUIDField()


class Backup(Waits):
    """A backup that was asked for on a page and made by a job: where it lies, its digest, what its proofs found."""

    name = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    problems = models.JSONField(default=list)
