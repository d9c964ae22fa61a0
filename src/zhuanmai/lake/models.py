"""What is kept: imports, as those who asked for them see them. The rows themselves lie in the lake's files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.models import Base


class Import(Base):
    """A file on its way into the lake: asked for on a page or by command, done by a job or by the command itself."""

    class State(models.TextChoices):
        """Where an import stands."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=1000)
    table = models.CharField(max_length=40)
    asked_by_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    cancel_asked = models.BooleanField(default=False)
    step = models.CharField(max_length=10, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    broken = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    changed = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["seen_at"], condition=models.Q(state__in=("waiting", "running")), name="lake_import_open"
            )
        ]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in (self.State.WAITING, self.State.RUNNING)
