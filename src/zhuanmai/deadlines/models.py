"""What is kept: one row for each run of a term, of any subject and party; what decides stands in the services."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.models import Base
from zhuanmai.deadlines.events import Extension, Stop


class Deadline(Base):
    """A run of a legal term (期限): which event began it, when it ends, under which rule, and how it came to an end.

    The subject is named by its kind and id only: this room knows no other. A term runs as often as events begin it.
    """

    class Ending(models.TextChoices):
        """How a run ended: its act was done, it fell away, or it expired and nobody had to act."""

        MET = "met", _("met")
        CANCELLED = "cancelled", _("no longer due")
        LAPSED = "lapsed", _("expired")

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    party_id = models.UUIDField(null=True)
    code = models.CharField(max_length=40)
    event = models.CharField(max_length=80)
    trigger_at = models.DateTimeField()
    due = models.DateField()
    due_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    stops = models.JSONField(default=list)
    extensions = models.JSONField(default=list)
    what = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)
    certainty = models.CharField(max_length=12, blank=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    ending_reason = models.CharField(max_length=200, blank=True)
    reminded = models.SmallIntegerField(null=True)

    class Meta:
        ordering = ["due", "code"]
        indexes = [
            models.Index(fields=["due"], condition=Q(ended_at=None), name="deadlines_open"),
            models.Index(fields=["subject_kind", "subject_id"], name="deadlines_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "party_id", "code", "event"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="deadlines_one_run_an_event",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="deadlines_ended_somehow",
            ),
        ]

    @property
    def is_stopped(self) -> bool:
        """Whether it stands still now: the last stop has no end yet."""
        return any(one.last is None for one in self.stops_told())

    def stops_told(self) -> list[Stop]:
        """Its stops as counting takes them."""
        return [Stop(**{**one, **{name: _day(one[name]) for name in ("first", "last", "told")}}) for one in self.stops]

    def extensions_told(self) -> list[Extension]:
        """Its extensions as counting takes them."""
        return [
            Extension(one["days"], _day(one["until"]), _day(one["approved"]), _day(one["told"]), by=one["by"])
            for one in self.extensions
        ]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
